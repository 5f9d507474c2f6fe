"""What a user passes, turned into what a program takes; or one clear message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.errors import InputError, KindError, UnknownName
from chainrule.parts.contract import Array, Loss


def _array(value: Any, what: str) -> Array:
    try:
        return np.asarray(value)
    except ValueError:
        raise InputError(f"{what} has rows of different lengths: every row needs as many numbers.") from None


def numbers(value: Any, what: str) -> Array:
    """An array of real numbers; images may stay uint8."""
    array = _array(value, what)
    if array.dtype.kind not in "fiub":
        raise KindError(f"{what} holds {_kind(array)}: give numbers.")
    return array


def finite(array: Array, what: str) -> Array:
    """The array, if every entry is finite."""
    if array.dtype.kind != "f":
        return array
    # One pass and no copy; every entry is looked at only if the sum is not finite.
    with np.errstate(over="ignore", invalid="ignore"):
        total = array.sum(dtype=np.float64)
    if not np.isfinite(total):
        wrong = np.argwhere(~np.isfinite(array))
        if len(wrong):
            entry = f"[{', '.join(map(str, wrong[0]))}]" if array.ndim else ""
            rest = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            value = array[tuple(wrong[0])]
            raise InputError(f"{what}{entry} is {value}{rest}: every entry must be finite.")
    return array


def converted(array: Array, dtype: Any, what: str) -> Array:
    """The array in the network's dtype, if that can hold its numbers."""
    with np.errstate(over="ignore"):
        result = array.astype(dtype)
    if result.dtype == np.float32 and array.dtype != np.float32 and not np.isfinite(result).all():
        entry = tuple(int(i) for i in np.argwhere(~np.isfinite(result))[0])
        raise InputError(
            f"{what}{list(entry)} is {array[entry]}, more than float32 can hold: scale it, or take dtype='float64'."
        )
    return result


def inputs(X: Any, width: int) -> Array:
    """The inputs as (m, width); one sample may be given as (width,)."""
    array = numbers(X, "X")
    if array.ndim == 1 and array.shape[0] == width:
        array = array[None, :]
    if array.ndim != 2 or array.shape[1] != width:
        raise InputError(
            f"X has the shape {array.shape}: it must be (samples, {width}), one column for each input of the network."
        )
    if array.shape[0] == 0:
        raise InputError(f"X has no samples: its shape is {array.shape}; give at least one row.")
    return finite(array, "X")


def targets(y: Any, samples: int, width: int, loss: Loss) -> tuple[Array, bool]:
    """The targets as (m, width), and whether they were class labels.

    Labels 0 … width - 1 become rows with a single 1. With one output, (m,) is one number a sample.
    """
    array = _array(y, "y")
    if array.ndim == 0:
        array = array[None]
    if array.dtype.kind not in "fiub":
        labels = f"whole numbers 0 to {max(width - 1, 1)}, one for each class"
        raise KindError(f"y holds {_kind(array)}: give {labels if loss.compares_classes else 'numbers'}.")
    if array.ndim not in (1, 2) or array.shape[0] != samples or (array.ndim == 2 and array.shape[1] != width):
        allowed = f"({samples},) or ({samples}, {width})"
        raise InputError(
            f"y has the shape {array.shape} for {samples} samples and {width} outputs: it must be {allowed}."
        )
    finite(array, "y")
    classes = array.ndim == 1 and (width > 1 or loss.compares_classes)
    if array.ndim == 1 and width > 1:
        array = one_hot(array, width)
    array = array.reshape(samples, width)
    if array.dtype.kind != "f":
        array = array.astype(np.float64)
    loss.check_targets(array)
    return array, classes


def class_codes(y: Any, classes: Sequence[str]) -> Any:
    """Targets given by the names of their classes as codes; other targets as they are."""
    array = _array(y, "y")
    if array.dtype.kind not in "US" or array.ndim > 1:
        return y
    codes = {name: code for code, name in enumerate(classes)}
    names = [str(name) for name in np.atleast_1d(array)]
    for name in names:
        if name not in codes:
            raise UnknownName("class", name, classes)
    return np.array([codes[name] for name in names])


def one_hot(labels: Array, width: int) -> Array:
    """Labels as rows with a single 1."""
    within = np.abs(labels) < 2**53  # larger ones, which no int64 need hold, are out of range anyway
    whole = np.where(within, labels, -1).astype(np.int64)
    if len(wrong := np.flatnonzero(within & (whole != labels))):
        i = int(wrong[0])
        raise InputError(f"y[{i}] is {labels[i]}: class labels are whole numbers 0 to {width - 1}.")
    if len(wrong := np.flatnonzero((whole < 0) | (whole >= width))):
        i = int(wrong[0])
        raise InputError(
            f"y[{i}] is {labels[i]:g}: the network has {width} outputs, so labels go from 0 to {width - 1}."
        )
    rows = np.zeros((len(whole), width))
    rows[np.arange(len(whole)), whole] = 1
    return rows


def whole(value: Any, what: str, least: int = 1) -> int:
    """A whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise KindError(f"{what} = {value!r} is no whole number: give one that is at least {least}.")
    if value < least:
        raise InputError(f"{what} = {value} is out of range: it must be at least {least}.")
    return int(value)


def seed(value: Any) -> int | None:
    """A seed of random numbers: a whole number of at least 0, or None for a new one each time."""
    return None if value is None else whole(value, "seed", least=0)


def schedule(epochs: Any, batch_size: Any, of: Any) -> tuple[int, int | None, int | None]:
    """Epochs, batch size and seed of a training, checked."""
    size = None if batch_size is None else whole(batch_size, "batch_size")
    return whole(epochs, "epochs"), size, seed(of)


def _kind(array: Array) -> str:
    if array.dtype.kind in "US":
        return f"text (such as {array.flat[0].item()!r})" if array.size else "text"
    if array.dtype.kind == "O":
        return f"objects (such as {array.flat[0]!r})" if array.size else "objects"
    return f"the dtype {array.dtype}"
