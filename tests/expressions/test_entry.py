from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given

from chainrule.expressions import Const, Name, Node, Symbol, evaluate, names
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


def test_parts_of_an_expression_have_their_values_and_shapes() -> None:
    z, eta = Symbol(Name("z"), Z), Symbol(Name("eta", scalar=True), 0.5)
    whole = (eta * z).sum(axis=1) + 2
    entries = Entries(whole.expr, {"z": Z, "eta": 0.5})
    assert isinstance(whole.expr, Node)
    total, two = whole.expr.args
    np.testing.assert_allclose(entries.value, 0.5 * Z.sum(axis=1) + 2, rtol=1e-15)
    assert entries.expr is whole.expr
    assert entries.part(whole.expr) is entries.value
    np.testing.assert_array_equal(entries.part(total), (0.5 * Z).sum(axis=1))
    assert entries.part(Name("z")) is Z
    assert (entries.part(two), entries.part(Name("eta", scalar=True))) == (2, 0.5)
    parts = (whole.expr, total, Name("z"), two, Name("eta", scalar=True))
    assert [entries.shape(part) for part in parts] == [(2,), (2,), (2, 3), (), ()]


def test_an_entry_of_what_was_stretched_is_that_of_what_it_was() -> None:
    b, column = np.array([1.0, 2.0, 3.0]), np.array([[10.0], [20.0]])
    env = {"z": Z, "b": b, "c": column, "eta": 0.5}
    z, row, c = (Symbol(Name(name), env[name]) for name in ("z", "b", "c"))
    entries = Entries((z * row + c).expr, env)
    read = [(name.name, name.index) for name in names(entries.at((1, 2)))]
    assert read == [("z", (1, 2)), ("b", (2,)), ("c", (1, 0))]
    assert evaluate(entries.at((1, 2)), env) == Z[1, 2] * 3 + 20
    assert entries.of(Name("c"), (1, 2)) == Name("c", index=(1, 0))
    assert entries.of(Name("b"), (0, 1)) == Name("b", index=(1,))
    assert entries.of(Const(2.5), (0, 1)) == Const(2.5)
    assert entries.of(Name("eta", scalar=True), (0, 1)) == Name("eta", scalar=True)
    already = Name("z", index=(0, 0))
    assert entries.of(Name("z"), (0, 0)) == already


def test_settings_of_an_operation_go_along_with_its_entry() -> None:
    chosen = np.where(Symbol(Name("z"), Z) > 0, 1, 0)
    entry = Entries(chosen.expr, {"z": Z}).at((1, 1))
    assert isinstance(entry, Node)
    assert entry.settings == {"dtype": np.dtype("f8")}
    assert evaluate(entry, {"z": Z}) == 1


def test_of_what_is_no_number_nothing_is_said() -> None:
    entries = Entries(np.log(Symbol(Name("z"), Z)).expr, {"z": Z})
    assert np.isnan(entries.value[0, 1])  # and no warning, which would be an error here
