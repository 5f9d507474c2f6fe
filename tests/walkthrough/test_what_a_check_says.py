"""A gradient's check as it is told and as plain data; what excuses a difference; by which rules L is reached."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.walkthrough.gradient_check import GradientCheck, GradientChecks, check_gradient


def at(a: float, forward: Callable[[Any], Any], slope: Callable[[Any], Any] | None = None) -> cr.Trace:
    """L = f(a1[0, 0]) at a, with a gradient of its own or the derived one."""

    class Of(cr.Loss):
        def forward(self, q: Any) -> None:
            q.l = forward(q.a).sum(axis=1)

        if slope is not None:

            def backward(self, q: Any) -> None:
                q.da = slope(q.a)

    net = cr.Network([1, 1], output="identity", loss=Of(), parameters={"W1": [[1.0]]})
    return net.trace([[a]], [[0.0]])


def check(trace: cr.Trace, name: str = "da1") -> GradientCheck:
    found = check_gradient(trace, name, (0, 0))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("finding", "alone", "with_reason"),
    [
        ("agrees", "agrees", "agrees, but for the step"),
        ("a kink", "a kink", "a kink: the step"),
        ("cannot be told here", "cannot be told here", "cannot be told here: the step"),
        ("differs", "differs", "differs, for the step"),
        ("DIFFERS", "DIFFERS", "DIFFERS the step"),
    ],
)
def test_in_words(finding: Any, alone: str, with_reason: str) -> None:
    plain = GradientCheck("a1", 1.0, finding)
    assert (plain.verdict(), plain.reason, plain.losses) == (alone, "", ())
    assert GradientCheck("a1", 1.0, finding, "the step").verdict() == with_reason
    assert (plain.agrees, plain.wrong) == (finding == "agrees", finding == "DIFFERS")


def test_as_plain_data() -> None:
    told = check(at(3.0, np.square)).to_dict()
    assert told.pop("slope") == pytest.approx(6, rel=1e-11)
    assert told == {
        "entry": "a1[0, 0]", "gradient": 6.0, "finding": "agrees", "reason": "", "step": 1e-4, "side": "both",
        "losses": [3.0001**2, 2.9999**2], "slope_below": None, "slope_above": None, "agrees": True,
        "verdict": "agrees",
    }  # fmt: skip


def test_what_is_no_number_is_a_word_in_plain_data() -> None:
    told = check(at(0.0, np.sqrt)).to_dict()
    assert (told["gradient"], told["slope"], told["losses"]) == ("inf", None, [])
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    none = GradientCheck("a1", float("nan"), "cannot be told here").to_dict()
    assert (none["gradient"], none["side"], none["step"]) == ("nan", "both", None)


@pytest.mark.parametrize(
    ("floor", "a", "verdict"),
    [
        (1e-6, 1e-7, "differs, for the rule of da1 divides by 1e-06 at least"),
        (1e-12, 1e-13, "differs, for the rule of da1 divides by 1e-12 at least"),
        (1e-6, 1e-5, "agrees"),  # it is there, and changes nothing
        (1e-5, 1e-6, "DIFFERS"),  # no small number any more
        (0.5, 0.25, "DIFFERS"),
    ],
)
def test_a_divisor_is_kept_from_0_by_a_millionth_at_most(floor: float, a: float, verdict: str) -> None:
    assert check(at(a, np.log, lambda a: 1 / np.maximum(a, floor))).verdict() == verdict


@pytest.mark.parametrize(
    "slope",
    [
        lambda a: (
            2 / np.maximum(a + 1, 1e-6) / np.maximum(1e-6, a)
        ),  # the number comes first: a floor of another kind
        lambda a: 1 / np.minimum(a, 1e-6),
        lambda a: np.maximum(a, 1e-6) / a / a,
        lambda a: 1 / (np.maximum(a, 1e-6) + 1e-6),
    ],
)
def test_no_other_rule_excuses_a_difference(slope: Any) -> None:
    found = check(at(1e-7, lambda a: 3 * np.log(a), slope))
    assert found.verdict() == "DIFFERS"


def test_only_gradients_of_what_there_is_are_checked() -> None:
    trace = at(3.0, np.square)
    assert check_gradient(trace, "a1", (0, 0)) is None
    assert check_gradient(trace, "dq", (0, 0)) is None
    assert check_gradient(trace, "L", ()) is None


def test_a_loss_of_logits_is_nudged_by_its_textbook_form_together_with_what_reads_the_outputs() -> None:
    """L = -log a + a², whose logarithm is computed of z: nudging a has to reach both."""

    class Both(cr.Loss):
        def forward(self, q: Any) -> None:
            q.log_a = -np.logaddexp(0, -q.z)
            q.also(log_a=np.log(q.a))
            q.l = (np.square(q.a) - q.log_a).sum(axis=1)

        def backward(self, q: Any) -> None:
            q.da = (2 * q.a - 1 / q.a) / q.m
            q.dz = q.da * q.a * (1 - q.a)

    net = cr.Network([1, 1], output="sigmoid", loss=Both(), parameters={"W1": [[1.0]]})
    trace = net.trace([[0.7]], [[0.0]])
    for name in ("da1", "dz1"):
        found = check(trace, name)
        assert found.verdict() == "agrees"
        assert found.slope == pytest.approx(trace[name].item(), rel=1e-6)


def test_one_entry_is_told_from_all_by_its_index() -> None:
    net = cr.Network(
        [2, 2], output="identity", loss="half_squared_error", parameters={"W1": [[1, 2], [3, 4]]}
    )
    checks = GradientChecks(net.trace([[1.0, -1.0]], [[0.0, 1.0]]))  # a = (-2, -2), da = (-2, -3)
    for index, gradient in (((0, 0), -2.0), ((0, 1), -3.0)):
        found = checks.of("da1", index)
        assert found is not None
        assert (found.entry, found.gradient) == (f"a1[{index[0]}, {index[1]}]", gradient)
        assert found.slope == pytest.approx(gradient, rel=1e-9)


def test_what_can_not_be_told_has_its_entry_and_its_gradient() -> None:
    none = check(at(0.0, np.sqrt))
    assert (none.entry, none.gradient, none.finding, none.reason) == (
        "a1[0, 0]", np.inf, "cannot be told here", "the gradient is not finite",
    )  # fmt: skip
    without = check(at(-1.0, np.sqrt, lambda a: 1 + 2 * a))
    assert (without.entry, without.gradient, without.finding, without.reason) == (
        "a1[0, 0]", -1.0, "cannot be told here", "L is not finite by way of a1[0, 0]",
    )  # fmt: skip
    sides = check(at(0.0, lambda a: np.sqrt(-np.square(a)), lambda a: 3 + a))
    assert (sides.entry, sides.gradient, sides.slope, sides.step, sides.losses) == (
        "a1[0, 0]",
        3.0,
        None,
        None,
        (),
    )


def test_a_gradient_that_only_float32_has_not_is_not_finite() -> None:
    """10^30 × 10^10 is a number in double precision."""
    net = cr.Network(
        [1, 1], output="identity", loss="half_squared_error", dtype="float32", parameters={"W1": [[1e-20]]}
    )
    trace = net.trace([[1e30]], [[0.0]])
    with np.errstate(all="ignore"):
        assert np.isinf(trace["dW1"]).all()
        found = check(trace, "dW1")
    assert (found.gradient, found.verdict()) == (np.inf, "cannot be told here: the gradient is not finite")


def test_a_kink_is_told_with_both_slopes_and_the_step() -> None:
    found = check(at(0.0, np.abs))
    assert (found.slope_below, found.slope_above, found.side, found.step) == (-1.0, 1.0, "both", 1e-5)
    assert found.losses == (1e-5, 1e-5)
    above = check(at(0.0, lambda a: a * np.sqrt(a) + a, lambda a: 1 + 1.5 * np.sqrt(a)))
    assert above.step is not None
    h = above.step
    assert above.losses == pytest.approx([0, h + h**1.5, 2 * h + (2 * h) ** 1.5], rel=1e-12)
    assert (above.side, above.slope_below, above.slope_above) == ("above", None, None)


def _put_in(name: str, *behind: str) -> dict[str, str]:
    return dict.fromkeys(behind, f"differs, for {name} was put in by what_if")


@pytest.mark.parametrize(
    ("put_in", "verdicts"),
    [
        ("da1[0, 1]", {"dW2": "agrees", **_put_in("da1", "da1", "dz1", "dW1")}),
        ("dz2[0, 1]", _put_in("dz2", "dz2", "da1", "dz1", "dW1")),
        ("dW2[0, 1]", {"da1": "agrees", "dW1": "agrees", **_put_in("dW2", "dW2")}),
        (
            "a1[0, 1]",
            {"dW2": "agrees", "da1": "agrees", "dW1": "agrees"},
        ),  # on the way forward it is what it is
    ],
)
def test_what_was_put_in_excuses_what_is_computed_from_it(put_in: str, verdicts: dict[str, str]) -> None:
    trace = cr.worked_example().trace([[0.5, 0.5]], [1]).what_if({put_in: 7.0})
    for name, verdict in verdicts.items():
        found = check_gradient(trace, name, (0, 1))
        assert found is not None
        assert found.verdict() == verdict, name
