"""The mistakes of the catalogue that can be made in a line, each as the formula that makes its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from chainrule.check.candidates import Candidates
from chainrule.check.catalogue import counted, identified
from chainrule.check.factors import Factor
from chainrule.check.fresh import fresh_steps
from chainrule.check.naming import Answer
from chainrule.check.place import Place
from chainrule.check.sheet import Given, Sheet
from chainrule.expressions import evaluate
from chainrule.model.record import Record
from chainrule.program.program import Quantity

UNLIKELY = 2.5  # from this cost on a formula is a guess, and no usual slip
SIGNIFICANT = 9  # digits in which two formulas are the same on fresh numbers, so that they are one


def possible(record: Record) -> dict[str, list[Answer]]:
    """What can be done wrong in each line, by the catalogue: formulas by quantity, the likeliest first.

    Formulas that are the same function of any numbers are one, with the names of all; one that is the rule itself is no
    mistake. Guesses are left out. They are edits of the rules, so they say what the mistake makes of any numbers.

    Parameters
    ----------
    record : a step of the network
    """
    given = {
        name: Given(np.asarray(record.results[name], np.float64), 0.0) for name in record.program.quantities
    }
    sheet = Sheet(record, given)
    steps = fresh_steps(record)
    with np.errstate(all="ignore"):
        return {
            quantity.name: _distinct(quantity, _named(sheet, quantity), steps)
            for quantity in record.program.quantities.values()
            if np.size(record.results[quantity.name])
        }


def _named(sheet: Sheet, quantity: Quantity) -> Iterator[Answer]:
    place = Place.of(sheet, quantity)
    candidates = Candidates(sheet, place)
    for form in sheet.forms(quantity):
        for _, make, edit, name in candidates.of(form):
            name = name or identified(place, edit)
            if name and edit.cost < UNLIKELY:
                yield Answer(sheet.folded(make()), [name], edit.cost)
    yield from _by_count(place)


def _by_count(place: Place) -> Iterator[Answer]:
    """1/m once more, or not at all, in the gradient of a parameter."""
    rule = place.quantity.rule
    if place.role in ("dW", "db") and not place.sheet.record.summed:
        yield Answer(Factor(m=-1).times(rule), ["one_over_m_twice"], 1.2)
        yield Answer(Factor(m=1).times(rule), ["one_over_m_mixed"], 1.3)


def _distinct(quantity: Quantity, found: Iterator[Answer], steps: list[dict[str, Any]]) -> list[Answer]:
    right = _signature([step[quantity.name] for step in steps])
    groups: dict[Any, Answer] = {right: Answer(quantity.rule)}
    for answer in sorted(found, key=lambda answer: answer.cost):
        signature = _signature([_on(answer, step, quantity.name) for step in steps])
        if signature is None:
            continue
        kept = groups.setdefault(signature, answer)
        if kept is not answer:
            kept.names += [name for name in answer.names if name not in kept.names]
    del groups[right]
    return sorted(groups.values(), key=lambda each: (each.cost, -counted(each.names)))


def _on(answer: Answer, values: Mapping[str, Any], name: str) -> Any:
    try:
        found = np.asarray(evaluate(answer.expr, values), np.float64)
        single = np.ndim(values[name]) == 0 and found.size == 1  # where a number is asked for, [3] is one
        return found.reshape(()) if single else found
    except (ValueError, IndexError, TypeError, KeyError, ArithmeticError):
        return None


def _signature(values: list[Any]) -> Any:
    """What tells two functions apart: their numbers on fresh steps, to so many digits of the largest."""
    if any(value is None for value in values):
        return None
    found = []
    for value in values:
        array = np.asarray(value, np.float64)
        size = np.max(np.abs(array), initial=0.0, where=np.isfinite(array)) or 1.0
        found.append((array.shape, np.round(array / size, SIGNIFICANT).tobytes(), f"{size:.{SIGNIFICANT}g}"))
    return tuple(found)
