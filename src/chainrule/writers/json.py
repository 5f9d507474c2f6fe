"""A walk-through, or a derivation, as plain data, ready for JSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.expressions.node import names
from chainrule.notation import formula
from chainrule.walkthrough.derived_entry import DerivedEntry
from chainrule.walkthrough.lines import Line, Walkthrough, WorkedStep
from chainrule.walkthrough.substitution import Substitution, plain_numbers
from chainrule.writers.equations import relation_of, written
from chainrule.writers.latex import plain_spaces
from chainrule.writers.schema import ID

MOST = 10_000  # entries of a line's array that are written out


def as_dict(explanation: Walkthrough) -> dict[str, Any]:
    """A walk-through as dicts, lists, strings, numbers and None; NaN and infinity are strings.

    `Explanation.schema` describes each field.
    """
    trace = explanation.trace
    put = plain_numbers(explanation.values)
    return {
        "schema": ID,
        "heading": [plain_spaces(line) for line in explanation.heading],
        "network": trace.network.title(),
        "samples": trace.samples,
        "loss": number(explanation.values["L"]) if "L" in explanation.values else None,
        "arithmetic": "exact" if explanation.values is trace.results else "by_hand",
        "given": _given(explanation),
        "sections": [
            {"title": title.capitalize(), "steps": [_step(step, put) for step in steps]}
            for title, steps in explanation.sections
        ],
    }


def _given(explanation: Walkthrough) -> dict[str, Any]:
    """What comes from outside, whole: on a page of one quantity what its formula reads, and all single numbers."""
    whole = len(explanation.sections) > 1
    lines = [line for _, steps in explanation.sections for step in steps for line in step.lines]
    formulas = [form for line in lines for form in (line.rule, line.chain) if form is not None]
    read = {name.name for form in formulas for name in names(form)}
    values = explanation.values
    return {
        name: {"kind": kind, "value": numbers(values[name])}
        for name, kind in explanation.trace.program.leaves.items()
        if whole or name in read or np.ndim(values[name]) == 0
    }


def tree_as_dict(root: DerivedEntry) -> dict[str, Any]:
    """A derivation as dicts, lists, strings, numbers and None; NaN and infinity are strings.

    Keys of each entry: entry, value, and what there is of formula, numbers, kind, note, cut, relation, nudge; parts.
    """
    found: dict[str, Any] = {"entry": root.entry, "value": number(root.value)}
    for key in ("formula", "numbers", "kind", "note"):
        if text := getattr(root, key):
            found[key] = text
    if root.cut is not None:
        found["cut"] = root.cut
    if root.counts:
        found["relation"] = root.relation
    if root.nudge is not None:
        found["nudge"] = root.nudge.to_dict()
    found["parts"] = [tree_as_dict(part) for part in root.parts]
    return found


def _step(step: WorkedStep, put: Substitution) -> dict[str, Any]:
    return {
        "number": step.number,
        "title": step.title,
        "lines": [_line(line, put) for line in step.lines],
        "remarks": list(step.remarks),
    }


def _line(line: Line, put: Substitution) -> dict[str, Any]:
    many = line.result and np.size(line.value) > MOST
    return {
        "number": line.number,
        "name": line.name,
        "formula": formula(line.rule),
        "latex": written(line.rule),
        "chain": None if line.chain is None else formula(line.chain),
        "chain_note": line.chain_note,
        "numbers": _numbers(line, put),
        "relation": relation_of(line),
        "value": numbers(line.value) if line.result and not many else None,
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
