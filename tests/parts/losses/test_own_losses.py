"""A loss of one's own: a class with its forward rule, or a plain function."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from loss_rows import A, Y, through, told

import chainrule as cr
from chainrule.errors import KindError, LanguageError
from chainrule.parts.contract import Array, Loss


def test_an_own_loss_needs_its_forward_rule_alone() -> None:
    class Absolute(cr.Loss):
        def forward(self, q: Any) -> None:
            q.l = np.abs(q.a - q.y).sum(axis=1)

    net = cr.Network([2, 3], output="tanh", loss=Absolute(), seed=2)
    X, y = np.random.default_rng(0).standard_normal((2, 4, 3))
    trace = net.trace(X[:, :2], y)
    a: Array = np.tanh(X[:, :2] @ net.parameters["W1"])
    np.testing.assert_allclose(trace.loss, np.abs(a - y).sum() / 4, rtol=1e-13)
    np.testing.assert_allclose(trace["da1"], np.sign(a - y) / 4, rtol=1e-13)
    np.testing.assert_allclose(trace["dW1"], X[:, :2].T @ (np.sign(a - y) / 4 * (1 - a * a)), rtol=1e-12)


def cubed(a: Any, y: Any) -> Any:
    return (np.abs(a - y) ** 3).sum(axis=1)


def test_a_plain_function_is_a_loss() -> None:
    loss = Loss.of(cubed)
    assert (str(loss), loss.label(), loss.title(), loss.settings()) == (
        "cubed",
        "cubed",
        "own loss",
        {"function": cubed},
    )
    assert str(Loss.of(lambda a, y: a)) == "own function"
    trace = through("identity", cubed, A, Y)
    np.testing.assert_allclose(trace["l"], (np.abs(A - Y) ** 3).sum(axis=1), rtol=1e-14)
    np.testing.assert_allclose(
        trace["da1"] * 3, 3 * np.square(A - Y) * np.sign(A - Y), rtol=1e-13, atol=1e-300
    )
    assert trace.why("da1[0, 1]").nudge.verdict() == "agrees"


def test_a_loss_that_nothing_changes_has_a_gradient_of_0() -> None:
    trace = through("identity", lambda a, y: np.square(y).sum(axis=1), A, Y)
    np.testing.assert_array_equal(trace["da1"], np.zeros((3, 2)))


EACH = "it must give one value for each sample, as by .sum(axis=1)."


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (lambda a, y: np.square(a - y), f"gives shape (2, 2): {EACH}"),
        (lambda a, y: np.square(a - y).sum(), f"gives shape (): {EACH}"),
        (lambda a, y: 3.0, f"gives 3.0: {EACH}"),
        (lambda a: a, "can't be called on a and y: "),
        (
            lambda a, y: (a if isinstance(a, np.ndarray) else 2 * a).sum(axis=1),
            "gives other numbers on an array than by the rule that was written down from it: it must do the same for "
            "every input, without a branch on type, state or chance.",
        ),
    ],
)  # fmt: skip
def test_functions_that_are_no_loss(function: Any, what: str) -> None:
    message = told(lambda: cr.Network([2, 2], output="identity", loss=function), LanguageError)
    code = function.__code__
    assert message.startswith(f"{code.co_filename}, line {code.co_firstlineno}, in <lambda>: <lambda> {what}")


def test_what_is_no_loss() -> None:
    assert told(lambda: Loss.of(3), KindError) == (
        "3 is no loss: give its name, such as 'mean_squared_error', or a part."
    )
    assert told(lambda: Loss.of(cr.Huber), KindError) == "Huber is a class: write Huber(), with brackets."
