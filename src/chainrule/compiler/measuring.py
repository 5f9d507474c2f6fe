"""The loss and the accuracy over many samples, in machine code."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.compiler.compiled import CHUNK_ROWS, check_indices, compiled_for, network_arrays
from chainrule.compiler.entries import Own
from chainrule.compiler.frame import Frame
from chainrule.compiler.tasks import forward_use, targets_array
from chainrule.compiler.team import Team, give_back, lease
from chainrule.engines.batches import shares
from chainrule.engines.prepared import as_read
from chainrule.model.labels import Targets
from chainrule.model.model import Model, reads_tables
from chainrule.parts.contract import Array


class Measurer:
    """Measures a network; by one caller at a time."""

    def __init__(self, network: Model, threads: int) -> None:
        self.network, self.threads = network, threads
        self._given: tuple[Any, ...] = (None, None, None)  # the samples of the last call
        self._last: tuple[Any, Frame] | None = None  # its frame, and for what it serves

    def __call__(self, X: Array, y: Targets, counts: int, team: Team | None) -> tuple[float, float | None]:
        """The loss, and for targets that name classes the accuracy, over checked samples."""
        if X is not self._given[0] or y is not self._given[1] or counts != self._given[2]:
            self._take(X, y, counts)
        self._right[...] = 0
        self._used(team)
        check_indices(self._used, y)
        loss = float(self._losses @ self._shares)
        return loss, int(np.add.reduce(self._right, axis=None)) / (counts * len(X)) if counts else None

    def _take(self, X: Array, y: Targets, counts: int) -> None:
        """Have a frame that reads these samples: of a training's validation after each epoch."""
        chunk, given = CHUNK_ROWS * self.threads, (X, y, counts)
        X = as_read(self.network, X)
        frame, self._shares = self._frame(X, y, counts), shares(len(X), chunk)
        steps = len(self._shares)
        self._losses, self._right = np.zeros(steps), np.zeros((steps, self.threads), np.int64)
        numbers = self.network.program(training=False).numbers(None, self.network.penalty)
        frame.take({"k": self.network.outputs, **numbers})
        frame.read(Own.X, X)
        frame.read(Own.Y, targets_array(y))
        frame.point(Own.LOSSES, self._losses)
        frame.point(Own.RIGHT, self._right)
        frame.set(Own.SAMPLES, len(X))
        frame.set(Own.BATCH, chunk)
        frame.set(Own.STEPS, steps)
        self._used, self._given = frame, given

    def _frame(self, X: Array, y: Targets, counts: int) -> Frame:
        """A frame to measure with; the last one, if it serves arrays like these."""
        program = self.network.program(training=False)
        wanted = ["L", *([program.activation] if counts else [])]
        use = forward_use(wanted, X, y, self.threads, bool(counts), reads_tables(self.network))
        if self._last is None or self._last[0] != use:
            compiled, arrays = compiled_for(self.network, program, use), network_arrays(self.network)
            frame = Frame(compiled, arrays, CHUNK_ROWS * self.threads, self.network.dtype)
            self._last = use, frame
        return self._last[1]


def measure_once(network: Model, X: Array, y: Targets, threads: int) -> float:
    """The loss over checked samples, with nothing kept.

    Raises
    ------
    NotCompiled : for a program or samples outside the compiled language
    NoThreads : where the system starts no more
    """
    measurer = Measurer(network, threads)
    if threads == 1:
        return measurer(X, y, 0, None)[0]
    team = lease(threads - 1)
    try:
        return measurer(X, y, 0, team)[0]
    finally:
        give_back(team)
