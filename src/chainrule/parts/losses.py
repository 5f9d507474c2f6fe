"""The losses: how far outputs are from targets. One value a sample; the program takes the mean."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.parts.activations import Identity, LogSoftmax, ReLU, Sigmoid, Softmax, Softplus
from chainrule.parts.contract import Activation, Array, Loss, Rule, setting

LEAST_LOG = -100  # of a probability that may be 0, as PyTorch has it


# --- numbers ------------------------------------------------------------------------------------------------


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


class MeanAbsoluteError(Loss):
    """Mean absolute error: l = Σ |a - y| / k, the mean over the k outputs of a sample.

    Its slope is the sign of the error, 0 where a = y. The best single answer to many targets is their median.

    Source: P. Huber, E. Ronchetti, Robust Statistics, 2nd ed., 2009, section 1.2.
    """

    notes: ClassVar = {"da": "the sign of the error, whatever its size"}

    def forward(self, q: Rule) -> None:
        q.l = np.abs(q.a - q.y).sum(axis=1) / q.k

    def backward(self, q: Rule) -> None:
        q.da = np.sign(q.a - q.y) / q.k / q.m


class Huber(Loss):
    """Huber's loss: l = Σ h(a - y) / k with h(r) = ½ r² for |r| up to δ, and δ (|r| - ½ δ) beyond.

    With c, the error r but no more than δ, both are c (r - c / 2); its slope is c.

    Parameters
    ----------
    delta : δ, from where on errors count linearly, above 0

    Source: P. Huber, Robust estimation of a location parameter, 1964.
    """

    delta: float = setting(1.0, above=0)

    notes: ClassVar = {
        "c": "the error itself, but no more than delta",
        "l": "r²/2 up to delta, delta × (|r| - delta/2) beyond",
    }

    def forward(self, q: Rule) -> None:
        q.r = q.a - q.y
        q.c = np.clip(q.r, -self.delta, self.delta)
        q.l = (q.c * (q.r - q.c / 2)).sum(axis=1) / q.k

    def backward(self, q: Rule) -> None:
        q.da = q.c / q.k / q.m


class LogCosh(Loss):
    """Log-cosh: l = Σ log(cosh(a - y)) / k, about ½ r² for small errors and |r| - log 2 for large ones.

    cosh r is (e^r + e^-r) / 2. Its slope is tanh r.

    Source: P. Green, Bayesian reconstructions from emission tomography data using a modified EM algorithm, 1990.
    """

    notes: ClassVar = {"l": "log cosh r = log(e^r + e^-r) - log 2", "da": "the slope of log cosh is tanh"}

    @classmethod
    def title(cls) -> str:
        return "log-cosh"

    def forward(self, q: Rule) -> None:
        q.r = q.a - q.y
        q.l = (np.logaddexp(q.r, -q.r) - math.log(2)).sum(axis=1) / q.k

    def backward(self, q: Rule) -> None:
        q.da = np.tanh(q.r) / q.k / q.m


class Quantile(Loss):
    """Quantile or pinball loss: l = Σ max(q (y - a), (q - 1) (y - a)) / k, the mean over the k outputs.

    The best single answer to many targets is their q-quantile. Its slope is -q where a is too small and 1 - q where it
    is too large, 0 where a = y.

    Parameters
    ----------
    q : the share of targets that should lie below the output, above 0 and below 1

    Source: R. Koenker, G. Bassett, Regression quantiles, 1978.
    """

    q: float = setting(0.5, above=0, below=1)

    notes: ClassVar = {"da": "1 - q where the output is too large, -q where it is too small"}

    def forward(self, q: Rule) -> None:
        q.r = q.y - q.a
        q.l = np.maximum(self.q * q.r, (self.q - 1) * q.r).sum(axis=1) / q.k

    def backward(self, q: Rule) -> None:
        q.da = ((1 - self.q) * (q.r < 0) - self.q * (q.r > 0)) / q.k / q.m


class Poisson(Loss):
    """Poisson: l = Σ (λ - y log λ), how unlikely counts y are at the rate λ, but for log y!, which is the same for all.

    Of outputs that are log λ, l = Σ (e^a - y a). Of outputs that are λ itself, l = Σ (a - y log(a + 1e-8)), as
    PyTorch has it.

    Parameters
    ----------
    log_input : whether outputs are log λ (any number: output="identity") or λ (at least 0: output="softplus")

    Source: A. Cameron, P. Trivedi, Regression Analysis of Count Data, 1998, section 3.2.
    """

    log_input: bool = dataclasses.field(default=True, kw_only=True)

    def paired(self, output: Activation, outputs: int) -> Loss:
        own = _is_own(output)
        if self.log_input and not (own or isinstance(output, Identity)):
            raise InputError(
                f"Poisson(log_input=True) takes logarithms of rates, and the output {output} gives none: take "
                "output='identity', or log_input=False."
            )
        if not self.log_input and not (own or isinstance(output, ReLU | Sigmoid | Softplus | Softmax)):
            raise InputError(
                f"Poisson(log_input=False) takes rates, which are at least 0, and the output {output} gives none: "
                "take output='softplus', or log_input=True with output='identity'."
            )
        return _LogPoisson() if self.log_input else _RatePoisson(log_input=False)

    def check_targets(self, y: Array) -> None:
        if len(wrong := np.argwhere(y < 0)):
            raise InputError(f"{_entry(y, wrong)}: targets of poisson are counts, at least 0.")


class _LogPoisson(Poisson):
    def forward(self, q: Rule) -> None:
        q.rate = np.exp(q.a)
        q.l = (q.rate - q.y * q.a).sum(axis=1)

    def backward(self, q: Rule) -> None:
        q.da = (q.rate - q.y) / q.m


class _RatePoisson(Poisson):
    def forward(self, q: Rule) -> None:
        q.l = (q.a - q.y * np.log(q.a + 1e-8)).sum(axis=1)

    def backward(self, q: Rule) -> None:
        q.da = (1 - q.y / (q.a + 1e-8)) / q.m


# --- probabilities ------------------------------------------------------------------------------------------


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
    label_smoothing: float = setting(0.0, least=0, below=1, kw_only=True)

    compares_classes: ClassVar[bool] = True

    @classmethod
    def title(cls) -> str:
        return "binary cross-entropy"

    def paired(self, output: Activation, outputs: int) -> Loss:
        if self.from_logits:
            _check_logits(self, output)
            return _LogitBinaryCrossEntropy(**self.settings())
        if isinstance(output, Sigmoid):
            return _SigmoidBinaryCrossEntropy(**self.settings())
        if isinstance(output, Softmax) or _is_own(output):
            return _ProbabilityBinaryCrossEntropy(**self.settings())
        raise InputError(
            f"binary_cross_entropy compares probabilities, and the output {output} gives none: take "
            f"output='sigmoid', {_of_logits(output, 'BinaryCrossEntropy')}or another loss, such as "
            "loss='mean_squared_error'."
        )

    def check_targets(self, y: Array) -> None:
        _check_probabilities(y, "cross_entropy")

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
        _log_sigmoid(q)
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
    label_smoothing: float = setting(0.0, least=0, below=1, kw_only=True)
    class_weights: Sequence[float] | None = dataclasses.field(default=None, kw_only=True)

    compares_classes: ClassVar[bool] = True

    @classmethod
    def title(cls) -> str:
        return "cross-entropy"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.class_weights = _class_weights(self.class_weights)

    def paired(self, output: Activation, outputs: int) -> Loss:
        if isinstance(output, Sigmoid) or (outputs == 1 and not output.shares):
            return self._binary(output, outputs)
        if self.class_weights is not None and len(self.class_weights) != outputs:
            raise InputError(
                f"CrossEntropy: class_weights has {len(self.class_weights)} numbers for {outputs} outputs: give one "
                "for each class."
            )
        if self.from_logits:
            _check_logits(self, output)
            return _LogitCrossEntropy(**self.settings())
        for kind, rules in ((Softmax, _SoftmaxCrossEntropy), (LogSoftmax, _LogSoftmaxCrossEntropy)):
            if isinstance(output, kind):
                return rules(**self.settings())
        if _is_own(output):
            return _ProbabilityCrossEntropy(**self.settings())
        raise InputError(
            f"cross_entropy compares probabilities, and the output {output} gives none: "
            "take output='softmax' (one class of several) or output='sigmoid' (yes or no for each output), "
            f"{_of_logits(output, 'CrossEntropy')}or another loss, such as loss='mean_squared_error'."
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
        _check_shares(y, self.pair)

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
        _log_softmax(q)
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

    gamma: float = setting(2.0, least=0)
    alpha: float | None = setting(None, least=0, most=1)

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
        _check_probabilities(y, "focal")

    def _answers(self, q: Rule) -> tuple[Any, Any]:
        """How much yes and no count."""
        return (q.y, 1 - q.y) if self.alpha is None else (self.alpha * q.y, (1 - self.alpha) * (1 - q.y))

    def forward(self, q: Rule) -> None:
        _log_sigmoid(q)
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
        _check_shares(y, "softmax and focal")

    def forward(self, q: Rule) -> None:
        _log_softmax(q)
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
        _check_shares(y, "kl_divergence")

    def _compare(self, q: Rule, log_a: Any) -> None:
        q.l = (q.y * (np.log(np.where(q.y > 0, q.y, 1)) - log_a)).sum(axis=1)


class _SoftmaxKLDivergence(KLDivergence):
    notes: ClassVar = {"dz": "a cancels the 1/a of da, and Σ y = 1"}

    def forward(self, q: Rule) -> None:
        _log_softmax(q)
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


# --- margins ------------------------------------------------------------------------------------------------


class Hinge(Loss):
    """Hinge loss: how much is lacking to a margin of 1 between right and wrong, 0 beyond it.

    With one output l = max(0, 1 - s a), where s is 1 for yes and -1 for no, and the output says yes above 0. With k
    outputs l = Σ max(0, 1 - a_y + a_j) / k over the classes j other than the right one, y. Its slope at the margin is
    that beyond it, 0.

    Source: C. Cortes, V. Vapnik, Support-vector networks, 1995; J. Weston, C. Watkins, Support vector machines for
    multi-class pattern recognition, 1999.
    """

    compares_classes: ClassVar[bool] = True
    threshold: ClassVar[float] = 0.0

    def paired(self, output: Activation, outputs: int) -> Loss:
        return _margins(self, output, outputs, _BinaryHinge, _ClassHinge)


class _BinaryHinge(Hinge):
    notes: ClassVar = {"s": "1 for yes, -1 for no"}

    def check_targets(self, y: Array) -> None:
        _check_answers(y, "hinge")

    def forward(self, q: Rule) -> None:
        q.s = 2 * q.y - 1
        q.l = np.maximum(0, 1 - q.s * q.a).sum(axis=1)

    def backward(self, q: Rule) -> None:
        q.da = -q.s * (q.s * q.a < 1) / q.m


class _ClassHinge(Hinge):
    exclusive: ClassVar[bool] = True
    notes: ClassVar = {
        "right": "the output of the right class",
        "margin": "what the others lack to a margin of 1",
    }

    def check_targets(self, y: Array) -> None:
        _check_one_class(y, "hinge")

    def forward(self, q: Rule) -> None:
        _class_margins(q)
        q.l = q.margin.sum(axis=1) / q.k

    def backward(self, q: Rule) -> None:
        q.lacking = 1 * (q.margin > 0)
        q.da = (q.lacking - q.y * q.lacking.sum(axis=1, keepdims=True)) / q.k / q.m


class SquaredHinge(Loss):
    """Squared hinge loss: the square of what is lacking to a margin of 1 between right and wrong.

    With one output l = max(0, 1 - s a)², where s is 1 for yes and -1 for no, and the output says yes above 0. With k
    outputs l = Σ max(0, 1 - a_y + a_j)² / k over the classes j other than the right one, y.

    Source: K. Crammer, Y. Singer, On the algorithmic implementation of multiclass kernel-based vector machines, 2001;
    C. Hsieh et al., A dual coordinate descent method for large-scale linear SVM, ICML 2008.
    """

    compares_classes: ClassVar[bool] = True
    threshold: ClassVar[float] = 0.0

    def paired(self, output: Activation, outputs: int) -> Loss:
        return _margins(self, output, outputs, _BinarySquaredHinge, _ClassSquaredHinge)


class _BinarySquaredHinge(SquaredHinge):
    notes: ClassVar = {"s": "1 for yes, -1 for no"}

    def check_targets(self, y: Array) -> None:
        _check_answers(y, "squared_hinge")

    def forward(self, q: Rule) -> None:
        q.s = 2 * q.y - 1
        q.l = np.square(np.maximum(0, 1 - q.s * q.a)).sum(axis=1)

    def backward(self, q: Rule) -> None:
        q.da = -2 * q.s * np.maximum(0, 1 - q.s * q.a) / q.m


class _ClassSquaredHinge(SquaredHinge):
    exclusive: ClassVar[bool] = True
    notes: ClassVar = {
        "right": "the output of the right class",
        "margin": "what the others lack to a margin of 1",
    }

    def check_targets(self, y: Array) -> None:
        _check_one_class(y, "squared_hinge")

    def forward(self, q: Rule) -> None:
        _class_margins(q)
        q.l = np.square(q.margin).sum(axis=1) / q.k

    def backward(self, q: Rule) -> None:
        q.da = 2 * (q.margin - q.y * q.margin.sum(axis=1, keepdims=True)) / q.k / q.m


class Triplet(Loss):
    """Triplet loss: l = max(0, margin + |anchor - positive| - |anchor - negative|), on rows in threes.

    Rows 0, 3, 6, … are anchors; the row after each should come out near it, and the one after that farther away by
    the margin. There is one value for each three, and no targets: y may be None. Distances are Euclidean, of
    differences with 1e-6 added, as PyTorch has it.

    Parameters
    ----------
    margin : above 0

    Source: F. Schroff, D. Kalenichenko, J. Philbin, FaceNet: a unified embedding for face recognition and clustering,
    CVPR 2015; V. Balntas et al., Learning local feature descriptors with triplets, BMVC 2016.
    """

    margin: float = setting(1.0, above=0)

    group: ClassVar[int] = 3
    reads_targets: ClassVar[bool] = False
    notes: ClassVar = {
        "u": "rows 0, 3, 6, … less the row after each",
        "v": "rows 0, 3, 6, … less the second row after each",
        "da": "put(…, 1::3) stands in rows 1, 4, 7, …; the others are 0",
    }

    def forward(self, q: Rule) -> None:
        q.u = q.a[0::3] - q.a[1::3] + 1e-6
        q.v = q.a[0::3] - q.a[2::3] + 1e-6
        q.near = np.sqrt(np.square(q.u).sum(axis=1))
        q.far = np.sqrt(np.square(q.v).sum(axis=1))
        q.l = np.maximum(self.margin + q.near - q.far, 0)


class LossFunction(Loss):
    """One's own loss, from a plain function of outputs and targets: ``lambda a, y: np.square(a - y).sum(axis=1)``.

    Its backward rule is derived from it by the chain rule. The function is called, not read: it may be a lambda, a
    closure, or come from a notebook.
    """

    kind: ClassVar[str] = "own loss"

    def __init__(self, function: Callable[[Any, Any], Any]) -> None:
        """Take `function`, which gets a and y (m, k) and gives one value a sample (m,)."""
        self.function = function

    @classmethod
    def title(cls) -> str:
        return "own loss"

    def forward(self, q: Rule) -> None:
        q.l = q.apply(self.function, q.a, q.y, axes=1)

    def settings(self) -> dict[str, Any]:
        return {}

    def label(self) -> str:
        return str(self)

    def __str__(self) -> str:
        name = getattr(self.function, "__name__", type(self.function).__name__)
        return "own function" if name == "<lambda>" else name


# --- what several of them state -----------------------------------------------------------------------------


def _log_softmax(q: Rule) -> None:
    q.log_a = q.z - q.shift - np.log(q.s)
    q.also(log_a=np.log(q.a))


def _log_sigmoid(q: Rule) -> None:
    q.log_a = -np.logaddexp(0, -q.z)
    q.also(log_a=np.log(q.a))
    q.log_not_a = -np.logaddexp(0, q.z)
    q.also(log_not_a=np.log(1 - q.a))


def _class_margins(q: Rule) -> None:
    q.right = (q.y * q.a).sum(axis=1, keepdims=True)
    q.margin = np.maximum(0, 1 - q.right + q.a) * (1 - q.y)


# --- what goes with what ------------------------------------------------------------------------------------


def _is_own(output: Activation) -> bool:
    """Whether an output is a user's own, which may give anything."""
    return type(output) not in Activation.known().values()


def _check_logits(loss: Loss, output: Activation) -> None:
    if not (isinstance(output, Identity) or _is_own(output)):
        raise InputError(
            f"{type(loss).__name__}(from_logits=True) takes logits, and the output {output} gives none: take "
            "output='identity', or from_logits=False."
        )


def _of_logits(output: Activation, loss: str) -> str:
    return f"loss={loss}(from_logits=True), " if isinstance(output, Identity) else ""


def _margins(loss: Loss, output: Activation, outputs: int, binary: type[Loss], several: type[Loss]) -> Loss:
    if outputs == 1 and isinstance(output, Sigmoid):
        raise InputError(
            f"{loss.name()} says yes above 0, and {output} gives nothing below: take output='identity', or "
            "loss='binary_cross_entropy'."
        )
    return binary() if outputs == 1 else several()


# --- settings and targets -----------------------------------------------------------------------------------


def _class_weights(given: Any) -> tuple[float, ...] | None:
    if given is None:
        return None
    what = "CrossEntropy: class_weights"
    try:
        numbers = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if numbers.ndim != 1 or not numbers.size:
        raise KindError(f"{what} = {given!r} is no list of numbers: give one above 0 for each class.")
    for place, value in enumerate(numbers.tolist()):
        if not (math.isfinite(value) and value > 0):
            raise InputError(f"{what}[{place}] = {value:g} is out of range: it must be finite and above 0.")
    return tuple(numbers.tolist())


def _entry(y: Array, wrong: Array) -> str:
    i, j = wrong[0]
    return f"y[{i}, {j}] is {y[i, j]:g}"


def _check_probabilities(y: Array, loss: str) -> None:
    if len(wrong := np.argwhere((y < 0) | (y > 1))):
        raise InputError(f"{_entry(y, wrong)}: targets of {loss} lie between 0 and 1.")


def _check_shares(y: Array, what: str) -> None:
    _check_probabilities(y, what.split()[-1])
    sums = y.sum(axis=1)
    if len(wrong := np.flatnonzero(np.abs(sums - 1) > 1e-6)):
        row = int(wrong[0])
        raise InputError(
            f"y[{row}] sums to {sums[row]:g}: with {what} the targets of a sample are probabilities that sum to 1, "
            "or give y as class labels."
        )


def _check_answers(y: Array, loss: str) -> None:
    if len(wrong := np.argwhere((y != 0) & (y != 1))):
        raise InputError(f"{_entry(y, wrong)}: targets of {loss} are 1 for yes and 0 for no.")


def _check_one_class(y: Array, loss: str) -> None:
    wrong = np.flatnonzero(((y != 0) & (y != 1)).any(axis=1) | (y.sum(axis=1) != 1))
    if len(wrong):
        raise InputError(
            f"y[{wrong[0]}] names no class: with {loss} the targets of a sample are a single 1 among zeros, or give y "
            "as class labels."
        )
