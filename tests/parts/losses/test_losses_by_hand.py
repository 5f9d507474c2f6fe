"""Losses and their gradients against numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from loss_rows import A, Y, identity, of_probabilities, through

import chainrule as cr


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


def test_smoothing_and_weights_are_quantities_of_their_own() -> None:
    loss = cr.CrossEntropy(label_smoothing=0.2, class_weights=[1, 2, 4])
    trace = through("softmax", loss, np.log([[1.0, 2.0, 5.0]]), [1])
    np.testing.assert_allclose(trace["y_smooth1"], [[0.2 / 3, 0.8 + 0.2 / 3, 0.2 / 3]], rtol=1e-14)
    np.testing.assert_allclose(trace["y_weighted1"], trace["y_smooth1"] * [1, 2, 4], rtol=1e-14)
    assert trace.program.leaves["class_weights"] == "constant"
    np.testing.assert_array_equal(trace["class_weights"], [1, 2, 4])


def test_focal_by_hand() -> None:
    z = np.log([[1.0, 3.0]])  # so a = [1/2, 3/4]
    trace = through("sigmoid", cr.Focal(2, 0.25), z, np.array([[1.0, 0.0]]))
    assert trace.loss == pytest.approx(0.25 * 0.25 * np.log(2) + 0.75 * 0.5625 * np.log(4), rel=1e-14)
    trace = through("softmax", "focal", np.log([[1.0, 3.0]]), [0])
    assert trace.loss == pytest.approx(0.5625 * np.log(4), rel=1e-14)


def test_hinge_by_hand() -> None:
    z = [[0.5], [0.5], [-2.0], [1.0]]
    trace = through("identity", "hinge", z, [1, 0, 0, 1])
    np.testing.assert_allclose(trace["l"], [0.5, 1.5, 0, 0], rtol=1e-14)
    np.testing.assert_array_equal(4 * trace["da1"], [[-1], [1], [0], [0]])
    trace = through("identity", "squared_hinge", z, [1, 0, 0, 1])
    np.testing.assert_allclose(trace["l"], [0.25, 2.25, 0, 0], rtol=1e-14)
    np.testing.assert_array_equal(4 * trace["da1"], [[-1], [3], [0], [0]])
    trace = through("identity", "hinge", [[1.0, 0.5, -1.0]], [0])
    assert trace.loss == pytest.approx(0.5 / 3)
    np.testing.assert_allclose(trace["da1"], [[-1 / 3, 1 / 3, 0]])


def test_at_a_kink_the_slope_is_0() -> None:
    for loss in ("mean_absolute_error", "quantile"):
        assert through("identity", loss, [[2.0]], [[2.0]])["da1"].tolist() == [[0]]
    assert through("identity", "hinge", [[1.0]], [1])["da1"].tolist() == [[0]]
    assert through("identity", "hinge", [[1.0, 0.0]], [0])["da1"].tolist() == [[0, 0]]


def test_probabilities_of_0_and_1_count_as_pytorch_counts_them() -> None:
    trace = through(identity, "binary_cross_entropy", [[0.0, 1.0]], np.array([[1.0, 0.0]]))
    assert trace.loss == 200
    assert trace["da1"].tolist() == [[-1e12, 1e12]]
    z = torch.tensor([[0.0, 1.0]], requires_grad=True)
    loss = of_probabilities(z, 1 - z.detach()).sum()
    loss.backward()
    assert loss.item() == 200
    np.testing.assert_allclose(z.grad, [[-1e12, 1e12]], rtol=1e-8)
    trace = through(identity, "cross_entropy", [[0.0, 1.0]], [0])
    assert trace.loss == 100
    np.testing.assert_allclose(trace["da1"], [[-1e30, 0]], rtol=1e-14)
