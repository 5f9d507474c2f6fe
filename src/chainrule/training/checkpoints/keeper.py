"""A training whose checkpoints are kept: which one it goes on from, and when the next one is written."""

from __future__ import annotations

import itertools
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chainrule.errors import ChainruleError, CheckpointWarning, FileError, InputError
from chainrule.training.beginning import Beginning, check_open, check_order, differences
from chainrule.training.callbacks import Callbacks
from chainrule.training.checkpoints.content import Checkpoint, made_by, read
from chainrule.training.checkpoints.folder import Folder, step_of
from chainrule.training.checkpoints.identity import identity
from chainrule.training.checkpoints.lock import locked

SECONDS = 5.0  # between two checkpoints, at least
SHARE = 50  # times as long as it takes to write one, so that this takes 2 % of a training at most


def _newest(folder: Folder) -> Checkpoint | None:
    """The newest checkpoint; where that is damaged the one before it, which a warning tells."""
    files = folder.files()
    for path, before in itertools.zip_longest(files, files[1:]):
        try:
            return read(path)
        except FileError as error:
            if before is None:
                raise
            said = f"{error} The one before it is taken, of step {step_of(before):,}."
            warnings.warn(said, CheckpointWarning, stacklevel=2)
    return None


def _warn(folder: Folder, then: dict[str, str], now: dict[str, str]) -> None:
    if changed := differences(then, now):
        warnings.warn(
            f"the steps in {folder.path} were taken on another machine, or with other packages, so the last bits of "
            f"those that come may be others than they would have been. {changed}.",
            CheckpointWarning,
            stacklevel=2,
        )


@contextmanager
def kept(
    begins: Beginning, given: Any, resume: bool, held_out: Any, callbacks: Callbacks, series: tuple[str, ...]
) -> Iterator[Keeper]:
    """Have the checkpoints of a training kept in a folder, which nobody else uses meanwhile.

    Raises
    ------
    InputError : where another training uses it, or has left checkpoints there that this one does not go on from
    FileError : where nothing can be written, or read
    """
    check_order(begins.data, "checkpoint")
    folder = Folder(given)
    folder.make()
    with locked(folder.path):
        folder.clean()
        told = identity(begins.model, begins.optimizer, begins.data, held_out, callbacks, series)
        newest = _newest(folder)
        if newest is not None and not resume:
            raise InputError(
                f"{folder.path} holds the checkpoint of a training, {newest.where()}: give resume=True to go on with "
                "it, or another folder."
            )
        yield Keeper(begins, folder, told, newest)


class Keeper(Beginning):
    """A training whose checkpoints are kept."""

    keeps = True

    def __init__(
        self, begins: Beginning, folder: Folder, told: dict[str, Any], found: Checkpoint | None
    ) -> None:
        super().__init__(
            begins.model, begins.optimizer, begins.data, begins.engine, begins.threads, begins.place
        )
        self._before, self._folder, self._facts, self._found = begins, folder, told, found
        self._asked = [begins.engine, begins.threads]
        if found is not None:
            with self._fits():
                self._check(found)
                self._facts, self._asked = found.facts, found.asked
                self.goes_on_at(found.place)
            _warn(folder, found.made_by, made_by(self.engine))

    @contextmanager
    def _fits(self) -> Iterator[None]:
        """Raise where a checkpoint, though nothing in it was changed, does not hold what this training needs."""
        try:
            yield
        except ChainruleError:
            raise
        except Exception as error:  # which one depends on what it holds instead
            raise FileError(
                f"{self._folder.path} holds a checkpoint of this training that something else has written: "
                "begin anew in another folder."
            ) from error

    def _check(self, found: Checkpoint) -> None:
        """Raise where this is another training than the one whose checkpoint was found."""
        path, place, now = self._folder.path, found.place, dict(self._facts)
        if (
            now["the optimizer"] == found.optimizer
        ):  # the very one that took the last steps, its numbers changed since
            now["the optimizer"] = found.facts["the optimizer"]
        if changed := differences(found.facts, now):
            raise InputError(
                f"{path} holds the checkpoint of another training. {changed}. Give what it was trained with, or "
                "another folder."
            )
        history = place.history
        if place.so_far[0] >= self.data.per_epoch:
            raise ValueError(place.so_far)
        self._check_engine(found)
        if self.data.epochs < history.epochs + (place.so_far[0] > 0):
            raise InputError(
                f"epochs = {self.data.epochs}, and the training in {path} is {found.where()}: epochs counts from its "
                "beginning, so give more."
            )
        if place.ends and place.ends != place.begun + self.data.epochs * self.data.per_epoch:
            check_open(self.optimizer, f"epochs = {self.data.epochs}, with {found.epochs} in {path},")

    def _check_engine(self, found: Checkpoint) -> None:
        """Raise where another engine is asked for than that of the steps so far, or than was asked for then."""
        history, path = found.place.history, self._folder.path
        was = {"engine": history.engine, "threads": history.threads if history.engine == "compiled" else None}
        for name, asked, before in zip(was, self._asked, found.asked, strict=True):
            if asked not in (None, "auto", before, was[name]):
                raise InputError(
                    f"{name} = {asked!r}, and the steps in {path} were taken with {name} = {was[name]!r}, whose last "
                    "bits are others: leave it out, or give that."
                )

    def put(self, training: Any) -> None:
        if self._found is None:
            self._before.put(training)
            return
        with self._fits():
            super().put(training)
            self._found.put(training)

    def started(self, training: Any) -> None:
        if self._found is None:
            self._before.started(training)
            self._write(training)  # so that a folder that can't be written is told at once
            return
        with self._fits():
            self._found.put(training)  # callbacks may have changed something when they were started
            training.callbacks.resume(training.callback_run, self._found.callbacks)
        self._newest, self._due = self._found.place.step, time.perf_counter() + SECONDS

    def look(self, training: Any) -> None:
        if time.perf_counter() >= self._due:
            self._write(training)

    def ended(self, training: Any) -> None:
        if training.callback_run.step != self._newest:
            self._write(training)

    def _write(self, training: Any) -> None:
        began = time.perf_counter()
        checkpoint = Checkpoint.of(training, self._facts, self._asked, self.place_of(training))
        self._folder.write(training.callback_run.step, checkpoint.content())
        self._newest, now = training.callback_run.step, time.perf_counter()
        self._due = now + max(SECONDS, SHARE * (now - began))
