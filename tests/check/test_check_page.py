"""docs/check.md is true: its blocks run and print what it shows."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from chainrule.cli import run

PAGE = (Path(__file__).parents[2] / "docs" / "check.md").read_text(encoding="utf-8")


def test_its_code_prints_what_it_shows_as_in_a_file_mine_py() -> None:
    space: dict[str, Any] = {"__name__": "page"}
    pairs = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(pairs) >= 2
    for code, shown in pairs:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "mine.py", "exec", dont_inherit=True), space)
        assert printed.getvalue().rstrip() == shown.rstrip()


def test_its_commands_by_hand_find_the_slips(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    commands = [
        line.removeprefix("$ ") for line in PAGE.splitlines() if "--by-hand '" in line and line[0] == "$"
    ]
    assert [run(shlex.split(command)[1:]) for command in commands] == [1, 1]
    assert "dz1 is the first line that is wrong." in capsys.readouterr().out
    out = tmp_path / "verdict.txt"  # in the letters of the page, whatever this terminal has
    run([*shlex.split(commands[0])[1:], "--out", str(out)])
    shown = PAGE.partition(commands[0])[2].partition("```text\n")[2].partition("```")[0]
    assert out.read_text(encoding="utf-8").rstrip() == shown.rstrip()
