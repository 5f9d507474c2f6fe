"""What checks look at: the samples, steps of a training of a copy, and its curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chainrule.diagnosis.readings import best_constant
from chainrule.model.model import Model
from chainrule.model.record import Record
from chainrule.parts.contract import Array, Optimizer
from chainrule.program.program import Program


@dataclass(frozen=True)
class Curve:
    """What a training recorded, one entry an epoch.

    Parameters
    ----------
    loss, validation_loss : as in a `History`
    """

    loss: Sequence[float]
    validation_loss: Sequence[float] = ()


@dataclass(frozen=True)
class Probe:
    """A training step as it would be from where a training stands, on some rows.

    Parameters
    ----------
    step : how many steps were taken before
    record : of that step, with its update
    loss : that of all rows, without a penalty, as for predictions
    right : the share of right answers, where targets name classes
    """

    step: int
    record: Record
    loss: float
    right: float | None = None


@dataclass(frozen=True)
class Evidence:
    """What checks look at.

    Parameters
    ----------
    model, optimizer : as they are given to the training
    X, y : the samples that are looked at, y as (m, outputs)
    probes : from the first step to the last one
    curve : of the epochs
    asked : how many steps the training has
    diverged : which number stopped being finite, if one did
    """

    model: Model
    optimizer: Optimizer
    X: Array
    y: Array
    probes: Sequence[Probe]
    curve: Curve
    asked: int
    diverged: str = ""

    @property
    def first(self) -> Record:
        """The step that the training begins with."""
        return self.probes[0].record

    @property
    def last(self) -> Record:
        """The last step that was looked at."""
        return self.probes[-1].record

    @property
    def program(self) -> Program:
        """Of a training step."""
        return self.first.program

    @property
    def has_targets(self) -> bool:
        """Whether the loss reads targets."""
        return self.model.loss_part.reads_targets

    @cached_property
    def guess(self) -> float | None:
        """What an answer costs that looks at no input."""
        return best_constant(self.first) if self.has_targets and (self.y != self.y[0]).any() else None

    @property
    def scale(self) -> float:
        """What losses are compared with: a guess, or else the first loss."""
        guess = self.guess
        return guess if guess is not None and guess > 0 else abs(self.probes[0].loss) or 1.0

    @property
    def left(self) -> float:
        """The part of that which is left after the last step."""
        return self.left_at(self.probes[-1]) if not self.diverged else np.inf

    def left_at(self, probe: Probe) -> float:
        """The part that is left of what a guess costs: of its loss or, where that is less, of its wrong answers."""
        part = probe.loss / self.scale
        if probe.right is None:
            return part
        answers = self.model.answers.given(self.y).reshape(len(self.y), -1)
        shares = [np.unique(column, return_counts=True)[1].max() / len(column) for column in answers.T]
        wrong = 1 - float(np.mean(shares))
        return min(part, (1 - probe.right) / wrong) if wrong else part

    @cached_property
    def prepared(self) -> Array:
        """The inputs as the first layer with weights gets them."""
        program = self.program
        if program.prepared == program.data:
            return np.asarray(self.X, np.float64)
        given = {program.data: self.X.astype(self.model.input_dtype, copy=False), **self.model.constants}
        return np.asarray(program.run(given, wanted=[program.prepared])[program.prepared], np.float64)

    def column(self, number: int) -> str:
        """An input in words."""
        names = self.model.features
        same = self.prepared.shape[1] == self.X.shape[1]
        return f"{number} ({names[number]})" if names is not None and same else str(number)
