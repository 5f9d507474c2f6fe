"""Callbacks that tests watch trainings by."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import chainrule as cr
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


def interrupting(step: int, engine: str, callbacks: list[Any], **how: Any) -> tuple[cr.Network, History]:
    """A training in which Ctrl-C comes right after a step."""

    class Press(cr.Callback):
        def batch(self, run: cr.Run) -> None:
            if run.step == step:
                signal.raise_signal(signal.SIGINT)

    net = network()
    return net, net.fit(X, Y, batch_size=20, callbacks=[Press(), *callbacks], engine=engine, **how)
