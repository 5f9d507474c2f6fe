"""A gradient beside a central difference: slopes worked by hand, kinks, and gradients that are wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.walkthrough.gradient_check import STEP, GradientCheck, check_gradient


def line(w: float, x: float = 2.0, y: float = 1.0, **how: Any) -> cr.Trace:
    """L = (w x - y)² / 2, of which dL/dw is (w x - y) x."""
    how = {"output": "identity", "loss": "half_squared_error"} | how
    return cr.Network([1, 1], parameters={"W1": [[w]]}, **how).trace([[x]], [[y]], cr.SGD(0.1))


def checked(trace: cr.Trace, name: str, *index: int) -> GradientCheck:
    found = check_gradient(trace, name, index)
    assert found is not None
    return found


def test_a_parabola_s_central_difference_is_its_slope() -> None:
    check = checked(line(3.0), "dW1", 0, 0)
    assert (check.entry, check.gradient, check.agrees, check.verdict()) == ("W1[0, 0]", 10, True, "agrees")
    assert check.step == 3 * STEP  # relative to what is nudged
    assert check.above == pytest.approx((2 * (3 + 3e-5) - 1) ** 2 / 2, rel=1e-14)
    assert check.below == pytest.approx((2 * (3 - 3e-5) - 1) ** 2 / 2, rel=1e-14)
    assert check.slope == pytest.approx(10, rel=1e-9)


def test_what_is_small_is_nudged_by_the_step_itself() -> None:
    assert checked(line(0.01), "dW1", 0, 0).step == STEP
    assert checked(line(-200.0), "dW1", 0, 0).step == 200 * STEP


@pytest.mark.parametrize(("name", "index"), [("db1", (0,)), ("dz1", (0, 0)), ("da1", (0, 0))])
def test_every_gradient_on_the_way_is_nudged(name: str, index: tuple[int, ...]) -> None:
    check = checked(line(3.0), name, *index)
    assert check.slope == pytest.approx(5, rel=1e-9)  # w x - y
    assert check.agrees


def test_only_gradients_of_the_loss_are_checked() -> None:
    trace = line(3.0)
    for name in ("z1", "W1_new", "L", "W1"):
        assert check_gradient(trace, name, (0, 0)) is None
    forward = trace.network.trace([[2.0]])
    assert check_gradient(forward, "dz1", (0, 0)) is None


def test_a_loss_that_reads_the_logits_is_nudged_by_its_textbook_form() -> None:
    """Cross-entropy reads z; a nudge of a goes through -log(a): its slope at the right class is -1 / a."""
    net = cr.Network([1, 2], parameters={"W1": [[0.0, np.log(3)]]})  # a = (1/4, 3/4)
    trace = net.trace([[1.0]], [1])
    check = checked(trace, "da1", 0, 1)
    assert check.slope == pytest.approx(-4 / 3, rel=1e-8)
    assert check.gradient == pytest.approx(-4 / 3, rel=1e-14)


class TwiceAsSteep(cr.Activation):
    """The identity, with a backward rule that is wrong."""

    def forward(self, q: Any) -> None:
        q.a = 1 * q.z

    def backward(self, q: Any) -> None:
        q.dz = 2 * q.da


def test_a_wrong_gradient_differs() -> None:
    check = checked(line(3.0, output=TwiceAsSteep()), "dW1", 0, 0)
    assert check.gradient == 20
    assert check.slope == pytest.approx(10, rel=1e-9)
    assert (check.agrees, check.kink, check.verdict()) == (False, "", "DIFFERS")


def test_at_a_kink_the_function_that_bends_is_named() -> None:
    net = cr.Network(
        [1, 1, 1], output="identity", loss="half_squared_error", parameters={"W1": [[0.0]], "W2": [[1.0]]}
    )
    check = checked(net.trace([[1.0]], [[1.0]]), "dW1", 0, 0)
    # L is 1/2 below, and (1 - w)² / 2 above: half the slope of -1 is seen, and the rule says 0
    assert check.slope == pytest.approx(-0.5, rel=1e-4)
    assert check.gradient == 0
    assert check.verdict() == "differs, for a1[0, 0] crosses the kink of max between the nudges"


def test_the_slope_of_a_float32_network_is_taken_in_double_precision() -> None:
    check = checked(line(0.3, x=0.7, y=0.1, dtype="float32"), "dW1", 0, 0)
    w, x, y = (float(np.float32(v)) for v in (0.3, 0.7, 0.1))
    assert check.slope == pytest.approx((w * x - y) * x, rel=1e-8)
    assert check.agrees


def test_a_gradient_that_was_put_in_is_told() -> None:
    check = checked(line(3.0).what_if({"dz1[0, 0]": 7.0}), "dW1", 0, 0)
    assert check.gradient == 14
    assert check.verdict() == "differs, for dz1 was put in by what_if"
