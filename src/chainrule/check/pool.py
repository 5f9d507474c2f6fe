"""What may stand in the place of an operand by mistake: other quantities of the same shape, and errors."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule.check.place import Place
from chainrule.check.sheet import Sheet
from chainrule.expressions import Expr, Name, Node, names
from chainrule.expressions import operations as ops

_NAME = re.compile(r"(d?)([A-Za-z]+?)(\d*)((?:_\w+)?)$")
SWAPS = ({"z", "a"}, {"da", "dz"}, {"dh", "dz"}, {"dn", "dz"}, {"h", "a"}, {"n", "z"}, {"x", "a"})


class Pool:
    """The quantities that a learner may have taken for others.

    Parameters
    ----------
    sheet : the learner's
    place : of the line: what is computed from it can't be taken in it
    dearest : up to which cost one is taken for another
    """

    def __init__(self, sheet: Sheet, place: Place, dearest: float = math.inf) -> None:
        self._dearest = dearest
        self._by_shape: dict[tuple[int, ...], list[tuple[Expr, Any]]] = {}
        after = _after(sheet, place)
        for name in self._names(sheet, place):
            if name not in after:
                self._add(Name(name), sheet.values[name])
        if place.quantity.section == "backward" and "y" in sheet.program.leaves:
            error = Node(ops.SUBTRACT, (Name(sheet.program.output), Name("y")), {})
            self._add(error, sheet.value(error))

    def _add(self, expr: Expr, value: Any) -> None:
        if np.ndim(value):
            self._by_shape.setdefault(np.shape(value), []).append((expr, value))

    def _names(self, sheet: Sheet, place: Place) -> Iterator[str]:
        program, own = sheet.program, place.quantity
        state = {name for name, (_, of) in program.state.items() if of == own.parameter}
        for name, kind in program.leaves.items():
            if kind != "scalar" and (kind != "state" or name in state) and kind != "noise":
                yield name
        for quantity in program.quantities.values():
            new = quantity.name == f"{quantity.parameter}_new"
            mine = quantity.parameter == own.parameter and own.section == "update"
            quiet = quantity.local in quantity.part.quiet
            if not quiet and (quantity.section != "update" or new or mine):
                yield quantity.name

    def replacements(self, expr: Expr, value: Any) -> Iterator[tuple[Expr, float]]:
        """Other quantities of that shape, and how unlikely each is."""
        for other, _ in self._by_shape.get(np.shape(value), ()):
            if other != expr and (price := cost(expr, other)) <= self._dearest:
                yield other, price


def _after(sheet: Sheet, place: Place) -> set[str]:
    """What is computed from the line, and itself."""
    found = {place.quantity.name}
    for quantity in sheet.program.quantities.values():
        if found & {name.name for form in sheet.forms(quantity) for name in names(form)}:
            found.add(quantity.name)
    return found


def cost(old: Expr, new: Expr) -> float:
    """How unlikely it is that one quantity is taken for another."""
    if not isinstance(old, Name) or not isinstance(new, Name):
        return 2.8
    if new.name == f"{old.name}_new" or old.name == f"{new.name}_new":
        return 1.0
    mine, other = _NAME.match(old.name), _NAME.match(new.name)
    if mine is None or other is None:
        return 2.8
    letters, others = mine[1] + mine[2], other[1] + other[2]
    if mine[3] == other[3] and {letters, others} in SWAPS:
        return 1.0
    if letters == others and mine[4] == other[4]:
        return 1.5
    if mine[3] == other[3] and mine[2] == other[2]:
        return 1.6
    return 2.4 if letters[0] == others[0] else 2.8
