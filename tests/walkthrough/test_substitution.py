"""Numbers in the places of names: whole matrices, single entries, long sums and large matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.expressions import Const, Name, Symbol
from chainrule.expressions import operations as ops
from chainrule.notation import join_strings, numeral
from chainrule.walkthrough.substitution import Substitution, kept, kept_rows, plain_numbers, shortened

VALUES: dict[str, Any] = {
    "x": np.array([[1.0, -2.0]]),
    "W": np.array([[0.5, 3.0], [4.0, 0.25]]),
    "b": np.array([1.0, -1.0]),
    "z": np.array([[0.0, -1.5]]),
    "eta": 0.123456789,
    "rate": 0.123456789,
}


def rows(cells: list[list[str]]) -> str:
    """A matrix on one line."""
    return "[" + "; ".join(" ".join(row) for row in cells) + "]"


PUT = Substitution(VALUES, "text", numeral, rows, join_strings, str)


def symbol(name: str, **how: Any) -> Any:
    return Symbol(Name(name, **how), VALUES[name])


def entry(name: str, *index: int) -> Name:
    return Name(name, index=index)


def test_each_name_of_a_formula_gets_its_matrix() -> None:
    x, W, b = (symbol(name) for name in "xWb")
    assert PUT.whole((x @ W + b).expr) == "[1 -2] · [0.5 3; 4 0.25] + [1 -1]"
    assert PUT.whole((x.T @ x).expr) == "[1; -2] · [1 -2]"  # turned over, as it is shown


def test_a_function_is_put_in_entry_by_entry() -> None:
    z = symbol("z")
    assert PUT.whole(np.exp(z).expr) == "[e^0 e^(-1.5)]"
    assert PUT.whole(np.maximum(0, z).expr) == "[max(0, 0) max(0, -1.5)]"


def test_a_comparison_is_put_in_as_its_ones_and_zeros() -> None:
    z, x = symbol("z"), symbol("x")
    assert PUT.whole((x * (z >= 0)).expr) == "[1 -2] ⊙ [1 0]"


def test_a_setting_is_put_in_in_full_and_a_result_as_it_is_printed() -> None:
    W = symbol("W")
    assert PUT.whole((symbol("eta", scalar=True) * W).expr).startswith("0.123456789 ")
    assert PUT.whole((symbol("rate", scalar=True, computed=True) * W).expr).startswith("0.123457 ")


def test_a_negative_number_stands_in_brackets_within_a_product() -> None:
    assert PUT.entry(ops.total([entry("x", 0, 1), Const(2.0)])) == "-2 + 2"
    both = Symbol(entry("x", 0, 1), -2.0) * Symbol(entry("z", 0, 1), -1.5)
    assert PUT.entry(both.expr) == "(-2)×(-1.5)"
    assert PUT.entry((Symbol(entry("W", 0, 1), 3.0) * Symbol(entry("x", 0, 1), -2.0)).expr) == "3×(-2)"


def test_by_names_a_formula_is_written_in_its_style() -> None:
    step = (Symbol(Name("eta", scalar=True), 0.1) * Symbol(entry("W", 0, 1), 3.0)).expr
    latex = Substitution(VALUES, "latex", numeral, rows, join_strings, str)
    assert PUT.names(step) == "η×W[0, 1]"
    assert latex.names(step) == r"\eta \cdot W[0, 1]"
    assert (PUT.names(Const(1e-7)), latex.names(Const(1e-7))) == ("1e-07", r"1 \times 10^{-7}")


def test_of_a_long_sum_by_names_the_rest_is_told_in_its_style() -> None:
    values = {"v": np.array([1.0, 9, -7, 0.5, 8, 0.25, -3, 2])}
    total = ops.total([entry("v", i) for i in range(8)])
    largest = "v[1] + v[2] + v[4]"
    told = {
        style: Substitution(values, style, numeral, rows, join_strings, str).names(total)
        for style in ("text", "latex")
    }
    assert set(told) == {"text", "latex"}
    assert told["text"] == f"{largest} + … (the other 5)"
    assert told["latex"] == rf"{largest} + \cdots\ (\text{{the other }} 5)"


def test_of_a_long_sum_the_largest_terms_are_put_in() -> None:
    values = {"v": np.array([1.0, 9, -7, 0.5, 8, 0.25, -3])}
    total = ops.total([entry("v", i) for i in range(7)])
    text = Substitution(values, "text", numeral, rows, join_strings, str)
    latex = Substitution(values, "latex", numeral, rows, join_strings, str)
    # 1 + 0.5 + 0.25 - 3 = -1.25
    assert text.entry(total) == "9 + (-7) + 8 + (the other 4: -1.25)"
    assert latex.entry(total) == r"9 + (-7) + 8 + (\text{the other } 4\text{: }{-1.25})"


def test_one_number_is_no_matrix() -> None:
    assert PUT.value(np.array([[3.0]]))[0] == "3"
    assert PUT.value(np.array([1.0, 2.0]))[0] == "[1 2]"  # a vector is a row


@pytest.mark.parametrize(
    ("shape", "most", "wanted"),
    [
        ((2, 6), 6, [["0", "1", "2", "3", "4", "5"], ["6", "7", "8", "9", "10", "11"]]),
        ((1, 7), 6, [["0", "1", "2", "…", "5", "6"]]),
        ((7, 1), 6, [["0"], ["1"], ["⋮"], ["6"]]),
        ((7, 8), 6, [
            ["0", "1", "2", "…", "6", "7"], ["8", "9", "10", "…", "14", "15"], ["⋮"] * 6,
            ["48", "49", "50", "…", "54", "55"],
        ]),
        ((1, 5), 4, [["0", "1", "…", "3", "4"]]),
        ((1, 5), 3, [["0", "1", "…", "4"]]),
        ((1, 5), 2, [["0", "…", "4"]]),
    ],
)  # fmt: skip
def test_a_large_matrix_shows_its_corners(shape: tuple[int, int], most: int, wanted: list[list[str]]) -> None:
    assert shortened(np.arange(np.prod(shape), dtype=float).reshape(shape), numeral, most) == wanted


def test_a_function_of_one_number_is_put_in_as_one() -> None:
    """Of a single number, of an array of one entry, and of a vector, which is a row."""
    values = {"n": np.array(0.5), "one": np.array([[0.25]]), "v": np.array([1.0, 2.0])}
    put = Substitution(values, "text", numeral, rows, join_strings, str)
    wanted = {"n": "e^0.5", "one": "e^0.25", "v": "[e^1 e^2]"}
    for name, text in wanted.items():
        exponential = np.exp(Symbol(Name(name), values[name]))
        assert put.whole(exponential.expr) == text
        assert put.whole((3 * exponential).expr) in (f"3×{text}", f"3 {text}", f"3 × {text}")
    bracketed = Substitution(values, "text", numeral, rows, join_strings, lambda piece: f"({piece})")
    for name, base in (("n", "(e^0.5)"), ("one", "(e^0.25)"), ("v", "[e^1 e^2]")):
        assert bracketed.whole(np.square(np.exp(Symbol(Name(name), values[name]))).expr) == f"{base}²"


def test_where_nothing_is_said_six_rows_and_columns_are_shown_whole() -> None:
    for size, wanted in ((6, "[0 1 2 3 4 5]"), (7, "[0 1 2 … 5 6]")):
        assert PUT.value(np.arange(float(size)))[0] == wanted
        assert " ".join(shortened(np.arange(float(size))[None])[0]) == wanted.strip("[]")
    assert kept(6) == kept_rows(6) == [0, 1, 2, 3, 4, 5]
    assert (kept(9), kept_rows(9)) == ([0, 1, 2, None, 7, 8], [0, 1, None, 8])


def test_in_plain_text_matrices_are_written_as_numpy_has_them() -> None:
    values = {
        "x": np.array([[1.0, -2.0]]),
        "W": np.array([[0.5, 3.0], [4.0, 0.25]]),
        "v": np.arange(8.0)[:, None],
    }
    put = plain_numbers(values)
    assert put.whole((Symbol(Name("x"), values["x"]) @ Symbol(Name("W"), values["W"])).expr) == (
        "[1, -2] · [[0.5, 3], [4, 0.25]]"
    )
    assert put.value(values["v"])[0] == "[[0], [1], ⋮, [7]]"
    negative = Symbol(entry("x", 0, 1), -2.0) * Symbol(entry("x", 0, 0), 1.0)
    assert (put.names(negative.expr), put.entry(negative.expr)) == ("x[0, 1]×x[0, 0]", "(-2)×1")
