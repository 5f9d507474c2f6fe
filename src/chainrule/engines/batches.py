"""Which samples each training step takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.model.labels import Targets
from chainrule.model.streams import RandomStreams
from chainrule.parts.contract import Array
from chainrule.utils import checks
from chainrule.utils.chunks import pieces

Transform = Callable[[Array, np.random.Generator], Any]

FEW = 16  # rows that one thread predicts alone, whatever the network


@dataclass(frozen=True)
class Batches:
    """What an engine trains on.

    Parameters
    ----------
    X, y : samples (n, inputs) and targets (n, outputs), checked
    size : samples a step; the last one of an epoch may have fewer
    shuffled : whether each epoch has an order of its own
    counts : how many answers of a sample are counted as right or wrong; 0 where targets name no classes
    group : rows that stand together in any order
    weight : how much each sample counts (n,), if not all the same
    transform : makes the samples of a step anew, from theirs and a generator
    streams : what the seed decides
    epochs : how many times all of them are gone through
    """

    X: Array
    y: Targets
    size: int
    shuffled: bool
    counts: int
    group: int = 1
    weight: Array | None = None
    transform: Transform | None = None
    streams: RandomStreams = field(default_factory=lambda: RandomStreams(0))
    epochs: int = 1

    @property
    def per_epoch(self) -> int:
        """How many steps an epoch takes."""
        return -(-len(self.X) // self.size)

    def walk(
        self, order: Array | None, position: int, steps: int
    ) -> Iterator[tuple[int, Array | slice, int]]:
        """The steps from a position in an epoch on: the number of each, its rows, and how many they are.

        Parameters
        ----------
        order : which samples, epoch after epoch, from the epoch of the first step on; None: as they stand
        position : the sample of that epoch with which the first step begins
        steps : how many
        """
        samples, start = len(self.X), 0
        for step in range(steps):
            stop = min(position + self.size, samples)
            rows = slice(start + position, start + stop)
            yield step, rows if order is None else order[rows], stop - position
            position = stop
            if stop == samples:
                position, start = 0, start + samples if order is not None else 0

    def transformed(self, rows: Array | slice) -> Array:
        """The samples of a step, changed by the transform."""
        assert self.transform is not None
        given = self.X[rows]
        changed = checks.numbers(self.transform(given, self.streams.transform), "what the transform gave")
        if changed.shape != given.shape:
            raise InputError(
                f"the transform gave the shape {changed.shape} for samples of the shape {given.shape}: it must keep it."
            )
        return changed


def shares(samples: int, size: int) -> Array:
    """The part of all samples that each batch has; the last one may be shorter."""
    sizes = np.full(-(-samples // size), size)
    sizes[-1] = samples - size * (len(sizes) - 1)
    return sizes / samples


def batches(
    samples: int,
    batch_size: int | None,
    epochs: int,
    shuffled: bool,
    rng: np.random.Generator,
    group: int = 1,
) -> Iterator[list[Array | slice]]:
    """For each epoch, the rows of each of its batches; the last one may be shorter.

    Shuffled anew each epoch by the generator, groups of rows as a whole. A batch of everything stays in order: its
    rows would only be summed in another order.
    """
    size = samples if batch_size is None else min(batch_size, samples)
    for _ in range(epochs):
        starts = range(0, samples, size)
        if shuffled and size < samples:
            order = np.empty(samples, np.int64)
            shuffle(order, rng, group)
            yield [order[i : i + size] for i in starts]
        else:
            yield [slice(i, min(i + size, samples)) for i in starts]


def shuffle(order: Array, rng: np.random.Generator, group: int = 1) -> None:
    """Draw the order of an epoch into an array of all samples; groups of rows stay together."""
    if group > 1:
        groups = rng.permutation(len(order) // group)
        order[:] = (groups[:, None] * group + np.arange(group)).reshape(-1)
        return
    for rows in pieces(order.shape):
        order[rows] = np.arange(rows.start, rows.stop)
    rng.shuffle(order)  # as `permutation` does, into memory that is there


def gather(source: Array, rows: Array | slice, buffer: Array) -> None:
    """Write some of the rows into a buffer of as many."""
    # `np.take` would first copy the whole of an array that is not laid out as the buffer is.
    like = source.dtype == buffer.dtype and source.flags.c_contiguous and source.flags.aligned
    if like and not isinstance(rows, slice):
        np.take(source, rows, axis=0, out=buffer, mode="clip")
    else:
        np.copyto(buffer, source[rows])
