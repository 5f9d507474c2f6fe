"""The learning rate, set from epoch to epoch."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.parts.contract import setting
from chainrule.training.callbacks.callback import ReadyCallback
from chainrule.training.callbacks.monitor import MetricMonitor
from chainrule.training.callbacks.run import Run, check_rate, rate_at, set_rate


class ReduceOnPlateau(MetricMonitor):
    """Reduces the learning rate when a number has not improved for some epochs: η_new = max(factor · η, min_lr).

    Counted as in PyTorch: `patience` epochs are borne, the next one reduces the rate, and counting starts anew. The
    optimizer keeps its last rate after the training.

    Parameters
    ----------
    monitor : a series of the History, such as ``"validation_loss"``, or a function of the run that gives a number
    factor : above 0 and below 1
    patience : epochs without improvement that are borne, at least 0
    min_lr : the rate is not reduced below this, at least 0
    min_delta, mode : see `MetricMonitor`

    Source: PyTorch's ``ReduceLROnPlateau``, with an absolute threshold and neither cooldown nor eps.
    """

    monitor: Any = "validation_loss"
    factor: float = setting(default=0.1, gt=0, lt=1)
    patience: int = setting(default=10, ge=0, whole=True)
    min_lr: float = setting(default=0.0, ge=0, kw_only=True)

    def start(self, run: Run) -> None:
        super().start(run)
        check_rate(type(self).__name__, run)

    def _ahead(self) -> float:
        # The rate stays as it is until patience is worn out.
        late = type(self) is ReduceOnPlateau and isinstance(self.monitor, str)
        return self.patience - self.since + 1 if late else 1

    def waited(self, run: Run) -> None:
        if self.since > self.patience:
            rate = run.optimizer.scalars()["eta"]
            set_rate(run, min(rate, max(self.factor * rate, self.min_lr)))
            self.since = 0


class LearningRate(ReadyCallback):
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
        run.tell(rate_at(run, run.optimizer.t + 1))

    def resume(self, run: Run, remembered: dict[str, Any]) -> None:
        if run.epoch < run.epochs:  # there may be more epochs than there were to be
            self._set(run, run.epoch + 1)

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
        set_rate(run, float(rate))
