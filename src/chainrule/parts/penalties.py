"""What large weights cost, so that the loss prefers small ones. The program adds it to the loss of the data."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from chainrule.parts.contract import OfFunction, Penalty, Rule, Steered, setting


class L1(Penalty):
    """Lasso: strength · Σ |w|, which draws weights to 0 by the same amount whatever their size.

    Parameters
    ----------
    strength : at least 0
    biases : whether biases and all other parameters cost as well as the weight matrices

    Source: R. Tibshirani, Regression shrinkage and selection via the lasso, 1996.
    """

    strength: float = setting(default=1e-4, ge=0)

    @classmethod
    def title(cls) -> str:
        return "L1"

    def forward(self, q: Rule) -> None:
        q.penalty = q.strength * np.abs(q.w).sum()

    def backward(self, q: Rule) -> None:
        q.dw_penalty = q.strength * np.sign(q.w)


class L2(Penalty):
    """Weight decay: ½ · strength · Σ w², whose gradient is strength · w.

    With ``biases=True`` it is what PyTorch's optimizers call ``weight_decay``.

    Parameters
    ----------
    strength : at least 0
    biases : whether biases and all other parameters cost as well as the weight matrices

    Source: Goodfellow et al., Deep Learning, 2016, section 7.1.1; A. Krogh, J. Hertz, 1991.
    """

    strength: float = setting(default=1e-4, ge=0)

    @classmethod
    def title(cls) -> str:
        return "L2"

    def forward(self, q: Rule) -> None:
        q.penalty = q.strength * np.square(q.w).sum() / 2

    def backward(self, q: Rule) -> None:
        q.dw_penalty = q.strength * q.w


class SharedL2(Steered, Penalty):
    """Weight decay that all samples of a step share: ½ · strength · Σ w² / m, as scikit-learn's perceptrons have it.

    Parameters
    ----------
    strength : at least 0; what scikit-learn calls α in a perceptron and in Ridge, and 1 / C in a logistic regression;
        it may be set between two trainings, whose samples may count for more or less
    biases : whether biases and all other parameters cost as well as the weight matrices

    Source: scikit-learn's `neural_network`.
    """

    strength: float = setting(default=1e-4, ge=0)

    @classmethod
    def name(cls) -> str:
        return "shared_l2"

    @classmethod
    def title(cls) -> str:
        return "L2"

    def forward(self, q: Rule) -> None:
        q.penalty = q.strength * np.square(q.w).sum() / 2 / q.m

    def backward(self, q: Rule) -> None:
        q.dw_penalty = q.strength * q.w / q.m


class ElasticNet(Penalty):
    """Elastic net: l1 · Σ |w| + ½ · l2 · Σ w².

    Parameters
    ----------
    l1, l2 : the strengths of the two, at least 0
    biases : whether biases and all other parameters cost as well as the weight matrices

    Source: H. Zou, T. Hastie, Regularization and variable selection via the elastic net, 2005.
    """

    l1: float = setting(default=1e-4, ge=0)
    l2: float = setting(default=1e-4, ge=0)

    letters: ClassVar = {"l1": "strength1", "l2": "strength2"}

    def forward(self, q: Rule) -> None:
        q.penalty = q.strength1 * np.abs(q.w).sum() + q.strength2 * np.square(q.w).sum() / 2

    def backward(self, q: Rule) -> None:
        q.dw_penalty = q.strength1 * np.sign(q.w) + q.strength2 * q.w


class PenaltyFunction(OfFunction, Penalty):
    """One's own penalty, from a plain function of a weight matrix: ``lambda w: 0.01 * np.abs(w).sum()``.

    Its gradient is derived from it by the chain rule.

    Parameters
    ----------
    function : gets w and gives one number
    biases : whether biases and all other parameters cost as well as the weight matrices
    """

    kind: ClassVar[str] = "own penalty"

    def forward(self, q: Rule) -> None:
        q.penalty = q.apply(self.function, q.w, axes=0)
