"""The lines of parts are the textbook's, each as its docstring has it, letter for letter; updates stand elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from lines_stated import lines_of, of

import chainrule as cr
from chainrule.parts.contract import Activation

ACTIVATIONS = {
    "identity": [
        "a1 = z1",
        "dz1 = da1",
    ],
    "relu": [
        "a1 = max(0, z1)",
        "dz1 = da1 ⊙ 1{z1 > 0}",
    ],
    "leaky_relu": [
        "a1 = z1 if z1 > 0, otherwise 0.01 × z1",
        "dz1 = da1 if z1 > 0, otherwise 0.01 × da1",
    ],
    "prelu": [
        "a1 = z1 if z1 > 0, otherwise α1 ⊙ z1",
        "dz1 = da1 if z1 > 0, otherwise α1 ⊙ da1",
        "dα1 = Σ da1 ⊙ min(0, z1)",
    ],
    "elu": [
        "a1 = z1 if z1 > 0, otherwise 1 × (e^min(0, z1) - 1)",
        "dz1 = da1 if z1 > 0, otherwise da1 ⊙ (a1 + 1)",
    ],
    "selu": [
        "a1 = 1.0507009873554805 × z1 if z1 > 0, otherwise 1.7580993408473768 × (e^min(0, z1) - 1)",
        "dz1 = 1.0507009873554805 × da1 if z1 > 0, otherwise da1 ⊙ (a1 + 1.7580993408473768)",
    ],
    "sigmoid": [
        "a1 = 1 / (1 + e^(-z1))",
        "dz1 = da1 ⊙ (a1 ⊙ (1 - a1))",
    ],
    "tanh": [
        "a1 = tanh(z1)",
        "dz1 = da1 ⊙ (1 - a1²)",
    ],
    "softplus": [
        "a1 = log(1 + e^z1)",
        "dz1 = da1 / (1 + e^(-z1))",
    ],
    "swish": [
        "g1 = 1 / (1 + e^(-z1))",
        "a1 = z1 ⊙ g1",
        "dz1 = da1 ⊙ (g1 + a1 ⊙ (1 - g1))",
    ],
    "hard_swish": [
        "g1 = min(max(z1 + 3, 0), 6) / 6",
        "a1 = z1 ⊙ g1",
        "dz1 = da1 ⊙ (g1 + z1 / 6 ⊙ 1{|z1| < 3})",
    ],
    "gelu": [
        "g1 = (1 + erf(z1 / √2)) / 2",
        "a1 = z1 ⊙ g1",
        "dz1 = da1 ⊙ (g1 + z1 ⊙ e^(-z1² / 2) / 2.506628274631)",
    ],
    "gelu_tanh": [
        "g1 = (1 + tanh(√(2/π) × z1 ⊙ (1 + 0.044715 × z1²))) / 2",
        "a1 = z1 ⊙ g1",
        "dz1 = da1 ⊙ (g1 + z1 ⊙ (√(8/π) × g1 ⊙ (1 - g1) ⊙ (1 + 0.134145 × z1²)))",
    ],
    "mish": [
        "g1 = tanh(log(1 + e^z1))",
        "a1 = z1 ⊙ g1",
        "dz1 = da1 ⊙ (g1 + z1 ⊙ (1 - g1²) / (1 + e^(-z1)))",
    ],
    "softmax": [
        "top1 = max(z1)",
        "shift1 = 0 if max(|z1|) < 80, otherwise top1",
        "e1 = e^(z1 - shift1)",
        "s1 = Σ e1",
        "a1 = e1 / s1",
        "dz1 = a1 ⊙ (da1 - Σ da1 ⊙ a1)",
    ],
    "log_softmax": [
        "top1 = max(z1)",
        "shift1 = 0 if max(|z1|) < 80, otherwise top1",
        "e1 = e^(z1 - shift1)",
        "s1 = Σ e1",
        "p1 = e1 / s1",
        "a1 = z1 - shift1 - log(s1)",
        "dz1 = da1 - p1 ⊙ (Σ da1)",
    ],
}


LAYERS: list[tuple[cr.Layer, list[str]]] = [
    (cr.BatchNorm(0.25), [
        "μ1 = Σ z1 / m", "σ1² = Σ (z1 - μ1)² / m", "sd1 = √(σ1² + 0.00001)", "ẑ1 = (z1 - μ1) / sd1",
        "n1 = γ1 ⊙ ẑ1 + β1", "μ1_run_new = 0.75 × μ1_run + 0.25 × μ1",
        "σ1²_run_new = 0.75 × σ1²_run + 0.25×(m/(m - 1)) σ1²", "dγ1 = Σ dn1 ⊙ ẑ1", "dβ1 = Σ dn1", "dẑ1 = dn1 ⊙ γ1",
        "dσ1² = (-Σ dẑ1 ⊙ (z1 - μ1)) / (2 × sd1^3)", "dμ1 = (-Σ dẑ1) / sd1",
        "dz1 = (dẑ1 - Σ dẑ1 / m - ẑ1 ⊙ (Σ dẑ1 ⊙ ẑ1 / m)) / sd1",
        "  or dẑ1 / sd1 + 2 × dσ1² ⊙ (z1 - μ1) / m + dμ1 / m",
    ]),
    (cr.LayerNorm(), [
        "μ1 = Σ z1 / 3", "σ1² = Σ (z1 - μ1)² / 3", "sd1 = √(σ1² + 0.00001)", "ẑ1 = (z1 - μ1) / sd1",
        "n1 = γ1 ⊙ ẑ1 + β1", "dγ1 = Σ dn1 ⊙ ẑ1", "dβ1 = Σ dn1", "dẑ1 = dn1 ⊙ γ1",
        "dz1 = (dẑ1 - Σ dẑ1 / 3 - ẑ1 ⊙ (Σ dẑ1 ⊙ ẑ1 / 3)) / sd1",
    ]),
    (cr.Dropout(0.25), ["mask1 = 1{u1 >= 0.25} / 0.75", "h1 = a1 ⊙ mask1", "da1 = dh1 ⊙ mask1"]),
]  # fmt: skip
PENALTIES = {
    "l1": ["λ Σ |W1|", "λ sign(W1)"],
    "l2": ["λ Σ W1² / 2", "λ W1"],
    "shared_l2": ["λ Σ W1² / 2 / m", "λ W1 / m"],
    "elastic_net": ["λ1 Σ |W1| + λ2 Σ W1² / 2", "λ1 sign(W1) + λ2 W1"],
}
SCHEDULES: list[tuple[Any, list[str]]] = [
    (cr.WarmUp(1, 2), ["η = η0×min(1, t/steps)"]),
    (cr.StepDecay(1, 2), ["η = η0×factor^floor((t - 1)/every)"]),
    (cr.Exponential(1, 2), ["η = η0×factor^(t - 1)"]),
    (cr.Cosine(1, 5), ["η = η_min + (η0 - η_min)×(1 + cos(π×min(1, (t - 1)/steps)))/2"]),
    (cr.OneCycle(1, 10), [
        "η_first = η0/div_factor", "η_last = η_first/final_div_factor", "top = pct_start×steps - 1",
        "η_up = η_first + (η0 - η_first)×(1 - cos(π×(t - 1)/max(1, top)))/2",
        "η_down = η_last + (η0 - η_last)×(1 + cos(π×min(1, (t - 1 - top)/(steps - 1 - top))))/2",
        "η = η_up if t - 1 <= top, otherwise η_down",
    ]),
    (cr.WarmUp(1, 5, warmup=2), ["η_full = η0×min(1, t/steps)", "η = η_full×min(1, t/warmup)"]),
]  # fmt: skip


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_of_activations(name: str) -> None:
    net = cr.Network([2, 3, 2], hidden=name, output="identity", loss="half_squared_error")
    assert of(net, Activation.registry()[name], place=1) == ACTIVATIONS[name]


def test_every_activation_is_there() -> None:
    assert set(ACTIVATIONS) == set(Activation.registry()) - {"silu"}  # swish by its other name
    assert issubclass(cr.SiLU, cr.Swish)


@pytest.mark.parametrize(("layer", "lines"), LAYERS)
def test_of_layers(layer: cr.Layer, lines: list[str]) -> None:
    between = [layer, cr.Tanh()] if layer.takes == "z" else [cr.Tanh(), layer]
    net = cr.Network([cr.Dense(2, 3), *between, cr.Dense(3, 2)], loss="half_squared_error")
    assert of(net, type(layer)) == lines


@pytest.mark.parametrize(("bias", "sum_", "gradient"), [(True, " + b2", ["db2 = Σ dz2"]), (False, "", [])])
def test_of_a_dense_layer(bias: bool, sum_: str, gradient: list[str]) -> None:
    layers = [cr.Dense(2, 3), cr.Tanh(), cr.Dense(3, 2, bias=bias)]
    lines = of(cr.Network(layers, loss="half_squared_error"), cr.Dense, place=2)
    assert lines == [f"z2 = a1 · W2{sum_}", "dW2 = a1ᵀ · dz2", *gradient, "da1 = dz2 · W2ᵀ"]


@pytest.mark.parametrize("name", list(PENALTIES))
def test_of_penalties(name: str) -> None:
    net = cr.Network([1, 1], output="identity", loss="half_squared_error", penalty=name)
    cost, slope = PENALTIES[name]
    assert of(net, type(net.penalty))[:2] == [f"penalty_W1 = {cost}", f"dW1_penalty = {slope}"]


@pytest.mark.parametrize(("schedule", "lines"), SCHEDULES)
def test_of_schedules(schedule: Any, lines: list[str]) -> None:
    program = cr.Network([1, 1], output="identity", loss="half_squared_error").program(cr.SGD(schedule))
    assert lines_of(program.shared) == lines
