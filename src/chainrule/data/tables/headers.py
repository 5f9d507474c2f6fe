"""Whether the first row of a table names its columns, and what they are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from chainrule.data.tables.layouts import Layout, Wanted, rows
from chainrule.data.tables.spelling import is_missing, is_number
from chainrule.errors import FileError

YEARS = range(1500, 2201)  # numbers that may well name columns


def counts(first: Sequence[str], width: int) -> bool:
    """Whether a row counts samples and features, and names classes, as scikit-learn's own files begin.

    >>> counts(["150", "4", "setosa", "versicolor", "virginica"], 5)
    True
    """
    numbers, classes = first[:2], first[2:]
    if not classes or not all(map(str.isdecimal, numbers)) or any(map(is_number, classes)):
        return False
    return int(numbers[1]) == width - 1


def with_names(
    path: Path,
    layout: Layout,
    found: Sequence[list[str]],
    lines: Sequence[int],
    comments: Sequence[str],
    wanted: Wanted,
) -> Layout:
    """A layout with the names of columns, if there are any, and without their row.

    Parameters
    ----------
    path : the file
    layout : the layout so far
    found, lines : its first rows, and the lines on which they end
    comments : the lines before them that are skipped
    wanted : what a user says

    Raises
    ------
    FileError : where the first row could be names or values
    """
    first, body = found[0], found[1:]
    width = Counter(map(len, body or [first])).most_common(1)[0][0]
    said = tuple([f"{_count(comments, 'comment line')} skipped"] if any(map(str.strip, comments)) else [])
    header = wanted.header
    if header is None and counts(first, width) and body:
        said = (*said, f"a header of another program ({_shown(first)}), columns {_numbered(width)}")
        return replace(layout, skipped=lines[0], width=width, samples=int(first[0]), found=said)
    if header is None:
        header = _is_header(path, first, [row for row in body if len(row) == width], lines[0])
    if header:
        names = _fitting(first, body, width)
        return replace(layout, skipped=lines[0], width=len(names), names=names, found=said)
    if wanted.header is None and (named := _names_in(comments, path, layout, width)):
        return replace(layout, width=width, names=named, found=("the header in a comment",))
    return replace(layout, width=width, found=(*said, f"no header (columns {_numbered(width)})"))


def _is_header(path: Path, first: list[str], body: list[list[str]], line: int) -> bool:
    """Whether a first row names columns: text stands there where columns hold numbers, and no number does."""
    columns = [[cell for cell in column if not is_missing(cell)] for column in zip(*body, strict=True)]
    numeric = [
        j for j, column in enumerate(columns[: len(first)]) if column and all(map(is_number, set(column)))
    ]
    numbers = [first[j] for j in numeric if is_number(first[j])]
    texts = [first[j] for j in numeric if not is_number(first[j]) and not is_missing(first[j])]
    missing = [first[j] for j in numeric if first[j] and is_missing(first[j])]
    if texts and not numbers:
        return True
    if first == [str(j) for j in range(len(first))] and len(first) > 2:
        return True  # as pandas names columns
    years = len(set(numbers)) == len(numbers) and all(n.isdecimal() and int(n) in YEARS for n in numbers)
    if numbers and years and texts:
        return True
    if (numbers and not texts and not years) or (not body and any(map(is_number, first))):
        return False
    if not numbers:
        again = sum(bool(cell) and cell in column for cell, column in zip(first, columns, strict=False))
        if not missing and (not again or len(body) < 3):
            return True
        if 2 * again >= len(first):
            return False
    raise FileError(
        f"{path}, line {line}: {_shown(first)} could be the names of the columns, or the first row of values. Say "
        "which, with header=True or header=False."
    )


def _fitting(first: list[str], body: Sequence[list[str]], width: int) -> tuple[str, ...]:
    """The names, as many as there are values in a row, where the header has one more or less for a known reason.

    That is a delimiter at the end of lines, or a first column of row names, which R leaves without a name.
    """
    if len(first) == width + 1 and first[-1] == "":
        return tuple(first[:-1])
    if len(first) == width - 1:
        if all(row[-1] == "" for row in body if len(row) == width):
            return (*first, "")
        names = [row[0] for row in body if len(row) == width]
        if len(names) > 2 and len(set(names)) == len(names):
            return ("", *first)
    return tuple(first)


def _names_in(comments: Sequence[str], path: Path, layout: Layout, width: int) -> tuple[str, ...] | None:
    """The names that the last comment before a table gives, as NumPy's `savetxt` writes them."""
    last = next((line.strip() for line in reversed(comments) if line.strip()), "").lstrip("#").strip()
    try:
        row = next(rows(iter([last]), path, replace(layout, skipped=0)), (0, []))[1]
    except FileError:  # words with a quotation mark
        return None
    names = tuple(map(str.strip, row))
    distinct = len(names) == len(set(names)) == width > 1
    return names if distinct and all(names) and not any(map(is_number, names)) else None


def numbered(width: int) -> list[str]:
    """The names of columns that have none.

    >>> numbered(3)
    ['c1', 'c2', 'c3']
    """
    return [f"c{j + 1}" for j in range(width)]


def _numbered(width: int) -> str:
    names = numbered(width)
    return ", ".join(names) if width < 3 else f"{names[0]} … {names[-1]}"


def _count(items: Sequence[str], what: str) -> str:
    count = sum(bool(item.strip()) for item in items)
    return f"{count} {what}{'' if count == 1 else 's'}"


def _shown(names: Sequence[str]) -> str:
    return ",".join(names[:5]) + (",…" if len(names) > 5 else "")
