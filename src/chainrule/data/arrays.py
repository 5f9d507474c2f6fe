"""From arrays of any shape to a DataSet: what IDX folders and NPZ files have in common."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.data_set import DataSet, Kind, as_target
from chainrule.errors import FileError
from chainrule.model.precision import warn_of_lost
from chainrule.utils.chunks import pieces

MAX_FEATURES = 10**6  # a sample has at most
MAX_EXACT = 2**53  # the whole numbers up to it are float64, each one


@dataclass(frozen=True)
class RawSamples:
    """The train or the test samples as they stand in a file, with what to call them in an error."""

    X_name: str
    X: NDArray[Any]
    y_name: str
    y: NDArray[Any]

    def check(self) -> None:
        """Raise a FileError unless there is a row of finite numbers, and a label, for each sample."""
        X, y = self.X, self.y
        _check_shape(self.X_name, X)
        if y.shape[:1] != X.shape[:1] or y.ndim > 2 or y.shape[1:] == (0,):
            raise FileError(
                f"{self.y_name} has shape {y.shape}, and {self.X_name} has {len(X)} samples. It takes one "
                f"label or number a sample, shape ({len(X)},), or a row for each."
            )
        _check_values(self.X_name, X, "numbers", "buif")
        _check_values(self.y_name, y, "numbers or text", "buifU")


def assemble(parts: Sequence[RawSamples], *, target: str, kind: Kind | None, raw: bool) -> DataSet:
    """Make a DataSet of the train samples and, as a second part, the test samples.

    Parameters
    ----------
    parts : one or two of them
    target : what the labels are called
    kind : what the target is, or None to see for itself
    raw : leave the numbers as they are. Otherwise bytes in more than two dimensions are pixels and become
        float32 in [0, 1], float32 and float64 stay, and other numbers become float64

    Raises
    ------
    FileError : values that can't be used, or parts that don't fit each other
    """
    for part in parts:
        part.check()
        _check_alike(part, parts[0])
    parts = [replace(part, y=part.y[:, 0]) if part.y.shape[1:] == (1,) else part for part in parts]
    train = parts[0]
    if kind == "regression" and train.y.dtype.kind == "U":
        raise FileError(
            f"{train.y_name} holds text ({str(train.y.flat[0])!r}), and regression takes numbers."
        )
    ys, classes = _targets(parts, kind)
    samples = [(_rows(part.X, raw), y) for part, y in zip(parts, ys, strict=False)]
    return DataSet(
        samples[0],
        samples[1] if len(samples) > 1 else None,
        _column_names(train.X.shape[1:]),
        classes,
        target,
    )


def _check_alike(part: RawSamples, train: RawSamples) -> None:
    """Refuse samples that don't go with those to train with."""
    if part.X.shape[1:] != train.X.shape[1:]:
        raise FileError(
            f"{part.X_name} has samples of shape {part.X.shape[1:]}, and {train.X_name} of shape "
            f"{train.X.shape[1:]}. Both must have the same features."
        )
    if part.y.shape[1:] != train.y.shape[1:]:
        raise FileError(
            f"{part.y_name} has shape {part.y.shape}, and {train.y_name} has {train.y.shape}. Both must have as many "
            "columns."
        )
    if (part.y.dtype.kind == "U") != (train.y.dtype.kind == "U"):
        raise FileError(
            f"{part.y_name} holds {part.y.dtype}, and {train.y_name} holds {train.y.dtype}. Both must be "
            "text or both numbers."
        )


def _targets(
    parts: Sequence[RawSamples], kind: Kind | None
) -> tuple[list[NDArray[Any]], tuple[str, ...] | None]:
    """The labels of all parts, with one code for a class in both, or their numbers."""
    if parts[0].y.ndim == 2:
        return _rows_of_targets(parts, kind)
    if parts[0].y.dtype.kind == "U":  # not put together, since one long label would widen all
        found = [np.unique(part.y, return_inverse=True) for part in parts]
        names = sorted({str(name) for own, _ in found for name in own})
        codes = {name: code for code, name in enumerate(names)}
        return [np.array([codes[str(name)] for name in own], np.int64)[at] for own, at in found], tuple(names)
    labels, classes = as_target(_together(parts), kind)
    return np.split(labels, [len(parts[0].y)]), classes


def _rows_of_targets(
    parts: Sequence[RawSamples], kind: Kind | None
) -> tuple[list[NDArray[Any]], tuple[str, ...] | None]:
    """Rows with a single 1 as the codes of their classes, other rows as several numbers to predict."""
    first, ys = parts[0], [part.y for part in parts]
    wanted = f"{first.y_name} has shape {first.y.shape}"
    if first.y.dtype.kind == "U":
        raise FileError(f"{wanted} of text. It takes one label a sample, shape ({len(first.y)},).")
    flags = all(((y == 0) | (y == 1)).all() for y in ys)
    if flags and kind != "regression" and all((y.sum(axis=1) == 1).all() for y in ys):
        return [y.argmax(axis=1).astype(np.int64) for y in ys], tuple(map(str, range(first.y.shape[1])))
    if flags and kind is None:
        raise FileError(
            f"{wanted}, 0 and 1, and not a single 1 a row: labels of which any number is right. Predict them as "
            "numbers with kind='regression'; or in Python as labels, by a network with output='sigmoid' and "
            "loss='cross_entropy'."
        )
    if kind == "classification":
        raise FileError(
            f"{wanted}, and its rows are not 0 but for a single 1. Classes take such rows, or one label a sample: "
            f"shape ({len(first.y)},)."
        )
    return [y.astype(np.float64) for y in ys], None


def _together(parts: Sequence[RawSamples]) -> NDArray[Any]:
    """The labels of all parts in one array; refused where that would round whole numbers."""
    first, last = parts[0], parts[-1]
    together: NDArray[Any] = np.concatenate([part.y for part in parts])
    for y in (part.y for part in parts if part.y.dtype.kind in "iu" and together.dtype.kind == "f"):
        if ((y > MAX_EXACT) | (y < -MAX_EXACT)).any():
            raise FileError(
                f"{first.y_name} holds {first.y.dtype}, and {last.y_name} holds {last.y.dtype}: together "
                f"they would lose digits of whole numbers beyond {MAX_EXACT}. Save both in one dtype."
            )
    return together


def inputs(name: str, X: NDArray[Any]) -> NDArray[Any]:
    """Make rows of an array of samples without labels, as `assemble` does; raises FileError for bad values."""
    _check_shape(name, X)
    _check_values(name, X, "numbers", "buif")
    return _rows(X, raw=False)


def _check_shape(name: str, X: NDArray[Any]) -> None:
    if X.ndim < 2 or X.size == 0:
        raise FileError(
            f"{name} has shape {X.shape}. It takes at least one sample, and two dimensions "
            "or more: the samples, then the values of each."
        )
    if (count := math.prod(X.shape[1:])) > MAX_FEATURES:
        raise FileError(
            f"{name} has shape {X.shape}, which is {count:,} numbers a sample. At most {MAX_FEATURES:,} are taken: are "
            "the samples in the first dimension?"
        )


def _check_values(name: str, values: NDArray[Any], wanted: str, kinds: str) -> None:
    if values.dtype.kind not in kinds:
        raise FileError(f"{name} holds values of kind {values.dtype}. It takes {wanted}.")
    for rows in pieces(values.shape) if values.dtype.kind == "f" else ():
        if not (finite := np.isfinite(values[rows])).all():
            i, *others = map(int, np.argwhere(~finite)[0])
            at = (rows.start + i, *others)
            raise FileError(
                f"{name} has {values[at]} at {list(at)}. It takes finite numbers: fill it in, or leave "
                "the sample out."
            )


def _rows(array: NDArray[Any], raw: bool) -> NDArray[Any]:
    rows: NDArray[Any] = array.reshape(len(array), math.prod(array.shape[1:]))
    if raw or rows.dtype in (np.float32, np.float64):
        return rows
    if array.dtype == np.uint8 and array.ndim > 2:
        scaled: NDArray[np.float32] = np.divide(rows, 255, dtype=np.float32)
        return scaled
    warn_of_lost(rows, "X", np.float64)
    return rows.astype(np.float64)


def _column_names(shape: tuple[int, ...]) -> tuple[str, ...]:
    if len(shape) == 1:
        return tuple(f"x{j}" for j in range(shape[0]))
    return tuple("pixel_" + "_".join(map(str, place)) for place in np.ndindex(shape))
