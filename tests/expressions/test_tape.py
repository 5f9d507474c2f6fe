"""A tape gives what `evaluate` gives, which walks the expressions; and what keeps infinities does keep them."""

from __future__ import annotations

import itertools
import weakref
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from chainrule.expressions import Const, Name, Node, evaluate
from chainrule.expressions import operations as ops
from chainrule.expressions.node import TABLE, Operation
from chainrule.expressions.tape import Tape
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
