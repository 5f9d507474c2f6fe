"""Many callers at once: each gets its own answer, with any number of threads, and in child processes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import chainrule as cr
from chainrule.parts.base import Array

RNG = np.random.default_rng(0)
SIZES = [1, 16, 17, 300, 2, 1500, 5, 700]  # few rows are copied, more are read where they are
XS = [RNG.standard_normal((rows, 20)) for rows in SIZES]
Y = RNG.integers(0, 5, 700)
WAYS: list[Any] = [("compiled", 1), ("compiled", 2), ("numpy", None)]


def network(seed: int = 0) -> cr.Network:
    return cr.Network([20, 32, 5], seed=seed)


def rightly(net: cr.Network, engine: str, threads: int | None = None) -> list[Array]:
    """The answers that a single caller gets, whose bits are those of an engine and a number of threads."""
    found = [net.predict(X, engine=engine, threads=threads) for X in XS]
    for X, answer in zip(XS, found, strict=True):
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
    right = [net.predict(X, engine=engine, threads=threads) for X in xs]
    for X, answer in zip(xs, right, strict=True):
        np.testing.assert_allclose(answer, net.predict(X, engine="numpy"), rtol=1e-9)

    def ask(X: Array, answer: Array) -> None:
        for _ in range(rounds):
            assert net.predict(X, engine=engine, threads=threads).tobytes() == answer.tobytes()

    return [partial(ask, X, answer) for X, answer in zip(xs, right, strict=True)]
