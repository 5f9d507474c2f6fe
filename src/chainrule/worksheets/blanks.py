"""Which numbers of a step a worksheet leaves out, and which lines it shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from chainrule.errors import InputError, KindError, UnknownName
from chainrule.explain.explanation import Explanation
from chainrule.explain.numbering import by_name
from chainrule.expressions import names
from chainrule.model.record import Record
from chainrule.notation import display
from chainrule.walkthrough.lines import SMALL, Line

Index = tuple[int, ...]
Blanks = Mapping[str, tuple[Index, ...]]
COMPUTED = ("FORWARD", "LOSS", "BACKWARD", "UPDATE")  # the sections of a walk-through whose lines have a rule


def computed_lines(told: Explanation) -> dict[str, Line]:
    """The lines of a walk-through that have a rule, by name, in order."""
    return {
        line.name: line
        for title, steps in told.sections if title in COMPUTED
        for step in steps for line in step.lines
    }  # fmt: skip


def chosen(
    record: Record, told: Explanation, asked: str | Sequence[str] | None
) -> dict[str, tuple[Index, ...]]:
    """The entries that are asked for, by quantity: all of the step's lines, unless some are named.

    Parameters
    ----------
    record : the step
    told : its walk-through
    asked : names such as "dz1", entries such as "dW1[0, 1]", numbers of lines such as "5.6"

    Raises
    ------
    InputError, KindError, UnknownName : for what is no line of the step, or too large for a sheet
    """
    lines = computed_lines(told)
    found: dict[str, dict[Index, None]] = {}
    for text in lines if asked is None else _words(asked):
        name, index = record.locate(by_name(record, text))
        if name not in lines:
            raise UnknownName(
                "line of the walk-through", name, lines, "Only a line can be left blank.", display
            )
        whole = np.ndindex(np.shape(record.results[name]))
        found.setdefault(name, {}).update(dict.fromkeys(whole if index is None else [index]))
    if not found:
        raise InputError(
            "blanks = []: name at least one line, such as 'dz1'; or leave it out, for all lines."
        )
    return {name: tuple(sorted(found[name])) for name in lines if name in found}


def _words(asked: str | Sequence[str]) -> Iterable[str]:
    if isinstance(asked, str):
        return [asked]
    if not isinstance(asked, Sequence) or not all(isinstance(each, str) for each in asked):
        raise KindError(f"blanks = {asked!r}: give names of lines, such as ['dz1', 'dW1'].")
    return asked


def check_sizes(record: Record) -> None:
    """Raise InputError where an array is too large to be written out on a sheet."""
    for name, value in record.results.items():
        if any(size > SMALL for size in np.shape(value)):
            raise InputError(
                f"{display(name)} has the shape {np.shape(value)}: a worksheet shows every number, so at most {SMALL} "
                "samples, inputs and units a layer."
            )


def faded(blanks: Blanks, given: float) -> dict[str, tuple[Index, ...]]:
    """The same with the first cells of each line given, as an example to go by; one at least stays blank.

    Parameters
    ----------
    blanks : the entries that are asked for
    given : which part of each line is given
    """
    return {
        name: cells[min(int(len(cells) * given), len(cells) - 1) :]
        for name, cells in blanks.items()
    }  # fmt: skip


def shown(lines: Mapping[str, Line], blanks: Iterable[str]) -> set[str]:
    """The lines that a sheet shows: those with blanks, and those that lead to them; others would give them away."""
    found: set[str] = set()
    ahead = list(blanks)
    while ahead:
        name = ahead.pop()
        if name in lines and name not in found:
            found.add(name)
            ahead += read_by(lines[name])
    return found


def read_by(line: Line) -> Iterator[str]:
    """What a line is computed from."""
    yield from (name.name for name in names(line.rule))
