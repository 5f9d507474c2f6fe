"""The seven columns of the race, as data, and the work that each one draws."""

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
class Column:
    """A network and how it is trained.

    Parameters
    ----------
    name : what it is called, ``"a"``
    sizes : units from input to output, relu between them
    batch, batches : samples a step, and steps an epoch
    optimizer, rate : "adam" or "sgd", and its learning rate
    regression : identity and mean squared error, instead of softmax and cross-entropy
    dtype : of everything
    checked : the epochs after which losses and weights of all racers are compared
    most, ahead : the goals: at most so many times the limit, at least so many times ahead of the best peer
    """

    name: str
    sizes: tuple[int, ...]
    batch: int
    batches: int
    optimizer: str = "adam"
    rate: float = 0.001
    regression: bool = False
    dtype: str = "float32"
    checked: int = 2
    most: float = 1.0
    ahead: float = 1.0

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
        return f"{self.shape}, {what}batches of {self.batch}, {optimizer}, {self.dtype}"


COLUMNS = {
    column.name: column
    for column in (
        Column("a", (2, 3, 2), 200, 1, "sgd", 0.01, checked=200, most=0.2, ahead=6),
        Column("a64", (2, 3, 2), 200, 1, "sgd", 0.01, dtype="float64", checked=200, most=0.45, ahead=2.3),
        Column("b", (784, 128, 10), 100, 60, most=1.12, ahead=1.15),
        Column("c", (784, 512, 512, 10), 128, 20, checked=1, most=1.12, ahead=1.08),
        Column("d", (784, 1024, 1024, 10), 256, 20, checked=1, most=1.08, ahead=1.05),
        Column("e", (32, *[32] * 16, 10), 64, 20, checked=1, most=0.9, ahead=1.6),
        Column("f", (20, 100, 100, 1), 32, 60, regression=True, most=1.0, ahead=1.3),
    )
}


IMAGE = 784  # pixels


def pick(names: str) -> list[Column]:
    """The columns of a list such as ``a,b,f``."""
    chosen = dict.fromkeys(name.strip() for name in names.split(",") if name.strip())
    for name in chosen or [names]:
        if name not in COLUMNS:
            raise UnknownName("column", name, COLUMNS)
    return [COLUMNS[name] for name in chosen]


@dataclass(frozen=True)
class Task:
    """The same work for every racer.

    Parameters
    ----------
    column : the network and its training
    X, y : inputs (n, inputs) and targets (n, outputs), classes as rows with a single 1
    weights : the initial W1, b1, W2, b2, …, each W (inputs, outputs)
    threads : how many a racer may use
    """

    column: Column
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
        size = self.column.batch
        return (slice(start, start + size) for start in range(0, len(self.X), size))


def draw(column: Column, threads: int = 2, seed: int = 0) -> Task:
    """Inputs, the answers that a random linear teacher gives to them, and initial weights as He draws them.

    Many inputs are images, with a fifth of the pixels lit, as in MNIST; few are normal.
    """
    rng = np.random.default_rng(seed)
    inputs, outputs = column.sizes[0], column.sizes[-1]
    shape = column.batch * column.batches, inputs
    X = rng.random(shape) * (rng.random(shape) < 0.2) if inputs >= IMAGE else rng.standard_normal(shape)
    scores = (X - X.mean(axis=0)) @ rng.standard_normal((inputs, outputs))
    y = np.sin(scores) if column.regression else np.eye(outputs)[scores.argmax(axis=1)]
    return Task(column, X.astype(column.dtype), y.astype(column.dtype), initial(column, rng), threads=threads)


def initial(column: Column, rng: np.random.Generator) -> list[Array]:
    """Weights as He draws them, biases 0."""
    found: list[Array] = []
    for a, b in itertools.pairwise(column.sizes):
        found.append(rng.normal(0, np.sqrt(2 / a), (a, b)).astype(column.dtype))
        found.append(np.zeros(b, column.dtype))
    return found
