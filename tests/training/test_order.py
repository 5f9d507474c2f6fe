"""An order of one's own: each epoch takes its rows so, in both engines and step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InputError, KindError
from chainrule.parts.contract import Array

RNG = np.random.default_rng(3)
X, Y = RNG.standard_normal((11, 3)), RNG.integers(0, 2, 11)


def orders(seed: int = 5) -> tuple[Callable[[], Array], list[Array]]:
    """A function that composes orders, as scikit-learn does, and those that it gave."""
    rng, given = np.random.default_rng(seed), [np.arange(11)]

    def order() -> Array:
        given.append(given[-1][rng.permutation(11)])
        return given[-1]

    return order, given


def trained(engine: str, batch_size: int | None, **how: Any) -> cr.Network:
    net = cr.Network([3, 4, 2], hidden="tanh")
    net.fit(
        X, Y, epochs=3, batch_size=batch_size, optimizer=cr.SGD(0.1), progress=False, engine=engine, **how
    )
    return net


@pytest.mark.parametrize("batch_size", [4, 1, None])
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_each_epoch_takes_the_rows_in_the_order_that_it_is_given(engine: str, batch_size: int | None) -> None:
    order, given = orders()
    net = trained(engine, batch_size, order=order)
    assert len(given) == 4  # asked once an epoch, and no epoch ahead of the last
    by_hand = cr.Network([3, 4, 2], hidden="tanh")
    rate = 0.1
    for rows in given[1:]:
        for start in range(0, 11, batch_size or 11):
            batch = rows[start : start + (batch_size or 11)]
            for name, gradient in by_hand.gradients(X[batch], Y[batch]).items():
                by_hand.parameters[name] -= rate * gradient
    np.testing.assert_allclose(net.parameters.flat, by_hand.parameters.flat, rtol=0, atol=1e-13)


def test_steps_take_the_same_order() -> None:
    order, _ = orders()
    net = cr.Network([3, 4, 2], hidden="tanh")
    for _ in net.steps(X, Y, epochs=3, batch_size=4, optimizer=cr.SGD(0.1), order=order):
        pass
    again, _ = orders()
    np.testing.assert_array_equal(net.parameters.flat, trained("numpy", 4, order=again).parameters.flat)


def test_an_epoch_that_is_not_taken_is_not_asked_for() -> None:
    order, given = orders()
    trained("numpy", 4, order=order, callbacks=[lambda run: run.stop("enough") if run.epoch == 2 else None])
    assert len(given) == 3


EACH = "it must give the numbers of all 11 rows, each once, from 0."


@pytest.mark.parametrize(
    ("order", "error", "message"),
    [
        (
            np.arange(11),
            KindError,
            "order = array([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10]) is no function: give one that gives each "
            "epoch's order, the numbers of all rows, such as lambda: rng.permutation(len(X)).",
        ),
        (
            lambda: np.arange(10),
            KindError,
            f"order gave an array of the shape (10,) and dtype int64: {EACH}",
        ),
        (
            lambda: np.arange(11.0),
            KindError,
            f"order gave an array of the shape (11,) and dtype float64: {EACH}",
        ),
        (lambda: None, KindError, f"order gave an array of the shape () and dtype object: {EACH}"),
        (lambda: np.arange(11) + 1, InputError, f"order gave 11, which is no row: {EACH}"),
        (lambda: np.arange(11) - 1, InputError, f"order gave -1, which is no row: {EACH}"),
        (lambda: np.arange(11) // 2, InputError, f"order gave row 0 2 times: {EACH}"),
    ],
)
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_what_is_no_order_is_refused(engine: str, order: Any, error: type[Exception], message: str) -> None:
    net = cr.Network([3, 4, 2])
    before = net.parameters.flat.copy()
    with pytest.raises(error) as caught:
        net.fit(X, Y, batch_size=4, progress=False, engine=engine, order=order)
    assert str(caught.value) == message
    np.testing.assert_array_equal(net.parameters.flat, before)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        (
            {"shuffle": False},
            "order gives each epoch an order, and shuffle = False keeps the rows as they are: leave one out.",
        ),
        (
            {"optimizer": "lbfgs"},
            "LBFGS compares losses of the same samples, and order changes them from step to step: leave it out, or "
            "take another optimizer.",
        ),
    ],
)
def test_an_order_where_there_is_none_is_refused(how: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        cr.Network([3, 4, 2]).fit(X, Y, progress=False, order=lambda: np.arange(11), **how)
    assert str(caught.value) == message


def test_groups_keep_their_order() -> None:
    net = cr.Network([3, 4], output="identity", loss="triplet")
    with pytest.raises(InputError) as caught:
        net.fit(X[:9], np.zeros((9, 4)), progress=False, order=lambda: np.arange(9))
    assert str(caught.value) == (
        "triplet takes rows in groups of 3, which an order of your own would part: leave order out."
    )
