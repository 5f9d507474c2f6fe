"""Which samples each training step takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from chainrule.arguments import Targets
from chainrule.parts.contract import Array

FEW = 16  # rows that one thread predicts alone, whatever the network


@dataclass(frozen=True)
class Batches:
    """What an engine trains on.

    Parameters
    ----------
    X, y : samples (n, inputs) and targets (n, outputs), checked
    size : samples a step; the last one of an epoch may have fewer
    shuffled : whether each epoch has an order of its own
    counts : whether right answers are counted
    """

    X: Array
    y: Targets
    size: int
    shuffled: bool
    counts: bool


def shares(samples: int, size: int) -> Array:
    """The part of all samples that each batch has; the last one may be shorter."""
    sizes = np.full(-(-samples // size), size)
    sizes[-1] = samples - size * (len(sizes) - 1)
    return sizes / samples


def batches(
    samples: int, batch_size: int | None, epochs: int, shuffle: bool, seed: int | None
) -> Iterator[list[Array | slice]]:
    """For each epoch, the rows of each of its batches; the last one may be shorter.

    Shuffled anew each epoch by one generator of the seed. A batch of everything stays in order: its rows
    would only be summed in another order.
    """
    size = samples if batch_size is None else min(batch_size, samples)
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        starts = range(0, samples, size)
        if shuffle and size < samples:
            order = rng.permutation(samples)
            yield [order[i : i + size] for i in starts]
        else:
            yield [slice(i, min(i + size, samples)) for i in starts]
