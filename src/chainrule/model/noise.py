"""What chance brings to a step, as dropout's random numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from chainrule.model.model import Model
from chainrule.parts.contract import Array


def noise_arrays(model: Model, samples: int) -> dict[str, Array]:
    """Room for the noise of a step."""
    noise = model.program().noise
    return {name: np.empty((samples, width), model.dtype) for name, (_, width) in noise.items()}


def draw_noise(model: Model, rng: np.random.Generator, into: Mapping[str, Array]) -> None:
    """Fill the noise of a step, in the order of the layers."""
    for name, (spread, _) in model.program().noise.items():
        if spread == "uniform":
            rng.random(out=into[name], dtype=into[name].dtype)
        else:
            rng.standard_normal(out=into[name], dtype=into[name].dtype)


def drawn_noise(model: Model, rng: np.random.Generator, samples: int) -> dict[str, Array]:
    """The noise of a step, in arrays of its own."""
    into = noise_arrays(model, samples)
    draw_noise(model, rng, into)
    return into
