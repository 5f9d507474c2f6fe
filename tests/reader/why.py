"""A derivation of one number: a tree of entries, each with its rule, and the nudge below it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from reader.errors import TooWide, Unreadable
from reader.page import plain_name, sides_of
from reader.tokens import tokens_of
from reader.tree import Tree


@dataclass
class Entry:
    """An entry of the tree: ``name[index] = value``, its remark, and the sides of its rule."""

    line: int
    depth: int
    name: str
    index: tuple[int, ...] | None
    value: str
    remark: str = ""
    sides: list[tuple[str, Tree]] = field(default_factory=list)


@dataclass
class Derivation:
    """A tree and what stands below it."""

    entries: list[Entry]
    below: list[str]


_ENTRY = re.compile(
    r"(?P<name>log\(1 - \w+\)|log \w+|\S+?)(?P<index>\[[\d, ]+\])? = (?P<value>\S+)(?:\s{2,}(?P<remark>.*))?$"
)
_LEAD = re.compile(r"(?P<rails>(?:│  |   )*)(?P<branch>[├└]─ )")


def read_why(text: str, width: int = 80) -> Derivation:
    """Read a derivation.

    Raises
    ------
    Unreadable : for a line that is no entry, no remark and no rule
    """
    entries: list[Entry] = []
    rules: list[list[str]] = []
    tree, _, below = text.partition("\n\n")
    for number, line in enumerate(text.split("\n")):
        if len(line) > width:
            raise TooWide(f"line {number + 1} is {len(line)} columns wide: {line}")
    for number, line in enumerate(tree.split("\n")):
        lead = _LEAD.match(line[2:]) if line.startswith("  ") else None
        if number == 0 or lead is not None:
            found = _ENTRY.match(line if lead is None else line[2 + lead.end() :])
            if found is None:
                raise Unreadable(f"line {number + 1}: what is {line!r}?")
            index = tuple(int(i) for i in found["index"][1:-1].split(",")) if found["index"] else None
            depth = 0 if lead is None else 1 + len(lead["rails"]) // 3
            entries.append(
                Entry(number, depth, plain_name(found["name"]), index, found["value"], found["remark"] or "")
            )
            rules.append([])
            continue
        said = re.sub(r"^[\s│]*", "", line)
        if not said or (rules[-1] and said.startswith(("├", "└"))):
            raise Unreadable(f"line {number + 1}: what is {line!r}?")
        if rules[-1] or re.match(r"[=≈] ", said):
            rules[-1].append(said)
        else:
            entries[-1].remark = " ".join(filter(None, (entries[-1].remark, said)))
    for entry, lines in zip(entries, rules, strict=True):
        try:
            entry.sides = sides_of(tokens_of(" ".join(lines)))
        except Unreadable as error:
            raise Unreadable(f"line {entry.line + 1}, {entry.name}: {error}") from None
    _grown(entries)
    return Derivation(entries, [line.strip() for line in below.split("\n") if line])


def _grown(entries: list[Entry]) -> None:
    """Every entry stands one level below one that stands above it."""
    for before, entry in pairwise(entries):
        if not 1 <= entry.depth <= before.depth + 1:
            raise Unreadable(f"line {entry.line + 1}: {entry.name} stands below nothing")
