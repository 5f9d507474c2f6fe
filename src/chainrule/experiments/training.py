"""One training of a comparison: checked before any of them begins, and measured after every epoch."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from chainrule.errors import Diverged
from chainrule.experiments.comparable import comparable
from chainrule.experiments.measures import Measure, of_loss, of_outputs
from chainrule.experiments.results import Series, Trial
from chainrule.experiments.setups import Setup
from chainrule.network import Network
from chainrule.parts.contract import Loss
from chainrule.training.callbacks import Callback, Run


class _Checked(Exception):
    """Training could begin."""


class _Halt(Callback):
    """Ends a training before its first step."""

    def start(self, run: Run) -> None:
        raise _Checked


def check(network: Network, setup: Setup, X: Any, y: Any) -> None:
    """Raise what training would raise before its first step."""
    with suppress(_Checked):
        fitting = {**setup.fitting, "callbacks": [_Halt()], "progress": False}
        network.fit(X, y, optimizer=setup.optimizer, **fitting)


class Training:
    """A network ready to be trained and measured; what can be wrong is found here, before any is trained."""

    def __init__(self, setup: Setup, loss: Loss | None, X: Any, y: Any) -> None:
        """Take what to train.

        Parameters
        ----------
        setup : of this choice
        loss : what all are measured by; None where the losses differ
        X, y : what it is trained on
        """
        self.setup, self.X, self.y = setup, X, y
        self.network = network = comparable(setup, y) if loss is None else setup.make()
        check(network, setup, X, y)
        held_out = setup.fitting["validation_data"]
        samples = {"training": (X, y)} | ({} if held_out is None else {"validation": tuple(held_out)})
        self.measured = {
            name: of_outputs(network, *each) if loss is None else of_loss(network, loss, *each)
            for name, each in samples.items()
        }

    def run(self, name: str, progress: bool) -> Trial:
        """Train it."""
        watch = _Recorder(self.measured)
        rate = self.setup.optimizer.schedule or self.setup.optimizer.scalars().get("eta")
        fitting = {**self.setup.fitting, "progress": progress}
        fitting["callbacks"] = [*fitting.get("callbacks", ()), watch]
        diverged = ""
        try:
            self.network.fit(self.X, self.y, optimizer=self.setup.optimizer, **fitting)
        except Diverged as error:
            diverged = str(error)
        result = {} if diverged else {name: measure(self.network) for name, measure in self.measured.items()}
        return Trial(
            name, self.network, rate, watch.history, watch.series["training"], watch.series.get("validation", {}),
            result.get("training", {}), result.get("validation", {}), diverged,
        )  # fmt: skip


class _Recorder(Callback):
    """Measures before the first epoch and after each."""

    def __init__(self, measured: Mapping[str, Measure]) -> None:
        self.measured = measured
        self.series: dict[str, Series] = {name: {} for name in measured}

    def start(self, run: Run) -> None:
        self.history = run.history
        self.epoch(run)

    def epoch(self, run: Run) -> None:
        for name, measure in self.measured.items():
            for what, value in measure(run.network).items():
                self.series[name].setdefault(what, []).append(value)
