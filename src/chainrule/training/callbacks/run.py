"""A training as its callbacks see it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from chainrule.errors import Fixed, InputError, KindError
from chainrule.model.model import Model
from chainrule.parts.contract import Optimizer
from chainrule.training.history import History


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
            series=tuple(series), step=0, loss=math.nan, error=None, reason="",
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
    reason: str  # to stop, given when there was no step left

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

    def stands(self, step: int, loss: float) -> None:
        """Be where a training goes on; for the training alone."""
        self.__dict__.update(step=step, loss=loss)

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
        else:
            self.__dict__["reason"] = self.reason or reason

    def __repr__(self) -> str:
        return f"Run(epoch {self.epoch} of {self.epochs}, step {self.step})"


# --- its learning rate --------------------------------------------------------------------------------------


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


def set_rate(run: Run, rate: float) -> None:
    """Have the next step take a learning rate."""
    optimizer: Any = run.optimizer  # and the run goes on telling the rate of the last step
    optimizer.learning_rate = rate


def rate_at(run: Run, t: int) -> float | None:
    """The learning rate of step t, if the optimizer has one."""
    if run.optimizer.schedule is None:
        return run.optimizer.scalars().get("eta")
    program = run.network.program(run.optimizer)
    values = program.run({**program.numbers(run.optimizer, run.network.penalty), "t": t}, wanted=["eta"])
    return float(values["eta"])
