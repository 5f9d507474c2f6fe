"""What the page can be asked about a step: why a number is what it is, what if it were another, and is mine right."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.explain.why import why
from chainrule.model.record import Record
from chainrule.notation import display, entry_text, numeral
from chainrule.page.formulas import Marks, entry, marked_numbers, pieces
from chainrule.parts.contract import Array
from chainrule.walkthrough.derived_entry import DerivedEntry
from chainrule.walkthrough.gradient_check import GradientCheck, GradientChecks
from chainrule.writers.equations import small_brackets
from chainrule.writers.trees.remarks import remarks, written_out

POINTS = 41  # of a nudge's curve
MOST_CHANGED = 60  # entries that a what-if tells
ENOUGH = 3  # significant digits of an answer
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")


def derived(record: Record, asked: str, depth: int) -> tuple[dict[str, Any], dict[str, Array]]:
    """One number, derived: its rule with numbers, what it is made of, and a nudge with its curve.

    Raises
    ------
    UnknownName, InputError : for what is no entry
    """
    found = why(record, asked, depth)
    marks = Marks()
    numbers = marked_numbers(record.results, marks)
    told = _told(found, True)
    if found.rule is not None:
        told["rows"] = [_row("=", numbers.names(found.rule), found.formula, marks)]
        if found.counts:
            told["rows"].append(_row(found.relation, numbers.entry(found.rule), found.numbers, marks))
    arrays: dict[str, Array] = {}
    if found.nudge is not None:
        told["nudge"] = _nudge(found.nudge)
        arrays["curve"] = _curve(record, found.name.removeprefix("d"), found.index)
    return told, arrays


def _row(sign: str, latex: str, text: str, marks: Marks) -> dict[str, Any]:
    return {
        "sign": sign,
        "pieces": [marks.mathml(piece) for piece in pieces(small_brackets(latex))],
        "text": text,
    }


def _told(found: DerivedEntry, root: bool) -> dict[str, Any]:
    return {
        "entry": entry(found.name, found.index), "shown": found.entry, "name": found.name, "index": list(found.index),
        "value": found.value if math.isfinite(found.value) else str(found.value), "text": numeral(found.value),
        "kind": found.kind, "formula": found.formula, "numbers": found.numbers, "relation": found.relation,
        "note": remarks(found, root), "parts": [_told(part, False) for part in found.parts], "cut": found.cut,
    }  # fmt: skip


def _nudge(nudge: GradientCheck) -> dict[str, Any]:
    slope = written_out(nudge)
    return {**nudge.to_dict(), "head": slope.head, "text": slope.text, "verdict": slope.verdict}


def _curve(record: Record, name: str, index: tuple[int, ...]) -> Array:
    """L for values around that of an entry."""
    value = record.results[name]
    at = float(value[index] if np.ndim(value) else value)
    nudged = GradientChecks(record).nudged(name, index)
    half = max(1.0, 1.6 * abs(at))
    moves = np.linspace(-half, half, POINTS)
    with np.errstate(all="ignore"):
        return np.array([at + moves, [nudged.loss(float(move)) for move in moves]])


def supposed(record: Record, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What comes out otherwise where some numbers are held.

    Raises
    ------
    UnknownName, InputError, KindError : for what can't be held
    """
    other = record.what_if(changes)
    changed = []
    for name in other.changed():
        before, after = (np.asarray(each.results[name]) for each in (record, other))
        for index in np.argwhere(before != after):
            at = tuple(map(int, index))
            told = [{"value": float(each[at]), "text": numeral(each[at])} for each in (before, after)]
            changed.append({"entry": entry(name, at), "shown": entry_text(display(name), at) if at else display(name),
                            "before": told[0], "after": told[1]})  # fmt: skip
    losses = [
        {"value": each.loss, "text": numeral(each.loss)} for each in (record, other) if "L" in each.results
    ]
    return {
        "changes": {text: float(np.ravel(value)[0]) for text, value in changes.items()}, "loss": losses,
        "changed": changed[:MOST_CHANGED], "count": len(changed),
    }  # fmt: skip


def marked(record: Record, asked: str, answer: str) -> dict[str, Any]:
    """Whether an answer is right: whether the number lies in the interval that the answer's digits allow.

    Raises
    ------
    UnknownName, InputError : for what is no entry, and an answer that is no number
    """
    found = why(record, asked, 0)
    text = str(answer).strip().replace("−", "-").replace(",", ".")
    if not _NUMBER.fullmatch(text):
        raise InputError(f"{answer!r} is no number: write one such as 1.37.")
    given = Decimal(text)
    half = Decimal(1).scaleb(int(given.as_tuple().exponent)) / 2
    low, high = given - half, given + half
    value = Decimal(found.value)
    slack = abs(value) * Decimal("1e-12")  # what rounding of floats may have done
    inside = low - slack <= value <= high + slack
    exact = abs(value - given) <= Decimal("5e-7")
    enough = exact or len(given.as_tuple().digits) >= ENOUGH
    says = f"{text} stands for {_plain(low)} to {_plain(high)}"
    if inside and enough:
        words = f"Right: {says}, and {found.entry} = {numeral(found.value)}."
    elif inside:
        words = f"Near, but {says}, and that is wide: give {ENOUGH} digits."
    elif low - slack <= -value <= high + slack:
        words = f"The size is right, the sign is not: {says}."
    else:
        words = f"Not yet: {says}, and {found.entry} does not lie there."
    return {"entry": asked, "right": bool(inside and enough), "interval": [float(low), float(high)], "text": words,
            "formula": found.formula}  # fmt: skip


def _plain(value: Decimal) -> str:
    return format(value.normalize() + 0, "f")
