"""What the tests of lines share: those that a part states, written out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import chainrule as cr
from chainrule.notation import display, formula
from chainrule.program.program import Quantity


def lines_of(quantities: Iterable[Quantity]) -> list[str]:
    found: list[str] = []
    for quantity in quantities:
        found.append(f"{display(quantity.name)} = {formula(quantity.rule)}")
        if quantity.textbook_form is not None:
            found.append(f"  or {formula(quantity.textbook_form)}")
    return found


def of(net: cr.Network, part: type[Any], place: int | None = None) -> list[str]:
    """The lines that a part states, without L, which the program states for all losses."""
    return lines_of(
        quantity for quantity in net.program().quantities.values()
        if type(quantity.part) is part and place in (None, quantity.place) and quantity.name != "L"
    )  # fmt: skip
