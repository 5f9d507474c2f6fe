"""What happened in a training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chainrule.evaluation.metrics import METRICS
from chainrule.utils import notebooks
from chainrule.utils.counts import counted

if TYPE_CHECKING:
    from chainrule.diagnosis import Diagnosis

SERIES = (
    "loss",
    "accuracy",
    "validation_loss",
    "validation_accuracy",
)  # what a History may have, beside its metrics


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
    result : what scipy's minimizer gave, its `OptimizeResult`, where that took the steps
    before : how many steps the network had been trained by others before; a fit goes on from there
    engine, why, threads : what took the steps, why it was chosen, and how many threads it used (0: as BLAS takes)
    metrics : the metrics that were asked for, by names such as ``"validation_roc_auc"``, after the epoch
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
    result: Any = None
    before: int = 0
    metrics: dict[str, list[float]] = field(default_factory=dict)

    @property
    def epochs(self) -> int:
        """How many epochs were finished."""
        return len(self.loss)

    def series(self) -> dict[str, list[float]]:
        """All series that have an entry, by name: loss, accuracy, those of the validation, metrics."""
        named = {name: getattr(self, name) for name in SERIES} | self.metrics
        return {name: values for name, values in named.items() if values}

    def shares(self) -> dict[str, list[float]]:
        """The series whose numbers are at most 1, of which the largest is best: accuracy, and such metrics."""
        return {name: values for name, values in self.series().items() if _is_share(name)}

    def last(self) -> dict[str, float]:
        """The newest entry of each series that has one."""
        return {name: values[-1] for name, values in self.series().items()}

    def words(self, name: str) -> str:
        """A series in words: an accuracy of labels that count each by itself says so."""
        if name in self.metrics:
            return f"validation {METRICS[name.removeprefix('validation_')].title}"
        words = name.replace("_", " ")
        return words if self.labels == 1 else words.replace("accuracy", "label accuracy")

    def diagnose(self) -> Diagnosis:
        """What the recorded losses tell of why it isn't learning; `Network.diagnose` looks at samples and steps, too.

        Overfitting, a learning rate that is too high, one that moves nothing, a training that ended too early.
        """
        from chainrule.diagnosis import of_history

        return of_history(self.loss, self.validation_loss)

    def by(self) -> str:
        """What took the steps, in words."""
        return f"compiled, {counted(self.threads, 'thread')}" if self.engine == "compiled" else self.engine

    def figures(self) -> str:
        """How many epochs there were, and the newest entries, in a line that tells of no time."""
        told = "  ".join(f"{self.words(name)} {value:.4g}" for name, value in self.last().items())
        return f"{counted(self.epochs, 'epoch')}  {told}" + (f"  {self.stopped}" if self.stopped else "")

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from chainrule.plots import curves, shown

        return shown(
            str(self), *([lambda: curves(self)] if self.epochs and not notebooks.is_shown(self) else [])
        )

    def __str__(self) -> str:
        if not self.loss:
            return f"History: no epoch finished{', ' + self.stopped if self.stopped else ''}"
        figures = "  ".join(f"{self.words(name)} {value:.6g}" for name, value in self.last().items())
        rate = self.samples * self.epochs / max(sum(self.seconds), 1e-9)
        restored = f"the weights of epoch {self.restored} are restored" if self.restored else ""
        went_on = f"went on after {counted(self.before, 'step')}" if self.before else ""
        after = "".join(f"  {word}" for word in (self.by(), went_on, self.stopped or restored) if word)
        what = f"{counted(self.epochs, 'epoch')} of {counted(self.samples, 'sample')}"
        return f"History: {what}  {figures}  {rate:,.0f} samples/s{after}"


def _is_share(name: str) -> bool:
    metric = METRICS.get(name.removeprefix("validation_"))
    return metric is not None and metric.mode == "max"
