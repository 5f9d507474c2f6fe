"""The picture of a race."""

from __future__ import annotations

from dataclasses import replace

import pytest
from matplotlib.figure import Figure

from chainrule.bench import picture
from chainrule.bench.contestants import TRAINERS
from chainrule.bench.workloads import WORKLOADS


def test_the_picture_has_a_line_for_each_contestant(race):
    axes = Figure().add_subplot()
    picture.draw([race, replace(race, workload=WORKLOADS["f"])], axes)
    shown = {text.get_text() for text in axes.get_legend().get_texts()}
    assert shown == {each.title for each in TRAINERS.values() if each.kind != "limit"}
    assert [label.get_text() for label in axes.get_xticklabels()] == ["b\n784-128-10", "f\n20-100-100-1"]
    assert axes.get_yscale() == "log"
    assert list(axes.lines[0].get_ydata()) == pytest.approx([1.05, 1.05])
