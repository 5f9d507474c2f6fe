"""Counting by hand: what is rounded, to how many digits, where a tie goes, and what is carried on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InputError
from chainrule.expressions import Const, Expr, Name, Node
from chainrule.expressions import operations as ops
from chainrule.walkthrough.by_hand import (
    by_hand,
    decimals,
    evaluate_by_hand,
    kept_digits,
    line_by_hand,
    rounded,
    weights_of_update,
)


def texts(values: Any) -> Any:
    """Decimals as they are written."""
    return np.vectorize(str)(values).tolist() if isinstance(values, np.ndarray) else str(values)


@pytest.mark.parametrize(
    ("value", "digits", "even", "up"),
    [
        ("0.125", 2, "0.12", "0.13"), ("0.135", 2, "0.14", "0.14"), ("-0.125", 2, "-0.12", "-0.13"),
        ("0.1251", 2, "0.13", "0.13"), ("0.1249", 2, "0.12", "0.12"), ("2.5", 1, "2", "3"), ("1.5", 1, "2", "2"),
        ("123456", 3, "1.23E+5", "1.23E+5"), ("0.000012345", 4, "0.00001234", "0.00001235"), ("0.5", 3, "0.5", "0.5"),
    ],
)  # fmt: skip
def test_a_tie_goes_to_the_even_digit_or_away_from_0(value: str, digits: int, even: str, up: str) -> None:
    for halves, wanted in (("even", even), ("up", up)):
        assert str(rounded(Decimal(value), digits, halves)) == wanted
        array = rounded(np.array([[float(value)], [1.0]]), digits, halves)
        assert (array.shape, array.dtype) == ((2, 1), np.dtype(object))
        assert array[0, 0] == Decimal(wanted)


def test_what_a_division_leaves_over_is_no_digit() -> None:
    """Three thirds of ten less 7.5 are 2.5, in 28 digits a little less: a tie all the same."""
    half = Decimal(10) / 3 * 3 - Decimal("7.5")
    assert half < Decimal("2.5")
    assert [str(rounded(half, 1, halves)) for halves in ("even", "up")] == ["2", "3"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.6, "0.6"), (np.float32(0.6), "0.6"), (np.float64(0.1), "0.1"), (3, "3"), (np.int64(3), "3"),
     (Decimal("0.10"), "0.10"), (np.array(0.25), "0.25")],
)  # fmt: skip
def test_a_number_is_read_as_it_is_written(value: Any, text: str) -> None:
    assert texts(decimals(value)) == text


def test_an_array_is_read_entry_by_entry() -> None:
    found = decimals(np.array([[0.1, 0.7], [1e-20, 3.0]], np.float32))
    assert texts(found) == [["0.1", "0.7"], ["1E-20", "3.0"]]


def sample(name: str) -> Any:
    return {
        "a": Decimal("0.1"),
        "b": Decimal("0.3"),
        "v": np.array([[Decimal("0.1"), Decimal("0.3")]], object),
    }[name]


VALUES: dict[str, Any] = {name: sample(name) for name in "abv"} | {
    "w": np.array([[Decimal("0.2")], [Decimal("0.7")]], object)
}
A, B, V, W = (Name(name) for name in "abvw")


def node(op: Any, *args: Expr, **settings: Any) -> Node:
    return Node(op, args, settings)


@pytest.mark.parametrize(
    ("expr", "wanted"),
    [
        (node(ops.ADD, A, Const(0.2)), "0.3"), (node(ops.SUBTRACT, B, A), "0.2"), (node(ops.MULTIPLY, A, B), "0.03"),
        (node(ops.DIVIDE, B, A), "3"), (node(ops.NEGATIVE, A), "-0.1"), (node(ops.SQUARE, A), "0.01"),
        (node(ops.MAXIMUM, A, B), "0.3"), (node(ops.MINIMUM, A, B), "0.1"), (node(ops.POWER, B, Const(3.0)), "0.027"),
        (node(ops.SQRT, Const(0.09)), "0.3"), (node(ops.EXP, Const(0.0)), "1.0"),
        (node(ops.EXP, A), "1.1051709180756477"),  # e^0.1 in double precision
        (node(ops.ADD, V, V), [["0.2", "0.6"]]), (node(ops.MATMUL, V, W), [["0.23"]]),
        (node(ops.SUM, V, axis=1, keepdims=False), ["0.4"]), (node(ops.SUM, V, axis=1, keepdims=True), [["0.4"]]),
        (node(ops.SUM, V, axis=None, keepdims=False), "0.4"), (node(ops.MAX, V, axis=1, keepdims=True), [["0.3"]]),
        (node(ops.TRANSPOSE, V), [["0.1"], ["0.3"]]), (node(ops.SQUARE, V), [["0.01", "0.09"]]),
        (node(ops.SQRT, node(ops.SQUARE, V)), [["0.1", "0.3"]]),
        (node(ops.EXP, V), [["1.1051709180756477", "1.3498588075760032"]]),
        (node(ops.ADD, Const(1 - 0.9), Const(0.2)), "0.3"),  # a constant without what is left in its last places
    ],
)  # fmt: skip
def test_in_decimals(expr: Node, wanted: Any) -> None:
    assert texts(evaluate_by_hand(expr, VALUES)) == wanted


@pytest.mark.parametrize(
    ("expr", "wanted"),
    [
        (node(ops.DIVIDE, Const(1.0), Const(0.0)), ArithmeticError),
        (node(ops.LOG, Const(0.0)), (ArithmeticError, ValueError)),
        (node(ops.LOG, node(ops.SUBTRACT, V, V)), FloatingPointError),
        (node(ops.LOG, node(ops.NEGATIVE, V)), FloatingPointError),
        (node(ops.EXP, node(ops.DIVIDE, V, Const(1e-5))), FloatingPointError),
    ],
)
def test_a_formula_that_gives_no_number_says_so(expr: Node, wanted: Any) -> None:
    with pytest.raises(wanted):
        line_by_hand(expr, VALUES, 3, "even")


def test_another_formula_of_a_line_is_rounded_as_the_line_is() -> None:
    eighth = node(ops.DIVIDE, Const(1.0), Const(8.0))
    assert [str(line_by_hand(eighth, VALUES, 2, halves)) for halves in ("even", "up")] == ["0.12", "0.13"]
    assert texts(line_by_hand(node(ops.DIVIDE, V, Const(7.0)), VALUES, 3, "even")) == [["0.0143", "0.0429"]]


# --- a whole step -------------------------------------------------------------------------------------------


def chain(**how: Any) -> cr.Trace:
    """z1 = 0.9 x, z2 = 0.9 z1, and no activation."""
    net = cr.Network(
        [1, 1, 1], hidden="identity", output="identity", loss="half_squared_error",
        parameters={"W1": [[0.9]], "W2": [[0.9]]}, **how,
    )  # fmt: skip
    return net.trace([[0.7]], [[0.0]], cr.SGD(0.123456789))


def test_each_line_is_rounded_and_carried_on_rounded() -> None:
    """0.7 × 0.9 = 0.63, 0.6 × 0.9 = 0.54, while 0.63 × 0.9 = 0.567 would be 0.6."""
    values = by_hand(chain(), 1, "even")
    assert [texts(values[name])[0][0] for name in ("z1", "a1", "z2", "a2")] == ["0.6", "0.6", "0.5", "0.5"]
    assert texts(by_hand(chain(), 3, "even")["z2"]) == [["0.567"]]


def test_a_weight_keeps_eight_digits_and_so_does_what_comes_from_outside() -> None:
    values = by_hand(chain(), 1, "even")
    # dz2 = a2 = 0.5, dW2 = 0.6 × 0.5 = 0.3; η = 0.12345679, and 0.9 - 0.12345679 × 0.3 = 0.862962963
    assert (str(values["eta"]), texts(values["dW2"]), texts(values["W2_new"])) == (
        "0.12345679", [["0.3"]], [["0.86296296"]],
    )  # fmt: skip


def test_what_is_scaled_keeps_fifteen_digits() -> None:
    net = cr.Network(
        [1, 1], output="identity", loss="half_squared_error", parameters={"W1": [[1.0]]},
        scaling=cr.Standardize([1e7], [1.0]),
    )  # fmt: skip
    values = by_hand(net.trace([[10000000.3]], [[0.0]]), 2, "even")
    assert texts(values["x"]) == [["0.3"]]  # in eight digits nothing would be left of it


def test_what_was_put_in_stays() -> None:
    values = by_hand(chain().what_if({"z1": [[5.5]], "W2": [[2.0]]}), 1, "even")
    assert texts(values["z1"]) == [["6"]]  # rounded as its line is
    assert texts(values["z2"]) == [["1E+1"]]


@pytest.mark.parametrize(("digits", "said"), [(1, "1 digit"), (2, "2 digits")])
def test_a_division_by_a_number_that_was_rounded_to_0(digits: int, said: str) -> None:
    net = cr.Network(
        [1, 1], output="sigmoid", loss="binary_cross_entropy", parameters={"W1": [[9.0]]}
    )  # 1 / (1 + e^-9) is 0.99988
    with pytest.raises(InputError) as caught:
        by_hand(net.trace([[1.0]], [[1.0]]), digits, "even")
    assert str(caught.value) == (
        f"counted by hand with {said}, log_not_a1 divides by 0, since a number before it was rounded to 0 or 1: take "
        "more digits, or arithmetic='exact'."
    )


def test_digits_of_each_line() -> None:
    columns = cr.Columns([("a", "number", (), 1.0, 0.0, 2.0, False, False)])
    program = cr.Network([columns, cr.Dense(1, 2), cr.Softmax()]).program(cr.AdamW())
    kept = kept_digits(program, 4)
    assert set(kept) == set(program.quantities)
    weights = {f"{name}_{which}" for name in ("W1", "b1") for which in ("decayed", "new")}
    assert {name for name, digits in kept.items() if digits == 8} == weights
    assert [name for name, digits in kept.items() if digits == 15] == ["x_known"]  # chosen, and not computed
    assert {digits for name, digits in kept.items() if name not in {*weights, "x_known"}} == {4}


def test_weights_on_the_way_to_new_ones_are_weights() -> None:
    program = cr.Network([1, 2]).program(cr.Lookahead("sgd"))
    assert weights_of_update(program) == {
        f"{name}_{which}" for name in ("W1", "b1") for which in ("fast", "start", "slow_new", "new")
    }
    assert weights_of_update(cr.Network([1, 2]).program(cr.RAdam())) == {"W1_new", "b1_new"}  # a step is none


def test_where_nothing_is_said_ties_go_to_the_even_digit() -> None:
    assert str(rounded(Decimal("0.125"), 2)) == "0.12"
    assert str(line_by_hand(node(ops.DIVIDE, Const(1.0), Const(8.0)), VALUES, 2)) == "0.12"
    net = cr.Network([1, 1], output="identity", loss="half_squared_error", parameters={"W1": [[0.5]]})
    assert texts(by_hand(net.trace([[0.25]], [[0.0]]), 2)["z1"]) == [["0.12"]]
