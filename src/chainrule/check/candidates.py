"""What a line may have been: its rule with a slip in it, every one that is tried."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule.check.edits import Edit, Editor, Make
from chainrule.check.functions import substituted
from chainrule.check.place import Place
from chainrule.check.pool import Pool
from chainrule.check.sheet import Sheet, walk
from chainrule.check.templates import templates
from chainrule.expressions import Expr, Name

WRITTEN_OUT = 0.1  # what it adds to the cost of an answer

Candidate = tuple[Any, Make, Edit, str]  # the value, the formula, what was done, its name where that is known


class Candidates:
    """The slips of a line.

    Parameters
    ----------
    sheet : the numbers
    place : of the line
    dearest : up to which cost one quantity is taken for another
    """

    def __init__(self, sheet: Sheet, place: Place, dearest: float = math.inf) -> None:
        self.sheet, self.place = sheet, place
        self._pool = Pool(sheet, place, dearest)
        self.forget()

    def forget(self) -> None:
        """Let go of the values of formulas that were tried."""
        self._editor = Editor(self.sheet.values, self._pool.replacements, self.sheet.inlined)

    def value(self, form: Expr) -> Any:
        """The value of a form."""
        with np.errstate(all="ignore"):
            return self._editor.value(form)

    def forms(self) -> Iterator[tuple[Expr, float]]:
        """The rule and its other form, each also with what is missing written out; and what that costs."""
        seen: set[int] = set()
        for form in self.sheet.forms(self.place.quantity):
            for expr, cost in ((form, 0.0), (self.sheet.written_out(form), WRITTEN_OUT)):
                if id(expr) not in seen:
                    seen.add(id(expr))
                    yield expr, cost

    def of(self, form: Expr) -> Iterator[Candidate]:
        """The slips of one form."""
        yield from self.formulas(form)
        yield from self.edits(form)

    def formulas(self, form: Expr) -> Iterator[Candidate]:
        """Those of the catalogue's formulas."""
        with np.errstate(all="ignore"):
            for formula, name, cost in templates(self.place, form):
                try:
                    value = self._editor.value(formula)
                except (ValueError, IndexError, TypeError, KeyError, ArithmeticError):
                    continue
                yield value, (lambda formula=formula: formula), Edit("formula", None, formula, cost), name  # type: ignore[misc]

    def edits(self, form: Expr) -> Iterator[Candidate]:
        """Those that are edits at one place, or of one quantity throughout."""
        for value, make, edit in self._editor.variants(form):
            yield value, make, edit, ""
        yield from self._throughout(form)

    def _throughout(self, form: Expr) -> Iterator[Candidate]:
        """One quantity taken for another everywhere in a rule."""
        read = Counter(item for item in walk(form) if isinstance(item, Name) and not item.scalar)
        for old in (name for name, count in read.items() if count > 1):
            for new, cost in self._pool.replacements(old, self.sheet.values[old.name]):
                formula = substituted(form, {old.name: new})
                try:
                    with np.errstate(all="ignore"):
                        value = self._editor.value(formula)
                except (ValueError, IndexError, TypeError):
                    continue
                yield value, (lambda formula=formula: formula), Edit("throughout", old, new, cost + 0.2), ""  # type: ignore[misc]
