"""The value of a tree, in whatever arithmetic is given."""

from __future__ import annotations

from functools import reduce
from typing import Any

from reader.errors import Unreadable
from reader.tree import Tree


def evaluate(tree: Tree, algebra: Any) -> Any:
    """The value of a side, always two-dimensional, in floats, decimals or intervals."""
    kind = tree[0]
    if kind == "number":
        return algebra.number(tree[1])
    if kind == "name":
        return algebra.name(tree[1], tree[2])
    if kind == "matrix":
        return algebra.matrix([[evaluate(cell, algebra) for cell in row] for row in tree[1]])
    if kind == "sum":
        return algebra.sum(evaluate(tree[1], algebra))
    if kind == "others":
        return algebra.others(evaluate(tree[1], algebra), tree[2])
    if kind == "indicator":
        return algebra.indicator(*_condition(tree[1], algebra))
    if kind == "if":
        return algebra.choice(
            algebra.indicator(*_condition(tree[1], algebra)),
            evaluate(tree[2], algebra),
            evaluate(tree[3], algebra),
        )
    if kind == "function":
        parts = [evaluate(part, algebra) for part in tree[2:]]
        return (
            reduce(getattr(algebra, tree[1]), parts) if len(parts) > 2 else getattr(algebra, tree[1])(*parts)
        )
    if kind == "subtract" and tree[1] == ("number", "1") and algebra.is_setting(tree[2]):
        # In 1 - β and 1 - β^t nothing is rounded.
        exactly = tuple(algebra.exactly(part[1]) for part in tree[2][1:] if tree[2][0] == "power")
        setting = algebra.power(*exactly) if exactly else algebra.exactly(tree[2][1])
        return algebra.subtract(algebra.exactly("1"), setting)
    if kind == "multiply" and tree[1][0] == "number" and tree[1][1] in algebra.settings:
        return algebra.multiply(algebra.exactly(tree[1][1]), evaluate(tree[2], algebra))
    if kind == "power" and tree[2][0] == "number":  # an exponent is counted, not measured
        return algebra.power(evaluate(tree[1], algebra), algebra.exactly(tree[2][1]))
    if kind == "divide" and tree[2][0] == "number" and tree[2][1] in algebra.counts:
        return algebra.divide(evaluate(tree[1], algebra), algebra.exactly(tree[2][1]))
    if kind in ("matmul", "add", "subtract", "multiply", "divide", "power", "negative", "square", "sqrt"):
        return getattr(algebra, kind)(*(evaluate(part, algebra) for part in tree[1:]))
    if kind in ("rows", "put"):
        return getattr(algebra, kind)(evaluate(tree[1], algebra), *tree[2])
    if kind == "transpose":
        return algebra.transpose(evaluate(tree[1], algebra))
    raise Unreadable(f"{kind} has no value")


def _condition(tree: Tree, algebra: Any) -> tuple[str, Any, Any]:
    return tree[1], evaluate(tree[2], algebra), evaluate(tree[3], algebra)
