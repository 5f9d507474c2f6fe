"""Cross-entropy of yes or no."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from chainrule.errors import InputError
from chainrule.parts.activations import Sigmoid, Softmax
from chainrule.parts.contract import Activation, Array, Loss, Rule, setting
from chainrule.parts.losses.shared import (
    LEAST_LOG,
    check_logits,
    check_probabilities,
    is_own,
    log_sigmoid,
    of_logits,
)


class BinaryCrossEntropy(Loss):
    """Binary cross-entropy: l = -Σ (y log a + (1 - y) log(1 - a)), each output a question of its own.

    With sigmoid outputs it reads the sums z, so that it stays finite where a is 0 or 1 in floating point, and dz
    collapses to (a - y) / m. Of any other probabilities log a counts as -100 at least, as in PyTorch.

    Parameters
    ----------
    from_logits : whether outputs are logits (output="identity"), and p = 1 / (1 + e^-a) the probabilities
    label_smoothing : how far targets are drawn to ½, at least 0 and below 1: (1 - label_smoothing) y +
        label_smoothing / 2

    Source: C. Bishop, Pattern Recognition and Machine Learning, 2006, eq. 4.90; C. Szegedy et al., Rethinking the
    Inception architecture, CVPR 2016 (the smoothing).
    """

    from_logits: bool = dataclasses.field(default=False, kw_only=True)
    label_smoothing: float = setting(default=0.0, ge=0, lt=1, kw_only=True)

    is_classification: ClassVar[bool] = True

    @classmethod
    def title(cls) -> str:
        return "binary cross-entropy"

    def for_output(self, output: Activation, outputs: int) -> Loss:
        if self.from_logits:
            check_logits(self, output)
            return _LogitBinaryCrossEntropy(**self.settings())
        if isinstance(output, Sigmoid):
            return _SigmoidBinaryCrossEntropy(**self.settings())
        if isinstance(output, Softmax) or is_own(output):
            return _ProbabilityBinaryCrossEntropy(**self.settings())
        raise InputError(
            f"binary_cross_entropy compares probabilities, and the output {output} gives none: take "
            f"output='sigmoid', {of_logits(output, 'BinaryCrossEntropy')}or another loss, such as "
            "loss='mean_squared_error'."
        )

    def check_targets(self, y: Array) -> None:
        check_probabilities(y, "cross_entropy")

    def _targets(self, q: Rule) -> Any:
        return q.y_smooth if self.label_smoothing else q.y

    def _compare(self, q: Rule, log_yes: Any, log_no: Any) -> None:
        if self.label_smoothing:
            q.y_smooth = (1 - self.label_smoothing) * q.y + self.label_smoothing / 2
        y = self._targets(q)
        q.l = -(y * log_yes + (1 - y) * log_no).sum(axis=1)


class _SigmoidBinaryCrossEntropy(BinaryCrossEntropy):
    notes: ClassVar = {"dz": "a and 1 - a cancel the denominators of da"}

    def forward(self, q: Rule) -> None:
        log_sigmoid(q)
        self._compare(q, q.log_a, q.log_not_a)

    def backward(self, q: Rule) -> None:
        y = self._targets(q)
        q.da = ((1 - y) / (1 - q.a) - y / q.a) / q.m
        q.dz = (q.a - y) / q.m


class _LogitBinaryCrossEntropy(BinaryCrossEntropy):
    threshold: ClassVar[float] = 0.0
    notes: ClassVar = {"p": "the probabilities that the logits stand for"}

    def forward(self, q: Rule) -> None:
        q.p = 1 / (1 + np.exp(-q.a))
        q.log_p = -np.logaddexp(0, -q.a)
        q.also(log_p=np.log(q.p))
        q.log_not_p = -np.logaddexp(0, q.a)
        q.also(log_not_p=np.log(1 - q.p))
        self._compare(q, q.log_p, q.log_not_p)

    def backward(self, q: Rule) -> None:
        q.da = (q.p - self._targets(q)) / q.m


class _ProbabilityBinaryCrossEntropy(BinaryCrossEntropy):
    notes: ClassVar = {"da": "(1 - y)/(1 - a) - y/a over one denominator, which is at least 1e-12"}

    def forward(self, q: Rule) -> None:
        q.log_a = np.maximum(np.log(q.a), LEAST_LOG)
        q.also(log_a=np.log(q.a))
        q.log_not_a = np.maximum(np.log(1 - q.a), LEAST_LOG)
        q.also(log_not_a=np.log(1 - q.a))
        self._compare(q, q.log_a, q.log_not_a)

    def backward(self, q: Rule) -> None:
        q.da = (q.a - self._targets(q)) / np.maximum(q.a * (1 - q.a), 1e-12) / q.m
