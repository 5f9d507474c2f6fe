"""What a training that is told little begins with."""

from __future__ import annotations

import math

import pytest

from chainrule.cli.preparing import usual_epochs


@pytest.mark.parametrize(
    ("samples", "size", "epochs"),
    [(160, 32, 200), (1600, 32, 20), (1599, 32, 20), (150, 32, 200), (33, 32, 500), (5, 32, 1000), (60_000, 32, 20),
     (1000, 7, 20), (340, 7, 21), (200, None, 20)],
)  # fmt: skip
def test_epochs_unless_given(samples, size, epochs):
    assert usual_epochs(samples, size) == epochs
    if size is not None:
        steps = math.ceil(samples / size)
        assert epochs * steps >= 1000
        assert epochs == 20 or (epochs - 1) * steps < 1000


def test_a_small_table_is_gone_through_often_enough(chainrule):
    assert "\n1000 epochs of 3 samples in " in chainrule("train", "few.csv", "--validation", "0").out
    assert "\n20 epochs of " in chainrule("train", "moons", "--batch-size", "2").out
