"""What the learner did: the formulas, each a slip away from the rule, that give exactly the learner's numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from chainrule.check.candidates import Candidates
from chainrule.check.catalogue import counted, identified
from chainrule.check.edits import Make
from chainrule.check.factors import ONE, Factor, allowed, ratio
from chainrule.check.fresh import fresh_steps
from chainrule.check.intervals import Array
from chainrule.check.judge import NEAR, PLAIN, SAME, fits, may_be, size_of
from chainrule.check.pairs import DEAREST, DEAREST_PRINTED, Pairs, digits, sieve
from chainrule.check.place import Place
from chainrule.check.sheet import Given, Sheet
from chainrule.expressions import Expr, Name, Node, evaluate
from chainrule.expressions import operations as ops
from chainrule.program.program import Quantity

FACTOR, UNNAMED = 0.3, 0.4  # what they add to the cost of an answer
PAIRS, DIGITS = 3, 8  # so many pairs are told at most, and of numbers that have so many digits together


@dataclass
class Answer:
    """A formula that gives the learner's numbers.

    Parameters
    ----------
    expr : the formula, by names
    names : of the mistake, in the catalogue; several where one formula is several mistakes
    cost : how unlikely it is
    factor : what the formula holds of a factor that may be a convention
    scaled : the formula with another factor in its place
    both : whether two slips were made together, of which the names are
    """

    expr: Expr
    names: list[str] = field(default_factory=list)
    cost: float = 0.0
    factor: Factor = ONE
    scaled: Callable[[Factor], Expr] | None = None
    both: bool = False


class Naming:
    """Looks for what was done in a line that is wrong."""

    def __init__(self, sheet: Sheet, quantity: Quantity) -> None:
        self.sheet, self.quantity = sheet, quantity
        self.place = Place.of(sheet, quantity)
        self.given: Given = sheet.given[quantity.name]
        self.target: Array = self.given.value
        self.printed = bool(np.any(np.asarray(self.given.radius) > SAME * size_of(self.target)))
        self._factors = self._allowed()
        # How far a formula's numbers may be from the learner's, so that it is worth finding out whether it gives them.
        loose = 0.2 * size_of(self.target) + 2 * float(np.max(self.given.radius, initial=0.0))
        self._reach = loose if self.printed else NEAR * size_of(self.target)
        self._base = self._unmoved()

    def answers(self, known: Iterable[Answer] = ()) -> list[Answer]:
        """What fits, the most likely first; formulas that are the same function of any numbers are one answer."""
        candidates = Candidates(self.sheet, self.place)
        found = list(known)
        for form, cost in candidates.forms():
            for value, make, edit, name in candidates.of(form):
                factor = self._factor(value, make)
                if factor is not None:
                    name = name or identified(self.place, edit)
                    extra = (0 if factor == ONE else FACTOR) + (0 if name else UNNAMED)
                    scaled = partial(self._with, expr=self.sheet.folded(make()))
                    names = [name] if name else []
                    found.append(Answer(scaled(factor), names, edit.cost + cost + extra, factor, scaled))
        return self._merged(found)

    def pairs(self) -> list[Answer]:
        """The cheapest pairs of slips that fit; of printed digits only one that no other pair fits as well."""
        if not self._telling():
            return []
        likely = sieve(self.target, self._base, [size for _, size in self._factors])
        tried = (self._near, DEAREST_PRINTED) if self.printed else (likely, DEAREST)
        pairs, found = Pairs(self.sheet, self.place, *tried), []
        for value, make, names, cost in pairs.all():
            factor = self._factor(value, make)
            if factor is not None:
                extra = (0 if factor == ONE else FACTOR) + (2 - len(names)) * UNNAMED
                expr = self._with(factor, self.sheet.folded(make()))
                found.append(Answer(expr, names, cost + extra, both=True))
        merged = self._merged(found)
        if self.printed:
            return merged if len(merged) == 1 and pairs.whole else []
        return merged[:PAIRS]

    # --- whether it fits ------------------------------------------------------------------------------

    def _allowed(self) -> list[tuple[Factor, float]]:
        role = self.place.role
        if role in ("z", "a", "forward"):
            return [(ONE, 1.0)]
        if role == "state":
            return [(ONE, 1.0), (Factor(sign=-1), -1.0)]
        return allowed(self.sheet.values)

    def _unmoved(self) -> Any:
        """What a factor leaves alone: the weight before its step."""
        return self.sheet.values[self.quantity.parameter] if self.place.role == "new" else None

    def _factor(self, value: Any, make: Make) -> Factor | None:
        """By what factor a formula's value is the learner's; None if by none."""
        if isinstance(value, bool) or not may_be(np.shape(value), np.shape(self.target)):
            return None
        value = np.asarray(value, np.float64)
        with np.errstate(all="ignore"):
            target = self.target
            if self._base is not None:
                value, target = value - self._base, target - self._base
            found = ratio(target, value)
            if found is None:
                return ONE if fits(self.sheet, make(), self.given) else None
            for factor, size in self._factors:
                if self.printed and factor.size > PLAIN:
                    break
                if not self.printed and abs(size - found) > NEAR * abs(size):
                    continue
                if size_of(size * value - target) > self._reach:
                    continue
                if fits(self.sheet, self._with(factor, make()), self.given):
                    return factor
        return None

    def _telling(self) -> bool:
        """Whether the numbers have digits enough to tell two slips by."""
        moved = self.target if self._base is None else self.target - self._base
        known = float(np.max(self.given.radius, initial=0.0))
        return bool(np.isfinite(moved).all()) and digits(moved, known) >= DIGITS

    def _near(self, value: Any) -> bool:
        """Whether a value is worth looking at: about as large as the learner's, and it may be of that shape."""
        return not isinstance(value, bool) and may_be(np.shape(value), np.shape(self.target))

    def _with(self, factor: Factor, expr: Expr) -> Expr:
        if factor == ONE:
            return expr
        if self._base is None:
            return factor.times(expr)
        weight = Name(self.quantity.parameter)
        return Node(ops.ADD, (weight, factor.times(Node(ops.SUBTRACT, (expr, weight), {}))), {})

    # --- which of them are one ------------------------------------------------------------------------

    def _merged(self, found: Iterable[Answer]) -> list[Answer]:
        steps = fresh_steps(self.sheet.record)
        groups: list[tuple[list[Any], Answer]] = [
            ([step[self.quantity.name] for step in steps], Answer(self.quantity.rule))
        ]
        for answer in sorted(found, key=lambda answer: answer.cost):
            values = [_on(answer.expr, step) for step in steps]
            for others, kept in groups:
                if all(map(_equal, values, others)):
                    if not kept.both:
                        kept.names += [name for name in answer.names if name not in kept.names]
                    break
            else:
                groups.append((values, answer))
        return sorted((each for _, each in groups[1:]), key=lambda each: (each.cost, -counted(each.names)))


def _on(expr: Expr, values: Mapping[str, Any]) -> Any:
    try:
        with np.errstate(all="ignore"):
            return np.asarray(evaluate(expr, values), np.float64)
    except (ValueError, IndexError, TypeError, KeyError):
        return None


def _equal(a: Any, b: Any) -> bool:
    if a is None or b is None:
        return False
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape and not (may_be(a.shape, b.shape) or may_be(b.shape, a.shape)):
        return False
    return bool(
        np.allclose(a, b, rtol=1e-7, atol=1e-12 * max(size_of(a), size_of(b), 1e-300), equal_nan=True)
    )
