"""The activations: what a unit makes of its sum z. One small class each."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from chainrule.expressions import erf
from chainrule.parts.contract import Activation, Array, OfFunction, Rule, setting

LAMBDA, LAMBDA_ALPHA = 1.0507009873554805, 1.7580993408473768  # of SELU


def _exponentials(q: Rule) -> None:
    """State e = e^z and their sum s, for the softmaxes; shifted where a row has an entry beyond ±80."""
    q.top = q.z.max(axis=1, keepdims=True)
    q.shift = np.where(np.abs(q.z).max(axis=1, keepdims=True) < 80, 0, q.top)
    q.e = np.exp(q.z - q.shift)
    q.s = q.e.sum(axis=1, keepdims=True)


class Identity(Activation):
    """No activation, for regression: a = z."""

    def forward(self, q: Rule) -> None:
        q.a = q.z

    def backward(self, q: Rule) -> None:
        q.dz = q.da


class ReLU(Activation):
    """Rectified linear unit: a = max(0, z).

    Its slope is 1 where z > 0 and 0 elsewhere, at the kink z = 0 too.

    Source: V. Nair, G. Hinton, Rectified linear units improve restricted Boltzmann machines, ICML 2010.
    """

    notes: ClassVar = {"dz": "relu′ is 1 where z > 0, otherwise 0"}

    def forward(self, q: Rule) -> None:
        q.a = np.maximum(0, q.z)

    def backward(self, q: Rule) -> None:
        q.dz = q.da * (q.z > 0)


class LeakyReLU(Activation):
    """Leaky rectified linear unit: a = z where z > 0, otherwise slope · z.

    Its slope is 1 where z > 0, otherwise the one that was set, at the kink z = 0 too.

    Parameters
    ----------
    slope : of the lower half, at least 0

    Source: A. Maas, A. Hannun, A. Ng, Rectifier nonlinearities improve neural network acoustic models, ICML 2013.
    """

    slope: float = setting(default=0.01, ge=0)

    notes: ClassVar = {"dz": "leaky relu′ is 1 where z > 0, otherwise the slope that was set"}

    def forward(self, q: Rule) -> None:
        q.a = np.where(q.z > 0, q.z, self.slope * q.z)

    def backward(self, q: Rule) -> None:
        q.dz = np.where(q.z > 0, q.da, self.slope * q.da)


class PReLU(Activation):
    """Parametric rectified linear unit: a = z where z > 0, otherwise α z with a learned α for each unit.

    Its slope is 1 where z > 0, otherwise α, at the kink z = 0 too. α starts at 0.25.

    Source: K. He et al., Delving deep into rectifiers, ICCV 2015.
    """

    notes: ClassVar = {
        "dz": "prelu′ is 1 where z > 0, otherwise α",
        "dalpha": "where z > 0, α changes nothing",
    }

    def parameters(self, width: int, initializer: Any, rng: np.random.Generator) -> dict[str, Array]:
        return {"alpha": np.full(width, 0.25)}

    def forward(self, q: Rule) -> None:
        q.a = np.where(q.z > 0, q.z, q.alpha * q.z)

    def backward(self, q: Rule) -> None:
        q.dz = np.where(q.z > 0, q.da, q.alpha * q.da)
        q.dalpha = (q.da * np.minimum(0, q.z)).sum(axis=0)


class ELU(Activation):
    """Exponential linear unit: a = z where z > 0, otherwise α (e^z - 1), which is above -α.

    Its slope is 1 where z > 0, otherwise a + α, at the kink z = 0 too.

    Parameters
    ----------
    alpha : α, above 0

    Source: D. Clevert, T. Unterthiner, S. Hochreiter, Fast and accurate deep network learning by exponential linear
    units, ICLR 2016.
    """

    alpha: float = setting(default=1.0, gt=0)

    notes: ClassVar = {"dz": "elu′ is 1 where z > 0, otherwise a + α"}

    def forward(self, q: Rule) -> None:
        q.a = np.where(q.z > 0, q.z, self.alpha * np.expm1(np.minimum(0, q.z)))

    def backward(self, q: Rule) -> None:
        q.dz = np.where(q.z > 0, q.da, q.da * (q.a + self.alpha))


class SELU(Activation):
    """Scaled exponential linear unit: a = λ z where z > 0, otherwise λ α (e^z - 1).

    With λ = 1.0507 and α = 1.6733 a layer's outputs tend to mean 0 and variance 1. Its slope is λ where z > 0,
    otherwise a + λ α, at the kink z = 0 too.

    Source: G. Klambauer et al., Self-normalizing neural networks, NIPS 2017.
    """

    notes: ClassVar = {"dz": "selu′ is λ = 1.0507 where z > 0, otherwise a + λ α = a + 1.7581"}

    def forward(self, q: Rule) -> None:
        q.a = np.where(q.z > 0, LAMBDA * q.z, LAMBDA_ALPHA * np.expm1(np.minimum(0, q.z)))

    def backward(self, q: Rule) -> None:
        q.dz = np.where(q.z > 0, LAMBDA * q.da, q.da * (q.a + LAMBDA_ALPHA))


class Sigmoid(Activation):
    """Logistic sigmoid: a = 1 / (1 + e^-z), between 0 and 1.

    Its slope is a (1 - a).

    Source: C. Bishop, Pattern Recognition and Machine Learning, 2006, eq. 4.59.
    """

    notes: ClassVar = {"dz": "sigmoid′ = a (1 - a)"}
    probabilities: ClassVar[bool] = True

    def forward(self, q: Rule) -> None:
        q.a = 1 / (1 + np.exp(-q.z))

    def backward(self, q: Rule) -> None:
        q.dz = q.da * (q.a * (1 - q.a))


class Tanh(Activation):
    """Hyperbolic tangent: a = tanh z, between -1 and 1.

    Its slope is 1 - a².

    Source: Y. LeCun et al., Efficient BackProp, 1998, section 4.4.
    """

    notes: ClassVar = {"dz": "tanh′ = 1 - a²"}

    def forward(self, q: Rule) -> None:
        q.a = np.tanh(q.z)

    def backward(self, q: Rule) -> None:
        q.dz = q.da * (1 - np.square(q.a))


class Softplus(Activation):
    """Softplus, a smooth ReLU: a = log(1 + e^z).

    Its slope is the sigmoid, 1 / (1 + e^-z).

    Source: C. Dugas et al., Incorporating second-order functional knowledge for better option pricing, NIPS 2000.
    """

    notes: ClassVar = {"dz": "softplus′ is the sigmoid"}

    def forward(self, q: Rule) -> None:
        q.a = np.logaddexp(0, q.z)

    def backward(self, q: Rule) -> None:
        q.dz = q.da / (1 + np.exp(-q.z))


class Swish(Activation):
    """Swish, or sigmoid linear unit: a = z g, gated by the sigmoid g = 1 / (1 + e^-z).

    Its slope is g + a (1 - g).

    Source: P. Ramachandran, B. Zoph, Q. Le, Searching for activation functions, 2017, with β = 1; S. Elfwing,
    E. Uchibe, K. Doya, Sigmoid-weighted linear units, 2017.
    """

    notes: ClassVar = {"dz": "swish′ = g + a (1 - g)"}

    def forward(self, q: Rule) -> None:
        q.g = 1 / (1 + np.exp(-q.z))
        q.a = q.z * q.g

    def backward(self, q: Rule) -> None:
        q.dz = q.da * (q.g + q.a * (1 - q.g))


class SiLU(Swish):
    """Sigmoid-weighted linear unit: `Swish` by its other name.

    Source: S. Elfwing, E. Uchibe, K. Doya, Sigmoid-weighted linear units for neural network function approximation in
    reinforcement learning, 2018.
    """

    @classmethod
    def name(cls) -> str:
        return "silu"


class HardSwish(Activation):
    """Swish with straight lines: a = z g, gated by g = (z + 3) / 6, but at least 0 and at most 1.

    Its slope is g, and where -3 < z < 3 it is g + z / 6; at the kinks it is that of the straight lines outside.

    Source: A. Howard et al., Searching for MobileNetV3, ICCV 2019.
    """

    notes: ClassVar = {"dz": "hard swish′ = g + z g′, and g′ is 1/6 where -3 < z < 3, otherwise 0"}

    def forward(self, q: Rule) -> None:
        q.g = np.clip(q.z + 3, 0, 6) / 6
        q.a = q.z * q.g

    def backward(self, q: Rule) -> None:
        q.dz = q.da * (q.g + q.z / 6 * (np.abs(q.z) < 3))


class GELU(Activation):
    """Gaussian error linear unit: a = z g, gated by g = (1 + erf(z / √2)) / 2, the normal distribution up to z.

    Its slope is g + z e^(-z² / 2) / √(2π), where g′ is the normal density.

    Source: D. Hendrycks, K. Gimpel, Gaussian error linear units, 2016.
    """

    notes: ClassVar = {"dz": "gelu′ = g + z g′, and g′ is the normal density"}

    def forward(self, q: Rule) -> None:
        q.g = (1 + erf(q.z / math.sqrt(2))) / 2
        q.a = q.z * q.g

    def backward(self, q: Rule) -> None:
        q.dz = q.da * (q.g + q.z * np.exp(-np.square(q.z) / 2) / math.sqrt(2 * math.pi))


class GELUTanh(Activation):
    """GELU with a tanh in place of erf: a = z g, gated by g = (1 + tanh(√(2/π) (z + 0.044715 z³))) / 2.

    Its slope is g + z g′ with g′ = 2 √(2/π) g (1 - g) (1 + 0.134145 z²).

    Source: D. Hendrycks, K. Gimpel, Gaussian error linear units, 2016.
    """

    notes: ClassVar = {"dz": "gelu′ = g + z g′, and tanh′ = 1 - tanh² makes 4 g (1 - g)"}

    @classmethod
    def name(cls) -> str:
        return "gelu_tanh"

    def forward(self, q: Rule) -> None:
        q.g = (1 + np.tanh(math.sqrt(2 / math.pi) * q.z * (1 + 0.044715 * np.square(q.z)))) / 2
        q.a = q.z * q.g

    def backward(self, q: Rule) -> None:
        slope = math.sqrt(8 / math.pi) * q.g * (1 - q.g) * (1 + 0.134145 * np.square(q.z))
        q.dz = q.da * (q.g + q.z * slope)


class Mish(Activation):
    """Mish: a = z g, gated by g = tanh(log(1 + e^z)).

    Its slope is g + z (1 - g²) / (1 + e^-z).

    Source: D. Misra, Mish: a self regularized non-monotonic activation function, BMVC 2020.
    """

    notes: ClassVar = {"dz": "mish′ = g + z g′: tanh′ is 1 - g², softplus′ the sigmoid"}

    def forward(self, q: Rule) -> None:
        q.g = np.tanh(np.logaddexp(0, q.z))
        q.a = q.z * q.g

    def backward(self, q: Rule) -> None:
        q.dz = q.da * (q.g + q.z * (1 - np.square(q.g)) / (1 + np.exp(-q.z)))


class Softmax(Activation):
    """Softmax: a_i = e^z_i / Σ e^z, positive and summing to 1 over the outputs of a sample.

    The exponentials are the textbook's e^z wherever those can be computed; where a row has an entry beyond
    ±80, its maximum is taken off first, which leaves a as it is.

    Source: J. Bridle, Probabilistic interpretation of feedforward network outputs, 1990; Goodfellow et al.,
    Deep Learning, 2016, section 4.1 (the shift).
    """

    notes: ClassVar = {"dz": "∂a_i/∂z_j = a_i (δ_ij - a_j)"}
    quiet: ClassVar = ("top", "shift")
    probabilities: ClassVar[bool] = True
    couples_outputs: ClassVar[bool] = True

    def forward(self, q: Rule) -> None:
        _exponentials(q)
        q.a = q.e / q.s

    def backward(self, q: Rule) -> None:
        q.dz = q.a * (q.da - (q.da * q.a).sum(axis=1, keepdims=True))


class LogSoftmax(Activation):
    """Logarithm of softmax: a_i = z_i - log Σ e^z, at most 0; its gradient needs the softmax p_i = e^z_i / Σ e^z.

    The exponentials are shifted as softmax shifts them.

    Source: Goodfellow et al., Deep Learning, 2016, eq. 6.30.
    """

    notes: ClassVar = {"dz": "each output pays its share p of Σ da"}
    quiet: ClassVar = ("top", "shift")
    couples_outputs: ClassVar[bool] = True

    def forward(self, q: Rule) -> None:
        _exponentials(q)
        q.p = q.e / q.s
        q.a = q.z - q.shift - np.log(q.s)

    def backward(self, q: Rule) -> None:
        q.dz = q.da - q.p * q.da.sum(axis=1, keepdims=True)


class Function(OfFunction, Activation):
    """One's own activation, from a plain function of z: ``lambda z: z * np.tanh(np.log1p(np.exp(z)))``.

    Its backward rule is derived from it by the chain rule.

    Parameters
    ----------
    function : gets z (m, n) and gives a in the same shape
    """

    kind: ClassVar[str] = "own activation"

    def forward(self, q: Rule) -> None:
        q.a = q.apply(self.function, q.z)
