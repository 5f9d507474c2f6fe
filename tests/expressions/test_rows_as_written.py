"""Every row of the table by hand: how textbooks write it, of arrays and of numbers, and what kind of function it is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from chainrule.expressions import Expr, Name, Node
from chainrule.expressions.node import TABLE, Operation, operation
from chainrule.notation import formula, latex_formula

LETTERS = "abc"
SETTINGS: dict[str, dict[str, Any]] = {
    "sum": {"axis": None, "keepdims": False}, "max": {"axis": None, "keepdims": False},
    "pick_rows": {"start": 1, "step": 3}, "put_rows": {"start": 1, "step": 3},
}  # fmt: skip
OPERANDS = {"where": 3, "total": 2, "largest": 2, "power": 2, "matmul": 2}

# Of arrays: as text, and as LaTeX.
WRITTEN = {
    "add": ("a + b", "a + b"),
    "subtract": ("a - b", "a - b"),
    "multiply": ("a ⊙ b", r"a \odot b"),
    "divide": ("a / b", r"\frac{a}{b}"),
    "negative": ("-a", "-a"),
    "power": ("a^b", "a^{b}"),
    "square": ("a²", "a^2"),
    "sqrt": ("√a", r"\sqrt{a}"),
    "reciprocal": ("1 / a", r"\frac{1}{a}"),
    "absolute": ("|a|", r"\left|a\right|"),
    "sign": ("sign(a)", r"\operatorname{sign}\left(a\right)"),
    "floor": ("floor(a)", r"\left\lfloor a \right\rfloor"),
    "exp": ("e^a", "e^{a}"),
    "log": ("log(a)", r"\log\left(a\right)"),
    "log1p": ("log(1 + a)", r"\log\left(1 + a\right)"),
    "expm1": ("e^a - 1", "e^{a} - 1"),
    "logaddexp": ("log(e^a + e^b)", r"\log\left(e^{a} + e^{b}\right)"),
    "sin": ("sin(a)", r"\sin\left(a\right)"),
    "cos": ("cos(a)", r"\cos\left(a\right)"),
    "tanh": ("tanh(a)", r"\tanh\left(a\right)"),
    "arctan": ("arctan(a)", r"\arctan\left(a\right)"),
    "erf": ("erf(a)", r"\operatorname{erf}\left(a\right)"),
    "maximum": ("max(a, b)", r"\max\left(a,\ b\right)"),
    "minimum": ("min(a, b)", r"\min\left(a,\ b\right)"),
    "greater": ("a > b", "a > b"),
    "greater_equal": ("a >= b", r"a \ge b"),
    "less": ("a < b", "a < b"),
    "less_equal": ("a <= b", r"a \le b"),
    "equal": ("a == b", "a = b"),
    "not_equal": ("a != b", r"a \ne b"),
    "isnan": ("a is missing", r"a \text{ is missing}"),
    "indicator": ("1{a}", r"\mathbf{1}\lbrace a \rbrace"),
    "cast": ("a", "a"),
    "where": ("b if a, otherwise c", r"\begin{cases} b & a \\ c & \text{otherwise} \end{cases}"),
    "total": ("a + b", "a + b"),
    "largest": ("max(a, b)", r"\max\left(a, b\right)"),
    "matmul": ("a · b", r"a \cdot b"),
    "transpose": ("aᵀ", r"{a^\top}"),
    "sum": ("Σ a", r"\sum a"),
    "max": ("max(a)", r"\max\left(a\right)"),
    "column": ("a", "a"),
    "pick_rows": ("a[1::3]", "a[1::3]"),
    "put_rows": ("put(a, 1::3)", r"\operatorname{put}_{1::3}\left(a\right)"),
}
OF_NUMBERS = {  # where it differs
    "multiply": ("a×b", r"a \cdot b"),
    "divide": ("a/b", r"\frac{a}{b}"),
    "reciprocal": ("1/a", r"\frac{1}{a}"),
}


def _operands(row: Operation) -> int:
    return OPERANDS.get(row.name, getattr(row.ufunc, "nin", 1))


def _of(row: Operation, **kind: Any) -> Expr:
    args = tuple(Name(letter, **kind) for letter in LETTERS[: _operands(row)])
    return Node(row, args, SETTINGS.get(row.name, {}))


def test_every_row_is_here() -> None:
    assert {*WRITTEN} == {row.name for row in TABLE.values()}


@pytest.mark.parametrize("name", WRITTEN)
def test_as_textbooks_write_it(name: str) -> None:
    row = operation(name)
    assert (formula(_of(row)), latex_formula(_of(row))) == WRITTEN[name]
    numbers = _of(row, index=())
    assert (formula(numbers), latex_formula(numbers)) == OF_NUMBERS.get(name, WRITTEN[name])


SUM = Node(operation("add"), (Name("a"), Name("b")), {})
PRODUCT = Node(operation("multiply"), (Name("a"), Name("b")), {})
RATIO = Node(operation("divide"), (Name("a", index=()), Name("b", index=())), {})
POWER = Node(operation("power"), (Name("a"), Name("b")), {})
MINUS = Node(operation("negative"), (Name("a"),), {})
HOLDS = Node(operation("greater"), (Name("a"), Name("b")), {})


@pytest.mark.parametrize(
    ("name", "args", "text", "latex"),
    [
        # What binds more weakly than its place gets brackets, and nothing else.
        ("power", (MINUS, Name("b")), "(-a)^b", r"\left(-a\right)^{b}"),
        ("power", (Name("a"), MINUS), "a^(-a)", "a^{-a}"),
        ("power", (POWER, Name("c")), "(a^b)^c", r"\left(a^{b}\right)^{c}"),
        ("power", (PRODUCT, SUM), "(a ⊙ b)^(a + b)", r"\left(a \odot b\right)^{a + b}"),
        ("square", (PRODUCT,), "(a ⊙ b)²", r"\left(a \odot b\right)^2"),
        ("square", (POWER,), "(a^b)²", r"\left(a^{b}\right)^2"),
        ("exp", (MINUS,), "e^(-a)", "e^{-a}"),
        ("exp", (PRODUCT,), "e^(a ⊙ b)", r"e^{a \odot b}"),
        ("expm1", (SUM,), "e^(a + b) - 1", "e^{a + b} - 1"),
        ("log1p", (MINUS,), "log(1 + (-a))", r"\log\left(1 + \left(-a\right)\right)"),
        ("log1p", (PRODUCT,), "log(1 + a ⊙ b)", r"\log\left(1 + a \odot b\right)"),
        ("logaddexp", (PRODUCT, SUM), "log(e^(a ⊙ b) + e^(a + b))", r"\log\left(e^{a \odot b} + e^{a + b}\right)"),
        ("negative", (PRODUCT,), "-a ⊙ b", r"-a \odot b"),
        ("negative", (MINUS,), "-(-a)", r"-\left(-a\right)"),
        ("sqrt", (PRODUCT,), "√(a ⊙ b)", r"\sqrt{a \odot b}"),
        ("reciprocal", (PRODUCT,), "1 / (a ⊙ b)", r"\frac{1}{a \odot b}"),
        ("reciprocal", (POWER,), "1 / a^b", r"\frac{1}{a^{b}}"),
        ("divide", (SUM, PRODUCT), "(a + b) / (a ⊙ b)", r"\frac{a + b}{a \odot b}"),
        ("matmul", (Name("c"), PRODUCT), "c · (a ⊙ b)", r"c \cdot \left(a \odot b\right)"),
        ("transpose", (POWER,), "(a^b)ᵀ", r"{\left(a^{b}\right)^\top}"),
        ("greater", (SUM, MINUS), "a + b > -a", "a + b > -a"),
        ("equal", (HOLDS, HOLDS), "(a > b) == (a > b)", r"\left(a > b\right) = \left(a > b\right)"),
        ("indicator", (HOLDS,), "1{a > b}", r"\mathbf{1}\lbrace a > b \rbrace"),
        ("isnan", (SUM,), "a + b is missing", r"a + b \text{ is missing}"),
        ("where", (HOLDS, SUM, PRODUCT), "(a + b) if a > b, otherwise a ⊙ b",
         r"\begin{cases} a + b & a > b \\ a \odot b & \text{otherwise} \end{cases}"),
        ("absolute", (SUM,), "|a + b|", r"\left|a + b\right|"),
        ("maximum", (SUM, PRODUCT), "max(a + b, a ⊙ b)", r"\max\left(a + b,\ a \odot b\right)"),
    ],
)  # fmt: skip
def test_brackets(name: str, args: tuple[Expr, ...], text: str, latex: str) -> None:
    node = Node(operation(name), args, {})
    assert formula(node) == text
    assert latex_formula(node) == latex


# --- what kind of function it is ----------------------------------------------------------------------------

# With numbers put in, these are written entry by entry, as f(z) of each; the others by whole matrices.
ENTRY_BY_ENTRY = {
    "sqrt", "absolute", "sign", "floor", "exp", "log", "log1p", "expm1", "logaddexp", "sin", "cos", "tanh", "arctan",
    "erf", "maximum", "minimum", "indicator",
}  # fmt: skip
VIEWS = {"transpose", "column"}
# Each has a place where the slope, or the value, jumps.
KINKS = {
    "absolute", "sign", "floor", "maximum", "minimum", "max", "isnan", "greater", "greater_equal", "less",
    "less_equal", "equal", "not_equal",
}  # fmt: skip


def test_what_is_written_entry_by_entry_what_has_a_kink_and_what_takes_no_copy() -> None:
    assert {row.name for row in TABLE.values() if row.function is True} == ENTRY_BY_ENTRY
    assert {row.name for row in TABLE.values() if row.kink is True} == KINKS
    assert {row.name for row in TABLE.values() if row.view is True} == VIEWS
    flags = [(row.function, row.kink, row.view, row.keeps_not_finite) for row in TABLE.values()]
    assert {type(flag) for row_flags in flags for flag in row_flags} == {bool}
    assert {row.name for row in TABLE.values() if row.source} == {"erf", "put_rows"}


# These may give a finite number for what is not: e^-∞ = 0, 1 / ∞ = 0, arctan ∞, a choice of the other, a comparison.
LOSES = {
    "divide", "power", "reciprocal", "exp", "expm1", "logaddexp", "tanh", "arctan", "erf", "sign", "maximum", "minimum",
    "where", "isnan", "max", "greater", "greater_equal", "less", "less_equal", "equal",
    "not_equal",
}  # fmt: skip


def _feed(row: Operation, bad: float, at: int) -> Any:
    """The result of ones, with what is not finite in one operand."""
    arrays: list[Any] = [np.ones((3, 3)) for _ in range(_operands(row))]
    if row.name == "column":
        arrays = [np.ones(3)]
    arrays[at].flat[0] = bad
    with np.errstate(all="ignore"):
        return np.asarray(row.run(*arrays, **SETTINGS.get(row.name, {})), dtype=float)


@pytest.mark.parametrize(
    "row", [row for row in TABLE.values() if row.name != "largest"], ids=lambda row: row.name
)
def test_what_is_not_finite_stays_so_where_the_row_says_it(row: Operation) -> None:
    found = [
        bool(np.isfinite(_feed(row, bad, at)).all())
        for bad in (math.nan, math.inf, -math.inf)
        for at in range(_operands(row))
    ]
    if row.keeps_not_finite:
        assert not any(found)
    if row.name in LOSES:
        assert any(found)
        assert not row.keeps_not_finite


def test_which_rows_keep_what_is_not_finite() -> None:
    assert {row.name for row in TABLE.values() if row.keeps_not_finite} == {
        "add", "subtract", "multiply", "negative", "square", "cast", "matmul", "transpose", "sum", "column",
    }  # fmt: skip


# How strongly each binds: as the notation of the table has it, "40 sums, 45 minus sign, 60 products, 80 powers, 90
# marks, 100 names and calls"; below sums, conditions and choices.
BINDS = {
    20: "where",
    30: "greater greater_equal less less_equal equal not_equal isnan",
    40: "add subtract expm1 total",
    45: "negative",
    60: "multiply divide reciprocal matmul sum",
    80: "power square exp",
    90: "sqrt transpose column",
    100: "absolute sign floor log log1p logaddexp sin cos tanh arctan erf maximum minimum indicator cast largest max "
    "pick_rows put_rows",
}


def test_how_strongly_each_binds() -> None:
    assert {row.name: row.precedence for row in TABLE.values()} == {
        name: binds for binds, names in BINDS.items() for name in names.split()
    }


# How scripts compute each, by NumPy; of the rows that scripts call with their own numbers as well, of numbers alone.
IN_CODE = {
    "add": "a + b", "subtract": "a - b", "multiply": "a * b", "divide": "a / b", "negative": "-a", "power": "a ** b",
    "square": "np.square(a)", "sqrt": "np.sqrt(a)", "reciprocal": "np.reciprocal(a)", "absolute": "np.abs(a)",
    "sign": "np.sign(a)", "floor": "np.floor(a)", "exp": "np.exp(a)", "log": "np.log(a)", "log1p": "np.log1p(a)",
    "expm1": "np.expm1(a)", "logaddexp": "np.logaddexp(a, b)", "sin": "np.sin(a)", "cos": "np.cos(a)",
    "tanh": "np.tanh(a)", "arctan": "np.arctan(a)", "erf": "erf(a)", "maximum": "np.maximum(a, b)",
    "minimum": "np.minimum(a, b)", "greater": "a > b", "greater_equal": "a >= b", "less": "a < b",
    "less_equal": "a <= b", "equal": "a == b", "not_equal": "a != b", "isnan": "np.isnan(a)",
    "indicator": "(a).astype(DTYPE)", "cast": "(a).astype(DTYPE)", "where": "np.where(a, b, c)", "matmul": "a @ b",
    "transpose": "a.T", "sum": "a.sum(axis=None, keepdims=False)", "max": "a.max(axis=None, keepdims=False)",
    "column": "a[:, None]", "pick_rows": "a[1::3]", "put_rows": "put_rows(a, 1, 3)", "total": "+", "largest": "max",
}  # fmt: skip


@pytest.mark.parametrize("name", IN_CODE)
def test_as_a_script_writes_it(name: str) -> None:
    row = operation(name)
    settings = SETTINGS.get(name, {})
    told = ", ".join(f"{key}={value!r}" for key, value in settings.items())
    letters = [_Letter(letter) for letter in LETTERS[: _operands(row)]]
    assert row.code.format(*letters, **settings, settings=told) == IN_CODE[name]


class _Letter(str):
    """Needs no brackets, whatever binds around it."""

    def __format__(self, need: str) -> str:
        assert int(need) <= 100
        return str(self)


def test_every_row_is_in_these_tables() -> None:
    assert {*IN_CODE} == {*WRITTEN}
