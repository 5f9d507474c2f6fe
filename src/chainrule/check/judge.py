"""Each line that was given, judged by its rule on the learner's own numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from chainrule.check.factors import ONE, Factor, allowed, ratio, scaled
from chainrule.check.intervals import Interval
from chainrule.check.sheet import Given, Sheet
from chainrule.expressions import Const, Expr, names
from chainrule.notation import display
from chainrule.program.program import Program, Quantity

State = Literal["right", "wrong", "not judged"]
SAME = 1e-9  # as far as two ways to one number in double precision go apart, of the largest entry
PLAIN = 2.5  # how far from plain a factor may be, where only some digits tell of it; 1/(2 m k) is plain, too
NEAR = 1e-6  # from here on two numbers are not the same, however much their operands cancel


@dataclass
class Verdict:
    """What was found of a line.

    Parameters
    ----------
    quantity : of the program
    state : whether it is right
    factor : what it is the rule's result times; None where that can't be told, as of a gradient that is 0
    form : the form of the rule that it follows
    notes : what is to be said of it
    blamed : whether its factor does not go with the others'
    """

    quantity: Quantity
    state: State
    factor: Factor | None = ONE
    form: Expr | None = None
    notes: list[str] = field(default_factory=list)
    blamed: bool = False


def fits(sheet: Sheet, expr: Expr, given: Given, value: Any = None) -> bool:
    """Whether an expression may give the learner's numbers."""
    target = given.value
    try:
        with np.errstate(all="ignore"):
            value = sheet.value(expr) if value is None else value
            if not may_be(np.shape(value), np.shape(target)):
                return False
            value = np.broadcast_to(np.asarray(value, np.float64), np.shape(target))
            scale = size_of(target)
            if not _printed(given):
                far = _apart(value, target)
                if far <= SAME * scale and scale > 1e-9:
                    return True
                if far > NEAR * max(scale, size_of(value)) and max(scale, size_of(value)) > 1e-9:
                    return False
            span = sheet.span(expr)
    except (ValueError, IndexError, TypeError):
        return False
    span = span if isinstance(span, Interval) else Interval.around(span, 0)
    radius = np.maximum(given.radius, SAME * size_of(target))
    low, high = (np.broadcast_to(end, np.shape(target)) for end in (span.low, span.high))
    return Interval(low, high).meets(Interval.around(target, radius))


def _printed(given: Given) -> bool:
    """Whether only some digits of the numbers are known."""
    return bool(np.any(np.asarray(given.radius) > SAME * size_of(given.value)))


def may_be(shape: tuple[int, ...], of: tuple[int, ...]) -> bool:
    """Whether an array of that shape can be repeated to the other."""
    try:
        return np.broadcast_shapes(shape, of) == of
    except ValueError:
        return False


def size_of(value: Any) -> float:
    """The largest entry, without sign."""
    sizes = np.abs(np.asarray(value, np.float64))
    return float(np.max(sizes, initial=0.0, where=np.isfinite(sizes)))


def _apart(value: Any, target: Any) -> float:
    """How far numbers are apart at most; infinitely, where one is a number and the other is none."""
    far = np.abs(value - target)
    if np.isfinite(far).all():
        return float(np.max(far, initial=0.0))
    same = (value == target) | (np.isnan(value) & np.isnan(target))
    return float(np.max(np.where(same, 0.0, np.where(np.isnan(far), np.inf, far))))


class Judge:
    """Judges the lines of a sheet in the order of the program."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet, self.program = sheet, sheet.program
        self.verdicts: dict[str, Verdict] = {}
        self._suspect: set[str] = set()  # quantities that were not given, on the way to a line that is wrong

    def all(self) -> dict[str, Verdict]:
        """A verdict for each quantity that was given, by name."""
        for quantity in self.program.quantities.values():
            if quantity.name in self.sheet.given and quantity.name not in self.sheet.chance:
                verdict = self.verdicts[quantity.name] = self._verdict(quantity)
                if verdict.state == "wrong":
                    for form in self.sheet.forms(quantity):
                        self._suspect |= self.sheet.unsure(form)
        return self.verdicts

    def _verdict(self, quantity: Quantity) -> Verdict:
        given, forms = self.sheet.given[quantity.name], self.sheet.forms(quantity)
        if given.turned:
            return Verdict(quantity, "wrong")
        for form in forms:
            if fits(self.sheet, form, given):
                return Verdict(quantity, "right", self._only_one(quantity, form, given), form)
        for form in forms:
            factors = self._factors(quantity, form, given)
            if factors:
                return Verdict(quantity, "right", factors[0] if len(factors) == 1 else None, form)
        if any(self.sheet.unsure(form) & self._suspect for form in forms):
            return Verdict(quantity, "not judged", None)
        return Verdict(quantity, "wrong")

    def _sure(self, given: Given) -> Factor | None:
        """The factor 1, unless the numbers are 0, of which any factor makes 0 again."""
        return ONE if size_of(given.value) > np.max(given.radius, initial=0.0) else None

    def _only_one(self, quantity: Quantity, form: Expr, given: Given) -> Factor | None:
        """The factor 1, unless the printed digits fit others, too: a small step is not seen in them, up or down."""
        if not _printed(given) or not has_factor(quantity) or self._sure(given) is None:
            return self._sure(given)
        others = [factor for factor, _ in allowed(self.sheet.values, positive=False)[1:] if factor.size <= 1]
        for change in changes(self.program, quantity, form):
            if any(fits(self.sheet, change(factor), given) for factor in others):
                return None
        return ONE

    # --- factors --------------------------------------------------------------------------------------

    def _factors(self, quantity: Quantity, form: Expr, given: Given) -> list[Factor]:
        """The factors that make a line right: the plainest, or of printed numbers the first two."""
        if not has_factor(quantity) or self._sure(given) is None:
            return []
        found: list[Factor] = []
        for change in changes(self.program, quantity, form):
            base = self.sheet.value(change(Factor(number=0.0)))
            value = self.sheet.value(form)
            if not may_be(np.shape(value), np.shape(given.value)):
                return []
            likely = self._likely(quantity, ratio(given.value - base, np.asarray(value) - base))
            for factor in likely:
                if fits(self.sheet, change(factor), given):
                    found.append(factor)
                    if not _printed(given) or len(found) == 2:
                        return found
        return found

    def _likely(self, quantity: Quantity, found: float | None) -> Iterator[Factor]:
        """Factors that may be meant by a number: conventions, and, where several entries agree on it, any."""
        if found is None or found == 0:
            return
        given = self.sheet.given[quantity.name]
        printed = _printed(given)
        with_rate = quantity.section == "update" and bool(self.program.state)  # a velocity of η dw, and w + v
        for factor, size in allowed(self.sheet.values, with_rate, quantity.section == "loss"):
            if factor.size <= PLAIN or factor.simple if printed else abs(size - found) <= NEAR * abs(found):
                yield factor
        entries = np.unique(np.round(given.value[np.isfinite(given.value)], 9))
        if quantity.section == "backward" and not printed and len(entries[entries != 0]) > 1:
            yield Factor(sign=1 if found > 0 else -1, number=abs(found))


def has_factor(quantity: Quantity) -> bool:
    """Whether a factor in a line may be a convention: in losses, and from there on in all that moves weights."""
    return quantity.section != "forward" and "penalty" not in quantity.name


def changes(program: Program, quantity: Quantity, form: Expr) -> Iterator[Any]:
    """In which ways a rule takes a factor: by the gradients that it reads, by its learning rate, or as a whole."""
    read = [name.name for name in names(form)]
    gradients = [name for name in read if is_gradient(program, name)]
    if quantity.section == "update":
        rates = [name for name in read if name == "eta" or program.scalars.get(name, ("", ""))[1] == "eta"]
        moved = set(program.gradients.values()) & set(read)
        if moved and quantity.name[-4:] == "_new" and not rates:
            yield lambda factor: scaled(form, moved, factor.times)
        if rates:
            yield lambda factor: scaled(form, rates, lambda item: _rate(item, factor))
            return
    elif gradients:
        yield lambda factor: scaled(form, gradients, factor.times)
        return
    yield lambda factor: factor.times(form)


def _rate(item: Expr, factor: Factor) -> Expr:
    return Const(0.0) if factor.number == 0 else factor.times(item)


def is_gradient(program: Program, name: str) -> bool:
    """Whether a quantity is a gradient, on which a factor is passed on; what a penalty adds has its own."""
    quantity = program.quantities.get(name)
    return (
        quantity is not None
        and quantity.section == "backward"
        and name[0] == "d"
        and "penalty" not in name
        and not name.endswith("_squares")
    )


def described(verdict: Verdict) -> str:
    """A line's factor in words, where it is not 1."""
    if verdict.factor is None or verdict.factor == ONE:
        return ""
    name = display(verdict.quantity.name)
    if verdict.factor == Factor(sign=-1):
        return f"{name} has the sign turned"
    return f"{name} is {verdict.factor} times ours"
