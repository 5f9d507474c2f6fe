"""= stands where the printed operands give the printed result, else ≈."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from chainrule.explain.relation import entry_relation, relation_of
from chainrule.expressions import Const, Expr, Name, Node
from chainrule.expressions import operations as ops


def of(op: Any, *args: Expr) -> Node:
    return Node(op, args, {})


A, B = Name("a"), Name("b")
A0, B0 = Name("a", index=(0,)), Name("b", index=(0,))


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        (0.5, 0.25, "="),
        (0.1, 0.2, "="),  # 0.30000000000000004 is printed as 0.3
        (1 / 3, 1 / 3, "≈"),  # 0.333333 + 0.333333 = 0.666666, and 0.666667 is printed
        (1 / 3, 2 / 3, "="),  # 0.333333 + 0.666667 = 1
        (1 / 3, -1 / 3, "="),
        (123456.7891234, 1.0, "="),
        (1e-9 / 3, 0.0, "="),  # 3.33333e-10, on both sides
        (np.inf, 1.0, "="),
    ],
)
def test_a_sum_of_two_printed_numbers(a: float, b: float, relation: str) -> None:
    values = {"a": np.array([a]), "b": np.array([b])}
    assert relation_of(of(ops.ADD, A, B), values, np.array([a + b]), False) == relation
    assert entry_relation(of(ops.ADD, A0, B0), values, a + b, False) == relation


def test_one_entry_that_differs_is_enough() -> None:
    values = {"a": np.array([0.5, 1 / 3]), "b": np.array([0.25, 1 / 3])}
    result = values["a"] + values["b"]
    assert relation_of(of(ops.ADD, A, B), values, result, False) == "≈"
    assert entry_relation(of(ops.ADD, A0, B0), values, result[0], False) == "="


@pytest.mark.parametrize(
    ("computed", "relation"),
    [
        (False, "="),
        (True, "≈"),
    ],  # a setting is printed in full; a computed number in six decimals: 0.333333 × 3
    ids=["as it was set", "computed"],
)
def test_a_setting_is_taken_in_full(computed: bool, relation: str) -> None:
    eta = Name("eta", scalar=True, computed=computed)
    values = {"eta": 1 / 3, "a": np.array([3.0])}
    assert relation_of(of(ops.MULTIPLY, eta, A), values, np.array([1.0]), False) == relation


def test_by_hand_a_line_is_exact_or_it_is_rounded() -> None:
    values = {"a": np.array([Decimal("0.5")]), "b": np.array([Decimal("0.857")])}
    product, entry = of(ops.MULTIPLY, A, B), of(ops.MULTIPLY, A0, B0)
    for result, relation in ((Decimal("0.4285"), "="), (Decimal("0.428"), "≈")):
        assert relation_of(product, values, np.array([result]), True) == relation
        assert entry_relation(entry, values, result, True) == relation


def test_the_printed_numbers_are_counted_on_paper() -> None:
    # 0.1 + 0.2 - 0.3 is 5.55e-17 in floats; on paper it is 0, so the printed result is not what comes out
    a, b, c = (Name(n, index=(0,)) for n in "abc")
    values = {"a": np.array([0.1]), "b": np.array([0.2]), "c": np.array([0.3])}
    result = 0.1 + 0.2 - 0.3
    assert result > 0
    assert entry_relation(of(ops.SUBTRACT, of(ops.ADD, a, b), c), values, result, False) == "≈"
    whole = of(ops.SUBTRACT, of(ops.ADD, A, B), Name("c"))
    assert relation_of(whole, values, np.array([result]), False) == "≈"


def test_in_float32_the_printed_numbers_are_counted_as_they_are_read() -> None:
    values = {"a": np.array([0.1], np.float32), "b": np.array([0.7], np.float32)}
    assert relation_of(of(ops.MULTIPLY, A, B), values, values["a"] * values["b"], False) == "="  # 0.07


def test_paper_divides_nothing_by_0() -> None:
    values = {"a": np.array([0.0]), "b": np.array([0.0])}
    assert relation_of(of(ops.DIVIDE, A, B), values, np.array([0.5]), False) == "≈"


def test_a_long_sum_is_counted_as_it_is_cut() -> None:
    """The rest stands there as one number, printed from the numbers themselves."""
    third = np.full(9, 1 / 3)
    total = ops.total([Name("a", index=(i,)) for i in range(9)])
    # three of 0.333333 and the rest of 2: 2.999999, and the sum is 3
    assert entry_relation(total, {"a": third}, 3.0, False) == "≈"
    halves = np.array([0.5] * 3 + [1 / 3] * 6)
    # largest: three of 0.5; the rest is printed as 2, where six of 0.333333 would be 1.999998
    assert entry_relation(total, {"a": halves}, 3.5, False) == "="


def test_a_constant_of_the_rule_is_what_it_is() -> None:
    values = {"a": np.array([1.0])}
    assert entry_relation(of(ops.MULTIPLY, Const(1 / 3), A0), values, 1 / 3, False) == "="
