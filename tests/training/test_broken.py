"""A training that is broken off by an error, in any thread or child, leaves the network whole, and the signals."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from processes import ended

X, Y = cr.data.moons(60, seed=0)
ENGINES = ["numpy", "compiled"]


class Broken(Exception):
    """What a callback raises."""


def network() -> cr.Network:
    return cr.Network([2, 6, 2], seed=3)


def after(steps: int) -> Any:
    """The parameters after so many steps of an undisturbed training."""
    net = network()
    taken = net.steps(X, Y, epochs=4, batch_size=20, optimizer=cr.Adam(0.01), seed=1)
    for _ in range(steps):
        next(taken)
    return net.parameters.flat.copy()


class Breaking(cr.Callback):
    """Raises where it is told to, at the third time that it is called there."""

    def __init__(self, where: str, error: type[BaseException] = Broken) -> None:
        self.where, self.error, self.count = where, error, 0

    def _called(self, where: str) -> None:
        if where == self.where:
            self.count += 1
            if self.count == 3 or where in ("start", "end"):
                raise self.error

    def start(self, run: cr.Run) -> None:
        self._called("start")

    def batch(self, run: cr.Run) -> None:
        self._called("batch")

    def epoch(self, run: cr.Run) -> None:
        self._called("epoch")

    def end(self, run: cr.Run) -> None:
        self._called("end")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("where", "steps"), [("start", 0), ("batch", 3), ("epoch", 9), ("end", 12)])
def test_a_callback_that_raises(where: str, steps: int, engine: str) -> None:
    net, optimizer = network(), cr.Adam(0.01)
    with pytest.raises(Broken):
        net.fit(
            X,
            Y,
            epochs=4,
            batch_size=20,
            optimizer=optimizer,
            seed=1,
            engine=engine,
            callbacks=[Breaking(where)],
        )
    assert optimizer.t == steps
    np.testing.assert_allclose(net.parameters.flat, after(steps), rtol=1e-12, atol=1e-15)
    assert net.fit(X, Y, epochs=2, optimizer=optimizer, engine=engine).epochs == 2
    assert np.isfinite(net.predict(X)).all()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("error", [SystemExit, Broken])
def test_a_thread_that_dies_in_training(error: type[BaseException], engine: str) -> None:
    net, optimizer = network(), cr.Adam(0.01)
    thread = threading.Thread(
        target=net.fit,
        args=(X, Y),
        kwargs={
            "epochs": 4, "batch_size": 20, "seed": 1, "optimizer": optimizer, "engine": engine,
            "callbacks": [Breaking("epoch", error)],
        },
    )  # fmt: skip
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    np.testing.assert_allclose(net.parameters.flat, after(9), rtol=1e-12, atol=1e-15)
    assert net.fit(X, Y, epochs=1, optimizer=optimizer, engine=engine).epochs == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_thread_that_is_ended_from_outside(engine: str) -> None:
    """Wherever it is: the network can be used, and what it has is finite."""
    net, optimizer, begun = network(), cr.Adam(0.01), threading.Event()
    thread = threading.Thread(
        target=net.fit,
        args=(X, Y),
        kwargs={
            "epochs": 10**7, "optimizer": optimizer, "engine": engine, "callbacks": [lambda run: begun.set()]
        },
    )  # fmt: skip
    thread.start()
    assert begun.wait(60)
    time.sleep(0.2)
    assert thread.ident is not None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Broken))
    thread.join(60)
    assert not thread.is_alive()
    assert np.isfinite(net.parameters.flat).all()
    before = optimizer.t
    net.fit(X, Y, epochs=1, batch_size=60, optimizer=optimizer, engine=engine)
    assert optimizer.t == before + 1


def forked(work: Callable[[], None]) -> int | None:
    """How a child ends that does this."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return ended(child)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_child_trains_what_its_parent_trained(engine: str) -> None:
    net, right = network(), network()
    for each in (net, right):
        each.fit(X, Y, epochs=2, engine=engine)
    right.fit(X, Y, epochs=2, engine=engine)

    def work() -> None:
        net.fit(X, Y, epochs=2, engine=engine)
        assert np.array_equal(net.parameters.flat, right.parameters.flat)

    assert forked(work) == 0
    net.fit(X, Y, epochs=2, engine=engine)  # and so does the parent
    assert np.array_equal(net.parameters.flat, right.parameters.flat)


@pytest.fixture
def own_handlers() -> Iterator[Callable[..., None]]:
    """Handlers of the program's own."""

    def handler(number: int, frame: Any) -> None:
        """Does nothing."""

    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    yield handler
    for number, old in before.items():
        signal.signal(number, old)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("where", ["", "start", "batch", "epoch", "end"])
def test_a_programs_own_handlers_are_put_back(
    where: str, engine: str, own_handlers: Callable[..., None]
) -> None:
    callbacks = [Breaking(where)] if where else []
    try:
        network().fit(X, Y, epochs=4, batch_size=20, engine=engine, callbacks=callbacks)
    except Broken:
        assert where
    assert signal.getsignal(signal.SIGINT) is own_handlers
    assert signal.getsignal(signal.SIGTERM) is own_handlers


def test_a_training_in_another_thread_takes_no_handler(own_handlers: Callable[..., None]) -> None:
    seen: list[Any] = []

    def look(run: cr.Run) -> None:
        seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=network().fit, args=(X, Y), kwargs={"epochs": 2, "callbacks": [look]})
    thread.start()
    thread.join(60)
    assert seen == [own_handlers] * 2
    assert signal.getsignal(signal.SIGINT) is own_handlers
