"""Every command of the README and of the page of commands is run."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import matplotlib
import pytest

from chainrule.cli import run

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README + COMMANDS, re.DOTALL)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    matplotlib.use("agg")


def test_the_commands_run_and_print_what_the_page_shows(capsys):
    shown = 0
    for block in blocks("console"):
        lines = block.splitlines()
        for i, line in enumerate(lines):
            if not line.startswith("$ chainrule"):
                continue
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words[1] in ("play", "bench"):
                continue  # one runs until Ctrl-C, the other for a minute: test_cli_play, test_cli_bench
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


def test_a_package_index_shows_it_without_pictures_and_pages_that_are_not_there():
    """As the build's hook rewrites it, by expressions of Python's re (hatch-fancy-pypi-readme, "Substitutions")."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    text = README
    for each in settings["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["substitutions"]:
        text = re.sub(each["pattern"], each["replacement"], text)
    assert [link for link in re.findall(r"\]\(([^)]*)\)", text) if not link.startswith("https://")] == []
    assert "![" not in text
    assert (
        "| **Learn** | the seven steps by hand, the page to put your finger on, exercises, a course |" in text
    )


def test_links_lead_somewhere():
    for link in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / link).exists(), link
