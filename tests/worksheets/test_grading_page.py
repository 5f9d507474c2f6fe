"""docs/grading.md is true: its block prints what it shows, and its commands run one after the other."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from chainrule.cli import run
from pages_told import languages, told
from thorough import THOROUGH

PAGE = (Path(__file__).parents[2] / "docs" / "grading.md").read_text(encoding="utf-8")


def test_its_code_prints_what_it_shows() -> None:
    assert languages("grading.md") == ["python", "text"]
    told("grading.md")


def test_its_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("class.csv").write_text("name;sheet;dz1_0_0\nAda;1;0,5\nBen;2;\n")
    Path("ada.json").write_text(json.dumps({"dz1[0, 0]": 0}))
    commands = [line[2:].partition(" #")[0] for line in PAGE.splitlines() if line.startswith("$ chainrule")]
    assert len(commands) == 5
    for command in commands:
        if ".pdf" in command and shutil.which("pdflatex") is None:
            command = command.replace(".pdf", ".tex")
        words = shlex.split(command if THOROUGH else command.replace("--series 10", "--series 2"))[1:]
        with contextlib.redirect_stdout(io.StringIO()):
            assert run(words) == 0, command
    assert Path("grades.csv").read_text().startswith("learner,sheet,score,")


def test_every_option_that_it_names_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grade", "--help"]) == 0
    known = set(re.findall(r"--[\w-]+", capsys.readouterr().out))
    assert set(re.findall(r"`(--[\w-]+)", PAGE)) <= known
