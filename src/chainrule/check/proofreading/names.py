"""The names of a page, and what each is said to be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chainrule.check.proofreading.chains import Chain, Side
from chainrule.check.proofreading.ledger import is_counted
from chainrule.check.proofreading.slips import neighbours
from chainrule.check.proofreading.tree import Array, Number, Tree, entries, shown

UPDATED = re.compile(r"(?i)new|\+|t\+1|['′⁺*]$|updat")
LONGEST = 5  # digits from which a single one that differs is no chance
LISTED = 3  # entries of an array that are quoted by themselves
_LOW = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


@dataclass(frozen=True, slots=True)
class Said:
    """What a name is said to be somewhere: by a formula that is counted, or not; and in which part of the page."""

    chain: Chain
    side: Side
    counted: bool
    part: int

    @property
    def tree(self) -> Tree:
        """Its numbers."""
        assert self.side.tree is not None
        return self.side.tree

    @property
    def place(self) -> str:
        """Where it stands."""
        return where(self.side)


@dataclass(slots=True)
class Names:
    """All that the names of a page are said to be."""

    said: dict[str, list[Said]] = field(default_factory=dict)

    @classmethod
    def of(cls, chains: Sequence[Chain]) -> Names:
        """The names of all equations; after an update, and in another example, one may be said to be something else."""
        found = cls()
        part = last = 0
        for chain in chains:
            if not chain.name:
                continue
            results = [side for side in chain.sides if side.result]
            before = found.of_name(chain.name)
            counted = is_counted(chain)
            other = (
                any(not alike(each.tree, results[-1].tree) for each in before if each.counted)
                if results
                else False
            )
            if chain.part != last or (counted and other) or UPDATED.search(chain.name):
                part, last = part + 1, chain.part
            if results:
                found.said.setdefault(key(chain.name), []).append(Said(chain, results[-1], counted, part))
        return found

    def of_name(self, name: str) -> list[Said]:
        """What a name is said to be."""
        return self.said.get(key(name), [])


def key(name: str) -> str:
    """A name, however its indices are written: W₁, W_1, W_{1} and W1 are one."""
    return re.sub(r"[_{}^\s]", "", name.translate(_LOW))


def where(side: Side) -> str:
    """The place of a side."""
    return f"cell {side.cell}, line {side.line}" if side.cell else f"line {side.line}"


def alike(first: Tree | None, second: Tree | None) -> bool:
    """Whether two printed values may be one, the shorter one rounded or cut, rows and columns exchanged or not."""
    if first is None or second is None:
        return False
    one, other = entries(first), entries(second)
    if len(one) != len(other):
        return False
    orders = [other]
    if isinstance(second, Array) and len(second.rows) > 1 and len(second.rows[0]) > 1:
        columns = len(second.rows[0])
        turned = [other[at] for column in range(columns) for at in range(column, len(other), columns)]
        orders = [other] if _shape(first) == _shape(second) else []
        orders += [turned] if _shape(first) == _shape(second)[::-1] else []
    return any(all(_may_be(a, b) for a, b in zip(one, order, strict=True)) for order in orders)


def _shape(tree: Tree) -> tuple[int, int]:
    return (len(tree.rows), len(tree.rows[0])) if isinstance(tree, Array) else (1, 1)


def _may_be(first: tuple[int, Number], second: tuple[int, Number]) -> bool:
    """Whether two printed numbers may be one: the shorter one is the longer one, rounded or cut."""
    (sign, short), (other_sign, long) = sorted((first, second), key=lambda each: -each[1].unit)
    a, b = sign * short.value, other_sign * long.value
    slack = 1e-9 * max(short.unit, abs(a) * 1e-6)
    if abs(a - b) <= slack:
        return True
    if long.unit >= short.unit * 0.99:
        return False
    cut = sign == other_sign and -slack <= abs(b) - abs(a) < short.unit
    return cut or abs(a - b) <= (short.unit + long.unit) / 2 + slack


Pair = tuple[tuple[int, Number], tuple[int, Number]]


def _differing(tree: Tree, other: Tree) -> list[Pair]:
    first, second = entries(tree), entries(other)
    if len(first) != len(second):
        return []
    return [(a, b) for a, b in zip(first, second, strict=True) if not _may_be(a, b)]


def quoted(tree: Tree, other: Tree) -> tuple[str, str]:
    """What differs between two values: the entries that do, or where these are many, all."""
    pairs = _differing(tree, other)
    if not 0 < len(pairs) <= LISTED:
        return shown(tree), shown(other)
    texts = [[f"{'-' if sign < 0 else ''}{number.text}" for sign, number in pair] for pair in pairs]
    return ", ".join(text[0] for text in texts), ", ".join(text[1] for text in texts)


def pen_slip(tree: Tree, other: Tree) -> str:
    """The kind of a slip of the pen that lies between two printed values; empty where it is none that tells."""
    pairs = _differing(tree, other)
    if len(pairs) != 1:
        return ""
    (sign, number), (other_sign, other_number) = pairs[0]
    if number.value == other_number.value:
        return "sign"
    if sign != other_sign or abs(number.unit - other_number.unit) > 1e-3 * number.unit:
        return ""
    for kind, text in neighbours(number.text):
        if float(text) == other_number.value:
            enough = 3 if kind == "swapped digits" else LONGEST
            return kind if number.digits >= enough else ""
    return ""


def parts(values: Sequence[Said]) -> Iterator[Tree]:
    """All printed values, and the entries of those that are arrays."""
    for each in values:
        yield each.tree
        if isinstance(each.tree, Array):
            yield from (entry for row in each.tree.rows for entry in row)
