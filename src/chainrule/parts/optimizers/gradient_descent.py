"""Gradient descent, and with momentum."""

from __future__ import annotations

from typing import ClassVar

from chainrule.parts.contract import Optimizer, Rule, Schedule, setting


class SGD(Optimizer):
    """Gradient descent: w_new = w - η dw.

    Parameters
    ----------
    learning_rate : η, at least 0

    Source: H. Robbins, S. Monro, A stochastic approximation method, 1951.
    """

    learning_rate: float | Schedule = setting(default=0.01, ge=0)

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

    learning_rate: float | Schedule = setting(default=0.01, ge=0)
    momentum: float = setting(default=0.9, ge=0)

    state: ClassVar = ("v",)

    def update(self, q: Rule) -> None:
        q.v_new = q.mu * q.v + q.dw
        q.w_new = q.w - q.eta * q.v_new


class Nesterov(Optimizer):
    """Nesterov's momentum: v_new = μ v + dw, w_new = w - η (dw + μ v_new), the next step's momentum in this one.

    Parameters
    ----------
    learning_rate : η, at least 0
    momentum : μ, at least 0 and usually below 1

    Source: Y. Nesterov, A method of solving a convex programming problem with convergence rate O(1/k²), 1983; in the
    form of I. Sutskever et al., On the importance of initialization and momentum in deep learning, ICML 2013, as in
    PyTorch.
    """

    learning_rate: float | Schedule = setting(default=0.01, ge=0)
    momentum: float = setting(default=0.9, ge=0)

    state: ClassVar = ("v",)

    def update(self, q: Rule) -> None:
        q.v_new = q.mu * q.v + q.dw
        q.w_new = q.w - q.eta * (q.dw + q.mu * q.v_new)
