"""Names held against each other: what one is said to be in one place, and in another one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from chainrule.check.proofreading.chains import Chain, Side
from chainrule.check.proofreading.names import Names, Said, alike, key, parts, pen_slip, quoted
from chainrule.check.proofreading.proof import Finding
from chainrule.check.proofreading.tree import Apply, Name, Number, Tree, entries, printed, shown

# A name may be said to be something else beside these words, and be right.
_ANOTHER_TIME = re.compile(
    r"(?i)\b(?:now|new|after|was|were|old|before|if|when|instead|would|let|suppose|assume|previous|initial\w*|updat\w*"
    r"|start\w*|begin\w*|target|desired)\b"
)
_PRODUCTS = {"*", "times", "dot", "⊙"}
PAIRS = 200_000  # comparisons of numbers on a page


def without(names: Names, wrong: Sequence[Finding]) -> Names:
    """The names that are not said to be something in a line that is wrong anyway."""
    told = {(finding.cell, finding.line) for finding in wrong}
    return Names(
        {
            name: said
            for name, said in names.said.items()
            if not any((each.side.cell, each.side.line) in told for each in said)
        }
    )


# --- said again -------------------------------------------------------------------------------------------


def said_again(names: Names) -> Iterator[Finding]:
    """What a name is said to be that is not what its formula gives, or with a slip of the pen what was given."""
    tried = 0
    for said in names.said.values():
        counted = [each for each in said if each.counted]
        tried += len(said) * len(counted)
        if tried > PAIRS:
            return
        for each in said:
            size = len(entries(each.tree))
            here = [o for o in counted if o.part == each.part and len(entries(o.tree)) == size]
            if each.counted or not here or any(alike(other.tree, each.tree) for other in counted):
                continue
            near = any(pen_slip(each.tree, other.tree) for other in here)
            if near or not _ANOTHER_TIME.search(each.chain.words):
                yield _again(each, here[0])
        given = [each for each in said if not each.counted]
        for first, second in pairwise(given if len(given) == 2 else []):
            near = first.part == second.part and pen_slip(second.tree, first.tree) == "swapped digits"
            if near and not _ANOTHER_TIME.search(second.chain.words):
                yield _again(second, first)


def _again(each: Said, other: Said) -> Finding:
    kind = pen_slip(each.tree, other.tree)
    name = each.chain.name
    stands, should = quoted(each.tree, other.tree)
    told = f"{other.place} has {name} = {shown(other.tree)}"
    sure = "sure" if kind else "likely"
    equation = f"{name} = {each.side.text}"
    return Finding(each.side.line, each.side.cell, kind or "stale", equation, stands, should, told, sure)


# --- put in -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stranger:
    """A number of a formula that is not that of the name for which it stands."""

    side: Side
    name: str
    tree: Tree
    said: Said

    def finding(self) -> Finding:
        """What is told of it."""
        stands, should = quoted(self.tree, self.said.tree)
        kind = pen_slip(self.tree, self.said.tree) or "stale"
        told = f"it stands for {self.name}, which is {shown(self.said.tree)} in {self.said.place}"
        return Finding(self.side.line, self.side.cell, kind, self.side.text, stands, should, told, "likely")


def put_in(names: Names, chains: Sequence[Chain]) -> list[Stranger]:
    """Numbers of formulas that are not those of the names for which they stand."""
    found: list[Stranger] = []
    values = list(parts([each for said in names.said.values() for each in said]))
    tried = 0
    for chain in chains:
        for symbols, numbers in pairwise(chain.sides):
            if symbols.tree is None or symbols.numeric or not numbers.numeric or numbers.tree is None:
                continue
            if symbols is chain.sides[0] and isinstance(symbols.tree, Name):
                continue
            pairs = list(_pairs(symbols.tree, numbers.tree))
            if None in pairs or tried > PAIRS:
                continue
            strangers = list(_strangers(names, values, numbers, [pair for pair in pairs if pair is not None]))
            tried += len(pairs) + len(values) * len(strangers)
            found += strangers
    return found


def _strangers(
    names: Names, values: Sequence[Tree], side: Side, pairs: Sequence[tuple[str, Tree]]
) -> Iterator[Stranger]:
    known = [(name, tree, said) for name, tree in pairs if (said := names.of_name(name))]
    wrong = [each for each in known if not any(alike(said.tree, each[1]) for said in each[2])]
    if len(wrong) != 1:  # of several, they are those of another example
        return
    name, tree, said = wrong[0]
    if len(entries(tree)) != len(entries(said[0].tree)):
        return
    if any(alike(each, tree) for each in values):  # it stands on the page by another name
        beside = [other for _, other, _ in known if other is not tree]
        if not beside or len(said) > 1 or any(alike(tree, other) for other in beside):
            return
    elif len(known) < 2 and len(said) > 1 and not pen_slip(tree, said[0].tree):
        return
    yield Stranger(side, name, tree, said[0])


def told_once(strangers: Sequence[Stranger]) -> list[Finding]:
    """What is told of strangers: of several lines with one number for a name, that the name is said to be another."""
    groups: dict[tuple[str, str], list[Stranger]] = {}
    for each in strangers:
        groups.setdefault((key(each.name), shown(each.tree)), []).append(each)
    found: list[Finding] = []
    for group in groups.values():
        said, first = group[0].said, group[0]
        if len(group) == 1 or said.counted:
            found += [each.finding() for each in group]
            continue
        stands, should = quoted(said.tree, first.tree)
        lines = ", ".join(dict.fromkeys(str(each.side.line) for each in group))
        kind = pen_slip(said.tree, first.tree) or "stale"
        equation, told = f"{first.name} = {said.side.text}", f"lines {lines} count with that"
        found.append(Finding(said.side.line, said.side.cell, kind, equation, stands, should, told, "likely"))
    return found


def _pairs(symbols: Tree, numbers: Tree) -> Iterator[tuple[str, Tree] | None]:
    """Each name with the numbers that stand for it; None where two formulas are not built alike."""
    stack = [(symbols, numbers)]
    while stack:
        one, other = stack.pop()
        if isinstance(one, Name):
            yield (one.text, other) if printed(other) else None
        elif isinstance(one, Number):
            yield None if not isinstance(other, Number) or one.value != other.value else ("", other)
        elif isinstance(one, Apply) and one.op == "T" and isinstance(one.args[0], Name):
            inner = other.args[0] if isinstance(other, Apply) and other.op == "T" else other
            yield (one.args[0].text, inner) if printed(inner) else None
        elif isinstance(one, Apply) and isinstance(other, Apply) and _same(one, other):
            stack += list(zip(one.args, other.args, strict=True))
        else:
            yield None


def _same(one: Apply, other: Apply) -> bool:
    ops = one.op == other.op or {one.op, other.op} <= _PRODUCTS
    return ops and one.of == other.of and len(one.args) == len(other.args)
