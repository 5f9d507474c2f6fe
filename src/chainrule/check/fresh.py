"""A step of the same network on other numbers, on which two formulas that only seem the same differ."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.model.record import Record

SAMPLES = 24  # so many that a function with a kink is on both sides of it


def fresh_steps(record: Record) -> list[dict[str, Any]]:
    """Every quantity of steps with samples at random and weights at random: of several, as units may be off in one."""
    return [record.program.run(_leaves(record, np.random.default_rng(seed))) for seed in (20, 21, 22)]


def fresh_record(
    record: Record, rng: np.random.Generator, samples: int, step: int = 3, width: int = 0, scale: float = 1.0
) -> Record:
    """The same step with so many samples and with weights at random, as that number of an optimizer's steps.

    With a width all layers have that, since a program does not depend on it: no shape then shows what is transposed.
    """
    if width:
        leaves = {
            name: _as_wide(value, width) if record.program.leaves[name] != "scalar" else value
            for name, value in record.leaves.items()
        }
        record = replace(record, leaves={**leaves, "k": width})
    leaves = {**_leaves(record, rng, samples), "t": step}
    kinds = record.program.leaves
    leaves = {
        name: scale * value if kinds[name] == "parameter" else value
        for name, value in leaves.items()
        if name in kinds
    }
    return replace(record, leaves=leaves, results=record.program.run(leaves))


def _as_wide(value: Any, width: int) -> Any:
    """An array with that width in every axis but the one of the samples, which is drawn anew."""
    if np.ndim(value) == 0:
        return value
    if value.ndim == 2 and np.isin(value, (0, 1)).all() and (value.sum(1) == 1).all():
        return np.eye(width, dtype=value.dtype)
    return np.resize(value, (width,) * value.ndim)


def _leaves(record: Record, rng: np.random.Generator, samples: int = SAMPLES) -> dict[str, Any]:
    rows = samples * record.network.paired_loss.group
    leaves: dict[str, Any] = {}
    for name, kind in record.program.leaves.items():
        value = record.leaves[name]
        if name == "m":
            leaves[name] = rows
        elif name == "eta":
            leaves[name] = 0.37
        elif name == "t":
            leaves[name] = 3
        elif not isinstance(value, np.ndarray):
            leaves[name] = value
        elif kind == "target":
            leaves[name] = _targets(value, rows, rng)
        elif kind in ("input", "noise", "weight"):
            shape = (rows, *value.shape[1:])
            leaves[name] = rng.standard_normal(shape) if kind == "input" else rng.uniform(0.1, 0.9, shape)
        elif kind in ("state", "buffer"):
            leaves[name] = rng.uniform(0.1, 1, value.shape)
        else:
            leaves[name] = value if kind == "constant" else rng.standard_normal(value.shape)
    return leaves


def _targets(y: Any, rows: int, rng: np.random.Generator) -> Any:
    """Targets of the same kind: rows of these, their entries in another order."""
    if y.shape[1] == 1 and np.isin(y, (0, 1)).all():
        return (np.arange(rows) % 2).astype(y.dtype)[:, None]
    return rng.permuted(y[rng.integers(0, len(y), rows)], axis=1)
