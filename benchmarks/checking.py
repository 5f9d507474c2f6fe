"""Slips of all kinds put into steps by plain NumPy, and checked: how many are found, and named; and right steps.

    python benchmarks/checking.py [--slips 2000] [--right 1000] [--pairs 400] [--seed 0] [--workers 0] [--write]

Networks, batches and slips are drawn at random (`tests/check/injected.py`, which knows nothing of chainrule). What is
missed is printed. With --write the counts go to docs/results.md. With --slips 0 only pairs are counted, and written.
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

from judged import Counts, count_pairs, count_right, count_slips  # noqa: E402

TITLE, PAIRS = "## Mistakes found", "## Two mistakes in one line"
CHUNK = 50  # steps that a process checks at a time


def counted(run: Callable[[int, int], Counts], seed: int, wanted: int, pool: ProcessPoolExecutor) -> Counts:
    """So many steps, some at a time."""
    chunks, each = -(-wanted // CHUNK), min(CHUNK, wanted)
    with np.errstate(all="ignore"):
        return sum(pool.map(run, range(seed, seed + chunks), [each] * chunks), Counts())


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


def pairs_row(title: str, pairs: Counts) -> str:
    """A line of the table of pairs."""
    parts = [100 * part / pairs.slips for part in (pairs.found, pairs.named, pairs.at_top, pairs.both)]
    rates = "".join(f"{part:10.2f} %" for part in parts)
    seconds = f"{np.median(pairs.seconds):8.3f} s{max(pairs.seconds):8.2f} s"
    return f"{title:<14}{pairs.slips:7}{len(pairs.kinds):7}{rates}{pairs.told:7}{seconds}"


def pairs_section(table: list[str], pairs: int) -> list[str]:
    """What docs/results.md says of pairs."""
    return [
        PAIRS,
        "",
        "Two of these slips in one line, the second made in what the first one left, by plain NumPy, in steps of the",
        "same kind; of pairs whose line differs from the right one, and from what any single slip there makes of it:",
        "in how many that line is the first wrong one, an answer is what was done (it gives the same on other numbers,",
        "or says both names), that answer is the first, and the names of both are said; in how many something else is",
        "told; and the processor's time. Formulas that are one function may have other names than ours. With 3 digits",
        f"a pair is told only where no other fits. Made by `python benchmarks/checking.py --slips 0 --pairs {pairs}`.",
        "",
        "```text",
        *table,
        "```",
    ]


def count_all_pairs(wanted: int, seed: int, pool: ProcessPoolExecutor, write: bool) -> list[str]:
    """The pairs, counted, told and maybe written; what is returned is what was missed."""
    table = [
        f"{'numbers':<14}{'pairs':>7}{'kinds':>7}{'line':>12}{'named':>12}{'first':>12}{'both':>12}{'else':>7}"
        f"{'median':>10}{'longest':>10}"
    ]
    print(table[0])
    missed: list[str] = []
    for title, digits, share in (("all digits", None, 1), ("3 digits", 3, 4)):
        pairs = counted(partial(count_pairs, digits=digits), seed + 20_000, wanted // share, pool)
        table.append(pairs_row(title, pairs))
        print(table[-1], flush=True)
        missed += [f"{title}: {each}" for each in pairs.missed]
    if write:
        put_section(PAGE, pairs_section(table, wanted))
    return missed


def main() -> int:
    """Count, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--slips", type=int, default=2000)
    parser.add_argument("--right", type=int, default=1000)
    parser.add_argument("--pairs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    missed: list[str] = []
    with ProcessPoolExecutor(given.workers or os.cpu_count()) as pool:
        if given.slips:
            missed += count_single(given, pool)
        if given.pairs:
            missed += count_all_pairs(given.pairs, given.seed, pool, given.write)
    print("\n".join(missed))
    return 0


def count_single(given: argparse.Namespace, pool: ProcessPoolExecutor) -> list[str]:
    """Single slips and right steps, counted, told and maybe written; what is returned is what was missed."""
    head = f"{'numbers':<22}{'slips':>7}{'line':>12}{'named':>12}{'first':>12}{'right':>8}{'accused':>9}{'median':>11}"
    table, kinds, missed = [head], set[str](), list[str]()
    for title, digits, conventions in (("all digits", None, False), ("all, other layouts", None, True),
                                       ("3 digits", 3, False)):  # fmt: skip
        wrong = partial(count_slips, digits=digits, conventions=conventions)
        share = 1 if digits is None and not conventions else 2
        slips = counted(wrong, given.seed, given.slips // share, pool)
        right = counted(partial(count_right, digits=digits), given.seed + 10_000, given.right // share, pool)
        table.append(row(title, slips, right))
        kinds |= slips.kinds
        missed += [f"{title}: {each}" for each in (*slips.missed, *right.missed)]
        print(table[-1], flush=True)
    if given.write:
        put_section(PAGE, section(table, len(kinds), given.slips, given.right))
    return missed


if __name__ == "__main__":
    sys.exit(main())
