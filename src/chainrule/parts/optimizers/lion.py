"""Steps by the sign of the momentum."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from chainrule.parts.contract import Optimizer, Rule, Schedule, setting


class Lion(Optimizer):
    """Lion: every step as large as the learning rate, in the direction c's sign says: w_new = w_decayed - η sign(c).

    c = β1 m + (1 - β1) dw looks at the newest gradient more than the memory m_new = β2 m + (1 - β2) dw does, and
    w_decayed = w - η λ w.

    Parameters
    ----------
    learning_rate : η, at least 0, usually a third to a tenth of Adam's
    beta1, beta2 : how long c and m remember, at least 0 and below 1
    weight_decay : λ, at least 0; biases decay, too

    Source: X. Chen et al., Symbolic discovery of optimization algorithms, NeurIPS 2023, algorithm 2.
    """

    learning_rate: float | Schedule = setting(default=0.0001, ge=0)
    beta1: float = setting(default=0.9, ge=0, lt=1)
    beta2: float = setting(default=0.99, ge=0, lt=1)
    weight_decay: float = setting(default=0.0, ge=0)

    state: ClassVar = ("m",)

    def update(self, q: Rule) -> None:
        q.c = q.beta1 * q.m + (1 - q.beta1) * q.dw
        q.w_decayed = q.w - q.eta * q.weight_decay * q.w
        q.w_new = q.w_decayed - q.eta * np.sign(q.c)
        q.m_new = q.beta2 * q.m + (1 - q.beta2) * q.dw
