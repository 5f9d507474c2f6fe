"""What a recorded curve alone tells."""

from __future__ import annotations

import math

import pytest

from chainrule.training.history import History


def curve(*loss: float, validation: tuple[float, ...] = ()) -> History:
    return History(loss=list(loss), validation_loss=list(validation))


def falling(epochs: int, rate: float, floor: float = 0.0) -> list[float]:
    return [floor + (0.7 - floor) * math.exp(-rate * epoch) for epoch in range(epochs)]


def test_of_a_curve_that_came_to_rest_nothing_is_found() -> None:
    done = falling(60, 0.2)
    assert curve(*done, validation=tuple(1.1 * each + 0.05 for each in done)).diagnose().names == []
    assert curve(*falling(60, 0.2, floor=0.3)).diagnose().names == []
    assert curve(0.7).diagnose().names == []
    assert curve().diagnose().names == []


def test_still_falling() -> None:
    loss = falling(30, 0.03)
    (found,) = curve(*loss).diagnose()
    assert found.name == "too_short"
    # the middle of three neighbours is their second, of what falls evenly
    assert found.number == pytest.approx(1 - loss[-2] / loss[-12])
    assert found.fix == "4 times as many epochs"


def test_overfitting() -> None:
    loss = falling(40, 0.1)
    validation = tuple(0.3 + abs(epoch - 10) * 0.02 for epoch in range(40))
    (found,) = curve(*loss, validation=validation).diagnose()
    assert (found.name, found.number) == ("overfitting", pytest.approx((0.3 + 29 * 0.02) / 0.3))
    assert found.concerned == "epochs 12 to 40 of 40"
    assert found.trial is not None
    assert (found.trial.without, found.trial.with_fix) == ((validation[-1],), (0.3,))


def test_a_rate_that_is_too_high() -> None:
    restless = [0.7, 0.4, 0.3, *([0.9, 0.5, 0.8] * 5)]
    (found,) = curve(*restless).diagnose()
    assert (found.name, found.number) == ("rate_too_high", pytest.approx(0.8 / 0.3))


def test_a_rate_that_moves_nothing() -> None:
    (found,) = curve(*(0.7 - 1e-5 * epoch for epoch in range(20))).diagnose()
    assert (found.name, found.number) == ("rate_too_low", pytest.approx(19e-5 / 0.7))


def test_it_says_what_it_looked_at() -> None:
    assert str(curve(*falling(60, 0.2)).diagnose()) == (
        "Nothing is found to be wrong.\nLooked at the losses of 60 epochs, and at nothing else."
    )


def test_of_nearly_nothing_a_rise_is_no_overfitting() -> None:
    loss = falling(40, 0.2)
    assert curve(*loss, validation=(*(max(each, 1e-3) for each in loss[:-1]), 2e-3)).diagnose().names == []
