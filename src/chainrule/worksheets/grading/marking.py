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
from chainrule.worksheets.grading.numbers import DUST, Array, Numbers
from chainrule.worksheets.sheet import Worksheet

Read = Mapping[Cell, Written | Unread]
NEAR = 0.01  # of a number: how far the digits before it may put it off
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


@dataclass(frozen=True)
class Kinds:
    """The numbers that a line may have been counted from.

    Parameters
    ----------
    right : right ones, as they are rounded
    own : the learner's own, as they are written
    full : the learner's own with all digits, where it is known how they were made
    """

    right: Numbers
    own: Numbers
    full: Numbers


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
        kinds = Kinds(*(Numbers(self._record) for _ in range(3)))
        found: list[Mark] = []
        wrong: list[str] = []
        for name, line in self._lines.items():
            if not line.cells:
                if not any(self._lines[each].cells for each in self._before(name) & set(self._lines)):
                    kinds.right.put(name, *line.key)
                    kinds.own.put(name, *line.key)
                continue
            source = tuple(each for each in wrong if each in self._before(name))
            marks = _Marking(line, read, kinds, source).marks()
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

    def __init__(self, line: _Line, read: Read, kinds: Kinds, source: tuple[str, ...]) -> None:
        self.line, self.right, self.own, self.full, self.source = (
            line,
            kinds.right,
            kinds.own,
            kinds.full,
            source,
        )
        self._found: dict[Numbers, list[tuple[Array, Array]]] = {}
        self.written = {index: read.get((line.name, index)) for index in line.cells}
        self.numbers = {index: w for index, w in self.written.items() if isinstance(w, Written)}

    def marks(self) -> list[Mark]:
        """A mark for each blank of the line; both kinds of numbers then have it, too."""
        states = {index: self._state(index) for index in self.line.cells}
        wrong = {index for index, state in states.items() if state in (WRONG, FEW)}
        mistakes = self._explained(wrong) if wrong else ()
        if mistakes:
            states |= dict.fromkeys(wrong, WRONG)
        self._put(self.right, {index for index, state in states.items() if state == RIGHT})
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
        if self.source and any(self._follows(kind, index, written) for kind in (self.own, self.full)):
            return KILLED if self._is_killed(index) else CARRIED
        return FEW if any(abs(written.value - each) <= written.radius for each in accepted) else WRONG

    def _reach(self, written: Written, near: float) -> float:
        """How far a number may be from one that it stands for: half a unit of its last digit, or of the sheet's."""
        own = (
            0.0 if self._few(written) else written.radius
        )  # 0.9 for 0.857 is none of its roundings that count
        return max(own, 0.5 * float(units(np.asarray(near), self.line.digits))) * (1 + 1e-9) + DUST

    def _few(self, written: Written) -> bool:
        return written.digits < min(FEWEST, self.line.digits)

    def _follows(self, numbers: Numbers, index: Index, written: Written) -> bool:
        """Whether the rule gives it on these numbers; or nearly, for the digits before it, and no mistake does."""
        place, near = self.line.cells[index], False
        for values, far in self._lines(numbers):
            value = float(values[place])
            off, reach = abs(written.value - value), self._reach(written, value)
            if off <= reach:
                return True
            unit = float(units(np.asarray(value), self.line.digits)) if self.line.digits > 1 else 0.0
            near = near or off <= reach + max(unit, min(float(far[place]), NEAR * abs(value)))
        return near and self._made(numbers, set(self.numbers)) is None

    def _lines(self, numbers: Numbers) -> list[tuple[Array, Array]]:
        if numbers not in self._found:
            self._found[numbers] = numbers.line(self.line.quantity, self.line.shape)
        return self._found[numbers]

    def _is_killed(self, index: Index) -> bool:
        """Whether the learner's own numbers leave nothing to count here, and the right ones do."""
        place = self.line.cells[index]
        own, right = (each.idle(self.line.quantity, self.line.shape) for each in (self.own, self.right))
        return bool(own[place] and not right[place])

    def _explained(self, wrong: set[Index]) -> tuple[str, ...]:
        """What was done: what gives all that was written in the line, or else what is wrong in it."""
        whole = set(self.numbers)
        several = wrong if len(wrong) > 1 else whole  # a single number is met by chance
        for cells in (whole, several):
            for kind in (self.own, self.full):
                answer = self._made(kind, cells)
                if answer is not None:
                    value = self.full.value(answer.expr, self.line.shape)
                    if cells == whole and value is not None:
                        self.full.put(self.line.name, np.array(value), np.zeros(self.line.shape))
                    else:
                        self._put(self.full, set(self.numbers))
                    return tuple(answer.names)
        self._put(self.full, set(self.numbers))
        few = any(self._few(self.numbers[index]) for index in wrong)
        return ("arithmetic_slip",) if len(wrong) < len(whole) and not few else ()

    def _made(self, numbers: Numbers, cells: set[Index]) -> Answer | None:
        """The likeliest mistake whose formula gives what was written in these blanks."""
        for answer in self.line.formulas:
            value = numbers.value(answer.expr, self.line.shape)
            if value is not None and all(self._is(value[self.line.cells[i]], self.numbers[i]) for i in cells):
                return answer
        return None

    def _is(self, value: Any, written: Written) -> bool:
        reach = DUST if self._few(written) else self._reach(written, float(value))
        return bool(abs(value - written.value) <= reach)

    def _put(self, numbers: Numbers, taken: set[Index]) -> None:
        """The line's numbers: those of these blanks as they are written, the others as they are known or follow."""
        value, radius = (np.array(each) for each in self.line.key)
        if numbers is not self.right:
            follows, far = self._lines(numbers)[0]
            for place in self.line.cells.values():
                value[place], radius[place] = follows[place], far[place]
        for index in taken:
            place, written = self.line.cells[index], self.numbers[index].value
            value[place], radius[place] = written, 0.5 * float(units(np.asarray(written), self.line.digits))
        numbers.put(self.line.name, value, radius)


def units(value: Array, digits: int) -> Array:
    """A unit of the last significant digit; 0 of a 0."""
    size = np.abs(value)
    with np.errstate(all="ignore"):
        return np.where((size > 0) & np.isfinite(size), 10.0 ** (np.floor(np.log10(size)) - digits + 1), 0.0)
