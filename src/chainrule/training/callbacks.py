"""Callbacks: what is done between the steps of a training, and those that are asked for most.

A callback has four methods: `start`, `batch`, `epoch` and `end`, each called with the `Run`. A plain function in
``fit(callbacks=[…])`` is called after each epoch.

>>> import chainrule as cr
>>> X, y = cr.data.moons(200, seed=0)
>>> net = cr.Network([2, 8, 2])
>>> history = net.fit(X, y, epochs=3, callbacks=[lambda run: print(run.epoch, "of", run.epochs)])
1 of 3
2 of 3
3 of 3
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import IO, Any, ClassVar

import numpy as np

from chainrule.errors import FileError, Fixed, InputError, KindError, UnknownName
from chainrule.model.model import Model
from chainrule.parts.contract import Array, Optimizer, Part, setting
from chainrule.parts.misnamed import check_names, is_ours
from chainrule.training.history import SERIES, History

MODES = ("least", "most")


class Run:
    """A training as its callbacks see it.

    Between two steps the network is whole, whichever engine takes them: its parameters, and the numbers of the
    optimizer, may be read and set, and count from the next step on. What is frozen is that of the start: to freeze or
    unfreeze in a callback is refused.

    Parameters
    ----------
    network, optimizer, history : those of this training
    epochs, batches : how many epochs there are to be, and the steps of each
    series : the names of the series that the history gets, such as ``"validation_loss"``

    Attributes
    ----------
    step : how many steps were taken in this training
    loss : of the last batch, as it was before its step; nan before the first one
    learning_rate : of the last step, and at the start of the first one; None where the optimizer has none. Where it is
        no schedule it may be set: the next step takes it
    error : in `end`, what ended the training, if it was an error, such as `Diverged`
    """

    def __init__(
        self,
        network: Model,
        optimizer: Optimizer,
        history: History,
        epochs: int,
        batches: int,
        series: Sequence[str],
    ) -> None:
        self.__dict__.update(
            network=network, optimizer=optimizer, history=history, epochs=epochs, batches=batches,
            series=tuple(series), step=0, loss=math.nan, error=None,
        )  # fmt: skip
        self._rate: float | None = None  # of the last step
        self._set: float | None = None  # since then

    network: Any  # the Network
    optimizer: Optimizer
    history: History
    epochs: int
    batches: int
    series: tuple[str, ...]
    step: int
    loss: float
    error: BaseException | None

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "learning_rate" and name[0] != "_":
            raise Fixed(
                f"run.{name} can't be set: of a run only its learning_rate can. A callback keeps what it remembers "
                f"itself, self.{name}, and run.stop(reason) ends the training."
            )
        object.__setattr__(self, name, value)

    @property
    def learning_rate(self) -> float | None:
        """Of the last step, or what was set since."""
        return self._rate if self._set is None else self._set

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        check_rate("run.learning_rate", self)
        optimizer: Any = self.optimizer
        optimizer.learning_rate = rate
        self._set = optimizer.learning_rate

    def took(self, steps: int, loss: float) -> None:
        """Count steps that were taken; for the training alone."""
        self.__dict__.update(step=self.step + steps, loss=loss)

    def tell(self, rate: float | None) -> None:
        """Take the learning rate of the last step; for the training alone."""
        self._rate, self._set = rate, None

    def fail(self, error: BaseException) -> None:
        """Take the error that ends the training; for the training alone."""
        self.__dict__["error"] = error

    @property
    def epoch(self) -> int:
        """How many epochs are finished. An epoch is finished after the `batch` of its last step."""
        return self.history.epochs

    @property
    def batch(self) -> int:
        """The number of the last step in its epoch, from 1 to `batches`; 0 before the first one."""
        return (self.step - 1) % self.batches + 1 if self.step else 0

    def stop(self, reason: str) -> None:
        """End the training here, after this step or epoch; the history's `stopped` says the reason.

        The first reason counts. After the last step there is nothing left to stop, and none is needed.
        """
        if not isinstance(reason, str) or not reason:
            raise KindError(f"stop({reason!r}): say in words why the training ends.")
        if self.step < self.epochs * self.batches:
            self.history.stopped = self.history.stopped or reason

    def __repr__(self) -> str:
        return f"Run(epoch {self.epoch} of {self.epochs}, step {self.step})"


class Callback:
    """What is done between the steps of a training: override what you need. By default nothing is done.

    What it remembers is best made in `start`, so that one callback serves several trainings. An error that a method
    raises ends the training and reaches the caller of `fit`, with the network as the last step left it.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        check_names(cls)

    def start(self, run: Run) -> None:
        """Before the first step; all arguments of `fit` are checked. The place to refuse a training."""

    def batch(self, run: Run) -> None:
        """After each step. Training comes back to Python for it, so small networks train much slower with one."""

    def epoch(self, run: Run) -> None:
        """After each epoch, its validation included."""

    def end(self, run: Run) -> None:
        """After the last step, however training ends: by itself, by `stop`, by Ctrl-C, by an error (`run.error`)."""


class _Ready(Part, Callback):
    """A callback of this file: its settings are checked when it is made, as those of any part, and stay."""

    kind: ClassVar[str] = "callback"

    def _own_arrays(self) -> None:
        """What a callback of a user's gathers stays as it is."""

    def _change(self, name: str, value: Any) -> None:
        # Beside its settings it remembers what it likes, in classes of a user's under any name.
        if name in self.settings() or (is_ours(type(self)) and name not in vars(self)):
            super()._change(name, value)
        else:
            object.__setattr__(self, name, value)


class _Function(Callback):
    """A plain function, after each epoch."""

    def __init__(self, function: Callable[[Run], Any]) -> None:
        self.function = function

    def epoch(self, run: Run) -> None:
        self.function(run)


class Callbacks:
    """The callbacks of a training, each called in the order of the list."""

    def __init__(self, given: Any) -> None:
        if given is None:
            given = ()
        if not isinstance(given, list | tuple):
            raise KindError(f"callbacks = {given!r} is no list: write callbacks=[…].")
        self._all = [_callback(each) for each in given]
        self.each_batch = any(_overrides(each, "batch") for each in self._all)
        self.each_epoch = any(_overrides(each, "epoch") for each in self._all)
        self.ready = [each for each in self._all if isinstance(each, _Ready)]  # which remember one training
        self._floats = np.geterr()  # a user's warnings stay as they are

    def block(self, most: int, left: int) -> int:
        """How many steps to take at once: at most so many, and no more than are left of the epoch if it is told."""
        return 1 if self.each_batch else min(most, left) if self.each_epoch else most

    @contextmanager
    def during(self, run: Run) -> Iterator[None]:
        """Start each one, and end each one that was started, even where another one fails."""
        started: list[Callback] = []
        try:
            run.tell(_rate(run, run.optimizer.t + 1) if self._all else None)
            for each in self._all:
                with np.errstate(**self._floats), _same_frozen(run, each):
                    each.start(run)
                started.append(each)
            yield
        except BaseException as error:
            run.fail(error)
            raise
        finally:
            with ExitStack() as ends, np.errstate(**self._floats):
                for each in reversed(started):
                    ends.callback(each.end, run)

    def batch(self, run: Run) -> None:
        """A step was taken."""
        if self.each_batch:
            self._tell("batch", run)

    def epoch(self, run: Run) -> None:
        """An epoch is finished."""
        if self.each_epoch:
            self._tell("epoch", run)

    def _tell(self, what: str, run: Run) -> None:
        run.tell(_rate(run, run.optimizer.t))
        with np.errstate(**self._floats):
            for each in self._all:
                with _same_frozen(run, each):
                    getattr(each, what)(run)


@contextmanager
def _same_frozen(run: Run, callback: Callback) -> Iterator[None]:
    """Raise where a callback froze what the running steps move, or the other way round: it would change nothing."""
    before = run.network.frozen
    yield
    changed = before ^ run.network.frozen
    if changed and not run.history.stopped and run.step < run.epochs * run.batches:
        raise InputError(
            f"{_title(callback)} froze or unfroze {', '.join(sorted(changed))}, and a training goes on with what was "
            "frozen when it began: end it here with run.stop(reason), and fit again."
        )


def _title(callback: Callback) -> str:
    function = getattr(callback, "function", None) if type(callback) is _Function else None
    return getattr(function, "__name__", type(callback).__name__)


def _callback(given: Any) -> Callback:
    if isinstance(given, type) and issubclass(given, Callback):
        raise KindError(f"{given.__name__} is a class: write {given.__name__}(…), with brackets.")
    if isinstance(given, Callback):
        return given
    if callable(given) and not isinstance(given, type):
        return _Function(given)
    raise KindError(
        f"callbacks has {given!r}, which is no callback: give a Callback, or a function that is called after each "
        "epoch with the run."
    )


def _overrides(callback: Callback, method: str) -> bool:
    return getattr(getattr(callback, method), "__func__", None) is not getattr(Callback, method)


def _rate(run: Run, t: int) -> float | None:
    """The learning rate of step t, if the optimizer has one."""
    if run.optimizer.schedule is None:
        return run.optimizer.scalars().get("eta")
    program = run.network.program(run.optimizer)
    values = program.run({**program.numbers(run.optimizer), "t": t}, quantities=program.shared)
    return float(values["eta"])


# --- those that follow a number -----------------------------------------------------------------------------


class Watcher(_Ready):
    """A callback that follows a number from epoch to epoch, and knows the best one so far.

    A number that is not finite is no improvement.

    Parameters
    ----------
    monitor : a series of the History, such as ``"validation_loss"``, or a function of the run that gives a number
    mode : whether the "least" or the "most" is best; for a series it need not be said
    least_change : an improvement by no more than this is none, at least 0

    Attributes
    ----------
    best, best_epoch : the best number so far, and its epoch; None and 0 before there is one
    since : epochs without improvement
    """

    monitor: Any = dataclasses.field(default="validation_loss", kw_only=True)
    mode: str | None = dataclasses.field(default=None, kw_only=True)
    least_change: float = setting(default=0.0, least=0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        own = type(self).__name__
        if self.mode is not None and self.mode not in MODES:
            raise UnknownName("mode", self.mode, MODES)
        if isinstance(self.monitor, str):
            if self.monitor not in SERIES:
                hint = "Or give a function of the run, for a metric of your own."
                raise UnknownName("series of a History", self.monitor, SERIES, hint)
        elif not callable(self.monitor):
            raise KindError(
                f"{own}: monitor = {self.monitor!r} is neither the name of a series, such as 'validation_loss', nor a "
                "function of the run."
            )
        elif self.mode is None:
            raise InputError(
                f"{own}: monitor is a function, and mode is left open: say mode='least' where less is better, or "
                "mode='most'."
            )
        self.best: float | None = None
        self.best_epoch = self.since = 0

    def what(self) -> str:
        """The number that is followed, in words."""
        name = self.monitor if isinstance(self.monitor, str) else getattr(self.monitor, "__name__", "<>")
        return "the monitor" if "<" in name else name.replace("_", " ")

    def start(self, run: Run) -> None:
        self.best, self.best_epoch, self.since = None, 0, 0
        if isinstance(self.monitor, str) and self.monitor not in run.series:
            if self.monitor.startswith("validation") and "validation_loss" not in run.series:
                why = "nothing is validated: give fit validation_data=(X, y), or"
            else:
                why = "there are no class labels:"
            raise InputError(
                f"{type(self).__name__}: monitor = {self.monitor!r}, and {why} take another monitor: "
                f"{', '.join(run.series)}."
            )

    def epoch(self, run: Run) -> None:
        value = self._value(run)
        gain = math.inf if self.best is None else (value - self.best) * (1 if self._most else -1)
        if math.isfinite(value) and gain > self.least_change:
            self.best, self.best_epoch, self.since = value, run.epoch, 0
            self.improved(run)
        else:
            self.since += 1
            self.waited(run)

    def improved(self, run: Run) -> None:
        """This epoch is the best so far."""

    def waited(self, run: Run) -> None:
        """This epoch brought no improvement."""

    @property
    def _most(self) -> bool:
        return self.mode == "most" if self.mode else "accuracy" in self.monitor

    def _value(self, run: Run) -> float:
        if isinstance(self.monitor, str):
            return float(getattr(run.history, self.monitor)[-1])
        found = self.monitor(run)
        value = np.asarray(found)
        if value.ndim or value.dtype.kind not in "fiu":
            raise KindError(f"{type(self).__name__}: the monitor gave {found!r}: it must give a number.")
        return float(value)


class EarlyStopping(Watcher):
    """Ends the training when a number has not improved for some epochs, and restores the weights of the best one.

    The best weights are restored however training ends: by this callback, by itself or by Ctrl-C; after an error,
    `Diverged` say, the network stays as the error tells. The weights are all parameters and what layers remember, such
    as the running averages of batch normalization; the state of the optimizer stays. History's `restored` names the
    epoch, and `stopped` tells it.

    Parameters
    ----------
    monitor : a series of the History, such as ``"validation_loss"``, or a function of the run that gives a number
    patience : epochs without improvement after which training ends, at least 1
    restore_best : whether the network gets the weights of the best epoch in the end
    least_change, mode : see `Watcher`

    Source: L. Prechelt, Early stopping, but when?, 1998; with the settings of Keras.
    """

    monitor: Any = "validation_loss"
    patience: int = setting(default=5, least=1, whole=True)
    restore_best: bool = dataclasses.field(default=True, kw_only=True)

    def start(self, run: Run) -> None:
        super().start(run)
        self._step = 0
        self._kept: list[tuple[Array, Array]] = []
        if self.restore_best:
            arrays = [run.network.parameters.flat, *run.network.memory.values()]
            self._kept = [(array, np.empty_like(array)) for array in arrays]

    def improved(self, run: Run) -> None:
        self._step = run.step
        for array, copy in self._kept:
            np.copyto(copy, array)

    def waited(self, run: Run) -> None:
        if self.since >= self.patience:
            epochs = "an epoch" if self.patience == 1 else f"{self.patience} epochs"
            run.stop(f"{self.what()} did not improve for {epochs}")

    def end(self, run: Run) -> None:
        if self._kept and self.best_epoch and run.step > self._step and run.error is None:
            for array, copy in self._kept:
                np.copyto(array, copy)
            run.history.restored = self.best_epoch
            if run.history.stopped:
                run.history.stopped += f"; the weights of epoch {self.best_epoch} are restored"
        self._kept = []


class SaveBest(Watcher):
    """Saves the network after each epoch that is the best so far.

    The file is written whole or not at all, and is there from the first epoch on.

    Parameters
    ----------
    path : the file, such as ``"best.safetensors"``; one that is there is replaced
    monitor, mode, least_change : see `Watcher`
    """

    path: Any

    def __post_init__(self) -> None:
        from chainrule.utils.files import as_path

        super().__post_init__()
        self.path = as_path(self.path)

    def start(self, run: Run) -> None:
        """Find out whether the network can be saved, and the file be written, before a long training."""
        from pathlib import Path
        from tempfile import TemporaryDirectory

        from chainrule.files import save
        from chainrule.utils.files import replacing

        class Abandoned(Exception):
            pass

        super().start(run)
        with TemporaryDirectory() as folder:
            save(run.network, Path(folder) / "network.safetensors")
        with suppress(Abandoned), replacing(self.path):
            raise Abandoned  # so that nothing takes the place of what is there

    def improved(self, run: Run) -> None:
        from chainrule.files import save

        save(run.network, self.path)


# --- the learning rate --------------------------------------------------------------------------------------


def check_rate(own: str, run: Run) -> None:
    """Raise InputError where the learning rate is no number to set; `own` is what sets it."""
    optimizer = run.optimizer
    if optimizer.schedule is not None:
        raise InputError(
            f"{own} sets the learning rate from epoch to epoch, and {type(optimizer).__name__} has one that goes by "
            f"the step, {optimizer.schedule}: give the optimizer a number, or leave {own} out."
        )
    if not isinstance(getattr(optimizer, "learning_rate", None), int | float):
        raise InputError(
            f"{own} sets the learning rate, and {type(optimizer).__name__} has none: leave it out."
        )


def _set_rate(run: Run, rate: float) -> None:
    optimizer: Any = run.optimizer  # and the run goes on telling the rate of the last step
    optimizer.learning_rate = rate


class ReduceOnPlateau(Watcher):
    """Reduces the learning rate when a number has not improved for some epochs: η_new = max(factor · η, least_rate).

    Counted as in PyTorch: `patience` epochs are borne, the next one reduces the rate, and counting starts anew. The
    optimizer keeps its last rate after the training.

    Parameters
    ----------
    monitor : a series of the History, such as ``"validation_loss"``, or a function of the run that gives a number
    factor : above 0 and below 1
    patience : epochs without improvement that are borne, at least 0
    least_rate : the rate is not reduced below this, at least 0
    least_change, mode : see `Watcher`

    Source: PyTorch's ``ReduceLROnPlateau``, with an absolute threshold and neither cooldown nor eps.
    """

    monitor: Any = "validation_loss"
    factor: float = setting(default=0.1, above=0, below=1)
    patience: int = setting(default=10, least=0, whole=True)
    least_rate: float = setting(default=0.0, least=0, kw_only=True)

    def start(self, run: Run) -> None:
        super().start(run)
        check_rate(type(self).__name__, run)

    def waited(self, run: Run) -> None:
        if self.since > self.patience:
            rate = run.optimizer.scalars()["eta"]
            _set_rate(run, min(rate, max(self.factor * rate, self.least_rate)))
            self.since = 0


class LearningRate(_Ready):
    """Sets the learning rate of each epoch: η = function(epoch), with epochs counted from 1.

    The optimizer keeps its last rate after the training. For a rate that goes by the step, give the optimizer a
    `Schedule` instead.

    Parameters
    ----------
    function : of the epoch's number, such as ``lambda epoch: 0.1 / epoch``; it gives a number of at least 0
    """

    function: Callable[[int], float]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not callable(self.function):
            raise KindError(
                f"LearningRate: function = {self.function!r} is no function: give one of the epoch's number, such as "
                "lambda epoch: 0.1 / epoch."
            )

    def start(self, run: Run) -> None:
        check_rate(type(self).__name__, run)
        self._set(run, 1)
        run.tell(_rate(run, run.optimizer.t + 1))

    def epoch(self, run: Run) -> None:
        if run.epoch < run.epochs:
            self._set(run, run.epoch + 1)

    def _set(self, run: Run, epoch: int) -> None:
        rate = self.function(epoch)
        number = isinstance(rate, int | float | np.integer | np.floating) and not isinstance(rate, bool)
        if not number or not 0 <= rate < math.inf:
            raise (InputError if number else KindError)(
                f"LearningRate: the function gave {rate!r} for epoch {epoch}: it must give a number of at least 0."
            )
        _set_rate(run, float(rate))


# --- the log ------------------------------------------------------------------------------------------------


class CSVLog(_Ready):
    """Writes a row after each epoch: its number, the series of the History, the learning rate, the seconds.

    Numbers are written in full, each row as soon as it is known. A file that is there is replaced with the first row.

    Parameters
    ----------
    path : the file, such as ``"log.csv"``
    """

    path: Any

    def __post_init__(self) -> None:
        from chainrule.utils.files import as_path

        super().__post_init__()
        self.path = as_path(self.path)

    def __getstate__(self) -> dict[str, Any]:
        """A copy opens the file for itself."""
        return {name: value for name, value in self.__dict__.items() if name != "_file"}

    def start(self, run: Run) -> None:
        # It is emptied by the first row, so that a training which is refused leaves an older log alone.
        with self._told():
            self._file: IO[str] = self.path.open("a", newline="", encoding="utf-8")
        self._columns = [
            "epoch",
            *run.series,
            *(["learning_rate"] if run.learning_rate is not None else []),
            "seconds",
        ]

    def epoch(self, run: Run) -> None:
        import csv

        values = {
            "epoch": run.epoch,
            **run.history.last(),
            "learning_rate": run._rate,
            "seconds": run.history.seconds[-1],
        }
        with self._told():
            rows = csv.writer(self._file, lineterminator="\n")
            if run.epoch == 1:
                self._file.truncate(0)
                rows.writerow(self._columns)
            rows.writerow([values[name] for name in self._columns])
            self._file.flush()

    def end(self, run: Run) -> None:
        with self._told():
            self._file.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not self.path.parent.exists():
                raise FileError(
                    f"{self.path} can't be written: there is no folder {self.path.parent}. Make it first."
                ) from error
            raise FileError(f"{self.path} can't be written: {error.strerror or error}.") from error
