"""Derivatives of whole expressions; those of the single operations are in test_operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from chainrule.expressions import Name, Symbol, derive, evaluate
from chainrule.parts.contract import Array

Z = np.array([[0.3, -1.2, 0.8], [0.1, 2.2, -0.4]])
G = np.array([[1.0, 0.5, -2.0], [0.7, 1.1, 0.2]])


def derivative(function: Callable[..., Any], *args: Array) -> list[Array]:
    """What each argument receives of G, by `derive`."""
    symbols = [Symbol(Name(f"a{i}"), a) for i, a in enumerate(args)]
    env: dict[str, Any] = {f"a{i}": a for i, a in enumerate(args)} | {"g": G}
    derived = derive(function(*symbols).expr, Symbol(Name("g"), G), env)
    return [evaluate(derived[f"a{i}"].expr, env) for i in range(len(args))]


@pytest.mark.parametrize(
    ("function", "by_hand"),
    [
        (lambda z: z * z, lambda z: 2 * z),
        (lambda z: z + z + z, lambda z: 3 + 0 * z),
        (lambda z: np.negative(-z), lambda z: 1 + 0 * z),
        (lambda z: -z * -z, lambda z: 2 * z),
        (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
        (lambda z: np.exp(np.sin(z)), lambda z: np.cos(z) * np.exp(np.sin(z))),
        (lambda z: np.where(z > 0, z * z, -z), lambda z: np.where(z > 0, 2 * z, -1)),
        (lambda z: z * (z > 0.5), lambda z: (z > 0.5) * 1.0),
        (lambda z: np.maximum(0, z), lambda z: (z > 0) * 1.0),
        (lambda z: 2.0**z, lambda z: np.log(2) * 2**z),
    ],
)
def test_of_elementwise_rules_by_hand(
    function: Callable[[Any], Any], by_hand: Callable[[Array], Array]
) -> None:
    (received,) = derivative(function, Z)
    np.testing.assert_allclose(received, G * by_hand(Z), rtol=1e-13, atol=1e-15)


def test_a_scalar_and_a_condition_receive_nothing() -> None:
    eta, z = Symbol(Name("eta", scalar=True), 0.1), Symbol(Name("z"), Z)
    env = {"eta": 0.1, "z": Z, "g": G}
    assert list(derive((eta * z).expr, Symbol(Name("g"), G), env)) == ["z"]
    assert derive((1.0 * (z > 0)).expr, Symbol(Name("g"), G), env) == {}


def test_of_a_name_alone() -> None:
    (received,) = derivative(lambda z: z, Z)
    np.testing.assert_array_equal(received, G)


def test_of_products_sums_and_stretching_like_pytorchs() -> None:
    rng = np.random.default_rng(4)
    args = [rng.standard_normal(shape) for shape in ((2, 4), (4, 3), (3,), (2, 1), (3, 2))]

    def own(x: Any, W: Any, b: Any, column: Any, V: Any) -> Any:
        z = x @ W + b
        s = np.exp(z - column).sum(axis=1, keepdims=True)
        return (z / s) @ (V @ V.T) + b * z.sum(axis=0) - z.T.sum() + (z - column).sum(axis=1)[:, None]

    def torchs(x: Any, W: Any, b: Any, column: Any, V: Any) -> Any:
        z = x @ W + b
        s = torch.exp(z - column).sum(dim=1, keepdim=True)
        return (z / s) @ (V @ V.T) + b * z.sum(dim=0) - z.T.sum() + (z - column).sum(dim=1)[:, None]

    tensors = [torch.from_numpy(a).requires_grad_() for a in args]
    torchs(*tensors).backward(torch.from_numpy(G))
    for received, tensor in zip(derivative(own, *args), tensors, strict=True):
        assert tensor.grad is not None
        np.testing.assert_allclose(received, tensor.grad.numpy(), rtol=1e-11, atol=1e-12)


def test_a_derivative_can_be_derived_again() -> None:
    z, g = Symbol(Name("z"), Z), Symbol(Name("g"), np.ones_like(Z))
    env = {"z": Z, "g": np.ones_like(Z)}
    first = derive((z**3).expr, g, env)["z"]
    second = derive(first.expr, g, env)["z"]
    np.testing.assert_allclose(evaluate(second.expr, env), 6 * Z, rtol=1e-13)


def test_no_number_beyond_the_domain_warns() -> None:
    (received,) = derivative(lambda z: np.where(z > 0, np.log(z), z), Z)
    np.testing.assert_allclose(received, G * np.where(Z > 0, 1 / Z, 1), rtol=1e-13)


@pytest.mark.parametrize(
    ("function", "by_hand"),
    [
        (lambda z: np.maximum(z, z), lambda z: 1 + 0 * z),
        (lambda z: np.minimum(np.minimum(z, 2 * z), 2 * z), lambda z: np.where(z > 0, 1, 2)),
    ],
)
def test_of_a_larger_one_of_two_that_are_equal(
    function: Callable[[Any], Any], by_hand: Callable[[Array], Array]
) -> None:
    (received,) = derivative(function, Z)
    np.testing.assert_allclose(received, G * by_hand(Z), rtol=1e-13)


def test_of_a_long_rule_each_node_is_gone_through_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as long, at most twice the work, so that a rule of any length has its gradient at once."""
    from chainrule.expressions import derivative as module

    seen = 0
    plain = module._minus_outwards

    def counted(item: Any) -> Any:
        nonlocal seen
        seen += 1
        return plain(item)

    monkeypatch.setattr(module, "_minus_outwards", counted)
    counts = []
    for length in (50, 100, 200):

        def chain(z: Any, length: int = length) -> Any:
            a = z
            for _ in range(length):
                a = np.tanh(a * 0.9 - z * 0.1) - a * 0.1
            return a

        seen = 0
        (found,) = derivative(chain, Z)
        z = torch.tensor(Z, requires_grad=True)
        a = z
        for _ in range(length):
            a = torch.tanh(a * 0.9 - z * 0.1) - a * 0.1
        a.backward(torch.tensor(G))
        np.testing.assert_allclose(found, z.grad.numpy(), rtol=1e-12, atol=1e-300)
        counts.append(seen)
    assert counts[2] - counts[1] == 2 * (counts[1] - counts[0])
