"""Matrices that are drawn over several lines of text, put in one line as lists."""

from __future__ import annotations

LEFT, RIGHT = "⎡⎛┌╭", "⎤⎞┐╮"
_SIDES, _ENDS = "⎢⎥⎜⎟│|", "⎣⎦⎝⎠└┘╰╯"
TALLEST = 200  # rows of a matrix
LONGEST = 100_000  # signs of a list over several lines


def in_one_line(rows: list[str]) -> list[str]:
    """As many lines; each matrix stands in that line of its own which the formula around it is in."""
    return _joined(_unboxed(rows))


def _unboxed(rows: list[str]) -> list[str]:
    if not any(sign in row for row in rows for sign in LEFT):
        return rows
    rows = [row.expandtabs() for row in rows]
    found = []
    for top, row in enumerate(rows):
        start = 0
        while (box := _next_box(rows, top, start)) is not None:
            found.append((top, *box))
            start = box[2]
        del row
    blank = [list(row) for row in rows]
    for top, height, left, right in found:
        for at in range(top, top + height):
            blank[at][left:right] = " " * len(blank[at][left:right])
    put: dict[int, list[tuple[int, int, str]]] = {}
    for top, height, left, right in found:
        outside = ["".join(blank[at]).strip() for at in range(top, top + height)]
        base = max(range(height), key=lambda at: (len(outside[at]), -abs(2 * at - height + 1)))
        cells = [rows[at][left + 1 : right - 1].strip() for at in range(top, top + height)]
        text = "[" + ", ".join(f"[{cell}]" for cell in cells) + "]"
        put.setdefault(top + base, []).append((left, right, text))
    result = ["".join(row).rstrip() for row in blank]
    for at, pieces in put.items():
        line = "".join(blank[at])
        for left, right, text in sorted(pieces, reverse=True):
            line = line[:left] + text + line[right:]
        result[at] = line.rstrip()
    return result


def _next_box(rows: list[str], top: int, start: int) -> tuple[int, int, int] | None:
    """The height of the next matrix whose first row this is, and the columns where it begins and ends."""
    row = rows[top]
    left = min((at for sign in LEFT if (at := row.find(sign, start)) >= 0), default=-1)
    while left >= 0:
        height = _height(rows, top, left)
        right = min((at for sign in RIGHT if (at := row.find(sign, left)) >= 0), default=-1)
        if height and right > 0 and _height(rows, top, right) == height:
            return height, left, right + 1
        left = min((at for sign in LEFT if (at := row.find(sign, left + 1)) >= 0), default=-1)
    return None


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
    at = 0
    while at < len(rows):
        opened = rows[at].count("[") - rows[at].count("]")
        end = at + 1
        size = len(rows[at])
        while opened > 0 and end < len(rows) and size < LONGEST and _is_row(rows[end]):
            opened += rows[end].count("[") - rows[end].count("]")
            size += len(rows[end])
            end += 1
        if end > at + 1 and opened == 0:
            result[at] = " ".join([rows[at], *(row.strip() for row in rows[at + 1 : end])])
            result[at + 1 : end] = [""] * (end - at - 1)
            at = end
        else:
            at += 1
    return result


def _is_row(text: str) -> bool:
    return text.strip()[:1] in set("[-+.0123456789]−") and bool(text.strip())
