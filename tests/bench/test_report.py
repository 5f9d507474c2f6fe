"""Tables, sentences and the picture of a race."""

from __future__ import annotations

from dataclasses import replace

import pytest
from matplotlib.figure import Figure

from chainrule.bench import report
from chainrule.bench.columns import COLUMNS
from chainrule.bench.race import Outcome, Race
from chainrule.bench.racers import ENTRIES


@pytest.fixture
def race() -> Race:
    """The limit, chainrule, a peer, one that cheats and one that is not there."""
    return Race(
        str(COLUMNS["b"]),
        [
            Outcome(ENTRIES["limit"], [2e-4, 2.2e-4]),
            Outcome(ENTRIES["compiled"], [2.1e-4, 2.31e-4], loss=1e-7, weights=2e-6),
            Outcome(ENTRIES["numpy"], [6e-4, 6.6e-4], loss=0, weights=3e-6),
            Outcome(ENTRIES["sklearn"], [1e-4, 1e-4], loss=0.2, weights=0.5),
            Outcome(ENTRIES["jax"], out="jax is not installed: pip install 'chainrule[bench]'"),
        ],
        COLUMNS["b"],
    )


def test_as_text(race):
    assert report.text(race).splitlines() == [
        "b   784-128-10, batches of 100, Adam, float32",
        "                              µs  median  × limit  middle half   loss  weights",
        "  scikit-learn DIFFERS       100     100     0.50  0.47 … 0.49  2e-01    5e-01",
        "  the matrix products alone  200     210     1.00",
        "  chainrule, compiled        210     220     1.05  1.05 … 1.05  1e-07    2e-06",
        "  plain NumPy                600     630     3.00  3.00 … 3.00  0e+00    3e-06",
        "  chainrule, compiled: 1.05 × the limit, 2.86 × ahead of plain NumPy, the best peer.",
        "  scikit-learn did not do the same work.",
        "  JAX, one step a call was left out: jax is not installed: pip install 'chainrule[bench]'.",
    ]


def test_as_markdown(race):
    lines = report.markdown(report.rows(race))
    assert lines[0] == "|  | µs | median | × limit | middle half | loss | weights |"
    assert lines[1] == "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    assert len(lines) == 6


def test_the_summary_has_goals_and_what_missed_them(race):
    other = Race("", [race.outcomes[0], race.outcomes[2]], replace(COLUMNS["f"]))
    table = {row[0]: row[1:] for row in report.summary([race, other])}
    assert table["× limit"] == ["b", "f"]
    assert table["the limit, µs"] == ["200", "200"]
    assert table["chainrule, compiled"] == ["1.05", "–"]
    assert table["scikit-learn"] == ["0.50 DIFFERS", "–"]
    assert table["goal: at most"] == ["1.12", "1"]
    assert table["× ahead of the best peer"] == ["2.86", ""]
    assert report.missed([race, other]) == []
    race.column = replace(COLUMNS["b"], most=0.9, ahead=3)
    assert report.missed([race]) == [
        "b: 1.05 × the limit, the goal is at most 0.9.",
        "b: 2.86 × ahead of the best peer, the goal is at least 3.",
    ]


def test_nobody_raced():
    race = Race("b", [Outcome(ENTRIES["numpy"], out="its process ended with code -9")], COLUMNS["b"])
    assert report.text(race) == "b   b\n  plain NumPy was left out: its process ended with code -9."


def test_the_picture_has_a_line_for_each_racer(race):
    axes = Figure().add_subplot()
    report.draw([race, replace(race, column=COLUMNS["f"])], axes)
    shown = {text.get_text() for text in axes.get_legend().get_texts()}
    assert shown == {entry.title for entry in ENTRIES.values() if entry.kind != "limit"}
    assert [label.get_text() for label in axes.get_xticklabels()] == ["b\n784-128-10", "f\n20-100-100-1"]
    assert axes.get_yscale() == "log"
    assert list(axes.lines[0].get_ydata()) == pytest.approx([1.05, 1.05])


def test_numbers_have_three_digits():
    assert [report.number(x) for x in (0.204, 9.99, 12.34, 1234.5)] == ["0.20", "9.99", "12.3", "1,234"]
