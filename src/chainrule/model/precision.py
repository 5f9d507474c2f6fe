"""Numbers that a dtype can't tell apart."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.errors import PrecisionWarning
from chainrule.parts.contract import Array
from chainrule.utils.chunks import extremes

# The spread of a column over its size at least: some rounding steps.
TOLD_APART = {np.dtype(np.float32): 1e-6, np.dtype(np.float64): 2e-15}
FIRST = 256  # rows that mostly tell that a column has it


def warn_of_lost(
    array: Array, what: str, dtype: Any, names: Sequence[str] | None = None, stacklevel: int = 5
) -> None:
    """Warn of columns whose numbers a dtype can't tell apart, since they spread too little for their size.

    Parameters
    ----------
    array, what : the numbers (n, columns), checked, and what they are called
    dtype : what they are about to become; float64 may lose 64-bit whole numbers alone
    names : of the columns
    stacklevel : of the call to be pointed at
    """
    dtype, kind = np.dtype(dtype), array.dtype
    if kind.itemsize <= 2 or (dtype == np.float64 and (kind.kind not in "iu" or kind.itemsize < 8)):
        return
    columns, low, high = _close_together(array, TOLD_APART[dtype])
    if not len(columns):
        return
    named = f" ({names[columns[0]]})" if names else ""
    others = len(columns) - 1
    more = f", and {others} more column{'s' if others > 1 else ''} likewise" if others else ""
    way = "take scaling=Standardize.fitted(X), or dtype='float64'"
    if dtype == np.float64:
        way = "take an offset off before they are converted"
    elif what == "y":
        way = "take scale_target=Standardize.fitted(y), or dtype='float64'"
    step = float(np.spacing(dtype.type(max(abs(float(low[0])), abs(float(high[0]))))))
    warnings.warn(
        f"{what}[:, {columns[0]}]{named} goes from {low[0]} to {high[0]}, and {dtype} tells numbers of that size apart "
        f"by steps of {step:g} alone{more}: {way}.",
        PrecisionWarning,
        stacklevel=stacklevel,
    )


def _close_together(array: Array, limit: float) -> tuple[Array, Array, Array]:
    """The columns that spread by less than so much of their size, and are not constant; where they begin and end."""
    # Numbers lie within their spread of the first one: where some rows spread by enough, so do all.
    # The first and the last row tell of most columns; halves, as a difference could be too large.
    first, last = (np.multiply(array[row], 0.5, dtype=np.float64) for row in (0, -1))
    least = 2 * limit * np.abs(first)
    columns = (np.abs(last - first) < least).nonzero()[0]
    if len(columns):
        some = array[:FIRST, columns]
        columns = columns[_spread(some.min(axis=0), some.max(axis=0)) < 2 * least[columns]]
    if not len(columns):
        return columns, columns, columns
    low, high = extremes(array, columns)
    size = np.maximum(*(np.abs(end.astype(np.float64)) for end in (low, high)))
    # What differs by the rounding of a computation is a constant column, which loses nothing; whole numbers are exact.
    rounding = 0 if array.dtype.kind in "iu" else 8 * float(np.finfo(np.float64).eps)
    spread = _spread(low, high)
    lost = (spread > rounding * size) & (spread < limit * size)
    return columns[lost], low[lost], high[lost]


def _spread(low: Array, high: Array) -> Array:
    """How far apart two ends are, of whole numbers exactly."""
    if low.dtype.kind in "iu":
        return (high.astype(np.uint64) - low.astype(np.uint64)).astype(np.float64)
    with np.errstate(over="ignore"):
        return high.astype(np.float64) - low.astype(np.float64)
