"""The activations: what a unit makes of its sum z. One small class each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from chainrule.parts.contract import Activation, Rule


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


class Sigmoid(Activation):
    """Logistic sigmoid: a = 1 / (1 + e^-z), between 0 and 1.

    Its slope is a (1 - a).

    Source: C. Bishop, Pattern Recognition and Machine Learning, 2006, eq. 4.59.
    """

    notes: ClassVar = {"dz": "sigmoid′ = a (1 - a)"}

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


class Softmax(Activation):
    """Softmax: a_i = e^z_i / Σ e^z, positive and summing to 1 over the outputs of a sample.

    The exponentials are the textbook's e^z wherever those can be computed; where a row has an entry beyond
    ±80, its maximum is taken off first, which leaves a as it is.

    Source: J. Bridle, Probabilistic interpretation of feedforward network outputs, 1990; Goodfellow et al.,
    Deep Learning, 2016, section 4.1 (the shift).
    """

    quiet: ClassVar = ("top", "shift")

    def forward(self, q: Rule) -> None:
        q.top = q.z.max(axis=1, keepdims=True)
        q.shift = np.where(np.abs(q.z).max(axis=1, keepdims=True) < 80, 0, q.top)
        q.e = np.exp(q.z - q.shift)
        q.s = q.e.sum(axis=1, keepdims=True)
        q.a = q.e / q.s

    def backward(self, q: Rule) -> None:
        q.dz = q.a * (q.da - (q.da * q.a).sum(axis=1, keepdims=True))


class Function(Activation):
    """One's own activation, from a plain function of z: ``lambda z: z * np.tanh(np.log1p(np.exp(z)))``.

    Its backward rule is derived from it by the chain rule. The function is called, not read: it may be a
    lambda, a closure, or come from a notebook.
    """

    kind: ClassVar[str] = "own activation"

    def __init__(self, function: Callable[[Any], Any]) -> None:
        """Take `function`, which gets z (m, n) and gives a in the same shape."""
        self.function = function

    def forward(self, q: Rule) -> None:
        q.a = q.apply(self.function, q.z)

    def settings(self) -> dict[str, Any]:
        return {}

    def label(self) -> str:
        return str(self)

    def __str__(self) -> str:
        name = getattr(self.function, "__name__", type(self.function).__name__)
        return "own function" if name == "<lambda>" else name
