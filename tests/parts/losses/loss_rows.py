"""What the tests of losses share: every loss with an output, and the same in PyTorch; data for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torch.nn import functional as F

import chainrule as cr
from chainrule.parts.contract import Array

A = np.array([[0.5, 0.2], [0.9, 0.4], [0.1, 0.7]])
Y = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])


def through(output: Any, loss: Any, z: Any, y: Any, dtype: str = "float64", **how: Any) -> cr.Trace:
    """A trace of a network whose output activation gets z itself: W is the identity and b is 0."""
    z = np.atleast_2d(np.asarray(z, dtype))
    n = z.shape[1]
    net = cr.Network([n, n], output=output, loss=loss, dtype=dtype, parameters={"W1": np.eye(n)})
    return net.trace(z, y, **how)


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


def told(act: Callable[[], Any], kind: type[Exception]) -> str:
    with pytest.raises(kind) as caught:
        act()
    return str(caught.value)
