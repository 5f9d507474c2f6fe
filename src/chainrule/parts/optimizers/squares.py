"""Steps scaled by the squares of the gradients so far."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from chainrule.parts.contract import Optimizer, Rule, Schedule, setting


class RMSprop(Optimizer):
    """RMSprop: a step scaled by the gradient's running square: s_new = ρ s + (1 - ρ) dw², w_new = w - η dw_scaled.

    dw_scaled = dw / (√s_new + ε). Centered, √s_centered stands for √s_new, with s_centered = s_new - g_new² and the
    running mean g_new = ρ g + (1 - ρ) dw. With momentum, v_new = μ v + dw_scaled and w_new = w - η v_new.

    Parameters
    ----------
    learning_rate : η, at least 0
    rho : ρ, how long s remembers, at least 0 and below 1
    epsilon : ε, at least 0, keeps the division finite
    momentum : μ, at least 0
    centered : whether the square is taken around the running mean

    Source: T. Hinton, Neural networks for machine learning, lecture 6e, 2012; centered and with momentum: A. Graves,
    Generating sequences with recurrent neural networks, 2013, eq. 38 to 41, with ε outside the root, as in PyTorch.
    """

    learning_rate: float | Schedule = setting(default=0.01, ge=0)
    rho: float = setting(default=0.99, ge=0, lt=1)
    epsilon: float = setting(default=1e-8, ge=0)
    momentum: float = setting(default=0.0, ge=0)
    centered: bool = dataclasses.field(default=False, kw_only=True)

    @property
    def state(self) -> tuple[str, ...]:  # type: ignore[override]
        further = {"g": self.centered, "v": self.momentum > 0}
        return ("s", *(name for name, used in further.items() if used))

    def cache_key(self) -> tuple[Any, ...]:
        return (*super().cache_key(), self.momentum > 0)

    def numbers(self) -> dict[str, float]:
        return {name: value for name, value in super().numbers().items() if name != "mu" or self.momentum}

    def update(self, q: Rule) -> None:
        q.s_new = q.rho * q.s + (1 - q.rho) * np.square(q.dw)
        if self.centered:
            q.g_new = q.rho * q.g + (1 - q.rho) * q.dw
            q.s_centered = np.maximum(0, q.s_new - np.square(q.g_new))
        q.dw_scaled = q.dw / (np.sqrt(q.s_centered if self.centered else q.s_new) + q.epsilon)
        if not self.momentum:
            q.w_new = q.w - q.eta * q.dw_scaled
            return
        q.v_new = q.mu * q.v + q.dw_scaled
        q.w_new = q.w - q.eta * q.v_new


class Adagrad(Optimizer):
    """Adagrad: a step scaled by all squared gradients so far: s_new = s + dw², w_new = w - η dw / (√s_new + ε).

    Parameters
    ----------
    learning_rate : η, at least 0
    epsilon : ε, at least 0, keeps the division finite

    Source: J. Duchi, E. Hazan, Y. Singer, Adaptive subgradient methods for online learning and stochastic optimization,
    2011, figure 1 (diagonal).
    """

    learning_rate: float | Schedule = setting(default=0.01, ge=0)
    epsilon: float = setting(default=1e-10, ge=0)

    state: ClassVar = ("s",)

    def update(self, q: Rule) -> None:
        q.s_new = q.s + np.square(q.dw)
        q.w_new = q.w - q.eta * q.dw / (np.sqrt(q.s_new) + q.epsilon)


class Adadelta(Optimizer):
    """Adadelta: a step as large as recent steps were: w_step = √(u + ε) / √(s_new + ε) dw, w_new = w - η w_step.

    s_new = ρ s + (1 - ρ) dw² and u_new = ρ u + (1 - ρ) w_step² are the running squares of gradients and of steps.

    Parameters
    ----------
    learning_rate : η, at least 0
    rho : ρ, how long s and u remember, at least 0 and at most 1
    epsilon : ε, at least 0, what the first steps start from

    Source: M. Zeiler, ADADELTA: an adaptive learning rate method, 2012, algorithm 1.
    """

    learning_rate: float | Schedule = setting(default=1.0, ge=0)
    rho: float = setting(default=0.9, ge=0, le=1)
    epsilon: float = setting(default=1e-6, ge=0)

    state: ClassVar = ("s", "u")

    def update(self, q: Rule) -> None:
        q.s_new = q.rho * q.s + (1 - q.rho) * np.square(q.dw)
        q.w_step = np.sqrt(q.u + q.epsilon) / np.sqrt(q.s_new + q.epsilon) * q.dw
        q.u_new = q.rho * q.u + (1 - q.rho) * np.square(q.w_step)
        q.w_new = q.w - q.eta * q.w_step
