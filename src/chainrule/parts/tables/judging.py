"""What a column of a table is, found out from the samples that are trained with."""

from __future__ import annotations

import dataclasses
import datetime
import numbers
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.parts.contract import Array
from chainrule.parts.tables.column import CATEGORY, DATE, NUMBER, YES_NO, Column, text_of
from chainrule.utils import checks, frames

WORDS = (("no", "yes"), ("false", "true"), ("n", "y"), ("f", "t"))
MOST = 50  # values of a category that have a column each
RARE = 0.005  # the share of the rows below which a value is one of the others; at least two rows


def judged_columns(X: Any, categorical: Sequence[str]) -> list[Column]:
    """What each column of a table is; see `Columns.fitted`."""
    names = frames.names_of(X)
    if names is None:
        raise KindError(
            f"X = {checks.short(type(X).__name__)} has no columns with names: give a table that has."
        )
    for name in categorical:
        if name not in names:
            raise InputError(f"categorical names {name!r}: the table has {', '.join(names)}.")
    return [judged(name, X[name], name in categorical).scaled(X[name]) for name in names]


def judged(name: str, given: Any, categorical: bool) -> Column:
    """What a column of a table is, and all that is decided of it: from these samples alone.

    Raises
    ------
    KindError, InputError : for a column that is nothing of the kind, naming it
    """
    cells = np.asarray(given)
    unlike = _unlike(name, cells) if cells.dtype.kind in "OUS" else []
    if (
        not len(cells)
        or (cells.dtype.kind == "O" and not unlike)
        or (cells.dtype.kind in "fM" and (cells != cells).all())
    ):
        raise InputError(f"X: the column {name!r} holds nothing: leave it out.")
    kind = CATEGORY if categorical or _is_category(given) else _kind(name, cells, unlike)
    if kind == CATEGORY:
        return _category(name, cells, unlike or _unlike(name, cells))
    values = _yes_no(unlike or _unlike(name, cells)) if kind == YES_NO else ()
    column = Column(name, kind, values)
    found = column.encoded(cells)
    known = found[~np.isnan(found)]
    fill = float(np.median(known)) if kind != YES_NO else float(known.mean() > 0.5)
    return dataclasses.replace(column, fill=fill, missing=len(known) < len(found))


Unlike = Sequence[tuple[Any, int]]


def _unlike(name: str, cells: Array) -> Unlike:
    """Each cell that is there once, and how many rows have it: there are many rows, and few cells that are unlike."""
    given = cells.tolist()
    try:
        counted = Counter(zip(map(type, given), given, strict=True))  # True is 1, and no number here
    except TypeError:  # of lists, say, which can't be counted
        raise KindError(
            f"X: the column {name!r} holds {frames.what_it_holds(cells)}: leave it out."
        ) from None
    return [(cell, count) for (_, cell), count in counted.items() if not frames.is_missing(cell)]


def _kind(name: str, cells: Array, unlike: Unlike) -> str:
    def hold(kinds: str, *types: type) -> bool:
        """Whether all cells are of these: by NumPy's kinds of arrays, or each by itself."""
        return cells.dtype.kind in kinds or (
            cells.dtype.kind == "O" and all(isinstance(cell, types) for cell, _ in unlike)
        )

    if hold("b", bool, np.bool_):
        return YES_NO
    if hold("fiu", numbers.Real):
        found = np.asarray([cell for cell, _ in unlike] if unlike else cells, np.float64)
        zeros, ones, missing = (
            int(np.count_nonzero(each)) for each in (found == 0, found == 1, found != found)
        )
        return YES_NO if zeros and ones and zeros + ones + missing == len(found) else NUMBER
    if hold("M", datetime.date):
        return DATE
    if hold("US", str):
        few, rows = {str(cell) for cell, _ in unlike}, sum(count for _, count in unlike)
        if len(few) == 2 and {word.lower() for word in few} in map(set, WORDS):
            return YES_NO
        if len(few) <= max(MOST, rows // 2):
            return CATEGORY
        raise InputError(
            f"X: the column {name!r} holds {len(few):,} different texts in {rows:,} rows, too many to tell "
            f"apart: leave it out, or name it among categorical=[…], which keeps the {MOST} most frequent ones."
        )
    raise KindError(f"X: the column {name!r} holds {frames.what_it_holds(cells)}: leave it out.")


def _category(name: str, cells: Array, unlike: Unlike) -> Column:
    """The frequent values, by the alphabet; the others share a column."""
    counts: Counter[str] = Counter()
    for cell, count in unlike:
        counts[text_of(cell)] += count
    least = max(2, RARE * len(cells))
    kept = [value for value, count in counts.most_common(MOST) if count >= least]
    missing = counts.total() < len(cells)
    return Column(
        name,
        CATEGORY,
        tuple(sorted(kept)),
        fill=len(kept) + 1.0,
        missing=missing,
        other=len(kept) < len(counts),
    )


def _yes_no(unlike: Unlike) -> tuple[str, ...]:
    """No and yes in the words of the column."""
    found = {text_of(cell) for cell, _ in unlike}
    for no, yes in (("0", "1"), *WORDS):
        if {word.lower() for word in found} <= {no, yes}:
            by_word = {word.lower(): word for word in found}
            return by_word.get(no, no), by_word.get(yes, yes)
    raise AssertionError(found)


def _is_category(column: Any) -> bool:
    """Whether whoever made the table says so."""
    return str(getattr(column, "dtype", "")).partition("(")[0].lower() in ("category", "categorical", "enum")
