"""Programs for the tests: those of the manifest, each once, and small ones that are written here."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path

from chainrule.check.code import ProgramReport, check_program

sys.path.insert(0, str(Path(__file__).parent / "programs"))

import manifest
from manifest import Program


@cache
def report_of(program: Program) -> ProgramReport:
    """What a check says of a program of the manifest."""
    return check_program(program.path)


def cured(program: Program, folder: Path) -> Path:
    """The program with its slip put right, beside copies of the modules that it may import."""
    for helper in manifest.HERE.glob("*.py"):
        (folder / helper.name).write_text(helper.read_text(encoding="utf-8"), encoding="utf-8")
    path = folder / program.file
    if path.suffix == ".ipynb":
        cells = [{"cell_type": "code", "source": text} for text in program.cured]
        path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    else:
        path.write_text(program.cured[0], encoding="utf-8")
    return path


def checked(folder: Path, text: str, name: str = "program.py", **more: object) -> ProgramReport:
    """What a check says of a program that is given as text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return check_program(path, **more)  # type: ignore[arg-type]
