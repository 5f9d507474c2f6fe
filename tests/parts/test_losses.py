"""Each loss against PyTorch, or a formula written here; numbers worked by hand; logits of ±10 000."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torch.nn import functional as F

import chainrule as cr
from chainrule.errors import InputError, KindError, LanguageError
from chainrule.parts.contract import Array, Loss

A = np.array([[0.5, 0.2], [0.9, 0.4], [0.1, 0.7]])
Y = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])


def through(output: Any, loss: Any, z: Any, y: Any, dtype: str = "float64", **how: Any) -> cr.Trace:
    """A trace of a network whose output activation gets z itself: W is the identity and b is 0."""
    z = np.atleast_2d(np.asarray(z, dtype))
    n = z.shape[1]
    net = cr.Network([n, n], output=output, loss=loss, dtype=dtype, parameters={"W1": np.eye(n)})
    return net.trace(z, y, **how)


# --- values and gradients against PyTorch -------------------------------------------------------------------

EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, 1e-300, -1e-300, 1e4, -1e4]
NUMBERS = st.one_of(st.sampled_from(EDGES), st.floats(-6, 6, allow_subnormal=False))
SHARES = st.one_of(
    st.sampled_from([0.0, 1.0, 0.5, 1e-300, 1 - 1e-16]), st.floats(0, 1, allow_subnormal=False)
)


def identity(z: Any) -> Any:
    """An output of one's own: who can say what it gives?"""
    return 1.0 * z


def own(a: Any, y: Any) -> Any:
    """A loss of one's own."""
    return np.log1p(np.square(a - y)).sum(axis=1)


def numbers(draw: Any, shape: tuple[int, int], elements: st.SearchStrategy[float] = NUMBERS) -> Array:
    found: Array = draw(hnp.arrays(np.float64, shape, elements=elements))
    return found


def shares(draw: Any, shape: tuple[int, int]) -> Array:
    return numbers(draw, shape, SHARES)


def of_classes(draw: Any, shape: tuple[int, int]) -> Array:
    """Probabilities that sum to 1; often a single 1."""
    if draw(st.booleans()):
        return np.eye(shape[1])[labels(draw, shape)]
    y = shares(draw, shape) + np.eye(shape[1])[labels(draw, shape)]
    return y / y.sum(axis=1, keepdims=True)


def labels(draw: Any, shape: tuple[int, int]) -> Array:
    found: Array = draw(hnp.arrays(np.int64, shape[0], elements=st.integers(0, max(shape[1], 2) - 1)))
    return found


def counts(draw: Any, shape: tuple[int, int]) -> Array:
    return numbers(draw, shape, st.sampled_from([0.0, 1.0, 2.0, 7.0, 1e4]))


def nothing(draw: Any, shape: tuple[int, int]) -> None:
    return None


@dataclass(frozen=True)
class Row:
    """A loss with an output, and the same in PyTorch, from z and y to one value a sample.

    `samples` and `outputs` are how many, or the most of them; `z` are the numbers that z is drawn from.
    """

    loss: Any
    output: Any
    torchs: Callable[[Any, Any], torch.Tensor]
    y: Callable[[Any, tuple[int, int]], Array | None]
    outputs: tuple[int, int] = (1, 4)
    z: st.SearchStrategy[float] = NUMBERS
    group: int = 1


def log_cosh(z: Any, y: Any) -> Any:
    r = (z - y).abs()
    return (r + torch.log1p(torch.exp(-2 * r)) - np.log(2)).mean(1)


def quantile(share: float) -> Callable[[Any, Any], Any]:
    return lambda z, y: (share * F.relu(y - z) + (1 - share) * F.relu(z - y)).mean(1)


def softplus(z: Any) -> Any:
    return torch.logaddexp(z, torch.zeros_like(z))  # PyTorch's own is z from 20 on


def binary(z: Any, y: Any, smoothing: float = 0) -> Any:
    y = y.reshape(z.shape).to(z.dtype)
    return F.binary_cross_entropy_with_logits(z, y * (1 - smoothing) + smoothing / 2, reduction="none").sum(1)


def of_probabilities(z: Any, y: Any) -> Any:
    return F.binary_cross_entropy(z, y, reduction="none").sum(1)


def softmax_binary(z: Any, y: Any) -> Any:
    return of_probabilities(torch.softmax(z, 1), y)


def cross_entropy(**how: Any) -> Callable[[Any, Any], Any]:
    return lambda z, y: F.cross_entropy(z, y, reduction="none", **how)


def own_cross_entropy(smoothing: float) -> Callable[[Any, Any], Any]:
    return lambda z, y: -((y * (1 - smoothing) + smoothing / z.shape[1]) * torch.log(z)).sum(1)


def sigmoid_focal(gamma: float, yes: float = 1, no: float = 1) -> Callable[[Any, Any], Any]:
    def loss(z: Any, y: Any) -> Any:
        log_p, log_not_p, y = F.logsigmoid(z), F.logsigmoid(-z), y.reshape(z.shape).to(z.dtype)
        by_yes = yes * y * torch.exp(gamma * log_not_p) * log_p
        return -(by_yes + no * (1 - y) * torch.exp(gamma * log_p) * log_not_p).sum(1)

    return loss


def softmax_focal(gamma: float) -> Callable[[Any, Any], Any]:
    def loss(z: Any, y: Any) -> Any:
        others = torch.softmax(z, 1) @ (1 - torch.eye(z.shape[1], dtype=z.dtype)) + 1e-300  # 1 - p, exactly
        return -(y * others**gamma * torch.log_softmax(z, 1)).sum(1)

    return loss


def one_hinge(power: int) -> Callable[[Any, Any], Any]:
    return lambda z, y: F.relu(1 - (2 * y - 1) * z[:, 0]) ** power


def several_hinge(power: int) -> Callable[[Any, Any], Any]:
    return lambda z, y: F.multi_margin_loss(z, y, p=power, reduction="none")


def poisson(z: Any, y: Any) -> Any:
    return F.poisson_nll_loss(z, y, reduction="none").sum(1)


def rates(activation: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda z, y: F.poisson_nll_loss(activation(z), y, log_input=False, reduction="none").sum(1)


def divergence(z: Any, y: Any) -> Any:
    return F.kl_div(torch.log_softmax(z, 1), y, reduction="none").sum(1)


def triplet(margin: float) -> Callable[[Any, Any], Any]:
    return lambda z, y: F.triplet_margin_loss(z[0::3], z[1::3], z[2::3], margin, reduction="none")


def mean(function: Callable[..., Any], **how: Any) -> Callable[[Any, Any], Any]:
    return lambda z, y: function(z, y, reduction="none", **how).mean(1)


def smoothed(amount: float) -> Callable[[Any, Any], Any]:
    return lambda z, y: binary(z, y, amount)


WEIGHTS = [0.5, 2.0, 3.0]
WEIGHED = {"weight": torch.tensor(WEIGHTS, dtype=torch.float64)}
BOTH: dict[str, Any] = {"class_weights": WEIGHTS, "label_smoothing": 0.3}
torchs_both = cross_entropy(label_smoothing=0.3, **WEIGHED)
SEVERAL, ONE, THREE = (2, 4), (1, 1), (3, 3)
EXPONENTS = st.one_of(st.sampled_from([0.0, 1e-300, -1e4, 2.0]), st.floats(-6, 6, allow_subnormal=False))
BETWEEN = st.one_of(st.just(0.5), st.floats(1e-9, 1 - 1e-9))
POSITIVE = st.floats(1e-3, 1)
ROWS: dict[str, Row] = {
    "mean squared": Row("mean_squared_error", "identity", mean(F.mse_loss), numbers),
    "half squared": Row("half_squared_error", "identity", lambda z, y: ((z - y) ** 2).sum(1) / 2, numbers),
    "absolute": Row("mean_absolute_error", "identity", mean(F.l1_loss), numbers),
    "absolute of tanh": Row(
        "mean_absolute_error", "tanh", lambda z, y: mean(F.l1_loss)(torch.tanh(z), y), numbers
    ),
    "huber": Row("huber", "identity", mean(F.huber_loss), numbers),
    "huber 0.3": Row(cr.Huber(0.3), "identity", mean(F.huber_loss, delta=0.3), numbers),
    "log-cosh": Row("log_cosh", "identity", log_cosh, numbers),
    "quantile": Row("quantile", "identity", quantile(0.5), numbers),
    "quantile 0.9": Row(cr.Quantile(0.9), "identity", quantile(0.9), numbers),
    "poisson": Row("poisson", "identity", poisson, counts, z=EXPONENTS),
    "poisson of softplus": Row(cr.Poisson(log_input=False), "softplus", rates(softplus), counts),
    "poisson of relu": Row(cr.Poisson(log_input=False), "relu", rates(torch.relu), counts),
    "binary": Row("binary_cross_entropy", "sigmoid", binary, shares),
    "binary, labels": Row("binary_cross_entropy", "sigmoid", binary, labels, ONE),
    "binary, smoothed": Row(cr.BinaryCrossEntropy(label_smoothing=0.2), "sigmoid", smoothed(0.2), shares),
    "binary of logits": Row(cr.BinaryCrossEntropy(from_logits=True), "identity", binary, shares),
    "binary of logits, smoothed": Row(
        cr.BinaryCrossEntropy(from_logits=True, label_smoothing=0.2), "identity", smoothed(0.2), shares
    ),
    "binary of probabilities": Row("binary_cross_entropy", identity, of_probabilities, shares, z=BETWEEN),
    "binary of softmax": Row(
        "binary_cross_entropy", "softmax", softmax_binary, shares, SEVERAL, st.floats(-5, 5)
    ),
    "cross-entropy": Row("cross_entropy", "softmax", cross_entropy(), of_classes, SEVERAL),
    "cross-entropy, labels": Row("cross_entropy", "softmax", cross_entropy(), labels, SEVERAL),
    "cross-entropy, smoothed": Row(
        cr.CrossEntropy(label_smoothing=0.1),
        "softmax",
        cross_entropy(label_smoothing=0.1),
        of_classes,
        SEVERAL,
    ),
    "cross-entropy, weighted": Row(
        cr.CrossEntropy(class_weights=WEIGHTS), "softmax", cross_entropy(**WEIGHED), labels, THREE
    ),
    "cross-entropy, both": Row(cr.CrossEntropy(**BOTH), "softmax", torchs_both, of_classes, THREE),
    "cross-entropy, both, labels": Row(cr.CrossEntropy(**BOTH), "softmax", torchs_both, labels, THREE),
    "cross-entropy of sigmoid": Row("cross_entropy", "sigmoid", binary, shares),
    "cross-entropy of sigmoid, smoothed": Row(
        cr.CrossEntropy(label_smoothing=0.1), "sigmoid", smoothed(0.1), shares
    ),
    "cross-entropy of log-softmax": Row("cross_entropy", "log_softmax", cross_entropy(), of_classes, SEVERAL),
    "cross-entropy of log-softmax, both": Row(
        cr.CrossEntropy(**BOTH), "log_softmax", torchs_both, of_classes, THREE
    ),
    "cross-entropy of logits": Row(
        cr.CrossEntropy(from_logits=True), "identity", cross_entropy(), of_classes, SEVERAL
    ),
    "cross-entropy of logits, both": Row(
        cr.CrossEntropy(from_logits=True, **BOTH), "identity", torchs_both, labels, THREE
    ),
    "cross-entropy of a logit": Row(cr.CrossEntropy(from_logits=True), "identity", binary, labels, ONE),
    "cross-entropy of an own output": Row(
        cr.CrossEntropy(label_smoothing=0.1), identity, own_cross_entropy(0.1), of_classes, SEVERAL, POSITIVE
    ),
    "cross-entropy of one own output": Row("cross_entropy", identity, of_probabilities, shares, ONE, BETWEEN),
    "focal of sigmoid": Row("focal", "sigmoid", sigmoid_focal(2), shares),
    "focal of sigmoid, 0": Row(cr.Focal(0), "sigmoid", binary, shares),
    "focal of sigmoid, 0.5, 0.25": Row(
        cr.Focal(0.5, 0.25), "sigmoid", sigmoid_focal(0.5, 0.25, 0.75), labels, ONE
    ),
    "focal of sigmoid, 3.5, 1": Row(cr.Focal(3.5, 1), "sigmoid", sigmoid_focal(3.5, 1, 0), shares),
    "focal": Row("focal", "softmax", softmax_focal(2), of_classes, SEVERAL),
    "focal, 0": Row(cr.Focal(0), "softmax", cross_entropy(), labels, SEVERAL),
    "focal, 0.5": Row(cr.Focal(0.5), "softmax", softmax_focal(0.5), of_classes, SEVERAL),
    "focal, 3.5": Row(cr.Focal(3.5), "softmax", softmax_focal(3.5), of_classes, SEVERAL),
    "divergence": Row("kl_divergence", "softmax", divergence, of_classes, SEVERAL),
    "divergence of log-softmax": Row("kl_divergence", "log_softmax", divergence, of_classes, SEVERAL),
    "hinge": Row("hinge", "identity", one_hinge(1), labels, ONE),
    "hinge of several": Row("hinge", "identity", several_hinge(1), labels, SEVERAL),
    "squared hinge": Row("squared_hinge", "identity", one_hinge(2), labels, ONE),
    "squared hinge of several": Row("squared_hinge", "identity", several_hinge(2), labels, SEVERAL),
    "triplet": Row("triplet", "identity", triplet(1), nothing, group=3),
    "triplet of tanh, 0.2": Row(
        cr.Triplet(0.2), "tanh", lambda z, y: triplet(0.2)(torch.tanh(z), y), nothing, group=3
    ),
    "own": Row(own, "identity", lambda z, y: torch.log1p((z - y) ** 2).sum(1), numbers),
}


@pytest.mark.parametrize("name", ROWS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_values_and_gradients_of_every_sample_equal_pytorchs(name: str, data: st.DataObject) -> None:
    row = ROWS[name]
    shape = (row.group * data.draw(st.integers(1, 3)), data.draw(st.integers(*row.outputs)))
    z, y = numbers(data.draw, shape, row.z), row.y(data.draw, shape)
    count = len(z) // row.group
    weights = data.draw(hnp.arrays(np.float64, count, elements=st.floats(0.1, 3)))
    how = {"sample_weight": weights} if row.group == 1 and data.draw(st.booleans()) else {}
    trace = through(row.output, row.loss, z, y, **how)

    leaf = torch.from_numpy(z.copy()).requires_grad_()
    target = torch.zeros(0) if y is None else torch.from_numpy(y)
    values = row.torchs(leaf, target)
    np.testing.assert_allclose(trace["l"], values.detach().numpy(), rtol=1e-10, atol=1e-10)
    if how:
        values = values * torch.from_numpy(weights)
    total = values.sum()
    total.backward()
    assert leaf.grad is not None
    np.testing.assert_allclose(trace["dz1"] * count, leaf.grad.numpy(), rtol=1e-10, atol=1e-10)
    assert trace.loss == pytest.approx(total.item() / count, rel=1e-10, abs=1e-10)


def test_every_loss_has_a_row() -> None:
    assert {Loss.of(row.loss).name() for row in ROWS.values()} == {*Loss.registry(), "loss_function"}


# --- by hand ------------------------------------------------------------------------------------------------


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


# --- far out ------------------------------------------------------------------------------------------------


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


# --- settings -----------------------------------------------------------------------------------------------


def told(act: Callable[[], Any], kind: type[Exception]) -> str:
    with pytest.raises(kind) as caught:
        act()
    return str(caught.value)


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: cr.Huber(0), InputError, "Huber: delta = 0 is out of range: it must be above 0."),
        (
            lambda: cr.Quantile(1),
            InputError,
            "Quantile: q = 1 is out of range: it must be above 0 and below 1.",
        ),
        (lambda: cr.Triplet(-1), InputError, "Triplet: margin = -1 is out of range: it must be above 0."),
        (lambda: cr.Focal(-0.5), InputError, "Focal: gamma = -0.5 is out of range: it must be at least 0."),
        (
            lambda: cr.Focal(alpha=1.5),
            InputError,
            "Focal: alpha = 1.5 is out of range: it must be at least 0 and at most 1.",
        ),
        (
            lambda: cr.Focal(alpha=-1),
            InputError,
            "Focal: alpha = -1 is out of range: it must be at least 0 and at most 1.",
        ),
        (
            lambda: cr.CrossEntropy(label_smoothing=1),
            InputError,
            "CrossEntropy: label_smoothing = 1 is out of range: it must be at least 0 and below 1.",
        ),
        (
            lambda: cr.BinaryCrossEntropy(label_smoothing="a bit"),
            KindError,
            "BinaryCrossEntropy: label_smoothing = 'a bit' is no number: give one that is at least 0 and below 1.",
        ),
        (
            lambda: cr.CrossEntropy(from_logits=1),
            KindError,
            "CrossEntropy: from_logits = 1 is neither True nor False.",
        ),
        (
            lambda: cr.BinaryCrossEntropy(from_logits="no"),
            KindError,
            "BinaryCrossEntropy: from_logits = 'no' is neither True nor False.",
        ),
        (
            lambda: cr.Poisson(log_input=None),
            KindError,
            "Poisson: log_input = None is neither True nor False.",
        ),
        (
            lambda: cr.CrossEntropy(class_weights=[1, 0, 2]),
            InputError,
            "CrossEntropy: class_weights[1] = 0 is out of range: it must be finite and above 0.",
        ),
        (
            lambda: cr.CrossEntropy(class_weights=[1, np.inf]),
            InputError,
            "CrossEntropy: class_weights[1] = inf is out of range: it must be finite and above 0.",
        ),
        (
            lambda: cr.CrossEntropy(class_weights="balanced"),
            KindError,
            "CrossEntropy: class_weights = 'balanced' is no list of numbers: give one above 0 for each class.",
        ),
        (
            lambda: cr.CrossEntropy(class_weights=[]),
            KindError,
            "CrossEntropy: class_weights = [] is no list of numbers: give one above 0 for each class.",
        ),
    ],
)
def test_settings_out_of_range(make: Callable[[], Any], kind: type[Exception], message: str) -> None:
    assert told(make, kind) == message


def test_how_a_loss_is_written() -> None:
    weights = np.array([1, 2.5])
    made = [
        cr.CrossEntropy(), cr.CrossEntropy(label_smoothing=0.1, class_weights=weights), cr.Focal(), cr.Focal(0, 0.25),
        cr.Huber(0.5), cr.Poisson(log_input=False), cr.KLDivergence(), cr.BinaryCrossEntropy(from_logits=True),
    ]  # fmt: skip
    assert list(map(str, made)) == [
        "CrossEntropy()", "CrossEntropy(label_smoothing=0.1, class_weights=(1.0, 2.5))", "Focal(2.0)",
        "Focal(0.0, alpha=0.25)", "Huber(0.5)", "Poisson(log_input=False)", "KLDivergence()",
        "BinaryCrossEntropy(from_logits=True)",
    ]  # fmt: skip


# --- what goes with what ------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["identity", "relu", "tanh"])
def test_cross_entropy_refuses_outputs_that_are_no_probabilities(output: str) -> None:
    name = {"relu": "ReLU"}.get(output, output.capitalize())
    logits = "loss=CrossEntropy(from_logits=True), " if output == "identity" else ""
    assert told(lambda: cr.Network([2, 2], output=output), InputError) == (
        f"cross_entropy compares probabilities, and the output {name}() gives none: take output='softmax' "
        f"(one class of several) or output='sigmoid' (yes or no for each output), {logits}or another loss, such as "
        "loss='mean_squared_error'."
    )


@pytest.mark.parametrize(
    ("loss", "output", "outputs", "message"),
    [
        (
            "binary_cross_entropy",
            "identity",
            2,
            "binary_cross_entropy compares probabilities, and the output Identity() gives none: take "
            "output='sigmoid', loss=BinaryCrossEntropy(from_logits=True), or another loss, such as "
            "loss='mean_squared_error'.",
        ),
        (
            "binary_cross_entropy",
            "log_softmax",
            2,
            "binary_cross_entropy compares probabilities, and the output LogSoftmax() gives none: take "
            "output='sigmoid', or another loss, such as loss='mean_squared_error'.",
        ),
        (
            cr.BinaryCrossEntropy(from_logits=True),
            "sigmoid",
            1,
            "BinaryCrossEntropy(from_logits=True) takes logits, and the output Sigmoid() gives none: take "
            "output='identity', or from_logits=False.",
        ),
        (
            cr.CrossEntropy(from_logits=True),
            "softmax",
            2,
            "CrossEntropy(from_logits=True) takes logits, and the output Softmax() gives none: take "
            "output='identity', or from_logits=False.",
        ),
        (
            cr.CrossEntropy(class_weights=[1, 2]),
            "softmax",
            3,
            "CrossEntropy: class_weights has 2 numbers for 3 outputs: give one for each class.",
        ),
        (
            cr.CrossEntropy(class_weights=[1, 2]),
            "sigmoid",
            2,
            "CrossEntropy: class_weights weighs classes of which one is right, and 2 sigmoid outputs say yes or no: "
            "leave it out; fit(class_weight=…) and fit(sample_weight=…) weigh samples.",
        ),
        (
            cr.CrossEntropy(class_weights=[1, 2], from_logits=True),
            "identity",
            1,
            "CrossEntropy: class_weights weighs classes of which one is right, and 1 identity output says yes or no: "
            "leave it out; fit(class_weight=…) and fit(sample_weight=…) weigh samples.",
        ),
        (
            "focal",
            "tanh",
            2,
            "focal compares probabilities, and the output Tanh() gives none: take output='softmax' (one class of "
            "several) or output='sigmoid' (yes or no for each output), or another loss, such as "
            "loss='mean_squared_error'.",
        ),
        (
            cr.Focal(alpha=0.25),
            "softmax",
            2,
            "Focal: alpha = 0.25 weighs yes against no, and softmax has neither: leave it out, or take "
            "output='sigmoid'; fit(class_weight=…) weighs classes.",
        ),
        (
            "kl_divergence",
            "sigmoid",
            2,
            "kl_divergence compares probabilities that sum to 1, and the output Sigmoid() gives none: take "
            "output='softmax' or output='log_softmax', or another loss, such as loss='mean_squared_error'.",
        ),
        (
            "poisson",
            "softplus",
            2,
            "Poisson(log_input=True) takes logarithms of rates, and the output Softplus() gives none: take "
            "output='identity', or log_input=False.",
        ),
        (
            cr.Poisson(log_input=False),
            "identity",
            2,
            "Poisson(log_input=False) takes rates, which are at least 0, and the output Identity() gives none: take "
            "output='softplus', or log_input=True with output='identity'.",
        ),
        (
            "hinge",
            "sigmoid",
            1,
            "hinge says yes above 0, and Sigmoid() gives nothing below: take output='identity', or "
            "loss='binary_cross_entropy'.",
        ),
        (
            "squared_hinge",
            "sigmoid",
            1,
            "squared_hinge says yes above 0, and Sigmoid() gives nothing below: take output='identity', or "
            "loss='binary_cross_entropy'.",
        ),
    ],
)  # fmt: skip
def test_pairs_that_do_not_go_together(loss: Any, output: str, outputs: int, message: str) -> None:
    assert told(lambda: cr.Network([2, outputs], output=output, loss=loss), InputError) == message


@pytest.mark.parametrize(
    ("loss", "output", "y", "message"),
    [
        (
            "cross_entropy",
            "softmax",
            [[0.5, 0.5], [0.3, 0.3]],
            "y[1] sums to 0.6: with softmax and cross_entropy the targets of a sample are probabilities that sum "
            "to 1, or give y as class labels.",
        ),
        (
            "cross_entropy",
            "softmax",
            [[0, 1], [-0.5, 1.5]],
            "y[1, 0] is -0.5: targets of cross_entropy lie between 0 and 1.",
        ),
        (
            "cross_entropy",
            "sigmoid",
            [[0, 2], [0, 1]],
            "y[0, 1] is 2: targets of cross_entropy lie between 0 and 1.",
        ),
        (
            "binary_cross_entropy",
            "sigmoid",
            [[0, 0], [0, 3]],
            "y[1, 1] is 3: targets of cross_entropy lie between 0 and 1.",
        ),
        (
            "focal",
            "softmax",
            [[1, 0], [1, 1]],
            "y[1] sums to 2: with softmax and focal the targets of a sample are probabilities that sum to 1, or give "
            "y as class labels.",
        ),
        (
            cr.CrossEntropy(from_logits=True),
            "identity",
            [[0.5, 0.5], [0.3, 0.3]],
            "y[1] sums to 0.6: with cross_entropy the targets of a sample are probabilities that sum to 1, or give y "
            "as class labels.",
        ),
        ("focal", "sigmoid", [[1, 0], [-1, 1]], "y[1, 0] is -1: targets of focal lie between 0 and 1."),
        (
            "kl_divergence",
            "log_softmax",
            [[1, 0], [0.2, 0.2]],
            "y[1] sums to 0.4: with kl_divergence the targets of a sample are probabilities that sum to 1, or give y "
            "as class labels.",
        ),
        ("hinge", "identity", [[1], [-1]], "y[1, 0] is -1: targets of hinge are 1 for yes and 0 for no."),
        (
            "squared_hinge",
            "identity",
            [0.5, 1],
            "y[0, 0] is 0.5: targets of squared_hinge are 1 for yes and 0 for no.",
        ),
        (
            "hinge",
            "identity",
            [[1, 0], [0.5, 0.5]],
            "y[1] names no class: with hinge the targets of a sample are a single 1 among zeros, or give y as class "
            "labels.",
        ),
        (
            "squared_hinge",
            "identity",
            [[1, 1], [0, 1]],
            "y[0] names no class: with squared_hinge the targets of a sample are a single 1 among zeros, or give y as "
            "class labels.",
        ),
        (
            "poisson",
            "identity",
            [[1, 0], [2, -3]],
            "y[1, 1] is -3: targets of poisson are counts, at least 0.",
        ),
    ],
)
def test_targets_that_a_loss_is_not_defined_for(loss: Any, output: str, y: Any, message: str) -> None:
    net = cr.Network([2, np.shape(y)[1] if np.ndim(y) == 2 else 1], output=output, loss=loss)
    assert told(lambda: net.loss(np.zeros((2, 2)), y), InputError) == message


# --- a loss of one's own ------------------------------------------------------------------------------------


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
