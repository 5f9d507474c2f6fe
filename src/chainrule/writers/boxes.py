"""Boxes of text: matrices and formulas of several lines, put side by side on a common line."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from chainrule.notation import HARD_SPACE

Cells = Sequence[Sequence[str]]
_KEPT = re.compile(r"\[[^\[\]]*\]|(?:… )?\(the other [^()]*\)")


@dataclass(frozen=True)
class Box:
    """Lines of equal width; `base` is the one that stands on the line of the formula."""

    lines: tuple[str, ...]
    base: int = 0

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.lines[0])


def wrap(text: str, width: int, indent: str = "  ") -> list[str]:
    """Cut a long line at spaces, but not within an index such as [0, 1] or the rest of a sum (the other 4: 0.5).

    Further lines are indented. A product without a space that is longer than a line is cut after a sign.
    """
    kept = _KEPT.sub(lambda found: found[0].replace(" ", HARD_SPACE), text)
    lines = textwrap.wrap(
        kept,
        width,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
    return [cut.replace(HARD_SPACE, " ") for line in lines for cut in _cut(line, width, indent)]


def _cut(line: str, width: int, indent: str) -> Iterator[str]:
    """A line that is too long in pieces that end in × or /, as far as it has these."""
    while len(line) > width and (end := max(line.rfind("×", 0, width), line.rfind("/", 0, width)) + 1):
        yield line[:end]
        line = indent + line[end:]
    yield line


def box(piece: Any) -> Box:
    """A string as a box of one line; a box as it is."""
    return piece if isinstance(piece, Box) else Box((str(piece),))


def beside(pieces: Sequence[Any]) -> Box:
    """Boxes side by side."""
    boxes = [box(piece) for piece in pieces]
    above = max(b.base for b in boxes)
    below = max(len(b.lines) - b.base for b in boxes)
    rows = []
    for row in range(-above, below):
        cells = []
        for b in boxes:
            inside = 0 <= row + b.base < len(b.lines)
            cells.append(b.lines[row + b.base] if inside else " " * b.width)
        rows.append("".join(cells))
    return Box(tuple(rows), above)


def fence(inner: Box, kind: str, ascii: bool = False) -> Box:
    """Brackets around a box, as tall as it: ``[`` for a matrix, ``(`` for a part of a formula."""
    sides = {"[": ("⎡⎢⎣", "⎤⎥⎦"), "(": ("⎛⎜⎝", "⎞⎟⎠")}[kind]
    close = {"[": "]", "(": ")"}[kind]
    rows = len(inner.lines)
    if rows == 1:
        return Box((f"{kind}{inner.lines[0]}{close}",), 0)
    lines = []
    for i, line in enumerate(inner.lines):
        at = 0 if i == 0 else 2 if i == rows - 1 else 1
        left, right = (kind, close) if ascii else (sides[0][at], sides[1][at])
        lines.append(f"{left}{line}{right}")
    return Box(tuple(lines), inner.base)


def matrix(cells: Cells, ascii: bool = False) -> Box:
    """A matrix in brackets, its columns aligned at the decimal point."""
    columns = [_aligned(column) for column in zip_longest(*cells, fillvalue="")]
    lines = tuple("  ".join(row) for row in zip(*columns, strict=True))
    return fence(Box(lines, (len(lines) - 1) // 2), "[", ascii)


def _aligned(column: Sequence[str]) -> list[str]:
    if len(column) == 1:
        return list(column)
    dots = [cell in ("…", "⋮", "...", ":") for cell in column]
    if any(dots):
        rest = iter(_aligned([cell for cell, dot in zip(column, dots, strict=True) if not dot] or [""]))
        cells = [cell if dot else next(rest) for cell, dot in zip(column, dots, strict=True)]
        return [cell.center(max(map(len, cells))) for cell in cells]
    if any(not _plain(cell) for cell in column):
        return [cell.ljust(max(map(len, column))) for cell in column]
    left = [cell.partition(".")[0] for cell in column]
    right = [cell[len(part) :] for cell, part in zip(column, left, strict=True)]
    wide, deep = max(map(len, left)), max(map(len, right))
    return [a.rjust(wide) + b.ljust(deep) for a, b in zip(left, right, strict=True)]


def _plain(cell: str) -> bool:
    return cell.lstrip("-").replace(".", "", 1).replace("e-", "").replace("e+", "").isdigit()
