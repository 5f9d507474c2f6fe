"""Slips of the pen put into worked pages, and proof-read: how many are found, and right pages.

    python benchmarks/proofreading.py [--slips 2000] [--right 1000] [--seed 0] [--workers 0] [--write]

Pages, in eleven ways of writing, and slips are drawn at random (`tests/check/worked_pages.py`, `page_slips.py`), and
counted in decimals, which know nothing of chainrule. What is missed is printed. With --write the counts go to
docs/results.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from results import PAGE, put_section

TESTS = Path(__file__).parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "check")]

from page_slips import KINDS, Counts, count_right, count_slips  # noqa: E402
from worked_pages import KINDS as PAGES  # noqa: E402
from worked_pages import STYLES  # noqa: E402

TITLE = "## Proof-reading"
CHUNK = 100  # pages that a process reads at a time


def table(counts: Counts) -> list[str]:
    """A line for each kind of slip, and one for right pages."""
    rows = [f"{'slip':<20}{'put':>7}{'found':>9}{'told once':>12}{'by its kind':>14}"]
    for kind in (*KINDS, "all"):
        parts = [
            sum(each.values()) if kind == "all" else each[kind]
            for each in (counts.put, counts.found, counts.placed, counts.called)
        ]
        rates = [f"{100 * part / max(parts[0], 1):.1f} %" for part in parts[1:]]
        rows.append(f"{kind:<20}{parts[0]:>7}{rates[0]:>9}{rates[1]:>12}{rates[2]:>14}")
    rows += ["", f"right pages: {counts.right}, of which {counts.accused} accused; "
             f"{counts.counted} of their {counts.results} results were counted again"]  # fmt: skip
    return rows


def section(rows: list[str], slips: int, right: int) -> list[str]:
    """What docs/results.md says."""
    return [
        TITLE,
        "",
        f"Slips of the pen put into pages that work a small network by hand, and read by `cr.proofread`: {len(PAGES)}",
        f"networks in {len(STYLES)} ways of writing, with 3 to 9 decimals, carried on in full or rounded. A slip",
        "counts where the printed digits can tell it, by intervals of decimals that know nothing of chainrule. It is",
        "told once where nothing else is called wrong beside it. A stale number is what another page has for the same",
        "name; a given number is one that the page begins with, and that its formulas have otherwise. Made by",
        "`make proofreading`; with fewer pages by",
        f"`python benchmarks/proofreading.py --slips {slips} --right {right}`, which this was.",
        "",
        "```text",
        *rows,
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
    start = time.perf_counter()
    with ProcessPoolExecutor(given.workers or os.cpu_count()) as pool:
        chunks = range(-(-given.slips // CHUNK))
        first = [given.seed + 1_000_000 * at for at in chunks]
        counts = sum(pool.map(count_slips, first, [CHUNK] * len(chunks)), Counts())
        first = list(range(given.seed, given.seed + given.right, CHUNK))
        counts = sum(pool.map(count_right, first, [CHUNK] * len(first)), counts)
    rows = table(counts)
    print("\n".join([*rows, "", *counts.missed, f"{time.perf_counter() - start:.0f} s"]))
    if given.write:
        put_section(PAGE, section(rows, given.slips, given.right))
    return 0


if __name__ == "__main__":
    sys.exit(main())
