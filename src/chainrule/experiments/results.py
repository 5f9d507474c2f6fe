"""What a comparison found: a trial for each choice, what they share, and how they compare."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chainrule.errors import UnknownName
from chainrule.network import Network
from chainrule.parts.contract import Loss, Optimizer

if TYPE_CHECKING:
    from chainrule.training.history import History

REGULARIZER = "regularizer"
ACCURACY = "accuracy"
LABEL_ACCURACY = "label accuracy"  # where a sample has several labels, each right or wrong by itself
MAXIMIZED = (ACCURACY, LABEL_ACCURACY)  # all other measures are errors, to be minimized

Figures = dict[str, float]
Series = dict[str, list[float]]


@dataclass(eq=False, repr=False)
class Trial:
    """One choice, trained.

    All figures are of the data alone, over all samples, as for predictions: nothing is dropped, and no penalty,
    smoothing or weight counts.

    Parameters
    ----------
    name : of the choice
    network : as training left it
    rate : the learning rate that training began with: a number, a schedule, or None
    history : what `fit` gave; of a training that diverged, its finished epochs
    training, validation : each measure by its name, before the first epoch and after each; validation is empty
        without validation data
    result, validation_result : each measure of the network as it is
    diverged : why training broke off, if a number stopped being finite; then there is no result
    """

    name: str
    network: Network
    rate: Any
    history: History
    training: Series
    validation: Series
    result: Figures = field(default_factory=dict)
    validation_result: Figures = field(default_factory=dict)
    diverged: str = ""

    def __repr__(self) -> str:
        figures = "  ".join(f"{name} {value:.6g}" for name, value in self.result.items())
        return f"Trial({self.name}: {self.diverged or figures})"


@dataclass(eq=False, repr=False)
class Results:
    """Trials by the names of their choices: ``found["adam"]``.

    Parameters
    ----------
    kind : what was varied, such as ``"optimizer"``
    about : what all trials share, in a line or two
    trials : one for each choice, in the order given
    measures : the names of what was measured; the first one is compared and drawn
    left : the choices that were not trained, because Ctrl-C ended it
    """

    kind: str
    about: str
    trials: dict[str, Trial]
    measures: tuple[str, ...]
    left: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Trial:
        if not isinstance(name, str) or name not in self.trials:
            raise UnknownName(self.kind, name, self.trials)
        return self.trials[name]

    def __iter__(self) -> Iterator[Trial]:
        return iter(self.trials.values())

    def __len__(self) -> int:
        return len(self.trials)

    @property
    def validated(self) -> bool:
        """Whether there is a validation beside the training."""
        return any(trial.validation for trial in self)

    def goal(self) -> float | None:
        """What at least half of the trainings reach in the first measure, in three digits, on the easy side.

        None where there are not two to compare, where it holds before the first step, and for regularizers, which
        are not there to reach it soon.
        """
        if self.kind == REGULARIZER:
            return None
        measure = self.measures[0]
        maximized = measure in MAXIMIZED
        reached = sorted(
            (_best(measure, trial.training[measure]) for trial in self if not trial.diverged),
            reverse=maximized,
        )
        middle = reached[len(reached) // 2] if len(reached) > 1 else math.nan
        if not math.isfinite(middle):
            return None
        step = 10.0 ** (math.floor(math.log10(abs(middle))) - 2) if middle else 1.0
        rounded = float(f"{(math.floor if maximized else math.ceil)(middle / step) * step:.3g}")
        goal = min(rounded, middle) if maximized else max(rounded, middle)
        return None if any(_reached(trial, measure, goal) == 0 for trial in self) else goal

    def figure(self, value: float) -> str:
        """A value of the first measure in few letters."""
        return f"{100 * value:.4g}%" if self.measures[0] in MAXIMIZED else f"{value:.6g}"

    def rows(self) -> list[dict[str, Any]]:
        """The table's rows, unrounded: the columns by name, None where there is nothing to say."""
        goal = self.goal()
        outputs = len({str(trial.network.layers[-1]) for trial in self})
        return [self._row(trial, goal, outputs > 1) for trial in self]

    def _row(self, trial: Trial, goal: float | None, with_output: bool) -> dict[str, Any]:
        first = self.measures[0]
        row: dict[str, Any] = {self.kind: trial.name}
        if self.kind == Optimizer.kind:
            row["learning rate"] = trial.rate
        if with_output:
            row["output"] = trial.network.layers[-1].label()
        row |= {measure: trial.result.get(measure) for measure in self.measures}
        if self.validated:
            held_out = trial.validation_result
            row |= {f"validation {measure}": held_out.get(measure) for measure in self.measures}
            row["gap"] = held_out[first] - trial.result[first] if trial.result else None
        if goal is not None:
            row["epochs to goal"] = None if trial.diverged else _reached(trial, first, goal)
        row["epochs"] = trial.history.epochs
        row["seconds"] = sum(trial.history.seconds)
        row["diverged"] = trial.diverged
        return row

    def notes(self) -> list[str]:
        """What is to be said beside the table."""
        first = self.measures[0]
        found = ["rate: the learning rate."] if self.kind == Optimizer.kind else []
        found += [f"{_listed(self.measures)}: after the training, over all samples, as for predictions."]
        if self.validated:
            found.append(f"gap: {first} in validation - {first} in training.")
        if (goal := self.goal()) is not None:
            found.append(
                f"epochs to {self.figure(goal)}: that {first} in training, which at least half of them reach."
            )
        if self.kind == Loss.kind:
            found.append(f"Values of different losses can't be compared; {_listed(self.measures)} can.")
        for trial in self:
            if trial.diverged:
                where = trial.diverged.partition(": ")[0]
                found.append(f"{trial.name}: diverged in {where}. A smaller learning rate usually helps.")
            elif trial.history.stopped or trial.history.restored:
                restored = f"the weights of epoch {trial.history.restored} are restored"
                found.append(f"{trial.name}: {trial.history.stopped or restored}.")
        if self.left:
            found.append(f"Not trained: {_listed(self.left)}.")
        return found


def _listed(words: Any) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else str(last)


def _best(measure: str, values: list[float]) -> float:
    return max(values) if measure in MAXIMIZED else min(values)


def _reached(trial: Trial, measure: str, goal: float) -> int | None:
    """The first epoch after which a measure is as good as that; 0 for the start, None if it never is."""
    for epoch, value in enumerate(trial.training[measure]):
        if value >= goal if measure in MAXIMIZED else value <= goal:
            return epoch
    return None
