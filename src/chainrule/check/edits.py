"""Single edits of a rule, at every place of it: what a slip of the pen makes of a formula."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.expressions import Const, Expr, Name, Node
from chainrule.expressions import operations as ops
from chainrule.expressions.node import Operation, run_operation

DEEPER = 0.1  # what each level of the formula adds to the cost of an edit in it
ELSEWHERE = 0.6  # and where it goes into another line, that was not given
LAST_ROW = {"start": -1, "step": 1}


@dataclass(frozen=True, slots=True)
class Edit:
    """What was done to a rule.

    Parameters
    ----------
    kind : "left out", "sign", "transpose", "axis", "product", "comparison", "function", "rest", "last row",
        "replaced", "throughout" or "formula"
    old, new : what stood there, and what stands there now
    cost : how unlikely it is, from 1
    """

    kind: str
    old: Expr | None = None
    new: Expr | None = None
    cost: float = 1.0

    def deeper(self, elsewhere: bool) -> Edit:
        """The same, one level farther down, and maybe in another line."""
        return Edit(self.kind, self.old, self.new, self.cost + DEEPER + elsewhere * ELSEWHERE)


Make = Callable[[], Expr]
Variant = tuple[Any, Make, Edit]  # the value, the expression, what was done
Replacements = Callable[
    [Expr, Any], Iterator[tuple[Expr, float]]
]  # for a place and its value: other expressions


class Editor:
    """Every single edit of an expression, with its value: what the edit leaves alone is computed once.

    Parameters
    ----------
    values : the numbers by name
    replacements : what may stand in the place of an operand
    inlined : expressions that are other lines, written out
    """

    def __init__(
        self, values: Mapping[str, Any], replacements: Replacements, inlined: Container[Expr] = ()
    ) -> None:
        self.values, self._replacements, self._inlined = values, replacements, inlined
        self._known: dict[Expr, Any] = {}

    def value(self, expr: Expr) -> Any:
        """The value of an expression."""
        if isinstance(expr, Name):
            return self.values[expr.name]
        if isinstance(expr, Const):
            return expr.value
        if expr not in self._known:
            args = [self.value(arg) for arg in expr.args]
            self._known[expr] = run_operation(expr.op, args, expr.settings)
        return self._known[expr]

    def variants(self, expr: Expr) -> Iterator[Variant]:
        """The expression with one edit in it, each."""
        with np.errstate(all="ignore"):
            yield from self._variants(expr, True)

    def _variants(self, expr: Expr, top: bool = False) -> Iterator[Variant]:
        for new, edit in self._here(expr, top):
            value = self._try(lambda new=new: self.value(new))  # type: ignore[misc]
            if value is not None:
                yield value, (lambda new=new: new), edit  # type: ignore[misc]
        if not isinstance(expr, Node):
            return
        known = [self.value(arg) for arg in expr.args]
        for place, arg in enumerate(expr.args):
            for inner, make, edit in self._variants(arg):
                args = [*known[:place], inner, *known[place + 1 :]]
                value = self._try(lambda args=args: run_operation(expr.op, args, expr.settings))  # type: ignore[misc]
                if value is not None:
                    yield value, _put(expr, place, make), edit.deeper(arg in self._inlined)

    def _try(self, run: Callable[[], Any]) -> Any:
        try:
            return run()
        except (ValueError, IndexError, TypeError, ArithmeticError, AttributeError):
            return None  # shapes that do not go together, an axis that is not there

    # --- what may be done at a place --------------------------------------------------------------------

    def _here(self, expr: Expr, top: bool) -> Iterator[tuple[Expr, Edit]]:
        if not isinstance(expr, Const) and not expr.scalar:
            for new, cost in self._replacements(expr, self.value(expr)):
                yield new, Edit("replaced", expr, new, cost)
            yield Node(ops.NEGATIVE, (expr,), {}), Edit("sign", expr, None, 1.0)
        if isinstance(expr, Node):
            yield from self._of_node(expr)
        elif isinstance(expr, Name) and expr.scalar and expr.name not in ("m", "k", "t"):
            yield Node(ops.SUBTRACT, (Const(1.0), expr), {}), Edit("rest", expr, None, 1.5)
        elif isinstance(expr, Name) and np.ndim(self.values[expr.name]) == 2 and not top:
            yield Node(ops.TRANSPOSE, (expr,), {}), Edit("transpose", expr, None, 1.3)

    def _of_node(self, node: Node) -> Iterator[tuple[Expr, Edit]]:
        row, args = node.op, node.args
        for place, arg in enumerate(args):
            if not isinstance(arg, Const) or row in (ops.ADD, ops.SUBTRACT, ops.POWER):
                others = args[:place] + args[place + 1 :]
                kept = others[0] if len(others) == 1 else arg if not others else None
                if kept is not None:
                    yield kept, Edit("left out", arg if others else node, kept, 1.1)
        if row in (ops.ADD, ops.SUBTRACT):
            turned = ops.SUBTRACT if row is ops.ADD else ops.ADD
            yield Node(turned, args, {}), Edit("sign", args[1], None, 1.0)
        if row in (ops.SUM, ops.MAX):
            yield from _axes(node)
        if row is ops.SUM and node.settings["axis"] == 0:
            last = Node(ops.PICK_ROWS, args, LAST_ROW)
            yield Node(ops.SUM, (last,), node.settings), Edit("last row", args[0], None, 1.6)
        if row is ops.MATMUL:
            yield from _products(node)
        if row is ops.MULTIPLY and not any(arg.scalar for arg in args):
            yield Node(ops.MATMUL, args, {}), Edit("product", node, None, 1.5)
            yield Node(ops.SUBTRACT, args, {}), Edit("formula", node, None, 1.8)
        if row is ops.DIVIDE and isinstance(args[1], Node):
            yield Node(ops.MULTIPLY, args, {}), Edit("formula", node, None, 1.6)
        if row in _TURNED:
            yield Node(_TURNED[row], args, {}), Edit("comparison", node, None, 1.4)
        for other in _FUNCTIONS if row in _FUNCTIONS else ():
            if other is not row:
                yield Node(other, args, {}), Edit("function", node, None, 2.0)


_TURNED = {
    ops.GREATER: ops.LESS,
    ops.GREATER_EQUAL: ops.LESS,
    ops.LESS: ops.GREATER,
    ops.LESS_EQUAL: ops.GREATER,
}
_FUNCTIONS: tuple[Operation, ...] = (ops.EXP, ops.LOG, ops.TANH, ops.SQUARE, ops.ABSOLUTE)


def _put(node: Node, place: int, make: Make) -> Make:
    return lambda: Node(node.op, (*node.args[:place], make(), *node.args[place + 1 :]), node.settings)


def _axes(node: Node) -> Iterator[tuple[Expr, Edit]]:
    for axis in (0, 1, None):
        for keepdims in (True, False):
            settings = {**node.settings, "axis": axis, "keepdims": keepdims}
            if axis != node.settings["axis"]:
                yield (
                    Node(node.op, node.args, settings),
                    Edit("axis", node, Const(-1 if axis is None else axis), 1.2),
                )


def _products(node: Node) -> Iterator[tuple[Expr, Edit]]:
    """A product of matrices, otherwise: entry by entry, or of the last rows, the last sample's, alone."""
    a, b = node.args
    yield Node(ops.MULTIPLY, (a, b), {}), Edit("product", node, None, 1.5)
    yield Node(ops.TRANSPOSE, (node,), {}), Edit("transpose", node, None, 1.3)
    if isinstance(a, Node) and a.op is ops.TRANSPOSE:
        last = [Node(ops.PICK_ROWS, (each,), LAST_ROW) for each in (a.args[0], b)]
        yield (
            Node(ops.MATMUL, (Node(ops.TRANSPOSE, (last[0],), {}), last[1]), {}),
            Edit("last row", node, None, 1.6),
        )
