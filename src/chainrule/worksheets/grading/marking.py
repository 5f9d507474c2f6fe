"""One learner's blanks marked: each by its key, and by its rule on the learner's own numbers before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.check import Answer
from chainrule.expressions import names
from chainrule.program.program import Quantity
from chainrule.walkthrough.by_hand import kept_digits
from chainrule.worksheets.blanks import Index, computed_lines
from chainrule.worksheets.grading.answers import Cell
from chainrule.worksheets.grading.cells import Unread, Written
from chainrule.worksheets.grading.numbers import Array, Numbers
from chainrule.worksheets.sheet import Worksheet

Read = Mapping[Cell, Written | Unread]
FEWEST = 2  # significant digits below which a rounded number tells too little
RIGHT, CARRIED, KILLED, WRONG, FEW, UNREAD, EMPTY = (
    "right", "carried", "killed", "wrong", "too few digits", "unread", "empty",
)  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """What was found of a blank.

    Parameters
    ----------
    name, index : the blank, as the sheet has it
    written : what stood there; None for nothing
    state : "right"; "carried", right on own numbers that are wrong; "killed", as carried, and these left nothing to
        count; "wrong"; "too few digits"; "unread"; "empty"
    mistakes : the catalogue's names of what may have been done
    source : the wrong lines that it was counted from
    """

    name: str
    index: Index
    written: Written | Unread | None
    state: str
    mistakes: tuple[str, ...] = ()
    source: tuple[str, ...] = ()


class Marker:
    """Marks a sheet, as often as it was worked on."""

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet, self._record = sheet, sheet.record
        self._program = sheet.record.program
        self._digits = kept_digits(self._program, sheet.conventions.digits)
        given = {
            line.name for _, steps in sheet.tasks.sections for s in steps for line in s.lines if line.result
        }
        self._lines = {name: _Line(sheet, self._program.quantities[name], self._digits[name])
                       for name in computed_lines(sheet.told)
                       if name in given and name in self._program.quantities}  # fmt: skip

    def marks(self, read: Read) -> list[Mark]:
        """A mark for each blank, in the order of the sheet."""
        right, own = Numbers(self._record), Numbers(self._record)
        found: list[Mark] = []
        wrong: list[str] = []
        for name, line in self._lines.items():
            if not line.cells:
                right.put(name, *line.key)
                own.put(name, *line.key)
                continue
            source = tuple(each for each in wrong if each in self._before(name))
            marks = _Marking(line, read, right, own, source).marks()
            wrong += [name] if any(mark.state in (WRONG, FEW, UNREAD) for mark in marks) else []
            found += marks
        return found

    def _before(self, name: str) -> set[str]:
        """The quantities that a line is computed from, directly or by way of others."""
        if name not in self._ancestors:
            found: set[str] = set()
            for form in (self._program.quantities[name].rule, self._program.quantities[name].textbook_form):
                for each in () if form is None else names(form):
                    if each.name in self._program.quantities:
                        found |= {each.name, *self._before(each.name)}
            self._ancestors[name] = found
        return self._ancestors[name]

    @cached_property
    def _ancestors(self) -> dict[str, set[str]]:
        return {}


class _Line:
    """A line of a sheet in the program's layout: what does not change from learner to learner."""

    def __init__(self, sheet: Worksheet, quantity: Quantity, digits: int) -> None:
        self.name, self.quantity, self.digits = quantity.name, quantity, digits
        self.shape = np.shape(sheet.record.results[self.name])
        self.formulas: list[Answer] = list(sheet.formulas.get(self.name, ()))
        places = np.asarray(sheet.places(self.name))
        self.cells = {
            index: np.unravel_index(int(places[index]), self.shape) if self.shape else ()
            for index in sheet.blanks.get(self.name, ())
        }
        key = np.empty(self.shape)
        for index in np.ndindex(places.shape):
            key.flat[int(places[index])] = float(sheet.key(self.name, index))
        self.key = key, 0.5 * units(key, digits)
        self.accepted = {
            index: tuple(map(float, sheet.accepted(self.name, index))) for index in self.cells
        }  # fmt: skip


class _Marking:
    """The marking of one line of one learner."""

    def __init__(
        self, line: _Line, read: Read, right: Numbers, own: Numbers, source: tuple[str, ...]
    ) -> None:
        self.line, self.right, self.own, self.source = line, right, own, source
        self.written = {index: read.get((line.name, index)) for index in line.cells}
        self.numbers = {index: w for index, w in self.written.items() if isinstance(w, Written)}

    def marks(self) -> list[Mark]:
        """A mark for each blank of the line; both kinds of numbers then have it, too."""
        states = {index: self._state(index) for index in self.line.cells}
        self._put(self.right, {i for i, state in states.items() if state == RIGHT})
        wrong = {i for i, state in states.items() if state == WRONG}
        mistakes = self._named(self.own, wrong) if wrong else ()
        self._put(self.own, set(self.numbers))
        return [
            Mark(self.line.name, index, self.written[index], state, mistakes if state == WRONG else (),
                 self.source if state in (CARRIED, KILLED) else ())
            for index, state in states.items()
        ]  # fmt: skip

    def _state(self, index: Index) -> str:
        written = self.written[index]
        if not isinstance(written, Written):
            return EMPTY if written is None else UNREAD
        accepted = self.line.accepted[index]
        if any(abs(written.value - each) <= self._reach(written, each) for each in accepted):
            return RIGHT
        if self._follows(self.right, index, written):
            return RIGHT
        if self.source and self._follows(self.own, index, written):
            return KILLED if self._is_killed(index) else CARRIED
        return FEW if any(abs(written.value - each) <= written.radius for each in accepted) else WRONG

    def _reach(self, written: Written, near: float) -> float:
        """How far a number may be from one that it stands for: half a unit of its last digit, or of the sheet's."""
        told = written.digits >= min(
            FEWEST, self.line.digits
        )  # 0.9 for 0.857 is none of its roundings that count
        own = written.radius if told else 0.0
        return max(own, 0.5 * float(units(np.asarray(near), self.line.digits))) * (1 + 1e-9)

    def _follows(self, numbers: Numbers, index: Index, written: Written) -> bool:
        """Whether the rule gives it on these numbers; or nearly, a unit of the last digit off, and no mistake does."""
        place = self.line.cells[index]
        reach, near = self._reach(written, written.value), False
        slack = float(units(np.asarray(written.value), self.line.digits)) if self.line.digits > 1 else 0.0
        for low, high in self._spans(numbers):
            if not (np.isfinite(low[place]) and np.isfinite(high[place])):
                continue
            off = max(low[place] - written.value, written.value - high[place])
            if off <= reach:
                return True
            near = near or off <= reach + slack
        return near and not self._made(numbers, {index})

    def _spans(self, numbers: Numbers) -> list[tuple[Array, Array]]:
        if numbers not in self._found:
            self._found[numbers] = list(numbers.spans(self.line.quantity, self.line.shape))
        return self._found[numbers]

    @cached_property
    def _found(self) -> dict[Numbers, list[tuple[Array, Array]]]:
        return {}

    def _is_killed(self, index: Index) -> bool:
        """Whether the learner's own numbers leave nothing to count here, and the right ones do."""
        place = self.line.cells[index]
        own, right = (each.idle(self.line.quantity, self.line.shape) for each in (self.own, self.right))
        return bool(own[place] and not right[place])

    def _named(self, numbers: Numbers, wrong: set[Index]) -> tuple[str, ...]:
        """What was done on these numbers: what gives all that was written in the line, or else what is wrong in it."""
        whole = {index for index, written in self.numbers.items() if written.digits >= FEWEST}
        slip = ("arithmetic_slip",) if len(wrong) < len(whole) else ()
        return self._made(numbers, whole) or self._made(numbers, wrong) or slip

    def _made(self, numbers: Numbers, cells: set[Index]) -> tuple[str, ...]:
        """The likeliest mistakes of which a formula gives what was written in these blanks."""
        for answer in self.line.formulas:
            value = numbers.value(answer.expr, self.line.shape)
            if value is not None and all(self._is(value[self.line.cells[i]], self.numbers[i]) for i in cells):
                return tuple(answer.names)
        return ()

    def _is(self, value: Any, written: Written) -> bool:
        return bool(abs(value - written.value) <= self._reach(written, float(value)))

    def _put(self, numbers: Numbers, taken: set[Index]) -> None:
        """The line's numbers: those of these blanks as they are written, the others as they are known or follow."""
        value, radius = (np.array(each) for each in self.line.key)
        if numbers is self.own:
            low, high = self._spans(numbers)[0]
            for place in self.line.cells.values():
                value[place], radius[place] = (low[place] + high[place]) / 2, (high[place] - low[place]) / 2
        for index in taken:
            place, written = self.line.cells[index], self.numbers[index]
            value[place] = written.value
            radius[place] = max(
                written.radius, 0.5 * float(units(np.asarray(written.value), self.line.digits))
            )
        numbers.put(self.line.name, value, radius)


def units(value: Array, digits: int) -> Array:
    """A unit of the last significant digit; 0 of a 0."""
    size = np.abs(value)
    with np.errstate(all="ignore"):
        return np.where((size > 0) & np.isfinite(size), 10.0 ** (np.floor(np.log10(size)) - digits + 1), 0.0)
