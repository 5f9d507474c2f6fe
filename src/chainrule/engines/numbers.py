"""Numbers that are made of a step's numbers: which operations they take is worked out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chainrule.expressions import Const, Expr, Name, Node, nodes
from chainrule.expressions.node import Operation, run_operation


class Numbers:
    """What `evaluate` gives for expressions of numbers, again and again for other numbers.

    Parameters
    ----------
    named : names and the expressions that they stand for, each of which may read those before it
    wanted : the expressions whose numbers are asked for
    """

    def __init__(self, named: Sequence[tuple[str, Expr]], wanted: Sequence[Expr]) -> None:
        self._values: list[Any] = []
        self._given: dict[str, int] = {}  # names from outside, and their places among the values
        self._calls: list[tuple[int, Operation, list[int], Mapping[str, Any]]] = []
        self._stands: dict[str, int] = {}
        self._made: dict[Node, int] = {}
        for name, expr in named:
            self._stands[name] = self._place(expr)
        self._wanted = [self._place(expr) for expr in wanted]

    def of(self, scalars: Mapping[str, float]) -> list[Any]:
        """The numbers that are asked for."""
        values = self._values
        for name, place in self._given.items():
            values[place] = scalars[name]
        for place, row, args, settings in self._calls:
            values[place] = run_operation(row, [values[arg] for arg in args], settings)
        return [values[place] for place in self._wanted]

    def _place(self, expr: Expr) -> int:
        for node in nodes(expr):
            if node not in self._made:
                args = [self._operand(arg) for arg in node.args]
                self._made[node] = self._new(None)
                self._calls.append((self._made[node], node.op, args, node.settings))
        return self._operand(expr)

    def _operand(self, item: Expr) -> int:
        if isinstance(item, Node):
            return self._made[item]
        if isinstance(item, Const):
            return self._new(item.value)
        assert isinstance(item, Name)
        if item.name in self._stands:
            return self._stands[item.name]
        if item.name not in self._given:
            self._given[item.name] = self._new(None)
        return self._given[item.name]

    def _new(self, value: Any) -> int:
        self._values.append(value)
        return len(self._values) - 1
