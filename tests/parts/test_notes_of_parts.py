"""What parts say beside their lines: each sentence is on the page, at its line, and nowhere else without a reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr


class Squash(cr.Activation):
    """Probabilities that are no sigmoid."""

    probabilities = True

    def forward(self, q: Any) -> None:
        q.a = 0.5 + 0.5 * np.tanh(q.z) / 1.01


DENOMINATORS = "a and 1 - a cancel the denominators of da"
CANCELS = "a cancels the 1/a of da, and Σ y = 1"
SOFTMAX = "e / s is the softmax, and Σ y = 1"
YES = "1 for yes, -1 for no"
OTHERS = {"right": "the output of the right class", "margin": "what the others lack to a margin of 1"}


def _said(net: cr.Network, y: Any) -> dict[str, str]:
    """What the page says of each quantity of a step, by its name, on one line."""
    trace = net.trace([[0.5, 0.2], [-1.0, 2.0]], y, "sgd")
    return {name: " ".join(str(trace.explain(name)).split()) for name in net.program(cr.SGD()).quantities}


@pytest.mark.parametrize(
    ("outputs", "output", "loss", "notes"),
    [
        (1, "sigmoid", "binary_cross_entropy", {"dz2": DENOMINATORS}),
        (1, Squash(), "binary_cross_entropy",
         {"da2": "(1 - y)/(1 - a) - y/a over one denominator, which is at least 1e-12"}),
        (1, "identity", cr.BinaryCrossEntropy(from_logits=True), {"p2": "the probabilities that the logits stand for"}),
        (2, "softmax", "cross_entropy", {"dz2": CANCELS}),
        (2, "log_softmax", "cross_entropy", {"dz2": SOFTMAX}),
        (2, "identity", cr.CrossEntropy(from_logits=True),
         {"p2": "the probabilities that the logits stand for: their softmax"}),
        (2, "softmax", cr.CrossEntropy(class_weights=[1.0, 3.0]), {"dz2": "weighted targets need not sum to 1"}),
        (2, "softmax", "kl_divergence", {"dz2": CANCELS}),
        (2, "log_softmax", "kl_divergence", {"dz2": SOFTMAX}),
        (1, "sigmoid", "focal",
         {"focus": "small where a yes is known", "focus_no": "small where a no is known",
          "da2": "the product rule, of each (1 - a)^γ log a and a^γ log(1 - a)", "dz2": DENOMINATORS}),
        (2, "softmax", "focal",
         {"focus": "small where the class is known", "da2": "the product rule, of each (1 - a)^γ log a",
          "dz2": "a (da - Σ da a)"}),
        (1, "tanh", "hinge", {"s": YES}),
        (1, "tanh", "squared_hinge", {"s": YES}),
        (2, "identity", "hinge", OTHERS),
        (2, "identity", "squared_hinge", OTHERS),
    ],
)  # fmt: skip
def test_of_losses(outputs: int, output: Any, loss: Any, notes: dict[str, str]) -> None:
    said = _said(cr.Network([2, 3, outputs], output=output, loss=loss, seed=1), [1, 0])
    for local, note in notes.items():
        found = [name for name, text in said.items() if note in text]
        assert [name for name in found if name.rstrip("0123456789") == local.rstrip("0123456789")], (
            local,
            said,
        )


@pytest.mark.parametrize(
    ("layer", "notes"),
    [
        (cr.BatchNorm(),
         {"dmu1": "by way of σ² nothing, since Σ (z - μ) = 0", "dz1": "z moves μ and σ², too"}),
        (cr.LayerNorm(), {"dz1": "z moves μ and σ², too"}),
        (cr.Dropout(0.5), {"mask1": "u is drawn anew in every step"}),
    ],
)  # fmt: skip
def test_of_layers(layer: cr.Layer, notes: dict[str, str]) -> None:
    between = [cr.ReLU(), layer] if isinstance(layer, cr.Dropout) else [layer, cr.ReLU()]
    net = cr.Network([cr.Dense(2, 3), *between, cr.Dense(3, 2), cr.Softmax()], seed=1)
    said = _said(net, [1, 0])
    for name, note in notes.items():
        assert note in said[name]
