"""The walk-through as plain data, ready for JSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.notation import formula
from chainrule.walkthrough.lines import Line, Walkthrough, WorkedStep
from chainrule.walkthrough.substitution import Substitution
from chainrule.writers.equations import plain_numbers, relation_of, written
from chainrule.writers.latex import plain_spaces

MOST = 10_000  # entries of an array that are written out


def as_dict(explanation: Walkthrough) -> dict[str, Any]:
    """A walk-through as dicts, lists, strings, numbers and None; NaN and infinity are strings.

    Keys: heading, network, samples, loss, arithmetic, sections → steps → lines. Of a line: number,
    name, formula, latex, chain, numbers (the formula with its numbers put in, or null where they are too
    many), relation, value (null above 10,000 entries, and then a summary), shape, note, worked (one entry
    with its numbers), dust (the entries that are 0 but for rounding), choices (the comparisons that rounding has
    decided).
    """
    trace = explanation.trace
    put = plain_numbers(explanation.values)
    return {
        "heading": [plain_spaces(line) for line in explanation.heading],
        "network": trace.network.title(),
        "samples": trace.samples,
        "loss": number(explanation.values["L"]) if "L" in explanation.values else None,
        "arithmetic": "exact" if explanation.values is trace.results else "by_hand",
        "sections": [
            {"title": title.capitalize(), "steps": [_step(step, put) for step in steps]}
            for title, steps in explanation.sections
        ],
    }


def _step(step: WorkedStep, put: Substitution) -> dict[str, Any]:
    return {
        "number": step.number,
        "title": step.title,
        "lines": [_line(line, put) for line in step.lines],
        "remarks": list(step.remarks),
    }


def _line(line: Line, put: Substitution) -> dict[str, Any]:
    many = np.size(line.value) > MOST
    return {
        "number": line.number,
        "name": line.name,
        "formula": formula(line.rule),
        "latex": written(line.rule),
        "chain": None if line.chain is None else formula(line.chain),
        "numbers": _numbers(line, put),
        "relation": relation_of(line),
        "value": None if many else numbers(line.value),
        "summary": _summary(line.value) if many else None,
        "shape": list(np.shape(line.value)),
        "note": line.note,
        "dust": [list(index) for index in line.dust],
        "choices": list(line.choices),
        "worked": _worked(line, put),
    }


def _numbers(line: Line, put: Substitution) -> str | None:
    if line.numbers:
        return str(put.whole(line.rule))
    if line.worked is not None and np.size(line.value) == 1:
        return put.entry(line.worked.entry)
    return None


def _worked(line: Line, put: Substitution) -> dict[str, Any] | None:
    worked = line.worked
    if worked is None:
        return None
    return {
        "index": list(worked.index),
        "text": put.entry(worked.entry),
        "relation": worked.relation,
        "value": number(worked.value),
    }


def _summary(value: Any) -> dict[str, Any]:
    array = np.asarray(value, dtype=np.float64)
    return {"min": number(array.min()), "max": number(array.max()), "mean": number(array.mean())}


def numbers(value: Any) -> Any:
    """An array as nested lists of numbers, a single number as one."""
    array = np.asarray(value)
    if array.ndim == 0:
        return number(array[()])
    if array.dtype == object or not np.isfinite(array).all():
        return [numbers(part) for part in array]
    return array.tolist()


def number(value: Any) -> int | float | str:
    """A number as JSON has it: a whole number or a float; NaN and infinity as strings."""
    if isinstance(value, bool | np.bool_ | int | np.integer):
        return int(value)
    converted = float(value)
    return converted if np.isfinite(converted) else str(converted)
