"""What a formula on a page says: numbers as printed, names, rows of them, and operations on these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is printed.

    Parameters
    ----------
    text : how it stands there, without its sign
    value : what it says
    unit : what one more in its last digit is worth; 0 for one that is exact by what it is, such as ½
    open : whether dots stand after its digits, so that they may go on
    """

    text: str
    value: float
    unit: float
    open: bool = False

    @property
    def digits(self) -> int:
        """How many significant digits it has."""
        mantissa = self.text.lower().partition("e")[0]
        return len(mantissa.replace(".", "").replace(",", "").lstrip("0"))

    @property
    def whole(self) -> bool:
        """Whether it has no decimals."""
        return self.unit == 0 or self.unit >= 1


@dataclass(frozen=True, slots=True)
class Name:
    """What is called by a name; several parts of it without spaces."""

    text: str


@dataclass(frozen=True, slots=True)
class Array:
    """Rows of entries; `flat` is a single row in one pair of brackets."""

    rows: tuple[tuple[Tree, ...], ...]
    flat: bool


@dataclass(frozen=True, slots=True)
class Apply:
    """An operation on what stands in its place: ``+ - neg * dot / ^ T call …``; for a call, of what."""

    op: str
    args: tuple[Tree, ...]
    of: str = ""


Tree = Number | Name | Array | Apply


def leaves(tree: Tree) -> Iterator[Number | Name]:
    """The numbers and names, from left to right."""
    if isinstance(tree, Number | Name):
        yield tree
    elif isinstance(tree, Array):
        for row in tree.rows:
            for each in row:
                yield from leaves(each)
    else:
        for each in tree.args:
            yield from leaves(each)


def numeric(tree: Tree) -> bool:
    """Whether it can be counted: numbers alone, and functions that are known."""
    if isinstance(tree, Number):
        return True
    if isinstance(tree, Name):
        return False
    if isinstance(tree, Array):
        return all(numeric(each) for row in tree.rows for each in row)
    return tree.op != "unknown" and all(numeric(each) for each in tree.args)


def signed(tree: Tree) -> tuple[int, Number] | None:
    """A printed number with its sign; None for anything else."""
    if isinstance(tree, Number):
        return 1, tree
    if isinstance(tree, Apply) and tree.op == "neg" and isinstance(tree.args[0], Number):
        return -1, tree.args[0]
    return None


def printed(tree: Tree) -> bool:
    """Whether it is a result: a number, or rows of numbers, with nothing left to count."""
    if isinstance(tree, Array):
        return all(signed(each) is not None for row in tree.rows for each in row)
    return signed(tree) is not None


def entries(tree: Tree) -> list[tuple[int, Number]]:
    """The numbers of a result with their signs, row by row."""
    items = [each for row in tree.rows for each in row] if isinstance(tree, Array) else [tree]
    return [found for each in items if (found := signed(each)) is not None]


def shown(tree: Tree) -> str:
    """A formula in one line."""
    if isinstance(tree, Number | Name):
        return tree.text
    if isinstance(tree, Array):
        rows = [", ".join(map(shown, row)) for row in tree.rows]
        return f"[{rows[0]}]" if tree.flat else "[" + ", ".join(f"[{row}]" for row in rows) + "]"
    args = [shown(each) for each in tree.args]
    if tree.op in ("call", "unknown"):
        return f"{tree.of}({', '.join(args)})"
    if tree.op == "neg":
        return f"-{args[0]}"
    if tree.op == "T":
        return f"{args[0]}ᵀ"
    sign = {"dot": "·", "times": "×"}.get(tree.op, tree.op)
    return f"({sign.join(args)})"


def calls(tree: Tree | None) -> set[str]:
    """The functions that it calls, and its operations."""
    found: set[str] = set()
    stack = [tree]
    while stack:
        top = stack.pop()
        if isinstance(top, Array):
            stack.extend(each for row in top.rows for each in row)
        elif isinstance(top, Apply):
            found.add(top.of or top.op)
            stack.extend(top.args)
    return found


def depth(tree: Tree) -> int:
    """How many operations stand within each other."""
    most = 0
    stack = [(tree, 1)]
    while stack:
        top, level = stack.pop()
        most = max(most, level)
        if isinstance(top, Array):
            stack.extend((each, level + 1) for row in top.rows for each in row)
        elif isinstance(top, Apply):
            stack.extend((each, level + 1) for each in top.args)
    return most
