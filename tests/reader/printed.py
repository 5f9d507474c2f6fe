"""How a number is printed, and which numbers are printed so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Any

_decimals: ContextVar[int] = ContextVar("decimals", default=6)


@contextmanager
def decimals_printed(count: int) -> Iterator[None]:
    """Read what is printed with so many decimals, as long as what follows takes."""
    token = _decimals.set(count)
    try:
        yield
    finally:
        _decimals.reset(token)


def unit(text: str) -> Decimal:
    """A unit of the last digit of a printed number: six decimals, or six digits (4.28e-07, 1.3e+15).

    How many they are, `decimals_printed` says.
    """
    value = Decimal(text)
    if value and ("e" in text or abs(value) < Decimal("0.001")):
        return Decimal(10) ** (value.adjusted() - _decimals.get() + 1)
    return Decimal(10) ** -_decimals.get()


def half_unit(text: str) -> float:
    """How far a number may be from its printed form. What is printed as 0 is 0."""
    value = Decimal(text)
    return 0.0 if not value or not value.is_finite() else float(unit(text)) / 2 * (1 + 1e-9)


def rounds_to(value: Any, text: str, slack: float = 1e-9) -> bool | None:
    """Whether a number is printed so; None for a tie, which may go either way."""
    value = value if isinstance(value, Decimal) else Decimal(float(value))
    printed = Decimal(text)
    if not printed.is_finite() or not value.is_finite():
        return str(printed) == str(value)
    if not printed and abs(value) < Decimal("1e-40"):
        value = Decimal(0)
    if not value or not printed:
        return value == printed
    small = (
        Decimal(10) ** (value.adjusted() - _decimals.get() + 1)
        if abs(value) < Decimal("0.001")
        else unit(text)
    )
    away = abs(value - printed) / min(unit(text), small)
    if value == printed:
        return True
    if abs(away - Decimal("0.5")) <= Decimal(slack):
        return None
    return away < Decimal("0.5")


def by_hand_text(value: Decimal, digits: int, halves: str = "even") -> Decimal:
    """A number rounded to significant digits, halves to even or up, away from 0."""
    # A third of 64.5 is 21.5, and may be counted as 1/3 times 64.5: the last of fifty digits are not sure.
    rounding = {"even": ROUND_HALF_EVEN, "up": ROUND_HALF_UP}[halves]
    return Context(prec=digits, rounding=rounding).plus(Context(prec=45).plus(value))
