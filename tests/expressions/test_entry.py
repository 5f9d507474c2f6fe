from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given

from chainrule.expressions import Name, Symbol, evaluate, names
from chainrule.expressions.entry import Entries
from strategies import own_activations
from thorough import examples

Z = np.array([[0.3, -1.2, 0.8], [0.1, 2.2, -0.4]])


def check(function: Callable[..., Any], **env: Any) -> None:
    """Every entry of what the function gives, as an expression over single numbers, against the array."""
    expected = function(**env)
    expr = function(**{name: Symbol(Name(name), value) for name, value in env.items()}).expr
    entries = Entries(expr, env)
    for index in np.ndindex(np.shape(expected)):
        entry = entries.at(index)
        assert all(name.index is not None for name in names(entry))
        np.testing.assert_allclose(evaluate(entry, env), expected[index], rtol=1e-13, atol=1e-15)


@examples(60)
@given(own_activations())
def test_entries_of_an_activation(activation: Callable[[Any], Any]) -> None:
    check(lambda z: activation(z), z=Z)


def test_entries_of_a_layer_and_its_gradients() -> None:
    rng = np.random.default_rng(2)
    W, b, dz = rng.standard_normal((3, 4)), rng.standard_normal(4), rng.standard_normal((2, 4))
    check(lambda z, W, b: z @ W + b, z=Z, W=W, b=b)
    check(lambda z, dz: z.T @ dz, z=Z, dz=dz)
    check(lambda dz, W: dz @ W.T, dz=dz, W=W)
    check(lambda dz: dz.sum(axis=0), dz=dz)
    check(lambda z: z / np.exp(z).sum(axis=1, keepdims=True), z=Z)


def test_an_entry_of_a_product_reads_one_row_and_one_column() -> None:
    env = {"z": Z, "W": np.arange(6.0).reshape(3, 2)}
    entries = Entries((Symbol(Name("z"), Z) @ Symbol(Name("W"), env["W"])).expr, env)
    read = [(name.name, name.index) for name in names(entries.at((1, 0)))]
    assert read == [
        ("z", (1, 0)), ("W", (0, 0)), ("z", (1, 1)), ("W", (1, 0)), ("z", (1, 2)), ("W", (2, 0)),
    ]  # fmt: skip
