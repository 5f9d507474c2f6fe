"""Early stopping."""

from __future__ import annotations

import math
from typing import Any

import pytest

import chainrule as cr
from callbacks_at_work import ENGINES, HELD, X, Y, follow, interrupting, kept_weights, network
from chainrule.errors import Diverged


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("size", [None, 16])
def test_early_stopping_on_the_validation_loss(size: int | None, engine: str) -> None:
    """Against the epochs of a training without it, looked through afterwards."""
    weights: list[bytes] = []
    whole = network().fit(
        X, Y, epochs=400, batch_size=size, optimizer=cr.Adam(0.05), validation_data=HELD, engine=engine,
        callbacks=[lambda run: weights.append(run.network.parameters.flat.tobytes())],
    )  # fmt: skip
    losses = whole.validation_loss
    best, last = 0, 0
    for last in range(400):
        if losses[last] < losses[best]:
            best = last
        if last - best == 7:
            break
    assert last < 399
    net, early = network(), cr.EarlyStopping(patience=7)
    history = net.fit(
        X, Y, epochs=400, batch_size=size, optimizer=cr.Adam(0.05), validation_data=HELD, engine=engine,
        callbacks=[early],
    )  # fmt: skip
    assert history.validation_loss == losses[: last + 1]
    assert net.parameters.flat.tobytes() == weights[best]
    assert (early.best, early.best_epoch, early.since) == (losses[best], best + 1, 7)
    assert (history.restored, history.interrupted) == (best + 1, False)
    assert history.stopped == (
        f"validation loss did not improve for 7 epochs; the weights of epoch {best + 1} are restored"
    )
    assert net.loss(*HELD) == pytest.approx(losses[best], rel=1e-9)


@pytest.mark.parametrize(
    ("values", "settings", "stops", "best"),
    [
        ([5, 4, 4, 4, 3], {"patience": 2, "mode": "min"}, 4, 2),  # as good is no improvement
        ([5, 4, 4.5, 3, 3, 3], {"patience": 2, "mode": "min"}, 6, 4),  # counting starts anew
        ([1, 2, 2, 1], {"patience": 2, "mode": "max"}, 4, 2),
        ([1, 2, 1, 0], {"patience": 1, "mode": "max"}, 3, 2),
        ([5, 4.75, 4.5], {"patience": 2, "mode": "min", "min_delta": 0.5}, 3, 1),
        (
            [5, 4.75, 4.25, 4, 4],
            {"patience": 2, "mode": "min", "min_delta": 0.5},
            5,
            3,
        ),  # the best one counts
        ([1, 1.25, 1.75, 2, 2], {"patience": 2, "mode": "max", "min_delta": 0.5}, 5, 3),
        ([math.nan, 5, math.nan, math.inf, 5], {"patience": 3, "mode": "min"}, 5, 2),
        (
            [math.nan, -math.inf, math.nan],
            {"patience": 3, "mode": "min"},
            3,
            0,
        ),  # never a number: nothing restored
        ([2, 1, 0], {"patience": 1, "mode": "min"}, 0, 3),
    ],
)
def test_when_it_stops_and_what_it_restores(
    values: list[float], settings: dict[str, Any], stops: int, best: int
) -> None:
    early = cr.EarlyStopping(follow(values), **settings)
    net, after, history = kept_weights(epochs=len(values) + bool(stops), callbacks=[early])
    assert history.epochs == stops or (not stops and history.stopped == "")
    assert early.best_epoch == best
    assert net.parameters.flat.tobytes() == after[(best or history.epochs) - 1]
    if stops:
        epochs = "an epoch" if settings["patience"] == 1 else f"{settings['patience']} epochs"
        restored = f"; the weights of epoch {best} are restored" if best else ""
        assert history.stopped == f"score did not improve for {epochs}{restored}"


def test_a_metric_of_ones_own_without_a_name() -> None:
    early = cr.EarlyStopping(lambda run: -run.epoch, patience=3, mode="max", restore_best=False)
    net, after, history = kept_weights(epochs=9, callbacks=[early])
    assert history.stopped == "the monitor did not improve for 3 epochs"
    assert (history.epochs, history.restored) == (4, 0)
    assert net.parameters.flat.tobytes() == after[-1]


@pytest.mark.parametrize("name", ["accuracy", "validation_accuracy"])
def test_of_an_accuracy_the_most_is_best(name: str) -> None:
    early = cr.EarlyStopping(name, 400)
    history = network().fit(X, Y, epochs=60, optimizer=cr.Adam(0.05), validation_data=HELD, callbacks=[early])
    series = getattr(history, name)
    assert early.best == max(series)
    assert early.best_epoch == series.index(max(series)) + 1


def test_the_best_weights_are_restored_when_training_ends_by_itself() -> None:
    early = cr.EarlyStopping(follow([3, 1, 2, 2]), patience=9, mode="min")
    net, after, history = kept_weights(epochs=4, callbacks=[early])
    assert net.parameters.flat.tobytes() == after[1]
    assert (history.stopped, history.restored) == ("", 2)
    assert str(history).endswith("  the weights of epoch 2 are restored")


def test_in_the_last_epoch_too_it_is_the_end_by_itself() -> None:
    early = cr.EarlyStopping(follow([3, 1, 2, 2]), patience=2, mode="min")
    _, _, history = kept_weights(epochs=4, callbacks=[early])
    assert (history.stopped, history.restored) == ("", 2)


def test_nothing_is_restored_where_the_last_weights_are_the_best() -> None:
    early = cr.EarlyStopping(follow([3, 2, 1]), patience=2, mode="min")
    net, after, history = kept_weights(epochs=3, callbacks=[early])
    assert net.parameters.flat.tobytes() == after[2]
    assert (history.stopped, history.restored) == ("", 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_best_weights_are_restored_after_ctrl_c(engine: str) -> None:
    after: list[bytes] = []
    early = cr.EarlyStopping(follow([3, 1, 2, 2]), patience=9, mode="min")
    callbacks = [lambda run: after.append(run.network.parameters.flat.tobytes()), early]
    net, history = interrupting(10, engine, callbacks, epochs=9)
    assert net.parameters.flat.tobytes() == after[1]
    assert history.stopped == "stopped by Ctrl-C in epoch 4 of 9; the weights of epoch 2 are restored"
    assert (history.restored, history.interrupted, history.epochs) == (2, True, 3)


def test_ctrl_c_in_the_first_epoch_leaves_nothing_to_restore() -> None:
    _, history = interrupting(1, "numpy", [cr.EarlyStopping("loss")], epochs=9)
    assert (history.stopped, history.restored) == ("stopped by Ctrl-C in epoch 1 of 9", 0)


def test_after_an_error_the_network_stays_as_the_error_tells() -> None:
    early = cr.EarlyStopping("loss", 99)
    net, other = (cr.Network([3, 1], output="identity", loss="mean_squared_error") for _ in range(2))
    for each, callbacks in ((net, [early]), (other, [])):
        with pytest.raises(Diverged, match="the parameters are as they were before that step"):
            each.fit(X, X[:, 0] + 1, epochs=99, optimizer=cr.SGD(1e6), callbacks=callbacks)
    assert early.best_epoch == 1
    assert net.parameters.flat.tobytes() == other.parameters.flat.tobytes()


@pytest.mark.parametrize("engine", ENGINES)
def test_running_averages_are_restored_with_the_weights(engine: str) -> None:
    net = cr.Network([cr.Dense(3, 5), cr.BatchNorm(), cr.ReLU(), cr.Dense(5, 3), cr.Softmax()])
    after: list[list[bytes]] = []

    def arrays() -> list[bytes]:
        return [net.parameters.flat.tobytes(), *(array.tobytes() for array in net.buffers.values())]

    callbacks = [
        lambda run: after.append(arrays()),
        cr.EarlyStopping(follow([3, 1, 2, 2]), mode="min"),
    ]
    history = net.fit(X, Y, epochs=4, batch_size=10, callbacks=callbacks, engine=engine)
    assert history.engine == engine
    assert len(after[1]) > 1
    assert arrays() == after[1] != after[3]


def test_one_callback_serves_several_trainings() -> None:
    early = cr.EarlyStopping("loss", 5)
    for seed in (1, 2):
        history = network(seed=seed).fit(X, Y, epochs=10, callbacks=[early])
        assert (early.best, early.best_epoch) == (history.loss[-1], 10)
