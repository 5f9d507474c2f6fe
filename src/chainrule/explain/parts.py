"""Parts of a walk-through: some of its steps, or its formulas without numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from chainrule.errors import InputError
from chainrule.explain.explanation import Explanation
from chainrule.explain.given import given_line
from chainrule.explain.line import same_words
from chainrule.explain.signs import signs_used
from chainrule.expressions import names
from chainrule.walkthrough.lines import Line, WorkedStep

Section = tuple[str, tuple[WorkedStep, ...]]

_RANGE = re.compile(r"\s*(\d+)\s*(?:[-–]\s*(\d+)\s*)?")


def some_steps(told: Explanation, asked: str | int) -> Explanation:
    """Some steps of a walk-through, and as given what they start from.

    Parameters
    ----------
    told : the whole
    asked : ``5``, ``"2-4"`` or ``"1,5"``; the loss, which has no number, is told between the steps beside it

    Raises
    ------
    InputError : where there is no such step
    """
    known = sorted({step.number for _, steps in told.sections for step in steps if step.number is not None})
    wanted = _numbers(asked, known)
    layers = len(told.trace.network.layers)
    computed = [(title, steps) for title, steps in told.sections if title not in ("GIVEN", "SIGNS")]
    sections: list[Section] = []
    for title, steps in computed:
        loss = title == "LOSS" and {layers, layers + 1} <= wanted
        kept = tuple(step for step in steps if step.number in wanted or loss)
        sections += [(title, kept)] if kept else []
    lines = [line for _, steps in sections for step in steps for line in step.lines]
    start = WorkedStep(None, "", tuple(_given(told, lines)), _remarks(told))
    before: list[Section] = [("GIVEN", (start,))] if start.lines else []
    return _with_signs(replace(told, sections=(*before, *sections)), told.values is not told.trace.results)


def _numbers(asked: str | int, known: list[int]) -> set[int]:
    found: set[int] = set()
    for part in str(asked).split(","):
        match = _RANGE.fullmatch(part)
        if match is None or isinstance(asked, bool):
            raise InputError(
                f"steps = {asked!r}: give the number of a step, or several, such as '5', '2-4', '1,5'."
            )
        first, last = int(match[1]), int(match[2] or match[1])
        missing = [number for number in (first, last) if number not in known]
        if missing or first > last:
            raise InputError(f"steps = {asked!r}: there are the steps {known[0]} to {known[-1]}.")
        found |= set(range(first, last + 1))
    return found


def _read(lines: Iterable[Line]) -> set[str]:
    formulas = [form for line in lines for form in (line.rule, line.chain) if form is not None]
    return {name.name for form in formulas for name in names(form) if not name.scalar}


def _given(told: Explanation, lines: list[Line]) -> Iterator[Line]:
    """What some lines read and do not compute themselves: what comes from outside, then results of other lines."""
    ahead = _read(lines) - {line.name for line in lines}
    for title, steps in told.sections:
        if title == "GIVEN":
            yield from (line for step in steps for line in step.lines if line.name in ahead)
    for name in told.trace.program.quantities:
        if name in ahead:
            yield given_line(told.trace, told.values, name, "")


def _remarks(told: Explanation) -> tuple[str, ...]:
    """What is said of what is given: an optimizer's state at the start, the cells of a table."""
    return next(steps[0].remarks for title, steps in told.sections if title == "GIVEN")


def formulas_alone(told: Explanation) -> Explanation:
    """The formulas of a walk-through, without numbers: those of this network, this loss and this many samples."""
    sections: list[Section] = []
    for title, steps in told.sections:
        if title in ("GIVEN", "SIGNS"):
            continue
        kept = tuple(replace(step, lines=tuple(_formulas(told, step.lines)), remarks=()) for step in steps)
        some = tuple(step for step in kept if step.lines)
        sections += [(title, some)] if some else []
    first, *rest = told.heading
    parts = re.split(r" {4,}", first)
    return _with_signs(
        replace(told, heading=("    ".join(parts[:-1]), *rest), sections=tuple(sections)), None
    )


def _formulas(told: Explanation, lines: Iterable[Line]) -> Iterator[Line]:
    """Lines without numbers; one whose formula says no more than its name is left out."""
    for line in lines:
        if told.trace.put_in(line.name):  # no formula gives it
            yield line
        elif not same_words(line.rule, line.name):
            note = "" if line.obvious else line.note
            yield replace(
                line, obvious=False, numbers=False, worked=None, relation="=", note=note, result=False
            )


def _with_signs(told: Explanation, by_hand: bool | None) -> Explanation:
    steps = [step for _, steps in told.sections for step in steps]
    signs = tuple(signs_used(steps, told.trace.results, by_hand))
    return replace(told, sections=(*told.sections, ("SIGNS", (WorkedStep(None, "", (), signs),))))
