"""The table of operations: all that a rule may use, one row each.

A row says how the operation is computed (NumPy's own function), how it is written in each notation, how one
entry of its result is made from entries of its operands, and its derivative. Adding an operation is adding
a row; a test walks the table.

Notation: a template's fields stand for the operands, and the number in a field is the binding precedence that
an operand needs there: a weaker one gets brackets. A field may name a setting instead. 40 sums, 45 minus sign,
60 products, 80 powers, 90 marks, 100 names and calls.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.expressions.node import TABLE, Const, Entry, Expr, Node, Operation, Shape
from chainrule.expressions.special import erf, put_rows


def _row(
    name: str,
    ufunc: Any,
    precedence: int,
    text: str,
    latex: str,
    code: str,
    derivative: Callable[..., tuple[Any, ...]],
    on_scalars: Callable[..., Any] | None = None,
    run: Callable[..., Any] | None = None,
    **more: Any,
) -> Operation:
    if on_scalars is None:

        def on_scalars(*args: Any) -> Any:
            return float(ufunc(*(float(arg) for arg in args)))

    row = Operation(
        name,
        ufunc,
        precedence,
        text,
        latex,
        code,
        derivative,
        on_scalars,
        run if run is not None else ufunc,
        **more,
    )
    TABLE[ufunc] = row
    return row


# --- arithmetic -------------------------------------------------------------------------------------------

ADD = _row("add", np.add, 40, "{:40} + {:50}", "{:40} + {:50}", "{:40} + {:50}",
           lambda g, r, a, b: (g, g), operator.add, keeps_not_finite=True)  # fmt: skip
SUBTRACT = _row("subtract", np.subtract, 40, "{:40} - {:50}", "{:40} - {:50}", "{:40} - {:50}",
                lambda g, r, a, b: (g, -g), operator.sub, keeps_not_finite=True)  # fmt: skip
MULTIPLY = _row("multiply", np.multiply, 60, "{:45} ⊙ {:65}", r"{:45} \odot {:65}", "{:45} * {:65}",
                lambda g, r, a, b: (g * b, g * a), operator.mul, keeps_not_finite=True,
                scalar_text="{:45}×{:65}", scalar_latex=r"{:45} \cdot {:65}")  # fmt: skip
DIVIDE = _row("divide", np.divide, 60, "{:45} / {:65}", r"\frac{{{:0}}}{{{:0}}}", "{:45} / {:65}",
              lambda g, r, a, b: (g / b, -g * r / b), operator.truediv,
              scalar_text="{:45}/{:65}")  # fmt: skip
NEGATIVE = _row("negative", np.negative, 45, "-{:60}", "-{:60}", "-{:70}",
                lambda g, r, a: (-g,), operator.neg, keeps_not_finite=True)  # fmt: skip
POWER = _row("power", np.power, 80, "{:90}^{:85}", "{:90}^{{{:0}}}", "{:90} ** {:80}",
             lambda g, r, a, b: (g * b * a ** (b - 1), g * r * np.log(a)), operator.pow)  # fmt: skip
SQUARE = _row("square", np.square, 80, "{:90}²", "{:90}^2", "np.square({:0})",
              lambda g, r, a: (2 * g * a,), lambda a: a * a, keeps_not_finite=True)  # fmt: skip
SQRT = _row("sqrt", np.sqrt, 90, "√{:90}", r"\sqrt{{{:0}}}", "np.sqrt({:0})",
            lambda g, r, a: (g / (2 * r),), function=True)  # fmt: skip
RECIPROCAL = _row("reciprocal", np.reciprocal, 60, "1 / {:65}", r"\frac{{1}}{{{:0}}}", "np.reciprocal({:0})",
                  lambda g, r, a: (-g * r * r,), lambda a: 1 / a, scalar_text="1/{:65}")  # fmt: skip
ABSOLUTE = _row("absolute", np.absolute, 100, "|{:0}|", r"\left|{:0}\right|", "np.abs({:0})",
                lambda g, r, a: (g * np.sign(a),), abs, function=True, kink=True)  # fmt: skip
SIGN = _row("sign", np.sign, 100, "sign({:0})", r"\operatorname{{sign}}\left({:0}\right)", "np.sign({:0})",
            lambda g, r, a: (None,), function=True, kink=True)  # fmt: skip
FLOOR = _row("floor", np.floor, 100, "floor({:0})", r"\left\lfloor {:0} \right\rfloor", "np.floor({:0})",
             lambda g, r, a: (None,), function=True, kink=True)  # fmt: skip

# --- functions --------------------------------------------------------------------------------------------


def _function(
    name: str, ufunc: Any, text: str, latex: str, derivative: Callable[..., tuple[Any, ...]]
) -> Operation:
    return _row(
        name, ufunc, 100, text + "({:0})", latex + r"\left({:0}\right)", f"np.{ufunc.__name__}({{:0}})", derivative,
        function=True,
    )  # fmt: skip


EXP = _row("exp", np.exp, 80, "e^{:85}", "e^{{{:0}}}", "np.exp({:0})",
           lambda g, r, a: (g * r,), function=True)  # fmt: skip
LOG = _function("log", np.log, "log", r"\log", lambda g, r, a: (g / a,))
LOG1P = _row("log1p", np.log1p, 100, "log(1 + {:50})", r"\log\left(1 + {:50}\right)", "np.log1p({:0})",
             lambda g, r, a: (g / (1 + a),), function=True)  # fmt: skip
EXPM1 = _row("expm1", np.expm1, 40, "e^{:85} - 1", "e^{{{:0}}} - 1", "np.expm1({:0})",
             lambda g, r, a: (g * (r + 1),), function=True)  # fmt: skip
LOGADDEXP = _row("logaddexp", np.logaddexp, 100, "log(e^{:85} + e^{:85})",
                 r"\log\left(e^{{{:0}}} + e^{{{:0}}}\right)", "np.logaddexp({:0}, {:0})",
                 lambda g, r, a, b: (g * np.exp(a - r), g * np.exp(b - r)), function=True)  # fmt: skip
SIN = _function("sin", np.sin, "sin", r"\sin", lambda g, r, a: (g * np.cos(a),))
COS = _function("cos", np.cos, "cos", r"\cos", lambda g, r, a: (-g * np.sin(a),))
TANH = _function("tanh", np.tanh, "tanh", r"\tanh", lambda g, r, a: (g * (1 - np.square(r)),))
ARCTAN = _function("arctan", np.arctan, "arctan", r"\arctan", lambda g, r, a: (g / (1 + np.square(a)),))
ERF = _row("erf", "erf", 100, "erf({:0})", r"\operatorname{{erf}}\left({:0}\right)", "erf({:0})",
           lambda g, r, a: (2 / math.sqrt(math.pi) * (g * np.exp(-np.square(a))),),
           lambda a: float(erf(a)),  # type: ignore[no-untyped-call]
           erf, function=True, source=erf)  # fmt: skip
MAXIMUM = _row("maximum", np.maximum, 100, "max({:0}, {:0})", r"\max\left({:0},\ {:0}\right)",
               "np.maximum({:0}, {:0})", lambda g, r, a, b: (g * (a >= b), g * (b > a)),  # ties: the first
               lambda a, b: max(a, b), function=True, kink=True)  # fmt: skip
MINIMUM = _row("minimum", np.minimum, 100, "min({:0}, {:0})", r"\min\left({:0},\ {:0}\right)",
               "np.minimum({:0}, {:0})", lambda g, r, a, b: (g * (a <= b), g * (b < a)),
               lambda a, b: min(a, b), function=True, kink=True)  # fmt: skip

# --- comparisons and choice -------------------------------------------------------------------------------


def _comparison(name: str, ufunc: Any, sign: str, latex: str, on_scalars: Callable[..., Any]) -> Operation:
    return _row(
        name, ufunc, 30, f"{{:40}} {sign} {{:40}}", f"{{:40}} {latex} {{:40}}", f"{{:40}} {sign} {{:40}}",
        lambda g, r, a, b: (None, None), on_scalars, kink=True,
    )  # fmt: skip


GREATER = _comparison("greater", np.greater, ">", ">", operator.gt)
GREATER_EQUAL = _comparison("greater_equal", np.greater_equal, ">=", r"\ge", operator.ge)
LESS = _comparison("less", np.less, "<", "<", operator.lt)
LESS_EQUAL = _comparison("less_equal", np.less_equal, "<=", r"\le", operator.le)
EQUAL = _comparison("equal", np.equal, "==", "=", operator.eq)
NOT_EQUAL = _comparison("not_equal", np.not_equal, "!=", r"\ne", operator.ne)


def _is_nan(a: Any, out: Any = None) -> Any:
    return np.not_equal(a, a, out=out)  # which decimals know, too


# What is missing in a table is NaN, the one number that is not equal to itself.
ISNAN = _row("isnan", np.isnan, 30, "{:40} is missing", r"{:40} \text{{ is missing}}", "np.isnan({:0})",
             lambda g, r, a: (None,), lambda a: a != a, _is_nan, kink=True)  # fmt: skip


def _of_dtype(value: Any, dtype: Any) -> Any:
    """An array in the network's dtype; numbers counted by hand stay decimals."""
    return value if dtype is None or value.dtype == object else value.astype(dtype, copy=False)


def _indicator(condition: Any, out: Any = None, dtype: Any = None) -> Any:
    if out is None:
        return _of_dtype(np.asarray(condition), dtype)
    np.copyto(out, condition)
    return out


# The bracket of Iverson, 1 where the condition holds and otherwise 0. It is written where a condition meets
# arithmetic, so that a run can convert into a buffer of its own (NumPy would allocate one at each call).
INDICATOR = _row("indicator", "indicator", 100, "1{{{:0}}}", r"\mathbf{{1}}\lbrace {:0} \rbrace",
                 "({:0}).astype(DTYPE)",
                 lambda g, r, a, **_: (None,), int, _indicator, function=True)  # fmt: skip


def _cast(a: Any, out: Any = None, dtype: Any = None) -> Any:
    if out is None:
        return _of_dtype(np.asarray(a), dtype)
    np.copyto(out, a)
    return out


# Where inputs that were prepared in double precision become the network's numbers; no reader is told of it.
CAST = _row("cast", "cast", 100, "{:0}", "{:0}", "({:0}).astype(DTYPE)",
            lambda g, r, a, **_: (g,), float, _cast, keeps_not_finite=True)  # fmt: skip


def _where(condition: Any, a: Any, b: Any, out: Any = None, dtype: Any = None) -> Any:
    if out is None:
        return _of_dtype(np.where(condition, a, b), dtype)
    np.copyto(out, b)
    np.copyto(out, a, where=np.asarray(condition, bool))  # a condition of scalars comes as a number
    return out


WHERE = _row("where", np.where, 20, "{1:50} if {0:30}, otherwise {2:50}",
             r"\begin{{cases}} {1:0} & {0:0} \\ {2:0} & \text{{otherwise}} \end{{cases}}", "np.where({:0}, {:0}, {:0})",
             lambda g, r, c, a, b, **_: (None, np.where(c, g, 0), np.where(c, 0, g)),
             lambda c, a, b: a if c else b, _where)  # fmt: skip

# --- of single entries only: what a product of matrices or a sum is, once written out ----------------------


def _add_up(*terms: Any) -> Any:
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result


TOTAL = _row("total", "total", 40, "+", "+", "+", lambda *of: (), _add_up, _add_up)
LARGEST = _row(
    "largest", "largest", 100, "max", r"\max", "max", lambda *of: (), lambda *a: max(a), lambda *a: max(a)
)


# --- products, sums and shapes ----------------------------------------------------------------------------


def _matmul_entry(node: Node, index: tuple[int, ...], entry: Entry, shape: Shape) -> Expr:
    a, b = node.args
    i, j = index
    terms = (Node(MULTIPLY, (entry(a, (i, k)), entry(b, (k, j))), {}) for k in range(shape(a)[1]))
    return total(list(terms))


MATMUL = _row("matmul", np.matmul, 60, "{:60} · {:65}", r"{:60} \cdot {:65}", "{:60} @ {:65}",
              lambda g, r, a, b: (g @ b.T, a.T @ g), entry=_matmul_entry, keeps_not_finite=True)  # fmt: skip


def _transpose(a: Any, out: Any = None) -> Any:
    return a.T


TRANSPOSE = _row("transpose", np.transpose, 90, "{:90}ᵀ", r"{{{:90}^\top}}", "{:90}.T",
                 lambda g, r, a: (g.T,), run=_transpose, view=True, keeps_not_finite=True,
                 entry=lambda node, index, entry, shape: entry(node.args[0], index[::-1]))  # fmt: skip


def _reduced(node: Node, index: tuple[int, ...], entry: Entry, shape: Shape) -> list[Expr]:
    """The entries that a reduction brings together for one entry of its result."""
    (a,), axis, keepdims = node.args, node.settings["axis"], node.settings["keepdims"]
    full = shape(a)
    axes = tuple(range(len(full))) if axis is None else (axis % len(full),)
    kept = [i for pos, i in enumerate(index) if pos not in axes] if keepdims else list(index)
    found = []
    for inner in np.ndindex(*(full[axis] for axis in axes)):
        it, rest = iter(inner), iter(kept)
        found.append(entry(a, tuple(next(it) if pos in axes else next(rest) for pos in range(len(full)))))
    return found


def _spread(g: Any, settings: dict[str, Any]) -> Any:
    """A reduction's gradient, with the reduced axis back as one of length 1."""
    axis, keepdims = settings["axis"], settings["keepdims"]
    if axis is None or keepdims or g.ndim == 0:
        return g
    return g[:, None] if axis in (1, -1) else g


def _sum_derivative(g: Any, r: Any, a: Any, **settings: Any) -> tuple[Any, ...]:
    return (_spread(g, settings),)


def _max_derivative(g: Any, r: Any, a: Any, **settings: Any) -> tuple[Any, ...]:
    largest = a == _spread(r, settings)  # where several entries are the largest, they share
    return (_spread(g, settings) * largest / largest.sum(axis=settings["axis"], keepdims=True),)


def _sum(a: Any, axis: int | None = None, keepdims: bool = False, out: Any = None) -> Any:
    return np.add.reduce(a, axis=axis, out=out, keepdims=keepdims)


def _max(a: Any, axis: int | None = None, keepdims: bool = False, out: Any = None) -> Any:
    return np.maximum.reduce(a, axis=axis, out=out, keepdims=keepdims)


def _column(a: Any, out: Any = None) -> Any:
    return a[:, None]


SUM = _row("sum", np.sum, 60, "Σ {:60}", r"\sum {:60}", "{:90}.sum({settings})",
           _sum_derivative, run=_sum, keeps_not_finite=True,
           entry=lambda *of: total(_reduced(*of)))  # fmt: skip
MAX = _row("max", np.max, 100, "max({:0})", r"\max\left({:0}\right)", "{:90}.max({settings})",
           _max_derivative, run=_max, kink=True,
           entry=lambda *of: Node(LARGEST, tuple(_reduced(*of)), {}))  # fmt: skip
COLUMN = _row("column", "column", 90, "{:90}", "{:90}", "{:90}[:, None]",
              lambda g, r, a: (g.sum(axis=1),), run=_column, view=True, keeps_not_finite=True,
              entry=lambda node, index, entry, shape: entry(node.args[0], index[:1]))  # fmt: skip


def _pick_rows(a: Any, start: int, step: int, out: Any = None) -> Any:
    if out is None:
        return a[start::step].copy()
    np.copyto(out, a[start::step])
    return out


def _put_rows_entry(node: Node, index: tuple[int, ...], entry: Entry, shape: Shape) -> Expr:
    row, place = divmod(index[0], node.settings["step"])
    return entry(node.args[0], (row, *index[1:])) if place == node.settings["start"] else Const(0.0)


# Every so many rows, and such rows put back in their places, for losses of rows that stand together.
PICK_ROWS = _row("pick_rows", "pick_rows", 100, "{:100}[{start}::{step}]", "{:100}[{start}::{step}]",
                 "{:100}[{start}::{step}]",
                 lambda g, r, a, start, step: (g.put_rows(start, step),), run=_pick_rows,
                 entry=lambda node, index, entry, shape: entry(
                     node.args[0], (node.settings["start"] + node.settings["step"] * index[0], *index[1:])
                 ))  # fmt: skip
PUT_ROWS = _row("put_rows", "put_rows", 100, "put({:0}, {start}::{step})",
                r"\operatorname{{put}}_{{{start}::{step}}}\left({:0}\right)", "put_rows({:0}, {start}, {step})",
                lambda g, r, a, start, step: (g[start::step],), run=put_rows, entry=_put_rows_entry,
                source=put_rows)  # fmt: skip


def total(terms: list[Expr]) -> Expr:
    """The sum of single entries, in their order; of one entry, itself."""
    return terms[0] if len(terms) == 1 else Node(TOTAL, tuple(terms), {})


def language() -> str:
    """What a rule may use, for messages."""
    functions = sorted(
        f"np.{key.__name__}" for key, row in TABLE.items() if not isinstance(key, str) and "np." in row.code
    )
    ours = [f"chainrule.{row.source.__name__}" for row in TABLE.values() if row.source and row.elementwise]
    return (
        "+ - * / ** @, comparisons, .T, .sum(), .mean(), .max() with axis= and keepdims=, numbers, and "
        + ", ".join([*sorted([*functions, "np.clip"]), *ours])
    )
