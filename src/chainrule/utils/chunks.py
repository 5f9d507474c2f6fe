"""Data larger than memory, a piece at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator

ENTRIES = 65_536  # so that what is made of a piece stays in the second cache of a processor


def pieces(shape: tuple[int, ...]) -> Iterator[slice]:
    """The rows of an array of that shape, in order: so many at once as have ENTRIES entries, at least one."""
    rows = max(1, ENTRIES // max(1, math.prod(shape[1:])))
    for start in range(0, shape[0], rows):
        yield slice(start, min(start + rows, shape[0]))
