"""The operations of named expressions as a straight line: what is to be done is worked out once, and done often."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from chainrule.expressions import operations as ops
from chainrule.expressions.node import Const, Expr, Name, Node, nodes, run_operation

Function = Callable[..., Any]


class Call:
    """An operation, the places of its operands among the values, and the place of its result."""

    def __init__(self, node: Node, args: tuple[int, ...], place: int) -> None:
        self.node, self.args, self.place = node, args, place


class Tape:
    """The operations of named expressions in the order in which they run, on values in numbered places.

    It knows no array: one tape serves any number of runs, from any number of threads.

    Parameters
    ----------
    lines : names and the expressions that they stand for, each of which may read those before it
    wanted : the names whose values are asked for

    >>> tape = Tape([("b", Node(ops.ADD, (Name("a"), Const(1.0)), {}))], ["b"])
    >>> tape.run({"a": np.ones(2)})
    {'b': array([2., 2.])}
    """

    def __init__(self, lines: Sequence[tuple[str, Expr]], wanted: Iterable[str]) -> None:
        self.given: dict[str, int] = {}  # names from outside
        self.places: dict[str, int] = {}  # names of lines
        self.scalars: list[Call] = []  # on numbers alone: they need no array, so they come first
        self.arrays: list[Call] = []
        self.scalar: list[bool] = []  # for each place, whether a number stands there,
        self.changing: list[bool] = []  # and whether it is made of anything from outside
        self.whole: list[int] = []  # the place of what a view looks at; of others, their own
        self._blank: list[Any] = []
        self._made: dict[Node, int] = {}
        for name, expr in lines:
            self.places[name] = self._place(expr)
        self.wanted = {name: self._operand(Name(name)) for name in wanted}
        del self._made
        self._steps = self._with_what_ends()

    def last_reads(self, kept: Iterable[int]) -> dict[int, float]:
        """The place of the call among `arrays` that reads a value last, itself or through a view; kept: after all."""
        last: dict[int, float] = {}
        for position, call in enumerate(self.arrays):
            last.update((self.whole[arg], position) for arg in call.args)
        return last | {self.whole[place]: math.inf for place in kept}

    def numbers(self, scalars: Mapping[str, Any]) -> list[Any]:
        """The values before the first array is met: numbers from outside, and all that is made of them alone."""
        values = self._blank.copy()
        for name, place in self.given.items():
            if self.scalar[place]:
                values[place] = scalars[name]
        for call in self.scalars:
            values[call.place] = run_operation(
                call.node.op, [values[arg] for arg in call.args], call.node.settings
            )
        return values

    def run(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The values that are asked for, by name; what no line reads any more is let go at once."""
        values = self.numbers(given)
        for name, place in self.given.items():
            values[place] = given[name]
        for function, args, place, ended in self._steps:
            values[place] = function(*[values[arg] for arg in args])
            for read in ended:
                values[read] = None
        return {name: values[place] for name, place in self.wanted.items()}

    def _with_what_ends(self) -> list[tuple[Function, tuple[int, ...], int, list[int]]]:
        """For each call: what it calls, on which places, to which place, and what nobody reads after it."""
        last = self.last_reads(self.wanted.values())
        return [
            (
                function(call.node),
                call.args,
                call.place,
                [arg for arg in dict.fromkeys(call.args) if last[self.whole[arg]] == position],
            )
            for position, call in enumerate(self.arrays)
        ]

    # --- building -------------------------------------------------------------------------------------

    def _place(self, expr: Expr) -> int:
        for node in nodes(expr):
            if node not in self._made:
                args = tuple(self._operand(arg) for arg in node.args)
                changing = any(self.changing[arg] for arg in args)
                place = self._made[node] = self._new(None, node.scalar, changing)
                if node.op.view:
                    self.whole[place] = self.whole[args[0]]
                (self.scalars if node.scalar else self.arrays).append(Call(node, args, place))
        return self._operand(expr)

    def _operand(self, item: Expr) -> int:
        if isinstance(item, Name):
            if item.name in self.places:
                return self.places[item.name]
            if item.name not in self.given:
                self.given[item.name] = self._new(None, item.scalar, True)
            return self.given[item.name]
        return self._new(item.value, True, False) if isinstance(item, Const) else self._made[item]

    def _new(self, value: Any, scalar: bool, changing: bool) -> int:
        self._blank.append(value)
        self.scalar.append(scalar)
        self.changing.append(changing)
        self.whole.append(len(self.whole))
        return len(self._blank) - 1


def function(node: Node) -> Function:
    """What computes an operation, with its settings; of reductions NumPy's own, with as little between as possible."""
    row, settings = node.op, node.settings
    if row is ops.SUM or row is ops.MAX:
        reduction = np.add if row is ops.SUM else np.maximum
        return partial(reduction.reduce, axis=settings["axis"], keepdims=settings["keepdims"])
    return partial(row.run, **settings) if settings else row.run
