"""Callbacks: when each is called, what it sees, and that those which are ready do what they say."""

from __future__ import annotations

import csv
import math
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import chainrule as cr
from chainrule.errors import ChainruleError, Diverged, FileError, InputError, KindError, UnknownName
from chainrule.training.history import History

RNG = np.random.default_rng(9)
X = RNG.standard_normal((50, 3))
Y = RNG.integers(0, 3, 50)
HELD = RNG.standard_normal((20, 3)), RNG.integers(0, 3, 20)
ENGINES = ["numpy", "compiled"]


def network(dtype: str = "float64", seed: int = 0) -> cr.Network:
    return cr.Network([3, 5, 3], hidden="tanh", seed=seed, dtype=dtype)


def exactly(message: str) -> str:
    return f"^{re.escape(message)}$"


class Diary(cr.Callback):
    """Writes down every call and what it saw."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int, int, int, int]] = []

    def _write(self, what: str, run: cr.Run) -> None:
        self.calls.append((what, run.epoch, run.batch, run.step, run.history.epochs))

    def start(self, run: cr.Run) -> None:
        self._write("start", run)

    def batch(self, run: cr.Run) -> None:
        self._write("batch", run)

    def epoch(self, run: cr.Run) -> None:
        self._write("epoch", run)

    def end(self, run: cr.Run) -> None:
        self._write("end", run)

    def words(self) -> list[str]:
        return [call[0] for call in self.calls]


class Stop(cr.Callback):
    """Stops after a step, or after an epoch."""

    def __init__(self, step: int = 0, epoch: int = 0) -> None:
        self.at = step, epoch

    def batch(self, run: cr.Run) -> None:
        if run.step == self.at[0]:
            run.stop("enough steps")

    def epoch(self, run: cr.Run) -> None:
        if run.epoch == self.at[1]:
            run.stop("enough epochs")


class Plain(cr.Optimizer):
    """Descent without a learning rate."""

    def update(self, q: Any) -> None:
        q.w_new = q.w - 0.01 * q.dw


def follow(values: Sequence[float]) -> Callable[[cr.Run], float]:
    """A metric that goes through given values, epoch by epoch."""

    def score(run: cr.Run) -> float:
        return values[run.epoch - 1]

    return score


def kept_weights(**how: Any) -> tuple[cr.Network, list[bytes], History]:
    """A network after a training, its weights after each epoch, and the history."""
    net, after = network(), []
    callbacks = [lambda run: after.append(net.parameters.flat.tobytes()), *how.pop("callbacks")]
    history = net.fit(X, Y, batch_size=16, callbacks=callbacks, **how)
    return net, after, history


# --- when they are called -----------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_the_order_of_calls_and_what_each_sees(engine: str) -> None:
    diary = Diary()
    network().fit(X, Y, epochs=2, batch_size=20, callbacks=[diary], engine=engine)
    assert diary.calls == [
        ("start", 0, 0, 0, 0),
        ("batch", 0, 1, 1, 0),
        ("batch", 0, 2, 2, 0),
        ("batch", 0, 3, 3, 0),
        ("epoch", 1, 3, 3, 1),
        ("batch", 1, 1, 4, 1),
        ("batch", 1, 2, 5, 1),
        ("batch", 1, 3, 6, 1),
        ("epoch", 2, 3, 6, 2),
        ("end", 2, 3, 6, 2),
    ]


def test_several_are_called_in_the_order_of_the_list() -> None:
    calls = []

    class Tell(cr.Callback):
        def __init__(self, name: str) -> None:
            self.name = name

        def start(self, run: cr.Run) -> None:
            calls.append(f"start {self.name}")

        def epoch(self, run: cr.Run) -> None:
            calls.append(f"epoch {self.name}")

        def end(self, run: cr.Run) -> None:
            calls.append(f"end {self.name}")

    network().fit(X, Y, callbacks=(Tell("a"), lambda run: calls.append("function"), Tell("b")))
    assert calls == ["start a", "start b", "epoch a", "function", "epoch b", "end a", "end b"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", [Diary, lambda: lambda run: None])
@pytest.mark.parametrize("size", [None, 7, 50])
def test_callbacks_that_only_look_change_no_bit(size: int | None, kind: Any, engine: str) -> None:
    looked, left = network(), network()
    a, b = cr.Adam(0.01), cr.Adam(0.01)
    how: dict[str, Any] = {"epochs": 40, "batch_size": size, "validation_data": HELD, "engine": engine}
    with_one = looked.fit(X, Y, optimizer=a, callbacks=[kind()], **how)
    without = left.fit(X, Y, optimizer=b, **how)
    assert looked.parameters.flat.tobytes() == left.parameters.flat.tobytes()
    assert a.t == b.t
    for name in ("loss", "accuracy", "validation_loss", "validation_accuracy"):
        assert getattr(with_one, name) == getattr(without, name)
    assert len(with_one.seconds) == 40


@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_run_shows(engine: str) -> None:
    seen: list[cr.Run] = []
    losses: list[float] = []

    class Look(cr.Callback):
        def start(self, run: cr.Run) -> None:
            seen.append(run)
            assert math.isnan(run.loss)

        def batch(self, run: cr.Run) -> None:
            losses.append(run.loss)

        def epoch(self, run: cr.Run) -> None:
            assert run.history.validation_loss[-1] == pytest.approx(net.loss(*HELD), rel=1e-9)
            assert len(run.history.seconds) == run.epoch

    net, other, optimizer = network(), network(), cr.SGD(0.1)
    history = net.fit(
        X,
        Y,
        epochs=2,
        batch_size=20,
        optimizer=optimizer,
        validation_data=HELD,
        callbacks=[Look()],
        engine=engine,
    )
    (run,) = seen
    assert run.network is net
    assert run.optimizer is optimizer
    assert run.history is history
    assert (run.epochs, run.batches, run.step, run.learning_rate, run.error) == (2, 3, 6, 0.1, None)
    assert run.series == ("loss", "accuracy", "validation_loss", "validation_accuracy")
    assert repr(run) == "Run(epoch 2 of 2, step 6)"
    stepped = [trace.loss for trace in other.steps(X, Y, epochs=2, batch_size=20, optimizer=cr.SGD(0.1))]
    np.testing.assert_allclose(losses, stepped, rtol=1e-9)


def test_without_classes_or_validation_there_are_fewer_series() -> None:
    seen: list[tuple[str, ...]] = []

    class Look(cr.Callback):
        def start(self, run: cr.Run) -> None:
            seen.append(run.series)

    net = cr.Network([3, 2], output="identity", loss="mean_squared_error")
    net.fit(X, X[:, :2], callbacks=[Look()])
    net.fit(X, X[:, :2], callbacks=[Look()], validation_data=(X, X[:, :2]))
    network().fit(X, Y, callbacks=[Look()])
    assert seen == [("loss",), ("loss", "validation_loss"), ("loss", "accuracy")]


def test_the_rate_of_a_schedule_is_that_of_the_step() -> None:
    rates: list[Any] = []

    class Look(cr.Callback):
        def start(self, run: cr.Run) -> None:
            rates.append(run.learning_rate)

        def batch(self, run: cr.Run) -> None:
            rates.append(run.learning_rate)

    network().fit(
        X,
        Y,
        epochs=2,
        batch_size=20,
        optimizer=cr.SGD(cr.StepDecay(0.1, every=2, factor=0.5)),
        callbacks=[Look()],
    )
    np.testing.assert_allclose(rates, [0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025], rtol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_callback_sets_is_trained_on(engine: str) -> None:
    """Weights and the rate set after each step, and the same by hand between traced steps."""

    class Meddle(cr.Callback):
        def batch(self, run: cr.Run) -> None:
            run.network.parameters["W1"][0] = 0.5
            run.optimizer.learning_rate = 0.3 / (run.step + 1)  # type: ignore[attr-defined]

    net, other, its = network(), network(), cr.Momentum(0.3)
    net.fit(X, Y, epochs=3, batch_size=20, optimizer=cr.Momentum(0.3), callbacks=[Meddle()], engine=engine)
    for step, _ in enumerate(other.steps(X, Y, epochs=3, batch_size=20, optimizer=its), 1):
        other.parameters["W1"][0] = 0.5
        its.learning_rate = 0.3 / (step + 1)
    if engine == "numpy":
        assert net.parameters.flat.tobytes() == other.parameters.flat.tobytes()
    np.testing.assert_allclose(net.parameters.flat, other.parameters.flat, rtol=1e-9)


# --- how training ends --------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_stop_after_a_step_ends_there(engine: str) -> None:
    net, other, diary, optimizer = network(), network(), Diary(), cr.Adam()
    history = net.fit(
        X, Y, epochs=9, batch_size=20, optimizer=optimizer, callbacks=[Stop(step=5), diary], engine=engine
    )
    assert (history.stopped, history.epochs, optimizer.t, history.interrupted) == (
        "enough steps",
        1,
        5,
        False,
    )
    assert diary.words() == ["start", *3 * ["batch"], "epoch", *2 * ["batch"], "end"]
    its = cr.Adam()
    steps = other.steps(X, Y, epochs=9, batch_size=20, optimizer=its)
    for _ in range(5):
        next(steps)
    np.testing.assert_allclose(net.parameters.flat, other.parameters.flat, rtol=1e-9)
    assert str(history).endswith("  enough steps")


def test_stop_after_the_last_step_of_an_epoch_finishes_it() -> None:
    diary = Diary()
    history = network().fit(
        X, Y, epochs=9, batch_size=20, callbacks=[Stop(step=3), diary], validation_data=HELD
    )
    assert (history.stopped, history.epochs, len(history.validation_loss)) == ("enough steps", 1, 1)
    assert diary.words()[-2:] == ["epoch", "end"]


@pytest.mark.parametrize("engine", ENGINES)
def test_stop_after_an_epoch(engine: str) -> None:
    history = network().fit(X, Y, epochs=9, batch_size=20, callbacks=[Stop(epoch=4)], engine=engine)
    assert (history.stopped, history.epochs) == ("enough epochs", 4)


def test_stop_at_the_start_takes_no_step() -> None:
    class Never(cr.Callback):
        def start(self, run: cr.Run) -> None:
            run.stop("not today")
            run.stop("the first reason counts")

    net, diary = network(), Diary()
    before = net.parameters.flat.copy()
    history = net.fit(X, Y, callbacks=[Never(), diary])
    np.testing.assert_array_equal(net.parameters.flat, before)
    assert history.stopped == "not today"
    assert diary.words() == ["start", "end"]


def test_stop_after_the_last_epoch_stops_nothing() -> None:
    history = network().fit(X, Y, epochs=3, callbacks=[Stop(epoch=3, step=3)])
    assert (history.stopped, history.epochs) == ("", 3)


@pytest.mark.parametrize("reason", ["", None, 3])
def test_stop_needs_a_reason(reason: Any) -> None:
    with pytest.raises(KindError, match=exactly(f"stop({reason!r}): say in words why the training ends.")):
        network().fit(X, Y, callbacks=[lambda run: run.stop(reason)])


def interrupting(step: int, engine: str, callbacks: list[Any], **how: Any) -> tuple[cr.Network, History]:
    """A training in which Ctrl-C comes right after a step."""

    class Press(cr.Callback):
        def batch(self, run: cr.Run) -> None:
            if run.step == step:
                signal.raise_signal(signal.SIGINT)

    net = network()
    return net, net.fit(X, Y, batch_size=20, callbacks=[Press(), *callbacks], engine=engine, **how)


@pytest.mark.parametrize("engine", ENGINES)
def test_ctrl_c_ends_them_too(engine: str) -> None:
    diary = Diary()
    _, history = interrupting(4, engine, [diary], epochs=9)
    # it came within the callback, and is noticed after the next step
    assert (history.stopped, history.interrupted) == ("stopped by Ctrl-C in epoch 2 of 9", True)
    assert diary.words() == ["start", *3 * ["batch"], "epoch", *2 * ["batch"], "end"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to a process alone")
def test_ctrl_c_between_epochs_without_a_batch_method() -> None:
    diary: list[int] = []

    def send(run: cr.Run) -> None:
        diary.append(run.epoch)
        if run.epoch == 3:
            os.kill(os.getpid(), signal.SIGINT)

    history = network().fit(X, Y, epochs=10**9, callbacks=[send])
    assert history.stopped == f"stopped by Ctrl-C after epoch {len(diary)} of 1000000000"
    assert history.epochs == len(diary) in (3, 4)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("method", ["start", "batch", "epoch", "end"])
def test_an_error_of_a_callback_reaches_the_caller_and_the_network_is_whole(method: str, engine: str) -> None:
    class Broken(cr.Callback):
        pass

    def fail(run: cr.Run) -> None:
        if method in ("start", "end") or run.step >= 4:
            raise RuntimeError("mine")

    broken, diary, net, other = Broken(), Diary(), network(), network()
    setattr(broken, method, fail)
    optimizer = cr.Adam()
    with pytest.raises(RuntimeError, match=exactly("mine")):
        net.fit(X, Y, epochs=3, batch_size=20, optimizer=optimizer, callbacks=[diary, broken], engine=engine)
    steps = {"start": 0, "batch": 4, "epoch": 6, "end": 9}[method]
    assert optimizer.t == steps
    assert diary.words()[-1] == "end"
    generator = other.steps(X, Y, epochs=3, batch_size=20, optimizer=cr.Adam())
    for _ in range(steps):
        next(generator)
    np.testing.assert_allclose(net.parameters.flat, other.parameters.flat, rtol=1e-9)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    net.fit(X, Y, optimizer=optimizer, batch_size=20, engine=engine)  # and goes on
    assert optimizer.t == steps + 3


def test_all_that_were_started_are_ended_and_no_others() -> None:
    class Fails(cr.Callback):
        def start(self, run: cr.Run) -> None:
            raise InputError("no")

        def end(self, run: cr.Run) -> None:
            raise AssertionError("it was never started")

    before, after = Diary(), Diary()
    with pytest.raises(InputError, match=exactly("no")):
        network().fit(X, Y, callbacks=[before, Fails(), after])
    assert before.words() == ["start", "end"]
    assert after.words() == []


def test_one_that_fails_in_end_leaves_the_others_their_end() -> None:
    class Fails(cr.Callback):
        def end(self, run: cr.Run) -> None:
            raise InputError("no")

    diary = Diary()
    with pytest.raises(InputError, match=exactly("no")):
        network().fit(X, Y, callbacks=[Fails(), diary])
    assert diary.words()[-1] == "end"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("callback", [Diary, lambda: lambda run: None])
def test_a_divergence_is_told_as_without_callbacks_and_ends_them(callback: Any, engine: str) -> None:
    def explode(callbacks: list[Any]) -> tuple[str, bytes, int]:
        net, optimizer = cr.Network([3, 1], output="identity", loss="mean_squared_error"), cr.Momentum(1e6)
        with pytest.raises(Diverged) as caught:
            net.fit(
                X,
                X[:, 0] + 1,
                epochs=99,
                batch_size=20,
                optimizer=optimizer,
                callbacks=callbacks,
                engine=engine,
            )
        return str(caught.value), net.parameters.flat.tobytes(), optimizer.t

    errors: list[Any] = []

    class End(cr.Callback):
        def end(self, run: cr.Run) -> None:
            errors.append(run.error)

    assert explode([callback(), End()]) == explode([])
    (error,) = errors
    assert isinstance(error, Diverged)


@pytest.mark.parametrize("engine", ENGINES)
def test_weights_that_a_callback_broke_are_told(engine: str) -> None:
    def break_it(run: cr.Run) -> None:
        run.network.parameters["W1"][0, 0] = math.nan

    with pytest.raises(Diverged, match=r"^epoch 2, batch 1 of 1: W1\[0, 0\] is nan\. Training stopped there"):
        network().fit(X, Y, epochs=3, callbacks=[break_it], engine=engine)


def test_a_callback_keeps_its_own_warnings() -> None:
    def divide(run: cr.Run) -> None:
        np.ones(1) / np.zeros(1)

    with pytest.raises(RuntimeWarning, match="divide by zero"):  # warnings are errors in tests
        network().fit(X, Y, callbacks=[divide])


def test_training_in_a_thread() -> None:
    diary, found = Diary(), []
    thread = threading.Thread(target=lambda: found.append(network().fit(X, Y, epochs=2, callbacks=[diary])))
    thread.start()
    thread.join(timeout=30)
    assert found[0].epochs == 2
    assert diary.words() == ["start", *2 * ["batch", "epoch"], "end"]


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        (
            cr.EarlyStopping(),
            KindError,
            "callbacks = EarlyStopping(validation_loss) is no list: write callbacks=[…].",
        ),
        (
            [cr.EarlyStopping],
            KindError,
            "EarlyStopping is a class: write EarlyStopping(…), with brackets.",
        ),
        (
            ["early_stopping"],
            KindError,
            "callbacks has 'early_stopping', which is no callback: give a Callback, or a function that is called "
            "after each epoch with the run.",
        ),
    ],
)
def test_what_is_no_callback(given: Any, kind: type[Exception], message: str) -> None:
    net = network()
    before = net.parameters.flat.copy()
    with pytest.raises(kind, match=exactly(message)):
        net.fit(X, Y, callbacks=given)
    np.testing.assert_array_equal(net.parameters.flat, before)


def test_no_callbacks_may_be_none() -> None:
    assert network().fit(X, Y, callbacks=None).epochs == 1


# --- early stopping -----------------------------------------------------------------------------------------


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
        ([5, 4, 4, 4, 3], {"patience": 2, "mode": "least"}, 4, 2),  # as good is no improvement
        ([5, 4, 4.5, 3, 3, 3], {"patience": 2, "mode": "least"}, 6, 4),  # counting starts anew
        ([1, 2, 2, 1], {"patience": 2, "mode": "most"}, 4, 2),
        ([1, 2, 1, 0], {"patience": 1, "mode": "most"}, 3, 2),
        ([5, 4.75, 4.5], {"patience": 2, "mode": "least", "least_change": 0.5}, 3, 1),
        (
            [5, 4.75, 4.25, 4, 4],
            {"patience": 2, "mode": "least", "least_change": 0.5},
            5,
            3,
        ),  # the best one counts
        ([1, 1.25, 1.75, 2, 2], {"patience": 2, "mode": "most", "least_change": 0.5}, 5, 3),
        ([math.nan, 5, math.nan, math.inf, 5], {"patience": 3, "mode": "least"}, 5, 2),
        (
            [math.nan, -math.inf, math.nan],
            {"patience": 3, "mode": "least"},
            3,
            0,
        ),  # never a number: nothing restored
        ([2, 1, 0], {"patience": 1, "mode": "least"}, 0, 3),
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
    early = cr.EarlyStopping(lambda run: -run.epoch, patience=3, mode="most", restore_best=False)
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
    early = cr.EarlyStopping(follow([3, 1, 2, 2]), patience=9, mode="least")
    net, after, history = kept_weights(epochs=4, callbacks=[early])
    assert net.parameters.flat.tobytes() == after[1]
    assert (history.stopped, history.restored) == ("", 2)
    assert str(history).endswith("  the weights of epoch 2 are restored")


def test_in_the_last_epoch_too_it_is_the_end_by_itself() -> None:
    early = cr.EarlyStopping(follow([3, 1, 2, 2]), patience=2, mode="least")
    _, _, history = kept_weights(epochs=4, callbacks=[early])
    assert (history.stopped, history.restored) == ("", 2)


def test_nothing_is_restored_where_the_last_weights_are_the_best() -> None:
    early = cr.EarlyStopping(follow([3, 2, 1]), patience=2, mode="least")
    net, after, history = kept_weights(epochs=3, callbacks=[early])
    assert net.parameters.flat.tobytes() == after[2]
    assert (history.stopped, history.restored) == ("", 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_best_weights_are_restored_after_ctrl_c(engine: str) -> None:
    after: list[bytes] = []
    early = cr.EarlyStopping(follow([3, 1, 2, 2]), patience=9, mode="least")
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
        return [net.parameters.flat.tobytes(), *(array.tobytes() for array in net.memory.values())]

    callbacks = [
        lambda run: after.append(arrays()),
        cr.EarlyStopping(follow([3, 1, 2, 2]), mode="least"),
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


# --- saving the best ----------------------------------------------------------------------------------------


def test_the_best_network_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "best.safetensors"
    path.write_bytes(b"of an earlier training")
    there: list[bool] = []

    def look(run: cr.Run) -> None:
        there.append(path.read_bytes() != b"of an earlier training")

    saving = cr.SaveBest(path, monitor=follow([3, 1, 2, 0.5, 4]), mode="least")
    net, after, _ = kept_weights(epochs=5, callbacks=[saving, look])
    assert cr.load(path).parameters.flat.tobytes() == after[3]
    assert net.parameters.flat.tobytes() == after[4]
    assert there == 5 * [True]
    assert (saving.best, saving.best_epoch) == (0.5, 4)
    assert os.listdir(tmp_path) == ["best.safetensors"]


def test_by_default_the_validation_loss_is_followed(tmp_path: Path) -> None:
    path, net = tmp_path / "best.safetensors", network()
    history = net.fit(
        X,
        Y,
        epochs=50,
        optimizer=cr.Adam(0.1),
        validation_data=HELD,
        callbacks=[cr.SaveBest(os.fspath(path))],
    )
    assert cr.load(path).loss(*HELD) == pytest.approx(min(history.validation_loss), rel=1e-9)


def test_what_can_not_be_saved_is_told_before_training(tmp_path: Path) -> None:
    mine = cr.Network([3, 5, 3], hidden=lambda z: np.tanh(z))
    older = tmp_path / "older.safetensors"
    older.write_bytes(b"older")
    for net, path, kind in (
        (mine, older, KindError),
        (network(), tmp_path / "none" / "best.safetensors", FileError),
        (network(), tmp_path, FileError),
    ):
        before = net.parameters.flat.copy()
        with pytest.raises(kind):
            net.fit(X, Y, callbacks=[cr.SaveBest(path, monitor="loss")])
        np.testing.assert_array_equal(net.parameters.flat, before)
    assert os.listdir(tmp_path) == ["older.safetensors"]
    assert older.read_bytes() == b"older"
    place = tmp_path / "none"
    message = f"{place / 'best.safetensors'} can't be written: there is no folder {place}. Make it first."
    with pytest.raises(FileError, match=exactly(message)):
        network().fit(X, Y, callbacks=[cr.SaveBest(place / "best.safetensors", monitor="loss")])


# --- the log ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_the_log_has_a_row_an_epoch(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("older\n")
    lines: list[int] = []
    history = network().fit(
        X, Y, epochs=4, batch_size=20, optimizer=cr.SGD(0.3), validation_data=HELD, engine=engine,
        callbacks=[cr.CSVLog(path), lambda run: lines.append(len(path.read_text().splitlines()))],
    )  # fmt: skip
    assert lines == [2, 3, 4, 5]
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "epoch", "loss", "accuracy", "validation_loss", "validation_accuracy", "learning_rate", "seconds",
    ]  # fmt: skip
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    assert {row["learning_rate"] for row in rows} == {"0.3"}
    for name in ("loss", "accuracy", "validation_loss", "validation_accuracy", "seconds"):
        assert [float(row[name]) for row in rows] == getattr(history, name)


def test_the_log_has_the_rate_that_was_used_in_any_order(tmp_path: Path) -> None:
    def rates(*callbacks: Any, optimizer: Any = "sgd") -> list[float]:
        network().fit(X, Y, epochs=3, batch_size=20, optimizer=optimizer, callbacks=list(callbacks))
        with (tmp_path / "log.csv").open(newline="") as file:
            return [float(row["learning_rate"]) for row in csv.DictReader(file)]

    log, setting = cr.CSVLog(tmp_path / "log.csv"), cr.LearningRate(lambda epoch: 0.5**epoch)
    assert rates(log, setting) == rates(setting, log) == [0.5, 0.25, 0.125]
    by_step = cr.StepDecay(0.4, every=3, factor=0.5)
    np.testing.assert_allclose(rates(log, optimizer=cr.Adam(by_step)), [0.4, 0.2, 0.1], rtol=1e-12)


def test_an_optimizer_without_a_rate_has_no_such_column(tmp_path: Path) -> None:
    network().fit(X, Y, epochs=2, optimizer=Plain(), callbacks=[cr.CSVLog(tmp_path / "log.csv")])
    assert (tmp_path / "log.csv").read_text().splitlines()[0] == "epoch,loss,accuracy,seconds"


def test_a_refused_training_leaves_an_older_log_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("older\n")
    with pytest.raises(InputError):
        network().fit(X, Y, callbacks=[cr.CSVLog(path), cr.EarlyStopping()])
    assert path.read_text() == "older\n"


def test_a_log_that_can_not_be_written_is_told_before_training(tmp_path: Path) -> None:
    net = network()
    before = net.parameters.flat.copy()
    place = tmp_path / "none"
    message = f"{place / 'log.csv'} can't be written: there is no folder {place}. Make it first."
    with pytest.raises(FileError, match=exactly(message)):
        net.fit(X, Y, callbacks=[cr.CSVLog(place / "log.csv")])
    with pytest.raises(FileError, match=rf"^{re.escape(str(tmp_path))} can't be written: "):
        net.fit(X, Y, callbacks=[cr.CSVLog(tmp_path)])
    np.testing.assert_array_equal(net.parameters.flat, before)


# --- the learning rate --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["least", "most"])
@pytest.mark.parametrize(("factor", "patience", "least_rate", "least_change"), [
    (0.1, 0, 0.0, 0.0), (0.5, 2, 0.0, 0.0), (0.5, 1, 0.07, 0.0), (0.25, 3, 0.0, 0.3), (0.5, 0, 0.5, 0.0),
])  # fmt: skip
def test_reduce_on_plateau_is_pytorchs(
    factor: float, patience: int, least_rate: float, least_change: float, mode: str
) -> None:
    values = np.random.default_rng(patience).standard_normal(40).cumsum().round(1)
    rates: list[float] = []
    optimizer = cr.SGD(0.3)
    reduce = cr.ReduceOnPlateau(
        follow(list(values)), factor, patience, least_rate=least_rate, least_change=least_change, mode=mode
    )
    callbacks = [reduce, lambda run: rates.append(run.optimizer.learning_rate)]
    network().fit(X, Y, epochs=40, optimizer=optimizer, callbacks=callbacks)
    theirs = torch.optim.SGD([torch.zeros(1)], lr=0.3)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
        theirs, "min" if mode == "least" else "max", factor, patience, least_change, "abs", 0, least_rate, 0
    )
    right = []
    for value in values:
        plateau.step(float(value))
        right.append(theirs.param_groups[0]["lr"])
    np.testing.assert_allclose(rates, right, rtol=1e-12)
    assert optimizer.learning_rate == rates[-1]
    assert len(set(rates)) > 1 or least_rate == 0.5


@pytest.mark.parametrize("engine", ENGINES)
def test_reduced_rates_are_trained_with(engine: str) -> None:
    net, other, its = network(), network(), cr.SGD(0.3)
    reduce = cr.ReduceOnPlateau(follow([1, 1, 1, 1]), 0.5, 0, mode="least")
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


# --- what can't be ------------------------------------------------------------------------------------------

SERIES = "loss, accuracy, validation_loss, validation_accuracy"


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (
            lambda: cr.EarlyStopping(patience=0),
            InputError,
            "EarlyStopping: patience = 0 is out of range: it must be at least 1.",
        ),
        (
            lambda: cr.EarlyStopping(patience=2.5),  # type: ignore[arg-type]
            KindError,
            "EarlyStopping: patience = 2.5 is no whole number: give one that is at least 1.",
        ),
        (
            lambda: cr.EarlyStopping(least_change=-0.1),
            InputError,
            "EarlyStopping: least_change = -0.1 is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.EarlyStopping(restore_best="yes"),  # type: ignore[arg-type]
            KindError,
            "EarlyStopping: restore_best = 'yes' is neither True nor False.",
        ),
        (
            lambda: cr.EarlyStopping(mode="min"),
            UnknownName,
            "there is no mode 'min'. There is: least, most.",
        ),
        (
            lambda: cr.EarlyStopping("val_loss"),
            UnknownName,
            f"there is no series of a History 'val_loss'. Did you mean 'validation_loss'? There is: {SERIES}. "
            "Or give a function of the run, for a metric of your own.",
        ),
        (
            lambda: cr.EarlyStopping(3),
            KindError,
            "EarlyStopping: monitor = 3 is neither the name of a series, such as 'validation_loss', nor a function of "
            "the run.",
        ),
        (
            lambda: cr.ReduceOnPlateau(len),
            InputError,
            "ReduceOnPlateau: monitor is a function, and mode is left open: say mode='least' where less is better, or "
            "mode='most'.",
        ),
        (
            lambda: cr.ReduceOnPlateau(factor=1),
            InputError,
            "ReduceOnPlateau: factor = 1 is out of range: it must be above 0 and below 1.",
        ),
        (
            lambda: cr.ReduceOnPlateau(patience=-1),
            InputError,
            "ReduceOnPlateau: patience = -1 is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.ReduceOnPlateau(least_rate=-1),
            InputError,
            "ReduceOnPlateau: least_rate = -1 is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.SaveBest(3),
            KindError,
            "3 is no path: give a file's name, such as 'model.safetensors'.",
        ),
        (
            lambda: cr.CSVLog(None),
            KindError,
            "None is no path: give a file's name, such as 'model.safetensors'.",
        ),
        (
            lambda: cr.LearningRate(0.1),  # type: ignore[arg-type]
            KindError,
            "LearningRate: function = 0.1 is no function: give one of the epoch's number, such as lambda epoch: "
            "0.1 / epoch.",
        ),
    ],
)
def test_bad_settings(make: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=exactly(message)):
        make()


@pytest.mark.parametrize(
    "make", [cr.EarlyStopping, cr.ReduceOnPlateau, lambda m: cr.SaveBest("x", monitor=m)]
)
def test_a_monitor_that_there_will_not_be_is_told_before_training(make: Any) -> None:
    regression = cr.Network([3, 2], output="identity", loss="mean_squared_error")
    own = type(make("loss")).__name__
    for net, y, held, monitor, message in (
        (
            network(), Y, None, "validation_loss",
            "monitor = 'validation_loss', and nothing is validated: give fit validation_data=(X, y), or take another "
            "monitor: loss, accuracy.",
        ),
        (
            regression, X[:, :2], None, "accuracy",
            "monitor = 'accuracy', and there are no class labels: take another monitor: loss.",
        ),
        (
            regression, X[:, :2], (X, X[:, :2]), "validation_accuracy",
            "monitor = 'validation_accuracy', and there are no class labels: take another monitor: loss, "
            "validation_loss.",
        ),
    ):  # fmt: skip
        before = net.parameters.flat.copy()
        with pytest.raises(InputError, match=exactly(f"{own}: {message}")):
            net.fit(X, y, validation_data=held, callbacks=[make(monitor)])
        np.testing.assert_array_equal(net.parameters.flat, before)


@pytest.mark.parametrize("value", [None, "0.5", [0.5], True])
def test_a_metric_that_gives_no_number(value: Any) -> None:
    message = f"EarlyStopping: the monitor gave {value!r}: it must give a number."
    with pytest.raises(KindError, match=exactly(message)):
        network().fit(X, Y, callbacks=[cr.EarlyStopping(lambda run: value, mode="least")])


@pytest.mark.parametrize("value", [3, 0.5, np.float32(0.5), np.int64(3), np.array(0.5)])
def test_a_metric_may_give_any_number(value: Any) -> None:
    early = cr.EarlyStopping(lambda run: value, mode="least")
    network().fit(X, Y, callbacks=[early])
    assert early.best == float(value)
    assert type(early.best) is float


def test_how_they_are_written() -> None:
    assert str(cr.EarlyStopping(patience=3)) == "EarlyStopping(validation_loss, patience=3)"
    assert str(cr.CSVLog("log.csv")) == "CSVLog(log.csv)"
    assert issubclass(InputError, ChainruleError)


def test_they_are_exported_and_not_imported_before_they_are_asked_for() -> None:
    script = (
        "import sys, chainrule as cr\n"
        "print(sorted({'chainrule.training.callbacks', 'chainrule.training.fit'} & set(sys.modules)))\n"
        "where = cr.Callback.__module__\n"
        "print(where, sorted(set(cr.__all__) & set(vars(sys.modules[where]))))"
    )
    path = {**os.environ, "PYTHONPATH": str(Path(cr.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=path, check=True
    )
    first, second = done.stdout.splitlines()
    assert first == "[]"
    names = [
        "CSVLog",
        "Callback",
        "EarlyStopping",
        "LearningRate",
        "ReduceOnPlateau",
        "Run",
        "SaveBest",
        "Watcher",
    ]
    module, _, found = second.partition(" ")
    assert module == "chainrule.training.callbacks"
    assert set(names) <= set(re.findall(r"\w+", found))


# --- on the command line ------------------------------------------------------------------------------------


def run_train(*options: str) -> int:
    from chainrule.cli import run

    return run(["train", "moons", "--quiet", "--engine", "numpy", *options])


def test_train_with_patience(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """It ends early, saves the best weights, and its figures are theirs."""
    out = str(tmp_path / "model.safetensors")
    assert run_train("--epochs", "500", "--lr", "0.1", "--patience", "3", "--out", out) == 0
    found = re.search(
        r"^validation loss did not improve for 3 epochs; the weights of epoch (\d+) are restored\n"
        r"(\d+) epochs of 320 samples in .*\n  training     loss .*\n  validation   loss (\S+)",
        capsys.readouterr().out,
        re.MULTILINE,
    )
    assert found is not None
    best, epochs, loss = int(found[1]), int(found[2]), float(found[3])
    assert epochs == best + 3
    assert run_train("--epochs", str(best), "--lr", "0.1", "--out", str(tmp_path / "other.safetensors")) == 0
    assert f"validation   loss {loss:.6g}" in capsys.readouterr().out
    np.testing.assert_array_equal(
        cr.load(out).parameters.flat, cr.load(tmp_path / "other.safetensors").parameters.flat
    )


def test_patience_without_validation(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_train("--patience", "3", "--validation", "0") == 2
    assert capsys.readouterr().err == (
        "chainrule: --patience waits for the validation loss, and no samples are held out: give --validation.\n"
    )
