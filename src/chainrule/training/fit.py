"""Training by mini-batches: blocks of steps, and what follows each of them and each epoch."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from chainrule.engines.batches import Batches
from chainrule.engines.lbfgs import Minimizer
from chainrule.engines.protocol import Engine
from chainrule.errors import InputError, KindError
from chainrule.model.labels import ChangedLabel, Targets
from chainrule.model.model import Model
from chainrule.model.samples import check
from chainrule.parts.contract import Array, Optimizer
from chainrule.training import claims, keeping
from chainrule.training.beginning import Beginning
from chainrule.training.callbacks import Callbacks, Run
from chainrule.training.cursor import TrainingCursor
from chainrule.training.history import SERIES, History
from chainrule.training.interrupt import bar, interruptible
from chainrule.training.lasting import NOT_LASTING, Lasting, beginning
from chainrule.training.metrics import EpochMetrics
from chainrule.training.schedule import spanned
from chainrule.training.snapshot import Snapshot
from chainrule.utils import checks

BLOCK_SECONDS = 0.1  # after which an engine comes back, to show progress and to see whether it should go on
BLOCKS_PER_SNAPSHOT = 10  # a copy of everything takes as long as some steps: it is made for several blocks

HeldOut = tuple[Array, Targets, int]


def fit(
    model: Model,
    data: Batches,
    optimizer: Optimizer,
    validation_data: Any,
    progress: bool,
    engine: str,
    threads: int | None,
    callbacks: Any,
    check_finite: bool = True,
    metrics: Any = (),
    lasting: Lasting = NOT_LASTING,
) -> History:
    """Train by mini-batches; see `Network.fit`."""
    told, progress = Callbacks(callbacks), checks.truth(progress, "progress")
    checks.truth(check_finite, "check_finite")
    held_out = validation_samples(model, validation_data)
    measured = EpochMetrics(model, held_out, metrics)
    series = _series(data, held_out, measured)
    with (
        claims.claimed(model, optimizer, told.ready),
        beginning(lasting, model, optimizer, data, engine, threads, held_out, told, series) as begins,
        spanned(optimizer, begins.last),
    ):
        data, steps = begins.data, begins.data.epochs * data.per_epoch
        looks = 0 if held_out is None else data.epochs * len(held_out[0])
        model._place = None
        with keeping.engine(model, optimizer, data, steps, begins.engine, begins.threads, looks) as (
            chosen,
            why,
            snapshot,
        ):
            training = _Training(
                model,
                optimizer,
                begins,
                held_out,
                told,
                chosen,
                why,
                snapshot,
                check_finite,
                measured,
                series,
            )
            with training.watched(progress):
                if isinstance(chosen, Minimizer):
                    training.minimize(chosen)
                else:
                    training.run(chosen)
        if not optimizer.full_batch:
            model._place = begins.place_of(training)
    return training.history


def _series(data: Batches, held_out: HeldOut | None, metrics: EpochMetrics) -> tuple[str, ...]:
    """The names of what the history gets."""
    there = [True, data.counts, held_out is not None, held_out is not None and held_out[2]]
    return (*(name for name, wanted in zip(SERIES, there, strict=True) if wanted), *metrics.series)


def validation_samples(model: Model, validation_data: Any) -> HeldOut | None:
    """Validation data, checked; None without any."""
    if validation_data is None:
        return None
    if not isinstance(validation_data, tuple | list) or len(validation_data) != 2:
        raise KindError("validation_data is no pair: give (X, y).")
    try:
        return check(model, *validation_data)
    except (InputError, KindError) as error:
        raise type(error)(f"validation_data: {error}") from None


class _Training:
    """One training: what its steps give to history, callbacks and bar. Nothing else changes what its steps change."""

    def __init__(
        self,
        model: Model,
        optimizer: Optimizer,
        begins: Beginning,
        held_out: HeldOut | None,
        callbacks: Callbacks,
        engine: Engine | Minimizer,
        why: str,
        snapshot: Snapshot,
        check_finite: bool,
        metrics: EpochMetrics,
        series: tuple[str, ...],
    ) -> None:
        data, self.begins = begins.data, begins
        self.model, self.optimizer, self.held_out, self.epochs = model, optimizer, held_out, data.epochs
        self.callbacks, self.measure, self.check_finite = callbacks, engine.measure, check_finite
        self.history = History(
            len(data.X), labels=model.answers.count, engine=engine.name, why=why, threads=engine.threads,
            before=model._trained_steps,
        )  # fmt: skip
        self.metrics = metrics
        self.history.metrics = {name: [] for name in metrics.series}
        self.cursor = TrainingCursor(self.history, data)
        self.snapshot = snapshot
        self.callback_run = Run(model, optimizer, self.history, data.epochs, self.cursor.per_epoch, series)
        self.interrupted: Callable[[], str]
        self.bar: Any

    @contextmanager
    def watched(self, progress: bool) -> Iterator[None]:
        """Have Ctrl-C, callbacks and the bar at work, as long as what follows takes."""
        self.begins.put(self)
        with (
            interruptible(self.begins.keeps) as self.interrupted,
            np.errstate(all="ignore"),
            self.callbacks.during(self.callback_run),
            bar(progress, self.epochs, self.history.epochs) as self.bar,
        ):
            try:
                self.begins.started(self)
                self.cursor.begin_clock()
                yield
            finally:
                self.model._trained_steps += self.callback_run.step

    def run(self, engine: Engine) -> None:
        """Take all steps, in blocks of about `BLOCK_SECONDS`."""
        cursor, steps = self.cursor, 1
        while cursor.left and not self.history.stopped:
            self.snapshot.take()
            cursor.begin(self.callbacks.block(self.callback_run, BLOCKS_PER_SNAPSHOT * steps))
            while cursor.taken < cursor.steps and not self.history.stopped:
                steps = self._block(engine, steps)
                self.begins.look(self)
        self.begins.ended(self)

    def _block(self, engine: Engine, steps: int) -> int:
        """Take at most so many steps, and what follows them; gives how many to take next."""
        cursor, started = self.cursor, time.perf_counter()
        try:
            losses, right = engine.run(*cursor.part(steps, self.held_out is not None))
        except ChangedLabel as error:
            self.snapshot.restore()  # the steps of this block may have been taken with it
            raise InputError(f"{error} The network is as before step {self.optimizer.t + 1}.") from None
        seconds = time.perf_counter() - started
        halt = self.interrupted()
        last = bool(halt) or cursor.taken + len(losses) == cursor.steps
        if self.check_finite and not (checks.all_finite(losses) and (not last or self.snapshot.finite())):
            from chainrule.training.diverged import diverged

            raise diverged(self.model, self.optimizer, engine, self.snapshot, cursor)
        self._tell(losses, right)
        if cursor.done:
            self.bar.batch(cursor.epoch, *cursor.running())
        if halt:
            self._halt(f"in epoch {cursor.epoch}" if cursor.done else f"after epoch {self.history.epochs}")
        return max(1, round(BLOCK_SECONDS * len(losses) / max(seconds, 1e-6)))

    def _tell(self, losses: Array, right: Array) -> None:
        """What follows steps that were taken; callbacks that look at epochs are told of each."""
        cursor, count = self.cursor, len(losses)
        ends = (
            range(cursor.per_epoch - cursor.done, count, cursor.per_epoch)
            if self.callbacks.each_epoch
            else ()
        )
        edges = [0, *ends, count]
        for start, stop in itertools.pairwise(edges):
            self.callback_run.took(stop - start, float(losses[stop - 1]))
            self.callbacks.batch(self.callback_run)
            if cursor.add(losses[start:stop], right[start:stop]):
                self._end_epoch(count - stop)

    def minimize(self, minimizer: Minimizer) -> None:
        """Have scipy take the steps, an epoch each."""
        self.history.stopped = minimizer.minimize(self._iterated, self.check_finite) or self.history.stopped
        self.history.result = minimizer.result

    def _iterated(self, loss: float, right: int) -> bool:
        """What follows an iteration over all samples; gives whether to go on."""
        halt = self.interrupted()
        self.callback_run.took(1, loss)
        self.callbacks.batch(self.callback_run)
        self.cursor.add(np.array([loss]), np.array([right]))
        self._end_epoch()
        if halt:
            self._halt(f"after epoch {self.history.epochs}")
        return not self.history.stopped

    def _end_epoch(self, later: int = 0) -> None:
        """Validate, and tell history, bar and callbacks; so many steps were taken since."""
        history = self.history
        if self.held_out is not None:
            try:
                loss, accuracy = self.measure(*self.held_out)
            except ChangedLabel as error:
                raise InputError(f"validation_data: {error}") from None
            history.validation_loss.append(loss)
            if accuracy is not None:
                history.validation_accuracy.append(accuracy)
            for name, value in self.metrics.measure().items():
                history.metrics[name].append(value)
        self.cursor.time(later // self.cursor.per_epoch)
        self.bar.epoch(history)
        self.callbacks.epoch(self.callback_run, later)
        if not later:
            self.cursor.clock = time.perf_counter()

    def _halt(self, where: str) -> None:
        """End at Ctrl-C, if there is anything left to end."""
        if self.cursor.left and not self.history.stopped:
            self.history.stopped = f"stopped by {self.interrupted()} {where} of {self.epochs}"
            self.history.interrupted = True
