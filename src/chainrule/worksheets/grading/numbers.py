"""The numbers that a line is judged on: right ones, or the learner's own, each with what its digits stand for."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.check import Given, Interval, Sheet
from chainrule.check import may_be as repeats
from chainrule.expressions import Expr, evaluate, names
from chainrule.model.record import Record
from chainrule.program.program import Quantity

Array = np.ndarray[Any, Any]
DUST = 1e-12  # up to here a difference is what binary arithmetic leaves


class Numbers:
    """A step's numbers as somebody has them; what is not put in is computed from the others by the rules."""

    def __init__(self, record: Record) -> None:
        self._sheet = Sheet(record, {})
        self._program = record.program

    def put(self, name: str, value: Array, radius: Array) -> None:
        """Take a line's numbers, in the program's layout."""
        self._sheet.put(name, Given(value, radius))

    def value(self, expr: Expr, shape: tuple[int, ...]) -> Array | None:
        """What a formula gives in a line of that shape; None where it gives none."""
        try:
            with np.errstate(all="ignore"):
                return _shaped(self._sheet.value(expr), shape)
        except (ValueError, IndexError, TypeError, ArithmeticError):
            return None

    def line(self, quantity: Quantity, shape: tuple[int, ...]) -> list[tuple[Array, Array]]:
        """What a line is by each form of its rule, and how far off it may be for the digits before it."""
        found = []
        for form in self._sheet.forms(quantity):
            with np.errstate(all="ignore"):
                value, span = self._sheet.value(form), self._sheet.span(form)
                span = span if isinstance(span, Interval) else Interval.around(span, 0)
                far = np.maximum(span.high - value, value - span.low)
            found.append((np.broadcast_to(value, shape), np.broadcast_to(far, shape)))
        return found

    def idle(self, quantity: Quantity, shape: tuple[int, ...]) -> Array:
        """The entries that would be the same if all numbers before them were 0: nothing is left to count there."""
        form = self._sheet.form(quantity.name)
        read = {name.name for name in names(form)} & set(self._program.quantities)
        if not read:
            return np.zeros(shape, bool)
        values: Mapping[str, Any] = self._sheet.values
        nothing = {name: np.zeros_like(np.asarray(values[name], np.float64)) for name in read}
        with np.errstate(all="ignore"):
            without = np.broadcast_to(evaluate(form, ChainMap(nothing, values)), shape)  # type: ignore[arg-type]
            own = np.broadcast_to(self._sheet.value(form), shape)
            return np.asarray((np.abs(own - without) <= DUST) | (np.abs(own) <= DUST))


def _shaped(value: Any, shape: tuple[int, ...]) -> Array | None:
    """A mistake's numbers shaped like the line: with as many of them, or one for several."""
    array = np.asarray(value, np.float64)
    plain, wanted = ([n for n in each if n != 1] for each in (array.shape, shape))
    if plain == wanted:
        return array.reshape(shape)
    return np.broadcast_to(array, shape) if repeats(array.shape, shape) else None
