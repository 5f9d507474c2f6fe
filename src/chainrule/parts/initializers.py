"""How weights start. Biases start at 0."""

from __future__ import annotations

import dataclasses

import numpy as np

from chainrule.parts.contract import Array, Initializer, setting


class _Scaled(Initializer):
    """Weights of mean 0 whose variance is a ratio of whole numbers, normal or uniform."""

    normal: bool = dataclasses.field(default=False, kw_only=True)

    def variance(self, inputs: int, outputs: int) -> tuple[int, int]:
        """The variance as a numerator and a denominator."""
        raise NotImplementedError

    def draw(self, rng: np.random.Generator, inputs: int, outputs: int) -> Array:
        over, under = self.variance(inputs, outputs)
        if self.normal:
            return rng.normal(0, np.sqrt(over / under), (inputs, outputs))
        limit = np.sqrt(3 * over / under)
        return rng.uniform(-limit, limit, (inputs, outputs))


class Glorot(_Scaled):
    """Uniform between ±√(6 / (inputs + outputs)), or normal with standard deviation √(2 / (inputs + outputs)).

    Parameters
    ----------
    normal : whether it is normal

    Source: X. Glorot, Y. Bengio, Understanding the difficulty of training deep feedforward networks, 2010, eq. 12 (the
    variance) and 16 (uniform).
    """

    def variance(self, inputs: int, outputs: int) -> tuple[int, int]:
        return 2, inputs + outputs


class He(_Scaled):
    """Normal with standard deviation √(2 / inputs), or uniform between ±√(6 / inputs); made for ReLU.

    Parameters
    ----------
    normal : whether it is normal

    Source: K. He et al., Delving deep into rectifiers, 2015, eq. 10.
    """

    normal: bool = dataclasses.field(default=True, kw_only=True)

    def variance(self, inputs: int, outputs: int) -> tuple[int, int]:
        return 2, inputs


class LeCun(_Scaled):
    """Normal with standard deviation √(1 / inputs), or uniform between ±√(3 / inputs); made for SELU, too.

    Parameters
    ----------
    normal : whether it is normal

    Source: Y. LeCun et al., Efficient BackProp, 1998, eq. 16.
    """

    normal: bool = dataclasses.field(default=True, kw_only=True)

    @classmethod
    def name(cls) -> str:
        return "lecun"

    def variance(self, inputs: int, outputs: int) -> tuple[int, int]:
        return 1, inputs


class Orthogonal(Initializer):
    """The gain times a matrix whose columns are of length 1 and orthogonal; its rows, where there are fewer of them.

    It is Q of the factors Q · R of a matrix of normal numbers, with the signs that make the diagonal of R positive, so
    that every orthogonal matrix is as likely.

    Parameters
    ----------
    gain : the length, at least 0

    Source: A. Saxe, J. McClelland, S. Ganguli, Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks, ICLR 2014; the signs: F. Mezzadri, How to generate random matrices from the classical compact
    groups, 2007.
    """

    gain: float = setting(default=1.0, ge=0)

    def draw(self, rng: np.random.Generator, inputs: int, outputs: int) -> Array:
        few, many = sorted((inputs, outputs))
        q, r = np.linalg.qr(rng.standard_normal((many, few)))
        q *= self.gain * np.where(np.diagonal(r) < 0, -1, 1)
        return q if inputs == many else q.T


class Normal(Initializer):
    """Normal with mean 0.

    Parameters
    ----------
    std : the standard deviation, at least 0

    Source: D. Rumelhart, G. Hinton, R. Williams, Learning internal representations by error propagation, 1986: small
    random weights, so that the units of a layer differ.
    """

    std: float = setting(default=0.01, ge=0)

    def draw(self, rng: np.random.Generator, inputs: int, outputs: int) -> Array:
        return self.std * rng.standard_normal((inputs, outputs))


class Uniform(Initializer):
    """Uniform between ±limit.

    Parameters
    ----------
    limit : at least 0

    Source: as for `Normal`.
    """

    limit: float = setting(default=0.05, ge=0)

    def draw(self, rng: np.random.Generator, inputs: int, outputs: int) -> Array:
        return rng.uniform(-self.limit, self.limit, (inputs, outputs))


class Constant(Initializer):
    """The same number everywhere; the units of a hidden layer then stay equal, so it is there to show that.

    Parameters
    ----------
    value : any number

    Source: Goodfellow et al., Deep Learning, 2016, section 8.4 (why units have to start different).
    """

    value: float = setting(default=0.0)

    def draw(self, rng: np.random.Generator, inputs: int, outputs: int) -> Array:
        return np.full((inputs, outputs), self.value)


class Zeros(Initializer):
    """0 everywhere: right for a network without hidden layers, and otherwise there to show why it is not.

    Source: Goodfellow et al., Deep Learning, 2016, section 8.4 (why units have to start different).
    """

    def draw(self, rng: np.random.Generator, inputs: int, outputs: int) -> Array:
        return np.zeros((inputs, outputs))
