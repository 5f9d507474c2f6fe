"""The lines of losses are the textbook's, each as its docstring has it, letter for letter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lines_stated import of

import chainrule as cr


def _own(z: Any) -> Any:
    """An output of one's own."""
    return 1 / (1 + np.exp(-z))


# Below a line that is computed otherwise stands the textbook's form of it.
LOSSES: list[tuple[Any, Any, int, list[str]]] = [
    (
        "mean_squared_error",
        "identity",
        2,
        [
            "l = Σ (a1 - y)² / k",
            "da1 = 2 × (a1 - y) / k / m",
        ],
    ),
    (
        "half_squared_error",
        "identity",
        2,
        [
            "l = Σ (a1 - y)² / 2",
            "da1 = (a1 - y) / m",
        ],
    ),
    (
        "mean_absolute_error",
        "identity",
        2,
        [
            "l = Σ |a1 - y| / k",
            "da1 = sign(a1 - y) / k / m",
        ],
    ),
    (
        cr.Huber(0.5),
        "identity",
        2,
        [
            "r1 = a1 - y",
            "c1 = min(max(r1, -0.5), 0.5)",
            "l = Σ c1 ⊙ (r1 - c1 / 2) / k",
            "  or Σ (r1² / 2 if |r1| <= 0.5, otherwise 0.5 × (|r1| - 0.25)) / k",
            "da1 = c1 / k / m",
        ],
    ),
    (
        "log_cosh",
        "identity",
        2,
        [
            "r1 = a1 - y",
            "l = Σ (log(e^r1 + e^(-r1)) - log(2)) / k",
            "da1 = tanh(r1) / k / m",
        ],
    ),
    (
        cr.Quantile(0.25),
        "identity",
        2,
        [
            "r1 = y - a1",
            "l = Σ max(0.25 × r1, (-0.75) × r1) / k",
            "da1 = (0.75 × 1{r1 < 0} - 0.25 × 1{r1 > 0}) / k / m",
        ],
    ),
    (
        "poisson",
        "identity",
        2,
        [
            "rate1 = e^a1",
            "l = Σ (rate1 - y ⊙ a1)",
            "da1 = (rate1 - y) / m",
        ],
    ),
    (
        cr.Poisson(log_input=False),
        "softplus",
        2,
        [
            "l = Σ (a1 - y ⊙ log(a1 + 1e-08))",
            "da1 = (1 - y / (a1 + 1e-08)) / m",
        ],
    ),
    (
        "hinge",
        "identity",
        1,
        [
            "s1 = 2 × y - 1",
            "l = Σ max(0, 1 - s1 ⊙ a1)",
            "da1 = -s1 ⊙ 1{s1 ⊙ a1 < 1} / m",
        ],
    ),
    (
        "hinge",
        "identity",
        3,
        [
            "right1 = Σ y ⊙ a1",
            "margin1 = max(0, 1 - right1 + a1) ⊙ (1 - y)",
            "l = Σ margin1 / k",
            "lacking1 = 1 × 1{margin1 > 0}",
            "da1 = (lacking1 - y ⊙ (Σ lacking1)) / k / m",
        ],
    ),
    (
        "squared_hinge",
        "identity",
        1,
        [
            "s1 = 2 × y - 1",
            "l = Σ max(0, 1 - s1 ⊙ a1)²",
            "da1 = (-2) × s1 ⊙ max(0, 1 - s1 ⊙ a1) / m",
        ],
    ),
    (
        "squared_hinge",
        "identity",
        3,
        [
            "right1 = Σ y ⊙ a1",
            "margin1 = max(0, 1 - right1 + a1) ⊙ (1 - y)",
            "l = Σ margin1² / k",
            "da1 = 2 × (margin1 - y ⊙ (Σ margin1)) / k / m",
        ],
    ),
    (
        "triplet",
        "identity",
        2,
        [
            "u1 = a1[0::3] - a1[1::3] + 0.000001",
            "v1 = a1[0::3] - a1[2::3] + 0.000001",
            "near1 = √(Σ u1²)",
            "far1 = √(Σ v1²)",
            "l = max(1 + near1 - far1, 0)",
        ],
    ),
    (
        "binary_cross_entropy",
        "sigmoid",
        2,
        [
            "log a1 = -log(1 + e^(-z1))",
            "  or log(a1)",
            "log(1 - a1) = -log(1 + e^z1)",
            "  or log(1 - a1)",
            "l = -Σ (y ⊙ log a1 + (1 - y) ⊙ log(1 - a1))",
            "da1 = ((1 - y) / (1 - a1) - y / a1) / m",
            "dz1 = (a1 - y) / m",
            "  or da1 ⊙ (a1 ⊙ (1 - a1))",
        ],
    ),
    (
        cr.BinaryCrossEntropy(label_smoothing=0.2),
        "sigmoid",
        2,
        [
            "log a1 = -log(1 + e^(-z1))",
            "  or log(a1)",
            "log(1 - a1) = -log(1 + e^z1)",
            "  or log(1 - a1)",
            "y_smooth1 = 0.8 × y + 0.1",
            "l = -Σ (y_smooth1 ⊙ log a1 + (1 - y_smooth1) ⊙ log(1 - a1))",
            "da1 = ((1 - y_smooth1) / (1 - a1) - y_smooth1 / a1) / m",
            "dz1 = (a1 - y_smooth1) / m",
            "  or da1 ⊙ (a1 ⊙ (1 - a1))",
        ],
    ),
    (
        cr.BinaryCrossEntropy(from_logits=True),
        "identity",
        2,
        [
            "p1 = 1 / (1 + e^(-a1))",
            "log p1 = -log(1 + e^(-a1))",
            "  or log(p1)",
            "log(1 - p1) = -log(1 + e^a1)",
            "  or log(1 - p1)",
            "l = -Σ (y ⊙ log p1 + (1 - y) ⊙ log(1 - p1))",
            "da1 = (p1 - y) / m",
        ],
    ),
    (
        "binary_cross_entropy",
        "softmax",
        2,
        [
            "log a1 = max(log(a1), -100)",
            "  or log(a1)",
            "log(1 - a1) = max(log(1 - a1), -100)",
            "  or log(1 - a1)",
            "l = -Σ (y ⊙ log a1 + (1 - y) ⊙ log(1 - a1))",
            "da1 = (a1 - y) / max(a1 ⊙ (1 - a1), 1e-12) / m",
        ],
    ),
    (
        "cross_entropy",
        "softmax",
        2,
        [
            "log a1 = z1 - shift1 - log(s1)",
            "  or log(a1)",
            "l = -Σ y ⊙ log a1",
            "da1 = -y / a1 / m",
            "dz1 = (a1 - y) / m",
            "  or a1 ⊙ (da1 - Σ da1 ⊙ a1)",
        ],
    ),
    (
        cr.CrossEntropy(label_smoothing=0.2),
        "softmax",
        2,
        [
            "y_smooth1 = 0.8 × y + 0.2/k",
            "log a1 = z1 - shift1 - log(s1)",
            "  or log(a1)",
            "l = -Σ y_smooth1 ⊙ log a1",
            "da1 = -y_smooth1 / a1 / m",
            "dz1 = (a1 - y_smooth1) / m",
            "  or a1 ⊙ (da1 - Σ da1 ⊙ a1)",
        ],
    ),
    (
        cr.CrossEntropy(class_weights=[1, 2]),
        "softmax",
        2,
        [
            "y_weighted1 = class_weights ⊙ y",
            "log a1 = z1 - shift1 - log(s1)",
            "  or log(a1)",
            "l = -Σ y_weighted1 ⊙ log a1",
            "da1 = -y_weighted1 / a1 / m",
            "dz1 = (a1 ⊙ (Σ y_weighted1) - y_weighted1) / m",
            "  or a1 ⊙ (da1 - Σ da1 ⊙ a1)",
        ],
    ),
    (
        "cross_entropy",
        "log_softmax",
        2,
        [
            "l = -Σ y ⊙ a1",
            "da1 = -y / m",
            "dz1 = (e1 / s1 - y) / m",
            "  or da1 - p1 ⊙ (Σ da1)",
        ],
    ),
    (
        cr.CrossEntropy(from_logits=True),
        "identity",
        2,
        [
            "top1 = max(a1)",
            "shift1 = 0 if max(|a1|) < 80, otherwise top1",
            "e1 = e^(a1 - shift1)",
            "s1 = Σ e1",
            "p1 = e1 / s1",
            "log p1 = a1 - shift1 - log(s1)",
            "  or log(p1)",
            "l = -Σ y ⊙ log p1",
            "da1 = (p1 - y) / m",
        ],
    ),
    (
        cr.CrossEntropy(),
        _own,
        2,
        [
            "log a1 = max(log(a1), -100)",
            "  or log(a1)",
            "l = -Σ y ⊙ log a1",
            "da1 = -y / max(a1, 1e-30) / m",
        ],
    ),
    (
        "focal",
        "sigmoid",
        2,
        [
            "log a1 = -log(1 + e^(-z1))",
            "  or log(a1)",
            "log(1 - a1) = -log(1 + e^z1)",
            "  or log(1 - a1)",
            "focus1 = e^(2 × log(1 - a1))",
            "  or (1 - a1)²",
            "focus_no1 = e^(2 × log a1)",
            "  or a1²",
            "l = -Σ (y ⊙ focus1 ⊙ log a1 + (1 - y) ⊙ focus_no1 ⊙ log(1 - a1))",
            "da1 = ((1 - y) ⊙ focus_no1 ⊙ (1 / (1 - a1) - 2 × log(1 - a1) / a1) - y ⊙ focus1 ⊙ (1 / a1 - 2 "
            "× log a1 / (1 - a1))) / m",
            "dz1 = ((1 - y) ⊙ focus_no1 ⊙ (a1 - 2 × (1 - a1) ⊙ log(1 - a1)) - y ⊙ focus1 ⊙ (1 - a1 - 2 × a1 "
            "⊙ log a1)) / m",
            "  or da1 ⊙ (a1 ⊙ (1 - a1))",
        ],
    ),
    (
        cr.Focal(2, 0.25),
        "sigmoid",
        2,
        [
            "log a1 = -log(1 + e^(-z1))",
            "  or log(a1)",
            "log(1 - a1) = -log(1 + e^z1)",
            "  or log(1 - a1)",
            "focus1 = e^(2 × log(1 - a1))",
            "  or (1 - a1)²",
            "focus_no1 = e^(2 × log a1)",
            "  or a1²",
            "l = -Σ (0.25 × y ⊙ focus1 ⊙ log a1 + 0.75 × (1 - y) ⊙ focus_no1 ⊙ log(1 - a1))",
            "da1 = (0.75 × (1 - y) ⊙ focus_no1 ⊙ (1 / (1 - a1) - 2 × log(1 - a1) / a1) - 0.25 × y ⊙ focus1 "
            "⊙ (1 / a1 - 2 × log a1 / (1 - a1))) / m",
            "dz1 = (0.75 × (1 - y) ⊙ focus_no1 ⊙ (a1 - 2 × (1 - a1) ⊙ log(1 - a1)) - 0.25 × y ⊙ focus1 ⊙ (1 "
            "- a1 - 2 × a1 ⊙ log a1)) / m",
            "  or da1 ⊙ (a1 ⊙ (1 - a1))",
        ],
    ),
    (
        "focal",
        "softmax",
        2,
        [
            "log a1 = z1 - shift1 - log(s1)",
            "  or log(a1)",
            "focus1 = (1 - e1 / s1)²",
            "  or (1 - a1)²",
            "l = -Σ y ⊙ focus1 ⊙ log a1",
            "da1 = -y ⊙ focus1 ⊙ (1 / a1 - 2 × log a1 / (1 - a1)) / m",
            "pull1 = y ⊙ focus1 ⊙ (1 - 2 × a1 ⊙ log(max(a1, 1e-30)) / max(1 - a1, 1e-30))",
            "  or y ⊙ focus1 ⊙ (1 - 2 × a1 ⊙ log(a1) / (1 - a1))",
            "dz1 = (a1 ⊙ (Σ pull1) - pull1) / m",
            "  or a1 ⊙ (da1 - Σ da1 ⊙ a1)",
        ],
    ),
    (
        "kl_divergence",
        "softmax",
        2,
        [
            "log a1 = z1 - shift1 - log(s1)",
            "  or log(a1)",
            "l = Σ y ⊙ (log(y if y > 0, otherwise 1) - log a1)",
            "da1 = -y / a1 / m",
            "dz1 = (a1 - y) / m",
            "  or a1 ⊙ (da1 - Σ da1 ⊙ a1)",
        ],
    ),
    (
        "kl_divergence",
        "log_softmax",
        2,
        [
            "l = Σ y ⊙ (log(y if y > 0, otherwise 1) - a1)",
            "da1 = -y / m",
            "dz1 = (e1 / s1 - y) / m",
            "  or da1 - p1 ⊙ (Σ da1)",
        ],
    ),
]


@pytest.mark.parametrize(("loss", "output", "outputs", "lines"), LOSSES)
def test_of_losses(loss: Any, output: Any, outputs: int, lines: list[str]) -> None:
    net = cr.Network([2, outputs], output=output, loss=loss)
    found = of(net, type(net.paired_loss))
    assert found[: len(lines)] == lines
    assert (
        len(found) == len(lines) or not hasattr(type(net.paired_loss), "backward") or loss == "triplet"
    )  # derived
