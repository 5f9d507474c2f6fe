"""A callback that follows a number from epoch to epoch."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from chainrule.errors import InputError, KindError, UnknownName
from chainrule.evaluation.metrics import METRICS
from chainrule.parts.contract import setting
from chainrule.training.callbacks.callback import ReadyCallback
from chainrule.training.callbacks.run import Run
from chainrule.training.history import SERIES
from chainrule.utils.hints import fits

MODES = ("min", "max")
PREFIX = "validation_"
OF_METRICS = tuple(f"{PREFIX}{name}" for name in METRICS if name != "accuracy")  # which `fit` is asked for


class MetricMonitor(ReadyCallback):
    """A callback that follows a number from epoch to epoch, and knows the best one so far.

    A number that is not finite is no improvement.

    Parameters
    ----------
    monitor : a series of the History, such as ``"validation_loss"``, of its metrics, such as ``"validation_roc_auc"``,
        for which `fit` has ``metrics=["roc_auc"]``, or a function of the run that gives a number
    mode : whether the "min" or the "max" is best; for a series it need not be said
    min_delta : an improvement by no more than this is none, at least 0

    Attributes
    ----------
    best, best_epoch : the best number so far, and its epoch; None and 0 before there is one
    since : epochs without improvement
    """

    monitor: Any = dataclasses.field(default="validation_loss", kw_only=True)
    mode: str | None = dataclasses.field(default=None, kw_only=True)
    min_delta: float = setting(default=0.0, ge=0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        own = type(self).__name__
        if self.mode is not None and not (isinstance(self.mode, str) and self.mode in MODES):
            raise UnknownName("mode", self.mode, MODES)
        if isinstance(self.monitor, str):
            if self.monitor not in (*SERIES, *OF_METRICS):
                hint = "Or give a function of the run, for a metric of your own."
                raise UnknownName("series of a History", self.monitor, (*SERIES, *OF_METRICS), hint)
        elif not callable(self.monitor):
            raise KindError(
                f"{own}: monitor = {self.monitor!r} is neither the name of a series, such as 'validation_loss', nor a "
                "function of the run."
            )
        elif self.mode is None:
            raise InputError(
                f"{own}: monitor is a function, and mode is left open: say mode='min' where less is better, or "
                "mode='max'."
            )
        self.best: float | None = None
        self.best_epoch = self.since = 0

    def what(self) -> str:
        """The number that is followed, in words."""
        if self.monitor in OF_METRICS:
            return f"validation {METRICS[self.monitor.removeprefix(PREFIX)].title}"
        name = self.monitor if isinstance(self.monitor, str) else getattr(self.monitor, "__name__", "<>")
        return "the monitor" if "<" in name else name.replace("_", " ")

    def start(self, run: Run) -> None:
        self.best, self.best_epoch, self.since = None, 0, 0
        if isinstance(self.monitor, str) and self.monitor not in run.series:
            if self.monitor.startswith("validation") and "validation_loss" not in run.series:
                why = "nothing is validated: give fit validation_data=(X, y), or"
            elif self.monitor in OF_METRICS:
                why = f"it is not measured: give fit metrics=[{self.monitor.removeprefix(PREFIX)!r}], or"
            else:
                why = "there are no class labels:"
            raise InputError(
                f"{type(self).__name__}: monitor = {self.monitor!r}, and {why} take another monitor: "
                f"{', '.join(run.series)}."
            )

    def resume(self, run: Run, remembered: dict[str, Any]) -> None:
        super().resume(run, remembered)
        if not (fits(self.best, float | None) and fits([self.best_epoch, self.since], list[int])):
            raise ValueError(remembered)  # of a checkpoint that something else has written

    def epoch(self, run: Run) -> None:
        value = self._value(run)
        gain = math.inf if self.best is None else (value - self.best) * (1 if self._maximized else -1)
        if math.isfinite(value) and gain > self.min_delta:
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
    def _maximized(self) -> bool:
        if self.mode or self.monitor in SERIES:
            return self.mode == "max" if self.mode else "accuracy" in self.monitor
        return METRICS[self.monitor.removeprefix(PREFIX)].mode == "max"

    def _value(self, run: Run) -> float:
        if isinstance(self.monitor, str):
            return float(run.history.last()[self.monitor])
        found = self.monitor(run)
        value = np.asarray(found)
        if value.ndim or value.dtype.kind not in "fiu":
            raise KindError(f"{type(self).__name__}: the monitor gave {found!r}: it must give a number.")
        return float(value)
