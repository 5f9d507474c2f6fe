"""Completion as a shell asks for it: of commands, of options, and of their values."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chainrule.cli import completing
from chainrule.parts.contract import Activation, Optimizer

BASH = shutil.which("bash")
ASK = """
eval "$(chainrule --show-completion bash)"
while IFS='|' read -r -a COMP_WORDS; do
    COMP_CWORD=$((${#COMP_WORDS[@]}-1)); COMPREPLY=()
    _chainrule_completion chainrule
    printf '%s ' "${COMPREPLY[@]}"; echo
done
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two files, and with a command of that name on the path."""
    tool = tmp_path / "bin" / "chainrule"
    tool.parent.mkdir()
    tool.write_text(
        f"#!/bin/sh\nexec '{sys.executable}' -c 'from chainrule.cli import main; main()' \"$@\"\n"
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    (tmp_path / "mine.csv").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.skipif(BASH is None, reason="needs bash")
def test_bash_asks(place: Path) -> None:
    asked = {
        ("ex",): ["explain", "exercise", "export"],
        ("train", "moons", "--activation", "soft"): [
            n for n in Activation.registry() if n.startswith("soft")
        ],
        ("train", "m"): ["mnist", "moons", "mine.csv"],
        ("compare", "--optimizers", "sgd,ad"): [
            f"sgd,{n}" for n in Optimizer.registry() if n.startswith("ad")
        ],
        ("export", "m.safetensors", "--to", ""): ["c", "numpy", "js", "sql", "excel", "onnx"],
        ("cache", "--cl"): ["--clear"],
    }
    lines = "".join("|".join(("chainrule", *words, "")) + "\n" for words in asked)
    done = subprocess.run([str(BASH), "-c", ASK], input=lines, capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    found = [sorted(line.split()) for line in done.stdout.splitlines()]
    assert found == [sorted(expected) for expected in asked.values()]


@pytest.mark.some(1)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_it_is_shown_and_installed(shell: str, place: Path) -> None:
    shown = subprocess.run(
        ["chainrule", "--show-completion", shell], capture_output=True, text=True, timeout=60
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "_CHAINRULE_COMPLETE=complete_" + shell in shown.stdout
    program = shutil.which(shell)
    if program is not None:  # it is read as that shell reads it
        read = subprocess.run([program, "-n"], input=shown.stdout, capture_output=True, text=True, timeout=60)
        assert (read.returncode, read.stderr) == (0, "")
    done = subprocess.run(
        ["chainrule", "--install-completion", shell], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{shell} completion installed in {place}" in done.stdout


def test_it_can_not_be_installed(place: Path) -> None:
    done = subprocess.run(
        ["chainrule", "--install-completion", "bash"],
        capture_output=True, text=True, timeout=60, env={**os.environ, "HOME": "/proc/nowhere"},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (
        2, "", "chainrule: the completion can't be written to /proc/nowhere: No such file or directory.\n",
    )  # fmt: skip


def test_words_after_others() -> None:
    complete = completing.words("even", "up")
    assert (complete(""), complete("e"), complete("up,e"), complete("x")) == (
        ["even", "up"],
        ["even"],
        ["up,even"],
        [],
    )
