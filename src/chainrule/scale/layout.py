"""Which rows of which chunks a step takes: by the chunks' sizes and the seed alone, whoever computes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from chainrule.parts.contract import Array

ORDERS = 2  # the place of the orders among what a seed spawns; 0 and 1 are those of `RandomStreams`


class Piece(NamedTuple):
    """A chunk's part of a step: the chunk's number, and which rows of its order."""

    chunk: int
    start: int
    stop: int


@dataclass
class Layout:
    """How the rows of chunks are shared among the steps of an epoch.

    Each step takes of each chunk as large a part as the chunk has of the rows that are left, so that a step has `size`
    rows in all, the last one of an epoch perhaps fewer, and a chunk's rows are spread evenly over the epoch.

    Parameters
    ----------
    rows : of each chunk
    size : samples a step

    >>> layout = Layout((6, 3), 4)
    >>> [[tuple(piece) for piece in layout.pieces(step)] for step in range(layout.steps)]
    [[(0, 0, 2), (1, 0, 2)], [(0, 2, 5), (1, 2, 3)], [(0, 5, 6)]]
    """

    rows: Sequence[int]
    size: int

    def __post_init__(self) -> None:
        self._begin()

    @property
    def samples(self) -> int:
        """How many rows all chunks have."""
        return sum(self.rows)

    @property
    def steps(self) -> int:
        """How many steps an epoch has."""
        return -(-self.samples // self.size)

    @property
    def most(self) -> int:
        """No chunk gives more rows to a step."""
        return min(self.size, max(self.rows))

    def _begin(self) -> None:
        self._step, self._taken = 0, np.zeros(len(self.rows), np.int64)

    def pieces(self, step: int) -> list[Piece]:
        """The pieces of a step of an epoch, in the order of the chunks; a chunk that gives no row has none."""
        if step < self._step:
            self._begin()
        while self._step < step:
            self._taken = self._taken + self._next()
            self._step += 1
        starts = self._taken.tolist()
        return [
            Piece(chunk, start, start + count)
            for chunk, (start, count) in enumerate(zip(starts, self._next().tolist(), strict=True))
            if count
        ]

    def _next(self) -> Array:
        """How many rows the step that comes next takes of each chunk."""
        left = np.asarray(self.rows) - self._taken
        total = int(left.sum())
        if self.size >= total:
            return left
        edges = np.cumsum(left) * self.size // total
        counts: Array = np.diff(edges, prepend=0)
        return counts


def order(entropy: int, chunk: int, epoch: int, rows: int) -> Array:
    """The order of a chunk's rows in an epoch."""
    seed = np.random.SeedSequence(entropy, spawn_key=(ORDERS, chunk, epoch))
    kind = np.int32 if rows < 2**31 else np.int64
    found = np.arange(rows, dtype=kind)
    np.random.default_rng(seed).shuffle(found)
    return found
