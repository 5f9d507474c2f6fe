"""The seven workloads of the race, as data, and the task that each one draws."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import UnknownName

Array = NDArray[Any]


@dataclass(frozen=True)
class Workload:
    """A network and how it is trained: a column of the table.

    Parameters
    ----------
    name : what it is called, ``"a"``
    sizes : units from input to output, relu between them
    batch_size, batches : samples a step, and steps an epoch
    optimizer, learning_rate : "adam" or "sgd", and its learning rate
    regression : identity and mean squared error, instead of softmax and cross-entropy
    dtype : of everything
    checked_epochs : after how many epochs losses and weights of all contestants are compared
    max_ratio, min_speedup : the goals: at most so many times the limit, at least so many times as fast as the best peer
    """

    name: str
    sizes: tuple[int, ...]
    batch_size: int
    batches: int
    optimizer: str = "adam"
    learning_rate: float = 0.001
    regression: bool = False
    dtype: str = "float32"
    checked_epochs: int = 2
    max_ratio: float = 1.0
    min_speedup: float = 1.0

    @property
    def shape(self) -> str:
        """The sizes in short, such as ``32-(16 × 32)-10``."""
        first, *middle, last = self.sizes
        alike = len(middle) > 3 and len(set(middle)) == 1
        between = f"({len(middle)} × {middle[0]})" if alike else "-".join(map(str, middle))
        return f"{first}-{between}-{last}"

    def __str__(self) -> str:
        what = "regression, " if self.regression else ""
        optimizer = {"adam": "Adam", "sgd": "SGD"}[self.optimizer]
        return f"{self.shape}, {what}batches of {self.batch_size}, {optimizer}, {self.dtype}"


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("a", (2, 3, 2), 200, 1, "sgd", 0.01, checked_epochs=200, max_ratio=0.2, min_speedup=6),
        Workload(
            "a64",
            (2, 3, 2),
            200,
            1,
            "sgd",
            0.01,
            dtype="float64",
            checked_epochs=200,
            max_ratio=0.45,
            min_speedup=2.3,
        ),
        Workload("b", (784, 128, 10), 100, 60, max_ratio=1.12, min_speedup=1.15),
        Workload("c", (784, 512, 512, 10), 128, 20, checked_epochs=1, max_ratio=1.12, min_speedup=1.08),
        Workload("d", (784, 1024, 1024, 10), 256, 20, checked_epochs=1, max_ratio=1.08, min_speedup=1.05),
        Workload("e", (32, *[32] * 16, 10), 64, 20, checked_epochs=1, max_ratio=0.9, min_speedup=1.6),
        Workload("f", (20, 100, 100, 1), 32, 60, regression=True, max_ratio=1.0, min_speedup=1.3),
    )
}


IMAGE = 784  # pixels


def pick(names: str) -> list[Workload]:
    """The workloads of a list such as ``a,b,f``."""
    chosen = dict.fromkeys(name.strip() for name in names.split(",") if name.strip())
    for name in chosen or [names]:
        if name not in WORKLOADS:
            raise UnknownName("column", name, WORKLOADS)
    return [WORKLOADS[name] for name in chosen]


@dataclass(frozen=True)
class Task:
    """The same work for every contestant.

    Parameters
    ----------
    workload : the network and its training
    X, y : inputs (n, inputs) and targets (n, outputs), classes as rows with a single 1
    weights : the initial W1, b1, W2, b2, …, each W (inputs, outputs)
    threads : how many a contestant may use
    """

    workload: Workload
    X: Array
    y: Array
    weights: list[Array]
    threads: int = 2

    @property
    def layers(self) -> list[tuple[Array, Array]]:
        """The weights, as the pairs W, b."""
        return list(zip(self.weights[::2], self.weights[1::2], strict=True))

    @property
    def labels(self) -> Array:
        """The class of each sample."""
        labels: Array = self.y.argmax(axis=1)
        return labels

    def rows(self) -> Iterator[slice]:
        """The rows of each batch of an epoch, in order."""
        size = self.workload.batch_size
        return (slice(start, start + size) for start in range(0, len(self.X), size))


def draw(workload: Workload, threads: int = 2, seed: int = 0) -> Task:
    """Inputs, the answers that a random linear teacher gives to them, and initial weights as He draws them.

    Many inputs are images, with a fifth of the pixels lit, as in MNIST; few are normal.
    """
    rng = np.random.default_rng(seed)
    inputs, outputs = workload.sizes[0], workload.sizes[-1]
    shape = workload.batch_size * workload.batches, inputs
    X = rng.random(shape) * (rng.random(shape) < 0.2) if inputs >= IMAGE else rng.standard_normal(shape)
    scores = (X - X.mean(axis=0)) @ rng.standard_normal((inputs, outputs))
    y = np.sin(scores) if workload.regression else np.eye(outputs)[scores.argmax(axis=1)]
    return Task(
        workload,
        X.astype(workload.dtype),
        y.astype(workload.dtype),
        initial_weights(workload, rng),
        threads=threads,
    )


def initial_weights(workload: Workload, rng: np.random.Generator) -> list[Array]:
    """Weights as He draws them, biases 0."""
    found: list[Array] = []
    for a, b in itertools.pairwise(workload.sizes):
        found.append(rng.normal(0, np.sqrt(2 / a), (a, b)).astype(workload.dtype))
        found.append(np.zeros(b, workload.dtype))
    return found
