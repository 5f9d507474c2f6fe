"""Names held against each other: what one is said to be in one place, and in another one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chainrule.check.proofreading.chains import Chain, Side
from chainrule.check.proofreading.ledger import is_counted
from chainrule.check.proofreading.proof import Finding
from chainrule.check.proofreading.slips import neighbours
from chainrule.check.proofreading.tree import Apply, Array, Name, Number, Tree, entries, printed, shown

# A name may be said to be something else beside these words, and be right.
_ANOTHER_TIME = re.compile(
    r"(?i)\b(?:now|new|after|was|were|old|before|if|when|instead|would|let|suppose|assume|previous|initial\w*|updat\w*"
    r"|start\w*|begin\w*|target|desired)\b"
)
_UPDATED = re.compile(r"(?i)new|\+|\^\{\(?t\+1|['′⁺*]$|updat")
_PRODUCTS = {"*", "times", "dot", "⊙"}
LONGEST = 5  # digits from which a single one that differs is no chance
PAIRS = 200_000  # comparisons of numbers on a page


@dataclass(slots=True)
class _Said:
    """What a name is said to be somewhere."""

    chain: Chain
    side: Side
    counted: bool
    part: int

    @property
    def tree(self) -> Tree:
        assert self.side.tree is not None
        return self.side.tree


@dataclass(slots=True)
class _Names:
    """All that the names of a page are said to be."""

    said: dict[str, list[_Said]] = field(default_factory=dict)

    @classmethod
    def of(cls, chains: Sequence[Chain]) -> _Names:
        found = cls()
        part = last = 0
        for chain in chains:
            if not chain.name:
                continue
            results = [side for side in chain.sides if side.result]
            before = found.said.get(_key(chain.name), [])
            counted = is_counted(chain)
            changed = (
                bool(results)
                and counted
                and any(not alike(each.tree, results[-1].tree) for each in before if each.counted)
            )
            if chain.part != last or changed or _UPDATED.search(chain.name):
                part, last = part + 1, chain.part
            if results:
                found.said.setdefault(_key(chain.name), []).append(_Said(chain, results[-1], counted, part))
        return found


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


def _key(name: str) -> str:
    """A name, however its indices are written: W₁, W_1, W_{1} and W1 are one."""
    return re.sub(r"[_{}^\s]", "", name.translate(_LOW))


_LOW = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def named_findings(chains: Sequence[Chain], found: Sequence[Finding]) -> list[Finding]:
    """Numbers that are not those of their names: said again otherwise, or put into a formula in their place."""
    told = {(finding.cell, finding.line) for finding in found}
    names = _Names.of(chains)
    names.said = {
        name: said for name, said in names.said.items() if not any(_place(each) in told for each in said)
    }
    findings = [*_said_again(names), *_put_in(names, chains)]
    return [
        each
        for at, each in enumerate(findings)
        if (each.cell, each.line) not in told and each not in findings[:at]
    ]


def _place(said: _Said) -> tuple[int, int]:
    return said.side.cell, said.side.line


# --- said again -------------------------------------------------------------------------------------------


def _said_again(names: _Names) -> Iterator[Finding]:
    tried = 0
    for said in names.said.values():
        name = said[0].chain.name
        counted = [each for each in said if each.counted]
        for each in said:
            tried += len(counted)
            if each.counted or tried > PAIRS:
                continue
            here = [other for other in counted if other.part == each.part]
            if not here or any(alike(other.tree, each.tree) for other in counted):
                continue
            near = any(_slip(each.tree, other.tree) for other in here)
            if near or not _ANOTHER_TIME.search(each.chain.words):
                yield _again(name, each, here[0], near)
        yield from _given_twice(name, said)


def _again(name: str, each: _Said, other: _Said, near: str | bool) -> Finding:
    kind = near if isinstance(near, str) else (_slip(each.tree, other.tree) or "stale")
    equation = f"{name} = {each.side.text}"
    told = f"{_where(other.side)} has {name} = {shown(other.tree)}"
    sure = "sure" if kind != "stale" else "likely"
    return Finding(
        each.side.line, each.side.cell, kind, equation, shown(each.tree), shown(other.tree), told, sure
    )


def _given_twice(name: str, said: Sequence[_Said]) -> Iterator[Finding]:
    """A given number that is given again with a slip of the pen."""
    given = [each for each in said if not each.counted]
    for each, other in zip(given[1:], given, strict=False):
        if each.part == other.part and not alike(each.tree, other.tree):
            kind = _slip(each.tree, other.tree)
            if kind and not _ANOTHER_TIME.search(each.chain.words):
                yield _again(name, each, other, kind)


def _slip(tree: Tree, other: Tree) -> str:
    """The kind of a slip of the pen that lies between two printed values; empty where it is none that tells."""
    first, second = entries(tree), entries(other)
    if len(first) != len(second):
        return ""
    differ = [(a, b) for a, b in zip(first, second, strict=True) if (a[0], a[1].value) != (b[0], b[1].value)]
    if len(differ) != 1:
        return ""
    (sign, number), (other_sign, other_number) = differ[0]
    if number.value == other_number.value:
        return "sign"
    if sign != other_sign or abs(number.unit - other_number.unit) > 1e-3 * number.unit:
        return ""
    for kind, text in neighbours(number.text):
        if float(text) == other_number.value:
            enough = 3 if kind == "swapped digits" else LONGEST
            return kind if number.digits >= enough else ""
    return ""


# --- put in -----------------------------------------------------------------------------------------------


def _put_in(names: _Names, chains: Sequence[Chain]) -> Iterator[Finding]:
    """Numbers of a formula that are not those of the names for which they stand."""
    values = [each for said in names.said.values() for each in said]
    tried = 0
    for chain in chains:
        for symbols, numbers in zip(chain.sides, chain.sides[1:], strict=False):
            if symbols.tree is None or symbols.numeric or not numbers.numeric or numbers.tree is None:
                continue
            if symbols is chain.sides[0] and isinstance(symbols.tree, Name):
                continue
            pairs = list(_pairs(symbols.tree, numbers.tree))
            tried += len(pairs) * len(values)
            if tried < PAIRS and all(pair is not None for pair in pairs):
                yield from _strangers(names, values, numbers, [pair for pair in pairs if pair is not None])


def _strangers(
    names: _Names, values: Sequence[_Said], side: Side, pairs: Sequence[tuple[str, Tree]]
) -> Iterator[Finding]:
    known = [(name, tree, names.said[_key(name)]) for name, tree in pairs if _key(name) in names.said]
    wrong = [
        (name, tree, said) for name, tree, said in known if not any(alike(each.tree, tree) for each in said)
    ]
    if len(wrong) != 1:  # of several, they are those of another example
        return
    name, tree, said = wrong[0]
    here = [each for each in values if each.side is not side]
    if any(alike(each.tree, tree) for each in here) or any(
        alike(tree, part) for each in here for part in _parts(each.tree)
    ):
        if (
            len(known) < 3
            or len(said) > 1
            or any(alike(tree, other) for _, other, _ in known if other is not tree)
        ):
            return
    elif len(known) < 2 and len(said) > 1 and not _slip(tree, said[0].tree):
        return
    kind = _slip(tree, said[0].tree) or "stale"
    told = f"it stands for {name}, which {_where(said[0].side)} says is {shown(said[0].tree)}"
    yield Finding(side.line, side.cell, kind, side.text, shown(tree), shown(said[0].tree), told, "likely")


def _parts(tree: Tree) -> list[Tree]:
    return [each for row in tree.rows for each in row] if isinstance(tree, Array) else []


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


def _where(side: Side) -> str:
    return f"cell {side.cell}, line {side.line}" if side.cell else f"line {side.line}"
