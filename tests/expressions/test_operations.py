"""A walk through the table of operations: every row computes, differentiates, and writes the same thing."""

from __future__ import annotations

import inspect
import math
from decimal import Decimal
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import chainrule as cr
from chainrule.expressions import Const, Expr, Name, Node, Symbol, derive, evaluate
from chainrule.expressions import operations as ops
from chainrule.expressions.node import TABLE, Operation, operation
from chainrule.notation import formula
from chainrule.parts.contract import Array
from thorough import examples

ROWS = list(TABLE.values())
ENTRIES_ONLY = {"total", "largest"}  # rows that exist for single numbers only
REDUCTIONS = {"sum", "max"}

_rng = np.random.default_rng(8)


def _signed(*shape: int) -> Array:
    return _rng.uniform(0.2, 1.8, shape) * np.where(_rng.random(shape) < 0.5, -1, 1)


# Operands for the rows that are not functions of single numbers, and for those that need positive ones. Any
# other row gets signed numbers; a row that can't take those is added here.
OPERANDS: dict[str, list[Array]] = {
    "power": [np.abs(_signed(3, 4)), _signed(3, 4)],
    "sqrt": [np.abs(_signed(3, 4))],
    "log": [np.abs(_signed(3, 4))],
    "log1p": [np.abs(_signed(3, 4))],
    "erf": [_signed(3, 4)],
    "matmul": [_signed(3, 4), _signed(4, 2)],
    "transpose": [_signed(3, 4)],
    "column": [_signed(5)],
    "sum": [_signed(3, 4)],
    "max": [_signed(3, 4)],
    "indicator": [_signed(3, 4) > 0],
    "cast": [_signed(3, 4)],
    "where": [_signed(3, 4) > 0, _signed(3, 4), _signed(3, 4)],
    "pick_rows": [_signed(6, 4)],
    "put_rows": [_signed(2, 4)],
}
SETTINGS: dict[str, list[dict[str, Any]]] = {
    name: [{"axis": axis, "keepdims": keep} for axis in (None, 0, 1, -1) for keep in (False, True)]
    for name in REDUCTIONS
} | {name: [{"start": start, "step": 3} for start in (0, 2)] for name in ("pick_rows", "put_rows")}


def operands(row: Operation) -> list[Array]:
    if row.name in OPERANDS:
        return OPERANDS[row.name]
    assert isinstance(row.ufunc, np.ufunc), f"give operands for the row {row.name!r} in OPERANDS"
    rng = np.random.default_rng(9)
    sign = np.where(rng.random((row.ufunc.nin, 3, 4)) < 0.5, -1, 1)
    return list(rng.uniform(0.2, 1.8, sign.shape) * sign)


def walk(*leave_out: str) -> list[Any]:
    return [
        pytest.param(row, settings, id="-".join([row.name, *map(str, settings.values())]))
        for row in ROWS
        if row.name not in leave_out
        for settings in SETTINGS.get(row.name, [{}])
    ]


every = pytest.mark.parametrize(("row", "settings"), walk(*ENTRIES_ONLY))


def test_names_are_unique_and_findable() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert operation(row.name) is row


def test_the_operands_of_this_file_belong_to_rows() -> None:
    assert {*OPERANDS, *ENTRIES_ONLY} <= {row.name for row in ROWS}


# --- computing ----------------------------------------------------------------------------------------------

NUMPY = {
    "matmul": lambda a, b: np.einsum("ik,kj->ij", a, b),
    "transpose": lambda a: np.einsum("ij->ji", a),
    "column": lambda a: a.reshape(-1, 1),
    "erf": np.vectorize(math.erf),
    "indicator": lambda a: a.astype(float),
    "cast": lambda a: a,
    "where": lambda c, a, b: c * a + (1 - c) * b,
    "pick_rows": lambda a, start, step: a[start::step],
    "put_rows": lambda a, start, step: np.kron(a, np.eye(step)[:, [start]]),
}


@every
def test_run_equals_numpys_own(row: Operation, settings: dict[str, Any]) -> None:
    args = operands(row)
    own = NUMPY.get(row.name, row.ufunc)
    np.testing.assert_allclose(row.run(*args, **settings), own(*args, **settings), rtol=1e-14)


@pytest.mark.parametrize(
    "row", [r for r in ROWS if r.entry is None and r.name not in ENTRIES_ONLY], ids=lambda r: r.name
)
def test_on_scalars_equals_each_entry_of_run(row: Operation) -> None:
    args = operands(row)
    result = row.run(*args)
    for index in np.ndindex(result.shape):
        numbers = [bool(a[index]) if a.dtype == bool else float(a[index]) for a in args]
        assert float(row.on_scalars(*numbers)) == pytest.approx(float(result[index]), rel=1e-14, abs=0)


@pytest.mark.parametrize(("row", "settings"), walk(*ENTRIES_ONLY, *(row.name for row in ROWS if row.view)))
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_in_place_equals_fresh_bit_for_bit(row: Operation, settings: dict[str, Any], dtype: str) -> None:
    args = [a if a.dtype == bool else a.astype(dtype) for a in operands(row)]
    fresh = np.asarray(row.run(*args, **settings))
    kind = np.dtype(dtype) if row.name == "indicator" else fresh.dtype
    out = np.full(fresh.shape, 7, kind)
    row.run(*args, out=out, **settings)
    np.testing.assert_array_equal(out, fresh)


@pytest.mark.parametrize("row", [r for r in ROWS if r.view], ids=lambda r: r.name)
def test_a_view_costs_no_copy(row: Operation) -> None:
    (a,) = operands(row)
    assert np.shares_memory(row.run(a), a)


def test_of_single_numbers() -> None:
    assert ops.TOTAL.run(1.0, 2.5, -0.5) == ops.TOTAL.on_scalars(1.0, 2.5, -0.5) == 3.0
    assert ops.LARGEST.run(1.0, 2.5, -0.5) == ops.LARGEST.on_scalars(1.0, 2.5, -0.5) == 2.5
    assert ops.total([Const(3.0)]) == Const(3.0)


# --- derivatives --------------------------------------------------------------------------------------------


def check_derivative(row: Operation, settings: dict[str, Any], args: list[Array]) -> None:
    """Against central differences of Σ g ⊙ run(…), entry by entry."""
    env: dict[str, Any] = {f"a{i}": a for i, a in enumerate(args)}
    node = Node(row, tuple(Name(name) for name in env), settings)
    g = np.random.default_rng(10).uniform(0.5, 1.5, np.shape(row.run(*args, **settings)))
    derived = derive(node, Symbol(Name("g"), g), {**env, "g": g})
    for name, array in env.items():
        if array.dtype == bool:
            assert name not in derived
            continue
        slope, h = np.zeros_like(array), 1e-6
        for index in np.ndindex(array.shape):
            sums = []
            for move in (h, -h):
                moved = array.copy()
                moved[index] += move
                sums.append(float(np.sum(g * evaluate(node, {**env, name: moved}))))
            slope[index] = (sums[0] - sums[1]) / (2 * h)
        if name not in derived:  # a row that passes nothing back has slope 0 everywhere but at its kinks
            np.testing.assert_array_equal(slope, 0)
            continue
        value = evaluate(derived[name].expr, {**env, "g": g})
        assert np.shape(value) == array.shape
        np.testing.assert_allclose(value, slope, rtol=1e-7, atol=1e-8)


@every
def test_derivative_equals_finite_differences(row: Operation, settings: dict[str, Any]) -> None:
    if row.name == "indicator":
        assert row.derivative(None, None, None) == (None,)
    else:
        check_derivative(row, settings, operands(row))


BINARY = [r for r in ROWS if isinstance(r.ufunc, np.ufunc) and r.ufunc.nin == 2 and r is not ops.MATMUL]


@pytest.mark.parametrize("row", BINARY, ids=lambda r: r.name)
@pytest.mark.parametrize("stretched", [(4,), (1, 4), (3, 1), (1, 1), ()], ids=str)
@pytest.mark.parametrize("first", [True, False])
def test_derivative_of_a_stretched_operand(row: Operation, stretched: tuple[int, ...], first: bool) -> None:
    a, b = operands(row)
    size = int(np.prod(stretched))
    small = (0.7 + 0.01 * np.arange(size)).reshape(stretched)
    check_derivative(row, {}, [small, b] if first else [a, small])


@pytest.mark.parametrize("shape", [(3, 1), (1, 4), (1, 1)], ids=str)
@pytest.mark.parametrize(("row", "settings"), [p for p in walk() if p.values[0].name in REDUCTIONS])
def test_derivative_of_a_reduction_over_an_axis_of_length_one(
    row: Operation, settings: dict[str, Any], shape: tuple[int, ...]
) -> None:
    check_derivative(row, settings, [np.arange(1.0, 1 + np.prod(shape)).reshape(shape)])


# --- one entry ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "settings"), walk(*ENTRIES_ONLY, *(row.name for row in ROWS if row.entry is None))
)
def test_one_entry_equals_that_entry_of_the_result(row: Operation, settings: dict[str, Any]) -> None:
    args = operands(row)
    env: dict[str, Any] = {f"a{i}": a for i, a in enumerate(args)}
    node = Node(row, tuple(Name(name) for name in env), settings)
    result = np.asarray(row.run(*args, **settings))
    assert row.entry is not None

    def of(item: Expr, index: tuple[int, ...]) -> Expr:
        assert isinstance(item, Name)
        return Name(item.name, index=index)

    def shape(item: Expr) -> tuple[int, ...]:
        assert isinstance(item, Name)
        return tuple(env[item.name].shape)

    for index in np.ndindex(result.shape):
        entry = row.entry(node, index, of, shape)
        assert evaluate(entry, env) == pytest.approx(result[index], rel=1e-14)


# --- written as code ----------------------------------------------------------------------------------------


class _Operand:
    """Fills a template's field, with brackets where the field's precedence asks for them."""

    def __init__(self, text: str, precedence: int) -> None:
        self.text, self.precedence = text, precedence

    def __format__(self, need: str) -> str:
        return f"({self.text})" if self.precedence < int(need) else self.text


def code(expr: Expr) -> _Operand:
    """An expression written by the templates of the table alone."""
    if isinstance(expr, Name):
        return _Operand(expr.name, 100)
    if isinstance(expr, Const):
        return _Operand(repr(expr.value), 100 if expr.value >= 0 else 45)
    settings = ", ".join(f"{key}={value!r}" for key, value in expr.settings.items())
    text = expr.op.code.format(*map(code, expr.args), **{**expr.settings, "settings": settings})
    return _Operand(text, expr.op.precedence)


@every
def test_code_computes_the_same(row: Operation, settings: dict[str, Any]) -> None:
    args = operands(row)
    env: dict[str, Any] = {f"a{i}": a for i, a in enumerate(args)}
    text = code(Node(row, tuple(Name(name) for name in env), settings)).text
    space: dict[str, Any] = {"np": np, "DTYPE": float}
    if row.source is not None:
        exec(inspect.getsource(row.source), space)
    np.testing.assert_array_equal(eval(text, space, env), row.run(*args, **settings))


PLAIN = [
    row
    for row in ROWS
    if isinstance(row.ufunc, np.ufunc)
    and row.name not in ("matmul", "power", "sqrt", "log", "log1p")
    and row.precedence > 30  # comparisons and choices give no numbers
]


def expressions() -> st.SearchStrategy[Expr]:
    """Deep expressions of rows that take any number."""
    leaf: st.SearchStrategy[Expr] = st.sampled_from(
        [Name("a"), Name("b"), Const(2.0), Const(-0.5), Const(3.0)]
    )

    def bigger(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        plain = st.sampled_from(PLAIN).flatmap(
            lambda row: st.builds(lambda *args: Node(row, args, {}), *[inner] * row.ufunc.nin)
        )
        power = st.builds(
            lambda base, n: Node(ops.POWER, (base, Const(n)), {}), inner, st.sampled_from([2.0, 3.0, -1.0])
        )
        squares = st.builds(lambda a: Node(ops.SQRT, (Node(ops.SQUARE, (a,), {}),), {}), inner)
        rows = st.builds(lambda a: Node(ops.SUM, (a,), {"axis": None, "keepdims": False}), inner)
        choice = st.builds(
            lambda a, b, c: Node(ops.WHERE, (Node(ops.GREATER, (a, b), {}), b, c), {}), inner, inner, inner
        )
        return st.one_of(plain, power, squares, rows, choice)

    return st.recursive(leaf, bigger, max_leaves=12)


@examples(200)
@given(expressions())
def test_brackets_of_nested_code_stand_where_they_must(expr: Expr) -> None:
    env = {"a": np.array([[0.3, -1.2], [0.8, 0.1]]), "b": np.array([[-0.7, 0.4], [1.1, -0.2]])}
    arrays = {"a": env["a"], "b": env["b"]}
    with np.errstate(all="ignore"):
        text = _in_arrays(expr)
        expected = evaluate(text, arrays)
        found = eval(code(text).text, {"np": np}, arrays)
    np.testing.assert_array_equal(found, expected)


def _in_arrays(expr: Expr) -> Expr:
    """The expression with its numbers as 0 · a + number, so that every operation is NumPy's."""
    if isinstance(expr, Const):
        zero = Node(ops.MULTIPLY, (Const(0.0), Name("a")), {})
        return Node(ops.ADD, (zero, expr), {})
    if isinstance(expr, Node):
        return Node(expr.op, tuple(_in_arrays(arg) for arg in expr.args), expr.settings)
    return expr


def test_the_language_is_told_in_full() -> None:
    assert ops.language() == (
        "+ - * / ** @, comparisons, .T, .sum(), .mean(), .max() with axis= and keepdims=, numbers, and "
        "np.absolute, np.arctan, np.clip, np.cos, np.exp, np.expm1, np.floor, np.isnan, np.log, np.log1p, "
        "np.logaddexp, np.maximum, np.minimum, np.reciprocal, np.sign, np.sin, np.sqrt, np.square, np.tanh, np.where, "
        "chainrule.erf"
    )


def test_what_is_missing_is_found_in_floats_and_in_decimals() -> None:
    values = [1.0, math.nan, -math.inf, 0.0]
    assert ops.ISNAN.run(np.array(values)).tolist() == [False, True, False, False]
    assert ops.ISNAN.run(np.array([Decimal(str(v)) for v in values])).tolist() == [False, True, False, False]
    assert [ops.ISNAN.on_scalars(v) for v in values] == [False, True, False, False]
    out = np.empty(4, bool)
    assert ops.ISNAN.run(np.array(values), out=out) is out
    assert formula(Node(ops.ISNAN, (Name("x"),), {})) == "x is missing"
    written = code(Node(ops.ISNAN, (Name("x"),), {})).text
    assert eval(written, {"np": np, "x": values}).tolist() == [False, True, False, False]


# --- erf, which NumPy lacks ---------------------------------------------------------------------------------


def _erf_of_all_sizes(dtype: str) -> tuple[Array, Array, Array]:
    """Numbers of every size and sign, and mpmath's erf of them as the sum of two numbers."""
    limits, rng = np.finfo(dtype), np.random.default_rng(11)
    x = np.concatenate([
        np.exp2(rng.uniform(limits.minexp, 4, 500)), -rng.uniform(0, 2, 1500), rng.uniform(0, 7, 1000),
        np.nextafter(6, [5, 7]), [float(limits.tiny), float(limits.max), 1.0],
    ]).astype(dtype)  # fmt: skip
    with mpmath.workprec(160):
        exact = [mpmath.erf(mpmath.mpf(number)) for number in x.tolist()]
        high = [float(number) for number in exact]
        low = [float(number - h) for number, h in zip(exact, high, strict=True)]
    return x, np.array(high), np.array(low)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_erf_is_within_3_units_of_the_last_place(dtype: str) -> None:
    x, high, low = _erf_of_all_sizes(dtype)
    found = cr.erf(x)
    assert found.dtype == dtype
    error = np.abs(found.astype(float) - high - low) / np.spacing(np.abs(high).astype(dtype)).astype(float)
    assert error.max() <= 3, x[error.argmax()]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_erf_at_the_ends(dtype: str) -> None:
    tiny = np.finfo(dtype).smallest_subnormal
    x = np.array([0.0, -0.0, tiny, -tiny, 6, -6, 1e4, -1e4, np.inf, -np.inf, np.nan], dtype)
    found = cr.erf(x)
    np.testing.assert_array_equal(found, [0, 0, tiny, -tiny, 1, -1, 1, -1, 1, -1, np.nan])
    np.testing.assert_array_equal(np.signbit(found[:10]), np.signbit(x[:10]))


@given(hnp.arrays(st.sampled_from([np.float64, np.float32]), hnp.array_shapes(min_side=0, max_side=20), elements={
    "allow_subnormal": False}))  # fmt: skip
def test_erf_in_place_is_erf_bit_for_bit_and_odd(x: Array) -> None:
    fresh = cr.erf(x)
    assert fresh.dtype == x.dtype
    assert fresh.shape == x.shape
    np.testing.assert_array_equal(cr.erf(-x), -fresh)
    out = np.full_like(x, 7)
    assert ops.ERF.run(x, out=out) is out
    np.testing.assert_array_equal(out, fresh)
    over = x.copy()
    ops.ERF.run(over, out=over)
    np.testing.assert_array_equal(over, fresh)


def test_erf_of_numbers_lists_and_symbols() -> None:
    assert cr.erf(0.5) == pytest.approx(math.erf(0.5), rel=4e-16)
    assert cr.erf(0.5) == ops.ERF.on_scalars(0.5) == cr.erf(np.array([0.5, 3.0]))[0]
    np.testing.assert_allclose(
        cr.erf([[1, 2], [-3, 0]]), np.vectorize(math.erf)([[1, 2], [-3, 0]]), rtol=4e-16
    )
    symbol = cr.erf(Symbol(Name("a"), np.array([0.5, 3.0])))
    assert symbol.expr.op is ops.ERF
    assert symbol.expr.args == (Name("a"),)
    np.testing.assert_array_equal(symbol.value, cr.erf([0.5, 3.0]))
    eta = cr.erf(Symbol(Name("eta", scalar=True), 0.5))
    assert (eta.value, eta.expr.scalar) == (cr.erf(0.5), True)
