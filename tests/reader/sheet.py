"""The rows of a page as characters at places: tall brackets, and what stands beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reader.errors import Unreadable
from reader.tokens import Token, pieces_of, tokens_of

OPEN, CLOSE = "⎡⎢⎣", "⎤⎥⎦"
TALL_OPEN, TALL_CLOSE = "⎛⎜⎝", "⎞⎟⎠"


class Sheet:
    """The rows of a page as characters at places."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        width = max(map(len, self.lines), default=0)
        self.grid = [line.ljust(width) for line in self.lines]
        self.covered: list[list[tuple[int, int]]] = [[] for _ in self.lines]
        self.tail = (0, "")

    def outside(self, line: int) -> str:
        """A row without what stands in tall brackets."""
        text = re.sub(r"[⎡⎢⎣][^⎤⎥⎦]*[⎤⎥⎦]", lambda m: " " * len(m[0]), self.lines[line])
        return re.sub(r"[⎛⎜⎝⎞⎟⎠⎡⎢⎣⎤⎥⎦]", " ", text)

    def is_base(self, line: int) -> bool:
        """Whether something stands on this line itself."""
        return bool(self.outside(line).strip())

    def height(self, line: int, column: int, family: str) -> range:
        """The lines over which a tall bracket at that place goes."""
        top = bottom = line
        if self.grid[line][column] != family[0]:
            while True:
                top -= 1
                if top < 0 or self.grid[top][column] not in family[:2]:
                    raise Unreadable(f"line {line + 1}: the bracket at column {column + 1} has no top")
                if self.grid[top][column] == family[0]:
                    break
        if self.grid[line][column] != family[2]:
            while True:
                bottom += 1
                if bottom >= len(self.grid) or self.grid[bottom][column] not in family[1:]:
                    raise Unreadable(f"line {line + 1}: the bracket at column {column + 1} has no foot")
                if self.grid[bottom][column] == family[2]:
                    break
        return range(top, bottom + 1)

    def scan(self, line: int, start: int, stop: int) -> tuple[list[Token], str]:
        """The tokens on a line between two columns, and the remark at the right."""
        found: list[Token] = []
        row, at, text_from, note = self.grid[line], start, start, ""

        def flush(end: int, last: bool) -> None:
            nonlocal note
            text = row[text_from:end]
            if last:
                plain = re.sub(r"\[[^\]]*\]", lambda m: "x" * len(m[0]), text)
                gap = re.search(r"(?<=\S)\s{3,}(?=\S)", plain) or (
                    re.match(r"\s{3,}(?=\S)", plain) if text_from > start else None
                )
                if gap:
                    note, text = text[gap.end() :].strip(), text[: gap.start()]
                self.tail = (len(found), text)  # a wrapped line goes on here
            found.extend(tokens_of(text))

        while at < stop:
            sign = row[at]
            if sign in OPEN:
                flush(at, False)
                lines = self.height(line, at, OPEN)
                end = next((c for c in range(at, stop) if row[c] in CLOSE), None)
                if end is None or [self.grid[i][end] for i in lines] != list(_side(CLOSE, len(lines))):
                    raise Unreadable(f"line {line + 1}: the bracket at column {at + 1} has no partner")
                rows = [pieces_of(self.grid[i][at + 1 : end]) for i in lines]
                if len({len(cells) for cells in rows}) != 1:
                    raise Unreadable(f"line {line + 1}: rows of different length in a matrix")
                for i in lines:
                    self.covered[i].append((at, end + 1))
                found.append(Token("matrix", "⎡…⎦", rows))
                at = text_from = end + 1
            elif sign in TALL_OPEN:
                flush(at, False)
                lines = self.height(line, at, TALL_OPEN)
                depth = 0
                for end in range(at, stop):
                    depth += (row[end] in TALL_OPEN) - (row[end] in TALL_CLOSE)
                    if depth == 0:
                        break
                else:
                    raise Unreadable(f"line {line + 1}: the bracket at column {at + 1} has no partner")
                if [self.grid[i][end] for i in lines] != list(_side(TALL_CLOSE, len(lines))):
                    raise Unreadable(f"line {line + 1}: brackets of different height")
                inner, remark = self.scan(line, at + 1, end)
                if remark:
                    raise Unreadable(f"line {line + 1}: what is {remark!r}?")
                for i in lines:
                    self.covered[i] += [(at, at + 1), (end, end + 1)]
                found.append(Token("group", "⎛…⎠", inner))
                at = text_from = end + 1
            else:
                at += 1
        flush(stop, True)
        return found, note

    def left_over(self) -> Iterator[int]:
        """Lines of which a part belongs to no formula that was read."""
        for number, line in enumerate(self.lines):
            if not self.is_base(number) and any(
                sign != " " and not any(a <= column < b for a, b in self.covered[number])
                for column, sign in enumerate(line)
            ):
                yield number


def _side(family: str, rows: int) -> str:
    return family[0] + family[1] * (rows - 2) + family[2]
