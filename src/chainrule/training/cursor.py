"""Where a training stands: the samples that come next, and what the steps so far have given."""

from __future__ import annotations

import math
import time

import numpy as np

from chainrule.engines.batches import Batches, shares, shuffle
from chainrule.parts.contract import Array
from chainrule.training.history import History

# Rows of several epochs that are ordered ahead, so that short epochs go in one block.
MAX_PRESHUFFLED_ROWS = 1_000_000


class TrainingCursor:
    """Where a training stands: the samples that come next, and what the steps so far have given.

    Parameters
    ----------
    history : receives each finished epoch
    data : what is trained on, and how often
    """

    def __init__(self, history: History, data: Batches) -> None:
        self.history, self.data, self.epochs = history, data, data.epochs
        self.samples = len(data.X)
        self.per_epoch = data.per_epoch
        self.shares = shares(self.samples, data.size)
        self.done = 0  # steps of the epoch that is running
        # Of the block: its first step in its epoch, those taken, all of them.
        self.first = self.taken = self.steps = 0
        self.left = data.epochs * self.per_epoch
        self._order: Array | None = None
        self._ordered = 0  # epochs whose order is drawn, from the running one on
        self._losses = np.zeros(0)
        self._right = np.zeros(0, np.int64)
        self.clock = time.perf_counter()

    @property
    def epoch(self) -> int:
        """The number of the epoch that the next step belongs to, or the last one."""
        return min(self.history.epochs + 1, self.epochs)

    def begin(self, most: int) -> None:
        """Begin a block of steps, no more than so many, whose orders are drawn before it and stay until its end."""
        finished, self.first = divmod(self.first + self.taken, self.per_epoch)
        if self._order is not None and 0 < finished < self._ordered:
            kept = self._order[finished * self.samples : self._ordered * self.samples].copy()
            self._order[: len(kept)] = kept
        self._ordered = max(self._ordered - finished, 0)
        epochs = -(-(self.first + most) // self.per_epoch)
        if self.data.shuffled:
            epochs = min(epochs, max(1, MAX_PRESHUFFLED_ROWS // self.samples))
        self.taken, self.steps = 0, min(most, self.left, epochs * self.per_epoch - self.first)
        if self.data.shuffled:
            self._draw(-(-(self.first + self.steps) // self.per_epoch))

    def part(self, most: int, whole_epochs: bool) -> tuple[Array | None, int, int]:
        """The next steps of the block: the order of the samples, the position of the first one, and how many.

        Parameters
        ----------
        most : no more than so many
        whole_epochs : whether to stop at the end of each epoch
        """
        steps = min(most, self.steps - self.taken)
        if whole_epochs:
            steps = min(steps, self.per_epoch - self.done)
        return (*self.at(self.taken), steps)

    def at(self, step: int) -> tuple[Array | None, int]:
        """The order and the position with which a step of the block begins."""
        epoch, step = divmod(self.first + step, self.per_epoch)
        order = None if self._order is None else self._order[epoch * self.samples :]
        return order, step * self.data.size

    def _draw(self, epochs: int) -> None:
        """Have the orders of so many epochs at hand, from the running one on."""
        if self._order is None or len(self._order) < epochs * self.samples:
            held = np.empty(epochs * self.samples, np.int64)
            if self._ordered:
                assert self._order is not None
                held[: self._ordered * self.samples] = self._order[: self._ordered * self.samples]
            self._order = held
        for epoch in range(self._ordered, epochs):
            order = self._order[epoch * self.samples : (epoch + 1) * self.samples]
            shuffle(order, self.data.streams.order, self.data.group)
        self._ordered = max(self._ordered, epochs)

    def add(self, losses: Array, right: Array) -> bool:
        """Take in what a part gave; whether an epoch ended with it."""
        self.left, self.taken = self.left - len(losses), self.taken + len(losses)
        self._losses, self._right = np.append(self._losses, losses), np.append(self._right, right)
        finished, self.done = divmod(len(self._losses), self.per_epoch)
        if finished:
            count = finished * self.per_epoch
            rows = self._losses[:count].reshape(finished, self.per_epoch) * self.shares
            # Summed one after the other, as a script does.
            self.history.loss.extend(rows.cumsum(axis=1)[:, -1].tolist())
            if self.data.counts:
                sums = self._right[:count].reshape(finished, self.per_epoch).sum(axis=1)
                self.history.accuracy.extend((sums / (self.samples * self.data.counts)).tolist())
            self._losses, self._right = self._losses[count:], self._right[count:]
        return bool(finished)

    def time(self) -> None:
        """Share the time since the last epoch's end among those that have ended since."""
        now, count = time.perf_counter(), self.history.epochs - len(self.history.seconds)
        self.history.seconds.extend([(now - self.clock) / count] * count)
        self.clock = now

    def running(self) -> tuple[float, float]:
        """The part of the running epoch that is done, and its loss so far."""
        taken = self.shares[: self.done]
        part = float(taken.sum())
        return part, float(self._losses @ taken) / part if part else math.nan
