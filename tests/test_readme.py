"""Every command and every snippet of the README is run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import matplotlib
import pytest

from chainrule.cli import run

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    matplotlib.use("agg")


def test_the_python_runs_from_top_to_bottom(capsys):
    space: dict[str, object] = {}
    for block in blocks("python"):
        exec(compile(block, "README.md", "exec"), space)
    printed = capsys.readouterr().out
    assert "L = -Σ y ⊙ log a2 = -(0×(-0.154402) + 1×(-1.944402)) = 1.944402" in printed
    assert "[0.5  0.5] ≈" not in printed
    assert "1{z1 > 0}" in printed
    assert Path("digits.safetensors").stat().st_size > 5_000
    assert "def train(X, y, parameters, epochs=20, batch_size=32, seed=0):" in str(space["script"])


@pytest.mark.timeout(900)  # a race of a minute is among them
def test_the_commands_run_and_print_what_the_page_shows(capsys):
    shown = 0
    for block in blocks("console"):
        lines = block.splitlines()
        for i, line in enumerate(lines):
            if not line.startswith("$ chainrule"):
                continue
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words[1] == "play" and "--save" not in words:
                continue  # it runs until Ctrl-C: test_cli_play
            assert run(words[1:]) == (words[1] == "diagnose"), line  # which has found something
            printed = capsys.readouterr().out
            rest = lines[i + 1 :]
            page = rest[: next((j for j, later in enumerate(rest) if later.startswith("$")), len(rest))]
            if any(page):
                assert printed.splitlines() == page
                shown += 1
    assert shown == 1
    assert {p.name for p in Path("pictures").iterdir()} == {"network.png", "curves.png", "boundary.png"}
    assert Path("predictions.csv").read_text().splitlines()[0] == "row,class,probability,p(0),p(1)"


def test_the_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^make (\w+)", "\n".join(blocks("console")), re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_links_lead_somewhere():
    for link in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / link).exists(), link
