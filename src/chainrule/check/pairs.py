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
from chainrule.check.catalogue import identified
from chainrule.check.edits import Edit, Make
from chainrule.check.functions import substituted
from chainrule.check.intervals import Array
from chainrule.check.judge import NEAR, may_be, size_of
from chainrule.check.place import Place
from chainrule.check.sheet import Sheet
from chainrule.check.templates import templates
from chainrule.expressions import Expr, Name, evaluate, names

SECOND = 1.0  # what the second slip adds to the cost of an answer
DEAREST = 4.0  # up to which cost a slip may be one of two
SECONDS = 1.0  # of the processor's time for all pairs of a line
AS_A_WHOLE = ("dz", "loss", "da", "db")  # lines whose formulas in the catalogue take the rule as it is, if at all
RULE = Name("rule")

Pair = tuple[Any, Make, list[str], float]  # the value, the formula, the names of the slips, the cost


class Pairs:
    """The pairs of slips of a line, the cheapest first slips first.

    Parameters
    ----------
    sheet : the numbers
    place : of the line
    likely : whether a value may be the learner's, found out quickly
    """

    def __init__(self, sheet: Sheet, place: Place, likely: Callable[[Any], bool]) -> None:
        self.sheet, self.place, self._likely = sheet, place, likely
        self._candidates = Candidates(sheet, place, DEAREST)
        self._formulas = [each for each in templates(place, RULE) if RULE in names(each[0])]
        self._until = time.process_time() + SECONDS

    @property
    def whole(self) -> bool:
        """Whether there is time left: then no pair was left out."""
        return time.process_time() < self._until

    def all(self) -> Iterator[Pair]:
        """Those whose value may be the learner's."""
        for before, made, first, cost in self._first():
            self._candidates.forget()
            for value, make, edit, known in self._second(before, made):
                if edit.cost <= DEAREST and self._likely(value):
                    second = known or identified(self.place, edit)
                    both = [each for each in (first, second) if each]
                    yield value, make, both, cost + edit.cost + SECOND
                if not self.whole:
                    return

    def _second(self, value: Any, form: Expr) -> Iterator[Candidate]:
        """What may be done to a form that has one slip already, and that value."""
        if self.place.role not in AS_A_WHOLE:
            yield from self._candidates.of(form)
            return
        known = ChainMap({RULE.name: value}, self.sheet.values)
        for formula, name, cost in self._formulas:
            try:
                found = evaluate(formula, known)
            except (ValueError, IndexError, TypeError, ArithmeticError):
                continue
            make = partial(substituted, formula, {RULE.name: form})
            yield found, make, Edit("formula", None, formula, cost), name
        yield from self._candidates.edits(form)

    def _first(self) -> Iterator[tuple[Any, Expr, str, float]]:
        """The single slips that are numbers of their own, each once, the cheapest first."""
        found, seen = [], set[Any]()
        for form, cost in self._candidates.forms():
            seen.add(_key(self._candidates.value(form)))
            for value, make, edit, name in self._candidates.of(form):
                if edit.cost <= DEAREST:
                    found.append((value, make, name or identified(self.place, edit), edit.cost + cost))
        for value, make, name, cost in sorted(found, key=lambda each: each[-1]):
            key = _key(value)
            if key not in seen:
                seen.add(key)
                yield value, self.sheet.written_out(make()), name, cost


def _key(value: Any) -> Any:
    """What values have in common that are the same but for rounding."""
    value = np.asarray(value, np.float64)
    size = size_of(value)
    return value.shape, size and (np.round(value / size, 9) + 0.0).tobytes(), float(f"{size:.9e}")


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
