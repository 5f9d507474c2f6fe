"""The debugger's step: a training whose steps are taken one by one, every quantity kept."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, TypeVar

from chainrule.engines.batches import Batches, Transform, batches
from chainrule.errors import InputError
from chainrule.model import arguments
from chainrule.model.model import Model
from chainrule.model.record import Record
from chainrule.model.step import drawn_noise
from chainrule.parts.contract import Array, Optimizer
from chainrule.training import claims
from chainrule.training.data import training_data
from chainrule.training.schedule import spanned

R = TypeVar("R", bound=Record)


def record_rows(kind: type[R], network: Model, optimizer: Optimizer, data: Batches, rows: Array | slice) -> R:
    """The step on some rows, with every quantity kept."""
    X = data.X[rows] if data.transform is None else data.transformed(rows)
    noise = drawn_noise(network, data.streams.noise, len(X))
    weight = None if data.weight is None else data.weight[rows]
    return kind.of_arrays(network, X, data.y[rows], optimizer, weight, noise)


def steps(
    kind: type[R],
    network: Model,
    X: Any,
    y: Any,
    *,
    epochs: int,
    batch_size: int | None,
    optimizer: Optimizer,
    shuffle: bool = True,
    seed: int | None = 0,
    transform: Transform | None = None,
    sample_weight: Any = None,
    class_weight: Any = None,
) -> Iterator[R]:
    """The debugger's step: the same steps as `fit`'s in NumPy, bit for bit, each traced and then applied."""
    epochs, batch_size, seed = arguments.schedule(epochs, batch_size, seed)
    data = training_data(network, X, y, batch_size, shuffle, seed, transform, sample_weight, class_weight)
    if optimizer.full_batch:
        raise InputError(
            f"{type(optimizer).__name__} asks for the loss where it likes, and has no single steps to trace: take fit."
        )
    samples = len(data.X)

    def each() -> Iterator[R]:
        with spanned(optimizer, epochs * math.ceil(samples / data.size)):
            for rows in batches(samples, batch_size, epochs, shuffle, data.streams.order, data.group):
                for batch in rows:
                    record = record_rows(kind, network, optimizer, data, batch)
                    record.apply()
                    yield record

    return _Steps(network, optimizer, each())


class _Steps(Iterator[R]):
    """Steps that are taken one by one, as they are asked for; between two of them the network is free for others."""

    def __init__(self, network: Model, optimizer: Optimizer, each: Iterator[R]) -> None:
        self._network, self._optimizer, self._each = network, optimizer, each

    def __next__(self) -> R:
        with claims.claimed(self._network, self._optimizer):
            return next(self._each)
