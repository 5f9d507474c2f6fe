"""The numbers of the lines of a backward pass, such as 5.2: which steps it has, and what stands where."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.errors import UnknownName
from chainrule.model.record import Record
from chainrule.parts.contract import Clipping, Layer
from chainrule.program.program import Quantity, of_section
from chainrule.utils.lazy import cached
from chainrule.walkthrough.simplify import Simplifier

_NUMBER = re.compile(r"\s*(\d+\.\d+)\s*(\[.*)?")
CHAIN = "the chain rule, from L back to the weights"
CLIPPING = "clipping, before the optimizer gets the gradients"


class Numbering:
    """Which lines the backward pass of a page has, step by step.

    Parameters
    ----------
    trace : what is explained
    values : every quantity's value as it is shown
    hidden : the quantities that are not told
    """

    def __init__(self, trace: Record, values: Mapping[str, Any], hidden: Collection[str]) -> None:
        self.trace, self.values = trace, values
        told = [q for q in of_section(trace.program.quantities.values(), "backward") if q.name not in hidden]
        clipped = [q for q in told if isinstance(q.part, Clipping)]
        self.chained = [q for q in told if q not in clipped]
        self.unclipped = self._unclipped(clipped)
        self.clipped = [q for q in clipped if q not in self.unclipped]

    def _unclipped(self, clipped: list[Quantity]) -> list[Quantity]:
        """The gradients after a clipping that clips none of them."""
        after = [q for q in clipped if q.local == "dw_clipped"]
        same = all(np.array_equal(self.values[q.name], self.values[f"d{q.parameter}"]) for q in after)
        return after if same and not any(self.trace.put_in(q.name) for q in after) else []

    def steps(self) -> Iterator[tuple[int, str, list[Quantity]]]:
        """The steps that have lines: number, title and quantities."""
        number = len(self.trace.network.layers) + 1
        for title, quantities in ((CHAIN, self.chained), (CLIPPING, self.clipped)):
            if quantities or (title == CLIPPING and self.unclipped):
                yield number, title, quantities
                number += 1

    @cached
    def lines(self) -> dict[str, str]:
        """The name of the quantity by the number of its line."""
        return {
            f"{number}.{i}": quantity.name
            for number, _, quantities in self.steps()
            for i, quantity in enumerate(quantities, 1)
        }


def by_name(trace: Record, asked: str) -> str:
    """What is asked for by the number of its line, ``"5.2[0, 1]"``, by name; anything else as it is.

    Raises
    ------
    UnknownName : where a page has no line of that number
    """
    match = _NUMBER.fullmatch(asked) if isinstance(asked, str) else None
    if match is None:
        return asked
    hidden = Simplifier(trace.program, trace.results, trace.samples).hidden
    lines = Numbering(trace, trace.results, hidden).lines
    if match[1] not in lines:
        raise UnknownName("line", match[1], lines, "Lines of the backward pass have numbers.")
    return lines[match[1]] + (match[2] or "")


def layer_title(layers: Sequence[Layer], place: int) -> str:
    """What the step of a layer is called: ``input → hidden``, where with several hidden layers they are numbered."""
    if not layers[place].has_weights:
        return layers[place].label()
    dense = [i for i, layer in enumerate(layers) if layer.has_weights]
    hidden = len(dense) - 1

    def name(i: int) -> str:
        if i == 0:
            return "input"
        return "output" if i == len(dense) else "hidden" if hidden == 1 else f"hidden {i}"

    i = dense.index(place)
    return f"{name(i)} → {name(i + 1)}"
