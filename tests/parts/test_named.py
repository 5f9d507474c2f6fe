"""What parts are by how they are named, and another learning rate for one of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InputError
from chainrule.parts.named import is_function, takes_rate, with_setting


@pytest.mark.parametrize(
    ("given", "function"),
    [(np.tanh, True), (lambda z: z, True), (len, True), ("tanh", False), (cr.Tanh(), False), (cr.Tanh, False),
     (int, False), (None, False)],
)  # fmt: skip
def test_a_function_of_ones_own(given: Any, function: bool) -> None:
    assert is_function(given) is function


@pytest.mark.parametrize(
    ("given", "takes"),
    [("sgd", True), ("adam", True), ("sgd:0.1", False), (cr.SGD(), False), (np.sign, False)],
)
def test_a_name_without_a_number_takes_a_common_learning_rate(given: Any, takes: bool) -> None:
    assert takes_rate(given) is takes


def test_another_learning_rate() -> None:
    adam = cr.Adam(0.1, beta1=0.5)
    other = with_setting(adam, "learning_rate", 0.2)
    assert (str(other), str(adam)) == ("Adam(0.2, beta1=0.5)", "Adam(0.1, beta1=0.5)")
    assert str(with_setting(cr.Momentum(), "momentum", 0.25)) == "Momentum(0.01, momentum=0.25)"


def test_one_around_another_hands_it_on() -> None:
    around = cr.Lookahead(cr.Momentum(0.1), k=3)
    other = with_setting(around, "learning_rate", 0.2)
    assert str(other) == "Lookahead(Momentum(0.2), k=3)"
    assert str(around) == "Lookahead(Momentum(0.1), k=3)"
    assert str(with_setting(around, "k", 4)) == "Lookahead(Momentum(0.1), k=4)"


def test_an_optimizer_without_that_setting() -> None:
    for optimizer in (cr.LBFGS(), cr.Optimizer.of(lambda w, dw: w)):
        with pytest.raises(InputError) as caught:
            with_setting(optimizer, "learning_rate", 0.1)
        assert str(caught.value) == f"{optimizer} has no learning rate that could be set: leave it out."
