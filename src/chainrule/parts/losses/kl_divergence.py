"""Kullback-Leibler divergence."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from chainrule.errors import InputError
from chainrule.parts.activations import LogSoftmax, Softmax
from chainrule.parts.contract import Activation, Array, Loss, Rule
from chainrule.parts.losses.shared import (
    check_shares,
    log_softmax,
)


class KLDivergence(Loss):
    """Kullback-Leibler divergence: l = Σ y (log y - log a), how far the probabilities a are from those of the targets.

    It is cross-entropy less the entropy of the targets, so it is 0 where a = y, and its gradients are those of
    cross-entropy. y log y is 0 at y = 0. Outputs are those of softmax, or of log_softmax, which are log a.

    Source: S. Kullback, R. Leibler, On information and sufficiency, 1951; C. Bishop, Pattern Recognition and Machine
    Learning, 2006, eq. 1.113.
    """

    is_classification: ClassVar[bool] = True
    single_label: ClassVar[bool] = True

    @classmethod
    def name(cls) -> str:
        return "kl_divergence"

    @classmethod
    def title(cls) -> str:
        return "KL divergence"

    def for_output(self, output: Activation, outputs: int) -> Loss:
        for kind, rules in ((Softmax, _SoftmaxKLDivergence), (LogSoftmax, _LogSoftmaxKLDivergence)):
            if isinstance(output, kind):
                return rules()
        raise InputError(
            f"kl_divergence compares probabilities that sum to 1, and the output {output} gives none: take "
            "output='softmax' or output='log_softmax', or another loss, such as loss='mean_squared_error'."
        )

    def check_targets(self, y: Array) -> None:
        check_shares(y, "kl_divergence")

    def _compare(self, q: Rule, log_a: Any) -> None:
        q.l = (q.y * (np.log(np.where(q.y > 0, q.y, 1)) - log_a)).sum(axis=1)


class _SoftmaxKLDivergence(KLDivergence):
    notes: ClassVar = {"dz": "a cancels the 1/a of da, and Σ y = 1"}

    def forward(self, q: Rule) -> None:
        log_softmax(q)
        self._compare(q, q.log_a)

    def backward(self, q: Rule) -> None:
        q.da = -q.y / q.a / q.m
        q.dz = (q.a - q.y) / q.m


class _LogSoftmaxKLDivergence(KLDivergence):
    notes: ClassVar = {"dz": "e / s is the softmax, and Σ y = 1"}

    def forward(self, q: Rule) -> None:
        self._compare(q, q.a)

    def backward(self, q: Rule) -> None:
        q.da = -q.y / q.m
        q.dz = (q.e / q.s - q.y) / q.m
