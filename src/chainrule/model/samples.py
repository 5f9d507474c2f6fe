"""Samples that a user passes, checked for a model: inputs and targets, before anything is computed with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.model import arguments
from chainrule.model.labels import Targets
from chainrule.model.model import Model
from chainrule.parts.contract import Array
from chainrule.utils import checks
from chainrule.utils.chunks import ENTRIES, pieces


def check(model: Model, X: Any, y: Any) -> tuple[Array, Targets, int]:
    """X as (m, inputs), y as (m, outputs), and how many answers of a sample y judges, 0 if it names no classes.

    Raises for bad ones.
    Nothing is copied, and rows of labels are made only where they are read: ``y[:]`` are all of them.
    """
    X = check_inputs(model, X)
    group = model.paired_loss.group
    if len(X) % group:
        raise InputError(
            f"X has {len(X)} row{'s' if len(X) > 1 else ''}, and {model.loss_part.title()} takes rows in groups of "
            f"{group}: give a number of rows that {group} divides."
        )
    if model.classes is not None:
        y = arguments.class_codes(y, model.classes)
    targets, named = arguments.targets(y, len(X), model.answers, model.paired_loss, model.dtype)
    check_parameters(model)
    return X, targets, model.answers.count if named else 0


def check_inputs(model: Model, X: Any) -> Array:
    """X as (m, inputs), finite in the model's dtype when it is prepared; raises where it is not.

    Of many numbers that the dtype holds as they are, it is not asked whether they still are when they are prepared:
    that is looked for where a result is not finite.
    """
    checked = arguments.samples(X, model.inputs)
    prepares = model.input_dtype != model.dtype
    if prepares and not arguments.holds(checked, model.dtype):
        arguments.finite(checked, "X", model.input_dtype)
        check_prepared(model, checked)
    elif prepares and checked.size <= ENTRIES:
        check_prepared(model, checked)
    return arguments.finite(checked, "X", model.dtype) if not prepares else checked


def check_prepared(model: Model, X: Array) -> None:
    """Raise where an entry, once it is prepared, is no number that the model's dtype can hold."""
    if model.input_dtype == model.dtype:
        return
    program = model.program(targets=False)
    for rows in pieces(X.shape):
        given = {program.data: X[rows].astype(model.input_dtype, copy=False), **model.constants}
        prepared = program.run(given, wanted=[program.prepared])[program.prepared]
        if len(wrong := np.argwhere(~np.isfinite(prepared))):
            raise arguments.too_large(X, "X", (rows.start + int(wrong[0][0]), int(wrong[0][1])), model.dtype)


def check_parameters(model: Model) -> None:
    """Raise where a parameter is not finite."""
    with np.errstate(all="ignore"):
        if checks.all_finite(model.parameters.flat):
            return
    for name, array in model.parameters.items():
        arguments.finite(array, name)


def check_outputs(outputs: Array) -> None:
    """Raise InputError where an output is not finite; the message names its row."""
    if np.isfinite(outputs).all():
        return
    wrong = np.flatnonzero(~np.isfinite(outputs).all(axis=1))
    value = outputs[wrong[0]][~np.isfinite(outputs[wrong[0]])][0]
    more = f", and those of {len(wrong) - 1:,} more rows are not finite" if len(wrong) > 1 else ""
    raise InputError(
        f"the output for row {wrong[0]} is {value}{more}: the network's weights are too large for these inputs, as "
        "after a training that diverged. Train it again, with scaled inputs or a smaller learning rate."
    )


def check_sizes(model: Model, sizes: Iterable[int]) -> None:
    """Raise InputError where a step has not the number of samples that the model's parts need."""
    group = model.paired_loss.group
    hungriest = max(model.layers, key=lambda layer: layer.min_samples)
    for size in sizes:
        if size < hungriest.min_samples:
            what = "the last batch has" if len(set(sizes)) > 1 else "a batch has"
            raise InputError(
                f"{what} {size} sample{'s' if size > 1 else ''}, and {hungriest.title()} needs at least "
                f"{hungriest.min_samples} in a training step: take another batch_size, or another number of samples."
            )
        if size % group:
            raise InputError(
                f"a batch has {size} rows, and {model.loss_part.title()} takes rows in groups of {group}: take a "
                f"batch_size, and a number of rows, that {group} divides."
            )
