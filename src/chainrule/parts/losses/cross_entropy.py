"""Cross-entropy: how surprised outputs are by the class that is right."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from chainrule.errors import InputError
from chainrule.parts.activations import LogSoftmax, Sigmoid, Softmax
from chainrule.parts.contract import Activation, Array, Loss, Rule, setting
from chainrule.parts.losses.binary_cross_entropy import BinaryCrossEntropy
from chainrule.parts.losses.shared import (
    LEAST_LOG,
    check_logits,
    check_shares,
    class_weights,
    is_own,
    log_softmax,
    of_logits,
)


class CrossEntropy(Loss):
    """Cross-entropy: how surprised the predicted probabilities are by the targets.

    With softmax outputs l = -Σ y log a, over classes of which one is right. With sigmoid outputs, and with one
    output, it is `BinaryCrossEntropy`, each output a question of its own. Both read the sums z, so that the loss
    stays finite where a is 0 or 1 in floating point; both collapse dz to (a - y) / m. Outputs of log_softmax are
    log a already. Of an output function of one's own, log a counts as -100 at least, and 1 / a as 1e30 at most.

    Parameters
    ----------
    from_logits : whether outputs are logits (output="identity"), and p = e^a / Σ e^a the probabilities
    label_smoothing : how far targets are drawn to being all the same, at least 0 and below 1:
        (1 - label_smoothing) y + label_smoothing / k for k classes
    class_weights : one number above 0 for each class, by which its term of the sum counts; as PyTorch's weight=, but
        the mean is over the samples

    Source: C. Bishop, Pattern Recognition and Machine Learning, 2006, eq. 4.90 and 4.108; C. Szegedy et al.,
    Rethinking the Inception architecture, CVPR 2016 (the smoothing).
    """

    from_logits: bool = dataclasses.field(default=False, kw_only=True)
    label_smoothing: float = setting(default=0.0, ge=0, lt=1, kw_only=True)
    class_weights: Sequence[float] | None = dataclasses.field(default=None, kw_only=True)

    is_classification: ClassVar[bool] = True

    @classmethod
    def title(cls) -> str:
        return "cross-entropy"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.class_weights = class_weights(self.class_weights)

    def for_output(self, output: Activation, outputs: int) -> Loss:
        if isinstance(output, Sigmoid) or (outputs == 1 and not output.couples_outputs):
            return self._binary(output, outputs)
        if self.class_weights is not None and len(self.class_weights) != outputs:
            raise InputError(
                f"CrossEntropy: class_weights has {len(self.class_weights)} numbers for {outputs} outputs: give one "
                "for each class."
            )
        if self.from_logits:
            check_logits(self, output)
            return _LogitCrossEntropy(**self.settings())
        for kind, rules in ((Softmax, _SoftmaxCrossEntropy), (LogSoftmax, _LogSoftmaxCrossEntropy)):
            if isinstance(output, kind):
                return rules(**self.settings())
        if is_own(output):
            return _ProbabilityCrossEntropy(**self.settings())
        raise InputError(
            f"cross_entropy compares probabilities, and the output {output} gives none: "
            "take output='softmax' (one class of several) or output='sigmoid' (yes or no for each output), "
            f"{of_logits(output, 'CrossEntropy')}or another loss, such as loss='mean_squared_error'."
        )

    def _binary(self, output: Activation, outputs: int) -> Loss:
        if self.class_weights is not None:
            raise InputError(
                f"CrossEntropy: class_weights weighs classes of which one is right, and {outputs} "
                f"{output.title()} output{'s say' if outputs > 1 else ' says'} yes or no: leave it out; "
                "fit(class_weight=…) and fit(sample_weight=…) weigh samples."
            )
        binary = BinaryCrossEntropy(from_logits=self.from_logits, label_smoothing=self.label_smoothing)
        return binary.for_output(output, outputs)

    def constants(self) -> dict[str, Array]:
        return {} if self.class_weights is None else {"class_weights": np.array(self.class_weights)}


class _ClassCrossEntropy(CrossEntropy):
    """What is common where one class of several is right; `y` below is the target as it is compared."""

    single_label: ClassVar[bool] = True
    pair: ClassVar[str] = "cross_entropy"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.class_weights is not None:
            self.__dict__["notes"] = {**self.notes, "dz": "weighted targets need not sum to 1"}

    def check_targets(self, y: Array) -> None:
        check_shares(y, self.pair)

    def _logs(self, q: Rule) -> Any:
        raise NotImplementedError

    def _targets(self, q: Rule) -> Any:
        smoothed = q.y_smooth if self.label_smoothing else q.y
        return smoothed if self.class_weights is None else q.y_weighted

    def _excess(self, q: Rule, p: Any) -> Any:
        """The gradient of the logits: p - y, and where y does not sum to 1, p Σ y - y."""
        y = self._targets(q)
        return (p if self.class_weights is None else p * y.sum(axis=1, keepdims=True)) - y

    def forward(self, q: Rule) -> None:
        if self.label_smoothing:
            q.y_smooth = (1 - self.label_smoothing) * q.y + self.label_smoothing / q.k
        if self.class_weights is not None:
            q.y_weighted = q.class_weights * (q.y_smooth if self.label_smoothing else q.y)
        q.l = -(self._targets(q) * self._logs(q)).sum(axis=1)


class _SoftmaxCrossEntropy(_ClassCrossEntropy):
    pair: ClassVar[str] = "softmax and cross_entropy"
    notes: ClassVar = {"dz": "a cancels the 1/a of da, and Σ y = 1"}

    def _logs(self, q: Rule) -> Any:
        log_softmax(q)
        return q.log_a

    def backward(self, q: Rule) -> None:
        q.da = -self._targets(q) / q.a / q.m
        q.dz = self._excess(q, q.a) / q.m


class _LogSoftmaxCrossEntropy(_ClassCrossEntropy):
    notes: ClassVar = {"dz": "e / s is the softmax, and Σ y = 1"}

    def _logs(self, q: Rule) -> Any:
        return q.a

    def backward(self, q: Rule) -> None:
        q.da = -self._targets(q) / q.m
        q.dz = self._excess(q, q.e / q.s) / q.m


class _LogitCrossEntropy(_ClassCrossEntropy):
    notes: ClassVar = {"p": "the probabilities that the logits stand for: their softmax"}
    quiet: ClassVar = ("top", "shift")

    def _logs(self, q: Rule) -> Any:
        q.top = q.a.max(axis=1, keepdims=True)
        q.shift = np.where(np.abs(q.a).max(axis=1, keepdims=True) < 80, 0, q.top)
        q.e = np.exp(q.a - q.shift)
        q.s = q.e.sum(axis=1, keepdims=True)
        q.p = q.e / q.s
        q.log_p = q.a - q.shift - np.log(q.s)
        q.also(log_p=np.log(q.p))
        return q.log_p

    def backward(self, q: Rule) -> None:
        q.da = self._excess(q, q.p) / q.m


class _ProbabilityCrossEntropy(_ClassCrossEntropy):
    def _logs(self, q: Rule) -> Any:
        q.log_a = np.maximum(np.log(q.a), LEAST_LOG)
        q.also(log_a=np.log(q.a))
        return q.log_a

    def backward(self, q: Rule) -> None:
        q.da = -self._targets(q) / np.maximum(q.a, 1e-30) / q.m
