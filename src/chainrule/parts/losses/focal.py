"""The focal loss."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from chainrule.errors import InputError
from chainrule.parts.activations import Sigmoid, Softmax
from chainrule.parts.contract import Activation, Array, Loss, Rule, setting
from chainrule.parts.losses.shared import (
    check_probabilities,
    check_shares,
    log_sigmoid,
    log_softmax,
)


class Focal(Loss):
    """Focal loss: cross-entropy times (1 - p)^γ, where p is the probability of what is right, so that what is known
    already counts little.

    With sigmoid outputs l = -Σ (α y (1 - a)^γ log a + (1 - α) (1 - y) a^γ log(1 - a)), without α and 1 - α unless
    α is given; with softmax outputs l = -Σ y (1 - a)^γ log a. Both read the sums z, and both state dz in a form that
    stays finite where a is 0 or 1.

    Parameters
    ----------
    gamma : γ, at least 0, where it is cross-entropy
    alpha : α, how much a yes counts, from 0 to 1, and a no 1 - α; for sigmoid outputs

    Source: T. Lin et al., Focal loss for dense object detection, ICCV 2017, eq. 4 and 5, appendix A (the gradient).
    """

    gamma: float = setting(default=2.0, ge=0)
    alpha: float | None = setting(default=None, ge=0, le=1)

    is_classification: ClassVar[bool] = True

    def for_output(self, output: Activation, outputs: int) -> Loss:
        if isinstance(output, Sigmoid):
            return _SigmoidFocal(**self.settings())
        if not isinstance(output, Softmax):
            raise InputError(
                f"focal compares probabilities, and the output {output} gives none: take output='softmax' (one class "
                "of several) or output='sigmoid' (yes or no for each output), or another loss, such as "
                "loss='mean_squared_error'."
            )
        if self.alpha is not None:
            raise InputError(
                f"Focal: alpha = {self.alpha} weighs yes against no, and softmax has neither: leave it out, or take "
                "output='sigmoid'; fit(class_weight=…) weighs classes."
            )
        return _SoftmaxFocal(**self.settings())


class _SigmoidFocal(Focal):
    notes: ClassVar = {
        "focus": "small where a yes is known",
        "focus_no": "small where a no is known",
        "da": "the product rule, of each (1 - a)^γ log a and a^γ log(1 - a)",
        "dz": "a and 1 - a cancel the denominators of da",
    }

    def check_targets(self, y: Array) -> None:
        check_probabilities(y, "focal")

    def _answers(self, q: Rule) -> tuple[Any, Any]:
        """How much yes and no count."""
        return (q.y, 1 - q.y) if self.alpha is None else (self.alpha * q.y, (1 - self.alpha) * (1 - q.y))

    def forward(self, q: Rule) -> None:
        log_sigmoid(q)
        q.focus = np.exp(self.gamma * q.log_not_a)
        q.also(focus=(1 - q.a) ** self.gamma)
        q.focus_no = np.exp(self.gamma * q.log_a)
        q.also(focus_no=q.a**self.gamma)
        yes, no = self._answers(q)
        q.l = -(yes * q.focus * q.log_a + no * q.focus_no * q.log_not_a).sum(axis=1)

    def backward(self, q: Rule) -> None:
        yes, no = self._answers(q)
        pull = yes * q.focus * (1 / q.a - self.gamma * q.log_a / (1 - q.a))
        push = no * q.focus_no * (1 / (1 - q.a) - self.gamma * q.log_not_a / q.a)
        q.da = (push - pull) / q.m
        pull = yes * q.focus * (1 - q.a - self.gamma * q.a * q.log_a)
        push = no * q.focus_no * (q.a - self.gamma * (1 - q.a) * q.log_not_a)
        q.dz = (push - pull) / q.m


class _SoftmaxFocal(Focal):
    single_label: ClassVar[bool] = True
    notes: ClassVar = {
        "focus": "small where the class is known",
        "da": "the product rule, of each (1 - a)^γ log a",
        "pull": "-m a da",
        "dz": "a (da - Σ da a)",
    }

    def check_targets(self, y: Array) -> None:
        check_shares(y, "softmax and focal")

    def forward(self, q: Rule) -> None:
        log_softmax(q)
        q.focus = (1 - q.e / q.s) ** self.gamma
        q.also(focus=(1 - q.a) ** self.gamma)
        q.l = -(q.y * q.focus * q.log_a).sum(axis=1)

    def backward(self, q: Rule) -> None:
        q.da = -q.y * q.focus * (1 / q.a - self.gamma * q.log_a / (1 - q.a)) / q.m
        # Both from the same a: where it is near 1, log a / (1 - a) is near -1 whatever the rounding of a.
        known = q.a * np.log(np.maximum(q.a, 1e-30)) / np.maximum(1 - q.a, 1e-30)
        q.pull = q.y * q.focus * (1 - self.gamma * known)
        q.also(pull=q.y * q.focus * (1 - self.gamma * q.a * np.log(q.a) / (1 - q.a)))
        q.dz = (q.a * q.pull.sum(axis=1, keepdims=True) - q.pull) / q.m
