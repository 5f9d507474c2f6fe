"""A training that can be gone back in: every step of it may be returned to, changed, and played on from."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.engines.batches import Batches, shares, shuffle
from chainrule.engines.numpy_engine import NumpyEngine, measure
from chainrule.engines.protocol import Engine
from chainrule.errors import InputError
from chainrule.model.model import Model
from chainrule.model.noise import drawn_noise
from chainrule.model.record import Record
from chainrule.model.samples import check_sizes
from chainrule.page.compiling import Compiling, compile_for
from chainrule.page.curve import Curve
from chainrule.page.numbers import settle
from chainrule.page.stretches import HeldOut, Mark, Stretch
from chainrule.parts.contract import Array, Optimizer
from chainrule.training import claims
from chainrule.training.engine_choice import COMPILE_THRESHOLD_S
from chainrule.training.snapshot import Snapshot
from chainrule.walkthrough.not_finite import not_finite

MARK_BYTES = 64_000_000  # of all marks together
MARKS = 8, 128  # at least and at most
FEW = 4  # steps that are taken without asking for the time, at least
NEAR = 16  # marks that a way back leaves between its start and its end, for the next steps back


class Course:
    """A training, and where it stands: `step` steps are taken, and `newest` is as far as it ever came.

    Steps are NumPy's, the same bits as `fit`'s, until so many were taken in one go that compiling repays: from then on
    they are the compiled engine's, where there is one. To go back, the last mark before a step is put in place,
    and the steps from there are taken again. A change by hand begins a new stretch, and what came after is gone.

    Parameters
    ----------
    model, optimizer : what is trained, in place
    data : what it is trained on
    held_out : what is only measured
    """

    def __init__(self, model: Model, optimizer: Optimizer, data: Batches, held_out: HeldOut | None) -> None:
        if optimizer.full_batch:
            raise InputError(
                f"{optimizer.label()} takes no single steps that could be shown: take another optimizer, such as SGD."
            )
        self.model, self.optimizer = model, optimizer
        self.step = self.newest = 0
        self.diverged = ""
        self.rate = 0.0
        self._streams = data.streams
        self._loss, self._right, self._at = 0.0, 0, 0
        self._order: Array | None = None
        self._order_state = data.streams.order.bit_generator.state
        self.stretches: list[Stretch] = []
        self._engines: dict[tuple[int, bool], Engine] = {}
        self._played = 0.0  # seconds
        self._pace = FEW  # steps that are taken before the time is asked for
        self.touched = False  # by hand, so that the settings no longer say what the weights are
        self._compiling: Compiling | None = None
        self._begin(data, held_out, 0, 0, fresh=True)
        self._measure_start()

    # --- where it stands ------------------------------------------------------------------------------

    @property
    def stretch(self) -> Stretch:
        """The stretch that is running."""
        return self.stretches[self._at]

    @property
    def data(self) -> Batches:
        """What is trained on."""
        return self.stretch.data

    @property
    def held_out(self) -> HeldOut | None:
        """What is only measured."""
        return self.stretch.held_out

    @property
    def epoch(self) -> tuple[int, int]:
        """Whole epochs that are done, and steps of the one that is running."""
        stretch = self.stretch
        epochs, batch = divmod(stretch.batch + self.step - stretch.start, stretch.data.per_epoch)
        return stretch.epoch + epochs, batch

    @property
    def edited(self) -> list[int]:
        """The steps at which something was changed by hand."""
        return [stretch.start for stretch in self.stretches[1:] if stretch.by_hand]

    def rows(self) -> Array:
        """The samples of the next step."""
        start = self.epoch[1] * self.data.size
        stop = min(start + self.data.size, len(self.data.X))
        return np.arange(start, stop) if self._order is None else self._order[start:stop]

    def record(self, rows: Array | None = None, of: tuple[Array, Any] | None = None) -> Record:
        """The next step with every quantity kept; or the step on other rows, also of others. Nothing is taken."""
        rows = self.rows() if rows is None else rows
        check_sizes(self.model, [len(rows)])
        noise = drawn_noise(self.model, self._streams.noise, len(rows))
        X, y = (self.data.X, self.data.y) if of is None else of
        return Record.of_arrays(self.model, X[rows], y[rows], self.optimizer, noise=noise)

    # --- on -------------------------------------------------------------------------------------------

    def advance(self, steps: int, seconds: float = math.inf) -> None:
        """Take so many steps, or as many as there is time for."""
        if seconds < math.inf:
            self._quicken()
        began, first, goal = time.perf_counter(), self.step, self.step + steps
        with claims.claimed(self.model, self.optimizer):
            while self.step < goal and not self.diverged:
                asked = time.perf_counter()
                taken = self._part(min(goal - self.step, self._pace))
                now = time.perf_counter()
                if now - began >= seconds:
                    break
                # As many as take a few milliseconds: so the time is kept, and little of it is spent on asking. No
                # fewer than a few, since a busy machine may have stopped us in between.
                self._pace = min(2 * self._pace, max(FEW, int(0.004 * taken / max(now - asked, 1e-7))), 4096)
        passed = time.perf_counter() - began
        self.rate = (self.step - first) / passed if passed else 0.0
        if not self.stretch.compiled and seconds < math.inf:
            self._played += passed

    def _quicken(self) -> None:
        """Have the compiled engine made beside, once it repays, and take it when it is there."""
        if self.stretch.compiled or self._played < COMPILE_THRESHOLD_S:
            return
        if self._compiling is None:
            self._compiling = Compiling(self.model, self.optimizer, self.data)
        elif self._compiling.engine is not None:
            self._engines[id(self.data), True] = self._compiling.engine
            self._compiling = None
            before, (epoch, batch) = self.stretch, self.epoch
            del self.stretches[self._at + (self.step != before.start) :]
            self.newest = self.step
            self._begin(before.data, before.held_out, epoch, batch, fresh=False, compiled=True)

    def _part(self, most: int) -> int:
        """Take some of the running epoch's steps, no further than to the next mark; says how many."""
        at, stretch = self.epoch[1], self.stretch
        ahead = next((s.start for s in self.stretches[self._at + 1 :]), math.inf)
        to_mark = stretch.spacing - (self.step - stretch.start) % stretch.spacing
        steps = min(most, stretch.data.per_epoch - at, to_mark, int(min(ahead - self.step, most)))
        losses, right = self._engine.run(self._order, at * stretch.data.size, steps)
        if not (np.isfinite(losses).all() and self._finite()):
            self._break()
            return steps
        for loss, share in zip(losses.tolist(), self._shares[at : at + steps].tolist(), strict=True):
            self._loss += loss * share  # one after the other, as `fit` adds them up
        self._right += int(right.sum())
        self.step += steps
        self.newest = max(self.newest, self.step)
        if at + steps == stretch.data.per_epoch:
            self._end_epoch()
        if self.step == ahead:
            self._enter(self._at + 1, self.step)
        elif (self.step - stretch.start) % stretch.spacing == 0:
            self._mark()
        return steps

    def _end_epoch(self) -> None:
        epoch, data, accuracy = self.epoch[0], self.data, math.nan
        if data.counts:
            accuracy = self._right / (len(data.X) * data.counts)
        if self.curve.wants(epoch):
            held = (math.nan, None) if self.held_out is None else measure(self.model, *self.held_out)
            self.curve.add(epoch, self._loss, held[0], accuracy, math.nan if held[1] is None else held[1])
        self._loss, self._right = 0.0, 0
        self._draw()

    def _draw(self) -> None:
        """Draw the order of the epoch that begins."""
        self._order_state = self._streams.order.bit_generator.state
        if self.data.shuffled:
            order = np.empty(len(self.data.X), np.int64)
            shuffle(order, self._streams.order, self.data.group)
            self._order = order
        else:
            self._order = None

    def _finite(self) -> bool:
        flat = self.model.parameters.flat
        return bool(np.isfinite(flat.sum()) or np.isfinite(flat).all())

    def _break(self) -> None:
        """Go to the step before the one whose numbers stop being finite, and say what broke."""
        self._return(self.step)
        while True:
            mark = self.made_mark()
            losses, _ = self._engine.run(self._order, self.epoch[1] * self.data.size, 1)
            if not (math.isfinite(losses[0]) and self._finite()):
                break
            self._put(self.step, mark)
            self._part(1)
        self._put(self.step, mark)
        self.newest = self.step
        self.diverged = (
            f"Step {self.step + 1}: {not_finite(self.record())} Training stopped before it. A smaller learning "
            "rate, or inputs scaled to mean 0 and standard deviation 1, usually helps."
        )

    # --- back -----------------------------------------------------------------------------------------

    def seek(self, step: int) -> None:
        """Go to a step, back or on; the steps after it stay to be returned to.

        Raises
        ------
        InputError : for a step that was never taken
        """
        if not 0 <= step <= self.newest:
            raise InputError(f"step {step} was never taken: there are steps 0 to {self.newest}.")
        if step == self.step:
            return
        self.diverged = ""
        with claims.claimed(self.model, self.optimizer):
            if step < self.step or any(step >= m for s in self.stretches for m in s.marks if m > self.step):
                self._return(step)
            start = self.step
            every = max(1, -(-(step - start) // NEAR))
            while self.step < step and not self.diverged:
                self._part(min(step - self.step, every - (self.step - start) % every))
                if self.step < step:
                    self._near[self.step] = self.made_mark()
        while len(self._near) > 2 * NEAR:
            self._near.pop(next(iter(self._near)))

    def _return(self, step: int) -> None:
        """Put the last mark up to a step in place."""
        at = max(i for i, stretch in enumerate(self.stretches) if stretch.start <= step)
        stretch = self.stretches[at]
        marks = {**stretch.marks, **{s: m for s, m in self._near.items() if s >= stretch.start}}
        self._enter(at, max(s for s in marks if s <= step), marks)

    def _enter(self, at: int, step: int, marks: Mapping[int, Mark] | None = None) -> None:
        """Put a mark of a stretch in place."""
        if at != self._at or marks is None:
            self._at = at
            self._take_up()
        self._put(step, (marks or self.stretch.marks)[step])

    def _put(self, step: int, mark: Mark) -> None:
        mark.snapshot.restore()
        self._streams.order.bit_generator.state = mark.order
        self._loss, self._right, self.step = mark.loss, mark.right, step
        self._draw()

    def resume(self, stretches: list[Stretch], curve: Curve, step: int, newest: int, now: Mark) -> None:
        """Go on where another course of the same network and optimizer stood."""
        self.stretches, self.curve, self.newest = stretches, curve, newest
        at = max(i for i, stretch in enumerate(stretches) if stretch.start <= step)
        self._engines.clear()
        self._enter(at, step, {step: now})

    # --- changes by hand ------------------------------------------------------------------------------

    def change(
        self,
        parameters: Mapping[str, Any] | None = None,
        numbers: Mapping[str, float] | None = None,
        data: Batches | None = None,
        held_out: HeldOut | None = None,
    ) -> None:
        """Change parameters, numbers of the optimizer, or the data, from here on; the steps that came after are gone.

        Raises
        ------
        InputError, KindError, UnknownName : for what does not fit; then nothing has changed
        """
        before, (epoch, batch) = self.stretch, self.epoch
        self.touched = self.touched or data is None
        if numbers:
            settle(self.optimizer, numbers)
        for name, value in (parameters or {}).items():
            self.model.parameters[name] = value
        fresh = data is not None
        if data is None:
            data, held_out = before.data, before.held_out
        elif batch:  # the epoch that was running is given up
            epoch, batch = epoch + 1, 0
        del self.stretches[self._at + (self.step != before.start) :]  # two changes at one step are one
        self.newest, self.diverged, self._compiling = self.step, "", None
        self.curve.cut(epoch)
        self._begin(data, held_out, epoch, batch, fresh)
        if self.step == 0:
            self._measure_start()

    def _begin(
        self,
        data: Batches,
        held_out: HeldOut | None,
        epoch: int,
        batch: int,
        fresh: bool,
        compiled: bool = False,
    ) -> None:
        """Begin a stretch here; a fresh one draws its order anew."""
        numbers = settle(self.optimizer, {})
        self.stretches.append(
            Stretch(self.step, epoch, batch, data, held_out, numbers, compiled, by_hand=not compiled)
        )
        self._at = len(self.stretches) - 1
        self._near: dict[int, Mark] = {}
        self._take_up()
        if fresh:
            self._loss, self._right = 0.0, 0
            self._streams.order.bit_generator.state = self._order_state
            self._draw()
        self._mark()

    def _take_up(self) -> None:
        """Have what a stretch is made of at hand."""
        stretch = self.stretch
        settle(self.optimizer, stretch.numbers)
        self._engine = self._engine_of(stretch)
        self._shares = shares(len(stretch.data.X), stretch.data.size)

    def _engine_of(self, stretch: Stretch) -> Engine:
        key = (id(stretch.data), stretch.compiled)
        if key not in self._engines:
            made = compile_for(self.model, self.optimizer, stretch.data) if stretch.compiled else None
            self._engines[key] = made or NumpyEngine(self.model, self.optimizer, stretch.data)
        return self._engines[key]

    # --- marks ----------------------------------------------------------------------------------------

    def made_mark(self) -> Mark:
        """A mark of this place."""
        snapshot = Snapshot(self.model, self.optimizer, self._streams)
        snapshot.take()
        return Mark(snapshot, self._order_state, self._loss, self._right)

    def _mark(self) -> None:
        """Remember this place; of too many, every other one is forgotten."""
        stretch = self.stretch
        stretch.marks[self.step] = self.made_mark()
        if len(stretch.marks) > self._most():
            stretch.spacing *= 2
            stretch.marks = {
                step: mark
                for step, mark in stretch.marks.items()
                if (step - stretch.start) % stretch.spacing == 0
            }

    def _most(self) -> int:
        each = self.model.parameters.flat.nbytes * (
            1 + len(self.optimizer.state_arrays(self.model.parameters))
        )
        least, most = MARKS
        return min(max(MARK_BYTES // (each * len(self.stretches)), least), most)

    def _measure_start(self) -> None:
        """The first point of the curves: the losses before the first step."""
        self.curve = Curve()
        data = self.data
        held: tuple[float, float | None] = (math.nan, None)
        loss, accuracy = measure(self.model, data.X, data.y, data.counts)
        if self.held_out is not None:
            held = measure(self.model, *self.held_out)
        found = [math.nan if each is None else each for each in (accuracy, held[1])]
        self.curve.add(0, loss, held[0], found[0], found[1])
