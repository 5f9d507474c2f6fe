"""The numbers of a page: which are given, which are results, and what a printed one may stand for."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from chainrule.check.intervals import Interval
from chainrule.check.proofreading.chains import Chain, Side
from chainrule.check.proofreading.tree import Number, entries

FEW = 3  # significant digits up to which a number that stands nowhere else is taken for exact
KNOWN = (math.pi, math.e, math.log(2), math.sqrt(2), math.log(10))  # these are never exact


def key(number: Number) -> float:
    """A printed number, whatever its sign and however many zeros stand at its end."""
    return abs(number.value)


def around(number: Number, more: float = 1.0) -> Interval:
    """What rounds to a printed number; what begins with its digits, where dots stand after them."""
    if number.open:
        return Interval(np.float64(number.value), np.float64(number.value + number.unit))
    return Interval.around(number.value, more * number.unit / 2)


@dataclass(slots=True)
class Ledger:
    """What is known of a page's numbers.

    Parameters
    ----------
    given : those that names are said to be, and that nothing on the page gives
    results : those that formulas give, each with what it may be as far as its own formula tells
    rounded : given numbers that stand among long ones, with what one more in the last digit is worth there
    longer : all printed values, sorted, with their units
    strict : whether given numbers, and short ones, are exact
    """

    given: set[float] = field(default_factory=set)
    results: dict[float, Interval | None] = field(default_factory=dict)
    rounded: dict[float, float] = field(default_factory=dict)
    longer: list[tuple[float, float]] = field(default_factory=list)
    strict: bool = True

    @classmethod
    def of(cls, chains: Iterable[Chain]) -> Ledger:
        """The numbers of all equations, before any is counted."""
        ledger = cls()
        counted = {chain.name for chain in chains if chain.name and is_counted(chain)}
        seen: set[tuple[float, float]] = set()
        for chain in chains:
            for side in chain.sides:
                if side.tree is None or not side.result:
                    continue
                numbers = entries(side.tree)
                long = [number.unit for _, number in numbers if number.digits > FEW and not number.whole]
                for _, number in numbers:
                    seen.add((key(number), number.unit))
                    if not is_given(chain):
                        ledger.results.setdefault(key(number), None)
                    elif chain.name not in counted:
                        ledger.given.add(key(number))
                        if long and not number.whole:
                            ledger.rounded[key(number)] = max(min(long), ledger.rounded.get(key(number), 0.0))
        ledger.longer = sorted(seen)
        return ledger

    def meaning(self, number: Number) -> Interval:
        """What a number in a formula may stand for."""
        if number.unit == 0:
            return Interval.around(number.value, 0.0)
        known = key(number)
        if known in self.results:
            found = self.results[known]
            if found is None:  # told elsewhere, but not counted yet
                exact = number.whole or self._exact(number)
                return Interval.around(number.value, 0.0) if exact else around(number)
            return _both(found, Interval.around(number.value, 0.0))
        if number.whole:
            return Interval.around(number.value, 0.0)
        if known in self.rounded:
            return Interval.around(number.value, min(self.rounded[known], number.unit) / 2)
        if self._exact(number) or (
            number.digits <= FEW and self.strict and not number.open and not _is_known(number)
        ):
            return Interval.around(number.value, 0.0)
        return around(number)

    def _exact(self, number: Number) -> bool:
        """Whether a number is given, and short, as people choose them; long ones were rounded."""
        return self.strict and key(number) in self.given and key(number) not in self.rounded

    def doubtful(self, number: Number) -> bool:
        """Whether a number is only taken for exact."""
        return not number.whole and key(number) not in self.results and self.strict

    def abbreviated(self, number: Number) -> list[tuple[Interval, bool]]:
        """The longer numbers of the page that this one may be short for; and whether it is cut, not rounded."""
        if number.unit == 0 or number.whole or self._exact(number):
            return []
        value, unit = key(number), number.unit
        slack = 1e-9 * unit
        start = bisect_left(self.longer, (value - unit / 2 - slack, 0.0))
        end = bisect_right(self.longer, (value + unit + slack, math.inf))
        found = []
        for longer, finer in self.longer[start:end][:40]:
            if finer < unit * 0.99 and longer != value:
                found.append((self._of((longer, finer)), longer > value + unit / 2 + slack))
        return found

    def _of(self, longer: tuple[float, float]) -> Interval:
        value, unit = longer
        if value not in self.results:
            return Interval.around(value, 0.0)
        found = self.results[value] or Interval.around(value, unit / 2)
        return _both(found, Interval.around(value, 0.0))

    def counted(self, side: Side, value: Interval, right: bool) -> None:
        """Note what the numbers of a result may be: where they are right, no more than their formula allows."""
        assert side.tree is not None
        lows, highs = np.ravel(value.low), np.ravel(value.high)
        numbers = entries(side.tree)
        if len(numbers) != lows.size:
            return
        for (sign, number), low, high in zip(numbers, lows, highs, strict=True):
            a, b = sorted((sign * float(low), sign * float(high)))
            size = key(number)
            least, most = size - number.unit / 2, size + number.unit / 2
            if right and not number.open:
                a, b = max(a, least), min(b, most)
            if not right and (
                b < least or a > most
            ):  # who goes on may have the right one, or what is printed
                meant = round((a + b) / 2 / number.unit) * number.unit if number.unit else (a + b) / 2
                self._learn(float(f"{meant:.12g}"), a, b)
                a, b = least, most
            if a <= b:
                self._learn(size, a, b)

    def _learn(self, value: float, low: float, high: float) -> None:
        new = Interval(np.float64(low), np.float64(high))
        known = self.results.get(value)
        self.results[value] = new if known is None else _both(known, new)


def _both(first: Interval, other: Interval) -> Interval:
    """All from the lowest to the highest of two."""
    return Interval(np.minimum(first.low, other.low), np.maximum(first.high, other.high))


def is_counted(chain: Chain) -> bool:
    """Whether a formula of the page gives its result."""
    return any(side.numeric and not side.result for side in chain.sides)


def is_given(chain: Chain) -> bool:
    """Whether a name is only said to be numbers, by no formula."""
    return bool(chain.name) and all(side.result for side in chain.sides[1:])


def _is_known(number: Number) -> bool:
    return number.digits >= FEW and any(abs(abs(number.value) - each) <= number.unit for each in KNOWN)
