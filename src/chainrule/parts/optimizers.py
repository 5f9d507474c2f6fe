"""The optimizers: how a parameter w moves against its gradient. One small class each."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from chainrule.parts.contract import Optimizer, Rule, setting


class SGD(Optimizer):
    """Gradient descent: w_new = w - η dw.

    Parameters
    ----------
    learning_rate : η, at least 0

    Source: H. Robbins, S. Monro, A stochastic approximation method, 1951.
    """

    learning_rate: float = setting(0.01, least=0)

    def update(self, q: Rule) -> None:
        q.w_new = q.w - q.eta * q.dw


class Momentum(Optimizer):
    """Gradient descent with momentum: v_new = μ v + dw, w_new = w - η v_new.

    Parameters
    ----------
    learning_rate : η, at least 0
    momentum : μ, at least 0 and usually below 1

    Source: B. Polyak, Some methods of speeding up the convergence of iteration methods, 1964; in PyTorch's form.
    """

    learning_rate: float = setting(0.01, least=0)
    momentum: float = setting(0.9, least=0)

    state: ClassVar = ("v",)

    def update(self, q: Rule) -> None:
        q.v_new = q.mu * q.v + q.dw
        q.w_new = q.w - q.eta * q.v_new


class Adam(Optimizer):
    """Adam: a step scaled by the gradient's running mean m and running square v, both bias-corrected.

    m_new = β1 m + (1 - β1) dw, v_new = β2 v + (1 - β2) dw², w_new = w - η m_hat / (√v_hat + ε).

    Parameters
    ----------
    learning_rate : η, at least 0
    beta1, beta2 : how long m and v remember, at least 0 and below 1
    epsilon : ε, at least 0, keeps the division finite

    Source: D. Kingma, J. Ba, Adam: a method for stochastic optimization, ICLR 2015, algorithm 1.
    """

    learning_rate: float = setting(0.001, least=0)
    beta1: float = setting(0.9, least=0, below=1)
    beta2: float = setting(0.999, least=0, below=1)
    epsilon: float = setting(1e-8, least=0)

    state: ClassVar = ("m", "v")

    def update(self, q: Rule) -> None:
        q.m_new = q.beta1 * q.m + (1 - q.beta1) * q.dw
        q.v_new = q.beta2 * q.v + (1 - q.beta2) * np.square(q.dw)
        q.m_hat = q.m_new / (1 - q.beta1**q.t)
        q.v_hat = q.v_new / (1 - q.beta2**q.t)
        q.w_new = q.w - q.eta * q.m_hat / (np.sqrt(q.v_hat) + q.epsilon)
