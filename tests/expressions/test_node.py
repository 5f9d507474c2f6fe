from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.expressions import Const, Expr, Name, Node, Symbol, evaluate, names, nodes, rebuild
from chainrule.expressions import operations as ops


def x(name: str = "x", scalar: bool = False) -> Symbol:
    return Symbol(Name(name, scalar), 2.0 if scalar else np.array([1.0, 2.0]))


def test_nodes_come_once_and_operands_first() -> None:
    shared = np.exp(x())
    whole = shared * shared + np.tanh(shared)
    found = list(nodes(whole.expr))
    assert [node.op.name for node in found] == ["exp", "multiply", "tanh", "add"]
    for place, node in enumerate(found):
        assert all(arg in found[:place] for arg in node.args if isinstance(arg, Node))


def test_names_come_once_in_the_order_of_reading() -> None:
    expr = (x("b") * x("a") + x("b") / x("m", scalar=True)).expr
    assert [name.name for name in names(expr)] == ["b", "a", "m"]
    assert names(Name("a")) == [Name("a")]
    assert names(Const(2)) == []


def test_a_node_is_a_scalar_if_only_scalars_come_in() -> None:
    eta = x("eta", scalar=True)
    assert (1 - eta).expr.scalar
    assert not (eta * x()).expr.scalar
    assert Const(1.5).scalar


def test_two_nodes_of_the_same_kind_are_not_the_same() -> None:
    a, b = np.exp(x()).expr, np.exp(x()).expr
    assert a != b
    assert a == a
    assert len({a, b}) == 2
    assert Name("x") == Name("x")


def test_evaluate_gives_every_node_its_value() -> None:
    expr = (np.square(x()) + 1).expr
    memo: dict[Expr, Any] = {}
    np.testing.assert_array_equal(evaluate(expr, {"x": np.array([3.0, -2.0])}, memo), [10, 5])
    assert [memo[node].tolist() for node in nodes(expr)] == [[9, 4], [10, 5]]


def test_evaluate_takes_an_entry_where_a_name_has_an_index() -> None:
    expr = Node(ops.MULTIPLY, (Name("W", index=(0, 1)), Name("x", index=(2,))), {})
    env = {"W": np.array([[1.0, 5.0]]), "x": np.array([0.0, 0.0, 3.0])}
    assert evaluate(expr, env) == 15
    assert evaluate(Name("W"), env) is env["W"]
    assert evaluate(Const(4.0), env) == 4


def test_a_chain_of_ten_thousand_operations() -> None:
    whole = x()
    for _ in range(10_000):
        whole = whole + 1
    assert evaluate(whole.expr, {"x": np.array([0.5])}) == 10_000.5


def test_rebuild_puts_other_leaves_in_and_keeps_what_does_not_change() -> None:
    kept, changed = np.exp(x("a")), np.tanh(x("b"))
    expr = (kept * changed).expr
    new = rebuild(expr, lambda item: Name("c") if item == Name("b") else item)
    assert [name.name for name in names(new)] == ["c", "a"] or [name.name for name in names(new)] == [
        "a",
        "c",
    ]
    assert isinstance(new, Node)
    assert new.args[0] is kept.expr
    env = {"a": np.array([1.0]), "c": np.array([2.0])}
    np.testing.assert_array_equal(evaluate(new, env), np.exp([1.0]) * np.tanh([2.0]))
    assert rebuild(expr, lambda item: item) is expr
