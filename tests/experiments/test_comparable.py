"""Losses that can be compared, each with its output."""

from __future__ import annotations

import pytest
from compared import HOW, NUMBERS, X, y

import chainrule as cr
from chainrule.errors import InputError


def test_losses_of_one_output() -> None:
    found = cr.compare([2, 8, 1], X, y, losses=["cross_entropy", "hinge", "half_squared_error"], **HOW)
    assert [trial.network.layers[-1].name() for trial in found] == ["sigmoid", "identity", "sigmoid"]
    hinge = found["hinge"]
    assert hinge.result["accuracy"] == ((hinge.network.predict(X)[:, 0] > 0) == y).mean()


def test_losses_for_classes_are_refused_for_numbers() -> None:
    for name in ("cross_entropy", "hinge"):
        with pytest.raises(InputError) as raised:
            cr.compare([2, 4, 1], X, NUMBERS, losses=["huber", name], **HOW)
        assert str(raised.value) == (
            f"{name}: this loss is for classes, and the targets are numbers: take mean_squared_error, "
            "half_squared_error, mean_absolute_error, huber, log_cosh, quantile or poisson."
        )
    with pytest.raises(InputError) as raised:
        cr.compare([2, 4, 1], X, NUMBERS**2, losses=["poisson"], **HOW)
    assert str(raised.value) == (
        "poisson: this loss is not least where outputs are the targets, so with Identity() as the output its errors "
        "can't be compared: leave it out, or take other settings of it."
    )
