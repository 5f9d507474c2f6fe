"""Constants by their names: √2, π, 1/3. The others are written in full, so that a line can be counted again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from chainrule.notation.numerals import DECIMALS, latex_of, numeral

if TYPE_CHECKING:
    from fractions import Fraction

ATOM, PRODUCT, NEGATIVE, ROOT = 100, 60, 40, 90  # how strongly what is written binds; a minus sign like a sum
_NAMED = {
    math.pi: ("π", r"\pi", ATOM),
    math.sqrt(2): ("√2", r"\sqrt{2}", ROOT),
    math.sqrt(3): ("√3", r"\sqrt{3}", ROOT),
    math.sqrt(math.pi): ("√π", r"\sqrt{\pi}", ROOT),
    math.sqrt(2 * math.pi): ("√(2π)", r"\sqrt{2\pi}", ROOT),
    math.sqrt(2 / math.pi): ("√(2/π)", r"\sqrt{2/\pi}", ROOT),
    math.sqrt(8 / math.pi): ("√(8/π)", r"\sqrt{8/\pi}", ROOT),
    2 / math.sqrt(math.pi): ("2/√π", r"\frac{2}{\sqrt{\pi}}", PRODUCT),
    math.log(2): ("log(2)", r"\log 2", ATOM),
}
DENOMINATORS = 12  # of fractions that are written as such


def shortest(value: float) -> float:
    """A constant without what binary arithmetic left in its last places: 1 - 0.9 is 0.1.

    >>> shortest(1 - 0.9)
    0.1
    """
    short = float(f"{value:.15g}")
    return short if len(repr(short)) < len(repr(value)) - 3 else value


def constant(value: float) -> tuple[str, str, int]:
    """A constant in text, in LaTeX, and how strongly what is written binds.

    >>> constant(1 / 3)
    ('1/3', '\\\\frac{1}{3}', 60)
    >>> constant(0.044715)[0], constant(1.0507009873554805)[0], constant(-0.5)[0]
    ('0.044715', '1.0507009873554805', '-0.5')
    """
    value = shortest(float(value))
    if abs(value) in _NAMED:
        text, latex, binds = _NAMED[abs(value)]
    elif (fraction := _fraction(abs(value))) is not None:
        over, under = fraction.numerator, fraction.denominator
        text, latex, binds = f"{over}/{under}", rf"\frac{{{over}}}{{{under}}}", PRODUCT
    else:
        short = numeral(value) if float(numeral(value)) == value else repr(value)
        return short, latex_of(short), ATOM if value >= 0 else NEGATIVE
    return (text, latex, binds) if value >= 0 else (f"-{text}", f"-{latex}", NEGATIVE)


def _fraction(value: float) -> Fraction | None:
    """A fraction of small numbers that has no short decimal form."""
    if not math.isfinite(value) or round(value, DECIMALS) == value:
        return None
    from fractions import Fraction

    near = Fraction(value).limit_denominator(DENOMINATORS)
    return near if near.numerator <= DENOMINATORS and float(near) == value else None
