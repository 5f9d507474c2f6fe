"""Slips of all kinds put into steps by plain NumPy, and checked: how many are found, and named; and right steps.

    python benchmarks/checking.py [--slips 2000] [--right 1000] [--seed 0] [--workers 0] [--write]

Networks, batches and slips are drawn at random (`tests/check/injected.py`, which knows nothing of chainrule). What is
missed is printed. With --write the counts go to docs/results.md.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from results import PAGE, put_section

TESTS = Path(__file__).parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "check")]

from judged import Counts, count_right, count_slips  # noqa: E402

TITLE = "## Mistakes found"
CHUNK = 50  # steps that a process checks at a time


def counted(run: Callable[[int, int], Counts], seed: int, wanted: int, pool: ProcessPoolExecutor) -> Counts:
    """So many steps, some at a time."""
    chunks = -(-wanted // CHUNK)
    with np.errstate(all="ignore"):
        return sum(pool.map(run, range(seed, seed + chunks), [CHUNK] * chunks), Counts())


def row(title: str, slips: Counts, right: Counts) -> str:
    """A line of the table."""
    parts = [100 * part / slips.slips for part in (slips.found, slips.named, slips.at_top)]
    rates = "".join(f"{part:10.2f} %" for part in parts)
    return f"{title:<22}{slips.slips:7}{rates}{right.right:8}{right.accused:9}{slips.median_ms:8.0f} ms"


def section(table: list[str], kinds: int, slips: int, right: int) -> list[str]:
    """What docs/results.md says."""
    return [
        TITLE,
        "",
        f"Slips of {kinds} kinds, which plain NumPy puts into steps of random networks of depth 2 to 4 (batches of 2",
        "to 8 samples, squared errors and cross-entropies, SGD, momentum and Adam, with and without a penalty),",
        "checked by `trace.check`: of those that change their line, in how many the first wrong line is that one, the",
        "slip is among the answers, and first among them; and how many of right steps in mixed conventions are called",
        "wrong. Rounded numbers count as changed where the line's largest entry moves by 3 %, and turned signs where",
        "the weights move by 6 %. The median is of the processor's time. Made by `make checking`; with fewer steps by",
        f"`python benchmarks/checking.py --slips {slips} --right {right}`, which this was.",
        "",
        "```text",
        *table,
        "```",
    ]


def main() -> int:
    """Count, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--slips", type=int, default=2000)
    parser.add_argument("--right", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    head = f"{'numbers':<22}{'slips':>7}{'line':>12}{'named':>12}{'first':>12}{'right':>8}{'accused':>9}{'median':>11}"
    table, kinds, missed = [head], set[str](), list[str]()
    with ProcessPoolExecutor(given.workers or os.cpu_count()) as pool:
        for title, digits, conventions in (("all digits", None, False), ("all, other layouts", None, True),
                                           ("3 digits", 3, False)):  # fmt: skip
            wrong = partial(count_slips, digits=digits, conventions=conventions)
            share = 1 if digits is None and not conventions else 2
            slips = counted(wrong, given.seed, given.slips // share, pool)
            right = counted(
                partial(count_right, digits=digits), given.seed + 10_000, given.right // share, pool
            )
            table.append(row(title, slips, right))
            kinds |= slips.kinds
            missed += [f"{title}: {each}" for each in (*slips.missed, *right.missed)]
            print(table[-1], flush=True)
    print("\n".join(missed))
    if given.write:
        put_section(PAGE, section(table, len(kinds), given.slips, given.right))
    return 0


if __name__ == "__main__":
    sys.exit(main())
