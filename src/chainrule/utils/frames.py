"""Tables with named columns, pandas' or polars', by what they can do: neither is imported here."""

from __future__ import annotations

import math
import numbers
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.utils import checks

Array = np.ndarray[Any, Any]


def is_frame(value: Any) -> bool:
    """Whether that is a table of columns that can be asked for by name."""
    return (
        not isinstance(value, np.ndarray)
        and hasattr(value, "columns")
        and len(getattr(value, "shape", ())) == 2
    )


def names_of(value: Any) -> tuple[str, ...] | None:
    """The names of a table's columns; None for what is no table, or whose columns are only numbered."""
    if not is_frame(value):
        return None
    names = list(value.columns)
    if not names or not all(isinstance(name, str) for name in names):
        return None
    for name, count in Counter(names).items():
        if count > 1:
            raise InputError(f"X has two columns of the name {name!r}: give each a name of its own.")
    return tuple(names)


def check_columns(names: Sequence[str], features: Sequence[str]) -> None:
    """Raise InputError where a table has not the columns that a network was made for, in whatever order."""
    known, there = set(features), set(names)
    missing, extra = (
        [name for name in features if name not in there],
        [name for name in names if name not in known],
    )
    if missing or extra:
        told = [f"{what} {', '.join(map(repr, which[:8]))}{', …' if len(which) > 8 else ''}"
                for what, which in (("lacks", missing), ("has", extra)) if which]  # fmt: skip
        raise InputError(
            f"X {' and '.join(told)}: the network's features are {', '.join(map(repr, features[:8]))}"
            f"{', …' if len(features) > 8 else ''}, in any order, and no others."
        )


def as_numbers(frame: Any, names: Sequence[Any]) -> Array:
    """Columns of a table as an array (n, columns): numbers, True and False as 1 and 0, what is missing as NaN.

    Raises
    ------
    KindError : for a column that holds something else, naming it
    """
    plain = np.asarray(frame if list(names) == list(frame.columns) else frame[list(names)])
    if plain.dtype.kind in "fiub":
        return plain
    found = np.empty(plain.shape)
    for place, name in enumerate(names):
        found[:, place] = _numbers(np.asarray(frame[name]), name)
    return found


def _numbers(column: Array, name: Any) -> Array:
    if column.dtype.kind in "fiub":
        return column
    if column.dtype.kind == "O" and all(
        is_missing(value) or isinstance(value, numbers.Real | np.bool_) for value in column
    ):
        return np.array([math.nan if is_missing(value) else float(value) for value in column])
    raise KindError(
        f"X: the column {name!r} holds {what_it_holds(column)}: leave it out, or let Columns.fitted(X) be the "
        "network's first layer."
    )


def what_it_holds(column: Array) -> str:
    """What is in a column that is no number, in words."""
    if column.dtype.kind == "O":
        odd = next(
            (v for v in column if not is_missing(v) and not isinstance(v, numbers.Real | np.bool_)), None
        )
        return (
            f"text (such as {checks.short(odd)})"
            if isinstance(odd, str)
            else f"objects (such as {checks.short(odd)})"
        )
    if column.dtype.kind == "M":
        return "dates"
    return checks.kind(column)


def is_missing(value: Any) -> bool:
    """Whether a cell holds nothing: None, NaN, or what pandas has for it."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float | np.floating | np.datetime64) and bool(value != value)
