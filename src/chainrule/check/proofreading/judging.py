"""Each side of an equation held against the one before it: right, cut, or wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.check.intervals import Interval
from chainrule.check.proofreading.chains import Chain, Side
from chainrule.check.proofreading.counting import Conventions, Meaning, NotCounted, conventions_of, count
from chainrule.check.proofreading.ledger import Ledger, around, key
from chainrule.check.proofreading.tree import Apply, Array, Number, Tree, entries, leaves

ROUNDING = 1e-12  # of the largest number that is met: how far doubles go astray
MOST_READINGS = 24  # of what a formula's numbers may be short for
MOST_ENTRIES = 20_000  # numbers of a formula


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison of two sides says.

    Parameters
    ----------
    state : "right"; "cut"; "short", where a number of the formula is cut; "if exact", where it is wrong if the
        numbers of the formula are exact; "wrong"; or "not judged"
    formula, result : the two sides
    value : what the formula gives
    number, meant : for "short", the number of the formula and what it is cut of
    shape : whether the shapes differ
    relied : whether short numbers were taken for exact
    sure : whether it is wrong even if those that no name is said to be were rounded
    """

    state: str
    formula: Side
    result: Side
    value: Interval | None = None
    number: Number | None = None
    meant: float | None = None
    shape: bool = False
    relied: bool = False
    sure: bool = True


def judge(chain: Chain, ledger: Ledger) -> list[Verdict]:
    """The verdicts of a chain's neighbouring sides that can be counted; the ledger learns its results."""
    found: list[Verdict] = []
    before: list[Side] = []
    for side in chain.sides:
        if not side.numeric:
            continue
        if before:
            verdict = _best(before, side, ledger)
            found.append(verdict)
            if side.result and verdict.value is not None and not verdict.formula.result:
                ledger.counted(side, verdict.value, verdict.state != "wrong")
        if before and found[-1].state == "wrong":
            before = [*before[-1:], side]
        else:
            before = [side] if not side.result or not before else [before[-1], side]
    return found


def _best(before: list[Side], side: Side, ledger: Ledger) -> Verdict:
    """The best verdict beside one of the sides before; the formula counts first."""
    verdicts = [compare(each, side, ledger) for each in before]
    ranks = ("right", "short", "cut", "not judged", "if exact", "wrong")
    return min(verdicts, key=lambda verdict: ranks.index(verdict.state))


def compare(formula: Side, result: Side, ledger: Ledger) -> Verdict:
    """Whether two sides can be the same number."""
    found = _compare(formula, result, ledger, formula.tree, result.tree)
    if found.state in ("right", "short") or result.other is None:
        return found
    other = _compare(formula, result, ledger, formula.tree, result.other)
    return other if other.state == "right" else Verdict("not judged", formula, result)


def _compare(formula: Side, result: Side, ledger: Ledger, first: Tree | None, second: Tree | None) -> Verdict:
    assert first is not None
    assert second is not None
    pair = _Pair(first, second, formula, result, ledger)
    if sum(1 for tree in (first, second) for _ in leaves(tree)) > MOST_ENTRIES:
        return Verdict("not judged", formula, result)
    try:
        return pair.verdict()
    except NotCounted:
        return Verdict("not judged", formula, result)


class _Pair:
    """Two sides that are said to be equal."""

    def __init__(self, first: Tree, second: Tree, formula: Side, result: Side, ledger: Ledger) -> None:
        self.first, self.second = first, second
        self.formula, self.result, self.ledger = formula, result, ledger
        self.new = _only_in(second, first) if not result.result else set()

    def verdict(self) -> Verdict:
        value = self.value(self.first, self.ledger.meaning)
        if self.fits(self.ledger.meaning):
            return Verdict("right", self.formula, self.result, value, relied=self.depends())
        if any(self.fits(self.ledger.meaning, other) for other in self.conventions()):
            return Verdict("right", self.formula, self.result)
        for number, meant, cut, meaning in self.readings():
            if self.fits(meaning):
                if cut:
                    return Verdict("short", self.formula, self.result, value, number, meant)
                return Verdict("right", self.formula, self.result, self.value(self.first, meaning))
        if self.fits(self.ledger.meaning, cut=True):
            return Verdict("cut", self.formula, self.result, value)
        shape = not _alike(value, self.value(self.second, self.ledger.meaning, True))
        lenient = any(self.fits(around_all, other) for other in (None, *self.conventions()))
        state = "if exact" if lenient and not shape else "wrong"
        sure = state == "wrong" or not self.fits(self.unless_given)
        return Verdict(state, self.formula, self.result, value, shape=shape, sure=sure)

    def unless_given(self, number: Number) -> Interval:
        """Every number that no name is said to be as one that was rounded."""
        return self.ledger.meaning(number) if key(number) in self.ledger.given else around_all(number)

    def conventions(self) -> list[Conventions]:
        return [*conventions_of(self.first), *conventions_of(self.second)]

    def value(
        self,
        tree: Tree,
        meaning: Meaning,
        is_second: bool = False,
        conventions: Conventions | None = None,
        cut: bool = False,
    ) -> Interval:
        """A side counted; of a result, what its digits may stand for."""
        side = self.result if is_second else self.formula
        if side.result or (is_second and tree is self.result.other):
            return printed_value(tree, side.relation == "≈", cut)
        if is_second and self.new:  # numbers that only the second formula has were counted on the way

            def counted(number: Number) -> Interval:
                return around(number) if key(number) in self.new and not number.whole else meaning(number)

            return count(tree, counted, conventions)
        return count(tree, meaning, conventions)

    def fits(self, meaning: Meaning, conventions: Conventions | None = None, cut: bool = False) -> bool:
        try:
            a = self.value(self.first, meaning, False, conventions)
            b = self.value(self.second, meaning, True, conventions, cut)
        except NotCounted:
            return False
        return meets(a, b, self.largest(a), both_printed(self.formula, self.result))

    def largest(self, value: Interval) -> float:
        sizes = [
            abs(n.value) for tree in (self.first, self.second) for n in leaves(tree) if isinstance(n, Number)
        ]
        return max([*sizes, float(np.max(np.abs(value.high), initial=0.0))])

    def depends(self) -> bool:
        """Whether short numbers are taken for exact."""
        return any(
            isinstance(each, Number) and self.ledger.doubtful(each)
            for side, tree in ((self.formula, self.first), (self.result, self.second))
            if not side.result
            for each in leaves(tree)
        )

    def readings(self) -> Iterator[tuple[Number, float, bool, Meaning]]:
        """What the formula's numbers may be short for: one of them, then each the longest that there is."""
        numbers = {
            key(each): each
            for side, tree in ((self.formula, self.first), (self.result, self.second))
            if not side.result
            for each in leaves(tree)
            if isinstance(each, Number)
        }
        own = {key(number) for _, number in entries(self.second)} if self.result.result else set()
        short = {
            known: [
                (interval, cut)
                for interval, cut in self.ledger.abbreviated(number)
                if _middle(interval) not in own
            ]
            for known, number in numbers.items()
        }
        tried = 0
        for wanted in (False, True):
            for known, found in short.items():
                for interval, cut in found:
                    if cut == wanted and tried < MOST_READINGS:
                        tried += 1
                        yield numbers[known], _middle(interval), cut, self._instead({known: interval})
            rest = {
                known: each[-1][0] for known, each in short.items() if each and (wanted or not each[-1][1])
            }
            if len(rest) > 1:
                known = next((k for k in rest if short[k][-1][1]), next(iter(rest)))
                yield numbers[known], _middle(rest[known]), short[known][-1][1], self._instead(rest)

    def _instead(self, put: dict[float, Interval]) -> Meaning:
        def meaning(number: Number) -> Interval:
            return put.get(key(number)) or self.ledger.meaning(number)

        return meaning


def _middle(interval: Interval) -> float:
    return float((interval.low + interval.high) / 2)


def both_printed(formula: Side, result: Side) -> bool:
    """Whether two sides are numbers with nothing left to count."""
    return formula.result and result.result


def around_all(number: Number) -> Interval:
    """Every number with decimals as one that was rounded, but for 0.5 and the like, which people choose."""
    return Interval.around(number.value, 0.0) if number.whole or number.digits < 2 else around(number)


def _only_in(tree: Tree, other: Tree) -> set[float]:
    there = {key(each) for each in leaves(other) if isinstance(each, Number)}
    return {key(each) for each in leaves(tree) if isinstance(each, Number)} - there


def printed_value(tree: Tree, about: bool = False, cut: bool = False) -> Interval:
    """What the numbers of a result may stand for; with `cut`, if their further digits were left out.

    A whole number has as many decimals as the least exact one beside it.
    """
    numbers = entries(tree)
    units = [number.unit for _, number in numbers if not number.whole]
    lows, highs = [], []
    for sign, number in numbers:
        unit = number.unit
        if number.whole:
            unit = max(units) if units else _rounded_whole(number) if about else 1.0
        size = number.value
        low, high = (size, size + unit) if cut or number.open else (size - unit / 2, size + unit / 2)
        if cut and size == 0:
            low = -unit
        lows.append(min(sign * low, sign * high))
        highs.append(max(sign * low, sign * high))
    if not isinstance(tree, Array):
        return Interval(np.float64(lows[0]), np.float64(highs[0]))
    shape = (len(tree.rows[0]),) if tree.flat else (len(tree.rows), len(tree.rows[0]))
    return Interval(np.reshape(lows, shape), np.reshape(highs, shape))


def _rounded_whole(number: Number) -> float:
    """What a whole number that is about right is rounded to: 300 may be to hundreds."""
    text = number.text
    zeros = len(text) - len(text.rstrip("0"))
    return float(10**zeros) if 0 < zeros < len(text) else 1.0


def _alike(a: Interval, b: Interval) -> bool:
    """Whether two have one shape; a row and a column of one length have."""
    first, second = np.shape(a.low), np.shape(b.low)
    vectors = [tuple(n for n in shape if n != 1) for shape in (first, second)]
    return first == second or (vectors[0] == vectors[1] and len(vectors[0]) < 2)


def meets(a: Interval, b: Interval, largest: float, strict: bool = False) -> bool:
    """Whether each entry may be the same number in both."""
    return _alike(a, b) and not apart(a, b, largest, strict).any()


def apart(a: Interval, b: Interval, largest: float, strict: bool = False) -> NDArray[np.bool_]:
    """Which entries can't be the same number.

    With `strict` they have to share more than an end: of two printed numbers, 6 and 7 are not both 6.5 rounded.
    """
    low, high, lower, higher = (np.ravel(each) for each in (a.low, a.high, b.low, b.high))
    slack = -np.minimum(ROUNDING * largest, (high - low) / 4) if strict else ROUNDING * largest
    return np.asarray((low > higher + slack) | (lower > high + slack))


def turned(value: Interval, printed: Interval, largest: float) -> bool:
    """Whether a printed matrix is what it should be with rows and columns exchanged."""
    if np.ndim(value.low) != 2 or np.ndim(printed.low) != 2 or 1 in np.shape(value.low):
        return False
    return meets(Interval(value.low.T, value.high.T), printed, largest)


def terms(tree: Tree) -> list[tuple[int, Tree]]:
    """The terms of a sum, each with its sign."""
    found: list[tuple[int, Tree]] = []
    stack = [(1, tree)]
    while stack:
        sign, top = stack.pop()
        if isinstance(top, Apply) and top.op in "+-":
            stack += [(sign if top.op == "+" else -sign, top.args[1]), (sign, top.args[0])]
        elif isinstance(top, Apply) and top.op == "neg":
            stack.append((-sign, top.args[0]))
        else:
            found.append((sign, top))
    return found
