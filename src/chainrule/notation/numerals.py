"""How numbers are printed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from decimal import Decimal

DECIMALS = 6
GAP = "____"  # where a number is to be put in
LEAST, MOST = -12, 16  # powers of ten between which a number counted by hand is written without one
WHOLE, FLOATS = (bool, np.bool_, int, np.integer), (float, np.floating)
_shown: ContextVar[int] = ContextVar("shown", default=DECIMALS)


@contextmanager
def showing(decimals: int) -> Iterator[None]:
    """Have numbers printed with so many decimals, as long as what follows takes."""
    token = _shown.set(decimals)
    try:
        yield
    finally:
        _shown.reset(token)


def shown_decimals() -> int:
    """How many decimals are printed."""
    return _shown.get()


def numeral(value: Any) -> str:
    """A number for reading: six decimals, without trailing zeros; very small or large ones by digits.

    How many decimals, and digits, is what `showing` says.

    >>> numeral(0.5), numeral(1.9444022222), numeral(-0.0), numeral(4.28e-7)
    ('0.5', '1.944402', '0', '4.28e-07')
    """
    if isinstance(value, str):
        return str(value)  # a gap
    if isinstance(value, WHOLE):
        return str(int(value))
    if not isinstance(value, FLOATS) and _is_decimal(value):
        return _decimal(value)
    decimals = _shown.get()
    # A float32 is read as it is written: 25.3, not the 25.299999 that its neighbour in double precision is.
    x = float(str(value)) if isinstance(value, np.float32) else float(value)
    if not math.isfinite(x):
        return str(x)
    if abs(x) >= 1e9:
        return f"{x:.{decimals}g}"
    if x != 0 and abs(x) < 1e-3:
        short = float(f"{x:.{decimals}g}")
        if round(short, decimals) != short:
            return f"{x:.{decimals}g}"
    text = f"{x:.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def printed(value: Any) -> float:
    """The number that a reader of the printed text has."""
    return float(numeral(value))


def setting_numeral(value: Any) -> str:
    """A number as it was set, in full: η = 0.01, ε = 1e-08."""
    return numeral(value) if not isinstance(value, float) else repr(value).removesuffix(".0")


def _is_decimal(value: Any) -> bool:
    from decimal import Decimal

    return isinstance(value, Decimal)


def _decimal(value: Decimal) -> str:
    if not value:
        return "0"
    short = value.normalize()
    return format(short, "f" if LEAST <= short.adjusted() < MOST else "e")


def latex_numeral(value: Any) -> str:
    """A number in LaTeX: powers of ten are written out."""
    return latex_of(numeral(value))


def latex_of(text: str) -> str:
    """A written number in LaTeX."""
    if "e" in text:
        digits, _, power = text.partition("e")
        return rf"{digits} \times 10^{{{int(power)}}}"
    return {
        "inf": r"\infty",
        "-inf": r"-\infty",
        "nan": r"\text{nan}",
        GAP: r"\underline{\rule{0pt}{1.4em}\hspace{3em}}",
    }.get(text, text)
