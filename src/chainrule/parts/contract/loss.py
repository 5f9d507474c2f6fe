"""What a loss and a penalty state."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from chainrule.parts.contract.layer import Activation
from chainrule.parts.contract.part import IN_A_NETWORK, Array, Part, Rule, lacks


class Loss(Part):
    """What training makes small: one value a sample, `q.l`, from the outputs `q.a` and the targets `q.y`.

    The program takes the mean over the m samples, each times its weight; so every gradient that a loss states
    carries the 1/m, and none the weight.
    """

    kind: ClassVar[str] = "loss"
    is_classification: ClassVar[bool] = False
    single_label: ClassVar[bool] = False  # whether a sample belongs to one class of several
    threshold: ClassVar[float] = 0.5  # a single output above it says yes
    group: ClassVar[int] = 1  # rows that stand together, and have one value of the loss
    reads_targets: ClassVar[bool] = True
    real_targets: ClassVar[bool] = True  # whether targets may be any numbers, and so may be scaled

    def _instead(self) -> str:
        return IN_A_NETWORK.format(type(self).__name__)

    def for_output(self, output: Activation, outputs: int) -> Loss:
        """The rules to use with that output activation and so many outputs; raises InputError where they don't go
        together.
        """
        return self

    def constants(self) -> dict[str, Array]:
        """Arrays that the rules read, by local name, such as a weight for each class."""
        return {}

    def check_targets(self, y: Array) -> None:
        """Raise InputError where targets (m, outputs) are outside what this loss is defined for.

        Targets are checked a piece at a time, so a row must be right or wrong by itself; of class labels, one row
        of each class may stand for all.
        """

    def forward(self, q: Rule) -> None:
        """State `q.l`, one value a sample."""
        raise lacks(self, "forward(q)", "q.l")

    def backward(self, q: Rule) -> None:
        """State `q.da`, and `q.dz` where the chain rule through the output collapses. Left out: derived."""
        q.derive_backward()


class Penalty(Part):
    """What large weights cost: `q.penalty`, a single number, from `q.w`, for every weight matrix alike.

    Parameters
    ----------
    biases : whether all other parameters cost as well
    """

    biases: bool = dataclasses.field(default=False, kw_only=True)

    kind: ClassVar[str] = "penalty"

    def _instead(self) -> str:
        return IN_A_NETWORK.format(type(self).__name__)

    def label(self) -> str:
        return f"{self.title()} penalty"

    def forward(self, q: Rule) -> None:
        """State `q.penalty`."""
        raise lacks(self, "forward(q)", "q.penalty")

    def backward(self, q: Rule) -> None:
        """State `q.dw_penalty`, what it adds to the gradient. Left out: derived."""
        q.derive_backward()
