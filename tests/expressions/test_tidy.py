"""A derivative is written as one would write it: what may be shorter is, and no bit of the result changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule.expressions import Const, Expr, Name, Node, Symbol, derive, evaluate
from chainrule.expressions import operations as ops
from chainrule.expressions.derivative import _full, _minus_outwards, _one_term, _same, _simpler, unbroadcast
from chainrule.notation import formula

A, B, C = Name("a"), Name("b"), Name("c")
ENV: dict[str, Any] = {
    "a": np.array([[0.3, -1.2, 0.8]]), "b": np.array([[0.7, 1.9, -0.1]]), "c": np.array([[True, False, True]]),
    "d": np.array([[True, True, False]]),
}  # fmt: skip


def node(row: Any, *args: Any, **settings: Any) -> Node:
    return Node(row, tuple(Const(arg) if isinstance(arg, int | float) else arg for arg in args), settings)


def minus(of: Any) -> Node:
    return node(ops.NEGATIVE, of)


def times(a: Any, b: Any) -> Node:
    return node(ops.MULTIPLY, a, b)


def over(a: Any, b: Any) -> Node:
    return node(ops.DIVIDE, a, b)


def where(yes: Any, no: Any, by: Any = C, **settings: Any) -> Node:
    return node(ops.WHERE, by, yes, no, **settings)


MINUS: list[tuple[Node, str]] = [
    (minus(minus(A)), "a"),
    (minus(A), "-a"),
    (times(minus(A), B), "-a ⊙ b"),  # of the whole product
    (times(A, minus(B)), "-a ⊙ b"),
    (times(minus(A), minus(B)), "a ⊙ b"),
    (times(A, B), "a ⊙ b"),
    (over(minus(A), B), "-a / b"),
    (over(A, minus(B)), "-a / b"),
    (over(minus(A), minus(B)), "a / b"),
    (node(ops.ADD, minus(A), B), "-a + b"),
    (node(ops.SUBTRACT, A, minus(B)), "a - (-b)"),
    (node(ops.EXP, minus(A)), "e^(-a)"),
]


@pytest.mark.parametrize(("item", "text"), MINUS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_minus_sign_goes_outwards_where_it_may_cancel(item: Node, text: str) -> None:
    found = _minus_outwards(item)
    assert formula(found) == text
    if item.op in (ops.MULTIPLY, ops.DIVIDE) and text[0] == "-":
        assert isinstance(found, Node)
        assert found.op is ops.NEGATIVE  # so that it can meet another one
    np.testing.assert_array_equal(evaluate(found, ENV), evaluate(item, ENV))
    assert _minus_outwards(A) is A
    assert _minus_outwards(Const(-1)) == Const(-1)


SIMPLER: list[tuple[Node, str]] = [
    (times(1, A), "a"),
    (times(A, 1), "a"),
    (times(1, 1), "1"),
    (times(2, A), "2 × a"),
    (times(-1, A), "-a"),
    (times(A, -1), "a × (-1)"),
    (over(A, 1), "a"),
    (over(1, A), "1 / a"),
    (over(A, 2), "a / 2"),
    (node(ops.POWER, A, 2), "a²"),
    (node(ops.POWER, A, 3), "a^3"),
    (node(ops.POWER, A, 1), "a^1"),
    (times(where(1, 0), A), "a if c, otherwise 0"),
    (times(A, where(1, 0)), "a if c, otherwise 0"),
    (times(where(0, 1), A), "0 if c, otherwise a"),
    (times(A, where(0, 1)), "0 if c, otherwise a"),
    (times(where(0, 0), A), "0 if c, otherwise 0"),
    (times(where(2, 0), A), "(2 if c, otherwise 0) ⊙ a"),
    (times(where(1, B), A), "(1 if c, otherwise b) ⊙ a"),
    (node(ops.ADD, A, A), "2 × a"),
    (node(ops.ADD, A, B), "a + b"),
    (node(ops.ADD, A, minus(B)), "a - b"),
    (node(ops.ADD, minus(A), B), "-a + b"),
    (node(ops.SUBTRACT, A, A), "a - a"),
    (node(ops.ADD, where(A, 0), where(0, B)), "a if c, otherwise b"),
    (node(ops.ADD, where(A, 0), where(0, B, Name("d"))), "(a if c, otherwise 0) + (0 if d, otherwise b)"),
    (node(ops.ADD, where(A, 1), where(0, B)), "(a if c, otherwise 1) + (0 if c, otherwise b)"),
    (node(ops.ADD, where(A, 0), where(1, B)), "(a if c, otherwise 0) + (1 if c, otherwise b)"),
    (node(ops.ADD, where(A, B), where(A, B)), "2 × (a if c, otherwise b)"),
    (node(ops.MAXIMUM, A, 1), "max(a, 1)"),
]


@pytest.mark.parametrize(("item", "text"), SIMPLER, ids=lambda value: value if isinstance(value, str) else "")
def test_it_is_shorter_where_that_changes_nothing(item: Node, text: str) -> None:
    found = _simpler(item)
    assert formula(found) == text
    np.testing.assert_array_equal(evaluate(found, ENV), evaluate(item, ENV) + 0.0)
    assert _simpler(A) is A


def test_a_choice_keeps_its_dtype_where_two_numbers_are_chosen_from_alone() -> None:
    single = {"dtype": np.dtype("f4")}
    chosen = _simpler(times(where(1, 0, **single), 3.0))
    assert isinstance(chosen, Node)
    assert (formula(chosen), chosen.settings) == ("3 if c, otherwise 0", single)
    chosen = _simpler(times(where(1, 0, **single), A))
    assert isinstance(chosen, Node)
    assert chosen.settings == {}  # an array has its own
    both = _one_term(where(A, 0, **single), where(0, 2))
    assert isinstance(both, Node)
    assert (formula(both), both.settings) == ("a if c, otherwise 2", {})
    both = _one_term(where(3, 0, **single), where(0, 2))
    assert isinstance(both, Node)
    assert (formula(both), both.settings) == ("3 if c, otherwise 2", single)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (A, A, True), (A, Name("a"), True), (A, B, False), (A, Const(1), False), (Const(1), Const(1), True),
        (Const(1), Const(2), False), (A, minus(A), False), (minus(A), A, False), (minus(A), minus(A), True),
        (minus(A), minus(B), False), (times(A, B), times(A, B), True), (times(A, B), times(B, A), False),
        (times(A, B), over(A, B), False), (times(A, minus(B)), times(A, minus(B)), True),
        (times(minus(A), A), times(minus(B), A), False), (times(A, minus(A)), times(A, minus(B)), False),
        (node(ops.SUM, A, axis=1), node(ops.SUM, A, axis=1), True),
        (node(ops.SUM, A, axis=1), node(ops.SUM, A, axis=0), False),
        (Name("a", index=(0,)), Name("a", index=(1,)), False),
    ],
)  # fmt: skip
def test_what_is_written_alike(one: Expr, other: Expr, same: bool) -> None:
    assert _same(one, other) is same


def test_of_terms_in_common_each_pair_is_compared_once() -> None:
    """Forty squares of squares: by pairs of paths they would be 2⁴⁰ comparisons."""
    one, other = minus(A), minus(A)
    for _ in range(40):
        one, other = times(one, one), times(other, other)
    assert _same(one, other)
    assert not _same(one, times(other.args[0], minus(A)))


# --- what a rule's names receive ------------------------------------------------------------------------------


def received(function: Callable[..., Any], *names: str) -> dict[str, str]:
    """∂L/∂(name), written down, where that of the result is g."""
    symbols = [Symbol(Name(name), ENV[name]) for name in names]
    expr = function(*symbols).expr
    value = np.asarray(evaluate(expr, ENV))
    derived = derive(expr, Symbol(Name("g"), np.ones_like(value, float)), ENV)
    return {name: formula(symbol.expr) for name, symbol in derived.items()}


@pytest.mark.parametrize(
    ("function", "of_a", "of_b"),
    [
        (lambda a, b: a + b, "g", "g"),
        (lambda a, b: a - b, "g", "-g"),
        (lambda a, b: a * b, "g ⊙ b", "g ⊙ a"),
        (lambda a, b: a / b, "g / b", "-g ⊙ (a / b) / b"),
        (lambda a, b: -a * b, "-g ⊙ b", "-g ⊙ a"),
        (lambda a, b: a * -b, "-g ⊙ b", "-g ⊙ a"),
        (lambda a, b: -a * -b, "g ⊙ b", "g ⊙ a"),
        (lambda a, b: -(a - b), "-g", "g"),
        (lambda a, b: -a / b, "-g / b", "g ⊙ (a / b) / b"),
        (lambda a, b: a * a + b, "g ⊙ a + g ⊙ a", "g"),
        (lambda a, b: np.maximum(a, b), "g ⊙ 1{a >= b}", "g ⊙ 1{b > a}"),
        (lambda a, b: np.minimum(a, b), "g ⊙ 1{a <= b}", "g ⊙ 1{b < a}"),
        (lambda a, b: np.where(a > b, a, b), "g if a > b, otherwise 0", "0 if a > b, otherwise g"),
        (lambda a, b: np.logaddexp(a, b), "g ⊙ e^(a - log(e^a + e^b))", "g ⊙ e^(b - log(e^a + e^b))"),
        (lambda a, b: a @ b.T, "g · bᵀᵀ", "(aᵀ · g)ᵀ"),
        (lambda a, b: a + b.sum(), "g", "Σ g + 0 × b"),
    ],
)
def test_of_a_rule_of_two(function: Any, of_a: str, of_b: str) -> None:
    assert received(function, "a", "b") == {"a": of_a, "b": of_b}


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda a: a.sum(axis=1), "g + 0 × a"),
        (lambda a: a.sum(axis=0), "g + 0 × a"),
        (lambda a: a.sum(axis=0, keepdims=True), "g"),  # of one row: it has the shape already
        (lambda a: a.sum(), "g + 0 × a"),
        (lambda a: np.square(a), "2 × g ⊙ a"),
        (lambda a: np.sqrt(np.exp(a)), "g / (2 × √(e^a)) ⊙ e^a"),
        (lambda a: 1 / np.exp(a), "-g ⊙ (1 / e^a) / e^a ⊙ e^a"),
        (lambda a: abs(a), "g ⊙ sign(a)"),
        (lambda a: np.tanh(a), "g ⊙ (1 - tanh(a)²)"),
        (lambda a: np.arctan(a), "g / (1 + a²)"),
        (lambda a: np.cos(a), "-g ⊙ sin(a)"),
        (lambda a: np.log1p(np.exp(a)), "g / (1 + e^a) ⊙ e^a"),
        (lambda a: np.expm1(a), "g ⊙ (e^a - 1 + 1)"),
    ],
)
def test_of_a_rule_of_one(function: Any, text: str) -> None:
    assert received(function, "a")["a"] == text


def test_what_passes_nothing_on_is_not_there() -> None:
    for function in (np.sign, np.floor, lambda a: (a > 0) * 1.0, lambda a: np.isnan(a) * 1.0):
        assert received(function, "a") == {}
    assert received(lambda a, b: np.where(a > 0, b, 1.0), "a", "b") == {"b": "g if a > 0, otherwise 0"}


@pytest.mark.parametrize(
    ("of", "shape", "text"),
    [
        ((2, 3), (2, 3), "g"), ((2, 3), (3,), "Σ g"), ((2, 3), (1, 3), "Σ g"), ((2, 3), (2, 1), "Σ g"),
        ((2, 3), (1, 1), "Σ Σ g"), ((2, 3), (), "Σ g"), ((2, 1), (2, 1), "g"), ((3,), (3,), "g"), ((3,), (1,), "Σ g"),
        ((), (2, 3), "g"), ((1, 1), (1, 1), "g"), ((1, 3), (2, 3), "g"),
    ],
)  # fmt: skip
def test_a_gradient_is_summed_over_the_axes_along_which_its_operand_was_stretched(
    of: tuple[int, ...], shape: tuple[int, ...], text: str
) -> None:
    g = np.arange(1.0, 1 + np.prod(of)).reshape(of)
    found = unbroadcast(Symbol(Name("g"), g), shape)
    assert formula(found.expr) == text
    operand = np.zeros(shape)
    if of and np.broadcast_shapes(of, shape) == of:
        assert np.shape(found.value) == shape
        moved = sum((g * np.broadcast_to(np.eye(operand.size)[n].reshape(shape), of)).sum() * np.eye(operand.size)[n]
                    for n in range(operand.size))  # fmt: skip
        np.testing.assert_array_equal(found.value, np.reshape(moved, shape))


def test_one_number_stands_for_all_entries_where_the_shape_is_another() -> None:
    one, of = Symbol(Name("g"), np.float64(2.0)), Symbol(A, np.zeros((2, 3)))
    full = _full(one, of)
    assert formula(full.expr) == "g + 0 × a"
    np.testing.assert_array_equal(full.value, np.full((2, 3), 2.0))
    same = Symbol(Name("g"), np.ones((2, 3)))
    assert _full(same, of) is same
