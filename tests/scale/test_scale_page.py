"""docs/scale.md is true: its blocks run in their order, and print what it shows."""

from __future__ import annotations

import chainrule as cr
from pages_told import languages, told


def test_the_blocks_of_the_page_run() -> None:
    assert languages("scale.md") == ["python", "text", "python", "text", "python"]
    names = told("scale.md").space
    alone = cr.compare(
        [30, 16, 2],
        names["inputs"],
        names["kinds"],
        optimizers=["sgd", "adam"],
        epochs=5,
        batch_size=32,
        scaling=names["scales"],
        progress=False,
    )
    for here, there in zip(alone, names["found"], strict=True):
        assert (here.network.parameters.flat == there.network.parameters.flat).all()
        assert here.history.loss == there.history.loss
