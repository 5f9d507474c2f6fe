"""Pages of every part read back, line by line, by the tests' own reader: how many lines are not so.

    python benchmarks/truth.py [--lines 100000] [--worksheets 200] [--seed 0] [--workers 0] [--write]

Networks of all parts are drawn at random (`tests/any_page.py`) and read exact and by hand, whole, by one quantity and
as derivations; and worksheets with their keys. What is false, undefined or too wide is printed with what makes it
again, and then it ends with 1. With --write the counts go to docs/results.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from pathlib import Path

import numpy as np
from results import PAGE, put_section

TESTS = Path(__file__).parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "walkthrough"), str(TESTS / "worksheets")]

from any_page_read import Read, read_back  # noqa: E402
from recounted import drawn, recount  # noqa: E402

from any_page import draw_page  # noqa: E402
from reader import TooWide, Undefined, Unreadable, Untrue  # noqa: E402

TITLE = "## Every line read back"
FAULTS = ("false", "undefined symbols", "too wide")
CHUNK = 20  # pages that a process reads before it tells of them


def read_some(first: int) -> tuple[dict[str, Read], list[tuple[str, str]]]:
    """A chunk of pages: what was read of them, by reading, and what is wrong, each with its kind."""
    found: dict[str, Read] = {}
    wrong: list[tuple[str, str]] = []
    with np.errstate(all="ignore"):
        for seed in range(first, first + CHUNK):
            page = draw_page(seed)
            try:
                for reading, read in read_back(page).items():
                    found[reading] = found.get(reading, Read()) + read
            except (Untrue, Unreadable) as error:
                wrong.append((_kind(error), f"{page}: {error}"))
    return found, wrong


def read_sheets(first: int) -> tuple[dict[str, Read], list[tuple[str, str]]]:
    """The same of a chunk of worksheets and their keys."""
    total, wrong = Read(), []
    with np.errstate(all="ignore"):
        for seed in range(first, first + CHUNK):
            (sheet,) = drawn(seed).sheets
            try:
                count = recount(sheet)
                total += Read(1, count.by_names, count)
            except (Untrue, Unreadable) as error:
                wrong.append((_kind(error), f"worksheet {seed}: {error}"))
    return {"worksheets": total}, wrong


def _kind(error: Exception) -> str:
    return {Undefined: "undefined symbols", TooWide: "too wide"}.get(type(error), "false")


def read_until(
    lines: int, worksheets: int, seed: int, workers: int
) -> Iterator[tuple[dict[str, Read], list[tuple[str, str]]]]:
    """Chunks, until so many lines and worksheets are read."""
    done = 0
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(read_sheets, range(seed, seed + worksheets, CHUNK))
        starts = count(seed, CHUNK)
        while done < lines:
            for found, wrong in pool.map(read_some, [next(starts) for _ in range(2 * workers)]):
                done += sum(read.lines for read in found.values())
                yield found, wrong


def table(total: dict[str, Read], faults: Counter[str], pages: int) -> list[str]:
    """The counts, as a section of docs/results.md."""
    rows = [f"{'reading':<20}{'pages':>8}{'lines':>9}{'by names':>10}{'with numbers':>14}{'results':>10}"]
    everything = sum(total.values(), Read())
    for name, read in [*sorted(total.items()), ("all", everything)]:
        counted = read.count
        rows.append(
            f"{name:<20}{read.pages:>8}{read.lines:>9}{counted.by_names:>10}{counted.with_numbers:>14}"
            f"{counted.results:>10}"
        )
    return [
        TITLE,
        "",
        "Pages of networks of all parts, drawn at random, read back by the tests' reader, which shares nothing with",
        "the package: formulas by names counted again with the trace's numbers, formulas with numbers as printed,",
        "results digit by digit. Made by `make truth`.",
        "",
        "```text",
        *rows,
        "```",
        "",
        f"Of {everything.lines} lines on the pages of {pages} steps: "
        + ", ".join(f"{faults[kind]} {kind}" for kind in FAULTS)
        + ".",
    ]


def main() -> int:
    """Read, and print or write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--worksheets", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the first page")
    parser.add_argument("--workers", type=int, default=0, help="processes; 0 for one for each processor")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    started, pages = time.perf_counter(), 0
    total: dict[str, Read] = {}
    faults: Counter[str] = Counter()
    for found, wrong in read_until(
        options.lines, options.worksheets, options.seed, options.workers or os.cpu_count() or 1
    ):
        pages += CHUNK * ("worksheets" not in found)
        for reading, read in found.items():
            total[reading] = total.get(reading, Read()) + read
        for kind, words in wrong:
            faults[kind] += 1
            print(f"{kind}: {words}", flush=True)
    lines = table(total, faults, pages)
    print("\n".join(lines))
    print(f"{time.perf_counter() - started:.0f} s")
    if options.write:
        put_section(PAGE, lines)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
