"""What a step takes from outside: samples, arrays, numbers of the optimizer, and what chance brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.model.model import Model
from chainrule.parts.contract import Array, Optimizer
from chainrule.program.program import Program


def leaves(
    model: Model,
    program: Program,
    X: Array,
    y: Array | None = None,
    optimizer: Optimizer | None = None,
    weight: Array | None = None,
    noise: Mapping[str, Array] | None = None,
) -> dict[str, Any]:
    """The value of everything that a program takes from outside, for checked samples."""
    values: dict[str, Any] = {
        program.data: X.astype(model.input_dtype, copy=False),
        **model.parameters,
        **model.constants,
        **model.buffers,
        **(noise or {}),
    }
    if y is not None:
        values |= {"m": len(X), "k": model.outputs, "y": y.astype(model.dtype, copy=False)}
    if weight is not None:
        values["weight"] = weight.astype(model.dtype, copy=False)
    if optimizer is not None:
        state = optimizer.state_arrays(model.parameters)
        views = {local: model.parameters.views(flat) for local, flat in state.items()}
        values |= {name: views[local][parameter] for name, (local, parameter) in program.state.items()}
        values |= program.numbers(optimizer)
    return values


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
