"""The workloads of the race, as data, and the task that each one draws."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
    optimizer, learning_rate : "adam", "adamw" or "sgd", and its learning rate
    regression : identity and mean squared error, instead of softmax and cross-entropy
    dtype : of everything
    checked_epochs : after how many epochs losses and weights of all contestants are compared
    max_ratio, min_speedup : the goals: at most so many times the limit, at least so many times as fast as the best peer
    call, min_called : how many epochs a user asks for in a call, and how many times as fast chainrule is to be then
    cosine : whether the learning rate falls along a cosine to 0 at the end of a call
    batch_norm, dropout : of each hidden layer: z normalized, and the part of the units that is off
    balanced : each class counts the same, the samples of each by a weight
    shift, rotation : images moved by so many pixels and degrees at most, anew in each step
    streamed : each batch comes alone, as arrays of NumPy, in a call of its own
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
    call: int = 1
    min_called: float = 1.0
    cosine: bool = False
    batch_norm: bool = False
    dropout: float = 0.0
    balanced: bool = False
    shift: float = 0.0
    rotation: float = 0.0
    streamed: bool = False

    @property
    def by_chance(self) -> bool:
        """Whether a step depends on chance, so that contestants agree in the mean alone; then epochs are shuffled."""
        return self.dropout > 0 or self.moves

    @property
    def moves(self) -> bool:
        """Whether samples are images that are moved."""
        return self.shift > 0 or self.rotation > 0

    @property
    def shape(self) -> str:
        """The sizes in short, such as ``32-(16 × 32)-10``."""
        first, *middle, last = self.sizes
        alike = len(middle) > 3 and len(set(middle)) == 1
        between = f"({len(middle)} × {middle[0]})" if alike else "-".join(map(str, middle))
        return f"{first}-{between}-{last}"

    def __str__(self) -> str:
        optimizer = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD"}[self.optimizer]
        parts = {
            "regression": self.regression,
            "batch normalization": self.batch_norm,
            f"dropout {self.dropout:g}": self.dropout,
            "class weights": self.balanced,
            f"images shifted by up to {self.shift:g} pixels": self.shift,
            f"turned by up to {self.rotation:g}°": self.rotation,
            f"{'calls' if self.streamed else 'batches'} of {self.batch_size}": True,
            optimizer + " along a cosine" * self.cosine: True,
            self.dtype: True,
        }
        return ", ".join([self.shape, *(part for part, there in parts.items() if there)])


A = Workload("a", (2, 3, 2), 200, 1, "sgd", 0.01, checked_epochs=200, call=1000, min_called=2)
G = Workload(
    "g",
    (784, 512, 512, 10),
    128,
    60,
    "adamw",
    cosine=True,
    batch_norm=True,
    dropout=0.2,
    call=3,
    min_called=1.2,
)
H = Workload("h", (30, 64, 64, 2), 256, 391, dropout=0.1, balanced=True, call=3, min_called=2)
I = Workload("i", (784, 128, 10), 100, 60, shift=2, call=3)

WORKLOADS = {
    workload.name: workload
    for workload in (
        replace(A, max_ratio=0.2, min_speedup=6),
        replace(A, name="a64", dtype="float64", max_ratio=0.45, min_speedup=2.3),
        Workload("b", (784, 128, 10), 100, 60, max_ratio=1.12, min_speedup=1.15, call=5, min_called=1.3,
                 checked_epochs=2),
        Workload("c", (784, 512, 512, 10), 128, 25, checked_epochs=1, max_ratio=1.12, min_speedup=1.08, call=2,
                 min_called=1.15),
        Workload("d", (784, 1024, 1024, 10), 256, 20, checked_epochs=1, max_ratio=1.08, min_speedup=1.04),
        Workload("e", (32, *[32] * 16, 10), 64, 20, checked_epochs=1, max_ratio=0.9, min_speedup=1.6, call=20,
                 min_called=1.6),
        Workload("f", (20, 100, 100, 1), 32, 60, regression=True, min_speedup=1.3, call=10, min_called=1.2),
        G,
        H,
        I,
        replace(I, name="ir", rotation=15),
        Workload("k", (30, 64, 64, 2), 32, 100, streamed=True, checked_epochs=1, call=5),
    )
}  # fmt: skip

LONG = ("a", "a64", "b", "c", "d", "e", "f")


DECAY = 0.01  # AdamW's
IMAGE_SHAPE = (28, 28)
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

    @property
    def class_weights(self) -> Array:
        """By what the samples of each class are weighed, so that all classes count the same, and 1 in the mean."""
        counts = self.y.sum(axis=0)
        weights: Array = (len(self.y) / (len(counts) * counts)).astype(self.y.dtype)
        return weights if self.workload.balanced else np.ones_like(weights)

    def rows(self) -> Iterator[slice]:
        """The rows of each batch of an epoch, in order."""
        size = self.workload.batch_size
        return (slice(start, start + size) for start in range(0, len(self.X), size))


def draw(workload: Workload, threads: int = 2, seed: int = 0) -> Task:
    """Inputs, the answers that a random linear teacher gives to them, and initial weights as He draws them.

    Many inputs are images, with a fifth of the pixels lit, as in MNIST; few are normal. Where classes are weighed, one
    is a tenth of the samples. Images that are moved show their class: a pattern of squares, dimmed pixel by pixel;
    a tenth of the labels are wrong.
    """
    rng = np.random.default_rng(seed)
    inputs, outputs = workload.sizes[0], workload.sizes[-1]
    shape = workload.batch_size * workload.batches, inputs
    X = rng.random(shape) * (rng.random(shape) < 0.2) if inputs >= IMAGE else rng.standard_normal(shape)
    scores = (X - X.mean(axis=0)) @ rng.standard_normal((inputs, outputs))
    if workload.balanced:
        scores[:, 1] += np.quantile(scores[:, 0] - scores[:, 1], 0.1)
    if workload.moves:
        shown = np.kron(rng.random((outputs, 7, 7)) < 0.3, np.ones((4, 4))).reshape(outputs, inputs)
        X = rng.random(shape) * shown[scores.argmax(axis=1)]
        wrong = rng.random(shape[0]) < 0.1
        scores[wrong] = rng.random((wrong.sum(), outputs))
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
