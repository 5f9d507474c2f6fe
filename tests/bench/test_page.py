"""The page of the full benchmark."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import chainrule as cr

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
    body = text[text.index("\n## Import") : text.index("\n## Goals")]
    assert body == "\n## Import\n\nnew\n\n### Within\nit\n\n## Memory\n\nkept\n\n## Notes\n\nby hand\n"


def test_goals_stand_at_the_end_and_stay_where_their_section_is_not_made_anew(performance):
    table = ["| × limit | a | b |", "| --- | ---: | ---: |", "| ours | 1 | 2 |", "| goal: at most | 3 | 1 |"]
    missed = [
        "",
        "Goals that were not met:",
        "",
        "- b: 2 × the limit.",
        "",
        "### One at once",
        "",
        "- Goal: first: met.",
    ]
    performance.PAGE.write_text(performance.page({"Training steps": [*table, *missed, "", "- kept"]}, 2))
    text = performance.page(
        {"Import": ["| | ms |", "| --- | ---: |", "| numpy | 5 |", "", "Goal, at most 1.3: met."]}, 2
    )
    assert "\n## Training steps\n\n" + "\n".join(table[:3]) + "\n\n### One at once\n\n- kept\n" in text
    assert text.partition("\n## Goals\n")[2].partition("\n### ")[2] == (
        "Training steps\n\n"
        + "\n".join([*table[:2], table[3]])
        + "\n\n- not met: b: 2 × the limit.\n- One at once: first: met.\n\n### Import\n\n- at most 1.3: met.\n"
    )
    assert performance.page({}, 2) != text  # what was not written is not known
    performance.PAGE.write_text(text)
    assert performance.page({}, 2) == text


def test_what_it_comes_to_is_taken_from_the_tables_below(performance):
    head, *rows = "|  | s | loss |", "| scikit-learn | 40 | 1 |", "| chainrule, by default | 10 | 2 |"
    text = performance.page({"A hundred fits in one process": [head, "| --- | ---: | ---: |", *rows]}, 2)
    assert "\n| seconds | chainrule | scikit-learn | PyTorch |\n" in text
    assert "\n| a hundred fits in one process | 10 | 40 | – |\n" in text
    assert "MNIST to 97 %" not in text


def test_the_page_in_the_docs_has_the_shape_that_it_is_written_in(performance):
    page = (FOLDER.parent / "docs" / "performance.md").read_text(encoding="utf-8")
    sections, goals = performance.performance_page.read(page)
    machine = page.partition("\n## The machine\n\n")[2].partition("\n\n## ")[0]
    assert performance.performance_page.written(sections, goals, machine.splitlines()) == page


@pytest.fixture
def install(monkeypatch, tmp_path):
    """Install a distribution of one file."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def distribution(name, size, *requires):
        with (tmp_path / f"{name}.bin").open("wb") as file:
            file.truncate(size)
        info = tmp_path / f"{name.replace('-', '_')}-1.dist-info"
        info.mkdir()
        head = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1", "Provides-Extra: more"]
        (info / "METADATA").write_text(
            "\n".join([*head, *(f"Requires-Dist: {each}" for each in requires), ""])
        )
        (info / "RECORD").write_text(f"{name}.bin,,{size}\n")

    return distribution


def test_sizes_are_of_a_distribution_and_of_all_that_it_requires(performance, install, monkeypatch):
    install(
        "first-of-three", 2_500_000, "second-of-three>=1", 'third-of-three; extra == "more"', "numpy>=2.0"
    )
    install("second-of-three", 1_250_000, "first-of-three", "absent-from-here")
    install("third-of-three", 40_000_000)
    monkeypatch.setattr(
        performance.fresh,
        "SIZED",
        ("first-of-three", "first-of-three[more]", "absent-from-here", "chainrule"),
    )
    rows = [line for line in performance.fresh.sizes(1, 1) if line.startswith("| ")][2:]
    assert rows[:2] == ["| first-of-three | 2.5 | 4 |", "| first-of-three[more] | 2.5 | 44 |"]
    package = Path(cr.__file__).parent
    files = (path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    own = sum(path.stat().st_size for path in files)
    assert [row.split(" | ")[:2] for row in rows[2:]] == [["| chainrule", f"{own / 1e6:.1f}"]]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--only", "stepps"],
            "there is no part 'stepps'. There is: steps, calls, more, mnist, predict, fits",
        ),
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
