"""Data larger than memory, a piece at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

ENTRIES = 65_536  # so that what is made of a piece stays in the second cache of a processor


def extremes(
    array: np.ndarray[Any, Any], columns: Any = slice(None)
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The least and the largest number of each of the columns, read a piece at a time."""
    some = (array[rows, columns] for rows in pieces(array.shape))
    found = [(each.min(axis=0), each.max(axis=0)) for each in some]
    low, high = zip(*found, strict=True)
    return np.min(low, axis=0), np.max(high, axis=0)


def pieces(shape: tuple[int, ...]) -> Iterator[slice]:
    """The rows of an array of that shape, in order: so many at once as have ENTRIES entries, at least one."""
    rows = max(1, ENTRIES // max(1, math.prod(shape[1:])))
    for start in range(0, shape[0], rows):
        yield slice(start, min(start + rows, shape[0]))
