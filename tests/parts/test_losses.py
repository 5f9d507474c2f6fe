"""Each loss against formulas written here; numbers worked by hand; logits of ±10 000."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InputError
from chainrule.parts.contract import Array

A = np.array([[0.5, 0.2], [0.9, 0.4], [0.1, 0.7]])
Y = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])


def through(output: str, loss: str, z: Any, y: Any, dtype: str = "float64") -> Any:
    """A trace of a network whose output activation gets z itself: W is the identity and b is 0."""
    z = np.atleast_2d(np.asarray(z, dtype))
    n = z.shape[1]
    net = cr.Network([n, n], output=output, loss=loss, dtype=dtype, parameters={"W1": np.eye(n)})
    return net.trace(z, y)


def test_mean_squared_error_by_hand() -> None:
    # ((0.5² + 0.2²) + (0.4² + 0.1²) + (0.1² + 0.3²)) / 2 outputs / 3 samples = (0.29 + 0.17 + 0.1) / 6
    trace = through("identity", "mean_squared_error", A, Y)
    np.testing.assert_allclose(trace["l"], [0.145, 0.085, 0.05], rtol=1e-14)
    assert trace.loss == pytest.approx(0.56 / 6, rel=1e-14)
    np.testing.assert_allclose(trace["da1"], (A - Y) / 3, rtol=1e-14)


def test_half_squared_error_by_hand() -> None:
    trace = through("identity", "half_squared_error", A, Y)
    np.testing.assert_allclose(trace["l"], [0.145, 0.085, 0.05], rtol=1e-14)
    assert trace.loss == pytest.approx(0.28 / 3, rel=1e-14)
    np.testing.assert_allclose(trace["da1"], (A - Y) / 3, rtol=1e-14)


def test_with_three_outputs_the_two_squared_errors_differ_by_their_factor() -> None:
    z, y = np.array([[1.0, 2.0, 4.0]]), np.array([[0.0, 0.0, 1.0]])
    mean, half = (through("identity", f"{n}_squared_error", z, y) for n in ("mean", "half"))
    assert (mean.loss, half.loss) == (pytest.approx(14 / 3), pytest.approx(7))
    np.testing.assert_allclose(mean["da1"], [[2 / 3, 4 / 3, 2]])
    np.testing.assert_allclose(half["da1"], [[1, 2, 3]])


def test_cross_entropy_with_softmax_by_hand() -> None:
    z = np.log([[1.0, 2.0, 5.0], [3.0, 3.0, 2.0]])  # so a = [1/8, 2/8, 5/8], [3/8, 3/8, 2/8]
    trace = through("softmax", "cross_entropy", z, [2, 0])
    np.testing.assert_allclose(trace["l"], [np.log(8 / 5), np.log(8 / 3)], rtol=1e-13)
    np.testing.assert_allclose(trace["dz1"] * 16, [[1, 2, -3], [-5, 3, 2]], rtol=1e-13)
    np.testing.assert_allclose(trace["da1"], [[0, 0, -0.8], [-4 / 3, 0, 0]], rtol=1e-13, atol=1e-300)


def test_cross_entropy_with_soft_targets() -> None:
    z, y = np.log([[1.0, 3.0]]), np.array([[0.25, 0.75]])
    trace = through("softmax", "cross_entropy", z, y)
    assert trace.loss == pytest.approx(-0.25 * np.log(0.25) - 0.75 * np.log(0.75), rel=1e-14)
    np.testing.assert_allclose(trace["dz1"], 0, atol=1e-15)


def test_cross_entropy_with_sigmoid_sums_over_the_outputs() -> None:
    z = np.log([[1.0, 3.0]])  # so a = [1/2, 3/4]
    trace = through("sigmoid", "cross_entropy", z, np.array([[1.0, 0.0]]))
    assert trace.loss == pytest.approx(np.log(2) + np.log(4), rel=1e-14)
    np.testing.assert_allclose(trace["dz1"], [[-0.5, 0.75]], rtol=1e-14)
    np.testing.assert_allclose(trace["da1"], [[-2, 4]], rtol=1e-14)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_softmax_and_cross_entropy_at_logits_of_10_000(dtype: str) -> None:
    z = [[1e4, -1e4], [1e4, -1e4], [-1e4, -1e4], [1e4, 1e4 - 1]]
    trace = through("softmax", "cross_entropy", z, [0, 1, 0, 1], dtype)
    e = np.exp(1)
    np.testing.assert_allclose(trace["l"], [0, 2e4, np.log(2), np.log(1 + e)], rtol=1e-6, atol=1e-12)
    assert trace.loss == pytest.approx((2e4 + np.log(2) + np.log(1 + e)) / 4, rel=1e-6)
    expected = [[0, 0], [1, -1], [-0.5, 0.5], [e / (1 + e), -e / (1 + e)]]
    np.testing.assert_allclose(4 * trace["dz1"], expected, rtol=1e-6, atol=1e-12)
    assert all(np.isfinite(trace[name]).all() for name in ("dW1", "db1", "log_a1"))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_sigmoid_and_cross_entropy_at_logits_of_10_000(dtype: str) -> None:
    z = [[1e4, -1e4], [1e4, -1e4], [0.0, 50.0]]
    trace = through("sigmoid", "cross_entropy", z, np.array([[1, 0], [0, 1], [0.5, 1]]), dtype)
    np.testing.assert_allclose(trace["l"], [0, 2e4, np.log(2) + np.exp(-50)], rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(3 * trace["dz1"], [[0, 0], [1, -1], [0, 0]], rtol=1e-6, atol=1e-7)
    assert all(np.isfinite(trace[name]).all() for name in ("dW1", "db1", "log_a1", "log_not_a1"))


def test_training_goes_on_from_logits_of_10_000() -> None:
    net = cr.Network([2, 2], parameters={"W1": 1e4 * np.eye(2)})
    history = net.fit([[1.0, -1.0], [1.0, -1.0]], [0, 1], epochs=3, optimizer=cr.SGD(1.0))
    # dz = ([0, 0] and [1, -1]) / 2: column by column W moves by ∓1/2 for feature 1, ±1/2 for feature 2
    expected = 1e4 * np.eye(2) + 1.5 * np.array([[-1, 1], [1, -1]])
    np.testing.assert_array_equal(net.parameters["W1"], expected)
    np.testing.assert_allclose(history.loss, [1e4, 1e4 - 1.5, 1e4 - 3], rtol=1e-12)


# --- what goes with what, and which targets are allowed -----------------------------------------------------


@pytest.mark.parametrize("output", ["identity", "relu", "tanh"])
def test_cross_entropy_refuses_outputs_that_are_no_probabilities(output: str) -> None:
    name = {"relu": "ReLU"}.get(output, output.capitalize())
    with pytest.raises(InputError) as caught:
        cr.Network([2, 2], output=output)
    assert str(caught.value) == (
        f"cross_entropy compares probabilities, and the output {name}() gives none: take output='softmax' "
        "(one class of several) or output='sigmoid' (yes or no for each output), or another loss, such as "
        "loss='mean_squared_error'."
    )


@pytest.mark.parametrize(
    ("output", "y", "message"),
    [
        (
            "softmax",
            [[0.5, 0.5], [0.3, 0.3]],
            "y[1] sums to 0.6: with softmax and cross_entropy the targets of a sample are probabilities that sum "
            "to 1, or give y as class labels.",
        ),
        ("softmax", [[0, 1], [-0.5, 1.5]], "y[1, 0] is -0.5: targets of cross_entropy lie between 0 and 1."),
        ("sigmoid", [[0, 2], [0, 1]], "y[0, 1] is 2: targets of cross_entropy lie between 0 and 1."),
    ],
)
def test_cross_entropy_refuses_targets_that_are_no_probabilities(
    output: str, y: list[list[float]], message: str
) -> None:
    net = cr.Network([2, 2], output=output)
    with pytest.raises(InputError) as caught:
        net.loss(np.zeros((2, 2)), y)
    assert str(caught.value) == message


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
