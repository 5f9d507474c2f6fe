"""What all loops are written with: where arrays are, whole registers and the rest of a row, partial results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from chainrule.compiler.assembly import Function, Value, integer, real
from chainrule.compiler.functions import emit
from chainrule.compiler.lanes import Body, along, sum_lanes
from chainrule.compiler.schedule import KernelSchedule, M, Shape
from chainrule.expressions import Const, Expr, Node
from chainrule.expressions import operations as ops
from chainrule.expressions.node import Operation

IDENTITY = {ops.SUM: 0.0, ops.MAX: float("-inf")}


@dataclass(frozen=True)
class Place:
    """Where an array is: its first entry, the entries from one row to the next, and whether rows are padded."""

    base: Value
    stride: int
    padded: bool = False


Range = tuple[Value, Value]


@dataclass
class LoopWriter:
    """Writes loops into a function.

    Parameters
    ----------
    f : the function
    plan : where shapes and sources are looked up
    element, lanes : the type of the network's numbers, and how many of them fit a register
    places : where each array is; the first of its places is the one that is read
    given : the value of a scalar expression that is no constant, or its reciprocal, in the network's type
    samples : the number of samples in the batch
    """

    f: Function
    plan: KernelSchedule
    element: str
    lanes: int
    places: Mapping[Expr, list[Place]]
    given: Callable[[Expr, bool], Value]
    samples: Value

    def scalar(self, source: Expr, reciprocal: bool) -> Value:
        """The value of a scalar expression, or its reciprocal: rounded once, from double precision."""
        if not isinstance(source, Const):
            return self.given(source, reciprocal)
        with np.errstate(divide="ignore"):
            value = np.divide(1.0, source.value) if reciprocal else source.value
        return real(float(value), self.element)

    def operation(self, node: Node, operand: Callable[[Expr], Value]) -> Value:
        """One element-wise operation; a division by a scalar is a product with its reciprocal."""
        divisor = self.plan.source(node.args[-1])
        if node.op is ops.DIVIDE and divisor.scalar:
            value = operand(node.args[0])
            return self.f.op("fmul contract", value, self.f.splat(self.scalar(divisor, True), value.lanes))
        return emit(self.f, node, [operand(arg) for arg in node.args], self.element)

    def along(self, start: Value, stop: Value, body: Body) -> None:
        """Whole registers from `start` on, then the rest under a mask."""
        along(self.f, self.lanes, start, stop, body)

    # --- sums and largest entries ---------------------------------------------------------------------------

    def join(self, op: Operation, a: Value, b: Value) -> Value:
        """Two partial results of a reduction together."""
        return self.f.op("fadd", a, b) if op is ops.SUM else self.f.intrinsic("maximum", a, b)

    def across(self, op: Operation, value: Value) -> Value:
        """All lanes together."""
        if value.lanes == 1:
            return value
        if op is ops.SUM:
            return sum_lanes(self.f, value)
        return self.f.intrinsic("vector.reduce.fmaximum", value, result=Value("", self.element))

    def length(self, shape: Shape) -> Value:
        """The size of the leading axis."""
        return self.samples if shape[0] == M else integer(int(shape[0]))


def scalars(plan: KernelSchedule, lines: list[Node]) -> list[tuple[Expr, bool]]:
    """The scalar operands of some lines that are no constants, and whether what is needed is the reciprocal."""
    found: dict[tuple[Expr, bool], None] = {}
    for node in lines:
        for place, arg in enumerate(node.args):
            source = plan.source(arg)
            if source.scalar and not isinstance(source, Const):
                found[source, node.op is ops.DIVIDE and place == 1] = None
    return list(found)


def is_single(shape: Shape) -> bool:
    """Whether an array has a single entry."""
    return all(n == 1 for n in shape)
