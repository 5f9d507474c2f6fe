from __future__ import annotations

import copy
import dataclasses
import pickle
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from chainrule.expressions import (
    Const,
    Expr,
    Name,
    Node,
    Symbol,
    evaluate,
    names,
    nodes,
    operands_first,
    rebuild,
)
from chainrule.expressions import operations as ops
from chainrule.expressions.node import Operation, operation, run_operation


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


def test_a_single_number_is_a_scalar_or_an_entry() -> None:
    a, entry, corner, eta = Name("a"), Name("a", index=(0, 1)), Name("L", index=()), Name("eta", scalar=True)
    assert [item.single for item in (a, entry, corner, eta, Const(2))] == [False, True, True, True, True]
    assert [item.scalar for item in (a, entry, corner, eta, Const(2))] == [False, False, False, True, True]
    for args, scalar, single in (
        ((a, eta), False, False), ((entry, eta), False, True), ((eta, Const(2)), True, True),
        ((entry, a), False, False), ((Node(ops.ADD, (eta, eta), {}), entry), False, True),
        ((Node(ops.ADD, (a, a), {}), eta), False, False),
    ):  # fmt: skip
        node = Node(ops.ADD, args, {})
        assert (node.scalar, node.single) == (scalar, single)


def test_names_are_one_if_all_that_is_known_of_them_is() -> None:
    names = [
        Name("a"), Name("b"), Name("a", scalar=True), Name("a", index=()), Name("a", index=(0,)),
        Name("a", scalar=True, computed=True), Const(1), Const(2),
    ]  # fmt: skip
    assert len({*names}) == len(names)
    assert Name("a", False, None, False) == Name("a")
    assert Const(1, True) == Const(1) == Const(1.0)
    assert repr(Name("a", True, (0,), True)) == "Name(name='a', scalar=True, index=(0,))"
    for item, field in ((names[0], "name"), (Const(1), "value"), (Node(ops.EXP, (Name("a"),), {}), "op")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(item, field, None)
        with pytest.raises((AttributeError, TypeError)):  # nothing else is kept on them: there are many
            item.more = 1  # type: ignore[union-attr]


def test_a_row_of_the_table_may_leave_out_what_is_as_with_most() -> None:
    fields = {field.name: field.default for field in dataclasses.fields(Operation)}
    given = ["name", "ufunc", "precedence", "text", "latex", "code", "derivative", "on_scalars", "run"]
    assert list(fields)[: len(given)] == given
    assert {name: default for name, default in fields.items() if name not in given} == {
        "scalar_text": "", "scalar_latex": "", "entry": None, "function": False, "kink": False, "view": False,
        "keeps_not_finite": False, "source": None,
    }  # fmt: skip
    assert repr(ops.ADD) == "<operation add>"
    assert copy.deepcopy(ops.SUM) is pickle.loads(pickle.dumps(ops.SUM)) is ops.SUM
    with pytest.raises(dataclasses.FrozenInstanceError):
        ops.ADD.name = "other"  # type: ignore[misc]
    with pytest.raises(StopIteration):
        operation("ADD")


def test_nodes_that_are_known_are_left_out_with_what_is_below_them_alone() -> None:
    shared = np.exp(x())
    left, right = np.tanh(shared), np.sin(np.cos(shared))
    whole = (left * right).expr
    assert [node.op.name for node in nodes(whole)] == ["exp", "tanh", "cos", "sin", "multiply"]
    assert [node.op.name for node in nodes(whole, {right.expr})] == ["exp", "tanh", "multiply"]
    assert [node.op.name for node in nodes(whole, [left.expr, right.expr])] == ["multiply"]
    assert list(nodes(whole, [whole])) == []
    assert list(nodes(Name("x"))) == list(nodes(Const(2))) == []
    assert operands_first([right.expr, whole, Name("x")]) == [*nodes(right.expr), left.expr, whole]


def test_a_single_operation_on_numbers_is_python_s_and_on_arrays_numpy_s() -> None:
    assert type(run_operation(ops.ADD, [1, 2.5], {})) is float
    assert type(run_operation(ops.EXP, [0.0], {})) is float
    for one in (np.float64(1.0), np.ones(1), np.ones(())):
        for args in ([one, 2.5], [2.5, one]):
            assert isinstance(run_operation(ops.ADD, args, {}), np.ndarray | np.generic)
    assert run_operation(ops.SUM, [np.ones((2, 3))], {"axis": 1, "keepdims": True}).shape == (2, 1)


def test_an_expression_may_be_counted_in_other_numbers() -> None:
    """As by hand, with decimals: what constants become, and how an operation is done, is given."""
    expr = (2 * x() + 0.5).expr
    done: list[str] = []

    def apply(row: Operation, args: list[Any], settings: Any) -> Any:
        done.append(row.name)
        return row.on_scalars(*args)

    memo: dict[Expr, Any] = {}
    found = evaluate(expr, {"x": Decimal("1.1")}, memo, lambda value: Decimal(repr(value)), apply)
    assert found == Decimal("2.7")
    assert done == ["multiply", "add"]
    assert [memo[node] for node in nodes(expr)] == [Decimal("2.2"), Decimal("2.7")]
    assert evaluate(Const(0.5), {}, number=str) == "0.5"
    whole = np.array(3.0)
    assert evaluate(Name("L", index=()), {"L": whole}) is whole  # a single number has the index ()


def test_rebuilt_each_node_once_and_what_is_known_not_at_all() -> None:
    shared = np.exp(x())
    expr = (np.tanh(shared) * np.sin(shared)).expr
    seen: list[str] = []

    def change(item: Expr) -> Expr:
        seen.append(item.op.name if isinstance(item, Node) else str(getattr(item, "name", item)))
        return Name("y") if item == Name("x") else item

    new: dict[Expr, Expr] = {}
    found = rebuild(expr, change, new)
    assert seen == ["x", "exp", "tanh", "sin", "multiply"]
    assert names(found) == [Name("y")]
    assert set(new) == {*nodes(expr)}
    assert new[expr] is found
    assert isinstance(found, Node)
    assert found.args[0].args[0] is found.args[1].args[0]  # type: ignore[union-attr]  # shared as it was
    assert rebuild(expr, change, {shared.expr: Name("known")}).args[0].args == (Name("known"),)  # type: ignore
    total = Node(ops.SUM, (Name("x"),), {"axis": 0, "keepdims": True})
    assert rebuild(total, change).settings == {"axis": 0, "keepdims": True}  # type: ignore[union-attr]
    assert rebuild(Name("x"), change) == Name("y")
