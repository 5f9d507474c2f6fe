"""The losses of numbers: how far outputs are from what was measured or counted."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar

import numpy as np

from chainrule.errors import InputError
from chainrule.parts.activations import Identity, ReLU, Sigmoid, Softmax, Softplus
from chainrule.parts.contract import Activation, Array, Loss, Rule, setting
from chainrule.parts.losses.shared import entry, is_own


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
        q.l = np.square(q.a - q.y).sum(axis=1) / 2

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

    delta: float = setting(default=1.0, gt=0)

    notes: ClassVar = {"c": "the error itself, but between -δ and δ: the slope"}

    def forward(self, q: Rule) -> None:
        q.r = q.a - q.y
        q.c = np.clip(q.r, -self.delta, self.delta)
        q.l = (q.c * (q.r - q.c / 2)).sum(axis=1) / q.k
        beyond = self.delta * (np.abs(q.r) - self.delta / 2)
        q.also(l=np.where(np.abs(q.r) <= self.delta, np.square(q.r) / 2, beyond).sum(axis=1) / q.k)

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

    q: float = setting(default=0.5, gt=0, lt=1)

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

    real_targets: ClassVar[bool] = False

    def for_output(self, output: Activation, outputs: int) -> Loss:
        own = is_own(output)
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
            raise InputError(f"{entry(y, wrong)}: targets of poisson are counts, at least 0.")


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
