"""One training at a time for a network, an optimizer and a callback: in other threads, in callbacks, after a fork."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InputError
from processes import ended

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((60, 3)), RNG.integers(0, 2, 60)


def network() -> cr.Network:
    return cr.Network([3, 4, 2], seed=1)


class Held(cr.Callback):
    """Holds a training after its first epoch, until it is let go."""

    def __init__(self) -> None:
        self.there, self.go = threading.Event(), threading.Event()

    def epoch(self, run: cr.Run) -> None:
        self.there.set()
        assert self.go.wait(60)


class Training:
    """A fit in another thread, held after its first epoch."""

    def __init__(self, net: cr.Network, optimizer: Any = "sgd", *callbacks: Any) -> None:
        self.held, self.error = Held(), None
        self._thread = threading.Thread(target=self._fit, args=(net, optimizer, callbacks))

    def _fit(self, net: cr.Network, optimizer: Any, callbacks: Any) -> None:
        try:
            net.fit(X, Y, epochs=2, optimizer=optimizer, callbacks=[*callbacks, self.held])
        except Exception as error:
            self.error = error

    def __enter__(self) -> Training:
        self._thread.start()
        assert self.held.there.wait(60)
        return self

    def __exit__(self, *_: Any) -> None:
        self.held.go.set()
        self._thread.join(60)
        assert not self._thread.is_alive()
        assert self.error is None


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


ELSEWHERE = (
    "this network is in use by a training in another thread: wait until it has ended, or train a copy, "
    "copy.deepcopy(network)."
)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_one_network_is_not_trained_twice_at_once(engine: str) -> None:
    net = network()
    steps = net.steps(X, Y, epochs=3)
    with Training(net):
        before = net.parameters.flat.copy()
        assert refused(lambda: net.fit(X, Y, engine=engine)) == ELSEWHERE
        assert refused(lambda: next(steps)) == ELSEWHERE
        assert (net.parameters.flat == before).all()
        assert net.predict(X, engine=engine).shape == (60, 2)
        free = cr.Network([3, 4, 2], parameters=net.parameters)
        assert net.loss(X, Y) == free.loss(X, Y)  # which nobody trains
    next(steps)  # the same iterator goes on
    net.fit(X, Y, engine=engine)


def test_a_callback_that_trains_its_own_network_is_refused() -> None:
    net = network()
    message = refused(lambda: net.fit(X, Y, epochs=2, callbacks=[lambda run: run.network.fit(X, Y)]))
    assert message == (
        "this network is in use by a training that has called this one: wait until it has ended, or train a copy, "
        "copy.deepcopy(network)."
    )
    net.fit(X, Y)  # nothing stays claimed after an error


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (cr.Adam, "Adam"),
        (lambda: cr.Lookahead(cr.SGD()), "Lookahead"),
        (cr.LBFGS, "LBFGS"),
    ],
)
def test_one_optimizer_does_not_take_steps_for_two_networks(make: Any, name: str) -> None:
    optimizer, other = make(), network()
    with Training(network(), optimizer):
        message = refused(lambda: other.fit(X, Y, optimizer=optimizer))
    assert message == (
        f"this {name} is in use by a training in another thread: give each training one of its own."
    )
    assert (other.parameters.flat == network().parameters.flat).all()


def test_what_two_optimizers_share_serves_one_training_at_a_time() -> None:
    schedule, inner = cr.Cosine(0.1), cr.SGD()
    with Training(network(), cr.SGD(schedule)):
        message = refused(lambda: network().fit(X, Y, optimizer=cr.Adam(schedule)))
    assert (
        message == "this Cosine is in use by a training in another thread: give each training one of its own."
    )
    with Training(network(), cr.Lookahead(inner)):
        message = refused(lambda: network().fit(X, Y, optimizer=cr.Lookahead(inner)))
    assert message == "this SGD is in use by a training in another thread: give each training one of its own."


def test_what_a_callback_remembers_is_of_one_training() -> None:
    stopping = cr.EarlyStopping("loss")
    with Training(network(), "sgd", stopping):
        message = refused(lambda: network().fit(X, Y, callbacks=[stopping]))
    assert message == (
        "this EarlyStopping is in use by a training in another thread: give each training one of its own."
    )
    network().fit(X, Y, callbacks=[stopping])


def test_of_many_threads_that_begin_at_once_one_trains() -> None:
    net, told, barrier = network(), [], threading.Barrier(8)

    def go() -> None:
        barrier.wait(60)
        try:
            net.fit(X, Y, epochs=200, batch_size=5, optimizer="sgd")
            told.append("")
        except InputError as error:
            told.append(str(error))

    threads = [threading.Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    alone = told.count("")
    assert alone >= 1
    assert told.count(ELSEWHERE) == 8 - alone
    right = network()
    for _ in range(alone):  # those that began after another one had ended
        right.fit(X, Y, epochs=200, batch_size=5, optimizer="sgd")
    assert (net.parameters.flat == right.parameters.flat).all()


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_training_in_another_thread_is_that_of_the_main_one(engine: str) -> None:
    nets = [network(), network()]
    nets[0].fit(X, Y, epochs=5, batch_size=7, engine=engine)
    thread = threading.Thread(
        target=lambda: nets[1].fit(X, Y, epochs=5, batch_size=7, engine=engine, progress=True)
    )
    thread.start()
    thread.join(60)
    assert nets[0].parameters.flat.tobytes() == nets[1].parameters.flat.tobytes()


def test_the_main_thread_alone_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Seen(Exception):
        pass

    def seen(epochs: int, begun: int) -> None:
        raise Seen

    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setattr("chainrule.training.progress.Bar", seen)
    with pytest.raises(Seen):
        network().fit(X, Y)
    told: list[cr.History] = []
    thread = threading.Thread(target=lambda: told.append(network().fit(X, Y)))
    thread.start()
    thread.join(60)
    assert [history.epochs for history in told] == [1]


def test_two_networks_train_at_once_as_one_after_the_other() -> None:
    nets = [cr.Network([3, 4, 2], seed=seed) for seed in range(8)]
    alone = [cr.Network([3, 4, 2], seed=seed) for seed in range(8)]

    def go(net: cr.Network, engine: str) -> None:
        net.fit(X, Y, epochs=40, batch_size=7, engine=engine, validation_data=(X, Y))

    engines = ["numpy", "compiled"] * 4
    threads = [threading.Thread(target=go, args=each) for each in zip(nets, engines, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    for net, engine in zip(alone, engines, strict=True):
        go(net, engine)
    assert [net.parameters.flat.tobytes() for net in nets] == [net.parameters.flat.tobytes() for net in alone]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_process_knows_nothing_of_the_trainings_of_other_threads() -> None:
    net = network()
    with Training(net):
        child = os.fork()
        if child == 0:
            try:
                net.fit(X, Y)
                os._exit(0)
            except BaseException:
                os._exit(1)
        assert ended(child) == 0
