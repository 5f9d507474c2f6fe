"""Where the columns of a table go: matrices of 0 and 1, which pick columns and put them in their places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chainrule.parts.contract import Array
from chainrule.parts.tables.column import CATEGORY, Column


def blocks(columns: Sequence[Column]) -> dict[str, Array]:
    """The constants of `Columns`: what fills each column, and of each block of those that it has what is picked for it,
    what it is compared with or scaled by, and where it goes.
    """
    raw, width = len(columns), sum(len(column.features) for column in columns)
    numbers: list[tuple[int, int]] = []
    codes: list[tuple[int, int, float]] = []
    flags: list[tuple[int, int]] = []
    at = 0
    for place, column in enumerate(columns):
        if column.kind == CATEGORY:
            codes += [(place, at + i, code) for i, code in enumerate(column.codes)]
        else:
            numbers.append((place, at))
            flags += [(place, at + 1)] if column.missing else []
        at += len(column.features)
    found = {"fill": np.array([column.fill for column in columns])}
    if numbers:
        own = [columns[place] for place, _ in numbers]
        found["center"] = np.array([column.center for column in own])
        found["scale"] = np.array([column.scale for column in own])
    if numbers and (codes or flags):
        found["number_from"] = _ones(raw, len(numbers), [(place, i) for i, (place, _) in enumerate(numbers)])
        found["number_to"] = _ones(len(numbers), width, [(i, to) for i, (_, to) in enumerate(numbers)])
    if codes:
        found["category_from"] = _ones(raw, len(codes), [(place, i) for i, (place, _, _) in enumerate(codes)])
        found["code"] = np.array([code for _, _, code in codes])
        found["category_to"] = _ones(len(codes), width, [(i, to) for i, (_, to, _) in enumerate(codes)])
    if flags:
        found["missing_to"] = _ones(raw, width, flags)
    return found


def _ones(rows: int, columns: int, places: Sequence[tuple[int, int]]) -> Array:
    made = np.zeros((rows, columns))
    for at in places:
        made[at] = 1
    return made
