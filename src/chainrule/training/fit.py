"""Training: batches, the steps of `fit`, and what it remembers."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.engines import numpy_engine as engines
from chainrule.engines.batches import Batches, Chance, Transform, batches, check_sizes, grouped, shares
from chainrule.errors import Diverged, InputError, KindError
from chainrule.model import arguments
from chainrule.model.arguments import ChangedLabel, Targets
from chainrule.network import Network
from chainrule.parts.contract import Array, Optimizer
from chainrule.trace import Trace, trace_arrays
from chainrule.training import claims
from chainrule.training.callbacks import SERIES, Callbacks, Run
from chainrule.utils import checks
from chainrule.utils.chunks import pieces

PAUSE = 0.1  # seconds after which an engine comes back, to show progress and to see whether it should go on
KEPT = 10  # such times between two copies of what steps change
HELD = 1_000_000  # rows of several epochs that are ordered ahead, so that short epochs go in one block


@dataclass(repr=False)
class History:
    """What happened in training, one entry an epoch.

    Parameters
    ----------
    loss, accuracy : over the epoch's batches, each as it was before its step; accuracy only where targets name classes:
        the share of right answers, which are one a sample, or `labels` of them, each counted by itself
    validation_loss, validation_accuracy : after the epoch, where validation data were given
    seconds : how long each epoch took, validation included
    samples : how many samples an epoch has
    labels : how many answers accuracy counts of a sample: more than 1 where each output says yes or no
    stopped : why training ended before its last epoch; empty if it did not
    interrupted : whether that was Ctrl-C
    restored : the epoch whose weights the network has, if they are not the last ones
    engine, why, threads : what took the steps, why it was chosen, and how many threads it used (0: as BLAS takes)
    """

    samples: int = 0
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    stopped: str = ""
    interrupted: bool = False
    restored: int = 0
    engine: str = ""
    why: str = ""
    threads: int = 0
    labels: int = 1

    @property
    def epochs(self) -> int:
        """How many epochs were finished."""
        return len(self.loss)

    def last(self) -> dict[str, float]:
        """The newest entry of each series that has one."""
        return {name: getattr(self, name)[-1] for name in SERIES if getattr(self, name)}

    def words(self, name: str) -> str:
        """A series in words: an accuracy of labels that count each by itself says so."""
        words = name.replace("_", " ")
        return words if self.labels == 1 else words.replace("accuracy", "label accuracy")

    def by(self) -> str:
        """What took the steps, in words."""
        return f"compiled, {_many(self.threads, 'thread')}" if self.engine == "compiled" else self.engine

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        if not self.loss:
            return f"History: no epoch finished{', ' + self.stopped if self.stopped else ''}"
        figures = "  ".join(f"{self.words(name)} {value:.6g}" for name, value in self.last().items())
        rate = self.samples * self.epochs / max(sum(self.seconds), 1e-9)
        restored = f"the weights of epoch {self.restored} are restored" if self.restored else ""
        after = "".join(f"  {word}" for word in (self.by(), self.stopped or restored) if word)
        counted = f"{_many(self.epochs, 'epoch')} of {_many(self.samples, 'sample')}"
        return f"History: {counted}  {figures}  {rate:,.0f} samples/s{after}"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


class _Course:
    """Where a training stands: the samples that come next, and what the steps so far have given.

    Parameters
    ----------
    history : receives each finished epoch
    data : what is trained on
    epochs : how many
    """

    def __init__(self, history: History, data: Batches, epochs: int) -> None:
        self.history, self.data, self.epochs = history, data, epochs
        self.samples = len(data.X)
        self.per_epoch = math.ceil(self.samples / data.size)
        self.shares = shares(self.samples, data.size)
        self.done = 0  # steps of the epoch that is running
        # Of the block: its first step in its epoch, those taken, all of them.
        self.first = self.taken = self.steps = 0
        self.left = epochs * self.per_epoch
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
            epochs = min(epochs, max(1, HELD // self.samples))
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
            self._shuffle(order)
        self._ordered = max(self._ordered, epochs)

    def _shuffle(self, order: Array) -> None:
        group = self.data.group
        if group > 1:
            order[:] = grouped(self.data.chance.order.permutation(len(order) // group), group)
            return
        for rows in pieces(order.shape):
            order[rows] = np.arange(rows.start, rows.stop)
        self.data.chance.order.shuffle(order)  # as `permutation` does, into memory that is there

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


class _Keeper:
    """A way back: a copy of all that steps change."""

    def __init__(self, network: Network, optimizer: Optimizer, chance: Chance) -> None:
        self._optimizer, self._chance = optimizer, chance
        memory = optimizer.memory(network.parameters)
        self._arrays = [network.parameters.flat, *memory.values(), *network.memory.values()]
        self._copies = [np.empty_like(array) for array in self._arrays]

    def keep(self) -> None:
        """Remember this place."""
        self._t, self._place = self._optimizer.t, self._chance.place()
        for array, copy in zip(self._arrays, self._copies, strict=True):
            np.copyto(copy, array)

    def back(self) -> None:
        """Return to the place that was remembered."""
        self._optimizer.t = self._t
        self._chance.back(self._place)
        for array, copy in zip(self._arrays, self._copies, strict=True):
            np.copyto(array, copy)

    def finite(self) -> bool:
        """Whether every number is finite; a sum tells, for one that isn't stays in it."""
        return all(bool(np.isfinite(array.sum()) or np.isfinite(array).all()) for array in self._arrays)


def _diverged(network: Network, engine: Any, keeper: _Keeper, course: _Course) -> Diverged:
    """Take the steps of a block again, one by one up to the one that broke, and say what broke in it."""
    keeper.back()
    began = course.history.epochs - (course.first + course.taken) // course.per_epoch
    for step in range(course.steps):
        keeper.keep()
        epoch, batch = divmod(course.first + step, course.per_epoch)
        order, start = course.at(step)
        losses, _ = engine.run(order, start, 1)
        if not (math.isfinite(losses[0]) and keeper.finite()):
            keeper.back()
            rows: Array | slice = slice(start, min(start + course.data.size, course.samples))
            rows = rows if order is None else order[rows]
            trace = _trace_rows(network, engine.optimizer, course.data, rows)
            return Diverged(
                f"epoch {began + epoch + 1}, batch {batch + 1} of {course.per_epoch}: {trace.first_not_finite()} "
                "Training stopped there, and the parameters are as they were before that step (step "
                f"{trace.step_number}). A smaller learning rate, or inputs scaled to mean 0 and standard deviation 1, "
                "usually helps."
            )
    raise AssertionError("the steps diverged, and did not when they were taken again")


def _trace_rows(network: Network, optimizer: Optimizer, data: Batches, rows: Array | slice) -> Trace:
    """The step on some rows, traced."""
    X = data.X[rows] if data.transform is None else data.transformed(rows)
    noise = network.drawn(data.chance.noise, len(X))
    weight = None if data.weight is None else data.weight[rows]
    return trace_arrays(network, X, data.y[rows], optimizer, weight, noise)


def _prepared(
    network: Network,
    X: Any,
    y: Any,
    batch_size: int | None,
    shuffle: bool,
    seed: int | None,
    transform: Transform | None,
    sample_weight: Any,
    class_weight: Any,
) -> Batches:
    """What is trained on, all of it checked before the first step."""
    checks.truth(shuffle, "shuffle")
    X, y, counts = network.check(X, y)
    arguments.warn_of_lost(X, "X", network.input_dtype, network.features)
    if not counts and isinstance(y, np.ndarray):
        arguments.warn_of_lost(y, "y", network.dtype)
    size = len(X) if batch_size is None else min(batch_size, len(X))
    check_sizes(network, {size, len(X) % size or size})
    weight = None if sample_weight is None else arguments.weights(sample_weight, len(X))
    if class_weight is not None:
        each = arguments.class_weights(class_weight, y, bool(counts), network.answers, network.classes)
        weight = each if weight is None else weight * each
        if not weight.any():
            raise InputError(
                "with class_weight every sample counts 0: give at least one class of y a weight above 0."
            )
    group = network.paired_loss.group
    if weight is not None and group > 1:
        raise InputError(
            f"{network.loss_part.title()} takes rows in groups of {group}, and weighs none of them: leave "
            "sample_weight and class_weight out."
        )
    if transform is not None and not callable(transform):
        raise KindError(
            f"transform = {transform!r} is no function: give one of the samples and a random generator."
        )
    if (check := getattr(transform, "check", None)) is not None:
        check(network.inputs)
    return Batches(X, y, size, shuffle and size < len(X), counts, group, weight, transform, Chance(seed))


def _series(data: Batches, held_out: tuple[Any, Any, int] | None) -> list[str]:
    """The names of the series that a history gets."""
    there = [True, data.counts, held_out is not None, held_out is not None and held_out[2]]
    return [name for name, wanted in zip(SERIES, there, strict=True) if wanted]


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
    engine: str = "auto",
    threads: int | None = None,
    transform: Transform | None = None,
    sample_weight: Any = None,
    class_weight: Any = None,
    callbacks: Any = (),
) -> History:
    """Train by mini-batches; see `Network.fit`."""
    told, progress = Callbacks(callbacks), checks.truth(progress, "progress")
    epochs, batch_size, seed = arguments.schedule(epochs, batch_size, seed)
    data = _prepared(network, X, y, batch_size, shuffle, seed, transform, sample_weight, class_weight)
    if validation_data is not None and (
        not isinstance(validation_data, tuple | list) or len(validation_data) != 2
    ):
        raise KindError("validation_data is no pair: give (X, y).")
    try:
        held_out = None if validation_data is None else network.check(*validation_data)
    except (InputError, KindError) as error:
        raise type(error)(f"validation_data: {error}") from None
    with claims.claimed(network, optimizer, told.ready):
        return _train(network, optimizer, data, held_out, epochs, told, progress, engine, threads)


def _train(
    network: Network,
    optimizer: Optimizer,
    data: Batches,
    held_out: tuple[Array, Targets, int] | None,
    epochs: int,
    told: Callbacks,
    progress: bool,
    engine: str,
    threads: int | None,
) -> History:
    """Take all steps; nothing else changes what they change."""
    history = History(samples=len(data.X), labels=network.answers.count)
    course = _Course(history, data, epochs)
    if optimizer.schedule is not None:
        optimizer.schedule.span(optimizer.t + course.left)
    looks = 0 if held_out is None else epochs * len(held_out[0])
    taker, history.why = engines.choose(network, optimizer, data, course.left, engine, threads, looks)
    history.engine, history.threads = taker.name, taker.threads
    keeper = _Keeper(network, optimizer, data.chance)
    run = Run(network, optimizer, history, epochs, course.per_epoch, _series(data, held_out))

    def ended() -> None:
        """What follows an epoch."""
        if held_out is not None:
            try:
                loss, accuracy = taker.measure(*held_out)
            except ChangedLabel as error:
                raise InputError(f"validation_data: {error}") from None
            history.validation_loss.append(loss)
            if accuracy is not None:
                history.validation_accuracy.append(accuracy)
        course.time()
        report.epoch(history)
        told.epoch(run)
        course.clock = time.perf_counter()

    def took(loss: float, right: int) -> bool:
        """What follows an iteration over all samples; gives whether to go on."""
        halt = interrupted()
        run.took(1, loss)
        told.batch(run)
        course.add(np.array([loss]), np.array([right]))
        ended()
        if halt and course.left and not history.stopped:
            history.stopped, history.interrupted = (
                f"stopped by Ctrl-C after epoch {history.epochs} of {epochs}",
                True,
            )
        return not history.stopped

    with (
        closing(taker),
        _interruptible() as interrupted,
        np.errstate(all="ignore"),
        told.during(run),
        _bar(progress, epochs) as report,
    ):
        most, course.clock = 1, time.perf_counter()
        if optimizer.full_batch:
            history.stopped = taker.minimize(took) or history.stopped
            return history
        while course.left and not history.stopped:
            keeper.keep()  # a copy of everything takes as long as some steps: it is made for several parts
            course.begin(told.block(KEPT * most, course.per_epoch - course.done))
            while course.taken < course.steps and not history.stopped:
                started = time.perf_counter()
                try:
                    losses, right = taker.run(*course.part(most, held_out is not None))
                except ChangedLabel as error:
                    keeper.back()  # the steps of this part may have been taken with it
                    raise InputError(f"{error} The network is as before step {optimizer.t + 1}.") from None
                seconds = time.perf_counter() - started
                halt = interrupted()
                last = halt or course.taken + len(losses) == course.steps
                if not np.isfinite(losses).all() or (last and not keeper.finite()):
                    raise _diverged(network, taker, keeper, course)
                run.took(len(losses), float(losses[-1]))
                told.batch(run)
                if course.add(losses, right):
                    ended()
                if course.done:
                    report.batch(course.epoch, *course.running())
                if halt and course.left and not history.stopped:
                    where = f"in epoch {course.epoch}" if course.done else f"after epoch {history.epochs}"
                    history.stopped, history.interrupted = f"stopped by Ctrl-C {where} of {epochs}", True
                most = max(1, round(PAUSE * len(losses) / max(seconds, 1e-6)))
    return history


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
    transform: Transform | None = None,
    sample_weight: Any = None,
    class_weight: Any = None,
) -> Iterator[Trace]:
    """The debugger's step: the same steps as `fit`'s in NumPy, bit for bit, each traced and then applied."""
    epochs, batch_size, seed = arguments.schedule(epochs, batch_size, seed)
    data = _prepared(network, X, y, batch_size, shuffle, seed, transform, sample_weight, class_weight)
    if optimizer.full_batch:
        raise InputError(
            f"{type(optimizer).__name__} asks for the loss where it likes, and has no single steps to trace: take fit."
        )
    samples = len(data.X)
    if optimizer.schedule is not None:
        optimizer.schedule.span(optimizer.t + epochs * math.ceil(samples / data.size))

    def each() -> Iterator[Trace]:
        for rows in batches(samples, batch_size, epochs, shuffle, data.chance.order, data.group):
            for batch in rows:
                trace = _trace_rows(network, optimizer, data, batch)
                trace.apply()
                yield trace

    return _Steps(network, optimizer, each())


class _Steps(Iterator[Trace]):
    """Steps that are taken one by one, as they are asked for; between two of them the network is free for others."""

    def __init__(self, network: Network, optimizer: Optimizer, each: Iterator[Trace]) -> None:
        self._network, self._optimizer, self._each = network, optimizer, each

    def __next__(self) -> Trace:
        with claims.claimed(self._network, self._optimizer):
            return next(self._each)


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
    """A progress bar where one can be seen; those of several threads would write over each other."""
    import sys

    if not wanted or not sys.stderr.isatty() or threading.current_thread() is not threading.main_thread():
        yield _Quiet()
        return
    try:
        from chainrule.training.progress import Bar
    except ImportError:  # rich is not there: training works without it
        yield _Quiet()
        return
    with Bar(epochs) as bar:
        yield bar
