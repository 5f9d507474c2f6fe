"""What a step takes from outside: samples, arrays, numbers of the optimizer, and what chance brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule.model.model import Model, target_dtype
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
        values |= program.numbers(optimizer, model.penalty)
        values |= {"m": len(X), "k": model.outputs, program.target: y.astype(target_dtype(model), copy=False)}
    if weight is not None:
        values["weight"] = weight.astype(model.dtype, copy=False)
    if optimizer is not None:
        state = optimizer.state_arrays(model.parameters)
        views = {local: model.parameters.views(flat) for local, flat in state.items()}
        values |= {name: views[local][parameter] for name, (local, parameter) in program.state.items()}
    return values
