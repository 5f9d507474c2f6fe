"""What a network says beside what is true, in the form that scikit-learn's metrics take."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import Literal

import numpy as np

from chainrule.errors import InputError
from chainrule.model.labels import Labels, Targets
from chainrule.model.model import Model
from chainrule.parts.contract import Array

Kind = Literal["classes", "labels", "numbers"]


@dataclass(frozen=True, eq=False)
class Judged:
    """What is said of m samples beside what is true.

    Parameters
    ----------
    kind : "classes": one of several, yes and no among them; "labels": yes or no for each; "numbers"
    names : of the classes, the labels or the numbers
    truth, said : codes of classes (m,); 1 and 0 for each label (m, labels); or numbers (m, outputs)
    scores : what classes or labels are ranked by (m, names), in the network's dtype; unused for numbers
    probable : whether the scores are probabilities
    """

    kind: Kind
    names: tuple[str, ...]
    truth: Array
    said: Array
    scores: Array
    probable: bool

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def yes_or_no(self) -> bool:
        """Whether there are two classes; the second one is "yes"."""
        return self.kind == "classes" and len(self.names) == 2

    def counts(self) -> Array:
        """How many samples are of each class, or have each label."""
        if self.kind == "classes":
            return np.bincount(self.truth, minlength=len(self.names))
        return np.asarray(self.truth.sum(axis=0))

    def lacking(self) -> list[str]:
        """The classes without a sample."""
        return [name for name, count in zip(self.names, self.counts().tolist(), strict=True) if not count]


def names_of(model: Model, kind: Kind) -> tuple[str, ...]:
    """What a network's classes, labels or numbers are called."""
    if kind == "numbers":
        return names_of_numbers(model, model.metadata.get("target", "y"))
    if kind == "labels":
        return model.classes or tuple(map(str, range(model.outputs)))
    return model.classes or tuple(map(str, range(max(model.outputs, 2))))


def names_of_numbers(model: Model, target: str) -> tuple[str, ...]:
    """The names of a network's outputs that are numbers: of several targets, ``a,b``, their own."""
    if model.outputs == 1:
        return (target,)
    several = next(csv.reader([target], skipinitialspace=True), [])
    own = len(several) == model.outputs
    return tuple(several) if own else tuple(f"{target}_{i}" for i in range(model.outputs))


def judged(model: Model, outputs: Array, targets: Targets, counts: int) -> Judged:
    """Outputs (m, outputs) beside checked targets.

    Parameters
    ----------
    counts : how many answers of a sample the targets judge; 0 if they name no classes

    Raises
    ------
    InputError : for targets that neither name classes nor are numbers to be met
    """
    if not counts:
        return _numbers(model, outputs, targets)
    answers = model.decisions
    said, probable = answers.decide(outputs), getattr(model.layers[-1], "probabilities", False)
    if counts > 1:
        truth = (np.asarray(targets[:]) > 0.5).astype(np.int64)
        return Judged("labels", names_of(model, "labels"), truth, said, outputs, probable)
    truth = targets.codes.astype(np.int64) if isinstance(targets, Labels) else answers.given(targets)
    if model.outputs == 1:
        scores = np.hstack([1 - outputs if probable else -outputs, outputs])
    else:
        scores, probable = (
            outputs,
            probable and getattr(model.layers[-1], "couples_outputs", False),
        )  # which sum to 1
    return Judged("classes", names_of(model, "classes"), truth, said, scores, probable)


def _numbers(model: Model, outputs: Array, targets: Targets) -> Judged:
    if model.answers.of_classes or not model.paired_loss.reads_targets:
        said = "the loss compares outputs with each other" if not model.paired_loss.reads_targets else (
            "y holds probabilities, which make no answer right or wrong"
        )  # fmt: skip
        raise InputError(f"there is nothing to evaluate: {said}. Give class labels, or ask net.loss(X, y).")
    truth = np.asarray(targets[:], np.float64)
    predicted = outputs.astype(np.float64)
    return Judged("numbers", names_of(model, "numbers"), truth, predicted, predicted, False)
