"""Where a training stands: the samples that come next, and what the steps so far have given."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np

from chainrule.engines.batches import Batches
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
        # The part of all samples that a batch has; the last one of an epoch may be shorter.
        self._share = data.size / self.samples
        self._last_share = (self.samples - data.size * (self.per_epoch - 1)) / self.samples
        self.done = 0  # steps of the epoch that is running
        # Of the block: its first step in its epoch, those taken, all of them.
        self.first = self.taken = self.steps = 0
        self.left = data.epochs * self.per_epoch
        self._order: Array | None = None
        self._ordered = 0  # epochs whose order is drawn, from the running one on
        # Where the generator of the orders stood, by the epoch whose order it drew next; None: as its seed begins it.
        self._marks: list[tuple[int, Any]] = []
        self._loss, self._right = 0.0, 0  # of the epoch that is running, so far
        self.clock = time.perf_counter()
        self._gone = 0.0  # seconds of the running epoch before it was gone on with

    def begin_clock(self) -> None:
        """Count the seconds of the running epoch from now on."""
        self.clock = time.perf_counter() - self._gone

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
        if self._ordered < epochs:
            self._mark()
        for epoch in range(self._ordered, epochs):
            order = self._order[epoch * self.samples : (epoch + 1) * self.samples]
            self.data.draw(order)
        self._ordered = max(self._ordered, epochs)

    def _mark(self) -> None:
        """Remember where the generator stands, and forget what is not needed to draw the running epoch's order."""
        running = self.history.epochs
        while len(self._marks) > 1 and self._marks[1][0] <= running:
            del self._marks[0]
        self._marks.append((running + self._ordered, self.data.streams.order_state()))

    def drawn_from(self) -> tuple[Any, int]:
        """A place of the generator of the orders, and how many it draws from there before that of the running epoch."""
        found = [(state, self.history.epochs - epoch) for epoch, state in self._marks]
        return next((mark for mark in reversed(found) if mark[1] >= 0), (self.data.streams.order_state(), 0))

    def go_to(self, so_far: tuple[int, float, int], skipped: int, seconds: float) -> None:
        """Stand within an epoch, of which so much is done, in so many seconds; so many orders are passed over.

        The history has the epochs before, and the generator of the orders stands where `drawn_from` said.
        """
        self.done, self._loss, self._right = so_far
        self.first, self._gone = self.done, seconds
        self.left = (self.epochs - self.history.epochs) * self.per_epoch - self.done
        unused = np.empty(self.samples if skipped else 0, np.int64)
        for _ in range(skipped):
            self.data.draw(unused)

    def so_far(self) -> tuple[int, float, int]:
        """Of the running epoch: steps that are done, their part of its loss, their right answers."""
        return self.done, self._loss, self._right

    def add(self, losses: Array, right: Array) -> int:
        """Take in what a part gave; how many epochs ended with it."""
        count, before = len(losses), self.history.epochs
        self.left, self.taken = self.left - count, self.taken + count
        head = min(self.per_epoch - self.done, count) if self.done else 0
        tail = count - (count - head) % self.per_epoch
        if head:
            self._add_part(losses[:head], right[:head])
        if head < tail:
            self._add_epochs(losses[head:tail], right[head:tail])
        if tail < count:
            self._add_part(losses[tail:], right[tail:])
        return self.history.epochs - before

    def _add_epochs(self, losses: Array, right: Array) -> None:
        """Whole epochs."""
        # Summed one after the other, as a script does.
        rows = self._weighted(losses.reshape(-1, self.per_epoch), self.per_epoch)
        self.history.loss.extend(rows.cumsum(axis=1)[:, -1].tolist())
        self._count(np.add.reduce(right.reshape(-1, self.per_epoch), axis=1))

    def _add_part(self, losses: Array, right: Array) -> None:
        """Some steps of an epoch."""
        self.done += len(losses)
        self._loss = float(np.append(self._loss, self._weighted(losses, self.done)).cumsum()[-1])
        self._right += int(right.sum())
        if self.done == self.per_epoch:
            self.history.loss.append(self._loss)
            self._count(np.array([self._right]))
            self.done, self._loss, self._right = 0, 0.0, 0

    def _weighted(self, losses: Array, until: int) -> Array:
        """Losses of steps up to that one of an epoch, each times its part of all samples."""
        weighted = losses * self._share
        if until == self.per_epoch:
            weighted[..., -1] = losses[..., -1] * self._last_share
        return weighted

    def _count(self, right: Array) -> None:
        if self.data.counts:
            self.history.accuracy.extend((right / (self.samples * self.data.counts)).tolist())

    def time(self, others: int = 0) -> None:
        """Share the time since the last epoch's end among those that have ended since, and others to be told of."""
        now, count = time.perf_counter(), self.history.epochs - len(self.history.seconds)
        each = (now - self.clock) / (count + others)
        self.history.seconds.extend([each] * count)
        self.clock += each * count

    def running(self) -> tuple[float, float]:
        """The part of the running epoch that is done, and its loss so far."""
        part = self.done * self._share
        return part, self._loss / part if part else math.nan
