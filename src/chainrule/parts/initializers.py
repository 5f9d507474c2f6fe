"""How weights start. Biases start at 0."""

from __future__ import annotations

import numpy as np

from chainrule.parts.contract import Array, Initializer, setting


class Glorot(Initializer):
    """Uniform between ±√(6 / (inputs + outputs)).

    Source: X. Glorot, Y. Bengio, Understanding the difficulty of training deep feedforward networks, 2010, eq. 16.
    """

    def draw(self, rng: np.random.Generator, inputs: int, outputs: int) -> Array:
        limit = np.sqrt(6 / (inputs + outputs))
        return rng.uniform(-limit, limit, (inputs, outputs))


class He(Initializer):
    """Normal with standard deviation √(2 / inputs), made for ReLU.

    Source: K. He et al., Delving deep into rectifiers, 2015, eq. 10.
    """

    def draw(self, rng: np.random.Generator, inputs: int, outputs: int) -> Array:
        return rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs))


class Normal(Initializer):
    """Normal with mean 0 and standard deviation `std`, at least 0."""

    std: float = setting(0.01, least=0)

    def draw(self, rng: np.random.Generator, inputs: int, outputs: int) -> Array:
        return self.std * rng.standard_normal((inputs, outputs))
