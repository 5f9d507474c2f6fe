"""Many callers at once: each gets its own answer, with any number of threads, and in child processes."""

from __future__ import annotations

import _thread
import copy
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.compiler import predictor, team
from chainrule.errors import InputError
from chainrule.parts.contract import Array
from chainrule.training import engine_choice as engines
from processes import ended
from thorough import THOROUGH

RNG = np.random.default_rng(0)
SIZES = [1, 16, 17, 300, 2, 1500, 5, 700]  # few rows are copied, more are read where they are
XS = [RNG.standard_normal((rows, 20)) for rows in SIZES]
Y = RNG.integers(0, 5, 700)
WAYS: list[Any] = [("compiled", 1), ("compiled", 2), ("numpy", None)]


def network(seed: int = 0) -> cr.Network:
    return cr.Network([20, 32, 5], seed=seed)


def rightly(net: cr.Network, xs: list[Array], engine: str, threads: int | None) -> list[Array]:
    """The answers that a single caller gets, whose bits are those of an engine and a number of threads."""
    found = [net.predict(X, engine=engine, threads=threads) for X in xs]
    for X, answer in zip(xs, found, strict=True):
        np.testing.assert_allclose(answer, net.predict(X, engine="numpy"), rtol=1e-9)
    return found


def at_once(calls: list[Callable[[], None]]) -> None:
    """Call all of them, each in a thread of its own, and raise what one of them raises."""
    failed: list[BaseException] = []
    barrier = threading.Barrier(len(calls))

    def go(call: Callable[[], None]) -> None:
        try:
            barrier.wait(60)
            call()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=go, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
        assert not thread.is_alive(), "a call hangs"
    if failed:
        raise failed[0]


def asking(
    net: cr.Network, engine: str, threads: int | None, rounds: int, mixed: bool
) -> list[Callable[[], None]]:
    """Eight callers, each with samples of its own; with `mixed`, small ones and large ones."""
    xs = XS if mixed else [X[:1] for X in XS]

    def ask(X: Array, answer: Array) -> None:
        for _ in range(rounds):
            assert net.predict(X, engine=engine, threads=threads).tobytes() == answer.tobytes()

    right = rightly(net, xs, engine, threads)
    return [partial(ask, X, answer) for X, answer in zip(xs, right, strict=True)]


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


# --- answers --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("engine", "threads", "rounds", "mixed"),
    [
        ("compiled", 1, 10_000 if THOROUGH else 3_000, False),
        ("compiled", 1, 1_000 if THOROUGH else 300, True),
        ("compiled", 2, 250, False),
        ("compiled", 2, 250, True),
        ("numpy", None, 250, True),
    ],
)
def test_eight_callers_at_once(engine: str, threads: int | None, rounds: int, mixed: bool) -> None:
    at_once(asking(network(), engine, threads, rounds, mixed))


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(("engine", "threads"), WAYS)
@pytest.mark.parametrize("same", [True, False], ids=["this network", "another network"])
def test_eight_callers_while_a_network_trains(engine: str, threads: int | None, same: bool) -> None:
    net = network()
    # At a rate of 0 the weights are written again and again, and stay what they are.
    trained, optimizer = (net, cr.SGD(0.0)) if same else (network(1), cr.Adam())
    ended = threading.Event()

    def train() -> None:
        while not ended.is_set():
            trained.fit(
                XS[7], Y, epochs=3, batch_size=50, optimizer=optimizer, engine=engine, threads=threads
            )

    trainer = threading.Thread(target=train)
    trainer.start()
    try:
        at_once(asking(net, engine, threads, 100, True))
    finally:
        ended.set()
        trainer.join(60)
    assert not trainer.is_alive()


@pytest.mark.parametrize(("engine", "threads"), WAYS)
def test_the_first_calls_at_once(engine: str, threads: int | None) -> None:
    right = rightly(network(), XS, engine, threads)

    def ask(net: cr.Network, X: Array, answer: Array) -> None:
        assert net.predict(X, engine=engine, threads=threads).tobytes() == answer.tobytes()

    for net in (network() for _ in range(3)):
        at_once([partial(ask, net, X, answer) for X, answer in zip(XS, right, strict=True)])


def test_what_is_not_finite_is_told_to_its_own_caller() -> None:
    net = network()
    bad = XS[1].copy()
    bad[3, 4] = np.nan
    right = rightly(net, XS, "compiled", 1)[1]

    def asks_rightly() -> None:
        for _ in range(2000):
            assert net.predict(XS[1], engine="compiled", threads=1).tobytes() == right.tobytes()

    def asks_wrongly() -> None:
        for _ in range(500):
            with pytest.raises(InputError, match=r"X\[3, 4\] is nan"):
                net.predict(bad, engine="compiled", threads=1)

    at_once([*[asks_rightly] * 3, *[asks_wrongly] * 3])


def test_trainings_with_two_threads_each_at_once() -> None:
    def trained(seed: int) -> bytes:
        net = network(seed)
        net.fit(XS[7], Y, epochs=20, batch_size=50, engine="compiled", threads=2, validation_data=(XS[7], Y))
        return net.parameters.flat.tobytes()

    found: dict[int, bytes] = {}

    def train(seed: int) -> None:
        found[seed] = trained(seed)

    at_once([partial(train, seed) for seed in range(4)])
    assert found == {seed: trained(seed) for seed in range(4)}


def test_a_single_caller_makes_one_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    frame = predictor.Frame

    def counted(*given: Any) -> Any:
        made.append(given)
        return frame(*given)

    monkeypatch.setattr(predictor, "Frame", counted)
    net = network()
    for _ in range(3):
        for X in XS:
            net.predict(X, engine="compiled", threads=1)
    assert len(made) == 1


# --- threads --------------------------------------------------------------------------------------------------


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the threads that run in teams, and no team is free at first."""
    found: list[int] = []
    serve = team._serve

    def watched(queues: Any) -> None:
        found.append(len(queues))
        serve(queues)
        found.remove(len(queues))

    monkeypatch.setattr(team, "_free", [])
    monkeypatch.setattr(team, "_serve", watched)
    return found


def comes(condition: Callable[[], bool]) -> bool:
    """Whether something comes about in time."""
    until = time.monotonic() + 30
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


def test_a_team_is_used_again_and_too_many_of_them_end(running: list[int]) -> None:
    net = network()
    for _ in range(20):
        net.predict(XS[3], engine="compiled", threads=3)
    assert comes(lambda: sorted(running) == [1, 2])
    held = [team.lease(1) for _ in range(team.MAX_FREE_TEAMS + 5)]
    assert comes(lambda: len(running) == 2 + team.MAX_FREE_TEAMS + 4)
    for each in held:
        team.give_back(each)
    del held, each
    assert comes(lambda: len(running) <= 1 + team.MAX_FREE_TEAMS)


def test_a_training_gives_its_team_back_however_it_ends(running: list[int]) -> None:
    net = network()

    def fail(run: cr.Run) -> None:
        raise KeyError("enough")

    for _ in range(3):
        net.fit(XS[7], Y, engine="compiled", threads=3)
        with pytest.raises(KeyError):
            net.fit(XS[7], Y, engine="compiled", threads=3, callbacks=[fail])
    assert comes(lambda: sorted(running) == [1, 2])


@pytest.fixture
def no_more(running: list[int], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The system starts one more thread, and then none."""
    started: list[int] = []

    def limited(function: Any, args: Any) -> None:
        if started:
            raise RuntimeError("can't start new thread")
        started.append(len(args[0]))
        _thread.start_new_thread(function, args)

    monkeypatch.setattr(team, "start_new_thread", limited)
    return started


@pytest.mark.parametrize("what", ["fit", "predict"])
def test_threads_that_were_asked_for_and_are_not_to_be_had(
    what: str, no_more: list[int], running: list[int]
) -> None:
    net = network()
    before = net.parameters.flat.copy()
    call = partial(net.fit, XS[7], Y) if what == "fit" else partial(net.predict, XS[7])
    with pytest.raises(InputError) as caught:
        call(engine="compiled", threads=4)
    assert str(caught.value) == (
        "threads = 4, and the system starts no more than 2 of them (can't start new thread): take fewer, or let it "
        "start more (ulimit -u)."
    )
    assert (net.parameters.flat == before).all()
    assert no_more == [1]
    assert comes(lambda: not running)  # the one that was started has nothing to do
    rightly(net, XS, "compiled", 1)


def test_threads_that_nobody_asked_for_are_done_without(
    no_more: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_threads", lambda work, makers=0: 3)
    net = network()
    history = net.fit(XS[7], Y, engine="compiled")
    assert (history.engine, history.threads, history.why) == (
        "compiled", 1, "asked for; with one thread, as the system starts no more",
    )  # fmt: skip
    no_more.clear()
    right = net.predict(XS[7], engine="compiled", threads=1)
    assert net.predict(XS[7], engine="compiled").tobytes() == right.tobytes()
    assert no_more == [1]  # it was tried


def test_threads_that_the_system_itself_refuses() -> None:
    script = """
import threading, numpy as np, chainrule as cr
net, X = cr.Network([20, 32, 5]), np.ones((1500, 20))
threading.stack_size(1 << 46)
for call in (net.predict, lambda X, **given: net.fit(X, np.arange(1500) % 5, **given)):
    try:
        call(X, engine="compiled", threads=2)
    except cr.ChainruleError as error:
        print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    message = (
        "threads = 2, and the system starts no more than 1 of them (can't start new thread): take fewer, or let it "
        "start more (ulimit -u).\n"
    )
    assert (run.stdout, run.returncode) == (2 * message, 0), run.stderr


class Struck(Exception):
    """What a signal raises."""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs setitimer")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # where it strikes a finalizer
def test_an_error_from_a_signal_leaves_no_thread_behind() -> None:
    def strike(*_: Any) -> None:
        raise Struck

    net, struck = network(), 0
    right = rightly(net, XS, "compiled", 2)
    before = signal.signal(signal.SIGALRM, strike)
    until = time.monotonic() + 3
    while (THOROUGH or struck <= 1500) and time.monotonic() < until:
        try:
            signal.setitimer(signal.ITIMER_REAL, RNG.uniform(1e-5, 3e-4))
            while True:
                net.predict(XS[3], engine="compiled", threads=2)
        except Struck:
            struck += 1
    signal.signal(signal.SIGALRM, before)
    assert struck > 50
    assert net.predict(XS[3], engine="compiled", threads=2).tobytes() == right[3].tobytes()
    busy = time.process_time()
    time.sleep(0.2)
    assert time.process_time() - busy < 0.15  # no thread spins, waiting for one that never comes


def test_an_interpreter_ends_while_threads_work() -> None:
    script = """
import threading, numpy as np, chainrule as cr
net, X = cr.Network([20, 32, 5]), np.ones((1500, 20))
def go():
    while True:
        net.predict(X, engine="compiled", threads=2)
for _ in range(3):
    threading.Thread(target=go, daemon=True).start()
for _ in range(100):
    net.predict(X, engine="compiled", threads=2)
print("done")
"""
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert (run.stdout, run.returncode) == ("done\n", 0), run.stderr


# --- processes ------------------------------------------------------------------------------------------------


def forked(work: Callable[[], bool]) -> int | None:
    """How a forked child ends that does some work: with 0, if it came out right."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if work() else 1)
        except BaseException:
            os._exit(2)
    return ended(child)


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
forks = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # with threads, as it is meant here


@needs_fork
@forks
@pytest.mark.parametrize(("engine", "threads"), WAYS)
def test_a_forked_child_predicts_and_trains(engine: str, threads: int | None) -> None:
    net, optimizer = network(), cr.Adam()
    options: Any = {"batch_size": 50, "engine": engine, "threads": threads, "validation_data": (XS[7], Y)}
    net.fit(XS[7], Y, optimizer=optimizer, **options)
    right = net.predict(XS[5], engine=engine, threads=threads)
    other, its = copy.deepcopy((net, optimizer))
    other.fit(XS[7], Y, optimizer=its, **options)

    def work() -> bool:
        found = net.predict(XS[5], engine=engine, threads=threads)
        net.fit(XS[7], Y, optimizer=optimizer, **options)
        same = net.parameters.flat.tobytes() == other.parameters.flat.tobytes()
        return same and found.tobytes() == right.tobytes()

    assert forked(work) == 0
    assert net.predict(XS[5], engine=engine, threads=threads).tobytes() == right.tobytes()


@needs_fork
@forks
@pytest.mark.parametrize("threads", [1, 2])
def test_a_child_that_is_forked_while_others_ask_train_and_compile(threads: int) -> None:
    net, done = network(), threading.Event()
    right = net.predict(XS[5], engine="compiled", threads=threads)
    network().fit(
        XS[7], Y, batch_size=50, threads=threads
    )  # a child waits for ever for what a thread imports

    def ask() -> None:
        while not done.is_set():
            net.predict(XS[5], engine="compiled", threads=threads)

    def train() -> None:
        while not done.is_set():  # each time a network of its own, which is compiled
            network().fit(XS[7], Y, batch_size=50, engine="compiled", threads=threads)

    def work() -> bool:
        found = net.predict(XS[5], engine="compiled", threads=threads)
        network().fit(XS[7], Y, batch_size=50, engine="compiled", threads=threads)
        return found.tobytes() == right.tobytes()

    def fork() -> None:
        try:
            assert {forked(work) for _ in range(10 if THOROUGH else 4)} == {0}
        finally:
            done.set()

    at_once([fork, ask, ask, train])


@needs_fork
@forks
def test_a_child_that_is_forked_by_a_callback_goes_on_with_the_training() -> None:
    nets = [network(), network()]
    children: list[int] = []

    def fork(run: cr.Run) -> None:
        if run.epoch == 2:
            children.append(os.fork())

    options: Any = {"epochs": 4, "batch_size": 50, "engine": "compiled", "threads": 2}
    nets[0].fit(XS[7], Y, **options)
    same = False
    try:
        nets[1].fit(XS[7], Y, callbacks=[fork], **options)
        same = nets[0].parameters.flat.tobytes() == nets[1].parameters.flat.tobytes()
    finally:
        if children and children[0] == 0:
            os._exit(0 if same else 1)
    assert same
    assert ended(children[0]) == 0


def asked(given: tuple[cr.Network, Array, int]) -> Array:
    net, X, threads = given
    return net.predict(X, engine="compiled", threads=threads)


@pytest.mark.parametrize("method", ["fork", "spawn"])
@forks
def test_a_pool_of_processes(method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"needs {method}")
    net = network()
    right = [net.predict(X, engine="compiled", threads=2) for X in XS]
    with multiprocessing.get_context(method).Pool(2) as pool:
        found = pool.map_async(asked, [(net, X, 2) for X in XS]).get(timeout=120)
    assert [answer.tobytes() for answer in found] == [answer.tobytes() for answer in right]


@forks
def test_joblib() -> None:
    joblib = pytest.importorskip("joblib")
    net = network()
    right = [net.predict(X, engine="compiled", threads=2) for X in XS]
    for backend in ("loky", "threading"):
        with joblib.parallel_config(backend=backend, n_jobs=2):
            found = joblib.Parallel()(joblib.delayed(asked)((net, X, 2)) for X in XS)
        assert [answer.tobytes() for answer in found] == [answer.tobytes() for answer in right]
