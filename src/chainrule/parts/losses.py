"""The losses: how far outputs are from targets. One value a sample; the program takes the mean."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from chainrule.errors import InputError
from chainrule.parts.activations import Sigmoid, Softmax
from chainrule.parts.contract import Activation, Array, Loss, Rule


class MeanSquaredError(Loss):
    """Mean squared error: l = Σ (a - y)² / k, the mean over the k outputs of a sample.

    Source: C. Bishop, Pattern Recognition and Machine Learning, 2006, eq. 1.2.
    """

    def forward(self, q: Rule) -> None:
        q.l = np.square(q.a - q.y).sum(axis=1) / q.k

    def backward(self, q: Rule) -> None:
        q.da = 2 * (q.a - q.y) / q.k / q.m


class HalfSquaredError(Loss):
    """Half squared error: l = ½ Σ (a - y)², summed over the outputs of a sample; its slope is a - y.

    Source: D. Rumelhart, G. Hinton, R. Williams, Learning representations by back-propagating errors, 1986, eq. 3.
    """

    def forward(self, q: Rule) -> None:
        q.l = 0.5 * np.square(q.a - q.y).sum(axis=1)

    def backward(self, q: Rule) -> None:
        q.da = (q.a - q.y) / q.m


class CrossEntropy(Loss):
    """Cross-entropy: how surprised the predicted probabilities are by the targets.

    With softmax outputs l = -Σ y log a, over classes of which one is right. With sigmoid outputs
    l = -Σ (y log a + (1 - y) log(1 - a)), each output a question of its own. Both read the logits z, so
    that the loss stays finite where a is 0 or 1 in floating point; both collapse dz to (a - y) / m.

    Source: C. Bishop, Pattern Recognition and Machine Learning, 2006, eq. 4.90 and 4.108.
    """

    compares_classes: ClassVar[bool] = True

    @classmethod
    def title(cls) -> str:
        return "cross-entropy"

    def paired(self, output: Activation) -> Loss:
        for kind, rules in ((Softmax, _SoftmaxCrossEntropy), (Sigmoid, _SigmoidCrossEntropy)):
            if isinstance(output, kind):
                return rules()
        raise InputError(
            f"cross_entropy compares probabilities, and the output {output} gives none: "
            "take output='softmax' (one class of several) or output='sigmoid' (yes or no for each output), "
            "or another loss, such as loss='mean_squared_error'."
        )


class _SoftmaxCrossEntropy(CrossEntropy):
    notes: ClassVar = {"dz": "a cancels the 1/a of da, and Σ y = 1"}
    exclusive: ClassVar[bool] = True

    def check_targets(self, y: Array) -> None:
        _probabilities(y)
        sums = y.sum(axis=1)
        if len(wrong := np.flatnonzero(np.abs(sums - 1) > 1e-6)):
            row = int(wrong[0])
            raise InputError(
                f"y[{row}] sums to {sums[row]:g}: with softmax and cross_entropy the targets of a sample are "
                "probabilities that sum to 1, or give y as class labels."
            )

    def forward(self, q: Rule) -> None:
        q.log_a = q.z - q.shift - np.log(q.s)
        q.also(log_a=np.log(q.a))
        q.l = -(q.y * q.log_a).sum(axis=1)

    def backward(self, q: Rule) -> None:
        q.da = -q.y / q.a / q.m
        q.dz = (q.a - q.y) / q.m


class _SigmoidCrossEntropy(CrossEntropy):
    notes: ClassVar = {"dz": "a and 1 - a cancel the denominators of da"}

    def check_targets(self, y: Array) -> None:
        _probabilities(y)

    def forward(self, q: Rule) -> None:
        q.log_a = -np.logaddexp(0, -q.z)
        q.also(log_a=np.log(q.a))
        q.log_not_a = -np.logaddexp(0, q.z)
        q.also(log_not_a=np.log(1 - q.a))
        q.l = -(q.y * q.log_a + (1 - q.y) * q.log_not_a).sum(axis=1)

    def backward(self, q: Rule) -> None:
        q.da = ((1 - q.y) / (1 - q.a) - q.y / q.a) / q.m
        q.dz = (q.a - q.y) / q.m


def _probabilities(y: Any) -> None:
    if len(wrong := np.argwhere((y < 0) | (y > 1))):
        i, j = wrong[0]
        raise InputError(f"y[{i}, {j}] is {y[i, j]:g}: targets of cross_entropy lie between 0 and 1.")
