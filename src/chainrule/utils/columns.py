"""Cells in aligned columns."""

from __future__ import annotations

from collections.abc import Sequence


def cut(text: str, most: int) -> str:
    """A text of at most so many signs; the last one of a longer one tells that it went on.

    >>> cut("setosa", 6), cut("versicolor", 6)
    ('setosa', 'versi…')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def aligned(
    rows: Sequence[Sequence[str]], widths: Sequence[int] | None = None, left: bool = False
) -> list[str]:
    """The rows of a table as lines: the first column to the left, the others to the right.

    >>> aligned([["", "loss"], ["sgd", "0.5"]])
    ['     loss', 'sgd   0.5']
    >>> aligned([["", "loss"], ["sgd", "0.5"]], left=True)
    ['     loss', 'sgd  0.5']

    Parameters
    ----------
    rows : of as many cells each
    widths : of the columns; unless given, of their longest cells
    left : whether all columns are words, which stand to the left
    """
    if widths is None:
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [
            cell.ljust(width) if left else cell.rjust(width)
            for cell, width in zip(others, widths[1:], strict=True)
        ]
        lines.append("  ".join([first.ljust(widths[0]), *cells]).rstrip())
    return lines
