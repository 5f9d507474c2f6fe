"""Two slips in one line: looked for only where no single one gives the learner's numbers."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import ChainMap
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from chainrule.check.candidates import Candidate, Candidates
from chainrule.check.catalogue import factor_names, identified
from chainrule.check.edits import Edit, Make
from chainrule.check.factors import Factor
from chainrule.check.functions import substituted
from chainrule.check.intervals import Array
from chainrule.check.judge import NEAR, changes, may_be, size_of
from chainrule.check.place import Place
from chainrule.check.sheet import Sheet
from chainrule.check.templates import templates
from chainrule.expressions import Expr, Name, evaluate, names

SECOND = 1.0  # what the second slip adds to the cost of an answer
DEAREST = 4.0  # up to which cost a slip may be one of two
DEAREST_PRINTED = 2.45  # the same where only some digits are known: so few that all pairs can be tried
FINEST = 12  # decimals that numbers are looked at with
SECONDS = 1.0  # of the processor's time for all pairs of a line
AS_A_WHOLE = ("dz", "loss", "db")  # lines whose formulas in the catalogue take the rule as it is, if at all
RULE = Name("rule")
FACTORS, SCALED = (Factor(m=-1), Factor(m=1), Factor(sign=-1), Factor(two=1), Factor(two=-1)), 1.2

Pair = tuple[Any, Make, list[str], float]  # the value, the formula, the names of the slips, the cost


class Pairs:
    """The pairs of slips of a line, the cheapest first slips first.

    Parameters
    ----------
    sheet : the numbers
    place : of the line
    likely : whether a value may be the learner's, found out quickly
    dearest : up to which cost a slip may be one of two
    """

    def __init__(self, sheet: Sheet, place: Place, likely: Callable[[Any], bool], dearest: float) -> None:
        self.sheet, self.place, self._likely = sheet, place, likely
        self._dearest = dearest
        self._candidates = Candidates(sheet, place, dearest)
        self._formulas = [each for each in templates(place, RULE) if RULE in names(each[0])]
        self._until = time.process_time() + SECONDS

    @property
    def whole(self) -> bool:
        """Whether there is time left: then no pair was left out."""
        return time.process_time() < self._until

    def all(self) -> Iterator[Pair]:
        """Those whose value may be the learner's."""
        for form, first, cost in self._first():
            self._candidates.forget()
            for value, make, edit, known in self._second(form):
                if edit.cost <= self._dearest and self._likely(value):
                    second = known or identified(self.place, edit)
                    both = [each for each in (first, second) if each]
                    yield value, make, both, cost + edit.cost + SECOND
                if not self.whole:
                    return

    def _second(self, form: Expr) -> Iterator[Candidate]:
        """What may be done to a form that has one slip already."""
        if self.place.role not in AS_A_WHOLE:
            yield from self._candidates.of(form)
            return
        known = ChainMap({RULE.name: self._candidates.value(form)}, self.sheet.values)
        for formula, name, cost in self._formulas:
            try:
                found = evaluate(formula, known)
            except (ValueError, IndexError, TypeError, ArithmeticError):
                continue
            make = partial(substituted, formula, {RULE.name: form})
            yield found, make, Edit("formula", None, formula, cost), name
        yield from self._candidates.edits(form)

    def _first(self) -> Iterator[tuple[Expr, str, float]]:
        """The single slips that give numbers of their own, each once, the cheapest first."""
        found, seen = [], set[int]()
        for form, cost in self._candidates.forms():
            seen.add(_key(self._candidates.value(form)))
            for value, make, name, price in self._single(form):
                if price <= self._dearest and self.whole:
                    found.append((price + cost, _key(value), make, name))
        for cost, key, make, name in sorted(found, key=lambda each: each[0]):
            if key not in seen:
                seen.add(key)
                yield self.sheet.written_out(make()), name, cost

    def _single(self, form: Expr) -> Iterator[tuple[Any, Make, str, float]]:
        """The slips of a form, with their names."""
        for value, make, edit, name in self._candidates.of(form):
            yield value, make, name or identified(self.place, edit), edit.cost
        yield from self._scaled(form)

    def _scaled(self, form: Expr) -> Iterator[tuple[Any, Make, str, float]]:
        """A factor in the gradient from the data, to which a penalty's part is added that has none."""
        if self.place.role == "dW" and self.place.penalties:
            for factor in FACTORS:
                for change in changes(self.sheet.program, self.place.quantity, form):
                    made = change(factor)
                    name = factor_names(self.place, factor)[0]
                    yield self.sheet.value(made), partial(change, factor), name, SCALED


def _key(value: Any) -> int:
    """What values have in common that are the same but for rounding."""
    value = np.asarray(value, np.float64)
    size = size_of(value)
    return hash((value.shape, (np.round(value / (size or 1), 9) + 0.0).tobytes(), f"{size:.9e}"))


def digits(values: Array, radius: float) -> float:
    """How many digits numbers have together, of those that differ: by so many it is told what gave them."""
    each = np.unique(np.round(np.abs(values), FINEST))
    places = next((n for n in range(FINEST) if np.array_equal(np.round(each, n), each)), FINEST)
    return float(np.log10(np.maximum(1, each / max(2 * radius, 10.0**-places))).sum())


def sieve(target: Array, base: Any, factors: Sequence[float]) -> Callable[[Any], bool]:
    """Whether a value, times one of some factors, may be exactly the target: seen at its two largest entries.

    Parameters
    ----------
    target : the numbers
    base : what no factor changes, in the target and the value alike; None for nothing
    factors : the factors that are allowed
    """
    flat = np.ravel(target if base is None else target - base)
    first, last = np.argsort(-np.abs(flat))[[0, -1 if flat.size < 2 else 1]]
    above, beside = float(flat[first]), float(flat[last])
    known, near = sorted(factors), NEAR * abs(above)
    start = None if base is None else np.ravel(base)

    def likely(value: Any) -> bool:
        if np.shape(value) != target.shape:
            if isinstance(value, bool) or not may_be(np.shape(value), target.shape):
                return False
            value = np.broadcast_to(value, target.shape)
        found = np.ravel(value)
        a, b = float(found[first]), float(found[last])
        if start is not None:
            a, b = a - float(start[first]), b - float(start[last])
        if a == 0 or not abs(a * beside - b * above) <= near * abs(a):
            return False
        ratio = above / a
        at = bisect_left(known, ratio - NEAR * abs(ratio))
        return at < len(known) and known[at] <= ratio + NEAR * abs(ratio)

    return likely
