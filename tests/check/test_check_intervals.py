"""Intervals hold every result that an operation gives on numbers inside them."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.check.intervals import Interval, run_on_intervals
from chainrule.expressions.node import TABLE, Operation

SETTINGS = {
    "sum": {"axis": 0, "keepdims": False}, "max": {"axis": 1, "keepdims": True}, "pick_rows": {"start": 0, "step": 3},
    "put_rows": {"start": 0, "step": 2}, "indicator": {"dtype": np.dtype(np.float64)},
    "where": {"dtype": np.dtype(np.float64)}, "cast": {"dtype": np.dtype(np.float64)},
}  # fmt: skip
OPERANDS = {"where": 3, "log": 1, "column": 1}


def _operands(row: Operation) -> int:
    if row.name in OPERANDS:
        return OPERANDS[row.name]
    fields = set(row.text.split("{")[1:])
    two = row.precedence in (30,) or row.name in ("power", "logaddexp", "maximum", "minimum", "matmul")
    return 2 if two or len(fields) == 2 else 1


WHOLE = [
    row for row in dict.fromkeys(TABLE.values()) if row.name not in ("total", "largest")
]  # those are of entries


@pytest.mark.parametrize("row", WHOLE, ids=lambda row: row.name)
def test_what_an_operation_gives_lies_within(row: Operation) -> None:
    rng = np.random.default_rng(7)
    count, settings = _operands(row), SETTINGS.get(row.name, {})
    positive = row.name in ("log", "sqrt", "log1p", "reciprocal", "power")
    for _ in range(40):
        middles = [
            rng.uniform(0.3, 3, (3, 3)) if positive else rng.normal(size=(3, 3)) * 2 for _ in range(count)
        ]
        if row.name == "column":
            middles = [middle[0] for middle in middles]
        radii = [rng.choice([0.0, 1e-3, 0.2], middle.shape) for middle in middles]
        if row.name in ("where", "indicator"):
            middles[0], radii[0] = (middles[0] > 0) * 1.0, radii[0] * 0
        spans = [Interval.around(m, r) for m, r in zip(middles, radii, strict=True)]
        with np.errstate(all="ignore"):
            found = run_on_intervals(row, list(spans), settings)
            for _ in range(20):
                drawn = [m + r * rng.uniform(-1, 1, m.shape) for m, r in zip(middles, radii, strict=True)]
                value = np.asarray(row.run(*drawn, **settings), float)
                rounding = 1e-12 * (1 + np.abs(value))
                assert np.all((found.low - rounding <= value) & (value <= found.high + rounding))


def test_numbers_alone_stay_numbers() -> None:
    add = next(row for row in TABLE.values() if row.name == "add")
    assert run_on_intervals(add, [0.5, 2], {}) == 2.5


def test_what_meets() -> None:
    assert Interval.around([1.0, np.nan], 0.1).meets(Interval.around([1.15, np.nan], 0.1))
    assert not Interval.around([1.0], 0.1).meets(Interval.around([1.25], 0.1))
    assert not Interval.around([np.nan], 0.1).meets(Interval.around([1.0], 0.1))
    assert not Interval.around([1.0], 0.1).meets(Interval.around([[1.0]], 0.1))
