"""Training: batches, the steps of `fit`, and what it remembers."""

from __future__ import annotations

import itertools
import math
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule import arguments
from chainrule.errors import Diverged, InputError, KindError
from chainrule.network import PREDICT_ROWS, Network, decide
from chainrule.parts.contract import Array, Optimizer
from chainrule.program import of_section
from chainrule.readings.in_place import InPlace
from chainrule.trace import Trace, trace_arrays

# Optimizers run over the flat buffers in pieces whose temporaries stay in the second cache of a processor.
PIECE = 131_072


@dataclass(repr=False)
class History:
    """What happened in training, one entry an epoch.

    Parameters
    ----------
    loss, accuracy : over the epoch's batches, each as it was before its step; accuracy only for class labels
    validation_loss, validation_accuracy : after the epoch, where validation data were given
    seconds : how long each epoch took, validation included
    samples : how many samples an epoch has
    stopped : why training ended before its last epoch; empty if it did not
    """

    samples: int = 0
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    stopped: str = ""

    @property
    def epochs(self) -> int:
        """How many epochs were finished."""
        return len(self.loss)

    def last(self) -> dict[str, float]:
        """The newest entry of each series that has one."""
        series = ("loss", "accuracy", "validation_loss", "validation_accuracy")
        return {name: getattr(self, name)[-1] for name in series if getattr(self, name)}

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        if not self.loss:
            return f"History: no epoch finished{', ' + self.stopped if self.stopped else ''}"
        figures = "  ".join(f"{name.replace('_', ' ')} {value:.6g}" for name, value in self.last().items())
        rate = self.samples * self.epochs / max(sum(self.seconds), 1e-9)
        ended = f"  {self.stopped}" if self.stopped else ""
        counted = f"{_many(self.epochs, 'epoch')} of {_many(self.samples, 'sample')}"
        return f"History: {counted}  {figures}  {rate:,.0f} samples/s{ended}"


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


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


class Stepper:
    """Training steps on batches of one size: the program in place, over the network's own buffers."""

    def __init__(self, network: Network, optimizer: Optimizer, samples: int, gradients: Array) -> None:
        """Make the buffers.

        Parameters
        ----------
        network, optimizer : whose parameters and state are updated in place
        samples : the size of the batch
        gradients : a flat buffer for the gradients, in the layout of the parameters
        """
        self.optimizer = optimizer
        self.samples = samples
        program = network.program(optimizer)
        dtype = network.dtype
        self.x = np.zeros((samples, network.inputs), dtype)
        self.y = np.zeros((samples, network.outputs), dtype)
        trained = [name for name in network.parameters if name not in network.frozen]
        views = network.parameters.views(gradients)
        self.scalars: dict[str, float] = {"m": samples, "k": network.outputs}
        self._step = InPlace(
            program.needed(["L", program.output, *(f"d{name}" for name in trained)]),
            {program.data: self.x, "y": self.y, **network.parameters, **network.constants},
            self.scalars,
            {f"d{name}": views[name] for name in trained},
            keep=("L", program.output),
            dtype=dtype,
        )
        self.output = self._step.values[program.output]
        self._loss = self._step.values["L"]
        memory = optimizer.memory(network.parameters)
        self._updates: list[InPlace] = []
        for first, span in _pieces(network, trained):
            # The update is the same line for every parameter and every entry, so the lines of the first one
            # of neighbours serve them all, on a piece of the flat buffers.
            flat = {first: network.parameters.flat[span], f"d{first}": gradients[span]}
            flat |= {n: memory[local][span] for n, (local, of) in program.state.items() if of == first}
            lines = [q for q in of_section(program.quantities.values(), "update") if q.parameter == first]
            scalars = {**optimizer.scalars(), "t": optimizer.t + 1}
            outputs = {f"{n}_new": array for n, array in flat.items() if n != f"d{first}"}
            self._updates.append(InPlace(lines, flat, scalars, outputs, dtype=dtype))

    def load(self, X: Array, y: Array, rows: Array | slice) -> None:
        """Put a batch into the buffers."""
        for source, buffer in ((X, self.x), (y, self.y)):
            if not isinstance(rows, slice) and source.dtype == buffer.dtype:
                np.take(source, rows, axis=0, out=buffer, mode="clip")
            else:
                np.copyto(buffer, source[rows])

    def step(self) -> float:
        """One training step on the batch in the buffers; returns its loss, as it was before the update."""
        self._step.run(self.scalars)
        optimizer = self.optimizer
        scalars = {**optimizer.scalars(), "t": optimizer.t + 1}
        for update in self._updates:
            update.run(scalars)
        optimizer.t += 1
        return float(self._loss)


def _pieces(network: Network, trained: Sequence[str]) -> Iterator[tuple[str, slice]]:
    """Pieces of the flat buffers without frozen parameters, each with the parameter that begins its run."""
    spans = network.parameters.spans
    runs: list[tuple[str, int, int]] = []
    for name in trained:
        span = spans[name]
        if runs and runs[-1][2] == span.start:
            runs[-1] = (runs[-1][0], runs[-1][1], span.stop)
        else:
            runs.append((name, span.start, span.stop))
    for first, start, stop in runs:
        count = math.ceil((stop - start) / PIECE)
        edges = np.linspace(start, stop, count + 1).astype(int)
        for a, b in itertools.pairwise(edges):
            yield first, slice(int(a), int(b))


class _Trainer:
    """The steps of one `fit`: one stepper for each size of batch, and a way back to the start of the epoch."""

    def __init__(self, network: Network, optimizer: Optimizer, X: Array, y: Array) -> None:
        self.network, self.optimizer, self.X, self.y = network, optimizer, X, y
        self._gradients = np.zeros_like(network.parameters.flat)
        self._steppers: dict[int, Stepper] = {}
        self._loaded: tuple[Any, Any] = (None, None)
        self._memory = optimizer.memory(network.parameters)
        self.keep()

    def step(self, rows: Array | slice) -> tuple[float, Stepper]:
        samples = len(rows) if isinstance(rows, np.ndarray) else rows.stop - rows.start
        stepper = self._steppers.get(samples)
        if stepper is None:
            stepper = Stepper(self.network, self.optimizer, samples, self._gradients)
            self._steppers[samples] = stepper
        if not isinstance(rows, slice) or self._loaded != (samples, rows):
            stepper.load(self.X, self.y, rows)
            self._loaded = (samples, rows if isinstance(rows, slice) else None)
        return stepper.step(), stepper

    def keep(self) -> None:
        """Remember where the epoch starts."""
        self._start = [a.copy() for a in self._arrays()], self.optimizer.t

    def back(self) -> None:
        """Return to where the epoch started."""
        arrays, self.optimizer.t = self._start
        for array, kept in zip(self._arrays(), arrays, strict=True):
            np.copyto(array, kept)

    def _arrays(self) -> list[Array]:
        return [self.network.parameters.flat, *self._memory.values()]

    def finite(self) -> bool:
        return all(bool(np.isfinite(array).all()) for array in self._arrays())

    def explain_divergence(self, epoch: int, rows: Sequence[Array | slice]) -> Diverged:
        """Run the epoch again up to the step that broke, and stop before it."""
        self.back()
        for number, batch in enumerate(rows, 1):
            before = [a.copy() for a in self._arrays()], self.optimizer.t
            loss, _ = self.step(batch)
            if not (math.isfinite(loss) and self.finite()):
                self._start = before
                self.back()
                trace = trace_arrays(self.network, self.X[batch], self.y[batch], self.optimizer)
                return Diverged(
                    f"epoch {epoch}, batch {number} of {len(rows)}: {trace.first_not_finite()} Training stopped "
                    f"there, and the parameters are as they were before that step (step {trace.step_number}). "
                    "A smaller learning rate, or inputs scaled to mean 0 and standard deviation 1, usually helps."
                )
        raise AssertionError("the epoch diverged, and did not when it was run again")


def fit(
    network: Network,
    X: Any,
    y: Any,
    *,
    epochs: int,
    batch_size: int | None,
    optimizer: Optimizer,
    validation_data: tuple[Any, Any] | None = None,
    shuffle: bool = True,
    seed: int | None = 0,
    progress: bool = True,
) -> History:
    """Train by mini-batches; see `Network.fit`."""
    X, y, classes = network.check(X, y)
    epochs, batch_size, seed = arguments.schedule(epochs, batch_size, seed)
    if validation_data is not None and (
        not isinstance(validation_data, tuple | list) or len(validation_data) != 2
    ):
        raise KindError("validation_data is no pair: give (X, y).")
    try:
        held_out = None if validation_data is None else network.check(*validation_data)
    except (InputError, KindError) as error:
        raise type(error)(f"validation_data: {error}") from None
    history = History(samples=len(X))
    trainer = _Trainer(network, optimizer, X, y)
    with _interruptible() as interrupted, _bar(progress, epochs) as report, np.errstate(all="ignore"):
        for epoch, rows in enumerate(batches(len(X), batch_size, epochs, shuffle, seed), 1):
            started = time.perf_counter()
            trainer.keep()
            total, right, done = 0.0, 0, 0
            for batch in rows:
                loss, stepper = trainer.step(batch)
                if not math.isfinite(loss):
                    break
                total += loss * (stepper.samples / len(X))
                done += stepper.samples
                if classes:
                    right += _count_right(stepper.output, stepper.y)
                if interrupted():
                    break
                report.batch(epoch, done / len(X), total * len(X) / done)
            if not (math.isfinite(loss) and trainer.finite()):
                raise trainer.explain_divergence(epoch, rows)
            if done < len(X):
                history.stopped = f"stopped by Ctrl-C in epoch {epoch} of {epochs}"
                break
            history.loss.append(total)
            if classes:
                history.accuracy.append(right / done)
            if held_out is not None:
                loss, accuracy = measure(network, *held_out)
                history.validation_loss.append(loss)
                if accuracy is not None:
                    history.validation_accuracy.append(accuracy)
            history.seconds.append(time.perf_counter() - started)
            report.epoch(history)
            if interrupted() and epoch < epochs:
                history.stopped = f"stopped by Ctrl-C after epoch {epoch} of {epochs}"
                break
    return history


def _count_right(output: Array, y: Array) -> int:
    return int(np.count_nonzero(decide(output) == decide(y)))


def measure(network: Network, X: Array, y: Array, classes: bool) -> tuple[float, float | None]:
    """The loss, and for class labels the accuracy, over checked samples, a few thousand at a time."""
    program = network.program()
    needed = program.needed(["L", program.output])
    total, right = 0.0, 0
    for start in range(0, len(X), PREDICT_ROWS):
        rows = slice(start, start + PREDICT_ROWS)
        values = program.run(network.leaves(X[rows], y[rows]), quantities=needed)
        total += float(values["L"]) * len(X[rows])
        right += _count_right(values[program.output], y[rows])
    return total / len(X), right / len(X) if classes else None


def steps(
    network: Network,
    X: Any,
    y: Any,
    *,
    epochs: int,
    batch_size: int | None,
    optimizer: Optimizer,
    shuffle: bool = True,
    seed: int | None = 0,
) -> Iterator[Trace]:
    """The debugger's step: the same steps as `fit`'s, bit for bit, each traced and then applied."""
    X, y, _ = network.check(X, y)
    epochs, batch_size, seed = arguments.schedule(epochs, batch_size, seed)

    def each() -> Iterator[Trace]:
        for rows in batches(len(X), batch_size, epochs, shuffle, seed):
            for batch in rows:
                trace = trace_arrays(network, X[batch], y[batch], optimizer)
                trace.apply()
                yield trace

    return each()


@contextmanager
def _interruptible() -> Iterator[Any]:
    """Turn Ctrl-C into a question that is asked between two steps, so that no step is left half done."""
    flag = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield flag.is_set
        return
    before = signal.signal(signal.SIGINT, lambda *_: flag.set())
    try:
        yield flag.is_set
    finally:
        signal.signal(signal.SIGINT, before)


class _Quiet:
    def batch(self, epoch: int, part: float, loss: float) -> None: ...

    def epoch(self, history: History) -> None: ...


@contextmanager
def _bar(wanted: bool, epochs: int) -> Iterator[Any]:
    """A progress bar where one can be seen."""
    import sys

    if not wanted or not sys.stderr.isatty():
        yield _Quiet()
        return
    try:
        from chainrule.progress import Bar
    except ImportError:  # rich is not there: training works without it
        yield _Quiet()
        return
    with Bar(epochs) as bar:
        yield bar
