"""A page: its heading, titles, equations and remarks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from reader.errors import TooWide, Unreadable
from reader.parser import parse, plain_letters
from reader.pictures import Pictures, take
from reader.sheet import Sheet
from reader.tokens import Token, tokens_of
from reader.tree import Tree


@dataclass
class Equation:
    """``name[index] = side = side ≈ side``."""

    line: int
    number: str
    name: str
    index: tuple[int, ...] | None
    sides: list[tuple[str, Tree]] = field(default_factory=list)
    note: str = ""


@dataclass
class Page:
    """What stands on a page."""

    heading: list[str]
    equations: list[Equation]
    remarks: list[str]
    titles: list[str]
    pictures: list[Pictures] = field(default_factory=list)


_START = re.compile(
    r"\s+(?:(?P<number>\d+\.\d+)\s+)?(?P<name>log\(1 - \w+\)|log \w+|[A-Za-zα-ωẑŷ][\w²]*)"
    r"(?P<index>\[[\d, ]+\])? (?=[=≈] )"
)
_PROSE = re.compile(r"\b(is|are|the|in|of|over|but|where|with|and|than|rounding|rule|held)\b")
_GO_ON = re.compile(r"\s+(?=[=≈] )")


def plain_name(text: str) -> str:
    """A quantity's name in a trace: ``log a2`` is log_a2."""
    if text.startswith("log(1 - "):
        return f"log_not_{text[8:-1]}"
    return plain_letters(text.replace("log ", "log_"))


def read(text: str, width: int = 80) -> Page:
    """Read a walk-through.

    Raises
    ------
    Unreadable : for a line that is no heading, title, equation or remark
    """
    text, pictures = take(text)
    sheet = Sheet(text)
    blank = next((i for i, line in enumerate(sheet.lines) if not line), len(sheet.lines))
    page = Page(_joined(sheet.lines[:blank]), [], [], [], pictures)
    current: Equation | None = None
    pending: list[Token] = []
    piece = before = 0
    remark = False  # whether the line before belongs to one

    def finish() -> None:
        nonlocal current, pending
        if current is not None:
            try:
                current.sides = sides_of(pending)
            except Unreadable as error:
                raise Unreadable(f"line {current.line + 1}, {current.name}: {error}") from None
            page.equations.append(current)
        current, pending = None, []

    for number in range(blank, len(sheet.lines)):
        line = sheet.lines[number]
        if len(line) > width:
            raise TooWide(f"line {number + 1} is {len(line)} columns wide: {line}")
        if not sheet.is_base(number):
            if not line:
                finish()
            continue
        start = _START.match(line)
        if remark and line.startswith("    ") and not page.remarks[-1].endswith("."):
            page.remarks[-1] += " " + line.strip()
            continue
        remark = False
        # The left-hand side stands at the left of everything, so nothing tall is before it.
        go_on = _GO_ON.match(line)
        # What tells of no line: mW1, vW1 are 0 everywhere; 3 of 4 labels are right.
        names = re.match(r"  (?:[^\s,]+, \S|\d+ of \d+ )", line)
        wrapped = len(line) - len(line.lstrip()) == piece + 2 and re.match(
            r"[-+×/(√\d]|other \d", line.lstrip()
        )
        noted = current is not None and start is go_on is None and len(line) == width
        if noted and not names and not wrapped and _PROSE.search(line):
            current.note = " ".join(filter(None, (current.note, line.strip())))
        elif not line.startswith(" "):
            finish()
            if not re.fullmatch(r"GIVEN|FORWARD|LOSS|BACKWARD|UPDATE|SIGNS|Step \d+  \S.*", line):
                raise Unreadable(f"line {number + 1}: what is {line!r}?")
            page.titles.append(line)
        elif start is not None:
            finish()
            index = tuple(int(i) for i in start["index"][1:-1].split(",")) if start["index"] else None
            tokens, note = sheet.scan(number, start.end(), len(sheet.grid[number]))
            current = Equation(number, start["number"] or "", plain_name(start["name"]), index, [], note)
            pending, before, piece = tokens, 0, _last_side(line, start.end())
        elif current is not None and go_on is not None:
            tokens, note = sheet.scan(number, go_on.end(), len(sheet.grid[number]))
            before, piece = len(pending), _last_side(line, go_on.end())
            pending += tokens
            current.note = "; ".join(filter(None, (current.note, note)))
        elif names:
            finish()
            page.remarks.append(line.strip())
            remark = True
        elif current is not None and len(line) - len(line.lstrip()) == piece + 2:
            kept, text = sheet.tail
            sheet.tail = (kept, f"{text.rstrip()} {line.strip()}")
            pending = pending[: before + kept] + tokens_of(sheet.tail[1])
        elif current is not None and len(line) == width and not re.match(r"  \d+ of \d+ ", line):
            current.note = "; ".join(filter(None, (current.note, line.strip())))
        elif re.match(r"  \S", line) and ("[" not in line[:4] or " is held" in line):
            finish()
            page.remarks.append(line.strip())
            remark = True
        elif page.remarks and current is None and re.match(r"    \S", line):
            page.remarks[-1] += " " + line.strip()
        else:
            raise Unreadable(f"line {number + 1}: what is {line!r}?")
    finish()
    for number in sheet.left_over():
        raise Unreadable(f"line {number + 1}: {sheet.lines[number]!r} belongs to no formula")
    return page


def _last_side(line: str, start: int) -> int:
    """Where the last side of a line begins: a line that goes on stands two columns further in."""
    return [m.end() for m in re.finditer(r"(?<!\S)[=≈] ", line) if m.start() >= start][-1]


def _joined(lines: list[str]) -> list[str]:
    joined: list[str] = []
    for line in lines:
        if line.startswith("  ") and joined:
            # Parts are cut from one another on the first line, and some are cut within.
            parted = len(joined) == 1 and not joined[-1].endswith(",")
            joined[-1] += ("    " if parted else " ") + line.strip()
        else:
            joined.append(line)
    return joined


def sides_of(tokens: list[Token]) -> list[tuple[str, Tree]]:
    """A formula in pieces as its sides, each with the relation before it."""
    sides: list[tuple[str, list[Token]]] = []
    for token in tokens:
        if token.kind == "relation":
            sides.append((token.text, []))
        elif not sides:
            raise Unreadable(f"{token.text!r} stands before = or ≈")
        else:
            sides[-1][1].append(token)
    return [(relation, parse(side)) for relation, side in sides]
