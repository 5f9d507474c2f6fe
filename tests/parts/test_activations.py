"""Each activation alone, over bare arrays and over symbols, against formulas written here and PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import chainrule as cr
from chainrule.expressions import Name, Scope, Symbol, derive, evaluate
from chainrule.parts.contract import Activation, Array
from strategies import leaky, mish

RNG = np.random.default_rng(7)
Z, DA = 2 * RNG.standard_normal((5, 4)), RNG.standard_normal((5, 4))
HAND_WRITTEN = [part for part in Activation.known().values() if "backward" in vars(part)]

FORMULAS: dict[str, Callable[[Array], Array]] = {
    "identity": lambda z: z,
    "relu": lambda z: np.where(z > 0, z, 0),
    "sigmoid": lambda z: np.exp(z) / (np.exp(z) + 1),
    "tanh": lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_forward_is_the_formula(name: str) -> None:
    q = Scope({"z": Z})
    Activation.of(name).forward(q)
    np.testing.assert_allclose(q.a, FORMULAS[name](Z), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("part", HAND_WRITTEN, ids=lambda part: part.name())
def test_the_backward_rule_is_the_derivative_of_the_forward_rule(part: type[Activation]) -> None:
    values: dict[str, Any] = {"z": Z, "da": DA}
    q = Scope(values)
    part().forward(q)
    part().backward(q)
    symbols: dict[str, Any] = {"z": Symbol(Name("z"), Z)}
    part().forward(Scope(symbols))
    derived = derive(symbols["a"].expr, Symbol(Name("da"), DA), {"z": Z, "da": DA})
    np.testing.assert_allclose(
        values["dz"], evaluate(derived["z"].expr, {"z": Z, "da": DA}), rtol=1e-11, atol=1e-13
    )


def test_relus_slope_at_the_kink_is_0() -> None:
    q = Scope({"z": np.array([[-0.0, 0.0, 1e-300, -1e-300]]), "da": np.full((1, 4), 2.0)})
    cr.ReLU().forward(q)
    cr.ReLU().backward(q)
    assert q.a.tolist() == [[0, 0, 1e-300, 0]]
    assert q.dz.tolist() == [[0, 0, 2, 0]]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")  # e^1000 in 1 / (1 + e^1000) = 0
def test_far_out_outputs_stay_right(dtype: str) -> None:
    z = np.array([[1000.0, -1000.0, 0.0], [-1e4, 1e4, 1e4], [-500.0, -501.0, -1e4]], dtype)
    q = Scope({"z": z})
    cr.Sigmoid().forward(q)
    np.testing.assert_allclose(
        q.a, [[1, 0, 0.5], [0, 1, 1], [np.exp(np.float64(-500)).astype(dtype), 0, 0]], rtol=1e-6, atol=1e-37
    )
    q = Scope({"z": z})
    cr.Softmax().forward(q)
    e = np.exp(-1)
    np.testing.assert_allclose(q.a, [[1, 0, 0], [0, 0.5, 0.5], [1 / (1 + e), e / (1 + e), 0]], rtol=1e-6)
    assert q.a.dtype == np.dtype(dtype)


def test_softmax_is_the_textbooks_below_80_and_shifted_from_there() -> None:
    q = Scope({"z": np.array([[79.9, -79.9], [80.0, 1.0], [-80.5, 2.0]])})
    cr.Softmax().forward(q)
    assert q.shift.tolist() == [[0], [80], [2]]
    assert q.e[0].tolist() == [np.exp(79.9), np.exp(-79.9)]


@pytest.mark.parametrize(
    ("own", "torchs"),
    [
        (mish, torch.nn.functional.mish),
        (leaky, lambda z: torch.nn.functional.leaky_relu(z, 0.1)),
        (lambda z: z / (1 + np.exp(-1.702 * z)), lambda z: z * torch.sigmoid(1.702 * z)),
        (lambda z: np.clip(z, -1, 1), lambda z: torch.clamp(z, -1, 1)),
        (np.arctan, torch.atan),
        (lambda z: (z - z.mean(axis=1, keepdims=True)) / 2, lambda z: (z - z.mean(dim=1, keepdim=True)) / 2),
    ],
)
def test_an_own_function_gives_pytorchs_outputs_and_gradients(
    own: Callable[[Any], Any], torchs: Callable[[Any], Any]
) -> None:
    net = cr.Network([cr.Dense(3, 4), own, cr.Dense(4, 2)], loss="half_squared_error", seed=5)
    X, y = RNG.standard_normal((6, 3)), RNG.standard_normal((6, 2))
    trace = net.trace(X, y)
    z = torch.from_numpy(trace["z1"].copy()).requires_grad_()
    a = torchs(z)
    a.backward(torch.from_numpy(trace["da1"].copy()))
    assert z.grad is not None
    np.testing.assert_allclose(trace["a1"], a.detach().numpy(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(trace["dz1"], z.grad.numpy(), rtol=1e-11, atol=1e-13)


class _Scaled:
    """An activation as an object with a state that stays."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def __call__(self, z: Any) -> Any:
        return np.tanh(self.factor * z)


def test_an_own_function_may_be_an_object_a_closure_or_a_ufunc() -> None:
    X = RNG.standard_normal((3, 2))
    nets = [cr.Network([2, 3, 2], hidden=f) for f in ("tanh", _Scaled(1.0), lambda z: np.tanh(z), np.tanh)]
    first, *others = [net.predict(X) for net in nets]
    for other in others:
        np.testing.assert_array_equal(other, first)
    assert [net.title() for net in nets] == [
        "2 → 3 tanh → 2 softmax",
        "2 → 3 _Scaled → 2 softmax",
        "2 → 3 own function → 2 softmax",
        "2 → 3 tanh → 2 softmax",
    ]


def test_a_layer_of_one_unit_sums_over_it() -> None:
    """1 unit: sums over units and over the layer have an axis of length 1."""
    net = cr.Network([2, 1, 2], hidden=lambda z: z * z.sum(axis=1, keepdims=True), seed=3)
    X, y = RNG.standard_normal((4, 2)), [0, 1, 1, 0]
    trace = net.trace(X, y)
    np.testing.assert_allclose(trace["dz1"], trace["da1"] * 2 * trace["z1"], rtol=1e-13)


def test_sums_over_samples_in_a_layer_of_one_unit() -> None:
    net = cr.Network([2, 1, 2], hidden=lambda z: z - z.sum(axis=0) + z * z.sum(), seed=3)
    X, y = RNG.standard_normal((4, 2)), [0, 1, 1, 0]
    trace = net.trace(X, y)
    da, z = trace["da1"], trace["z1"]
    expected = da - da.sum(axis=0) + da * z.sum() + (da * z).sum()
    np.testing.assert_allclose(trace["dz1"], expected, rtol=1e-12)
