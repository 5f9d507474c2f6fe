"""Samples that a user passes, checked for a model: inputs and targets, before anything is computed with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.model import arguments
from chainrule.model.labels import Labels, Targets
from chainrule.model.model import Model, reads_tables, target_dtype
from chainrule.parts.contract import Array
from chainrule.utils import checks, frames
from chainrule.utils.chunks import ENTRIES, pieces
from chainrule.utils.sparse import SparseRows, is_sparse

FEW_ROWS = 1024  # of a sparse matrix, up to which it is made dense at once


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
    targets, named = arguments.targets(y, len(X), model.answers, model.paired_loss, target_dtype(model))
    check_scaled(model, targets)
    check_parameters(model)
    return X, targets, model.answers.count if named else 0


def as_rows(model: Model, X: Any) -> Array:
    """X as (m, inputs), whatever it comes as: the columns of a table in the order of the network's features."""
    if type(X) is not np.ndarray and is_sparse(X):
        large = X.shape[0] > FEW_ROWS and X.shape[0] * X.shape[-1] > ENTRIES
        if large and X.shape[1:] == (model.inputs,) and X.dtype.kind in "fiub":
            return SparseRows(X)  # type: ignore[return-value]  # which is read like an array
        # A wrong one is refused by its shape and kind, and need not be made dense for that.
        X = np.broadcast_to(X.dtype.type(0), X.shape) if large else X.toarray()
    if type(X) is not np.ndarray and frames.is_frame(X):
        if reads_tables(model):
            return model.layers[0].encode(X)
        names = frames.names_of(X)
        if names is not None and model.features is not None:
            frames.check_columns(names, model.features)
            names = model.features
        X = frames.as_numbers(X, names or list(X.columns))
    return arguments.samples(X, model.inputs)


def check_inputs(model: Model, X: Any) -> Array:
    """X as (m, inputs), finite in the model's dtype when it is prepared; raises where it is not.

    Of many numbers that the dtype holds as they are, it is not asked whether they still are when they are prepared:
    that is looked for where a result is not finite.
    """
    checked = as_rows(model, X)
    if reads_tables(model):
        check_raw(model, checked)
        return checked
    prepares = model.input_dtype != model.dtype
    if prepares and not arguments.holds(checked, model.dtype):
        arguments.finite(checked, "X", model.input_dtype)
        check_prepared(model, checked)
    elif prepares and checked.size <= ENTRIES:
        check_prepared(model, checked)
    return arguments.finite(checked, "X", model.dtype) if not prepares else checked


def check_raw(model: Model, X: Array) -> None:
    """Raise where an entry is not finite as it comes, or once it is prepared; in a table it may be missing."""
    if not reads_tables(model):
        arguments.finite(X, "X", model.input_dtype)
    check_prepared(model, X)


def check_prepared(model: Model, X: Array) -> None:
    """Raise where an entry, once it is prepared, is no number that the model's dtype can hold."""
    if model.input_dtype == model.dtype and not reads_tables(model):
        return
    program = model.program(targets=False)
    for rows in pieces(X.shape):
        given = {program.data: X[rows].astype(model.input_dtype, copy=False), **model.constants}
        prepared = program.run(given, wanted=[program.prepared])[program.prepared]
        if len(wrong := np.argwhere(~np.isfinite(prepared))):
            raise arguments.too_large(X, "X", (rows.start + int(wrong[0][0]), int(wrong[0][1])), model.dtype)


def check_scaled(model: Model, y: Targets) -> None:
    """Raise where targets that are to be scaled are labels, or no numbers that the model's dtype can hold then."""
    if model.scale_target is None:
        return
    if isinstance(y, Labels):
        raise InputError(
            f"y has the shape ({len(y)},) for {model.outputs} outputs: these are labels of classes, and scale_target "
            f"scales numbers: give y as ({len(y)}, {model.outputs}), or leave scale_target out."
        )
    program = model.program(training=False)
    for rows in pieces(y.shape):
        given = {program.target: y[rows].astype(target_dtype(model), copy=False), **model.constants}
        scaled = program.run(given, wanted=["y"])["y"]
        if len(wrong := np.argwhere(~np.isfinite(scaled))):
            raise arguments.too_large(y, "y", (rows.start + int(wrong[0][0]), int(wrong[0][1])), model.dtype)


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
