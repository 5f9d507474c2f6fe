"""The two ways to take training steps: in NumPy, or compiled; and the choice between them.

An engine has one method, `run(order, position, steps)`: it takes steps on the batches that begin at a position of
an epoch, and gives the loss of each step and how many of its answers were right.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np

from chainrule.engines.batches import FEW, Batches, gather
from chainrule.engines.executor import InPlace
from chainrule.errors import InputError, MissingPackage, UnknownName
from chainrule.model import arguments
from chainrule.model.arguments import Labels, Targets
from chainrule.network import PREDICT_ROWS, Network, runs
from chainrule.parts.contract import Array, Optimizer

# Optimizers run over the flat buffers in pieces whose temporaries stay in the second cache of a processor.
PIECE = 131_072
ENGINES = ("auto", "numpy", "compiled")
REPAID = 0.3  # seconds of work in NumPy from which compiling is repaid, even where nothing is on disk
MOST_THREADS = 64
SHARED = 8e6  # multiplications a step for each thread; with fewer, waiting costs more than sharing gives


class Stepper:
    """Training steps on batches of one size: the program in place, over the network's own buffers."""

    def __init__(
        self, network: Network, optimizer: Optimizer, samples: int, gradients: Array, data: Batches
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
        weighted = data.weight is not None
        program = self.program = network.program(optimizer, weighted=weighted)
        dtype = network.dtype
        self.x = np.zeros((samples, network.inputs), network.input_dtype)
        self.y = np.zeros((samples, network.outputs), dtype)
        self.weight = np.zeros(samples if weighted else 0, dtype)
        self.noise = network.noise(samples)
        trained = network.trained
        views = network.parameters.views(gradients)
        remembered = program.remembered
        self.scalars: dict[str, float] = {
            **program.numbers(optimizer), "m": samples, "k": network.outputs,
        }  # fmt: skip
        prepared, preparation = self.x, program.preparation
        self._prepare: InPlace | None = None
        if preparation:
            prepared = np.zeros((samples, network.inputs), dtype)
            leaves = {program.data: self.x, **network.constants}
            self._prepare = InPlace(preparation, leaves, self.scalars, {program.prepared: prepared})
        needed = program.needed(["L", program.output, *program.gradients.values(), *remembered.values()])
        self._step = InPlace(
            [quantity for quantity in needed if quantity not in preparation],
            {
                program.prepared: prepared, "y": self.y, "weight": self.weight, **self.noise, **network.parameters,
                **network.constants, **network.memory,
            },
            self.scalars,
            {gradient: views[name] for name, gradient in program.gradients.items()}
            | {new: network.memory[name] for name, new in remembered.items()},
            keep=("L", program.output),
            dtype=dtype,
        )  # fmt: skip
        self.output = self._step.values[program.output]
        self._loss = self._step.values["L"]
        memory = optimizer.memory(network.parameters)
        self._updates: list[InPlace] = []
        for first, span in _pieces(network, trained):
            # The update is the same line for every parameter and every entry, so the lines of the first one
            # of neighbours serve them all, on a piece of the flat buffers.
            moved = {first: network.parameters.flat[span]}
            moved |= {n: memory[local][span] for n, (local, of) in program.state.items() if of == first}
            flat = {**moved, program.gradients[first]: gradients[span]}
            lines = [*program.shared, *program.update_of(first)]
            scalars = program.numbers(optimizer)
            outputs = {f"{n}_new": array for n, array in moved.items()}
            self._updates.append(InPlace(lines, flat, scalars, outputs, dtype=dtype))

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
        if data.weight is not None:
            np.copyto(self.weight, data.weight[rows])

    def step(self) -> float:
        """One training step on the batch in the buffers; returns its loss, as it was before the update."""
        optimizer = self.optimizer
        if self.noise:
            self.network.draw(self.data.chance.noise, self.noise)
        self._step.run(self.scalars)
        scalars = self.program.numbers(optimizer)
        for update in self._updates:
            update.run(scalars)
        optimizer.t += 1
        return float(self._loss)


def _pieces(network: Network, trained: Sequence[str]) -> Iterator[tuple[str, slice]]:
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

    def __init__(self, network: Network, optimizer: Optimizer, data: Batches) -> None:
        """Take what is trained and what it is trained on."""
        self.network, self.optimizer, self.data = network, optimizer, data
        self._gradients = np.zeros_like(network.parameters.flat)
        self._steppers: dict[int, Stepper] = {}
        self._loaded: slice | None = None

    def run(self, order: Array | None, position: int, steps: int) -> tuple[Array, Array]:
        """Take steps from a position in an epoch on.

        Parameters
        ----------
        order : which samples, epoch after epoch, from the epoch of the first step on; None: as they stand
        position : the sample of that epoch with which the first step begins
        steps : how many

        Returns
        -------
        the loss of each step, as it was before its update, and how many answers were right in each
        """
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
                    right[step] = answers.count_right(stepper.output, stepper.y)
        return losses, right

    def measure(self, X: Array, y: Targets, counts: int) -> tuple[float, float | None]:
        """The loss, and for targets that name classes the accuracy, over checked samples."""
        return measure(self.network, X, y, counts)

    def _stepper(self, samples: int) -> Stepper:
        if samples not in self._steppers:
            self._steppers[samples] = Stepper(
                self.network, self.optimizer, samples, self._gradients, self.data
            )
        return self._steppers[samples]

    def close(self) -> None:
        """There is nothing to let go."""


def measure(network: Network, X: Array, y: Targets, counts: int) -> tuple[float, float | None]:
    """The loss, and for targets that name classes the accuracy, over checked samples, a few thousand at a time."""
    program = network.program(training=False)
    needed = program.needed(["L", program.output])
    total, right = 0.0, 0
    rows = PREDICT_ROWS - PREDICT_ROWS % network.paired_loss.group
    for start in range(0, len(X), rows):
        x, target = X[start : start + rows], y[start : start + rows]
        values = program.run(network.leaves(program, x, target), quantities=needed)
        total += float(values["L"]) * (len(x) / len(X))
        if counts:
            right += network.answers.count_right(values[program.output], target)
        del values  # before the next ones are made
    return total, right / (counts * len(X)) if counts else None


def choose(
    network: Network,
    optimizer: Optimizer,
    data: Batches,
    steps: int,
    engine: Any,
    threads: Any,
    looks: int = 0,
) -> tuple[Any, str]:
    """The engine for a training of so many steps, with validation of so many samples in all; and why it is that one.

    Left to itself ("auto"), the choice is made from the program, its sizes, the number of steps and the
    installed packages alone: the same call gives the same bits.

    Raises
    ------
    UnknownName, InputError, KindError : for an engine or a number of threads that can't be
    MissingPackage : where the compiled engine is asked for and LLVM is not installed
    """
    _check(engine, threads)
    if optimizer.full_batch:
        from chainrule.engines.lbfgs import Minimizer

        return Minimizer(network, optimizer, data, steps, engine), "scipy takes the steps"
    why = "asked for"
    if engine == "numpy":
        return NumpyEngine(network, optimizer, data), why
    if engine == "auto":
        each = numpy_seconds(network, optimizer, data.size)
        work = steps * each + looks / data.size * each / 3  # to look is to go forward alone
        if work < REPAID:
            return NumpyEngine(network, optimizer, data), "the run is too short to repay compiling"
        if missing := _missing():
            return NumpyEngine(network, optimizer, data), missing
        why = "the run is long enough to repay compiling"
    from chainrule.compiler import CompiledEngine, NotCompiled, NoThreads

    shared = threads or _threads(3 * _work(network, data.size))
    try:
        return CompiledEngine(network, optimizer, data, shared), why
    except NoThreads:
        if threads:
            raise
        return CompiledEngine(
            network, optimizer, data, 1
        ), f"{why}; with one thread, as the system starts no more"
    except NotCompiled as reason:
        return NumpyEngine(network, optimizer, data), f"what stands outside the compiled language: {reason}"


def numpy_seconds(network: Network, optimizer: Optimizer, samples: int) -> float:
    """About how long a step takes in NumPy: so much a line, an entry of a layer, a product and a parameter."""
    lines = len(network.program(optimizer).quantities)
    size = network.parameters.flat.size
    units = sum(int(shape[0]) for shape in network.parameters.layout.values() if len(shape) == 1)
    return float(2e-6 * lines + 8e-9 * samples * units + 6 * size * samples / 1.5e11 + 3e-9 * size)


def predict(network: Network, X: Array, engine: Any, threads: Any) -> tuple[Array, bool] | None:
    """The outputs in machine code, and whether all was finite; None where NumPy is to do it.

    Raises
    ------
    UnknownName, InputError, KindError : for an engine or a number of threads that can't be
    MissingPackage : where the compiled engine is asked for and LLVM is not installed
    """
    compiled = _predictor(network, X, engine, threads)
    if compiled is None:
        return None
    try:
        found: tuple[Array, bool] = compiled(X)
        return found
    except InputError:  # that threads can't be started
        if threads:
            raise
        return predict(network, X, engine, 1)


def _predictor(network: Network, X: Array, engine: Any, threads: Any) -> Any:
    """What predicts for inputs like X in machine code; None where NumPy is to do it."""
    _check(engine, threads)  # before what is kept is looked up: True is found as 1
    work, few = _work(network, len(X)), len(X) <= FEW
    shared = threads or (1 if few else _threads(work))
    flags = X.flags
    kind = (engine, shared, X.dtype, flags.c_contiguous, flags.aligned, X.strides[1] == X.itemsize)
    if kind in network.compiled:
        return network.compiled[kind]
    if engine == "numpy" or (engine == "auto" and (work < REPAID * 1e11 or _missing())):
        return None
    from chainrule.compiler import NotCompiled, Predictor

    try:
        found = Predictor(network, X, shared)
    except NotCompiled:
        found = None
    network.compiled[kind] = found
    return found


def _check(engine: Any, threads: Any) -> None:
    if engine not in ENGINES:
        raise UnknownName("engine", engine, ENGINES)
    if threads is None:
        return
    if arguments.whole(threads, "threads") > MOST_THREADS:
        raise InputError(f"threads = {threads} is out of range: it must be at most {MOST_THREADS}.")
    if engine == "numpy":
        raise InputError(
            f"threads = {threads} is for the compiled engine; NumPy's are set before Python starts, by "
            "OPENBLAS_NUM_THREADS."
        )


def _missing() -> str:
    """What keeps this machine from compiling, in words; nothing where it can."""
    from chainrule.compiler.jit import host

    try:
        fused = host().fused
    except (MissingPackage, OSError):
        return "llvmlite is not installed: pip install 'chainrule[fast]'"
    return "" if fused else "this processor has no fused multiplication and addition"


def _work(network: Network, samples: int) -> int:
    """Multiplications on the way forward."""
    return network.parameters.flat.size * samples


def _threads(work: int) -> int:
    """How many threads are worth their waiting for each other."""
    return max(1, min(int(work / SHARED), _usable(), MOST_THREADS))


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_usable = cache(processors)  # asked at every prediction
