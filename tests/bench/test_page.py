"""The page of the full benchmark."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def performance(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(FOLDER))
    module = importlib.import_module("performance")
    monkeypatch.setattr(module, "PAGE", tmp_path / "performance.md")
    return module


def test_a_section_that_is_made_anew_replaces_its_own_and_leaves_the_others(performance):
    performance.PAGE.write_text(
        "# Old\n\nhead\n\n## Notes\n\nby hand\n\n## Import\n\nold\n\n## Memory\n\nkept\n"
    )
    text = performance.page({"Import": ["new", "", "### Within", "it"]}, 2)
    assert text.startswith("# Performance\n")
    assert "| packages | chainrule " in text
    body = text[text.index("\n## ") :]
    assert body == "\n## Import\n\nnew\n\n### Within\nit\n\n## Memory\n\nkept\n\n## Notes\n\nby hand\n"


def test_sizes_of_what_is_installed(performance):
    lines = performance.fresh.sizes(1, 1)
    table = {row.split(" | ")[0].strip("| "): row for row in lines if row.startswith("| ")}
    assert float(table["chainrule"].split(" | ")[1]) > 0.1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--only", "stepps"], "there is no part 'stepps'. There is: steps, mnist, predict, fits"),
        (["--rounds", "0"], "--rounds is at least 1"),
        (["--threads", "99999"], "--threads at least 1 and at most"),
    ],
)
def test_nonsense_ends_with_a_line(options, said):
    command = [sys.executable, str(FOLDER / "performance.py"), *options]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
