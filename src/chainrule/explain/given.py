"""What a step is given: samples, parameters, and what chance and the steps before it brought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from chainrule.explain.images import FEW, pictures
from chainrule.expressions import Name
from chainrule.model.model import reads_tables
from chainrule.model.record import Record
from chainrule.notation import display, numeral
from chainrule.walkthrough.lines import KINDS, Line, WorkedStep

ORDER = ("input", "target", "weight", "parameter", "constant", "buffer", "noise", "held", "state")
# Kinds that a line names; the others are known by their letters.
SAID = ("weight", "noise", "constant", "buffer", "held")


def given(trace: Record, values: Mapping[str, Any]) -> WorkedStep:
    """A line for every array from outside; those of an optimizer's state that are still as at first in one sentence."""
    leaves = {
        name: kind for name, kind in trace.program.leaves.items() if np.ndim(values[name]) or kind == "held"
    }
    arrays = {name: kind for wanted in ORDER for name, kind in leaves.items() if kind == wanted}
    fresh: dict[str, list[str]] = {}
    lines = []
    for name, kind in arrays.items():
        start = np.ravel(values[name])[0]
        if kind == "state" and trace.step_number == 1 and np.all(np.asarray(values[name]) == start):
            fresh.setdefault(numeral(start), []).append(display(name))
        else:
            lines.append(given_line(trace, values, name, KINDS[kind] if kind in SAID else ""))
    return WorkedStep(None, "", tuple(lines), (*_of_table(trace, values), *_fresh(fresh)))


def given_line(trace: Record, values: Mapping[str, Any], name: str, note: str) -> Line:
    """A line that is no more than a name and its value, and for images what they look like."""
    shown = pictures(trace, values) if name == trace.program.data else None
    return Line("", name, None, Name(name), True, False, "=", values[name], note, None, pictures=shown)


def _of_table(trace: Record, values: Mapping[str, Any]) -> Iterator[str]:
    """For inputs that are rows of a table, how the first ones stood there, and what columns they become."""
    first: Any = trace.network.layers[0]
    if reads_tables(trace.network):
        rows = np.asarray(values[trace.program.data], np.float64)
        for row, cells in enumerate(rows[:FEW]):
            which = f", row {row}" if len(rows) > 1 else ""
            yield f"In the table{which}: {'; '.join(first.told(cells))}."
        yield f"The columns of {display(trace.program.prepared)}: {'; '.join(first.features)}."


def _fresh(states: Mapping[str, list[str]]) -> Iterator[str]:
    for value, names in states.items():
        yield f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} {value} everywhere."
