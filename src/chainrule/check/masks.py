"""What chance decided on a learner's sheet: found from the lines that read it, where it was not given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.check.intervals import Array
from chainrule.check.sheet import Given, Sheet
from chainrule.expressions import evaluate, names
from chainrule.model.record import Record
from chainrule.program.program import Quantity

CERTAIN = 1 - 1e-9  # the largest number that chance is taken to draw


def with_masks(record: Record, given: Mapping[str, Given]) -> dict[str, Given]:
    """The learner's quantities, and the masks of dropout as they must have been for them.

    A mask has two values, that of the lowest number that chance can draw and that of the highest; of each entry the one
    is taken with which the lines that were given come nearer to their rules, and the step's own where both do.
    """
    sheet = Sheet(record, given)
    found = dict(given)
    for name in sheet.chance:
        quantity = record.program.quantities[name]
        noise = [n.name for n in names(quantity.rule) if record.program.leaves.get(n.name) == "noise"]
        if name not in given and all(record.program.noise[each][0] == "uniform" for each in noise):
            mask = _mask(sheet, quantity, noise)
            if mask is not None:
                found[name] = Given(mask, 0.0)
    return found


def _mask(sheet: Sheet, quantity: Quantity, noise: list[str]) -> Array | None:
    """The mask with which its readers' lines come out best; None where none of them was given."""
    readers = [
        q for q in sheet.program.quantities.values()
        if q.name in sheet.given and quantity.name in {n.name for n in names(q.rule)}
    ]  # fmt: skip
    own = np.asarray(sheet.record.results[quantity.name], np.float64)
    off, on = (_drawn(sheet, quantity, noise, drawn) for drawn in (0.0, CERTAIN))
    readers = [q for q in readers if sheet.given[q.name].value.shape == own.shape]
    if not readers:
        return None
    gain = sum(_misses(sheet, quantity, q, off) - _misses(sheet, quantity, q, on) for q in readers)
    return np.where(gain > 0, on, np.where(gain < 0, off, own))


def _drawn(sheet: Sheet, quantity: Quantity, noise: list[str], drawn: float) -> Array:
    like = {name: np.full_like(sheet.record.results[name], drawn, dtype=np.float64) for name in noise}
    return np.asarray(evaluate(quantity.rule, {**sheet.record.results, **like}), np.float64)


def _misses(sheet: Sheet, quantity: Quantity, reader: Quantity, mask: Array) -> Any:
    """How far each entry of a line is from its rule with that mask."""
    read = {n.name: sheet.values[n.name] for n in names(reader.rule) if n.name != quantity.name}
    value = evaluate(reader.rule, {**read, quantity.name: mask})
    return np.abs(value - sheet.given[reader.name].value)
