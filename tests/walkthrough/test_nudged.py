"""Slopes by differences, by hand: of functions whose differences are known, and of single rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.walkthrough.gradient_check import GradientChecks
from chainrule.walkthrough.nudged import Difference, Nudged

EPS = 2.0**-52


class Curve(Nudged):
    """L as a function of a number."""

    def __init__(self, of: Callable[[float], float], at: float) -> None:
        self.of_number, self.entry = of, at

    def loss(self, amount: float) -> float:
        return self.of_number(self.entry + amount)


@pytest.mark.parametrize(
    ("of", "at", "step", "losses", "slope", "gap", "jump"),
    [
        # x² around 3: 12.25 - 6.25 over 1, and 16 - 4 over 2
        (lambda x: x**2, 3.0, 0.5, (12.25, 6.25), 6.0, 0.0, 0.0),
        # x³ around 1: 3.375 - 0.125 over 1, and 8 - 0 over 2
        (lambda x: x**3, 1.0, 0.5, (3.375, 0.125), 3.25, 0.75, 0.0),
        # |x| and 3 |x| + x at 0: slopes -1 and 1, -2 and 4
        (abs, 0.0, 0.5, (0.5, 0.5), 0.0, 0.0, 2.0),
        (lambda x: 3 * abs(x) + x, 0.0, 0.25, (1.0, 0.5), 1.0, 0.0, 6.0),
        # of a curve beside a kink, half of its bend is left by half the step
        (lambda x: abs(x) + x**2, 0.0, 0.125, (0.140625, 0.140625), 0.0, 0.0, 2.25),
        (lambda x: abs(x) + 4 * x**2, 0.0, 0.5, (1.5, 1.5), 0.0, 0.0, 0.0),
    ],
)  # fmt: skip
def test_a_central_difference(
    of: Any, at: float, step: float, losses: tuple[float, float], slope: float, gap: float, jump: float
) -> None:
    noise = EPS * (max(losses) + abs(at * slope)) / step  # of L, and of the entry where the step is added
    found = Curve(of, at).difference(step)
    assert found == Difference(step, "both", losses, slope, gap, noise, jump)
    assert found is not None
    assert found.error == gap + noise


@pytest.mark.parametrize(
    ("of", "at", "side", "step", "losses", "slope", "gap"),
    [
        # the three-point formula is exact for x²
        (lambda x: x**2, 3.0, "above", 0.5, (9.0, 12.25, 16.0), 6.0, 0.0),
        (lambda x: x**2, 3.0, "below", 0.5, (9.0, 6.25, 4.0), 6.0, 0.0),
        # x³ at 0: (4 × 0.125 - 1) / 1, and (4 - 8) / 2
        (lambda x: x**3, 0.0, "above", 0.5, (0.0, 0.125, 1.0), -0.5, 1.5),
        (lambda x: x**3, 0.0, "below", 0.5, (0.0, -0.125, -1.0), -0.5, 1.5),
    ],
)  # fmt: skip
def test_a_difference_of_one_side(
    of: Any, at: float, side: Any, step: float, losses: tuple[float, ...], slope: float, gap: float
) -> None:
    noise = 4 * EPS * (max(map(abs, losses)) + abs(at * slope)) / step
    assert Curve(of, at).one_sided(step, side) == Difference(step, side, losses, slope, gap, noise)


def test_where_l_is_finite_on_one_side_alone_that_one_tells() -> None:
    def root(x: float) -> float:
        return x**2 if x >= 0 else float("nan")

    assert [
        getattr(Curve(root, 0.0).difference(0.5), "side", None),
        Curve(root, 0.0).one_sided(0.5, "below"),
    ] == [
        "above",
        None,
    ]
    other = Curve(lambda x: root(-x), 0.0)
    assert (getattr(other.difference(0.5), "side", None), other.one_sided(0.5, "above")) == ("below", None)
    point = Curve(lambda x: 1.0 if x == 0 else float("inf"), 0.0)
    assert point.difference(0.5) is None
    # Twice the step is looked at as well, of one side four times the step.
    assert Curve(lambda x: x if abs(x) <= 0.5 else float("nan"), 0.0).difference(0.5) is None
    assert (
        getattr(Curve(lambda x: x if abs(x) <= 1 else float("nan"), 0.0).difference(0.5), "side", None)
        == "both"
    )
    assert Curve(lambda x: x if x < 2 else float("nan"), 0.0).one_sided(0.5, "above") is None


def test_differences_too_large_for_a_number_are_none() -> None:
    """Each of the losses is one, and their sum is not."""
    assert Curve(lambda x: 1e308, 0.0).difference(0.5) is None


# --- of a network -------------------------------------------------------------------------------------------


def loss(stated: Callable[[Any], Any]) -> cr.Loss:
    class Of(cr.Loss):
        def forward(self, q: Any) -> None:
            q.l = stated(q.a).sum(axis=1)

    return Of()


def trace_of(stated: Callable[[Any], Any], a: list[float], dtype: str = "float64") -> cr.Trace:
    """L = Σ of what is stated of outputs that are these numbers."""
    n = len(a)
    net = cr.Network([n, n], output="identity", loss=loss(stated), parameters={"W1": np.eye(n)}, dtype=dtype)
    return net.trace([a], [[0.0] * n])


@pytest.mark.parametrize(
    ("stated", "function"),
    [
        (np.abs, "|…|"), (lambda a: np.maximum(0, a), "max"), (lambda a: np.minimum(a, 0), "min"),
        (lambda a: np.where(a > 0, a, 0), "… > …"), (lambda a: np.where(a >= 0, a, 0), "… >= …"),
        (lambda a: np.where(a < 0, a, 0), "… < …"), (lambda a: np.where(a <= 0, a, 0), "… <= …"),
    ],
)  # fmt: skip
def test_a_kink_is_named_by_its_entry_and_its_function(stated: Callable[[Any], Any], function: str) -> None:
    trace = trace_of(stated, [0.0, 5.0])
    nudged = GradientChecks(trace).nudged("a1", (0, 0))
    assert nudged.crossings(0.5) == [("l[0]", function)]
    assert GradientChecks(trace).nudged("a1", (0, 1)).crossings(0.5) == []
    assert GradientChecks(trace).nudged("a1", (0, 1)).crossings(6.0) == [("l[0]", function)]


@pytest.mark.parametrize("stated", [lambda a: np.maximum(5, a), lambda a: np.where(a > 5, 2 * a, a + 5)])
def test_a_kink_is_where_both_sides_are_the_same(stated: Callable[[Any], Any]) -> None:
    checks = GradientChecks(trace_of(stated, [0.0, 5.0]))
    assert checks.nudged("a1", (0, 0)).crossings(0.5) == []
    assert len(checks.nudged("a1", (0, 1)).crossings(0.5)) == 1


def test_only_the_moved_entry_moves_and_what_reads_it() -> None:
    trace = trace_of(np.square, [3.0, 5.0])
    nudged = GradientChecks(trace).nudged("a1", (0, 1))
    moved = nudged.run(0.5)
    assert moved["a1"].tolist() == [[3.0, 5.5]]
    assert (moved["l"].tolist(), moved["L"]) == ([9 + 5.5**2], 9 + 5.5**2)
    assert moved["z1"] is trace.results["z1"]
    assert trace["a1"].tolist() == [[3.0, 5.0]]
    assert (nudged.entry, nudged.loss(0.0), nudged.loss(-1.0)) == (5.0, 34.0, 25.0)
    assert GradientChecks(trace).nudged("L", ()).run(2.0)["L"] == 36.0


def test_what_was_put_in_stays_where_an_entry_before_it_moves() -> None:
    trace = trace_of(np.square, [3.0, 5.0]).what_if({"a1[0, 0]": 1.0})
    nudged = GradientChecks(trace).nudged("z1", (0, 0))
    assert nudged.run(0.5)["a1"].tolist() == [[1.0, 5.0]]
    assert nudged.loss(0.5) == nudged.loss(0.0) == 26.0


def test_rounding_between_an_entry_and_l_is_that_of_these_lines_alone() -> None:
    """u = a - 3 + 2^-40 loses the digits of a; L = u² from u on has them all."""

    class Of(cr.Loss):
        def forward(self, q: Any) -> None:
            q.u = q.a - (3 - 2.0**-40)
            q.l = np.square(q.u).sum(axis=1)

    net = cr.Network([cr.Dense(1, 1, bias=False)], loss=Of(), parameters={"W1": [[1.0]]})
    trace = net.trace([[3.0]], [[0.0]])
    checks, L, u = GradientChecks(trace), 2.0**-80, 2.0**-40
    half = EPS / 2
    assert half * L < checks.nudged("u1", (0, 0)).rounding() < 3 * half * L
    # from x on: the sum of one product is rounded by √1.25 half units of 3
    assert checks.nudged("x", (0, 0)).rounding() == pytest.approx(2 * u * np.sqrt(1.25) * 3 * half, rel=1e-3)
    assert checks.nudged("L", ()).rounding() == 0.0
