"""Matrices that are drawn over several lines of text, put in one line as lists."""

from __future__ import annotations

from collections.abc import Iterator

Box = tuple[int, int, int, int]  # its first row, how many it has, the columns where it begins and ends
LEFT, RIGHT = "⎡⎛┌╭", "⎤⎞┐╮"
_SIDES, _ENDS = "⎢⎥⎜⎟│|", "⎣⎦⎝⎠└┘╰╯"
TALLEST = 100  # rows of a matrix


def in_one_line(rows: list[str]) -> list[str]:
    """As many lines; each matrix stands in that line of its own which the formula around it is in."""
    return _joined(_unboxed(rows))


def _unboxed(rows: list[str]) -> list[str]:
    if not any(sign in row for row in rows for sign in LEFT):
        return rows
    rows = [row.expandtabs() for row in rows]
    boxes = list(_boxes(rows))
    blank = [list(row) for row in rows]
    tops: dict[int, list[Box]] = {}
    for box in boxes:
        tops.setdefault(box[0], []).append(box)
    groups = [
        box
        for box in boxes
        if any(_within(other, box) for top in range(box[0], box[0] + box[1]) for other in tops.get(top, ()))
    ]
    grouped = set(groups)
    matrices = [box for box in boxes if box not in grouped]
    for top, height, left, right in matrices:
        for at in range(top, top + height):
            blank[at][left:right] = " " * len(blank[at][left:right])
    for top, height, left, right in groups:
        for at in range(top, top + height):
            blank[at][left] = blank[at][right - 1] = " "
    pieces: dict[int, list[tuple[int, int, str]]] = {}
    for top, height, left, right in matrices:
        cells = [rows[at][left + 1 : right - 1].strip() for at in range(top, top + height)]
        text = "[" + ", ".join(f"[{cell}]" for cell in cells if cell) + "]"
        pieces.setdefault(_base(blank, top, height), []).append((left, right, text))
    for top, height, left, right in groups:
        base = pieces.setdefault(_base(blank, top, height), [])
        base += [(left, left + 1, "("), (right - 1, right, ")")]
    result = ["".join(row).rstrip() for row in blank]
    for at, put in pieces.items():
        line = "".join(blank[at])
        for left, right, text in sorted(put, reverse=True):
            line = line[:left] + text + line[right:]
        result[at] = line.rstrip()
    return result


def _base(blank: list[list[str]], top: int, height: int) -> int:
    """The line that a matrix belongs to: where most else stands, or the one in the middle."""
    outside = [len("".join(blank[at]).strip()) for at in range(top, top + height)]
    return top + max(range(height), key=lambda at: (outside[at], -abs(2 * at - height + 1)))


def _within(box: Box, other: Box) -> bool:
    return other[0] <= box[0] < other[0] + other[1] and other[2] < box[2] and box[3] < other[3]


def _boxes(rows: list[str]) -> Iterator[Box]:
    """Every pair of tall brackets, those within others, too."""
    for top, row in enumerate(rows):
        open_at: list[tuple[int, int]] = []
        for at, sign in enumerate(row):
            if sign in LEFT and (height := _height(rows, top, at)):
                open_at.append((at, height))
            elif sign in RIGHT and open_at and _height(rows, top, at) == open_at[-1][1]:
                left, height = open_at.pop()
                yield top, height, left, at + 1


def _height(rows: list[str], top: int, column: int) -> int:
    """How many rows a bracket has that begins there; 0 where it does not end."""
    for height in range(2, TALLEST):
        below = rows[top + height - 1][column : column + 1] if top + height <= len(rows) else ""
        if below and below in _ENDS:
            return height
        if not below or below not in _SIDES:
            return 0
    return 0


def _joined(rows: list[str]) -> list[str]:
    """A list whose brackets close some lines below, in its first line."""
    result = list(rows)
    opens = [row.count("[") - row.count("]") for row in rows]
    at = 0
    while at < len(rows):
        opened, end = opens[at], at + 1
        while opened > 0 and end < len(rows) and end - at < TALLEST and _is_row(rows[end]):
            opened += opens[end]
            end += 1
        if end > at + 1 and opened == 0:
            result[at] = " ".join([rows[at], *(row.strip() for row in rows[at + 1 : end])])
            result[at + 1 : end] = [""] * (end - at - 1)
            at = end
        else:
            at += 1
    return result


def _is_row(text: str) -> bool:
    return text.lstrip()[:1] in _BEGINS


_BEGINS = frozenset("[-+.0123456789]−")
