"""Losses at logits of ±10 000: values, gradients and training stay finite."""

from __future__ import annotations

import numpy as np
import pytest
from loss_rows import NUMBERS, ONE, ROWS, counts, nothing, numbers, of_classes, shares, through

import chainrule as cr
from chainrule.parts.contract import Array


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


FAR = {name: row for name, row in ROWS.items() if row.z is NUMBERS and name != "own"}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", FAR)
def test_all_that_trains_is_finite_at_logits_of_10_000(name: str, dtype: str) -> None:
    row = FAR[name]
    k = row.outputs[1] if row.outputs[0] > 1 or row.outputs == ONE else 2
    ends = np.array([1e4, -1e4, 0.0])
    z = np.array(np.meshgrid(*[ends] * k)).reshape(k, -1).T
    z = np.vstack([z, z, z])  # a multiple of 3
    y: Array | None = np.arange(len(z)) // (len(z) // 3) % max(k, 2)
    if row.y in (shares, of_classes):
        y = np.eye(k)[y] if k > 1 else y
    elif row.y in (numbers, counts):
        y = np.tile(np.abs(ends[y])[:, None], k)
    trace = through(row.output, row.loss, z, None if row.y is nothing else y, dtype)
    for quantity in trace.program.needed(["L", "dW1", "db1"]):
        assert np.isfinite(trace[quantity.name]).all(), quantity.name
    assert trace["dz1"].dtype == dtype


def test_training_goes_on_from_logits_of_10_000() -> None:
    net = cr.Network([2, 2], parameters={"W1": 1e4 * np.eye(2)})
    history = net.fit([[1.0, -1.0], [1.0, -1.0]], [0, 1], epochs=3, optimizer=cr.SGD(1.0))
    # dz = ([0, 0] and [1, -1]) / 2: column by column W moves by ∓1/2 for feature 1, ±1/2 for feature 2
    expected = 1e4 * np.eye(2) + 1.5 * np.array([[-1, 1], [1, -1]])
    np.testing.assert_array_equal(net.parameters["W1"], expected)
    np.testing.assert_allclose(history.loss, [1e4, 1e4 - 1.5, 1e4 - 3], rtol=1e-12)
