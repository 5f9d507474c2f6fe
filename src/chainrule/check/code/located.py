"""Where the quantities of a step stand in a program: their lines, their names there, and how they are laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.check.code.book import Book, close
from chainrule.check.code.follow import Trial
from chainrule.check.code.rates import all_rates, together
from chainrule.check.code.recording import Event, Recording
from chainrule.check.code.source import cell_of
from chainrule.check.factors import Factor, allowed

LAMBDA = "<lambda>"
SOON = 200  # events after which a value goes by no name any more


@dataclass(frozen=True)
class Location:
    """Where a quantity stands.

    Parameters
    ----------
    line : of the file, or of the notebook's cell
    text : what stands there
    name : by which it goes there; empty where it has none
    file : of the program's own; empty for the program itself
    cell : of a notebook, from 1; 0 in a script
    factor : by which it differs from ours; empty for none
    columns : whether samples are columns
    """

    line: int
    text: str
    name: str = ""
    file: str = ""
    cell: int = 0
    factor: str = ""
    columns: bool = False

    @property
    def where(self) -> str:
        """The place in words."""
        cell = f"cell {self.cell}, " if self.cell else ""
        return f"{cell}line {self.line}" + (f" of {self.file}" if self.file else "")

    def __str__(self) -> str:
        more = (
            ["with the sign turned"]
            if self.factor == "-1"
            else [f"{self.factor} times ours"]
            if self.factor
            else []
        )
        more += ["samples as columns"] if self.columns else []
        name = f"`{self.name}`, " if self.name else ""
        return f"{name}{self.where}" + "".join(f", {each}" for each in more)

    def to_dict(self) -> dict[str, Any]:
        """It as what JSON can hold."""
        return {
            "line": self.line, "cell": self.cell or None, "file": self.file or None, "text": self.text,
            "name": self.name or None, "factor": self.factor or None, "columns": self.columns,
        }  # fmt: skip


def located(
    recording: Recording, book: Book, numbers: Mapping[str, Any], names: list[str], start: int, end: int
) -> dict[str, Location]:
    """Where the program has these quantities in a step, by name; those that it has."""
    found = {}
    forward = {"x", *(name for name in names if name[0] in "za")}
    for name in names:
        value = np.asarray(numbers[name], np.float64)
        scaled = name[0] == "d" or name == "L" or name not in forward
        pairs = book.find_scaled(value) if scaled else [(n, 1.0) for n in book.find(value)]
        place = _place(recording, numbers, value, pairs, start, end, whole=name == "L")
        if place is None and value.size > 1 and np.all(value == value.flat[0]):  # one number for all
            one = value.flat[0]
            pairs = [(n, size) for _, size in _sizes(numbers) for n in book.find(np.float64(size * one))]
            place = _place(recording, numbers, value, pairs, start, end)
        if place is None and value.ndim == 2:
            way = _one_by_one if len(value) == 1 else _row_by_row
            place = way(recording, book, numbers, value, start, end)
        if place is not None:
            found[name] = place
    return found


def _one_by_one(
    recording: Recording, book: Book, numbers: Mapping[str, Any], value: Any, start: int, end: int
) -> Location | None:
    """Where numbers are computed one after the other: the place that the first of them comes from, if all are there."""
    for factor, size in _sizes(numbers):
        found = [book.find(np.float64(size * entry)) for entry in value[0]]
        if all(found):
            place = _place(recording, numbers, value[0, :1], [(n, size) for n in found[0]], start, end)
            if place is not None and (place.factor == str(factor) or factor.size == 0):
                return place
    return None


def _row_by_row(
    recording: Recording, book: Book, numbers: Mapping[str, Any], value: Any, start: int, end: int
) -> Location | None:
    """Where a batch is computed one sample after the other: the place of the first one, if all are there."""
    for factor, size in _sizes(numbers):
        found = [book.find(size * row) for row in value]
        if all(found):
            place = _place(recording, numbers, value[:1], [(n, size) for n in found[0]], start, end)
            if place is not None and (place.factor == str(factor) or factor.size == 0):
                return place
    return None


def updated(recording: Recording, book: Book, trial: Trial, line: str) -> dict[str, Location]:
    """Where a new parameter is computed, as it is or as it should be and is not used."""
    name = line.removesuffix("_new")
    new, old = trial.step.new[name], trial.step.old[name]
    values = [] if np.array_equal(new, old) else [new]
    rate = abs(together(all_rates(trial.moves))[0])
    values += [old - rate * trial.moves.gradients[name], rate * trial.moves.gradients[name]]
    for value in values:
        numbers = [n for v in book.find(value) for n in recording.made_by.get(v, ()) if n >= trial.step.start]
        if numbers:
            return {line: location(recording, recording.events[min(numbers)])}
    return {}


def _place(
    recording: Recording,
    numbers: Mapping[str, Any],
    value: Any,
    pairs: list[tuple[int, float]],
    start: int,
    end: int,
    whole: bool = False,
) -> Location | None:
    """The first event of the step that such a value comes out of, in a scale that is usual."""
    known: dict[int, Factor] = {}
    for number, size in pairs:
        factor = next((f for f, s in allowed(numbers) if abs(s - size) <= 1e-6 * abs(s)), None)
        if factor is not None:
            known[number] = factor
    events = [
        recording.events[n] for v in known for n in recording.made_by.get(v, ()) if start <= n < end
    ]  # fmt: skip
    events = [e for e in events if not _given(recording, e)]
    if not events:
        return None
    if whole:  # where it is asked for, and not where a function of it is written
        events = [e for e in events if e.what.startswith("put ")] or events
    plainest = min(known[e.result].size for e in events)
    first = min((e for e in events if known[e.result].size == plainest), key=lambda e: _order(recording, e))
    factor = known[first.result]
    text = "" if factor.size == 0 else str(factor)
    return location(recording, first, text, _turned(recording.values[first.result], value))


def _sizes(numbers: Mapping[str, Any]) -> list[tuple[Factor, float]]:
    return [(factor, size) for factor, size in allowed(numbers) if factor.simple]


def _order(recording: Recording, event: Event) -> tuple[bool, int]:
    """What is computed comes before what is only passed on."""
    return event.what.startswith("put "), event.number


def _given(recording: Recording, event: Event) -> bool:
    return recording.places[event.place][3] == "given"


def _turned(theirs: Any, ours: Any) -> bool:
    theirs = np.asarray(theirs)
    if theirs.ndim != 2 or ours.ndim != 2 or 1 in theirs.shape:
        return False
    if theirs.shape != ours.shape:
        return True
    at = np.unravel_index(int(np.argmax(np.abs(ours))), ours.shape)
    return bool(ours[at]) and not close(theirs, ours * (theirs[at] / ours[at]), 1e-6)


def _called(recording: Recording, event: Event) -> Event:
    """An event, or for what a lambda gives the call of it: one line may serve several quantities."""
    for number in recording.made_by.get(event.result, ()):
        after = recording.events[number]
        if event.number < number < event.number + SOON and after.what == LAMBDA:
            return event if event.result in after.operands else after
    return event


def location(recording: Recording, event: Event, factor: str = "", columns: bool = False) -> Location:
    """The place of an event, with the name that its result goes by."""
    file, line, text, _ = recording.places[_called(recording, event).place]
    name, computed = "", not event.what.startswith("put ")
    for number in recording.made_by.get(event.result, ()):
        after = recording.events[number]
        if number >= event.number and after.what.startswith("put ") and number < event.number + SOON:
            name = after.what[4:]
            if not computed or recording.places[after.place][:2] == (file, line):
                file, line, text, _ = recording.places[after.place]
            break
    cell, line = cell_of(Path(recording.files[file]), line)
    other = "" if file == 0 else Path(recording.files[file]).name
    return Location(line, text, name, other, cell, factor, columns)
