"""Images read at other places than their own: each entry between the four entries around its place.

The rules are functions of arrays, or of symbols: NumPy computes them here, and the compiler lets them write themselves
down. Images are (images, height, width, channels); those that are given are overwritten.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from chainrule.parts.contract import Array
from chainrule.utils.chunks import pieces
from chainrule.utils.scratch import Scratch

scratch = Scratch()


@dataclass(frozen=True)
class Move:
    """What is the same for all images that are moved.

    Each of them has numbers of its own: by how much it is shifted down and to the right; and where images are turned,
    the sine and the cosine of its angle, both by its scale.

    Parameters
    ----------
    shape : (height, width, channels)
    turned : whether they are turned or scaled, too
    border : rows above and columns before an image that may be read; as many follow it, and one more
    fill : what stands outside
    """

    shape: tuple[int, int, int]
    turned: bool
    border: tuple[int, int]
    fill: float

    @property
    def numbers(self) -> int:
        """How many an image has of its own."""
        return 4 if self.turned else 2

    @property
    def entries(self) -> int:
        """How many an image with its border has."""
        (height, width, channels), (above, before) = self.shape, self.border
        return (height + 2 * above + 1) * (width + 2 * before + 1) * channels


@dataclass(frozen=True)
class Moving:
    """How images are moved, and what draws the numbers of each, a row for each image."""

    how: Move
    draw: Callable[[Array, np.random.Generator], None]


def moved_dtype(given: Any) -> type[np.floating[Any]]:
    """The precision in which images are moved."""
    return np.float32 if np.can_cast(given, np.float32) else np.float64


def border(shape: tuple[int, int, int], shift: float, turned: bool) -> tuple[int, int]:
    """The border that images need which are shifted by so much at most: beyond it all is the same."""
    if turned:
        return 1, 1
    height, width, _ = shape
    above, before = (min(math.ceil(shift), size + 1) for size in (height, width))
    return above, before


# --- the rules ----------------------------------------------------------------------------------------------


def between(first: Any, second: Any, part: Any, out: Any = None) -> Any:
    """What lies between two numbers, so far on the way from the first to the second."""
    way = np.subtract(second, first, out=out)
    way = np.multiply(way, part, out=out)
    return np.add(way, first, out=out)


def parted(place: Any, most: float, whole: Any = None, rest: Any = None) -> tuple[Any, Any]:
    """A place along an axis, from 0 to `most`, as a whole number, and what is left of it."""
    place = np.minimum(np.maximum(place, 0, out=rest), most, out=rest)
    whole = np.floor(place, out=whole)
    return whole, np.subtract(place, whole, out=rest)


def shifted(by: Any, border: int) -> tuple[Any, Any]:
    """Where the first entry of an axis is read that is shifted by so much, in an image with a border."""
    return parted(border - by, 2 * border)


def turned_row(i: Any, sin: Any, cos: Any, down: Any, height: int) -> tuple[Any, Any]:
    """What the row i adds to the row and to the column at which an entry is read, from a centre that is shifted."""
    i = i - (height - 1) / 2 - down
    return cos * i, -sin * i


def turned_column(j: Any, sin: Any, cos: Any, right: Any, height: int, width: int) -> tuple[Any, Any]:
    """What the column j adds to them, in an image with a border of one entry."""
    j = j - (width - 1) / 2 - right
    return sin * j + (height + 1) / 2, cos * j + (width + 1) / 2


# --- in NumPy -----------------------------------------------------------------------------------------------


def move(images: Array, numbers: Array, how: Move) -> None:
    """Move each image by its numbers."""
    one = _turn if how.turned else _shift
    for rows in pieces((len(images), math.prod(how.shape))):
        one(images[rows], how, *numbers[rows].T)


def _shift(images: Array, how: Move, down: Array, right: Array) -> None:
    """All entries of an image are read at the same distance from their own place, so it is read as a whole."""
    count, height, width, channels = images.shape
    dtype, line = images.dtype, (width + 1) * channels
    above, before = how.border
    padded = _padded(images, above, before, how.fill).reshape(count, height + 2 * above + 1, -1)
    (row, row_part), (column, column_part) = shifted(down, above), shifted(right, before)
    windows = sliding_window_view(padded, (height + 1, line), axis=(1, 2))
    read = windows[np.arange(count), row.astype(np.intp), column.astype(np.intp) * channels].reshape(
        count, -1
    )
    along = scratch("between", (count, height * line), dtype)
    between(read[:, :-line], read[:, line:], row_part.astype(dtype)[:, None], along)
    between(
        along[:, :-channels],
        along[:, channels:],
        column_part.astype(dtype)[:, None],
        read[:, : -line - channels],
    )
    images[...] = read[:, :-line].reshape(count, height, width + 1, channels)[:, :, :-1]


def _turn(images: Array, how: Move, down: Array, right: Array, sin: Array, cos: Array) -> None:
    """Each entry is read at a place of its own."""
    count, height, width, channels = images.shape
    dtype, shape = images.dtype, images.shape[:3]
    down, right, sin, cos = (each[:, None] for each in (down, right, sin, cos))
    of_row = turned_row(np.arange(height), sin, cos, down, height)
    of_column = turned_column(np.arange(width), sin, cos, right, height, width)
    row, column = (
        _sum(of_row[i], of_column[i], scratch(name, shape, dtype)) for i, name in enumerate(("row", "column"))
    )
    entries = _padded(images, 1, 1, how.fill).reshape(-1, channels)
    whole = np.int32 if len(entries) < 2**31 else np.intp  # half as wide, half the time
    place, column_place = (scratch(name, shape, whole) for name in ("place", "column place"))
    for along, most, found in ((row, height + 1, place), (column, width + 1, column_place)):
        floor = scratch("floor", shape, dtype)
        parted(along, most, floor, along)
        np.copyto(found, floor, casting="unsafe")
    place *= width + 3
    place += column_place
    place += (np.arange(count, dtype=whole) * ((height + 3) * (width + 3)))[:, None, None]
    where = scratch("where", shape, np.intp)
    np.copyto(where, place)
    corners = {}
    for name, first in (("ul", 0), ("ur", 1), ("ll", width + 3), ("lr", width + 4)):
        corners[name] = scratch(name, images.shape, dtype)
        entries[first:].take(where, axis=0, out=corners[name], mode="clip")
    for left, right_one in (("ul", "ur"), ("ll", "lr")):
        between(corners[left], corners[right_one], column[..., None], corners[right_one])
    between(corners["ur"], corners["lr"], row[..., None], images)


def _padded(images: Array, rows: int, columns: int, fill: float) -> Array:
    """Images with a border of what stands outside, so wide on all sides, and one more below and to the right."""
    count, height, width, channels = images.shape
    shape = (count, height + 2 * rows + 1, width + 2 * columns + 1, channels)
    padded = scratch("padded", shape, images.dtype)
    padded.fill(fill)
    padded[:, rows : rows + height, columns : columns + width] = images
    return padded


def _sum(along_rows: Array, along_columns: Array, out: Array) -> Array:
    """A number for each entry, the sum of that of its row and that of its column."""
    np.add(along_rows.astype(out.dtype)[:, :, None], along_columns.astype(out.dtype)[:, None, :], out=out)
    return out
