"""What is said of entries that have no value: which, why, and what training does without them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.walkthrough.undefined import undefined


def said(trace: cr.Trace, name: str) -> str:
    return undefined(trace, trace.program.quantities[name], trace.results)


def certain(samples: int) -> cr.Trace:
    """Outputs that are 1 and 0 to the last bit."""
    return cr.Network([1, 2], parameters={"W1": [[1000.0, -1000.0]]}).trace([[1.0]] * samples, [0] * samples)


@pytest.mark.parametrize(
    ("samples", "which"),
    [(1, "da1[0, 1] is"), (2, "da1[0, 1] and 1 more are"), (3, "da1[0, 1] and 2 more are")],
)
def test_a_gradient_that_training_goes_around(samples: int, which: str) -> None:
    """-y / a of an output of 0: dz = a - y has no such division."""
    trace = certain(samples)
    assert said(trace, "da1") == (
        f"{which} not defined here: y[0, 1] and a1[0, 1] are both 0; training takes dz1 without it"
    )
    assert [name for name in trace.program.quantities if said(trace, name)] == ["da1"]


def stated(rule: Callable[[Any], Any], a: list[float], y: list[float]) -> str:
    """What is said of r, which is stated of outputs and targets, and which no gradient reads."""

    class Of(cr.Loss):
        def forward(self, q: Any) -> None:
            q.r = rule(q)
            q.l = np.square(q.a).sum(axis=1)

    n = len(a)
    net = cr.Network([n, n], output="identity", loss=Of(), parameters={"W1": np.eye(n)})
    with np.errstate(all="ignore"):
        return said(net.trace([a], [y]), "r1")


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (lambda q: q.y / q.a, ": y[0, 1] and a1[0, 1] are both 0"),
        (lambda q: -q.y / np.negative(-q.a), ": y[0, 1] and a1[0, 1] are both 0"),  # without their signs
        (lambda q: 1 / (1 + q.a) + q.a / (2 * q.y), ": a1[0, 1] and 2×y[0, 1] are both 0"),
        (lambda q: (q.a + q.y) / q.a, ": a1[0, 1] + y[0, 1] and a1[0, 1] are both 0"),
        (lambda q: 1 / q.a - 1 / q.a, ""),  # ∞ - ∞
        (lambda q: q.a / q.a * 0 + q.y / q.a, ": a1[0, 1] and a1[0, 1] are both 0"),
    ],
)
def test_what_is_divided_by_what(rule: Callable[[Any], Any], reason: str) -> None:
    assert stated(rule, [1.0, 0.0], [1.0, 0.0]) == f"r1[0, 1] is not defined here{reason}"


def test_where_everything_is_defined_nothing_is_said() -> None:
    assert stated(lambda q: q.y / q.a, [1.0, 0.0], [1.0, 2.0]) == ""  # infinite, and that is a value
    trace = cr.Network([1, 2], seed=0).trace([[1.0]], [0])
    assert {said(trace, name) for name in trace.program.quantities} == {""}


def test_a_single_number_without_a_value_has_no_index() -> None:
    class Of(cr.Loss):
        def forward(self, q: Any) -> None:
            q.l = (q.y / q.a).sum(axis=1)

    net = cr.Network([1, 1], output="identity", loss=Of(), parameters={"W1": [[1.0]]})
    with np.errstate(all="ignore"):
        trace = net.trace([[0.0], [1.0]], [[0.0], [1.0]])
    assert said(trace, "L").startswith("L is not defined here")
    assert said(trace, "l") == "l[0] is not defined here: y[0, 0] and a1[0, 0] are both 0"


def test_a_gradient_that_training_reads_has_nothing_in_its_place() -> None:
    class Of(cr.Loss):
        def forward(self, q: Any) -> None:
            q.l = np.square(q.a).sum(axis=1)

        def backward(self, q: Any) -> None:
            q.da = -q.y / q.a

    net = cr.Network([1, 1], output="identity", loss=Of(), parameters={"W1": [[1.0]]})
    with np.errstate(all="ignore"):
        trace = net.trace([[0.0]], [[0.0]])
    assert said(trace, "da1") == "da1[0, 0] is not defined here: y[0, 0] and a1[0, 0] are both 0"
    assert said(trace, "dW1") == "dW1[0, 0] is not defined here"
