"""Answers graded: read, marked blank by blank, and counted."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from chainrule.errors import InputError, KindError, UnknownName
from chainrule.utils.checks import short, truth
from chainrule.worksheets.grading.answers import Answers, Blanks, answers_of, sheet_of
from chainrule.worksheets.grading.gradebook import Grades
from chainrule.worksheets.grading.grades import Grade, Scheme
from chainrule.worksheets.grading.marking import Marker
from chainrule.worksheets.sheet import Worksheet

CARRY = ("best", "never")


def grade(
    sheets: Sequence[Worksheet],
    given: Any,
    *,
    carry: str = "best",
    points: Mapping[str, float] | None = None,
    answers: bool = False,
    decimal: str | None = None,
) -> Grades:
    """Grade answers to worksheets; see `Exercise.grade`."""
    if not isinstance(carry, str) or carry not in CARRY:
        raise InputError(f"carry = {short(carry)}: it is 'best' or 'never'.")
    if decimal is not None and (not isinstance(decimal, str) or decimal not in (".", ",")):
        raise InputError(f"decimal = {short(decimal)}: it is '.' or ','.")
    if points is not None and not isinstance(points, Mapping):
        raise KindError(f'points = {short(points)} is no dict: give points by name, such as {{"dz1": 2}}.')
    scheme = Scheme(carry, _points(points or {}, sheets), truth(answers, "answers"))
    learners = _learners(given)
    chosen = [(each, sheet_of(each, sheets)) for each in learners]
    markers: dict[int, tuple[Marker, Blanks]] = {}
    found = []
    for each, sheet in chosen:
        if sheet.number not in markers:
            markers[sheet.number] = Marker(sheet), Blanks(sheet)
        marker, blanks = markers[sheet.number]
        read, other = blanks.read(each.given, decimal)
        if not read and len(other) == len(each.given) and len(learners) == 1 and other:
            raise UnknownName("blank of the sheet", other[0], sheet.keys)
        found.append(Grade(each.learner, sheet, marker.marks(read), scheme, other))
    return Grades(tuple(found))


def _learners(given: Any) -> list[Answers]:
    if isinstance(given, str | os.PathLike):
        from chainrule.worksheets.grading.files import read_answers

        found = read_answers(given)
    else:
        found = answers_of(given)
    if not found:
        raise InputError('there are no answers: give at least one, such as {"dz1[0, 1]": 0.857}.')
    return found


def _points(points: Mapping[str, float], sheets: Sequence[Worksheet]) -> dict[str, float]:
    """The points by line and by blank, checked."""
    names = {name: None for sheet in sheets for name in (*sheet.blanks, *sheet.keys)}
    tight = {name.replace(" ", ""): name for name in names}
    found = {}
    for name, value in points.items():
        if not isinstance(name, str) or name.replace(" ", "") not in tight:
            raise UnknownName("line or blank of the sheet", name, names)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise InputError(f"points of {name} = {short(value)}: give a number from 0 on.")
        found[tight[name.replace(" ", "")]] = float(value)
    return found
