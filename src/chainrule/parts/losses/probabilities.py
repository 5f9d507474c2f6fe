"""The losses of probabilities: how surprised they are by the class that is right."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from chainrule.errors import InputError
from chainrule.parts.activations import LogSoftmax, Sigmoid, Softmax
from chainrule.parts.contract import Activation, Array, Loss, Rule, setting
from chainrule.parts.losses.shared import (
    check_logits,
    check_probabilities,
    check_shares,
    class_weights,
    is_own,
    log_sigmoid,
    log_softmax,
    of_logits,
)

LEAST_LOG = -100  # of a probability that may be 0, as PyTorch has it


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
    label_smoothing: float = setting(default=0.0, least=0, below=1, kw_only=True)

    compares_classes: ClassVar[bool] = True

    @classmethod
    def title(cls) -> str:
        return "binary cross-entropy"

    def paired(self, output: Activation, outputs: int) -> Loss:
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
    label_smoothing: float = setting(default=0.0, least=0, below=1, kw_only=True)
    class_weights: Sequence[float] | None = dataclasses.field(default=None, kw_only=True)

    compares_classes: ClassVar[bool] = True

    @classmethod
    def title(cls) -> str:
        return "cross-entropy"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.class_weights = class_weights(self.class_weights)

    def paired(self, output: Activation, outputs: int) -> Loss:
        if isinstance(output, Sigmoid) or (outputs == 1 and not output.shares):
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
        return binary.paired(output, outputs)

    def constants(self) -> dict[str, Array]:
        return {} if self.class_weights is None else {"class_weights": np.array(self.class_weights)}


class _ClassCrossEntropy(CrossEntropy):
    """What is common where one class of several is right; `y` below is the target as it is compared."""

    exclusive: ClassVar[bool] = True
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

    gamma: float = setting(default=2.0, least=0)
    alpha: float | None = setting(default=None, least=0, most=1)

    compares_classes: ClassVar[bool] = True

    def paired(self, output: Activation, outputs: int) -> Loss:
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
        "focus": "(1 - a)^gamma, small where a yes is known",
        "focus_no": "a^gamma, small where a no is known",
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
    exclusive: ClassVar[bool] = True
    notes: ClassVar = {
        "focus": "(1 - a)^gamma, small where the class is known",
        "pull": "-m a da, with bounds that keep it finite where a is 0 or 1",
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
        q.dz = (q.a * q.pull.sum(axis=1, keepdims=True) - q.pull) / q.m


class KLDivergence(Loss):
    """Kullback-Leibler divergence: l = Σ y (log y - log a), how far the probabilities a are from those of the targets.

    It is cross-entropy less the entropy of the targets, so it is 0 where a = y, and its gradients are those of
    cross-entropy. y log y is 0 at y = 0. Outputs are those of softmax, or of log_softmax, which are log a.

    Source: S. Kullback, R. Leibler, On information and sufficiency, 1951; C. Bishop, Pattern Recognition and Machine
    Learning, 2006, eq. 1.113.
    """

    compares_classes: ClassVar[bool] = True
    exclusive: ClassVar[bool] = True

    @classmethod
    def name(cls) -> str:
        return "kl_divergence"

    @classmethod
    def title(cls) -> str:
        return "KL divergence"

    def paired(self, output: Activation, outputs: int) -> Loss:
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
