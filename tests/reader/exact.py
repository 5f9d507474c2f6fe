"""The arithmetic of paper, with fifty digits, and that of fractions, which rounds nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Mapping
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from reader.arrays import Arrays, compare
from reader.errors import Unreadable


def _each(function: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    def on_array(self: Any, a: Any) -> Any:
        flat = [function(v) for v in a.ravel()]
        result = np.empty(a.shape, dtype=object)
        result.ravel()[:] = flat
        return result

    return on_array


def _tanh(v: Decimal) -> Decimal:
    return 1 - 2 / ((2 * v).exp() + 1)


class Decimals(Arrays):
    """Evaluating as on paper, with fifty digits."""

    def taken(self, value: Any) -> Any:
        array = np.asarray(value)
        if array.dtype == object:
            return array
        return np.array([Decimal(str(v)) for v in array.ravel()], dtype=object).reshape(array.shape)

    def number(self, text: str) -> Any:
        return np.array([[Decimal(text)]], dtype=object)

    exactly = number
    sqrt = _each(Decimal.sqrt)
    exp = _each(Decimal.exp)
    log = _each(Decimal.ln)
    tanh = _each(_tanh)
    sign = _each(lambda v: Decimal((v > 0) - (v < 0)))
    sin = _each(lambda v: Decimal(math.sin(v)))
    cos = _each(lambda v: Decimal(math.cos(v)))
    arctan = _each(lambda v: Decimal(math.atan(v)))
    erf = _each(lambda v: Decimal(math.erf(v)))
    floor = _each(lambda v: v.to_integral_value(ROUND_FLOOR))

    def indicator(self, sign: str, a: Any, b: Any) -> Any:
        return np.where(compare(sign, a, b), Decimal(1), Decimal(0))


class Fractions(Arrays):
    """Evaluating without any rounding: each float is the fraction that it is, or that its decimals are."""

    def __init__(
        self, values: Mapping[str, Any], decimal: bool, axis: int | None = 1, columns: Container[str] = ()
    ) -> None:
        super().__init__(values, axis, columns)
        self.decimal = decimal

    def taken(self, value: Any) -> Any:
        array = np.asarray(value)
        flat = [Fraction(str(v)) if self.decimal else Fraction(float(v)) for v in array.ravel()]
        result = np.empty(array.shape, dtype=object)
        result.ravel()[:] = flat
        return result

    def number(self, text: str) -> Any:
        return np.array([[Fraction(text) if self.decimal else Fraction(float(text))]], dtype=object)

    exactly = number
    floor = _each(lambda v: Fraction(math.floor(v)))

    def indicator(self, sign: str, a: Any, b: Any) -> Any:
        return np.where(compare(sign, a, b), Fraction(1), Fraction(0))

    def _irrational(self, *of: Any) -> Any:
        raise Unreadable("fractions have no such function")

    sqrt = exp = log = tanh = erf = sin = cos = arctan = power = _irrational
