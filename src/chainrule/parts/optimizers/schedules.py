"""The schedules: how the learning rate η goes with the steps t = 1, 2, … One small class each.

A schedule stands where an optimizer's learning rate stands: ``Adam(Cosine(0.001))``. Its own learning rate is η0. Where
PyTorch has the schedule, step t takes the rate that PyTorch's has after t - 1 calls of its ``step()``: t = 1 is
PyTorch's first step.
"""

from __future__ import annotations

import math
from dataclasses import MISSING
from typing import Any

import numpy as np

from chainrule.parts.contract import Rule, Schedule, setting


class WarmUp(Schedule):
    """Warm-up: η = η0 min(1, t / steps), a straight line up to η0, and η0 from there on.

    Parameters
    ----------
    learning_rate : η0, at least 0
    steps : how many steps it takes, at least 1
    warmup : a warm-up more, before that

    Source: P. Goyal et al., Accurate, large minibatch SGD, 2017, section 2.2.
    """

    learning_rate: float = setting(MISSING, ge=0)
    steps: int = setting(MISSING, ge=1, whole=True)

    def rate(self, q: Rule) -> None:
        q.eta = q.eta0 * np.minimum(1, q.t / q.steps)


class StepDecay(Schedule):
    """Step decay: η = η0 factorⁿ with n = floor((t - 1) / every), PyTorch's StepLR.

    Parameters
    ----------
    learning_rate : η0, at least 0
    every : after how many steps the rate falls, at least 1
    factor : what it falls to, at least 0
    warmup : steps over which the rate first rises, at least 0

    Source: K. He et al., Deep residual learning for image recognition, CVPR 2016, section 3.4.
    """

    learning_rate: float = setting(MISSING, ge=0)
    every: int = setting(MISSING, ge=1, whole=True)
    factor: float = setting(default=0.1, ge=0)

    def rate(self, q: Rule) -> None:
        q.eta = q.eta0 * q.factor ** np.floor((q.t - 1) / q.every)


class Exponential(Schedule):
    """Exponential decay: η = η0 factorⁿ with n = t - 1, PyTorch's ExponentialLR.

    Parameters
    ----------
    learning_rate : η0, at least 0
    factor : what the rate is multiplied by after each step, at least 0 and usually a little below 1
    warmup : steps over which the rate first rises, at least 0

    Source: C. Darken, J. Chang, J. Moody, Learning rate schedules for faster stochastic gradient search, 1992.
    """

    learning_rate: float = setting(MISSING, ge=0)
    factor: float = setting(MISSING, ge=0)

    def rate(self, q: Rule) -> None:
        q.eta = q.eta0 * q.factor ** (q.t - 1)


class _Spanning(Schedule):
    """A schedule over so many steps; left open, they are those of the training, counted from its optimizer's first."""

    learning_rate: float = setting(MISSING, ge=0)
    steps: int | None = setting(default=None, ge=1, whole=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._open = self.steps is None

    def over(self, steps: int) -> None:
        if self._open:
            self.__dict__["steps"] = steps

    def cache_key(self) -> tuple[Any, ...]:
        return (type(self), bool(self.warmup))  # the number of steps, too, is read by its name


class Cosine(_Spanning):
    """Cosine decay: η = η_min + (η0 - η_min) (1 + cos(π u)) / 2 with u = min(1, (t - 1) / steps).

    Within its steps it is PyTorch's CosineAnnealingLR; after them it stays at η_min, where PyTorch's rises again.

    Parameters
    ----------
    learning_rate : η0, at least 0
    steps : until the rate is η_min, at least 1; None: up to the end of the training, which `fit` and `steps` put in
        for as long as it takes, counted from the optimizer's first step; so a second `fit` goes on along a longer curve
    eta_min : at least 0
    warmup : steps over which the rate first rises, at least 0

    Source: I. Loshchilov, F. Hutter, SGDR: stochastic gradient descent with warm restarts, ICLR 2017, eq. 5.
    """

    eta_min: float = setting(default=0.0, ge=0)

    def rate(self, q: Rule) -> None:
        q.eta = (
            q.eta_min + (q.eta0 - q.eta_min) * (1 + np.cos(math.pi * np.minimum(1, (q.t - 1) / q.steps))) / 2
        )


class OneCycle(_Spanning):
    """One cycle: up to the peak η0 along a cosine, and down to nearly 0 along another, PyTorch's OneCycleLR.

    With n = t - 1: the rate starts from eta_first = η0 / div_factor, is η0 at n = top = pct_start · steps - 1, and
    ends with eta_last = eta_first / final_div_factor at n = steps - 1.

    Parameters
    ----------
    learning_rate : the peak η0, at least 0
    steps : of the whole cycle, at least 1; None: up to the end of the training, which `fit` and `steps` put in
        for as long as it takes
    div_factor : how many times smaller the first rate is than the peak, above 0
    final_div_factor : how many times smaller the last rate is than the first, above 0
    pct_start : the part of the steps in which the rate rises, at least 0 and below 1
    warmup : steps over which the rate first rises, at least 0

    Source: L. Smith, N. Topin, Super-convergence: very fast training of neural networks using large learning rates,
    2018; in PyTorch's form.
    """

    div_factor: float = setting(default=25.0, gt=0)
    final_div_factor: float = setting(default=1e4, gt=0)
    pct_start: float = setting(default=0.3, ge=0, lt=1)

    def rate(self, q: Rule) -> None:
        q.eta_first = q.eta0 / q.div_factor
        q.eta_last = q.eta_first / q.final_div_factor
        q.top = q.pct_start * q.steps - 1
        # Where top is below 1, the first step alone is on the way up, and it is at its beginning.
        up = math.pi * (q.t - 1) / np.maximum(1, q.top)
        down = math.pi * np.minimum(1, (q.t - 1 - q.top) / (q.steps - 1 - q.top))
        q.eta_up = q.eta_first + (q.eta0 - q.eta_first) * (1 - np.cos(up)) / 2
        q.eta_down = q.eta_last + (q.eta0 - q.eta_last) * (1 + np.cos(down)) / 2
        q.eta = np.where(q.t - 1 <= q.top, q.eta_up, q.eta_down)
