"""Slips in counting: a few numbers of a line are wrong, and the others right."""

from __future__ import annotations

import numpy as np

from chainrule.check.intervals import Interval
from chainrule.check.judge import SAME, size_of
from chainrule.check.naming import Answer
from chainrule.check.sheet import Sheet
from chainrule.expressions import Name
from chainrule.program.program import Quantity


def wrong_entries(sheet: Sheet, quantity: Quantity) -> list[tuple[int, ...]]:
    """The entries that no form of the rule gives, by their indices; empty where none can be told from the others."""
    given = sheet.given[quantity.name]
    best: list[tuple[int, ...]] = []
    for form in sheet.forms(quantity):
        with np.errstate(all="ignore"):
            span = sheet.span(form)
        span = span if isinstance(span, Interval) else Interval.around(span, 0)  # of scalars alone
        if np.shape(span.low) != np.shape(given.value):
            continue
        radius = np.maximum(given.radius, SAME * size_of(given.value))
        fits = (span.low <= given.value + radius) & (given.value - radius <= span.high)
        wrong = [tuple(map(int, index)) for index in np.argwhere(~fits)]
        best = wrong if not best or len(wrong) < len(best) else best
    return best


def counting(sheet: Sheet, quantity: Quantity) -> list[Answer]:
    """A slip in counting, where at most half of the entries are wrong."""
    wrong, size = wrong_entries(sheet, quantity), sheet.given[quantity.name].value.size
    return [Answer(Name(quantity.name), ["arithmetic_slip"], 3.0)] if 0 < 2 * len(wrong) <= size else []
