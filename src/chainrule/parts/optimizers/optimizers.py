"""The optimizers: how a parameter w moves against its gradient. One small class each.

Definitions, defaults and where ε stands are PyTorch's, but for the defaults of the learning rates of SGD and momentum.
What PyTorch's optimizers call ``weight_decay`` is the network's penalty ``L2(…, biases=True)``; the decoupled one of
AdamW and Lion is theirs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from chainrule.errors import InputError
from chainrule.expressions import Renamed
from chainrule.parts.contract import OfFunction, Optimizer, Rule, Schedule, setting


class SGD(Optimizer):
    """Gradient descent: w_new = w - η dw.

    Parameters
    ----------
    learning_rate : η, at least 0

    Source: H. Robbins, S. Monro, A stochastic approximation method, 1951.
    """

    learning_rate: float | Schedule = setting(default=0.01, least=0)

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

    learning_rate: float | Schedule = setting(default=0.01, least=0)
    momentum: float = setting(default=0.9, least=0)

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

    learning_rate: float | Schedule = setting(default=0.01, least=0)
    momentum: float = setting(default=0.9, least=0)

    state: ClassVar = ("v",)

    def update(self, q: Rule) -> None:
        q.v_new = q.mu * q.v + q.dw
        q.w_new = q.w - q.eta * (q.dw + q.mu * q.v_new)


class _Moments(Optimizer):
    """The gradient's running mean m and running square v, which Adam and its kin scale their steps by."""

    learning_rate: float | Schedule = setting(default=0.001, least=0)
    beta1: float = setting(default=0.9, least=0, below=1)
    beta2: float = setting(default=0.999, least=0, below=1)
    epsilon: float = setting(default=1e-8, least=0)

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

    weight_decay: float = setting(default=0.01, least=0)

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

    learning_rate: float | Schedule = setting(default=0.002, least=0)
    momentum_decay: float = setting(default=0.004, least=0)

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

    notes: ClassVar = {"rho": "from 5 on, v is trusted"}

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

    learning_rate: float | Schedule = setting(default=0.002, least=0)

    state: ClassVar = ("m", "u")

    def update(self, q: Rule) -> None:
        q.m_new = q.beta1 * q.m + (1 - q.beta1) * q.dw
        q.u_new = np.maximum(q.beta2 * q.u, np.abs(q.dw) + q.epsilon)
        q.m_hat = q.m_new / (1 - q.beta1**q.t)
        q.w_new = q.w - q.eta * q.m_hat / q.u_new


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

    learning_rate: float | Schedule = setting(default=0.01, least=0)
    rho: float = setting(default=0.99, least=0, below=1)
    epsilon: float = setting(default=1e-8, least=0)
    momentum: float = setting(default=0.0, least=0)
    centered: bool = dataclasses.field(default=False, kw_only=True)

    @property
    def state(self) -> tuple[str, ...]:  # type: ignore[override]
        further = {"g": self.centered, "v": self.momentum > 0}
        return ("s", *(name for name, used in further.items() if used))

    def form(self) -> tuple[Any, ...]:
        return (*super().form(), self.momentum > 0)

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

    learning_rate: float | Schedule = setting(default=0.01, least=0)
    epsilon: float = setting(default=1e-10, least=0)

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

    learning_rate: float | Schedule = setting(default=1.0, least=0)
    rho: float = setting(default=0.9, least=0, most=1)
    epsilon: float = setting(default=1e-6, least=0)

    state: ClassVar = ("s", "u")

    def update(self, q: Rule) -> None:
        q.s_new = q.rho * q.s + (1 - q.rho) * np.square(q.dw)
        q.w_step = np.sqrt(q.u + q.epsilon) / np.sqrt(q.s_new + q.epsilon) * q.dw
        q.u_new = q.rho * q.u + (1 - q.rho) * np.square(q.w_step)
        q.w_new = q.w - q.eta * q.w_step


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

    learning_rate: float | Schedule = setting(default=0.0001, least=0)
    beta1: float = setting(default=0.9, least=0, below=1)
    beta2: float = setting(default=0.99, least=0, below=1)
    weight_decay: float = setting(default=0.0, least=0)

    state: ClassVar = ("m",)

    def update(self, q: Rule) -> None:
        q.c = q.beta1 * q.m + (1 - q.beta1) * q.dw
        q.w_decayed = q.w - q.eta * q.weight_decay * q.w
        q.w_new = q.w_decayed - q.eta * np.sign(q.c)
        q.m_new = q.beta2 * q.m + (1 - q.beta2) * q.dw


class Lookahead(Optimizer):
    """Another optimizer's fast steps, and slow weights that every k steps go part of the way after them.

    The inner optimizer states w_fast. In steps k, 2k, … w_slow_new = w_slow + α (w_fast - w_slow), and the weights go
    back there: w_new = w_slow_new. In all others w_slow stays, and w_new = w_fast. The slow weights start as the
    weights are before the first step, so in it w_start = w stands for w_slow.

    Parameters
    ----------
    inner : an optimizer, or its name; its count and memory start anew, and its schedule and clipping are kept
    k : fast steps for each slow one, a whole number, at least 1
    alpha : α, how far the slow weights go, above 0 and at most 1

    Source: M. Zhang et al., Lookahead optimizer: k steps forward, 1 step back, NeurIPS 2019, algorithm 1.
    """

    inner: Any = "adam"
    k: int = setting(default=5, least=1, whole=True)
    alpha: float = setting(default=0.5, above=0, most=1)
    clip: Any = dataclasses.field(default=None, init=False)  # the inner one's

    def __post_init__(self) -> None:
        self.inner = Optimizer.of(self.inner)
        if isinstance(self.inner, Lookahead) or self.inner.full_batch:
            raise InputError(f"Lookahead goes around one of the other optimizers, not around {self.inner}.")
        self._check_names()
        super().__post_init__()
        self.clip = self.inner.clip

    @property
    def state(self) -> tuple[str, ...]:  # type: ignore[override]
        return (*self.inner.state, "w_slow")

    @property
    def start(self) -> Mapping[str, float]:  # type: ignore[override]
        start: Mapping[str, float] = self.inner.start
        return start

    @property
    def notes(self) -> Mapping[str, str]:  # type: ignore[override]
        notes: Mapping[str, str] = self.inner.notes
        return notes

    @property
    def learning_rate(self) -> Any:
        """The inner optimizer's."""
        return self.inner.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner.learning_rate = value

    def label(self) -> str:
        return f"{super().label()} around {self.inner.label()}"

    def numbers(self) -> dict[str, float]:
        own = {"period": self.k, "alpha": self.alpha}  # q.k is the number of outputs
        return {**self.inner.numbers(), **own}

    def _check_names(self) -> None:
        for name in ("period", "alpha"):
            if name in self.inner.numbers():
                raise InputError(
                    f"{self.inner}: a setting can't be called {name} in Lookahead, which has one of that name: rename "
                    "the field."
                )

    def prepare(self, q: Rule) -> None:
        self.inner.prepare(q)
        q.since = q.t - q.period * np.floor(q.t / q.period)

    def update(self, q: Rule) -> None:
        self.inner.update(Renamed(q, w_new="w_fast"))
        q.w_start = np.where(q.t == 1, q.w, q.w_slow)
        q.w_slow_new = np.where(q.since == 0, q.w_start + q.alpha * (q.w_fast - q.w_start), q.w_start)
        q.w_new = np.where(q.since == 0, q.w_slow_new, q.w_fast)


class LBFGS(Optimizer):
    """L-BFGS, scipy's: steps by the loss's curvature, estimated from the last steps, each as long as pays.

    It takes all samples at once, and in each iteration may ask for the loss several times, until the step is long
    enough and not too long; so an iteration is an epoch, and a step's program ends at the gradients. It ends where it
    has converged, and each `fit` begins anew, without the steps of an earlier one.

    Parameters
    ----------
    pairs : how many of the last steps it remembers, at least 1
    loss_tolerance : it ends when the loss falls by less than this part of itself (of 1, if that is more), at least 0
    gradient_tolerance : it ends when no entry of a gradient is above this, at least 0

    Raises
    ------
    InputError : for a clipping; its line search needs the gradients as they are

    Source: D. Liu, J. Nocedal, On the limited memory BFGS method for large scale optimization, 1989; R. Byrd et al., A
    limited memory algorithm for bound constrained optimization, 1995, as scipy's L-BFGS-B without bounds.
    """

    pairs: int = setting(default=10, least=1, whole=True)
    loss_tolerance: float = setting(default=2.220446049250313e-09, least=0)
    gradient_tolerance: float = setting(default=1e-5, least=0)

    full_batch: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.clip is not None:
            raise InputError(
                f"LBFGS takes no clip = {self.clip}: its line search needs the gradients as they are."
            )

    @classmethod
    def name(cls) -> str:
        return "lbfgs"

    def form(self) -> tuple[Any, ...]:
        return (type(self), *self.settings().values())  # scipy reads them once, so none is steered

    def options(self, iterations: int) -> dict[str, float]:
        """What scipy is told, for so many iterations at most."""
        return {
            "maxiter": iterations,
            "maxfun": 100 * iterations,
            "maxcor": self.pairs,
            "ftol": self.loss_tolerance,
            "gtol": self.gradient_tolerance,
        }


class UpdateFunction(OfFunction, Optimizer):
    """One's own optimizer, from a plain function of w and dw: ``lambda w, dw: w - 0.01 * dw``.

    It remembers nothing; one that does is a class with its `state`.
    """

    kind: ClassVar[str] = "own optimizer"

    def update(self, q: Rule) -> None:
        q.w_new = q.apply(self.function, q.w, q.dw)
