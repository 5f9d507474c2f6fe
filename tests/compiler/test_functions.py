"""The table's operations as machine code, against NumPy, and against mpmath over the whole range of numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from itertools import product
from typing import Any

import mpmath
import numpy as np
import pytest
from assembled import DTYPES, begin, entry, run, text

from chainrule.compiler.assembly import ZERO, Function, Value, integer, real
from chainrule.compiler.functions import EMIT, emit
from chainrule.compiler.jit import JitFunction, host, machine_code
from chainrule.expressions import Const, Expr, Name, Symbol, erf, nodes
from chainrule.expressions import operations as ops
from chainrule.expressions.node import TABLE
from chainrule.parts.contract import Array

SCALAR = 3.0  # what `n` is in a rule
FIXED = (-4, -3, -2, -0.5, 0, 1.5, 3, 4, 5)  # exponents that are no operations of their own
ROUNDED = {"exp", "log", "log1p", "expm1", "logaddexp", "sin", "cos", "tanh", "erf", "arctan", "power"}

kinds = pytest.mark.parametrize("kind", DTYPES)
widths = pytest.mark.parametrize("wide", [False, True], ids=["one lane", "registers"])

# Each is called on symbols, which gives what is compiled, and on arrays, which gives NumPy's result.
RULES: dict[str, Callable[..., Any]] = {
    **{row.name: key for key, row in TABLE.items() if row.elementwise and isinstance(key, np.ufunc)},
    **{f"power {exponent:g}": partial(lambda exponent, a: a**exponent, exponent) for exponent in FIXED},
    "erf": lambda a: erf(a),
    "indicator": lambda a, b: (a > b) * b,
    "where": lambda a, b, c: np.where(a > b, b, c),
    "where a number": lambda a, b, c: np.where(a, b, c),
    "both conditions": lambda a, b, c: np.where((a > b) * (b > c), a, c),
    "equal conditions": lambda a, b: np.where((a > 0) == (b > 0), a, b),
    "condition and number": lambda a, b: ((a > 0) >= b) * b,
    "at least a number": lambda a: np.maximum(a, 0.5),
    "at most a number": lambda a: np.minimum(0.5, a),
    "scalar": lambda a, n: a * n**0.5,
    "scalar conditions": lambda a, b, n: np.where(n > 2, a, b) + ((n > 2) + (n > 1)),
}


def operands(rule: Callable[..., Any]) -> str:
    """The letters of its operands."""
    if isinstance(rule, np.ufunc):
        return "abc"[: rule.nin]
    function = rule.func if isinstance(rule, partial) else rule
    return "".join(name for name in function.__code__.co_varnames if name in "abcn")


def written(name: str) -> Expr:
    """The expression that a rule writes down."""
    rule = RULES[name]
    symbols = [
        Symbol(Name("n", scalar=True), SCALAR) if letter == "n" else Symbol(Name(letter), np.ones(2))
        for letter in operands(rule)
    ]
    expr: Expr = rule(*symbols).expr
    return expr


def instructions(f: Function, expr: Expr, arrays: dict[str, Value], kind: str, lanes: int) -> Value:
    """An expression, with scalars in double precision until they meet an array."""
    values: dict[Expr, Value] = {}

    def operand(arg: Expr, scalar: bool) -> Value:
        if isinstance(arg, Const) and not scalar:
            return real(arg.value, kind, lanes)
        if isinstance(arg, Name):
            value = real(SCALAR, "double") if arg.scalar else arrays[arg.name]
        else:
            value = real(arg.value, "double") if isinstance(arg, Const) else values[arg]
        if scalar or not arg.scalar:
            return value
        return f.splat(f.cast("fptrunc", value, kind) if kind == "float" else value, lanes)

    for node in nodes(expr):
        args = [operand(arg, node.scalar) for arg in node.args]
        values[node] = emit(f, node, args, "double" if node.scalar else kind)
    return operand(expr, False)


@cache
def library(kind: str, wide: bool) -> JitFunction:
    """All rules in one function, which is told the number of the one to compute."""
    lanes = host().register // DTYPES[kind].itemsize if wide else 1
    f = begin()
    sources, out, count = [entry(f, place) for place in range(3)], entry(f, 3), entry(f, 4, "i64")
    for number, name in enumerate(RULES):
        this = f.compare("eq", f.parameters["number"], integer(number))
        with f.if_then(this), f.loop(ZERO, count, lanes) as i:
            loaded = [f.load(f.gep(source, i, kind), kind, lanes) for source in sources]
            result = instructions(f, written(name), dict(zip("abc", loaded, strict=True)), kind, lanes)
            if result.element == "i1":
                result = f.cast("uitofp", result, kind)
            f.store(result, f.gep(out, i, kind))
    return JitFunction(machine_code(text(f, host().register)))


def computed(name: str, kind: str, wide: bool, *arrays: Array) -> Array:
    """What the machine makes of a rule."""
    size = arrays[0].size
    padded = [np.resize(array, size + 64).astype(DTYPES[kind]) for array in (arrays * 3)[:3]]
    out = np.empty_like(padded[0])
    run(library(kind, wide), *padded, out, size // 64 * 64 + 64, number=list(RULES).index(name))
    return out[:size]


@cache
def numbers(kind: str) -> tuple[Array, Array, Array]:
    """All pairs of special numbers, and numbers of every size."""
    limits, rng = np.finfo(DTYPES[kind]), np.random.default_rng(3)
    positive = [
        0.0,
        float(limits.smallest_subnormal),
        float(limits.tiny),
        0.5,
        1,
        3,
        float(limits.max),
        np.inf,
    ]
    special = [*positive, *(-x for x in positive), np.nan]
    a, b = np.array(list(product(special, repeat=2))).T
    sizes = np.exp2(rng.uniform(limits.minexp - limits.nmant, limits.maxexp, 512))
    usual = 3 * rng.standard_normal((2, 1024))
    a = np.concatenate([a, rng.choice([-1, 1], 512) * sizes, usual[0]]).astype(DTYPES[kind])
    b = np.concatenate([b, sizes[::-1], usual[1]]).astype(DTYPES[kind])
    return a, b, rng.permutation(b)


def ulps(got: Array, high: Array, low: Array | float = 0.0, beside: Array | float = 0.0) -> Array:
    """The error in units of the last place of the exact value, high + low, or of what stands beside it if larger."""
    right = high.astype(got.dtype)
    unit = np.spacing(np.maximum(np.abs(right), beside).astype(got.dtype)).astype(float)
    error = np.abs((got.astype(float) - high) - low) / unit
    same = (got == right) | (np.isnan(got) & np.isnan(right))
    return np.where(same & ~np.isfinite(right), 0, np.nan_to_num(error, nan=np.inf))


def beside(name: str, arrays: list[Array]) -> Array | float:
    """Where a sum comes near 0, its error is that of what was added."""
    if name != "logaddexp":
        return 0.0
    return np.maximum(*(np.abs(np.where(np.isfinite(array), array, 0)) for array in arrays))


# --- the table ----------------------------------------------------------------------------------------------


def test_all_that_a_rule_may_use_for_each_entry_has_instructions() -> None:
    of_single_entries = {ops.TOTAL, ops.LARGEST}
    elsewhere = {ops.CAST}  # numbers are cast where rows are read
    assert set(EMIT) == {row for row in TABLE.values() if row.elementwise} - of_single_entries - elsewhere


def test_the_rules_of_this_file_use_them_all() -> None:
    assert {node.op for name in RULES for node in nodes(written(name))} == set(EMIT)


# --- against NumPy ------------------------------------------------------------------------------------------


@pytest.mark.some(60)
@kinds
@widths
@pytest.mark.parametrize("name", RULES)
@np.errstate(all="ignore")
def test_numpy_gives_the_same(name: str, kind: str, wide: bool) -> None:
    rule, letters = RULES[name], operands(RULES[name])
    arrays = dict(zip("abc", numbers(kind), strict=True))
    if name == "power -0.5":  # a reciprocal of a root; a power is 0 at -inf, and inf at -0
        arrays["a"] = np.abs(arrays["a"])
    used = [arrays[letter] for letter in letters if letter != "n"]
    exact = rule(*(arrays[letter].astype(float) if letter != "n" else SCALAR for letter in letters))
    got = computed(name, kind, wide, *used)
    right = np.asarray(exact).astype(got.dtype)
    if not {node.op.name for node in nodes(written(name))} & ROUNDED and name != "scalar":
        np.testing.assert_array_equal(got, right)
    else:
        assert ulps(got, np.asarray(exact, float), beside=beside(name, used)).max() <= 4
    if name not in ("sign", "maximum", "minimum"):  # where NumPy takes 0 and -0 for one
        np.testing.assert_array_equal(np.signbit(got[right == 0]), np.signbit(right[right == 0]))


@kinds
@widths
@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_nan_is_the_largest_and_the_smallest(name: str, kind: str, wide: bool) -> None:
    got = computed(name, kind, wide, np.array([np.nan, 1, 2]), np.array([1, np.nan, 3]))
    np.testing.assert_array_equal(got, [np.nan, np.nan, RULES[name](2, 3)])


# --- against mpmath -----------------------------------------------------------------------------------------

ORACLES: dict[str, tuple[Callable[..., Any], float]] = {  # and the largest error in units of the last place
    "exp": (mpmath.exp, 1.1),
    "log": (mpmath.log, 1.2),
    "log1p": (mpmath.log1p, 2.0),
    "expm1": (mpmath.expm1, 2.0),
    "tanh": (mpmath.tanh, 2.5),
    "erf": (mpmath.erf, 3.0),
    "logaddexp": (lambda a, b: max(a, b) + mpmath.log1p(mpmath.exp(-abs(a - b))), 2.6),
}


@cache
def everywhere(kind: str) -> Array:
    """Numbers of every size and sign, and more of them where something changes: at 0, at 1, where e^x ends."""
    limits, rng = np.finfo(DTYPES[kind]), np.random.default_rng(4)
    sizes = np.exp2(rng.uniform(limits.minexp - limits.nmant, limits.maxexp, (2, 300)))
    first, last = np.log(float(limits.smallest_subnormal)), np.log(float(limits.max))
    return np.concatenate([
        sizes[0], -sizes[1], rng.uniform(-1, 1, 400), rng.uniform(-20, 20, 300), rng.uniform(first - 1, last + 1, 300),
        rng.uniform(0.5, 1.6, 300), 1 + rng.uniform(-1, 1, 100) * 1e-4, [np.nextafter(-1, 0, dtype=DTYPES[kind])],
    ]).astype(DTYPES[kind])  # fmt: skip


def exactly(function: Callable[..., Any], arrays: list[Array]) -> tuple[Array, Array]:
    """mpmath's result as the sum of two numbers."""
    with mpmath.workprec(160):
        results = [function(*map(mpmath.mpf, row)) for row in zip(*(a.tolist() for a in arrays), strict=True)]
        high = [float(result) for result in results]
        low = [float(result - h) if np.isfinite(h) else 0.0 for result, h in zip(results, high, strict=True)]
    return np.array(high), np.array(low)


@kinds
@pytest.mark.parametrize("name", ORACLES)
@np.errstate(all="ignore")
def test_the_last_place_is_right_or_nearly_so(name: str, kind: str) -> None:
    x = everywhere(kind)
    x = x[x > {"log": 0, "log1p": -1}.get(name, -np.inf)]
    arrays = [x, np.random.default_rng(5).permutation(x)] if name == "logaddexp" else [x]
    function, most = ORACLES[name]
    high, low = exactly(function, arrays)
    for wide in (False, True):
        error = ulps(computed(name, kind, wide, *arrays), high, low, beside(name, arrays))
        assert error.max() <= most, (wide, x[error.argmax()])
