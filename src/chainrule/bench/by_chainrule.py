"""chainrule, with each of its engines."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from chainrule.bench.workloads import IMAGE_SHAPE, Array, Task
from chainrule.data.augment import Augment
from chainrule.network import Network
from chainrule.parts import (
    SGD,
    Adam,
    AdamW,
    BatchNorm,
    Cosine,
    Dense,
    Dropout,
    Identity,
    ReLU,
    Softmax,
)

ORDER = ("W{}", "b{}", "gamma{}", "beta{}", "mu{}_run", "var{}_run")  # of a layer's arrays in a result


def network(task: Task) -> Network:
    """The task's network with its initial weights."""
    workload = task.workload
    names = [f"{letter}{i}" for i in range(1, len(workload.sizes)) for letter in "Wb"]
    layers: list[Any] = []
    for a, b in itertools.pairwise(workload.sizes):
        layers += [Dense(a, b), *([BatchNorm()] if workload.batch_norm else []), ReLU()]
        layers += [Dropout(workload.dropout)] if workload.dropout else []
    last = 1 + max(i for i, layer in enumerate(layers) if isinstance(layer, Dense))
    return Network(
        [*layers[:last], Identity() if workload.regression else Softmax()],
        loss="mean_squared_error" if workload.regression else "cross_entropy",
        dtype=workload.dtype,
        parameters=dict(zip(names, task.weights, strict=True)),
    )


def options(engine: str, task: Task) -> dict[str, Any]:
    """The engine, and the number of threads where a process can't be kept to so many processors.

    Elsewhere chainrule chooses its threads by the size of the work, as it does for its users.
    """
    if engine != "compiled" or hasattr(os, "sched_setaffinity"):
        return {"engine": engine}
    return {"engine": engine, "threads": task.threads}


class InNumPy:
    """`Network.fit`, by the NumPy engine."""

    engine = "numpy"

    def __init__(self, task: Task) -> None:
        self.task = task
        self.network = network(task)
        self.first = [each.copy() for each in self._arrays()]
        self.options: dict[str, Any] = {**options(self.engine, task), "progress": False}
        workload = task.workload
        self.move = None
        if workload.moves:
            self.move = Augment(IMAGE_SHAPE, shift=workload.shift, rotation=workload.rotation)
        self.seed = 0
        self.start()

    def start(self, amount: int = 0) -> None:
        for array, first in zip(self._arrays(), self.first, strict=True):
            array[...] = first
        workload = self.task.workload
        rate = workload.learning_rate
        kind = {"adam": Adam, "adamw": AdamW, "sgd": SGD}[workload.optimizer]
        self.optimizer = kind(Cosine(rate) if workload.cosine else rate)
        self.seed += 1

    def run(self, epochs: int) -> Sequence[float]:
        task, workload = self.task, self.task.workload
        if workload.streamed:
            losses = [
                self.network.fit(task.X[rows], task.y[rows], optimizer=self.optimizer, **self.options).loss
                for _ in range(epochs)
                for rows in task.rows()
            ]
            means: list[float] = np.reshape(losses, (epochs, -1)).mean(axis=1).tolist()
            return means
        history = self.network.fit(
            task.X, task.y, epochs=epochs, batch_size=workload.batch_size, optimizer=self.optimizer,
            shuffle=workload.by_chance, seed=self.seed,
            transform=self.move, class_weight="balanced" if workload.balanced else None, **self.options,
        )  # fmt: skip
        return history.loss

    def result(self) -> list[Array]:
        each: dict[str, Array] = {**self.network.parameters, **self.network.buffers}
        names = [name.format(i) for i in range(1, len(self.task.workload.sizes)) for name in ORDER]
        return [each[name] for name in names if name in each]

    def _arrays(self) -> list[Array]:
        """All that training changes."""
        return [self.network.parameters.flat, *self.network.buffers.values()]


class Compiled(InNumPy):
    """`Network.fit`, by the compiled engine."""

    engine = "compiled"


class Default(InNumPy):
    """`Network.fit`, as it comes."""

    engine = "auto"


def default(task: Task) -> Callable[[Array], Array]:
    """`Network.predict`, as it comes."""
    return network(task).predict


def in_numpy(task: Task) -> Callable[[Array], Array]:
    """`Network.predict`, by the NumPy engine."""
    return _predict(task, "numpy")


def compiled(task: Task) -> Callable[[Array], Array]:
    """`Network.predict`, by the compiled engine."""
    return _predict(task, "compiled")


def _predict(task: Task, engine: str) -> Callable[[Array], Array]:
    net, given = network(task), options(engine, task)
    return lambda X: net.predict(X, **given)
