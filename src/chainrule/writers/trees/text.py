"""A derivation as a tree in plain text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chainrule.notation import numeral
from chainrule.walkthrough.derived_entry import DerivedEntry
from chainrule.walkthrough.gradient_check import GradientCheck
from chainrule.writers.boxes import wrap
from chainrule.writers.text import plain
from chainrule.writers.trees.remarks import depth_told, remark, remarks, written_out

GAP = 2  # columns at least between an entry and what stands beside it
APART = 4  # and beside the widest one
NARROWEST = 24  # columns of a rule, however deep it stands


@dataclass(frozen=True)
class _Line:
    text: str
    beside: str = ""


def write_text(root: DerivedEntry, width: int = 80, ascii: bool = False) -> str:
    """Write a derivation, `width` columns wide, and below it the gradient check of its root."""
    lines = _placed(list(_tree(root, width)), width)
    if told := depth_told(root):
        lines += ["", *wrap(told, width)]
    if root.nudge is not None:
        lines += ["", *_nudge_lines(root.nudge, width)]
    text = "\n".join(line.rstrip() for line in lines)
    return plain(text) if ascii else text


def _placed(lines: list[_Line], width: int) -> list[str]:
    """The lines, with what stands beside them in one column, or left of it where there is too little room."""
    column = max((len(line.text) for line in lines if line.beside), default=0) + APART
    return [
        f"{line.text:<{min(column, max(width - len(line.beside), len(line.text) + GAP))}}{line.beside}"
        for line in lines
    ]


def _tree(root: DerivedEntry, width: int) -> Iterator[_Line]:
    def below(entry: DerivedEntry, indent: str) -> Iterator[_Line]:
        for i, part in enumerate(entry.parts):
            last = i == len(entry.parts) - 1
            deeper = indent + ("   " if last else "│  ")
            inside = deeper + ("│  " if part.parts else "   ")
            yield from _told(part, indent + ("└─ " if last else "├─ "), inside, width)
            yield from below(part, deeper)

    yield from _told(root, "", "  ", width)
    yield from below(root, "  ")


def _told(part: DerivedEntry, lead: str, indent: str, width: int) -> Iterator[_Line]:
    """An entry with its remark, and below it its rule."""
    text = f"{lead}{part.entry} = {numeral(part.value)}"
    both, short = remarks(part, not lead), remark(part, not lead)
    room = width - len(text) - GAP
    beside, under = (both, "") if len(both) <= room else (short, part.note)
    if part.nudge is not None and len(beside) > room:
        beside, under = "", both
    yield _Line(text, beside)
    below = wrap(under, max(width - len(indent), NARROWEST), "") if under else []
    yield from (_Line(indent + line) for line in [*below, *_rule(part, width - len(indent))])


def _rule(part: DerivedEntry, room: int) -> list[str]:
    """The rule of an entry and its numbers, on one line if they fit."""
    if part.rule is None:
        return []
    sides = [f"= {part.formula}", *([f"{part.relation} {part.numbers}"] if part.counts else [])]
    both = " ".join(sides)
    if len(both) <= room:
        return [both]
    return [line for side in sides for line in wrap(side, max(room, NARROWEST), "    ")]


def _nudge_lines(nudge: GradientCheck, width: int) -> list[str]:
    slope = written_out(nudge)
    if not slope.text:
        return wrap(f"{slope.head} {slope.verdict}", width)
    return [slope.head, *(f"  {line}" for line in wrap(f"{slope.text}   {slope.verdict}", width - 2))]
