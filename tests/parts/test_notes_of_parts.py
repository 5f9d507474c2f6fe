"""What parts say beside their lines: each sentence is on the page, at its line, and nowhere else without a reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.parts.contract import Activation


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


SLOPES = {
    "relu": "relu′ is 1 where z > 0, otherwise 0",
    "leaky_relu": "leaky relu′ is 1 where z > 0, otherwise the slope that was set",
    "prelu": "prelu′ is 1 where z > 0, otherwise α",
    "elu": "elu′ is 1 where z > 0, otherwise a + α",
    "selu": "selu′ is λ = 1.0507 where z > 0, otherwise a + λ α = a + 1.7581",
    "sigmoid": "sigmoid′ = a (1 - a)",
    "tanh": "tanh′ = 1 - a²",
    "softplus": "softplus′ is the sigmoid",
    "swish": "swish′ = g + a (1 - g)",
    "silu": "swish′ = g + a (1 - g)",
    "hard_swish": "hard swish′ = g + z g′, and g′ is 1/6 where -3 < z < 3, otherwise 0",
    "gelu": "gelu′ = g + z g′, and g′ is the normal density",
    "gelu_tanh": "gelu′ = g + z g′, and tanh′ = 1 - tanh² makes 4 g (1 - g)",
    "mish": "mish′ = g + z g′: tanh′ is 1 - g², softplus′ the sigmoid",
    "softmax": "∂a_i/∂z_j = a_i (δ_ij - a_j)",
    "log_softmax": "each output pays its share p of Σ da",
}


@pytest.mark.parametrize("name", list(Activation.registry()))
def test_of_activations_their_slopes(name: str) -> None:
    """At its dz, and at no other line but the output's, whose chain rule goes through a softmax."""
    said = _said(cr.Network([2, 3, 2], hidden=name, seed=1), [1, 0])
    if name == "identity":  # dz = da says it all
        assert not any("′" in text for text in said.values())
        return
    assert {line for line, text in said.items() if SLOPES[name] in text} - {"dz2"} == {"dz1"}


def test_what_changes_nothing_where_z_is_above_0() -> None:
    said = _said(cr.Network([2, 3, 2], hidden="prelu", seed=1), [1, 0])
    assert [line for line, text in said.items() if "where z > 0, α changes nothing" in text] == ["dalpha1"]


@pytest.mark.parametrize(
    ("loss", "notes"),
    [
        ("mean_absolute_error", {"da2": "the sign of the error, whatever its size"}),
        ("huber", {"c": "the error itself, but between -δ and δ: the slope"}),
        ("log_cosh", {"l": "log cosh r = log(e^r + e^-r) - log 2", "da2": "the slope of log cosh is tanh"}),
        ("quantile", {"da2": "1 - q where the output is too large, -q where it is too small"}),
    ],
)
def test_of_losses_of_numbers(loss: str, notes: dict[str, str]) -> None:
    said = _said(cr.Network([2, 3, 1], output="identity", loss=loss, seed=1), [[1.0], [0.5]])
    for local, note in notes.items():
        found = [name.rstrip("0123456789") for name, text in said.items() if note in text]
        assert found == [local.rstrip("0123456789")]


def test_of_softmax_and_focal_the_pull() -> None:
    trace = cr.Network([2, 3, 2], loss="focal", seed=1).trace([[0.5, 0.2]], [1])
    assert " -m a da; computed as " in " ".join(str(trace.explain("pull2")).split())


def test_of_a_triplet() -> None:
    trace = cr.Network([2, 2], output="identity", loss="triplet", seed=1).trace(
        [[0.5, 0.2]] * 2 + [[1, 3]], None
    )
    said = {name: " ".join(str(trace.explain(name)).split()) for name in trace.program.quantities}
    for local, note in (
        ("u", "rows 0, 3, 6, … less the row after each"),
        ("v", "rows 0, 3, 6, … less the second row after each"),
        ("da", "put(…, 1::3) stands in rows 1, 4, 7, …; the others are 0"),
    ):
        assert [name.rstrip("0123456789") for name, text in said.items() if note in text] == [local]


@pytest.mark.parametrize(
    ("optimizer", "local", "note"),
    [
        ("nadam", "pW1_new", "the product of all momenta"),
        ("radam", "rho", "above 5, v is trusted"),
        (cr.Lookahead("nadam"), "pW1_new", "the product of all momenta"),
    ],
)
def test_of_optimizers(optimizer: Any, local: str, note: str) -> None:
    trace = cr.Network([2, 2], seed=1).trace([[0.5, 0.2]], [1], optimizer)
    said = {name: " ".join(str(trace.explain(name)).split()) for name in trace.program.quantities}
    assert {name.replace("b1", "W1") for name, text in said.items() if note in text} == {local}
