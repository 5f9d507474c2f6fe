"""docs/exercises.md is true: its blocks print what it shows, and its commands write what they say."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
from pathlib import Path

import pytest

from chainrule.cli import run
from pages_told import languages, told
from thorough import THOROUGH

PAGE = (Path(__file__).parents[2] / "docs" / "exercises.md").read_text(encoding="utf-8")
COMMANDS = [
    line.removeprefix("$ ").partition("#")[0].strip()
    for line in PAGE.splitlines() if line.startswith("$ chainrule") and "model" not in line
]  # fmt: skip


def test_its_code_prints_what_it_shows() -> None:
    assert languages("exercises.md") == ["python", "text"] * 4
    told("exercises.md")


@pytest.mark.some(4)
@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_run(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if "sheets.pdf" in command and shutil.which("pdflatex") is None:
        pytest.skip("needs pdflatex")
    words = shlex.split(command if THOROUGH else command.replace("--series 10", "--series 2"))[1:]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert run(words) == 0
    if "--out" in words:
        file = tmp_path / words[words.index("--out") + 1]
        assert file.stat().st_size > 1000
        assert file.with_name(f"{file.stem}-key{file.suffix}").exists() == ("apart" in words)
    else:
        assert len(printed.getvalue()) > 500


def test_every_option_of_the_table_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["exercise", "--help"]) == 0
    known = set(re.findall(r"--[\w-]+", capsys.readouterr().out))
    assert set(re.findall(r"`(--[\w-]+)", PAGE)) <= known
