"""How trainings with callbacks end."""

from __future__ import annotations

import math
import os
import signal
import threading
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from callbacks_at_work import ENGINES, HELD, Diary, Stop, X, Y, exactly, interrupting, network
from chainrule.errors import Diverged, InputError, KindError


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
