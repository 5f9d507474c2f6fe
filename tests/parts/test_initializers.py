from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InputError
from chainrule.parts import Initializer


def test_glorot_fills_its_interval_evenly() -> None:
    W = cr.Glorot().draw(np.random.default_rng(0), 100, 50)
    limit = np.sqrt(6 / 150)
    assert W.shape == (100, 50)
    assert limit * 0.99 < np.abs(W).max() < limit
    assert W.std() == pytest.approx(limit / np.sqrt(3), rel=0.03)


@pytest.mark.parametrize(
    ("part", "deviation"), [(cr.He(), np.sqrt(2 / 100)), (cr.Normal(), 0.01), (cr.Normal(0.5), 0.5)]
)
def test_the_normal_ones_have_their_deviation(part: Initializer, deviation: float) -> None:
    W = part.draw(np.random.default_rng(0), 100, 50)
    assert W.mean() == pytest.approx(0, abs=4 * deviation / np.sqrt(W.size))
    assert W.std() == pytest.approx(deviation, rel=0.04)


def test_weights_are_drawn_in_order_by_one_seed_and_biases_start_at_0() -> None:
    net = cr.Network([3, 4, 2], initializer="normal", seed=7)
    rng = np.random.default_rng(7)
    np.testing.assert_array_equal(net.parameters["W1"], 0.01 * rng.standard_normal((3, 4)))
    np.testing.assert_array_equal(net.parameters["W2"], 0.01 * rng.standard_normal((4, 2)))
    assert not net.parameters["b1"].any()
    assert not net.parameters["b2"].any()


def test_a_negative_deviation_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        cr.Normal(-1)
    assert str(caught.value) == "Normal: std = -1 is out of range: it must be at least 0."
