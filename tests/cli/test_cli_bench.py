"""chainrule bench: a table, and one line for nonsense."""

from __future__ import annotations

import pytest

from chainrule.bench import heat, race
from chainrule.bench.report import LEGEND
from chainrule.cli import bench


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "SECONDS", 1e-4)
    monkeypatch.setattr(heat, "PAUSE_SECONDS", 0)


def test_a_table_for_each_column_and_what_it_means(chainrule):
    done = chainrule("bench", "--columns", "f,a", "--peers", "numpy", "--rounds", "2", "--threads", "1")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith(f"{LEGEND}\n")
    first, second, _ = done.out.split("\n\n")
    assert first.startswith("f   20-100-100-1, regression, batches of 32, Adam, float32\n")
    assert second.startswith("a   2-3-2, batches of 200, SGD, float32\n")
    for table in (first, second):
        titles = {line[2:27].strip() for line in table.splitlines()}
        assert {"the matrix products alone", "chainrule, NumPy", "plain NumPy"} <= titles
        assert "DIFFERS" not in table
    assert max(map(len, done.out.splitlines())) <= 88


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--columns", "z"], "there is no column 'z'. There is: a, a64, b, c, d, e, f, g, h, i, ir, k."),
        (["--columns", ""], "there is no column ''. There is: a, a64, b, c, d, e, f, g, h, i, ir, k."),
        (
            ["--peers", "jaxx"],
            "there is no peer 'jaxx'. Did you mean 'jax'? There is: numpy, sklearn, torch, torch-compiled, jax, "
            "jax-scan, keras, all.",
        ),
        (
            ["--rounds", "0"],
            "Invalid value for '--rounds': 0 is too small, it must be at least 1. "
            "See: chainrule bench --help",
        ),
        (
            ["--rounds", "many"],
            "Invalid value for '--rounds': 'many' is no whole number: give one that is at least 1. "
            "See: chainrule bench --help",
        ),
        (
            ["--threads", "-2"],
            "Invalid value for '--threads': -2 is too small, it must be at least 1. "
            "See: chainrule bench --help",
        ),
        (
            ["--threads", "99999"],
            f"--threads 99999 is more than there are processors: take at most {race.processors()}.",
        ),
    ],
)
def test_nonsense_is_one_line(refused, arguments, message):
    assert refused("bench", *arguments) == message


def test_help_fits_and_is_ascii_apart_from_its_frames(chainrule):
    shown = chainrule("bench", "--help")
    assert shown.code == 0
    assert max(map(len, shown.out.splitlines())) <= 80
    assert {c for c in shown.out if not c.isascii()} <= set("╭╮╰╯─│")
    assert "chainrule bench --columns b --peers jax-scan --rounds 7" in shown.out
