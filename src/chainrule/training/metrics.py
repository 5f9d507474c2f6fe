"""Metrics of a training, after each epoch, on what is held out."""

from __future__ import annotations

from typing import Any

from chainrule.errors import InputError, KindError
from chainrule.evaluation import METRICS, find, judged
from chainrule.evaluation.metrics import scikit_learn
from chainrule.model.labels import Targets
from chainrule.model.model import Model
from chainrule.parts.contract import Array
from chainrule.training.callbacks.monitor import PREFIX
from chainrule.training.predicting import outputs_of
from chainrule.utils import checks

HeldOut = tuple[Array, Targets, int]


class EpochMetrics:
    """The metrics that `fit` was asked for.

    Raises
    ------
    KindError, UnknownName : for what names no metric of such targets
    InputError : without validation data, or where they leave a metric undefined
    """

    def __init__(self, model: Model, held_out: HeldOut | None, given: Any) -> None:
        if not isinstance(given, list | tuple) or not all(isinstance(name, str) for name in given):
            raise KindError(
                f"metrics = {checks.short(given)} is no list of names: write metrics=['roc_auc'], of "
                f"{', '.join(METRICS)}."
            )
        self._model, self._held_out = model, held_out
        self._metrics = []
        wanted = [name for name in dict.fromkeys(given) if name != "accuracy"]
        if not wanted:
            return
        if held_out is None:
            for name in wanted:
                find(name)
            raise InputError(
                f"metrics = {list(given)!r} are measured on validation data, and there are none: give "
                "validation_data=(X, y), or leave metrics out."
            )
        scikit_learn()
        now = self._judged(held_out)
        for name in wanted:
            metric = find(name, now.kind)
            if why := metric.lacks(now):
                raise InputError(
                    f"metrics: {name} is not defined for the validation data, as {why}: leave it out."
                )
            self._metrics.append(metric)

    @property
    def series(self) -> list[str]:
        """The names of the series that the History gets."""
        return [f"{PREFIX}{metric.name}" for metric in self._metrics]

    def measure(self) -> dict[str, float]:
        """Their values for the network as it is now; NaN where its outputs are not finite."""
        if not self._metrics:
            return {}
        assert self._held_out is not None
        now = self._judged(self._held_out)
        return {name: metric(now) for name, metric in zip(self.series, self._metrics, strict=True)}

    def _judged(self, held_out: HeldOut) -> Any:
        X, targets, counts = held_out
        return judged(self._model, outputs_of(self._model, X), targets, counts)
