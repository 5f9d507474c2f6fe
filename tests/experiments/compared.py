"""What the tests of comparisons share: samples, a short comparison, and a reader of its table."""

from __future__ import annotations

from typing import Any

import chainrule as cr
from chainrule.experiments import Comparison
from chainrule.parts.contract import Clipping, Layer, Penalty

X, y = cr.data.moons(120, seed=0, noise=0.3)
HELD = cr.data.moons(60, seed=1, noise=0.3)
SIZES = [2, 8, 6, 2]
HOW: dict[str, Any] = {"epochs": 4, "batch_size": 16, "progress": False}
NUMBERS = X[:, 0] * X[:, 1]


def compare(**how: Any) -> Comparison:
    return cr.compare(SIZES, X, y, **{"validation_data": HELD, **HOW, **how})


def cells(found: Comparison) -> list[list[str]]:
    """The rows of the printed table, split."""
    head, lines = found.about, str(found).splitlines()
    body = lines[len(head.splitlines()) + 1 :]
    rows = body[: body.index("")]
    return [row.split() for row in rows[-len(found) :]]


def assert_whole(found: Comparison) -> None:
    """The table has a row for each choice, and no cell is empty."""
    rows = cells(found)
    assert [row[0] for row in rows] == [name.split()[0] for name in found.trials]
    assert len({len(row) for row in rows}) == 1
    assert "nan" not in str(found)


def regularizers() -> dict[str, Any]:
    """All names of regularizers, and what each one is beside a plain network."""
    around = [
        name
        for name, part in Layer.registry().items()
        if part.takes in ("z", "a") and part.gives in ("n", "h")
    ]
    return dict.fromkeys([*Penalty.registry(), *around, *Clipping.registry()])
