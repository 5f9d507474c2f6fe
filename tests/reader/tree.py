"""One side of an equation as a tree: its kinds are the first entries of tuples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Tree = tuple[Any, ...]


def leaves(tree: Tree, kind: str) -> Iterator[Tree]:
    """The numbers, names or matrices of a side."""
    if tree[0] == kind:
        yield tree
    if tree[0] == "matrix":
        for row in tree[1]:
            for cell in row:
                yield from leaves(cell, kind)
    else:
        for part in tree[1:]:
            if isinstance(part, tuple) and part and isinstance(part[0], str):
                yield from leaves(part, kind)


def has(tree: Tree, kind: str) -> bool:
    """Whether there is such a part in a side."""
    return next(leaves(tree, kind), None) is not None


def is_value(tree: Tree) -> bool:
    """Whether a side is a bare result: a number, or a matrix of numbers."""
    if tree[0] == "negative":
        return tree[1][0] == "number"
    if tree[0] == "matrix":
        return all(cell[0] == "dots" or is_value(cell) for row in tree[1] for cell in row)
    return tree[0] == "number"


def parts(tree: Tree, kind: str) -> Iterator[Tree]:
    """All parts of that kind."""
    if tree[0] == kind:
        yield tree
    for part in tree[1:]:
        if isinstance(part, tuple) and part and isinstance(part[0], str):
            yield from parts(part, kind)
