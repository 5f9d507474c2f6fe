"""One entry of an expression, which is again an expression, over single numbers."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

import numpy as np

from chainrule.expressions.node import Expr, Name, Node, evaluate
from chainrule.utils.walks import walk

Part = tuple[Expr, tuple[int, ...]]  # of an expression, and which entry of it


class Entries:
    """The entries of an expression whose values are known.

    A matrix product gives a sum of products, broadcasting picks the index, a reduction is unrolled, a
    transposition swaps. Putting numbers in, deriving one number and counting by hand all read these.

    Parameters
    ----------
    expr : the expression
    env : the value of every name in it
    """

    def __init__(self, expr: Expr, env: Mapping[str, Any]) -> None:
        self.expr = expr
        self._env = env
        self._memo: dict[Expr, Any] = {}
        with np.errstate(all="ignore"):
            self.value = evaluate(expr, env, self._memo)

    def shape(self, item: Expr) -> tuple[int, ...]:
        """The shape of a part of the expression."""
        return np.shape(self.part(item))

    def part(self, item: Expr) -> Any:
        """The value of a part of the expression."""
        if isinstance(item, Name):
            return self._env[item.name]
        return self._memo[item] if isinstance(item, Node) else item.value

    def at(self, index: tuple[int, ...]) -> Expr:
        """The entry of the whole expression."""
        return self.of(self.expr, index)

    def of(self, item: Expr, index: tuple[int, ...]) -> Expr:
        """The entry of a part of the expression, where its operands may have been stretched to a larger shape."""
        return walk(self._of, (item, index))

    def _of(self, asked: Part) -> Generator[Part, Expr, Expr]:
        item, index = asked
        if item.scalar or not isinstance(item, Name | Node):
            return item
        shape = self.shape(item)
        index = index[len(index) - len(shape) :]
        index = tuple(0 if size == 1 else i for i, size in zip(index, shape, strict=True))
        if isinstance(item, Name):
            return Name(item.name, index=index)
        if item.op.entry is not None:
            return item.op.entry(item, index, self.of, self.shape)
        args = []
        for arg in item.args:
            args.append((yield arg, index))
        return Node(item.op, tuple(args), item.settings)
