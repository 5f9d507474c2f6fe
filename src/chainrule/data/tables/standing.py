"""The columns of a table as they stand, for networks that prepare them: numbers, words, days, and what is missing."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.cells import Cells
from chainrule.data.tables.columns import Column
from chainrule.data.tables.dates import dates
from chainrule.data.tables.spelling import is_missing, is_number, readings
from chainrule.data.tables.table import Role, Table, usable
from chainrule.errors import FileError, InputError, UnknownName
from chainrule.utils.checks import short

KINDS = ("number", "numeric", "yes/no", "category", "date")
"""What a column may be said to be; "numeric" are numbers beside which all else counts as missing."""

Kinds = Mapping[str, str]


def check_kinds(table: Table, kinds: Kinds, targets: Collection[str], features: Collection[str]) -> None:
    """Refuse to say of columns what they are that are no features, or what no column is."""
    for name, kind in kinds.items():
        if kind not in KINDS:
            raise UnknownName("kind of column", kind, KINDS)
        if table.column(name).name in targets:
            raise InputError(f"cells={{{name!r}: {kind!r}}}: that is the target, which is not prepared.")
        if name not in features:
            raise InputError(f"cells={{{name!r}: {kind!r}}}: that is no feature. Leave it out.")


def is_plain(columns: Sequence[Column]) -> bool:
    """Whether all columns are numbers, yes and no as 1 and 0, that are all there; or such as nobody could tell."""
    return all(usable(column) or column.doubt is not None for column in columns)


def standing(table: Table, columns: Sequence[Column], kinds: Kinds, role: Role) -> Cells:
    """Columns of a table as they stand.

    Parameters
    ----------
    table, columns : of which these are
    kinds : what some of them are, by name; others are what they are seen as
    role : as for `Table.refusal`

    Raises
    ------
    FileError : a column that is nothing a network could be given, or in doubt
    """
    return Cells({column.name: _cells(table, column, kinds.get(column.name), role) for column in columns})


def what_is_done(column: Column, kind: str | None) -> str:
    """How a column is prepared, in a few words."""
    kind = kind or _seen(column)
    filled = ", what is missing is filled in and told by a column" if column.missing else ""
    if kind == "category":
        return "feature, a column for each value"
    if kind == "numeric" and column.values is None:
        filled = ", all else is missing: it is filled in and told by a column"
    return {"date": "feature, days since 1970"}.get(kind, "feature") + filled


def _seen(column: Column) -> str:
    return column.seen if column.seen in ("yes/no", "category", "date") else "number"


def _cells(table: Table, column: Column, kind: str | None, role: Role) -> NDArray[Any]:
    if column.doubt is not None and kind != "category":
        raise table.refusal(column, role)
    if kind is None:
        _check_told(table, column, role)
        kind = _seen(column)
    if kind == "numeric":
        return _numeric(table, column, role)
    if kind == "date":
        return _moments(table, column)
    if kind == "category" or (kind == "yes/no" and _has_words(table, column)):
        return _words(table.texts(column))
    if column.seen == "empty":
        return np.full(len(table.places), np.nan)
    if column.values is None or np.isinf(column.values).any():
        raise table.refusal(column, role)
    table.warn_of_lost(column)
    return column.values


def _check_told(table: Table, column: Column, role: Role) -> None:
    """Ask about a column of which nothing tells what to do with it."""
    if column.values is not None or column.seen == "date":
        return
    texts = table.texts(column)
    there = {text for text in {*texts} if not is_missing(text)}
    numeric = sum(map(is_number, there))
    ways = f"Leave it out with ignore={[column.name]!r}, or take"
    if numeric == len(there) and not readings(there):
        raise table.refusal(column, role)
    if 2 * numeric > len(there):
        row = next(i for i, text in enumerate(texts) if not is_missing(text) and not is_number(text))
        raise FileError(
            f"{table.place(row, column)}: {short(texts[row])} is text, and {numeric} other values of this column are "
            f"numbers. {ways} what is no number for missing with cells={{{column.name!r}: 'numeric'}}, or all for "
            f"categories with cells={{{column.name!r}: 'category'}}."
        )
    if column.seen in ("text", "id"):
        raise FileError(
            f"{table.path}, column {column.name!r}: {len(there):,} different texts in {len(texts):,} rows, such as "
            f"{short(texts[0])}, are too many for a column each. {ways} the frequent ones with "
            f"cells={{{column.name!r}: 'category'}}."
        )


def _has_words(table: Table, column: Column) -> bool:
    """Whether yes and no are words, and no 1 and 0."""
    return column.values is None or (
        column.texts is not None and any(map(str.isalpha, "".join(set(column.texts))))
    )


def _words(texts: Sequence[str]) -> NDArray[Any]:
    cells = {text: None if is_missing(text) else text.strip() for text in set(texts)}
    found = np.empty(len(texts), object)
    found[:] = [cells[text] for text in texts]
    return found


def _numeric(table: Table, column: Column, role: Role) -> NDArray[np.float64]:
    """The numbers of a column, NaN for all that is none."""
    if column.values is not None:
        return np.where(np.isfinite(column.values), column.values, np.nan)
    texts = table.texts(column)
    there = {text for text in {*texts} if is_number(text) and not is_missing(text)}
    if not there:
        raise FileError(f"{table.path}, column {column.name!r}: no value of it is a number.")
    ways = readings(there)
    if len(ways) != 1:
        doubt = (ways[0], ways[1]) if ways else None
        raise table.refusal(dataclasses.replace(column, doubt=doubt), role)
    return np.array([ways[0].values.get(text, np.nan) for text in texts])


def _moments(table: Table, column: Column) -> NDArray[np.datetime64]:
    """The moments of a column, not-a-time where one is missing."""
    texts = table.texts(column)
    there = {text for text in {*texts} if not is_missing(text)}
    ways = dates(there)
    if len(ways) == 1:
        return np.array([ways[0].get(text) for text in texts], "datetime64[us]")
    if ways:
        text = next(text for text in texts if ways[0].get(text) != ways[1].get(text))
        raise FileError(
            f"{table.place(texts.index(text), column)}: {short(text)} could be {ways[0][text]:%Y-%m-%d} or "
            f"{ways[1][text]:%Y-%m-%d}. Write days as the former is, leave the column out with "
            f"ignore={[column.name]!r}, or take it for categories with cells={{{column.name!r}: 'category'}}."
        )
    row = next((i for i, text in enumerate(texts) if text in there and not dates({text})), 0)
    raise FileError(
        f"{table.place(row, column)}: {short(texts[row])} is no day, or written unlike others. Write days as "
        f"2020-01-31, or leave the column out with ignore={[column.name]!r}."
    )
