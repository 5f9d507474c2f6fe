"""The rows by which a file checks itself."""

from __future__ import annotations

import numpy as np
import pytest
from exported import filled, networks
from hypothesis import given

import chainrule as cr
from chainrule.export.about import trial
from thorough import examples


@pytest.mark.parametrize("center", [0.0, 1e6])
def test_units_that_are_rarely_on_are_on_in_one_of_them(center: float) -> None:
    """Each of six units is on for an eighth of the inputs, at one end of one feature."""
    scaling = cr.Standardize(np.full(3, center), np.full(3, 2.0))
    net = filled(cr.Network([scaling, cr.Dense(3, 6), cr.ReLU(), cr.Dense(6, 2), cr.Softmax()]))
    net.parameters["W1"] = np.hstack([np.eye(3), -np.eye(3)])
    net.parameters["b1"] = np.full(6, -1.2)
    X, outputs = trial(net)
    assert X.shape == (3, 3)
    hidden = np.maximum(0, (X - center) / 2 @ net.parameters["W1"] - 1.2)
    assert (hidden > 0).any(axis=0).all()
    np.testing.assert_array_equal(outputs, net.predict(X, engine="numpy"))


def test_so_a_change_of_any_weight_is_noticed() -> None:
    net = filled(cr.Network([4, 12, 2], output="identity", loss="mean_squared_error"))
    net.parameters["b1"] -= 1.0
    X, outputs = trial(net)
    for array in net.parameters.values():
        for index in np.ndindex(array.shape):
            before = array[index]
            array[index] = before + 0.5
            assert np.abs(net.predict(X) - outputs).max() > 1e-4, index
            array[index] = before


@given(net=networks())
@examples(30)
def test_they_are_different_rows(net: cr.Network) -> None:
    X, _ = trial(net)
    assert len({row.tobytes() for row in X}) == 3
