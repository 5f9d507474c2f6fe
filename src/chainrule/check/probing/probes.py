"""Probes: steps of a network on telling numbers, on which a right function and a wrong one differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule.check.fresh import fresh_record
from chainrule.errors import InputError
from chainrule.model.model import Model
from chainrule.model.record import Record
from chainrule.parts.contract import Array, Optimizer

STEPS = (2, 1, 5)  # of an optimizer: at the first one, what it keeps may be 0 and not be seen
SCALE = 0.6  # of the weights: so that no probability is almost 0, where numbers beside log 0 count
LEAST = 5  # samples, and as many more as keep m unlike any width


def probes(model: Model, optimizer: Optimizer | None, targets: bool = True) -> Iterator[Record]:
    """Steps with random weights, biases and samples, m of them unlike any width, so that no two axes are as long.

    They belong to one program, so a formula that fits one can be tried on the others. Without targets they are
    predictions.

    Raises
    ------
    InputError : for a network whose loss takes none of the targets that are tried
    """
    rng = np.random.default_rng(7)
    record = _any_step(model, optimizer, rng) if targets else Record.take(model, np.zeros((1, model.inputs)))
    widths = {size for value in model.parameters.values() for size in np.shape(value)}
    widths |= {width + 1 for width in widths}  # as where biases are folded in
    sizes = [m for m in range(LEAST, LEAST + len(widths) + len(STEPS)) if m not in widths]
    for samples, step in zip(sizes, STEPS, strict=False):
        yield fresh_record(record, rng, samples, step, scale=SCALE)


def square_probes(record: Record) -> Iterator[Record]:
    """Steps in which all layers are as wide, and one with as many samples: a slip of shapes can be counted there."""
    width = max(record.network.outputs, 3)
    for samples in (width + 2, width):
        yield fresh_record(record, np.random.default_rng(8), samples, width=width, scale=SCALE)


def _any_step(model: Model, optimizer: Optimizer | None, rng: np.random.Generator) -> Record:
    """Some step of the network, on targets that its loss takes."""
    rows = 4 * model.outputs * model.paired_loss.group
    X = rng.standard_normal((rows, model.inputs))
    refused: InputError | None = None
    for y in _targets(model, rows, rng):
        try:
            return Record.take(model, X, y, optimizer)
        except InputError as error:
            refused = error
    raise InputError(f"functions can't be tried on {model.title()}: {refused}")


def _targets(model: Model, rows: int, rng: np.random.Generator) -> Iterator[Array | None]:
    if not model.paired_loss.reads_targets:
        yield None
    labels: Any = np.arange(rows) % max(model.outputs, 2)
    if model.paired_loss.is_classification:
        yield labels
        yield (rng.random((rows, model.outputs)) < 0.5).astype(float)
    yield rng.standard_normal((rows, model.outputs))
    yield rng.integers(0, 4, (rows, model.outputs)).astype(float)
    yield rng.dirichlet(np.ones(model.outputs), rows)
