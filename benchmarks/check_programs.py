"""How `check` does on programs: ``python benchmarks/check_programs.py [--cured] [FILE …]``.

Each program of the tests is checked; with ``--cured`` those with a slip are checked with the slip put right, too. For
each: whether it was followed, whether its slip was found in its line and named, whether a right one was accused.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "check" / "programs"))

import manifest

from chainrule.check.code import check_program


def cured_file(program: Any, folder: Path) -> Path:
    """A program without its slip, in a folder of its own beside the modules that it imports."""
    for helper in manifest.HERE.glob("*.py"):
        (folder / helper.name).write_text(helper.read_text(encoding="utf-8"), encoding="utf-8")
    path = folder / program.file
    if path.suffix == ".ipynb":
        cells = [{"cell_type": "code", "source": text} for text in program.cured]
        path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    else:
        path.write_text(program.cured[0], encoding="utf-8")
    return path


def main() -> None:
    """Check them all, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cured", action="store_true")
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    counts = dict.fromkeys(
        ("programs", "followed", "slips", "found", "in its line", "named", "right", "accused"), 0
    )
    slowest = 0.0
    print(f"{'program':32} {'state':13} {'found':12} {'line':>9}  {'named':30} seconds")
    for program in [*manifest.RIGHT, *manifest.WRONG]:
        if options.files and program.file not in options.files:
            continue
        slowest = max(slowest, _one(program, program.path, program.slip, counts))
        if options.cured and program.slip:
            with tempfile.TemporaryDirectory() as folder:
                slowest = max(slowest, _one(program, cured_file(program, Path(folder)), None, counts))
    print(", ".join(f"{name} {count}" for name, count in counts.items()) + f", slowest {slowest:.1f} s")


def _one(program: Any, path: Path, slip: str | None, counts: dict[str, int]) -> float:
    began = time.perf_counter()
    report = check_program(path)
    seconds = time.perf_counter() - began
    counts["programs"] += 1
    counts["followed"] += report.state != "not followed"
    known = {program.slip, *program.also}
    mark = ""
    if slip is None:
        counts["right"] += 1
        counts["accused"] += report.state == "wrong"
        mark = "ACCUSED" if report.state == "wrong" else ""
    else:
        counts["slips"] += 1
        found = report.state == "wrong"
        counts["found"] += found and report.line == program.quantity
        counts["in its line"] += found and report.at == program.line
        counts["named"] += found and bool(known & set(report.mistakes))
        mark = "" if found and report.line == program.quantity else f"is {program.quantity}"
    lines = f"{report.at or ''}/{program.line}" if slip else ""
    named = ", ".join(report.mistakes[:2])
    title = program.file if slip == program.slip else f"  {program.file}, cured"
    print(
        f"{title:32} {report.state:13} {report.line:12} {lines:>9}  {named:30} {seconds:5.1f}  {mark}",
        flush=True,
    )
    return seconds


if __name__ == "__main__":
    main()
