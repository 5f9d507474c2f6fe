"""Tables of text: CSV and its relatives, in whatever layout they have."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain, islice
from itertools import count as count_from
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chainrule.data.tables.encodings import opened_text
from chainrule.data.tables.finding import find_layout
from chainrule.data.tables.gathering import gathered
from chainrule.data.tables.layouts import BLANKS, Layout, Wanted, rows
from chainrule.data.tables.table import Table
from chainrule.errors import FileError


def read_text_table(
    path: Path, wanted: Wanted, columns: Collection[str] | None = None, target: str | None = None
) -> Table:
    """Read a table of text.

    Parameters
    ----------
    path : the file
    wanted : what is known of its layout
    columns : the names of those to be read; None reads all. Other columns may hold anything
    target : the column whose texts are kept, the last one unless given

    Raises
    ------
    FileError : no such file, one in no layout or in one that is in doubt, rows of another length, no rows
    """
    layout = find_layout(path, wanted)
    values = _plain_numbers(path, layout)
    return gathered(path, layout, lambda: _rows(path, layout), "line", columns, target, values)


def _plain_numbers(path: Path, layout: Layout) -> NDArray[np.float64] | None:
    """All values of a table of plain numbers alone, a line for each row; None of any other table."""
    if layout.decimal != "." or layout.delimiter == BLANKS:
        return None
    with opened_text(path, layout.encoding) as file:
        lines = iter(file)
        first = next(islice(lines, layout.skipped, None), "").strip()
        if not first:
            return None
        count = count_from(1)
        counted = (line for line, _ in zip(chain([first], lines), count, strict=False))
        try:
            values = np.loadtxt(counted, delimiter=layout.delimiter, comments=None, ndmin=2)
        except ValueError:
            return None
    whole = next(count) == len(values) + 1 and values.shape[1] == layout.width  # no line is empty
    return values if whole and np.isfinite(values).all() else None


def _rows(path: Path, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """The rows of values, each with the line on which it ends: without empty ones, and without comments."""
    width = layout.width
    with opened_text(path, layout.encoding) as file:
        for line, row in rows(file, path, layout):
            if not any(row):
                continue
            if len(row) != width:
                if row[0].startswith("#") or not any(map(str.strip, row)):
                    continue
                if len(row) != width + 1 or row[-1].strip():
                    raise _of_other_length(path, line, row, layout)
                row = row[:-1]  # a delimiter at the end of this line alone
            yield line, row


def _of_other_length(path: Path, line: int, row: list[str], layout: Layout) -> FileError:
    there = "the rows before have" if layout.names is None else "the header names"
    columns = "" if layout.names is None else " columns"
    return FileError(
        f"{path}, line {line}: there are {len(row)} values, and {there} {layout.width}{columns}."
    )
