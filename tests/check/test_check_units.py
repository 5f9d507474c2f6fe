"""Units that a program computes one by one, put together as a layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.check.code.recording import Event, Recording
from chainrule.check.code.units import layers_of_units

X, W = np.array([1.0, 2.0]), np.array([[0.5, 0.1], [-0.3, 0.8]])


@pytest.mark.parametrize("shape", [(), (1,)])
def test_sums_of_vectors_are_numbers_or_arrays_of_one(shape: Any) -> None:
    """`W[:, 0] @ x` is a number, `x @ W[:, :1]` an array of one."""
    sums = [np.reshape(X @ W[:, unit], shape) for unit in (0, 1)]
    events = [Event(unit, 0, "dot", (0, 1 + unit), 3 + unit, (-1, -1)) for unit in (0, 1)]
    recording = Recording(Path("mine.py"), "ended", events=events, values=[X, W[:, 0], W[:, 1], *sums])
    layers = [found for found in layers_of_units(recording) if found[2].shape == (1, 2)]
    _, _, x, weights, bias, z, *_ = layers[0]
    np.testing.assert_array_equal(x, [X])
    np.testing.assert_array_equal(weights, W)
    assert bias is None
    np.testing.assert_allclose(z, [[-0.1, 1.7]])
