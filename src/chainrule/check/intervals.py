"""Rules on numbers of which only some digits are known: each is an interval, and so is the result.

What an operation gives on intervals holds every result that it gives on numbers inside them. It may hold more, since a
quantity that stands in a rule twice is taken for two: so a line that is right is never called wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.expressions import operations as ops
from chainrule.expressions.node import Operation, run_operation

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """Arrays of lowest and highest values, entry by entry."""

    low: Any
    high: Any

    @classmethod
    def around(cls, value: Any, radius: Any) -> Interval:
        """The numbers that are no farther from a value than that."""
        array = np.asarray(value, np.float64)
        return cls(array - radius, array + radius)

    def meets(self, other: Interval) -> bool:
        """Whether each entry may be the same number in both. Where one is not a number, the other must not be."""
        if np.shape(self.low) != np.shape(other.low):
            return False
        mine, others = np.isnan(self.low) | np.isnan(self.high), np.isnan(other.low) | np.isnan(other.high)
        if not np.array_equal(mine, others):
            return False
        return bool(np.all((self.low <= other.high) & (other.low <= self.high) | mine))


_INCREASING = {
    ops.EXP, ops.LOG, ops.LOG1P, ops.EXPM1, ops.TANH, ops.ARCTAN, ops.ERF, ops.SQRT, ops.LOGADDEXP, ops.MAXIMUM,
    ops.MINIMUM, ops.ADD, ops.TRANSPOSE, ops.SUM, ops.MAX, ops.COLUMN, ops.PICK_ROWS, ops.PUT_ROWS, ops.SIGN,
    ops.FLOOR, ops.INDICATOR,
}  # fmt: skip


def run_on_intervals(row: Operation, args: list[Any], settings: Mapping[str, Any]) -> Any:
    """Compute one operation, of which any operand may be an interval."""
    if not any(isinstance(arg, Interval) for arg in args):
        return run_operation(row, args, settings)
    ends = [arg if isinstance(arg, Interval) else Interval(np.asarray(arg), np.asarray(arg)) for arg in args]
    settings = {name: value for name, value in settings.items() if name != "dtype"}
    if row in _INCREASING:
        return Interval(
            _plain(row.run(*(end.low for end in ends), **settings)),
            _plain(row.run(*(end.high for end in ends), **settings)),
        )
    return _OTHERS.get(row, _corners(row))(*ends)


def _plain(value: Any) -> Any:
    return np.asarray(value, np.float64)


def _corners(row: Operation) -> Callable[..., Interval]:
    """An operation that is monotone in each operand, be it up or down: its ends are among those of the corners."""

    def run(*ends: Interval) -> Interval:
        found = [row.run(*corner) for corner in _each(ends)]
        return Interval(np.minimum.reduce(found), np.maximum.reduce(found))

    return run


def _each(ends: tuple[Interval, ...]) -> list[tuple[Any, ...]]:
    corners: list[tuple[Any, ...]] = [()]
    for end in ends:
        corners = [(*corner, value) for corner in corners for value in (end.low, end.high)]
    return corners


def _divide(a: Interval, b: Interval) -> Interval:
    whole = _corners(ops.DIVIDE)(a, b)
    through = (b.low < 0) & (b.high > 0)  # then the quotient may be anything
    return Interval(np.where(through, -np.inf, whole.low), np.where(through, np.inf, whole.high))


def _square(a: Interval) -> Interval:
    low, high = np.square(a.low), np.square(a.high)
    return Interval(np.where((a.low < 0) & (a.high > 0), 0, np.minimum(low, high)), np.maximum(low, high))


def _absolute(a: Interval) -> Interval:
    low, high = np.abs(a.low), np.abs(a.high)
    return Interval(np.where((a.low < 0) & (a.high > 0), 0, np.minimum(low, high)), np.maximum(low, high))


def _matmul(a: Interval, b: Interval) -> Interval:
    center, other = (a.low + a.high) / 2, (b.low + b.high) / 2
    radius, others = (a.high - a.low) / 2, (b.high - b.low) / 2
    middle = center @ other
    spread = np.abs(center) @ others + radius @ np.abs(other) + radius @ others
    return Interval(middle - spread, middle + spread)


def _wave(row: Operation) -> Callable[[Interval], Interval]:
    def run(a: Interval) -> Interval:
        middle, radius = row.run((a.low + a.high) / 2), (a.high - a.low) / 2
        return Interval(np.maximum(middle - radius, -1), np.minimum(middle + radius, 1))

    return run


def _where(condition: Interval, a: Interval, b: Interval) -> Interval:
    sure, possible = condition.low != 0, condition.high != 0
    low = np.where(sure, a.low, np.where(possible, np.minimum(a.low, b.low), b.low))
    return Interval(low, np.where(sure, a.high, np.where(possible, np.maximum(a.high, b.high), b.high)))


def _compared(row: Operation, turned: bool) -> Callable[[Interval, Interval], Interval]:
    """A comparison that holds the sooner the larger its first operand is, or turned round."""

    def run(a: Interval, b: Interval) -> Interval:
        first, second = (a.low, b.high), (a.high, b.low)
        low, high = (second, first) if turned else (first, second)
        return Interval(_plain(row.run(*low)), _plain(row.run(*high)))

    return run


def _equal(a: Interval, b: Interval) -> Interval:
    sure = (a.low == a.high) & (b.low == b.high) & (a.low == b.low)
    return Interval(_plain(sure), _plain((a.low <= b.high) & (b.low <= a.high)))


def _unequal(a: Interval, b: Interval) -> Interval:
    same = _equal(a, b)
    return Interval(1 - same.high, 1 - same.low)


_OTHERS: dict[Operation, Callable[..., Interval]] = {
    ops.SUBTRACT: lambda a, b: Interval(a.low - b.high, a.high - b.low),
    ops.NEGATIVE: lambda a: Interval(-a.high, -a.low),
    ops.DIVIDE: _divide,
    ops.SQUARE: _square,
    ops.ABSOLUTE: _absolute,
    ops.MATMUL: _matmul,
    ops.SIN: _wave(ops.SIN),
    ops.COS: _wave(ops.COS),
    ops.WHERE: _where,
    ops.GREATER: _compared(ops.GREATER, turned=False),
    ops.GREATER_EQUAL: _compared(ops.GREATER_EQUAL, turned=False),
    ops.LESS: _compared(ops.LESS, turned=True),
    ops.LESS_EQUAL: _compared(ops.LESS_EQUAL, turned=True),
    ops.EQUAL: _equal,
    ops.NOT_EQUAL: _unequal,
    ops.CAST: lambda a: a,
}
