"""Tables and sentences of a race."""

from __future__ import annotations

from dataclasses import replace

from chainrule.bench import report
from chainrule.bench.contestants import TRAINERS
from chainrule.bench.outcomes import Outcome, Race
from chainrule.bench.workloads import WORKLOADS


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
    assert lines[0] == "| racer | µs | median | × limit | middle half | loss | weights |"
    assert lines[1] == "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    assert len(lines) == 6


def test_the_summary_has_goals_and_what_missed_them(race):
    other = Race("", [race.outcomes[0], race.outcomes[2]], replace(WORKLOADS["f"]))
    table = {row[0]: row[1:] for row in report.summary([race, other])}
    assert table["× limit"] == ["b", "f"]
    assert table["the limit, µs"] == ["200", "200"]
    assert table["chainrule, compiled"] == ["1.05", "–"]
    assert table["scikit-learn"] == ["0.50 DIFFERS", "–"]
    assert table["goal: at most"] == ["1.12", "1"]
    assert table["× ahead of the best peer"] == ["2.86", ""]
    assert report.missed([race, other]) == []
    race.workload = replace(WORKLOADS["b"], max_ratio=0.9, min_speedup=3)
    assert report.missed([race]) == [
        "b: 1.05 × the limit, the goal is at most 0.9.",
        "b: 2.86 × ahead of the best peer, the goal is at least 3.",
    ]


def test_calls_have_a_goal_of_their_own(race):
    race.called = True
    race.workload = replace(WORKLOADS["b"], max_ratio=0.9, min_called=3)
    table = {row[0]: row[1:] for row in report.summary([race])}
    assert "goal: at most" not in table
    assert table["goal: at least"] == ["3"]
    assert report.missed([race]) == ["b: 2.86 × ahead of the best peer, the goal is at least 3."]


def test_nobody_raced():
    race = Race("b", [Outcome(TRAINERS["numpy"], failure="its process ended with code -9")], WORKLOADS["b"])
    assert report.text(race) == "b   b\n  plain NumPy was left out: its process ended with code -9."


def test_numbers_have_three_digits():
    assert [report.number(x) for x in (0.204, 9.99, 12.34, 1234.5)] == ["0.20", "9.99", "12.3", "1,234"]
