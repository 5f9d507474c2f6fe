"""Adam and its kin: steps by the first and second moments of the gradients."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from chainrule.parts.contract import Optimizer, Rule, Schedule, setting


class _Moments(Optimizer):
    """The gradient's running mean m and running square v, which Adam and its kin scale their steps by."""

    learning_rate: float | Schedule = setting(default=0.001, ge=0)
    beta1: float = setting(default=0.9, ge=0, lt=1)
    beta2: float = setting(default=0.999, ge=0, lt=1)
    epsilon: float = setting(default=1e-8, ge=0)

    state: ClassVar[tuple[str, ...]] = ("m", "v")

    def moments(self, q: Rule) -> None:
        """State m_new and v_new."""
        q.m_new = q.beta1 * q.m + (1 - q.beta1) * q.dw
        q.v_new = q.beta2 * q.v + (1 - q.beta2) * np.square(q.dw)


class Adam(_Moments):
    """Adam: a step scaled by the gradient's running mean m and running square v, both bias-corrected.

    m_new = β1 m + (1 - β1) dw, v_new = β2 v + (1 - β2) dw², m_hat = m_new / (1 - β1ᵗ), v_hat = v_new / (1 - β2ᵗ),
    w_new = w - η m_hat / (√v_hat + ε).

    Parameters
    ----------
    learning_rate : η, at least 0
    beta1, beta2 : how long m and v remember, at least 0 and below 1
    epsilon : ε, at least 0, keeps the division finite

    Source: D. Kingma, J. Ba, Adam: a method for stochastic optimization, ICLR 2015, algorithm 1.
    """

    def update(self, q: Rule) -> None:
        self.moments(q)
        q.m_hat = q.m_new / (1 - q.beta1**q.t)
        q.v_hat = q.v_new / (1 - q.beta2**q.t)
        q.w_new = q.w - q.eta * q.m_hat / (np.sqrt(q.v_hat) + q.epsilon)


class AMSGrad(_Moments):
    """AMSGrad: Adam with the largest v so far, so that no step grows because v shrank.

    m_new and v_new are Adam's; v_max_new = max(v_max, v_new), v_hat = v_max_new / (1 - β2ᵗ), and
    w_new = w - η m_hat / (√v_hat + ε).

    Parameters
    ----------
    learning_rate : η, at least 0
    beta1, beta2 : how long m and v remember, at least 0 and below 1
    epsilon : ε, at least 0, keeps the division finite

    Source: S. Reddi, S. Kale, S. Kumar, On the convergence of Adam and beyond, ICLR 2018, algorithm 2; with bias
    correction, as in PyTorch.
    """

    state: ClassVar = ("m", "v", "v_max")

    def update(self, q: Rule) -> None:
        self.moments(q)
        q.v_max_new = np.maximum(q.v_max, q.v_new)
        q.m_hat = q.m_new / (1 - q.beta1**q.t)
        q.v_hat = q.v_max_new / (1 - q.beta2**q.t)
        q.w_new = q.w - q.eta * q.m_hat / (np.sqrt(q.v_hat) + q.epsilon)


class AdamW(_Moments):
    """Adam with decoupled weight decay, which no gradient's size scales: w_decayed = w - η λ w, w_new = w_decayed - …

    The step after it is Adam's: w_new = w_decayed - η m_hat / (√v_hat + ε).

    Parameters
    ----------
    learning_rate : η, at least 0
    beta1, beta2 : how long m and v remember, at least 0 and below 1
    epsilon : ε, at least 0, keeps the division finite
    weight_decay : λ, at least 0; biases decay, too

    Source: I. Loshchilov, F. Hutter, Decoupled weight decay regularization, ICLR 2019, algorithm 2; λ times η, as in
    PyTorch.
    """

    weight_decay: float = setting(default=0.01, ge=0)

    @classmethod
    def name(cls) -> str:
        return "adamw"

    def update(self, q: Rule) -> None:
        self.moments(q)
        q.m_hat = q.m_new / (1 - q.beta1**q.t)
        q.v_hat = q.v_new / (1 - q.beta2**q.t)
        q.w_decayed = q.w - q.eta * q.weight_decay * q.w
        q.w_new = q.w_decayed - q.eta * q.m_hat / (np.sqrt(q.v_hat) + q.epsilon)


class NAdam(_Moments):
    """Adam with Nesterov's momentum: m_hat = μ_next m_new / (1 - p_new μ_next) + (1 - μ_t) dw / (1 - p_new).

    m_new and v_new are Adam's; the momentum μ_t = β1 (1 - ½ 0.96^(t ψ)) rises to β1, μ_next is that of the next step,
    p_new = p μ_t is the product of all so far, and w_new = w - η m_hat / (√v_hat + ε).

    Parameters
    ----------
    learning_rate : η, at least 0
    beta1, beta2 : how long m and v remember, at least 0 and below 1
    epsilon : ε, at least 0, keeps the division finite
    momentum_decay : ψ, how fast the momentum rises, at least 0

    Source: T. Dozat, Incorporating Nesterov momentum into Adam, ICLR workshop 2016; in PyTorch's form.
    """

    learning_rate: float | Schedule = setting(default=0.002, ge=0)
    momentum_decay: float = setting(default=0.004, ge=0)

    state: ClassVar = ("m", "v", "p")
    start: ClassVar = {"p": 1}
    notes: ClassVar = {"p_new": "the product of all momenta"}

    def prepare(self, q: Rule) -> None:
        q.mu_t = q.beta1 * (1 - 0.5 * 0.96 ** (q.t * q.momentum_decay))
        q.mu_next = q.beta1 * (1 - 0.5 * 0.96 ** ((q.t + 1) * q.momentum_decay))

    def update(self, q: Rule) -> None:
        self.moments(q)
        q.p_new = q.p * q.mu_t
        q.m_hat = q.mu_next * q.m_new / (1 - q.p_new * q.mu_next) + (1 - q.mu_t) * q.dw / (1 - q.p_new)
        q.v_hat = q.v_new / (1 - q.beta2**q.t)
        q.w_new = q.w - q.eta * q.m_hat / (np.sqrt(q.v_hat) + q.epsilon)


class RAdam(_Moments):
    """Rectified Adam: as long as v rests on few steps, a step is not scaled by it.

    m_new and v_new are Adam's. ρ = ρ_inf - 2 t β2ᵗ / (1 - β2ᵗ) with ρ_inf = 2 / (1 - β2) - 1 tells how much v rests
    on. Where ρ > 5, w_new = w - η r c m_hat / (√v_new + ε) with c = √(1 - β2ᵗ) and
    r² = (ρ - 4) (ρ - 2) ρ_inf / ((ρ_inf - 4) (ρ_inf - 2) ρ); otherwise w_new = w - η m_hat.

    Parameters
    ----------
    learning_rate : η, at least 0
    beta1, beta2 : how long m and v remember, at least 0 and below 1
    epsilon : ε, at least 0, keeps the division finite

    Source: L. Liu et al., On the variance of the adaptive learning rate and beyond, ICLR 2020, algorithm 2; from
    ρ > 5 on, as in PyTorch.
    """

    notes: ClassVar = {"rho": "above 5, v is trusted"}

    def prepare(self, q: Rule) -> None:
        q.rho_inf = np.maximum(5, 2 / (1 - q.beta2) - 1)  # below 5, ρ never comes above it either
        q.rho = q.rho_inf - 2 * q.t * q.beta2**q.t / (1 - q.beta2**q.t)
        rectified = (q.rho - 4) * (q.rho - 2) * q.rho_inf / ((q.rho_inf - 4) * (q.rho_inf - 2) * q.rho)
        q.r = np.sqrt(np.maximum(0, rectified))
        q.c = np.sqrt(1 - q.beta2**q.t)

    def update(self, q: Rule) -> None:
        self.moments(q)
        q.m_hat = q.m_new / (1 - q.beta1**q.t)
        q.w_step = np.where(q.rho > 5, q.r * q.c * q.m_hat / (np.sqrt(q.v_new) + q.epsilon), q.m_hat)
        q.w_new = q.w - q.eta * q.w_step


class Adamax(_Moments):
    """Adamax: Adam with the largest recent gradient in place of the running square: u_new = max(β2 u, |dw| + ε).

    w_new = w - η m_hat / u_new, with Adam's m_hat.

    Parameters
    ----------
    learning_rate : η, at least 0
    beta1, beta2 : how long m and u remember, at least 0 and below 1
    epsilon : ε, at least 0, keeps the division finite

    Source: D. Kingma, J. Ba, Adam: a method for stochastic optimization, ICLR 2015, algorithm 2; with ε, as in PyTorch.
    """

    learning_rate: float | Schedule = setting(default=0.002, ge=0)

    state: ClassVar = ("m", "u")

    def update(self, q: Rule) -> None:
        q.m_new = q.beta1 * q.m + (1 - q.beta1) * q.dw
        q.u_new = np.maximum(q.beta2 * q.u, np.abs(q.dw) + q.epsilon)
        q.m_hat = q.m_new / (1 - q.beta1**q.t)
        q.w_new = q.w - q.eta * q.m_hat / q.u_new
