"""The compiled engine: training steps over the network's own buffers."""

from __future__ import annotations

from contextlib import closing

import numpy as np

from chainrule.compiler.batch import BlockMaker
from chainrule.compiler.compiled import check_indices, compiled_for, network_arrays
from chainrule.compiler.entries import Entry, Own, State
from chainrule.compiler.frame import Frame
from chainrule.compiler.measuring import Measurer
from chainrule.compiler.schedule import NotCompiled
from chainrule.compiler.tasks import moved_in_steps, targets_array, training_use
from chainrule.compiler.team import give_back, lease
from chainrule.engines.batches import Batches
from chainrule.engines.prepared import as_read
from chainrule.model.labels import Targets
from chainrule.model.model import Model, reads_tables
from chainrule.parts.contract import Array, Optimizer
from chainrule.utils.processors import processors


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
        states = optimizer.state_arrays(network.parameters)
        program = self._program = network.program(optimizer, weighted=data.weight is not None)
        needed = BlockMaker.needed(network, data)
        moving = moved_in_steps(data)
        how = None if moving is None else moving.how
        self._maker = BlockMaker(network, data, threads >= processors(), moving) if needed else None
        made = {} if self._maker is None else self._maker.arrays
        if reads_tables(network) and data.transform is not None:
            raise NotCompiled("a transform of samples that are rows of a table")
        X = made[Own.X] if Own.X in made else as_read(network, data.X)
        arrays: dict[Entry, Array] = {State(local): array for local, array in states.items()}
        self.gradients = np.zeros_like(network.parameters.flat)
        arrays[Own.GRADIENTS] = self.gradients
        compiled = compiled_for(
            network, program, training_use(program, data, X, threads, how, reads_tables(network))
        )
        self._frame = Frame(compiled, network_arrays(network) | arrays | made, data.size, network.dtype)
        self._read(data, X)
        self._frame.set(Own.BATCH, data.size)
        self._measure = Measurer(network, threads)
        # A training keeps its team: once it has begun, no thread can be missing.
        self._team = lease(threads - 1) if threads > 1 else None

    def _read(self, data: Batches, X: Array) -> None:
        """Take what steps read from here."""
        frame = self._frame
        frame.read(Own.X, X)
        frame.read(Own.Y, targets_array(data.y))
        weight = None if data.weight is None else np.ascontiguousarray(data.weight, np.float64)
        frame.point(Own.WEIGHT, weight)
        frame.point(Own.NOISE_KEY, data.streams.noise.key if self._program.noise else None)
        frame.set(Own.SAMPLES, len(data.X))

    def run(self, order: Array | None, position: int, steps: int) -> tuple[Array, Array]:
        """Take steps from a position in an epoch on; see `NumpyEngine.run`."""
        losses, right = np.zeros(steps), np.zeros((steps, self.threads), np.int64)
        numbers = self._program.numbers(self.optimizer, self.network.penalty)
        self._frame.take({"k": self.network.outputs, **numbers})
        if self._maker is None:
            self._steps(order, position, losses, right)
            return losses, right.sum(axis=1)
        taken = 0
        with closing(self._maker.blocks(order, position, steps)) as blocks:
            for block in blocks:
                for entry, array in block.arrays.items():
                    self._frame.point(entry, array)
                part = slice(taken, taken + block.steps)
                self._steps(*self.data.at(order, position, taken), losses[part], right[part])
                taken = part.stop
        return losses, right.sum(axis=1)

    def _steps(self, order: Array | None, position: int, losses: Array, right: Array) -> None:
        """One call."""
        frame, noise = self._frame, self.data.streams.noise
        frame.point(Own.ORDER, order)
        frame.point(Own.LOSSES, losses)
        frame.point(Own.RIGHT, right)
        frame.set(Own.POSITION, position)
        frame.set(Own.STEPS, len(losses))
        frame.set(Own.T, self.optimizer.t)
        frame.set(Own.NOISE_STEP, noise.step)
        frame(self._team)
        check_indices(frame, self.data.y)
        self.optimizer.t += len(losses)
        noise.step += len(losses)

    def measure(self, X: Array, y: Targets, counts: int) -> tuple[float, float | None]:
        """The loss, and for targets that name classes the accuracy, over checked samples."""
        return self._measure(X, y, counts, self._team)

    def close(self) -> None:
        """Let others have the threads, and let go of samples and optimizer; see `Engine.close`."""
        if self._team is not None:
            give_back(self._team)
            self._team = None
        del self.optimizer, self.data
        self._measure = Measurer(self.network, self.threads)  # without samples
        if self._maker is not None:
            self._maker.close()
        for entry in (Own.X, Own.Y, Own.WEIGHT, Own.ORDER, Own.LOSSES, Own.RIGHT):
            self._frame.point(entry, None)

    def resume(self, optimizer: Optimizer, data: Batches) -> None:
        """Be open again, with other samples; see `Engine.resume`."""
        self._team = lease(self.threads - 1) if self.threads > 1 else None
        self.optimizer, self.data = optimizer, data
        if self._maker is not None:
            self._maker.resume(data)
        # What a maker makes is pointed to before each of its blocks.
        self._read(data, as_read(self.network, data.X))
