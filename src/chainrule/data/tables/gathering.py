"""From rows of text to the columns of a table, some rows at a time, so that numbers take the room of numbers."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chainrule.data.tables.columns import Column, Growing, finished, of_numbers
from chainrule.data.tables.headers import numbered
from chainrule.data.tables.layouts import Layout
from chainrule.data.tables.table import Table
from chainrule.errors import FileError

ROWS, CELLS = 4096, 1 << 20  # that are turned into numbers together, at most
INDEX = ("", "Unnamed: 0")  # what pandas calls a column that it wrote beside the others

Rows = Iterable[tuple[int, list[str]]]


def gathered(
    path: Path,
    layout: Layout,
    rows: Callable[[], Rows],
    unit: str,
    wanted: Collection[str] | None,
    target: str | None,
    values: NDArray[np.float64] | None = None,
) -> Table:
    """Make a table of rows.

    Parameters
    ----------
    path : the file
    layout : of its rows
    rows : gives the rows from the first to the last one, each with its place, as often as it is called
    unit : what the places count
    wanted : the names of the columns to be read; None reads all
    target : as for `read_text_table`
    values : of all rows, where they are known already: each row is then one place after the one before it

    Raises
    ------
    FileError : names that occur twice, no rows, fewer or more of them than the header of another program promises
    """
    given = layout.names or tuple(numbered(layout.width))
    names = [name or f"c{j + 1}" for j, name in enumerate(given)]
    _check_names(path, layout, names)
    asked = set(names if wanted is None else wanted)
    chosen = [j for j, name in enumerate(names) if name in asked]
    last = max((j for j in chosen if given[j]), default=None) if wanted is None else None
    kept = names.index(target) if target in names else last if target is None else None
    if values is not None:
        places: Sequence[int] = range(layout.skipped + 1, layout.skipped + 1 + len(values))
        found = [of_numbers(names[j], values[:, j]) for j in chosen]
    else:
        grown = {j: Growing(layout.decimal, j == kept) for j in chosen}
        places = _grow(grown, rows, len(names))
        found = [finished(names[j], grown[j], layout.marks, layout.sure) for j in chosen]
    if not layout.sure and layout.decimal == "." and any(map(_has_decimal_comma, found)):
        # It stands further on than the layout was looked for.
        layout = replace(layout, decimal=",", marks=(",", "."), sure=True)
        return gathered(path, layout, rows, unit, wanted, target)
    if not places:
        raise FileError(f"{path} has a header and no rows. It takes a row for each sample.")
    if layout.samples not in (None, len(places)):
        raise FileError(
            f"{path}, {unit} {layout.skipped}: the header of another program promises {layout.samples} samples, and "
            f"there are {len(places)}. Get the file again, or correct that number."
        )
    columns, left_out = _without_index(found, {names[j] for j in chosen if given[j] in INDEX})
    gone = {column.name for column in found} - {column.name for column in columns}
    said = ", ".join(filter(None, (layout.said, *left_out)))

    def again(name: str) -> list[str]:
        return _texts(rows(), [names.index(name)])[0]

    return Table(path, columns, [name for name in names if name not in gone], said, places, unit, again)


def _has_decimal_comma(column: Column) -> bool:
    spelled = column.spelled
    return spelled is not None and spelled.decimal == "," and any("," in text for text in spelled.values)


def _grow(grown: Mapping[int, Growing], rows: Callable[[], Rows], width: int) -> Sequence[int]:
    """Let columns take all rows, and give the places of these."""
    places = array("q")
    for block in _blocks(rows(), width, places):
        for j, growing in grown.items():
            growing.extend(block[j])
    lost = [j for j, growing in grown.items() if growing.lost]
    for j, texts in zip(lost, _texts(rows(), lost) if lost else (), strict=True):
        grown[j].texts = texts
    return places


def _check_names(path: Path, layout: Layout, names: Sequence[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        shown = ", ".join(twice[:5]) + (", …" if len(twice) > 5 else "")
        raise FileError(
            f"{path}, line {layout.skipped}: more than one column is called {shown}. Rename them."
        )


def _blocks(rows: Rows, width: int, places: array[int]) -> Iterator[list[tuple[str, ...]]]:
    """The columns of some rows at a time; their places are added to the others."""
    rows, most = iter(rows), max(1, min(ROWS, CELLS // width))
    while block := list(islice(rows, most)):
        places.extend(place for place, _ in block)
        yield list(zip(*(row for _, row in block), strict=True))


def _texts(rows: Rows, columns: Sequence[int]) -> list[list[str]]:
    """The texts of some columns, of those that are the same one alone."""
    found: list[list[str]] = [[] for _ in columns]
    same: dict[str, str] = {}
    for _, row in rows:
        for texts, j in zip(found, columns, strict=True):
            text = row[j].strip()
            texts.append(same.setdefault(text, text))
    return found


def _without_index(columns: list[Column], unnamed: Collection[str]) -> tuple[list[Column], list[str]]:
    """The columns without those of no name that hold nothing or count the rows; and what is left out, in words."""
    found, said = [], []
    for i, column in enumerate(columns):
        if column.name in unnamed and column.seen == "empty":
            continue  # a delimiter at the end of each line
        if column.name in unnamed and i == 0 and len(columns) > 1 and _is_index(column):
            said.append("the unnamed first column left out (row names)")
            continue
        found.append(column)
    return found, said


def _is_index(column: Column) -> bool:
    """Whether a column counts or names the rows."""
    if column.values is None:
        return column.texts is not None and len(set(column.texts)) == len(column.texts)
    start = column.values[0] if len(column.values) else 0
    return start in (0, 1) and bool((column.values == np.arange(start, start + len(column.values))).all())
