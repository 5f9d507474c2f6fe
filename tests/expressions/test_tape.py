"""A tape gives what `evaluate` gives, which walks the expressions; and what keeps infinities does keep them."""

from __future__ import annotations

import itertools
import math
import weakref
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from chainrule.expressions import Const, Name, Node, evaluate
from chainrule.expressions import operations as ops
from chainrule.expressions.node import TABLE, Operation
from chainrule.expressions.tape import Tape, function
from strategies import Case, cases
from thorough import examples

KEEPING = [row for row in TABLE.values() if row.keeps_not_finite]
BAD, OTHERS = (np.nan, np.inf, -np.inf), (0.0, -0.0, 1.0, -2.5, np.nan, np.inf, -np.inf)
SETTINGS: dict[Operation, dict[str, Any]] = {ops.SUM: {"axis": 1, "keepdims": False}}


@examples(60)
@given(cases())
def test_a_program_on_a_tape_is_what_its_expressions_are(case: Case) -> None:
    net, (X, y) = case.network(), case.data(case.samples)
    given = net.trace(X, y).leaves
    program = net.program()
    known: dict[str, Any] = dict(given)
    with np.errstate(all="ignore"):
        for quantity in program.quantities.values():
            known[quantity.name] = evaluate(quantity.rule, known)
    found = program.run(given)
    assert list(found) == list(known)
    for name, value in known.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)
    assert program.run(given, wanted=["L"])["L"] == known["L"]
    assert program.tape(["L"]) is program.tape(["L"])


@pytest.mark.parametrize("row", KEEPING, ids=lambda row: row.name)
def test_what_is_said_to_keep_what_is_not_finite_does(row: Operation) -> None:
    """Each operand in turn holds one bad entry, and the others anything."""
    operands = 2 if row in (ops.ADD, ops.SUBTRACT, ops.MULTIPLY, ops.MATMUL) else 1
    with np.errstate(all="ignore"):
        for dtype, bad, other, operand in itertools.product(("f4", "f8"), BAD, OTHERS, range(operands)):
            for size, place in ((1, 0), (3, 2), (33, 7)):
                args = [np.full((size, size), other, dtype) for _ in range(operands)]
                args[operand][...] = 1
                args[operand][place, place] = bad
                if row is ops.COLUMN:
                    args = [args[0][place]]
                assert not np.isfinite(row.run(*args, **SETTINGS.get(row, {}))).all()


@pytest.mark.parametrize("shape", [(1, 784, 128), (1, 2, 3), (16, 100, 10), (200, 30, 30)])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_products_skip_no_zero(shape: tuple[int, int, int], dtype: str) -> None:
    """A library that took 0 times infinity for 0 would hide the infinity of a weight that meets zeros alone."""
    m, n, k = shape
    for bad in BAD:
        W = np.ones((n, k), dtype)
        W[n // 2, k // 2] = bad
        with np.errstate(all="ignore"):
            assert not np.isfinite(np.matmul(np.zeros((m, n), dtype), W)[:, k // 2]).any()


def test_what_nobody_reads_any_more_is_let_go() -> None:
    seen: list[Any] = []

    def noted(a: Any) -> Any:
        seen.append(weakref.ref(result := np.tanh(a)))
        if len(seen) > 2:
            assert seen[-3]() is None  # the one before is still read
        return result

    row = Operation("noted", noted, 100, "", "", "", lambda *of: (), noted, noted)
    expr: Any = Name("x")
    for _ in range(5):
        expr = Node(row, (expr,), {})
    tape = Tape([("y", expr)], ["y"])
    tape.run({"x": np.zeros(3)})
    assert len(seen) == 5


def test_numbers_of_equal_size_and_other_sign_are_two() -> None:
    lines = [
        ("a", Node(ops.MULTIPLY, (Name("x"), Const(0.0)), {})),
        ("b", Node(ops.MULTIPLY, (Name("x"), Const(-0.0)), {})),
    ]
    found = Tape(lines, ["a", "b"]).run({"x": np.ones(1)})
    assert [bool(np.signbit(found[name])[0]) for name in "ab"] == [False, True]


def test_what_is_not_given_is_named() -> None:
    with pytest.raises(KeyError, match="y"):
        Tape([("z", Node(ops.ADD, (Name("x"), Name("y")), {}))], ["z"]).run({"x": np.ones(1)})


def _tape() -> Tape:
    """On paper: eta2 = eta · 2 (of numbers alone), b = a + eta2, t = bᵀ (a look at b), c = t · t, d = c + c, e = 3."""
    a, eta = Name("a"), Name("eta", scalar=True)
    eta2 = Node(ops.MULTIPLY, (eta, Const(2.0)), {})
    b = Node(ops.ADD, (a, eta2), {})
    c = Node(ops.MULTIPLY, (Name("t"), Name("t")), {})
    fixed = Node(ops.ADD, (Const(1.0), Const(2.0)), {})
    lines = [
        ("b", b), ("t", Node(ops.TRANSPOSE, (Name("b"),), {})), ("c", c), ("d", Node(ops.ADD, (c, c), {})),
        ("e", fixed), ("same", Name("b")),
    ]  # fmt: skip
    return Tape(lines, ["d", "b", "e", "same"])


def test_what_is_done_in_which_order_on_which_places() -> None:
    tape = _tape()
    place = tape.places | tape.given
    assert {*tape.given} == {"a", "eta"}
    assert [(call.node.op.name, len(call.args)) for call in tape.scalars] == [("multiply", 2), ("add", 2)]
    assert [call.node.op.name for call in tape.arrays] == ["add", "transpose", "multiply", "add"]
    assert [call.place for call in tape.arrays] == [place[name] for name in "btcd"]
    assert [call.args for call in tape.arrays[1:]] == [
        (place["b"],), (place["t"], place["t"]), (place["c"], place["c"]),
    ]  # fmt: skip
    assert tape.arrays[0].args == (place["a"], tape.scalars[0].place)
    assert tape.wanted == {name: place[name] for name in ("d", "b", "e", "same")}
    assert place["same"] == place["b"]


def test_where_a_number_stands_and_what_changes_with_what_is_given() -> None:
    tape = _tape()
    place = tape.places | tape.given
    constants = [n for n, number in enumerate(tape._blank) if number is not None]
    assert [tape._blank[n] for n in constants] == [2.0, 1.0, 2.0]
    numbers = {place["eta"], tape.scalars[0].place, place["e"], *constants}
    assert {n for n, scalar in enumerate(tape.scalar) if scalar} == numbers
    assert {n for n, changing in enumerate(tape.changing) if not changing} == {place["e"], *constants}
    assert len(tape.scalar) == len(tape.changing) == len(tape.whole) == len(tape._blank)


def test_a_view_is_read_as_what_it_looks_at() -> None:
    tape = _tape()
    place = tape.places | tape.given
    assert {n: whole for n, whole in enumerate(tape.whole) if whole != n} == {place["t"]: place["b"]}
    last = tape.last_reads([])
    assert {name: last[place[name]] for name in "abc"} == {"a": 0, "b": 2, "c": 3}  # b by way of t
    assert place["d"] not in last
    assert tape.last_reads([place["t"], place["d"]])[place["b"]] == math.inf
    assert tape.last_reads(iter([place["d"]]))[place["d"]] == math.inf


def test_numbers_come_first_and_arrays_leave_them_alone() -> None:
    tape = _tape()
    place = tape.places | tape.given
    values = tape.numbers({"eta": 0.25, "a": None})
    assert (values[place["eta"]], values[tape.scalars[0].place], values[place["e"]]) == (0.25, 0.5, 3.0)
    assert values[place["a"]] is None
    found = tape.run({"a": np.array([[1.0, 2.0]]), "eta": 0.25})
    assert list(found) == ["d", "b", "e", "same"]
    assert found["b"].tolist() == found["same"].tolist() == [[1.5, 2.5]]
    assert found["d"].tolist() == [[4.5], [12.5]]
    assert found["e"] == 3.0
    assert tape.run({"a": np.array([[0.0]]), "eta": 1.0})["d"].tolist() == [
        [8.0]
    ]  # and again, on other values


def test_a_line_may_be_another_s_name_or_a_number() -> None:
    tape = Tape(
        [("b", Name("a")), ("c", Const(2.5)), ("d", Node(ops.ADD, (Name("b"), Name("c")), {}))], "abcd"
    )
    assert {name: np.asarray(value).tolist() for name, value in tape.run({"a": np.ones(1)}).items()} == {
        "a": [1.0], "b": [1.0], "c": 2.5, "d": [3.5],
    }  # fmt: skip


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize(("row", "numpys"), [(ops.SUM, np.sum), (ops.MAX, np.max)])
def test_reductions_go_straight_to_numpy(row: Operation, numpys: Any, axis: Any, keepdims: bool) -> None:
    a = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
    called = function(Node(row, (Name("a"),), {"axis": axis, "keepdims": keepdims}))
    np.testing.assert_array_equal(called(a), numpys(a, axis=axis, keepdims=keepdims))


def test_others_are_called_with_their_settings() -> None:
    assert function(Node(ops.EXP, (Name("a"),), {})) is np.exp
    picked = function(Node(ops.PICK_ROWS, (Name("a"),), {"start": 1, "step": 2}))
    assert picked(np.arange(6.0)).tolist() == [1, 3, 5]
