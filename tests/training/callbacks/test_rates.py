"""Learning rates set from epoch to epoch."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import chainrule as cr
from callbacks_at_work import ENGINES, Plain, X, Y, exactly, follow, network
from chainrule.errors import InputError, KindError


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize(("factor", "patience", "min_lr", "min_delta"), [
    (0.1, 0, 0.0, 0.0), (0.5, 2, 0.0, 0.0), (0.5, 1, 0.07, 0.0), (0.25, 3, 0.0, 0.3), (0.5, 0, 0.5, 0.0),
])  # fmt: skip
def test_reduce_on_plateau_is_pytorchs(
    factor: float, patience: int, min_lr: float, min_delta: float, mode: str
) -> None:
    values = np.random.default_rng(patience).standard_normal(40).cumsum().round(1)
    rates: list[float] = []
    optimizer = cr.SGD(0.3)
    reduce = cr.ReduceOnPlateau(
        follow(list(values)), factor, patience, min_lr=min_lr, min_delta=min_delta, mode=mode
    )
    callbacks = [reduce, lambda run: rates.append(run.optimizer.learning_rate)]
    network().fit(X, Y, epochs=40, optimizer=optimizer, callbacks=callbacks)
    theirs = torch.optim.SGD([torch.zeros(1)], lr=0.3)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
        theirs, mode, factor, patience, min_delta, "abs", 0, min_lr, 0
    )
    right = []
    for value in values:
        plateau.step(float(value))
        right.append(theirs.param_groups[0]["lr"])
    np.testing.assert_allclose(rates, right, rtol=1e-12)
    assert optimizer.learning_rate == rates[-1]
    assert len(set(rates)) > 1 or min_lr == 0.5


@pytest.mark.parametrize("engine", ENGINES)
def test_reduced_rates_are_trained_with(engine: str) -> None:
    net, other, its = network(), network(), cr.SGD(0.3)
    reduce = cr.ReduceOnPlateau(follow([1, 1, 1, 1]), 0.5, 0, mode="min")
    net.fit(X, Y, epochs=4, batch_size=20, optimizer=cr.SGD(0.3), callbacks=[reduce], engine=engine)
    for step, _ in enumerate(other.steps(X, Y, epochs=4, batch_size=20, optimizer=its), 1):
        its.learning_rate = 0.3 * 0.5 ** max(step // 3 - 1, 0)
    np.testing.assert_allclose(net.parameters.flat, other.parameters.flat, rtol=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_rate_for_each_epoch(engine: str) -> None:
    asked: list[int] = []

    def rate(epoch: int) -> float:
        asked.append(epoch)
        return 0.3 / epoch

    net, other, its, optimizer = network(), network(), cr.Momentum(0.3), cr.Momentum(9.0)
    net.fit(
        X, Y, epochs=3, batch_size=20, optimizer=optimizer, callbacks=[cr.LearningRate(rate)], engine=engine
    )
    for step, _ in enumerate(other.steps(X, Y, epochs=3, batch_size=20, optimizer=its), 1):
        its.learning_rate = 0.3 / (step // 3 + 1)
    np.testing.assert_allclose(net.parameters.flat, other.parameters.flat, rtol=1e-9)
    assert asked == [1, 2, 3]
    assert optimizer.learning_rate == 0.3 / 3


def test_the_rate_of_an_optimizer_around_another() -> None:
    seen: list[Any] = []
    optimizer = cr.Lookahead(cr.SGD(0.3))
    callbacks = [cr.LearningRate(lambda epoch: 0.1 / epoch), lambda run: seen.append(run.learning_rate)]
    network().fit(X, Y, epochs=2, optimizer=optimizer, callbacks=callbacks)
    assert seen == [0.1, 0.05]
    assert optimizer.inner.learning_rate == 0.05


@pytest.mark.parametrize(
    "make", [lambda: cr.LearningRate(lambda epoch: 0.1), lambda: cr.ReduceOnPlateau("loss")]
)
def test_a_rate_that_can_not_be_set_is_refused_before_training(make: Callable[[], cr.Callback]) -> None:
    callback = make()
    own = type(callback).__name__
    schedule = cr.StepDecay(0.1, every=2, factor=0.5)
    net = network()
    before = net.parameters.flat.copy()
    for optimizer, message in (
        (
            cr.Adam(schedule),
            f"{own} sets the learning rate from epoch to epoch, and Adam has one that goes by the step, {schedule}: "
            f"give the optimizer a number, or leave {own} out.",
        ),
        (Plain(), f"{own} sets the learning rate, and Plain has none: leave it out."),
    ):
        with pytest.raises(InputError, match=exactly(message)):
            net.fit(X, Y, optimizer=optimizer, callbacks=[callback])
    np.testing.assert_array_equal(net.parameters.flat, before)


@pytest.mark.parametrize(("value", "kind"), [(-1, InputError), (math.nan, InputError), ("0.1", KindError)])
def test_a_rate_that_is_none(value: Any, kind: type[Exception]) -> None:
    message = f"LearningRate: the function gave {value!r} for epoch 2: it must give a number of at least 0."
    with pytest.raises(kind, match=exactly(message)):
        network().fit(X, Y, epochs=3, callbacks=[cr.LearningRate(lambda epoch: value if epoch == 2 else 0.1)])
