"""What a network's outputs mean: which class, yes or no, or yes and no for each output."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from chainrule.parts.contract import Activation, Array, Loss


@dataclass(frozen=True)
class Answers:
    """What outputs say, as their loss and their activation have it, and which answers are right.

    One output says yes or no. Of several, either one is chosen, the largest (the first of equal ones; NaN counts as
    the largest, as in NumPy), or each says yes or no by itself. With a loss of numbers one of several is chosen, which
    is what labels (m,) ask of it.

    Parameters
    ----------
    outputs : how many there are
    separate : whether each says yes or no by itself
    threshold : above it an output says yes
    of_classes : whether the loss compares classes
    second_above : of two classes of which one is chosen, the output above which it is the second; None: the larger
    """

    outputs: int
    separate: bool
    threshold: float
    of_classes: bool
    second_above: float | None = None

    @classmethod
    def of(cls, loss: Loss, output: Activation, outputs: int) -> Answers:
        """What so many outputs of that activation mean to a loss; values that share a whole choose one of them."""
        each = loss.is_classification and not (loss.single_label or output.couples_outputs)
        return cls(outputs, outputs == 1 or each, loss.threshold, loss.is_classification)

    @property
    def count(self) -> int:
        """How many answers a sample has."""
        return self.outputs if self.separate else 1

    @property
    def yes_or_no(self) -> bool:
        """Whether a sample has one answer of two, so that a threshold can part them."""
        return self.outputs == 1 or (self.outputs == 2 and not self.separate)

    @property
    def last_above(self) -> float | None:
        """Where the last output alone decides, by saying yes above a threshold: that; else None."""
        return self.threshold if self.outputs == 1 else self.second_above

    def above(self, threshold: float | None) -> Answers:
        """The same, with yes (of two classes the second one) said above that; None: as the loss has it."""
        if threshold is None:
            return self
        if self.outputs == 1:
            return replace(self, threshold=threshold)
        return replace(self, second_above=threshold)

    def decide(self, outputs: Array) -> Array:
        """The answers to outputs (m, outputs): classes (m,); or 1 for yes and 0 for no, (m,) of one output, else
        (m, outputs).
        """
        if (limit := self.last_above) is not None:
            last: Array = (outputs[:, -1] > limit).astype(np.int64)
            return last
        return self._decide(outputs, self.threshold)

    def _decide(self, values: Array, threshold: float) -> Array:
        if not self.separate:
            chosen: Array = values.argmax(axis=1)
            return chosen
        said: Array = (values > threshold).astype(np.int64)
        return said if self.outputs > 1 else said[:, 0]

    def given(self, y: Array) -> Array:
        """The answers that targets (m, outputs) ask for."""
        return self._decide(y, 0.5)

    def right(self, outputs: Array, y: Array) -> Array:
        """Which answers are those of the targets, shaped like the answers."""
        same: Array = self.decide(outputs) == self.given(y)
        return same

    def count_right(self, outputs: Array, y: Array) -> int:
        """How many answers are right."""
        return int(np.count_nonzero(self.right(outputs, y)))

    def named_by(self, y: Array) -> bool:
        """Whether targets (m, outputs) name classes, so that an answer is right or wrong.

        They are a single 1 among zeros, or 1 for yes and 0 for no; probabilities name none.
        """
        certain = bool(((y == 0) | (y == 1)).all())
        return self.of_classes and certain and (self.separate or bool((y.sum(axis=1) == 1).all()))
