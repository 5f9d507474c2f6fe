"""e^x, log and what is made of them, by their series, for one number or for several lanes at once.

That costs a few instructions for all lanes together. All are within 3 units of the last place.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.compiler.assembly import Function, Value, integer, real
from chainrule.expressions.special import erf


@dataclass(frozen=True)
class _Format:
    """What a series has to know of a floating-point format.

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


_FORMATS = {
    "float": _Format("i32", 23, 127, -105, 89, 18, 7, 4, (0.693359375, -2.12194440054690583e-4), 0x3F3504F3),
    "double": _Format(
        "i64", 52, 1023, -746, 710, 38, 13, 10, (0.6931471803691238, 1.9082149292705877e-10), 0x3FE6A09E667F3BCD,
    ),
}  # fmt: skip


def add(f: Function, a: Value, b: Value) -> Value:
    return f.op("fadd contract", a, b)


def subtract(f: Function, a: Value, b: Value) -> Value:
    return f.op("fsub contract", a, b)


def multiply(f: Function, a: Value, b: Value) -> Value:
    return f.op("fmul contract", a, b)


def divide(f: Function, a: Value, b: Value) -> Value:
    return f.op("fdiv", a, b)


def reciprocal(f: Function, a: Value) -> Value:
    return divide(f, like(1, a), a)


def like(value: float, a: Value) -> Value:
    return real(value, a.element, a.lanes)


def whole(value: int, a: Value) -> Value:
    one = integer(value, _FORMATS[a.element].whole)
    return Value(f"splat ({one})", one.element, a.lanes) if a.lanes > 1 else one


def _series(f: Function, coefficients: Sequence[float], x: Value) -> Value:
    """Horner's scheme; the coefficients from the highest power down."""
    total = like(coefficients[0], x)
    for coefficient in coefficients[1:]:
        total = add(f, multiply(f, total, x), like(coefficient, x))
    return total


def _within(f: Function, low: float, x: Value, high: float) -> Value:
    """x, or the bound that it is beyond; NaN stays NaN."""
    x = f.select(f.compare("ogt", x, like(high, x)), like(high, x), x)
    return f.select(f.compare("olt", x, like(low, x)), like(low, x), x)


def _bits(f: Function, x: Value) -> Value:
    return f.cast("bitcast", x, _FORMATS[x.element].whole)


def _power_of_two(f: Function, n: Value, like: Value) -> Value:
    """2^n, where that is neither too large nor too small for its form."""
    form = _FORMATS[like.element]
    biased = f.op("add", n, whole(form.bias, like))
    return f.cast("bitcast", f.op("shl", biased, whole(form.mantissa, like)), like.element)


def _reduced(f: Function, x: Value) -> tuple[Value, Value]:
    """n and r of x = n log 2 + r with |r| at most ½ log 2."""
    form = _FORMATS[x.element]
    magic = like(1.5 * 2.0**form.mantissa, x)  # added, it rounds to a whole number, in the sum's last bits
    shifted = add(f, multiply(f, x, like(1 / math.log(2), x)), magic)
    rounded = subtract(f, shifted, magic)
    for part in form.log2:
        x = subtract(f, x, multiply(f, rounded, like(part, x)))
    return f.op("sub", _bits(f, shifted), _bits(f, magic)), x


def exp(f: Function, x: Value) -> Value:
    """e^x = 2^n e^r, with the series of e^r. The power of two in two halves, so that it holds up to the largest and
    down to the smallest number."""
    form = _FORMATS[x.element]
    n, r = _reduced(f, _within(f, form.zero_below, x, form.infinite_above))
    half = f.op("ashr", n, whole(1, x))
    total = _series(f, [1 / math.factorial(k) for k in range(form.exp_terms, -1, -1)], r)
    for power in (half, f.op("sub", n, half)):
        total = multiply(f, total, _power_of_two(f, power, x))
    return total


def expm1(f: Function, x: Value) -> Value:
    """e^x - 1 = 2^n (e^r - 1) + (2^n - 1), with the series of e^r - 1. With half of 2^n, which holds up to the end."""
    form = _FORMATS[x.element]
    n, r = _reduced(f, _within(f, -form.one_above, x, form.infinite_above))
    beyond = _series(f, [1 / math.factorial(k) for k in range(form.exp_terms + 1, 1, -1)], r)
    rest = add(f, multiply(f, multiply(f, r, r), beyond), r)  # r last, so that it keeps its digits
    half = _power_of_two(f, f.op("sub", n, whole(1, x)), x)
    half_of_all = add(f, multiply(f, rest, half), subtract(f, half, like(0.5, x)))
    return f.intrinsic("copysign", add(f, half_of_all, half_of_all), x)  # for the sign of 0


def _parted(f: Function, x: Value) -> tuple[Value, Value]:
    """e and m of x = 2^e m with m between √½ and √2."""
    form = _FORMATS[x.element]
    raw = _bits(f, x)
    e = f.op("ashr", f.op("sub", raw, whole(form.root, x)), whole(form.mantissa, x))
    return e, f.cast("bitcast", f.op("sub", raw, f.op("shl", e, whole(form.mantissa, x))), x.element)


def _log_of_parts(f: Function, e: Value, over: Value, x: Value) -> Value:
    """log x = e log 2 + log m with over = m - 1; log m = 2 (s + s³/3 + …), s = (m - 1) / (m + 1)."""
    form = _FORMATS[x.element]
    e = f.cast("sitofp", e, x.element)
    s = divide(f, over, add(f, over, like(2, x)))
    square = multiply(f, s, s)
    rest = multiply(f, square, _series(f, [2 / (2 * k + 1) for k in range(form.log_terms, 0, -1)], square))
    # log m = 2 s + s·rest, where 2 s = over - s·over keeps the digits of `over`
    result = subtract(f, over, multiply(f, s, subtract(f, over, rest)))
    for part in reversed(form.log2):
        result = add(f, multiply(f, e, like(part, x)), result)
    result = f.select(f.compare("oeq", x, like(math.inf, x)), x, result)
    at_zero = f.select(f.compare("oeq", x, like(0, x)), like(-math.inf, x), like(math.nan, x))
    return f.select(f.compare("ogt", x, like(0, x)), result, at_zero)


def log(f: Function, x: Value) -> Value:
    form = _FORMATS[x.element]
    subnormal = f.compare("olt", x, like(2.0 ** (1 - form.bias), x))  # its bits are no mantissa
    e, m = _parted(f, f.select(subnormal, multiply(f, x, like(2.0**form.mantissa, x)), x))
    e = f.select(subnormal, f.op("sub", e, whole(form.mantissa, x)), e)
    return _log_of_parts(f, e, subtract(f, m, like(1, x)), x)


def log1p(f: Function, x: Value) -> Value:
    """The logarithm of u = 1 + x, with m - 1 = 2^-e x + (2^-e - 1) from x itself, as u is rounded."""
    form = _FORMATS[x.element]
    u = add(f, like(1, x), x)
    e, m = _parted(f, u)
    scale = _power_of_two(f, f.op("sub", whole(0, x), e), x)
    over = add(f, multiply(f, scale, x), subtract(f, scale, like(1, x)))
    large = f.compare("ogt", x, like(2.0**form.mantissa, x))
    over = f.select(large, subtract(f, m, like(1, x)), over)
    return f.select(f.compare("oeq", u, like(1, x)), x, _log_of_parts(f, e, over, u))


def logaddexp(f: Function, a: Value, b: Value) -> Value:
    apart = f.intrinsic("fabs", subtract(f, a, b))
    result = add(f, f.intrinsic("maximum", a, b), log1p(f, exp(f, f.unary("fneg", apart))))
    return f.select(f.compare("oeq", a, b), add(f, a, like(math.log(2), a)), result)


def tanh(f: Function, x: Value) -> Value:
    """tanh |x| = u / (u + 2) with u = e^2|x| - 1, and the sign of x."""
    most = like(_FORMATS[x.element].one_above, x)
    size = f.intrinsic("fabs", x)
    twice = add(f, size, size)
    u = expm1(f, f.select(f.compare("ogt", twice, most), most, twice))
    return f.intrinsic("copysign", divide(f, u, add(f, u, like(2, x))), x)


def error_function(f: Function, x: Value) -> Value:
    """By the series of NumPy's rule: erf |x| = 1 - e^-|x|p(|x|), and the sign of x."""
    size = _within(f, 0, f.intrinsic("fabs", x), 6)
    p = _series(f, inspect.signature(erf).parameters["series"].default, size)
    return f.intrinsic("copysign", expm1(f, f.unary("fneg", multiply(f, p, size))), x)


def sign(f: Function, x: Value) -> Value:
    below = f.select(f.compare("olt", x, like(0, x)), like(-1, x), x)
    return f.select(f.compare("ogt", x, like(0, x)), like(1, x), below)


def fixed_power(f: Function, x: Value, exponent: float) -> Value:
    if abs(exponent) == 0.5:
        root = f.intrinsic("sqrt", x)
        return root if exponent > 0 else reciprocal(f, root)
    x = x if exponent > 0 else reciprocal(f, x)  # first, as a power of a small x may be 0
    result = x
    for _ in range(int(abs(exponent)) - 1):
        result = multiply(f, result, x)
    return result
