"""The numerals of a printed result, each beside the entry that it stands for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reader.errors import Unreadable, Untrue
from reader.tree import Tree


def grid(side: Tree) -> list[list[str]]:
    """A result's numerals."""
    if side[0] == "matrix":
        return [["…" if cell[0] == "dots" else _numeral(cell) for cell in row] for row in side[1]]
    return [[_numeral(side)]]


def _numeral(tree: Tree) -> str:
    return f"-{tree[1][1]}" if tree[0] == "negative" else str(tree[1])


def beside(cells: list[list[str]], value: Any) -> Iterator[tuple[str, Any]]:
    """Each printed numeral with its entry; past an ellipsis rows and columns count from the end."""
    down = _places([all(c == "…" for c in row) for row in cells], value.shape[0])
    across = _places([all(row[j] == "…" for row in cells) for j in range(len(cells[0]))], value.shape[1])
    for i, row in zip(down, cells, strict=True):
        for j, text in zip(across, row, strict=True):
            if i is None or j is None:
                continue
            if text == "…":
                raise Unreadable("an ellipsis stands inside a matrix")
            yield text, value[i, j]


def _places(dots: list[bool], size: int) -> list[int | None]:
    if not any(dots):
        if len(dots) != size:
            raise Untrue(f"{len(dots)} rows or columns are printed of {size}")
        return list(range(size))
    if sum(dots) > 1 or len(dots) - 1 >= size:
        raise Unreadable("ellipses leave nothing out")
    cut = dots.index(True)
    return [*range(cut), None, *range(size - (len(dots) - cut - 1), size)]
