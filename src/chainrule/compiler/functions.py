"""The table's operations in LLVM's assembly, for one number or for several lanes at once.

What the processor has is used as it is. e^x and log are computed by their series, which costs a few
instructions for all lanes together; the rest is made from these. All are within 3 units of the last place.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chainrule.compiler.assembly import Function, Value, integer, real
from chainrule.expressions import Const, Node
from chainrule.expressions import operations as ops
from chainrule.expressions.special import erf


@dataclass(frozen=True)
class _Kind:
    """What a series has to know of a kind of number.

    Parameters
    ----------
    whole, mantissa, bias : the whole number of its size, the bits of its mantissa, its exponent's bias
    zero_below, infinite_above : e^x is 0 below the one, infinite above the other
    one_above : from there on e^-x is nothing beside 1
    exp_terms, log_terms : how many terms of the series are needed
    log2 : log 2 as a sum, whose first part ends in so many zeros that an exponent times it is exact
    root : the bits of √½
    """

    whole: str
    mantissa: int
    bias: int
    zero_below: float
    infinite_above: float
    one_above: float
    exp_terms: int
    log_terms: int
    log2: tuple[float, float]
    root: int


_KINDS = {
    "float": _Kind("i32", 23, 127, -105, 89, 18, 7, 4, (0.693359375, -2.12194440054690583e-4), 0x3F3504F3),
    "double": _Kind(
        "i64", 52, 1023, -746, 710, 38, 13, 10, (0.6931471803691238, 1.9082149292705877e-10), 0x3FE6A09E667F3BCD,
    ),
}  # fmt: skip


def _add(f: Function, a: Value, b: Value) -> Value:
    return f.op("fadd contract", a, b)


def _subtract(f: Function, a: Value, b: Value) -> Value:
    return f.op("fsub contract", a, b)


def _multiply(f: Function, a: Value, b: Value) -> Value:
    return f.op("fmul contract", a, b)


def _divide(f: Function, a: Value, b: Value) -> Value:
    return f.op("fdiv", a, b)


def _reciprocal(f: Function, a: Value) -> Value:
    return _divide(f, _like(1, a), a)


def _like(value: float, a: Value) -> Value:
    return real(value, a.kind, a.lanes)


def _whole(value: int, a: Value) -> Value:
    one = integer(value, _KINDS[a.kind].whole)
    return Value(f"splat ({one})", one.kind, a.lanes) if a.lanes > 1 else one


def _series(f: Function, coefficients: Sequence[float], x: Value) -> Value:
    """Horner's scheme; the coefficients from the highest power down."""
    total = _like(coefficients[0], x)
    for coefficient in coefficients[1:]:
        total = _add(f, _multiply(f, total, x), _like(coefficient, x))
    return total


def _within(f: Function, low: float, x: Value, high: float) -> Value:
    """x, or the bound that it is beyond; NaN stays NaN."""
    x = f.choose(f.compare("ogt", x, _like(high, x)), _like(high, x), x)
    return f.choose(f.compare("olt", x, _like(low, x)), _like(low, x), x)


def _bits(f: Function, x: Value) -> Value:
    return f.cast("bitcast", x, _KINDS[x.kind].whole)


def _power_of_two(f: Function, n: Value, like: Value) -> Value:
    """2^n, where that is neither too large nor too small for its kind."""
    kind = _KINDS[like.kind]
    biased = f.op("add", n, _whole(kind.bias, like))
    return f.cast("bitcast", f.op("shl", biased, _whole(kind.mantissa, like)), like.kind)


def _reduced(f: Function, x: Value) -> tuple[Value, Value]:
    """n and r of x = n log 2 + r with |r| at most ½ log 2."""
    kind = _KINDS[x.kind]
    magic = _like(1.5 * 2.0**kind.mantissa, x)  # added, it rounds to a whole number, in the sum's last bits
    shifted = _add(f, _multiply(f, x, _like(1 / math.log(2), x)), magic)
    rounded = _subtract(f, shifted, magic)
    for part in kind.log2:
        x = _subtract(f, x, _multiply(f, rounded, _like(part, x)))
    return f.op("sub", _bits(f, shifted), _bits(f, magic)), x


def _exp(f: Function, x: Value) -> Value:
    """e^x = 2^n e^r, with the series of e^r. The power of two in two halves, so that it holds up to the largest and
    down to the smallest number."""
    kind = _KINDS[x.kind]
    n, r = _reduced(f, _within(f, kind.zero_below, x, kind.infinite_above))
    half = f.op("ashr", n, _whole(1, x))
    total = _series(f, [1 / math.factorial(k) for k in range(kind.exp_terms, -1, -1)], r)
    for power in (half, f.op("sub", n, half)):
        total = _multiply(f, total, _power_of_two(f, power, x))
    return total


def _expm1(f: Function, x: Value) -> Value:
    """e^x - 1 = 2^n (e^r - 1) + (2^n - 1), with the series of e^r - 1. With half of 2^n, which holds up to the end."""
    kind = _KINDS[x.kind]
    n, r = _reduced(f, _within(f, -kind.one_above, x, kind.infinite_above))
    beyond = _series(f, [1 / math.factorial(k) for k in range(kind.exp_terms + 1, 1, -1)], r)
    rest = _add(f, _multiply(f, _multiply(f, r, r), beyond), r)  # r last, so that it keeps its digits
    half = _power_of_two(f, f.op("sub", n, _whole(1, x)), x)
    half_of_all = _add(f, _multiply(f, rest, half), _subtract(f, half, _like(0.5, x)))
    return f.intrinsic("copysign", _add(f, half_of_all, half_of_all), x)  # for the sign of 0


def _parted(f: Function, x: Value) -> tuple[Value, Value]:
    """e and m of x = 2^e m with m between √½ and √2."""
    kind = _KINDS[x.kind]
    raw = _bits(f, x)
    e = f.op("ashr", f.op("sub", raw, _whole(kind.root, x)), _whole(kind.mantissa, x))
    return e, f.cast("bitcast", f.op("sub", raw, f.op("shl", e, _whole(kind.mantissa, x))), x.kind)


def _log_of_parts(f: Function, e: Value, over: Value, x: Value) -> Value:
    """log x = e log 2 + log m with over = m - 1; log m = 2 (s + s³/3 + …), s = (m - 1) / (m + 1)."""
    kind = _KINDS[x.kind]
    e = f.cast("sitofp", e, x.kind)
    s = _divide(f, over, _add(f, over, _like(2, x)))
    square = _multiply(f, s, s)
    rest = _multiply(f, square, _series(f, [2 / (2 * k + 1) for k in range(kind.log_terms, 0, -1)], square))
    # log m = 2 s + s·rest, where 2 s = over - s·over keeps the digits of `over`
    result = _subtract(f, over, _multiply(f, s, _subtract(f, over, rest)))
    for part in reversed(kind.log2):
        result = _add(f, _multiply(f, e, _like(part, x)), result)
    result = f.choose(f.compare("oeq", x, _like(math.inf, x)), x, result)
    at_zero = f.choose(f.compare("oeq", x, _like(0, x)), _like(-math.inf, x), _like(math.nan, x))
    return f.choose(f.compare("ogt", x, _like(0, x)), result, at_zero)


def _log(f: Function, x: Value) -> Value:
    kind = _KINDS[x.kind]
    tiny = f.compare("olt", x, _like(2.0 ** (1 - kind.bias), x))  # not normal: its bits are no mantissa
    e, m = _parted(f, f.choose(tiny, _multiply(f, x, _like(2.0**kind.mantissa, x)), x))
    e = f.choose(tiny, f.op("sub", e, _whole(kind.mantissa, x)), e)
    return _log_of_parts(f, e, _subtract(f, m, _like(1, x)), x)


def _log1p(f: Function, x: Value) -> Value:
    """The logarithm of u = 1 + x, with m - 1 = 2^-e x + (2^-e - 1) from x itself, as u is rounded."""
    kind = _KINDS[x.kind]
    u = _add(f, _like(1, x), x)
    e, m = _parted(f, u)
    scale = _power_of_two(f, f.op("sub", _whole(0, x), e), x)
    over = _add(f, _multiply(f, scale, x), _subtract(f, scale, _like(1, x)))
    large = f.compare("ogt", x, _like(2.0**kind.mantissa, x))
    over = f.choose(large, _subtract(f, m, _like(1, x)), over)
    return f.choose(f.compare("oeq", u, _like(1, x)), x, _log_of_parts(f, e, over, u))


def _logaddexp(f: Function, a: Value, b: Value) -> Value:
    apart = f.intrinsic("fabs", _subtract(f, a, b))
    result = _add(f, f.intrinsic("maximum", a, b), _log1p(f, _exp(f, f.unary("fneg", apart))))
    return f.choose(f.compare("oeq", a, b), _add(f, a, _like(math.log(2), a)), result)


def _tanh(f: Function, x: Value) -> Value:
    """tanh |x| = u / (u + 2) with u = e^2|x| - 1, and the sign of x."""
    most = _like(_KINDS[x.kind].one_above, x)
    size = f.intrinsic("fabs", x)
    twice = _add(f, size, size)
    u = _expm1(f, f.choose(f.compare("ogt", twice, most), most, twice))
    return f.intrinsic("copysign", _divide(f, u, _add(f, u, _like(2, x))), x)


def _erf(f: Function, x: Value) -> Value:
    """By the series of NumPy's rule: erf |x| = 1 - e^-|x|p(|x|), and the sign of x."""
    size = _within(f, 0, f.intrinsic("fabs", x), 6)
    p = _series(f, inspect.signature(erf).parameters["series"].default, size)
    return f.intrinsic("copysign", _expm1(f, f.unary("fneg", _multiply(f, p, size))), x)


def _sign(f: Function, x: Value) -> Value:
    below = f.choose(f.compare("olt", x, _like(0, x)), _like(-1, x), x)
    return f.choose(f.compare("ogt", x, _like(0, x)), _like(1, x), below)


def _comparison(how: str) -> Callable[..., Value]:
    return lambda f, a, b: f.compare(how, a, b)


def _own(name: str) -> Callable[..., Value]:
    return lambda f, *args: f.intrinsic(name, *args)


EMIT: dict[ops.Operation, Callable[..., Value]] = {
    ops.ADD: _add,
    ops.SUBTRACT: _subtract,
    ops.MULTIPLY: _multiply,
    ops.DIVIDE: _divide,
    ops.NEGATIVE: lambda f, a: f.unary("fneg", a),
    ops.POWER: _own("pow"),
    ops.SQUARE: lambda f, a: _multiply(f, a, a),
    ops.SQRT: _own("sqrt"),
    ops.RECIPROCAL: _reciprocal,
    ops.ABSOLUTE: _own("fabs"),
    ops.SIGN: _sign,
    ops.FLOOR: _own("floor"),
    ops.EXP: _exp,
    ops.LOG: _log,
    ops.LOG1P: _log1p,
    ops.EXPM1: _expm1,
    ops.LOGADDEXP: _logaddexp,
    ops.SIN: _own("sin"),
    ops.COS: _own("cos"),
    ops.TANH: _tanh,
    ops.ERF: _erf,
    ops.ARCTAN: _own("atan"),
    ops.MAXIMUM: _own("maximum"),
    ops.MINIMUM: _own("minimum"),
    ops.GREATER: _comparison("ogt"),
    ops.GREATER_EQUAL: _comparison("oge"),
    ops.LESS: _comparison("olt"),
    ops.LESS_EQUAL: _comparison("ole"),
    ops.EQUAL: _comparison("oeq"),
    ops.NOT_EQUAL: _comparison("une"),
    ops.INDICATOR: lambda f, a: a,
    ops.WHERE: lambda f, a, b, c: f.choose(f.compare("une", a, _like(0, a)), b, c),
}


def emit(f: Function, node: Node, args: list[Value], kind: str) -> Value:
    """The instructions of one element-wise operation; `kind` is that of the network's numbers.

    A comparison gives a condition, which is 1 or 0 to whoever reads it; one of scalars is a number itself.
    """
    args = [as_number(f, arg, kind) for arg in args]
    exponent = node.args[-1]
    if node.op is ops.POWER and isinstance(exponent, Const) and abs(exponent.value) in (0.5, 1, 2, 3, 4):
        return _fixed_power(f, args[0], exponent.value)
    result = EMIT[node.op](f, *args)
    return as_number(f, result, kind) if node.scalar else result


def as_number(f: Function, a: Value, kind: str) -> Value:
    """A condition as 1 and 0."""
    return f.choose(a, real(1, kind, a.lanes), real(0, kind, a.lanes)) if a.kind == "i1" else a


def _fixed_power(f: Function, x: Value, exponent: float) -> Value:
    if abs(exponent) == 0.5:
        root = f.intrinsic("sqrt", x)
        return root if exponent > 0 else _reciprocal(f, root)
    x = x if exponent > 0 else _reciprocal(f, x)  # first, as a power of a small x may be 0
    result = x
    for _ in range(int(abs(exponent)) - 1):
        result = _multiply(f, result, x)
    return result
