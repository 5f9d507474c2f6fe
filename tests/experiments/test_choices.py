"""What can be compared: every part, and functions and parts of one's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from compared import assert_whole, cells, compare

from chainrule.parts.contract import Activation, Initializer, Optimizer


def test_functions_and_parts_of_ones_own_are_choices() -> None:
    def mish(z: Any) -> Any:
        return z * np.tanh(np.log1p(np.exp(z)))

    found = compare(activations=[mish, "relu", lambda z: np.maximum(z, 0)])
    assert list(found.trials) == ["mish", "relu", "own function"]
    assert found["own function"].result["loss"] == pytest.approx(found["relu"].result["loss"], rel=1e-9)
    own = compare(optimizers={"plain": lambda w, dw: w - 0.01 * dw, "sgd": "sgd"})
    assert (own["plain"].network.parameters.flat == own["sgd"].network.parameters.flat).all()
    assert own["plain"].rate is None
    assert cells(own)[0][1] == "-"
    losses = compare(losses={"squares": lambda a, y: np.square(a - y).sum(axis=1), "hinge": "hinge"})
    assert_whole(losses)


def test_every_part_can_be_compared() -> None:
    for kind, names in (
        ("optimizers", list(Optimizer.registry())),
        ("activations", list(Activation.registry())),
        ("initializers", list(Initializer.registry())),
    ):
        found = compare(**{kind: names}, batch_size=None)  # some take all samples at once
        assert list(found.trials) == names
        assert_whole(found)
