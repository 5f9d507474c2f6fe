"""Training steps in NumPy, one after the other, and the loss over many samples."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from chainrule.engines.batches import Batches, gather
from chainrule.engines.executor import Executor
from chainrule.engines.forward import PREDICT_ROWS
from chainrule.model.arrays import runs
from chainrule.model.labels import Labels, Targets
from chainrule.model.leaves import leaves
from chainrule.model.model import Model, prepared_inputs, target_dtype
from chainrule.model.noise import StepNoise
from chainrule.parts.contract import Array, Optimizer
from chainrule.program.program import Program

# Optimizers run over the flat buffers in pieces whose temporaries stay in the second cache of a processor.
PIECE = 131_072


class Stepper:
    """Training steps on batches of one size: the program in place, over the network's own buffers."""

    def __init__(
        self, network: Model, optimizer: Optimizer, samples: int, gradients: Array, data: Batches
    ) -> None:
        """Make the buffers.

        Parameters
        ----------
        network, optimizer : whose parameters and state are updated in place
        samples : the size of the batch
        gradients : a flat buffer for the gradients, in the layout of the parameters
        data : where the samples come from
        """
        self.network, self.optimizer, self.data = network, optimizer, data
        self.samples = samples
        program = self.program = network.program(optimizer, weighted=data.weight is not None)
        dtype = network.dtype
        self.x = np.zeros((samples, network.inputs), network.input_dtype)
        self.y = np.zeros((samples, network.outputs), target_dtype(network))
        self.weight = np.zeros(samples if data.weight is not None else 0, dtype)
        self.noise = StepNoise(network, samples)
        self.scalars: dict[str, float] = {
            **program.numbers(optimizer, network.penalty), "m": samples, "k": network.outputs,
        }  # fmt: skip
        self._prepare, prepared = self._preparation(
            program.data, self.x, program.prepared, prepared_inputs(network)
        )
        self._scale, self.scaled = self._preparation(program.target, self.y, "y", network.outputs)
        self._step = self._gradients_in_place(prepared, network.parameters.views(gradients))
        self.output = self._step.values[program.activation]
        self._loss = self._step.values["L"]
        self._updates = updates_in_place(network, optimizer, program, self.scalars, gradients)

    def _preparation(self, raw: str, array: Array, result: str, width: int) -> tuple[Executor | None, Array]:
        """What prepares inputs or targets, if anything does, and the array that it leaves them in."""
        if raw == result:
            return None, array
        tape = self.program.tape([result])
        prepared = np.zeros((self.samples, width), self.network.dtype)
        leaves = {raw: array, **self.network.constants}
        return Executor(tape, leaves, self.scalars, [(tape.places[result], prepared)]), prepared

    def _gradients_in_place(self, prepared: Array, gradients: dict[str, Array]) -> Executor:
        """Forward, loss and backward, from prepared inputs to the views of the gradients."""
        network, program = self.network, self.program
        outputs = {name: gradients[parameter] for parameter, name in program.gradients.items()}
        outputs |= {new: network.buffers[name] for name, new in program.buffers.items()}
        tape = program.tape(["L", program.activation, *outputs], given=[program.prepared, "y"])
        leaves = {
            program.prepared: prepared, "y": self.scaled, "weight": self.weight, **self.noise.arrays,
            **network.parameters, **network.constants, **network.buffers,
        }  # fmt: skip
        return Executor(
            tape, leaves, self.scalars, [(tape.places[name], array) for name, array in outputs.items()]
        )

    def load(self, rows: Array | slice) -> None:
        """Put a batch into the buffers."""
        data = self.data
        if data.transform is None:
            gather(data.X, rows, self.x)
        else:
            np.copyto(self.x, data.transformed(rows))
        if self._prepare is not None:
            with np.errstate(all="ignore"):
                self._prepare.run(self.scalars)
        if isinstance(data.y, Labels):
            data.y.put(rows, self.y)
        else:
            gather(data.y, rows, self.y)
        if self._scale is not None:
            with np.errstate(all="ignore"):
                self._scale.run(self.scalars)
        if data.weight is not None:
            np.copyto(self.weight, data.weight[rows])

    def resume(self, optimizer: Optimizer, data: Batches) -> None:
        """Go on with other samples of the same kind."""
        self.optimizer, self.data = optimizer, data

    def close(self) -> None:
        """Let go of samples and optimizer."""
        del self.optimizer, self.data

    def step(self) -> float:
        """One training step on the batch in the buffers; returns its loss, as it was before the update."""
        optimizer, stream = self.optimizer, self.data.streams.noise
        self.noise.draw(stream)
        self.scalars.update(self.program.numbers(optimizer, self.network.penalty))
        self._step.run(self.scalars)
        for update in self._updates:
            update.run(self.scalars)
        optimizer.t += 1
        stream.step += 1
        return float(self._loss)


def updates_in_place(
    network: Model, optimizer: Optimizer, program: Program, scalars: Mapping[str, float], gradients: Array
) -> list[Executor]:
    """The update of each block of the flat buffers, by the gradients in theirs."""
    if optimizer.full_batch:  # then the steps are not taken here
        return []
    state = optimizer.state_arrays(network.parameters)
    found: list[Executor] = []
    for first, span in _pieces(network, network.trained):
        # The update is the same line for every parameter and every entry, so the lines of the first one
        # of neighbours serve them all, on a block of the flat buffers.
        moved = {first: network.parameters.flat[span]}
        moved |= {name: state[local][span] for name, local in program.state_of(first).items()}
        tape = program.update_tape(first)
        leaves = {**moved, program.gradients[first]: gradients[span]}
        outputs = [(tape.places[f"{name}_new"], array) for name, array in moved.items()]
        found.append(Executor(tape, leaves, scalars, outputs))
    return found


def _pieces(network: Model, trained: Sequence[str]) -> Iterator[tuple[str, slice]]:
    """Pieces of the flat buffers without frozen parameters, each with the parameter that begins its run."""
    for first, run in runs(network.parameters.spans, trained):
        count = math.ceil((run.stop - run.start) / PIECE)
        edges = np.linspace(run.start, run.stop, count + 1).astype(int)
        for a, b in itertools.pairwise(edges):
            yield first, slice(int(a), int(b))


class NumpyEngine:
    """Steps in NumPy, one after the other: one stepper for each size of batch."""

    name = "numpy"
    threads = 0  # as many as BLAS takes by itself

    def __init__(self, network: Model, optimizer: Optimizer, data: Batches) -> None:
        """Take what is trained and what it is trained on."""
        self.network, self.optimizer, self.data = network, optimizer, data
        self.gradients = np.zeros_like(network.parameters.flat)
        self._steppers: dict[int, Stepper] = {}
        self._loaded: slice | None = None

    def run(self, order: Array | None, position: int, steps: int) -> tuple[Array, Array]:
        """Take steps from a position in an epoch on; see `Engine.run`."""
        losses, right = np.zeros(steps), np.zeros(steps, np.int64)
        answers = self.network.answers
        with np.errstate(all="ignore"):
            for step, rows, count in self.data.walk(order, position, steps):
                stepper = self._stepper(count)
                if isinstance(rows, np.ndarray):
                    stepper.load(rows)
                elif rows != self._loaded or self.data.transform is not None:
                    stepper.load(rows)
                    self._loaded = rows
                losses[step] = stepper.step()
                if self.data.counts:
                    right[step] = answers.count_right(stepper.output, stepper.scaled)
        return losses, right

    def measure(self, X: Array, y: Targets, counts: int) -> tuple[float, float | None]:
        """The loss, and for targets that name classes the accuracy, over checked samples."""
        return measure(self.network, X, y, counts)

    def _stepper(self, samples: int) -> Stepper:
        if samples not in self._steppers:
            self._steppers[samples] = Stepper(
                self.network, self.optimizer, samples, self.gradients, self.data
            )
        return self._steppers[samples]

    def close(self) -> None:
        """Let go of samples and optimizer; see `Engine.close`."""
        del self.optimizer, self.data
        for stepper in self._steppers.values():
            stepper.close()

    def resume(self, optimizer: Optimizer, data: Batches) -> None:
        """Be open again, with other samples; see `Engine.resume`."""
        self.optimizer, self.data, self._loaded = optimizer, data, None
        for stepper in self._steppers.values():
            stepper.resume(optimizer, data)


def measure(network: Model, X: Array, y: Targets, counts: int) -> tuple[float, float | None]:
    """The loss, and for targets that name classes the accuracy, over checked samples, a few thousand at a time."""
    program = network.program(training=False)
    total, right = 0.0, 0
    rows = PREDICT_ROWS - PREDICT_ROWS % network.paired_loss.group
    for start in range(0, len(X), rows):
        x, target = X[start : start + rows], y[start : start + rows]
        values = program.run(leaves(network, program, x, target), wanted=["L", program.activation])
        total += float(values["L"]) * (len(x) / len(X))
        if counts:
            right += network.answers.count_right(values[program.activation], target)
        del values  # before the next ones are made
    return total, right / (counts * len(X)) if counts else None
