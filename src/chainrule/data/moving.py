"""Images read at other places than their own: each entry between the four entries around its place.

Images are (images, height, width, channels); those that are given are overwritten.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from chainrule.parts.contract import Array
from chainrule.utils.scratch import Scratch

scratch = Scratch()


def shift(images: Array, down: Array, right: Array, most: float, fill: float) -> None:
    """Shift each image by so much, at most `most`.

    All entries of an image are read at the same distance from their own place, so an image is read as a whole.
    """
    count, height, width, channels = images.shape
    dtype, line = images.dtype, (width + 1) * channels
    above, before = (min(math.ceil(most), size + 1) for size in (height, width))  # beyond it all is the same
    padded = _padded(images, above, before, fill).reshape(count, height + 2 * above + 1, -1)
    places = (np.clip(limit - by, 0, 2 * limit) for limit, by in ((above, down), (before, right)))
    (row, row_part), (column, column_part) = ((np.floor(place), place % 1) for place in places)
    windows = sliding_window_view(padded, (height + 1, line), axis=(1, 2))
    read = windows[np.arange(count), row.astype(np.intp), column.astype(np.intp) * channels].reshape(
        count, -1
    )
    between = scratch("between", (count, height * line), dtype)
    _between(read[:, :-line], read[:, line:], row_part.astype(dtype)[:, None], between)
    _between(
        between[:, :-channels],
        between[:, channels:],
        column_part.astype(dtype)[:, None],
        read[:, : -line - channels],
    )
    images[...] = read[:, :-line].reshape(count, height, width + 1, channels)[:, :, :-1]


def turn(images: Array, sin: Array, cos: Array, down: Array, right: Array, fill: float) -> None:
    """Read each image at (cos i + sin j, cos j - sin i) for the entry (i, j), both from a centre that is shifted."""
    count, height, width, channels = images.shape
    dtype, shape = images.dtype, images.shape[:3]
    i = np.arange(height) - (height - 1) / 2 - down[:, None]
    j = np.arange(width) - (width - 1) / 2 - right[:, None]
    sin, cos = sin[:, None], cos[:, None]
    # In the image with a border of one entry.
    row = _sums(cos * i, sin * j + (height + 1) / 2, scratch("row", shape, dtype))
    column = _sums(-sin * i, cos * j + (width + 1) / 2, scratch("column", shape, dtype))
    entries = _padded(images, 1, 1, fill).reshape(-1, channels)
    whole = np.int32 if len(entries) < 2**31 else np.intp  # half as wide, half the time
    place, column_place = (scratch(name, shape, whole) for name in ("place", "column place"))
    _split(row, height + 1, place)
    _split(column, width + 1, column_place)
    place *= width + 3
    place += column_place
    place += (np.arange(count, dtype=whole) * ((height + 3) * (width + 3)))[:, None, None]
    where = scratch("where", shape, np.intp)
    np.copyto(where, place)
    row_part, column_part = row[..., None], column[..., None]
    corners = {}
    for name, first in (("ul", 0), ("ur", 1), ("ll", width + 3), ("lr", width + 4)):
        corners[name] = scratch(name, images.shape, dtype)
        entries[first:].take(where, axis=0, out=corners[name], mode="clip")
    for left, right_one in (("ul", "ur"), ("ll", "lr")):
        _between(corners[left], corners[right_one], column_part, corners[right_one])
    _between(corners["ur"], corners["lr"], row_part, images)


def _padded(images: Array, rows: int, columns: int, fill: float) -> Array:
    """Images with a border of what stands outside, so wide on all sides, and one more below and to the right."""
    count, height, width, channels = images.shape
    shape = (count, height + 2 * rows + 1, width + 2 * columns + 1, channels)
    padded = scratch("padded", shape, images.dtype)
    padded.fill(fill)
    padded[:, rows : rows + height, columns : columns + width] = images
    return padded


def _sums(along_rows: Array, along_columns: Array, out: Array) -> Array:
    """A number for each entry, the sum of that of its row and that of its column."""
    np.add(along_rows.astype(out.dtype)[:, :, None], along_columns.astype(out.dtype)[:, None, :], out=out)
    return out


def _split(place: Array, most: int, whole: Array) -> None:
    """Places along an axis, from 0 to `most`, as whole numbers, and what is left of them."""
    np.clip(place, 0, most, out=place)
    floor = scratch("floor", place.shape, place.dtype)
    np.floor(place, out=floor)
    np.subtract(place, floor, out=place)
    np.copyto(whole, floor, casting="unsafe")


def _between(first: Array, second: Array, part: Array, out: Array) -> None:
    """What lies between two arrays, so far on the way from the first to the second."""
    np.subtract(second, first, out=out)
    np.multiply(out, part, out=out)
    np.add(out, first, out=out)
