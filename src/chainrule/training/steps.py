"""The debugger's step: a training whose steps are taken one by one, every quantity kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from chainrule.engines.batches import Batches
from chainrule.errors import InputError
from chainrule.model.model import Model
from chainrule.model.noise import drawn_noise
from chainrule.model.record import Record
from chainrule.parts.contract import Array, Optimizer
from chainrule.training import claims
from chainrule.training.schedule import spanned

R = TypeVar("R", bound=Record)


def record_rows(kind: type[R], network: Model, optimizer: Optimizer, data: Batches, rows: Array | slice) -> R:
    """The step on some rows, with every quantity kept."""
    X = data.X[rows] if data.transform is None else data.transformed(rows)
    noise = drawn_noise(network, data.streams.noise, len(X))
    data.streams.noise.step += 1
    weight = None if data.weight is None else data.weight[rows]
    return kind.of_arrays(network, X, data.y[rows], optimizer, weight, noise)


def steps(
    kind: type[R],
    network: Model,
    data: Batches,
    optimizer: Optimizer,
) -> Iterator[R]:
    """The debugger's step: the same steps as `fit`'s in NumPy, bit for bit, each traced and then applied."""
    if optimizer.full_batch:
        raise InputError(
            f"{type(optimizer).__name__} asks for the loss where it likes, and has no single steps to trace: take fit."
        )

    def each() -> Iterator[R]:
        with spanned(optimizer, optimizer.t + data.epochs * data.per_epoch):
            for epoch in data.each():
                for rows in epoch:
                    record = record_rows(kind, network, optimizer, data, rows)
                    record.apply()
                    network._trained_steps += 1
                    yield record

    return _Steps(network, optimizer, each())


class _Steps(Iterator[R]):
    """Steps that are taken one by one, as they are asked for; between two of them the network is free for others."""

    def __init__(self, network: Model, optimizer: Optimizer, each: Iterator[R]) -> None:
        self._network, self._optimizer, self._each = network, optimizer, each

    def __next__(self) -> R:
        with claims.claimed(self._network, self._optimizer):
            return next(self._each)
