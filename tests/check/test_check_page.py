"""docs/check.md is true: its blocks run and print what it shows."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from chainrule.cli import run
from pages_told import languages, told

PAGE = (Path(__file__).parents[2] / "docs" / "check.md").read_text(encoding="utf-8")


def test_its_code_prints_what_it_shows() -> None:
    assert languages("check.md").count("python") == 3
    told("check.md")


def test_its_commands_by_hand_find_the_slips(capsys: pytest.CaptureFixture[str]) -> None:
    commands = [
        line.removeprefix("$ ") for line in PAGE.splitlines() if "--by-hand '" in line and line[0] == "$"
    ]
    assert [run(shlex.split(command)[1:]) for command in commands] == [1, 1]
    assert "dz1 is the first line that is wrong." in capsys.readouterr().out
