"""chainrule, with each of its engines."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from chainrule.bench.workloads import Array, Task
from chainrule.network import Network
from chainrule.parts import SGD, Adam


def network(task: Task) -> Network:
    """The task's network with its initial weights."""
    workload = task.workload
    names = [f"{letter}{i}" for i in range(1, len(workload.sizes)) for letter in "Wb"]
    return Network(
        workload.sizes,
        output="identity" if workload.regression else "softmax",
        loss="mean_squared_error" if workload.regression else "cross_entropy",
        dtype=workload.dtype,
        parameters=dict(zip(names, task.weights, strict=True)),
    )


def options(engine: str, task: Task) -> dict[str, Any]:
    """The engine, and the number of threads where a process can't be kept to so many processors.

    Elsewhere chainrule chooses its threads by the size of the work, as it does for its users.
    """
    if engine == "numpy" or hasattr(os, "sched_setaffinity"):
        return {"engine": engine}
    return {"engine": engine, "threads": task.threads}


class InNumPy:
    """`Network.fit`, by the NumPy engine."""

    engine = "numpy"

    def __init__(self, task: Task) -> None:
        self.task = task
        self.network = network(task)
        self.first = self.network.parameters.flat.copy()
        self.options = options(self.engine, task)
        self.start()

    def start(self, amount: int = 0) -> None:
        self.network.parameters.flat[...] = self.first
        workload = self.task.workload
        self.optimizer = {"adam": Adam, "sgd": SGD}[workload.optimizer](workload.learning_rate)

    def run(self, epochs: int) -> Sequence[float]:
        history = self.network.fit(
            self.task.X, self.task.y, epochs=epochs, batch_size=self.task.workload.batch_size,
            optimizer=self.optimizer, shuffle=False, progress=False, **self.options,
        )  # fmt: skip
        return history.loss

    def result(self) -> list[Array]:
        return list(self.network.parameters.values())


class Compiled(InNumPy):
    """`Network.fit`, by the compiled engine."""

    engine = "compiled"


def in_numpy(task: Task) -> Callable[[Array], Array]:
    """`Network.predict`, by the NumPy engine."""
    return _predict(task, "numpy")


def compiled(task: Task) -> Callable[[Array], Array]:
    """`Network.predict`, by the compiled engine."""
    return _predict(task, "compiled")


def _predict(task: Task, engine: str) -> Callable[[Array], Array]:
    net, given = network(task), options(engine, task)
    return lambda X: net.predict(X, **given)
