"""Edges and neurons can be read without colour."""

from __future__ import annotations

import numpy as np
from drawn import circles, edges, luminance, worked_trace

import chainrule as cr
from chainrule import plots


def test_exactly_negative_weights_are_dashed_and_all_are_as_wide_as_they_are_large() -> None:
    net = cr.Network([4, 5, 3], seed=5)
    net.parameters["W1"][0, 0] = 0
    lines = edges(plots.network(net))
    assert len(lines) == 4 * 5 + 5 * 3
    for name in ("W1", "W2"):
        W = net.parameters[name]
        drawn = {index: lines[f"{name}[{index[0]}, {index[1]}]"] for index in np.ndindex(W.shape)}
        for index, line in drawn.items():
            assert line.is_dashed() == (W[index] < 0)
            assert line.get_color() == ("#d55e00" if W[index] < 0 else "#00609c")
        by_size = sorted(drawn, key=lambda index: abs(W[index]))
        assert np.all(np.diff([drawn[index].get_linewidth() for index in by_size]) >= 0)


def test_a_unit_that_gives_0_is_muted_with_the_edges_that_leave_it() -> None:
    ax = plots.network(worked_trace())
    muted = [k for k, circle in enumerate(circles(ax)) if circle.get_linestyle() == ":"]
    assert muted == [2]  # after two inputs, the first of the hidden ones
    assert luminance(circles(ax)[2].get_facecolor()) < luminance(circles(ax)[3].get_facecolor())
    faded = {name for name, line in edges(ax).items() if line.get_alpha() != 1}
    assert faded == {"W2[0, 0]", "W2[0, 1]"}
