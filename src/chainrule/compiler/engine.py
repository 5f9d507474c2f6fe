"""The compiled engine: training steps over the network's own buffers."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.compiler.batch import BatchMaker
from chainrule.compiler.compiled import CHUNK_ROWS, check_indices, compile_task, network_arrays
from chainrule.compiler.entries import Entry, Leaf, Own, State
from chainrule.compiler.frame import Frame
from chainrule.compiler.tasks import forward_task, targets_array, training_task
from chainrule.compiler.team import give_back, lease
from chainrule.engines.batches import Batches, shares
from chainrule.model.labels import Targets
from chainrule.model.model import Model
from chainrule.parts.contract import Array, Optimizer


class CompiledEngine:
    """Many steps a call; see `NumpyEngine`, which has the same methods.

    Raises
    ------
    NotCompiled : for a program or data outside the compiled language
    MissingPackage : without LLVM
    """

    name = "compiled"

    def __init__(self, network: Model, optimizer: Optimizer, data: Batches, threads: int) -> None:
        """Compile the steps for some data."""
        self.network, self.optimizer, self.data, self.threads = network, optimizer, data, threads
        weighted = data.weight is not None
        states = optimizer.state_arrays(network.parameters)
        program = self._program = network.program(optimizer, weighted=weighted)
        # What changes from step to step outside the program is made before each of them.
        made = program.noise or weighted or data.transform is not None
        self._batches = BatchMaker(network, data) if made else None
        X, y = (data.X, data.y) if self._batches is None else self._batches.like()
        self._task = training_task(network, program, data, X, y, self._batches is not None, threads)
        arrays: dict[Entry, Array] = {State(local): array for local, array in states.items()}
        arrays[Own.GRADIENTS] = np.zeros_like(network.parameters.flat)
        if self._batches is not None:
            arrays |= {Leaf(name): array for name, array in self._batches.leaves.items()}
        compiled = compile_task(self._task, network)
        self._frame = Frame(compiled, network_arrays(network) | arrays, data.size, network.dtype)
        self._frame.read(Own.X, X)
        self._frame.read(Own.Y, targets_array(y))
        self._frame.set(Own.SAMPLES, len(X))
        self._frame.set(Own.BATCH, data.size)
        self._measuring: tuple[Any, Frame] | None = (
            None  # the frame of the last `measure`, and for what it serves
        )
        # A training keeps its team: once it has begun, no thread can be missing.
        self._team = lease(threads - 1) if threads > 1 else None

    def run(self, order: Array | None, position: int, steps: int) -> tuple[Array, Array]:
        """Take steps from a position in an epoch on; see `NumpyEngine.run`."""
        losses, right = np.zeros(steps), np.zeros((steps, self.threads), np.int64)
        values = {"k": self.network.outputs, **self._program.numbers(self.optimizer)}
        self._frame.scalars[:] = [values[name] for name in self._task.scalars]
        if self._batches is None:
            self._frame.point(Own.ORDER, order)
            self._steps(position, losses, right, None)
            return losses, right.sum(axis=1)
        for step, rows, count in self.data.walk(order, position, steps):
            self._batches.load(rows, count)
            self._frame.set(Own.SAMPLES, count)
            self._steps(0, losses[step : step + 1], right[step : step + 1], rows)
        return losses, right.sum(axis=1)

    def _steps(self, position: int, losses: Array, right: Array, rows: Array | slice | None) -> None:
        """One call; `rows` are those of the samples, where the batch was made before it."""
        frame = self._frame
        frame.point(Own.LOSSES, losses)
        frame.point(Own.RIGHT, right)
        frame.set(Own.POSITION, position)
        frame.set(Own.STEPS, len(losses))
        frame.set(Own.T, self.optimizer.t)
        frame(self._team)
        check_indices(frame, self.data.y, rows)
        self.optimizer.t += len(losses)

    def measure(self, X: Array, y: Targets, counts: int) -> tuple[float, float | None]:
        """The loss, and for targets that name classes the accuracy, over checked samples."""
        chunk = CHUNK_ROWS * self.threads
        frame, steps = self._measuring_frame(X, y, counts), -(-len(X) // chunk)
        losses, right = np.zeros(steps), np.zeros((steps, self.threads), np.int64)
        frame.scalars[:] = self.network.outputs
        frame.read(Own.X, X)
        frame.read(Own.Y, targets_array(y))
        frame.point(Own.LOSSES, losses)
        frame.point(Own.RIGHT, right)
        frame.set(Own.SAMPLES, len(X))
        frame.set(Own.BATCH, chunk)
        frame.set(Own.STEPS, steps)
        frame(self._team)
        check_indices(frame, y, None)
        loss = float(losses @ shares(len(X), chunk))
        return loss, int(right.sum()) / (counts * len(X)) if counts else None

    def _measuring_frame(self, X: Array, y: Targets, counts: int) -> Frame:
        """A frame to measure with; the last one, if it serves arrays like these."""
        program = self.network.program(training=False)
        wanted = ["L", *([program.output] if counts else [])]
        task = forward_task(self.network, program, wanted, X, y, self.threads, bool(counts))
        serves = task.x, task.y, task.counts
        if self._measuring is None or self._measuring[0] != serves:
            compiled, arrays = compile_task(task, self.network), network_arrays(self.network)
            frame = Frame(compiled, arrays, CHUNK_ROWS * self.threads, self.network.dtype)
            self._measuring = serves, frame
        return self._measuring[1]

    def close(self) -> None:
        """Let others have the threads."""
        if self._team is not None:
            give_back(self._team)
            self._team = None
