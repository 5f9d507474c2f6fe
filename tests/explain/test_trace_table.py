"""``repr`` and ``str`` of a trace."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.explain.trace_table import describe


@pytest.fixture
def trace() -> cr.Trace:
    net = cr.worked_example()
    return net.trace(net.x, net.y, optimizer=cr.SGD(0.01))


def test_repr_is_a_line(trace):
    assert repr(trace) == "Trace  2 → 3 relu → 2 softmax   1 sample   SGD(0.01)   L = 1.944402"


def test_str_has_a_line_for_every_quantity_with_shape_rule_and_numbers(trace):
    lines = str(trace).splitlines()
    rows = {line.split()[1 if line.startswith("  forward") else 0]: line for line in lines}
    assert "  forward   z1      (1, 3)  x · W1 + b1                   [-0.3, 1.15, 0.75]" in lines
    assert rows["a1"].endswith("[0, 1.15, 0.75]   1 of 3 off")
    assert "change/size 8.1e-03" in str(trace)
    for name in trace.program.quantities:
        assert any(name.replace("log_", "log ") in line for line in lines), name
    assert lines[-1] == '  next: trace.explain("dW1")  trace.why("dW1[0, 1]")  trace.explain()'


def test_change_over_size_by_hand(trace):
    # ||W1_new - W1|| / ||W1|| with dW1 from the seed example
    W1 = np.array([[-0.6, 0.6, 0.4], [-0.6, 0.7, 0.5]])
    step = 0.01 * np.array([[0, 0.685542, 0.428464]] * 2)
    assert f"{np.linalg.norm(step) / np.linalg.norm(W1):.1e}" == "8.1e-03"


def test_a_large_array_is_a_picture_of_how_it_lies():
    values = np.concatenate([np.zeros(90), np.ones(10)])
    assert describe(values) == "0 █▁▁▁▁▁▁▁▁▂ 1  mean 0.1  sd 0.3"
    assert describe(np.full(50, 0.25)) == "all 0.25"


def test_what_is_not_finite_is_said_loudly():
    values = np.ones(20)
    values[3:5] = np.nan, np.inf
    assert describe(values) == "all 1  NOT FINITE: 2"


def test_what_if_says_what_changed(trace):
    changed = trace.what_if({"a1[0, 1]": 0})
    lines = str(changed).splitlines()
    assert lines[0] == "What if a1[0, 1] = 0"
    # a1 = [0, 0, .75]: z2 = .75·[.5, -.5] + [-.4, .4] = [-.025, .025]; L = log(1 + e^(-.05))
    assert lines[2] == f"  L was 1.944402, and is {np.log1p(np.exp(-0.05)):.6g}."
    assert "  z2      [0.895, -0.895]  →  [-0.025, 0.025]" in lines
    assert lines[-1] == "  unchanged: z1, shift2"


def test_what_if_nothing_changes(trace):
    assert str(trace.what_if({"a1[0, 0]": 0})).splitlines()[-1] == "  Nothing changed."
