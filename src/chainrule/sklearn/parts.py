"""The mathematics of scikit-learn's multilayer perceptrons where it differs from chainrule's own, as parts.

Source of all of them: scikit-learn's `neural_network`, whose numbers they give.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from chainrule.parts.activations import Sigmoid
from chainrule.parts.contract import Activation, Loss, Optimizer, Rule, setting


class Exponential(Activation):
    """a = e^z: a rate of any size above 0."""

    def forward(self, q: Rule) -> None:
        q.a = np.exp(q.z)

    def backward(self, q: Rule) -> None:
        q.dz = q.da * q.a


class LogLoss(Loss):
    """Cross-entropy of probabilities that are first brought between ε and 1 - ε; its gradient is that without.

    Parameters
    ----------
    epsilon : ε, the distance from 1 to the next number of the network's precision
    """

    epsilon: float = setting(default=2.220446049250313e-16, gt=0, lt=1)

    is_classification: ClassVar[bool] = True

    def for_output(self, output: Activation, outputs: int) -> Loss:
        return (_BinaryLogLoss if isinstance(output, Sigmoid) else _ClassLogLoss)(**self.settings())

    def _compare(self, q: Rule) -> None:
        q.p = np.clip(q.a, self.epsilon, 1 - self.epsilon)


class _ClassLogLoss(LogLoss):
    single_label: ClassVar[bool] = True
    notes: ClassVar = {"dz": "as without the bounds of p"}

    def forward(self, q: Rule) -> None:
        self._compare(q)
        q.l = -(q.y * np.log(q.p)).sum(axis=1)

    def backward(self, q: Rule) -> None:
        q.da = -q.y / q.a / q.m
        q.dz = (q.a - q.y) / q.m


class _BinaryLogLoss(LogLoss):
    notes: ClassVar = {"dz": "as without the bounds of p"}

    def forward(self, q: Rule) -> None:
        self._compare(q)
        q.l = -(q.y * np.log(q.p) + (1 - q.y) * np.log(1 - q.p)).sum(axis=1)

    def backward(self, q: Rule) -> None:
        q.da = ((1 - q.y) / (1 - q.a) - q.y / q.a) / q.m
        q.dz = (q.a - q.y) / q.m


class MeanHalfSquaredError(Loss):
    """l = ½ Σ (a - y)² / k, the mean over the k outputs; the gradient is that of the sum over them."""

    notes: ClassVar = {"da": "of the sum over the outputs, where the loss is their mean"}

    def forward(self, q: Rule) -> None:
        q.l = np.square(q.a - q.y).sum(axis=1) / 2 / q.k

    def backward(self, q: Rule) -> None:
        q.da = (q.a - q.y) / q.m


class HalfPoissonDeviance(Loss):
    """l = Σ (y log(y / a) - y + a), half the deviance of counts y from the rates a; 0 log 0 is 0."""

    def forward(self, q: Rule) -> None:
        q.l = (np.where(q.y == 0, 0, q.y * np.log(q.y / q.a)) - q.y + q.a).sum(axis=1)

    def backward(self, q: Rule) -> None:
        q.da = (1 - q.y / q.a) / q.m
        q.dz = (q.a - q.y) / q.m


class RateAdam(Optimizer):
    """Adam with both corrections in the rate: η_t = η √(1 - β2ᵗ) / (1 - β1ᵗ), w_new = w - η_t m_new / (√v_new + ε).

    Parameters
    ----------
    learning_rate : η, at least 0
    beta1, beta2 : how long m and v remember, at least 0 and below 1
    epsilon : ε, which here is not corrected, at least 0

    Source: D. Kingma, J. Ba, Adam: a method for stochastic optimization, ICLR 2015, end of section 2.
    """

    learning_rate: float = setting(default=0.001, ge=0)
    beta1: float = setting(default=0.9, ge=0, lt=1)
    beta2: float = setting(default=0.999, ge=0, lt=1)
    epsilon: float = setting(default=1e-8, ge=0)

    state: ClassVar[tuple[str, ...]] = ("m", "v")

    def prepare(self, q: Rule) -> None:
        q.eta_t = q.eta * np.sqrt(1 - q.beta2**q.t) / (1 - q.beta1**q.t)

    def update(self, q: Rule) -> None:
        q.m_new = q.beta1 * q.m + (1 - q.beta1) * q.dw
        q.v_new = q.beta2 * q.v + (1 - q.beta2) * np.square(q.dw)
        q.w_new = q.w - q.eta_t * q.m_new / (np.sqrt(q.v_new) + q.epsilon)


class VelocityMomentum(Optimizer):
    """Gradient descent by a velocity: v_new = μ v - η dw, w_new = w + v_new.

    The rate is part of the velocity, so a smaller rate counts from the next gradient on.

    Parameters
    ----------
    learning_rate : η, at least 0
    momentum : μ, at least 0

    Source: I. Sutskever et al., On the importance of initialization and momentum in deep learning, ICML 2013, eq. 1, 2.
    """

    learning_rate: float = setting(default=0.001, ge=0)
    momentum: float = setting(default=0.9, ge=0)

    state: ClassVar[tuple[str, ...]] = ("v",)

    def update(self, q: Rule) -> None:
        q.v_new = q.mu * q.v - q.eta * q.dw
        q.w_new = q.w + q.v_new


class VelocityNesterov(VelocityMomentum):
    """The same with the next step's momentum in this one: w_new = w + (μ v_new - η dw).

    Parameters
    ----------
    learning_rate : η, at least 0
    momentum : μ, at least 0

    Source: I. Sutskever et al., On the importance of initialization and momentum in deep learning, ICML 2013, eq. 3, 4.
    """

    def update(self, q: Rule) -> None:
        q.v_new = q.mu * q.v - q.eta * q.dw
        q.w_new = q.w + (q.mu * q.v_new - q.eta * q.dw)
