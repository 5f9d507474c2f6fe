"""Learners' answers to a sheet, by its blanks: from a dict of lines or entries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.notation import display, entry_text
from chainrule.utils.checks import short
from chainrule.worksheets.blanks import Index
from chainrule.worksheets.grading.cells import Unread, Written, read_cell
from chainrule.worksheets.sheet import Worksheet

Cell = tuple[str, Index]
NAMES = (
    "learner",
    "name",
    "student",
    "full name",
    "participant",
    "user",
    "id",
    "email",
    "e-mail address",
    "e-mail",
)
SHEETS = ("sheet", "worksheet", "sheet number", "number", "variant")


@dataclass(frozen=True)
class Answers:
    """What a learner gives.

    Parameters
    ----------
    learner : a name; empty for a single one without
    sheet : the sheet's number; None where none is given
    given : by a line's or an entry's name, what was written there
    """

    learner: str
    sheet: int | None
    given: Mapping[str, Any] = field(default_factory=dict)


def answers_of(data: Any, learner: str = "") -> list[Answers]:
    """The answers of one learner or of many.

    Parameters
    ----------
    data : {"dz1": [[…]], "dz1[0, 1]": 0.857, "name": …, "sheet": …}; a list of such dicts; or a dict of them, by name
    learner : who it is, where nothing in it says so

    Raises
    ------
    KindError
    """
    if isinstance(data, list):
        return [one for each in data for one in answers_of(each)]
    if not isinstance(data, Mapping) or not data:
        raise KindError(
            f'{short(data)} is no dict of answers: give {{"dz1[0, 1]": 0.857, …}}, or a list of such dicts.'
        )
    if not isinstance(data.get("answers", {}), Mapping):
        raise KindError(
            f'"answers" is {short(data["answers"])}: give a dict, such as {{"dz1[0, 1]": 0.857}}.'
        )
    if all(isinstance(each, Mapping) for each in data.values()) and "answers" not in data:
        return [one for name, each in data.items() for one in answers_of(each, str(name))]
    known = {str(name).strip().lower(): value for name, value in data.items()}
    who = next((str(known[word]).strip() for word in NAMES if known.get(word)), learner)
    sheet = next((_sheet(known[word]) for word in SHEETS if known.get(word) is not None), None)
    rest = data.get("answers", data)
    given = {str(n): v for n, v in rest.items() if str(n).strip().lower() not in (*NAMES, *SHEETS)}
    return [Answers(who, sheet, given)]


def _sheet(value: Any) -> int | None:
    """A sheet's number: 3, "3", "Worksheet 3 of 10"."""
    found = re.search(r"\d{1,18}", "" if value is None else str(value))
    return int(found[0]) if found else None


class Blanks:
    """The blanks of a sheet, found by what a learner or a form calls them."""

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet = sheet
        self._cells: dict[str, Cell] = {}
        self._lines: dict[str, str] = {}
        for name, index in sheet.cells():
            for said in (name, display(name)):
                self._cells.setdefault(_key(entry_text(said, index)), (name, index))
                self._lines[_key(said)] = name

    def read(
        self, given: Mapping[str, Any], decimal: str | None
    ) -> tuple[dict[Cell, Written | Unread], list[str]]:
        """The numbers by blank, and the names that are none of the sheet's."""
        found: dict[Cell, Written | Unread] = {}
        other = []
        for name, value in given.items():
            cells = self._named(name, value)
            if cells is None:
                other.append(name)
                continue
            for cell, each in cells:
                number = each if isinstance(each, Unread) else read_cell(each, decimal)
                if number is not None:
                    if cell in found and found[cell] != number:
                        number = Unread(str(each), "it is answered twice, and differently")
                    found[cell] = number
        return found, other

    def _named(self, name: str, value: Any) -> list[tuple[Cell, Any]] | None:
        for said in (name, name.rpartition(":")[2]):
            key = _key(said)
            if key in self._lines and (
                isinstance(value, list | tuple | np.ndarray) or key not in self._cells
            ):
                return list(self._of_line(self._lines[key], value))
            if key in self._cells:
                return [(self._cells[key], value)]
        return None

    def _of_line(self, name: str, value: Any) -> Iterator[tuple[Cell, Any]]:
        """A line's numbers, as an array like it, or one after the other for its blanks."""
        cells = self._sheet.blanks[name]
        shape = np.shape(self._sheet.told.values[name])
        array = np.array(value.tolist() if isinstance(value, np.ndarray) else value, dtype=object)
        if array.shape == shape:
            yield from (((name, index), array[index]) for index in cells)
        elif array.size == len(cells) and array.ndim < 2:
            yield from zip(((name, index) for index in cells), array.ravel(), strict=True)
        else:
            why = f"it has the shape {array.shape}, and {display(name)} is {shape}"
            yield from (((name, index), Unread(str(value), why)) for index in cells)


def _key(text: str) -> str:
    """A name without what forms change in it: ``dz1[0, 1]``, ``DZ1 [0,1]`` and ``dz1_0_1`` are one."""
    return re.sub(r"[\s\[\](){},;_.]+", "_", text).strip("_").lower()


def sheet_of(answers: Answers, sheets: Sequence[Worksheet]) -> Worksheet:
    """The sheet that somebody worked on.

    Raises
    ------
    InputError : where there are several and none is named, or one that is not there
    """
    if answers.sheet is None and len(sheets) == 1:
        return sheets[0]
    for sheet in sheets:
        if sheet.number == answers.sheet:
            return sheet
    who = answers.learner or "this learner"
    last = sheets[-1].number
    if answers.sheet is None:
        raise InputError(f'{who} gives no sheet number: there are {last}. Give one, as "sheet".')
    raise InputError(
        f"{who} gives the sheet {answers.sheet}: there {'is 1' if last == 1 else f'are 1 to {last}'}."
    )
