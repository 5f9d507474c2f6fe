"""Tiny networks in one loop: neighbouring lanes are neighbouring samples, and every number stays in a register.

A product is written out as sums of single products, and sums over the samples are kept entry by entry. That
suits networks whose layers are much narrower than a register.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chainrule.compiler.assembly import ZERO, Value, integer, real
from chainrule.compiler.kernels import IDENTITY, Writer
from chainrule.compiler.schedule import REDUCTIONS, Item, M, Plan, width_of
from chainrule.expressions import Expr, Node
from chainrule.expressions import operations as ops

MOST = 400  # multiplications a sample, so that what is written out stays small


def within(plan: Plan) -> list[Item] | None:
    """The items that one loop over the samples can hold; None if the network is too large, or one loop not enough."""
    inside: list[Item] = []
    work = 0
    for item in plan.items:
        of_samples = item.lead == M or any(plan.shape(read)[:1] == (M,) for read in item.reads)
        if not of_samples:
            continue
        if any(isinstance(read, Node) and plan.shape(read)[:1] != (M,) for read in item.reads):
            return None
        inside.append(item)
        if item.what == "product":
            turned = [isinstance(arg, Node) and arg.op is ops.TRANSPOSE for arg in item.nodes[0].args]
            if item.lead != M and turned != [True, False]:
                return None
            sizes = [n for arg in item.nodes[0].args for n in plan.shape(arg) if n != M]
            work += int(sizes[0]) * int(sizes[-1])
    return inside if work <= MOST else None


@dataclass
class Tiny:
    """Writes some items as one loop.

    Parameters
    ----------
    writer : where the loop goes
    items : what it holds
    columns : for the input and the targets, where each column begins
    answers : the output and the targets, if right answers are counted, each with what says yes if it is one number
    """

    writer: Writer
    items: list[Item]
    columns: Mapping[Expr, list[Value]]
    answers: tuple[tuple[Expr, float], tuple[Expr, float]] | None

    def write(self) -> Value | None:
        """The loop, and after it the sums; gives the number of right answers."""
        w = self.writer
        self.lines = [node for item in self.items for node in item.nodes]
        self.sums: dict[tuple[Node | str, int, int], Value] = {}
        for node in self.lines:
            if self._summed(node):
                rows, width = self._size(node)
                for i in range(rows):
                    for j in range(width):
                        self._sum((node, i, j), IDENTITY.get(node.op, 0.0))
        if self.answers is not None:
            self._sum(("right", 0, 0), 0.0)
        w.along(ZERO, w.samples, self._block)
        for (of, i, j), total in self.sums.items():
            if isinstance(of, Node):
                node = of
                op = node.op if node.op in REDUCTIONS else ops.SUM
                result = w.across(op, w.f.load(total, w.kind, w.lanes))
                for place in w.places[node]:
                    w.f.store(result, w.f.at(place.base, integer(i * place.stride + j), w.kind))
        if self.answers is None:
            return None
        right = w.across(ops.SUM, w.f.load(self.sums["right", 0, 0], w.kind, w.lanes))
        return w.f.cast("fptosi", right, "i64")

    def _sum(self, key: tuple[Node | str, int, int], start: float) -> None:
        w = self.writer
        self.sums[key] = w.f.variable(w.kind, w.lanes)
        w.f.store(real(start, w.kind, w.lanes), self.sums[key])

    def _summed(self, node: Node) -> bool:
        """Whether a line sums over the samples."""
        return self.writer.plan.shape(node)[:1] != (M,)

    def _size(self, node: Node) -> tuple[int, int]:
        shape = [int(n) for n in self.writer.plan.shape(node)]
        return (shape[0], shape[1]) if len(shape) == 2 else (1, shape[0] if shape else 1)

    # --- some samples at once -------------------------------------------------------------------------------

    def _block(self, first: Value, mask: Value | None) -> None:
        self.first, self.mask = first, mask
        self.values: dict[tuple[Expr, int], Value] = {}
        for node in self.lines:
            if self._summed(node):
                self._add(node)
            else:
                for j in range(self._width(node)):
                    self.values[node, j] = self._entry(node, j)
        if self.answers is not None:
            same = self.writer.f.compare("oeq", *(self._decided(*answer) for answer in self.answers))
            one = self.writer.f.cast("uitofp", same, self.writer.kind)
            self._more(("right", 0, 0), one, ops.SUM)

    def _width(self, item: Expr) -> int:
        return width_of(self.writer.plan.shape(item))

    def _entry(self, node: Node, j: int) -> Value:
        """One column of a line."""
        w = self.writer
        if node.op is ops.MATMUL:
            total = real(0, w.kind, w.lanes)
            for k in range(self._width(node.args[0])):
                total = w.f.intrinsic(
                    "fma", self._at(node.args[0], k), self._number(node.args[1], k, j), total
                )
            return total
        if node.op in REDUCTIONS:
            return self._along(node.op, node.args[0])
        return w.operation(node, lambda arg: self._at(arg, j))

    def _along(self, op: ops.Operation, arg: Expr) -> Value:
        total = self._at(arg, 0)
        for j in range(1, self._width(arg)):
            total = self.writer.join(op, total, self._at(arg, j))
        return total

    def _at(self, arg: Expr, j: int) -> Value:
        """One column of an operand, for these samples."""
        w = self.writer
        source, shape = w.plan.source(arg), w.plan.shape(arg)
        if source.scalar:
            return w.f.spread(w.scalar(source, False), w.lanes)
        if shape[:1] != (M,):
            return self._number(arg, 0, j if shape and shape[-1] != 1 else 0)
        j = j if len(shape) == 2 and shape[1] != 1 else 0
        if (source, j) not in self.values:
            address = w.f.at(self.columns[source][j], self.first, w.kind)
            self.values[source, j] = w.f.load(address, w.kind, w.lanes)
        return self.values[source, j]

    def _number(self, arg: Expr, i: int, j: int) -> Value:
        """One number that all samples share."""
        w = self.writer
        if isinstance(arg, Node) and arg.op is ops.TRANSPOSE:
            arg, i, j = arg.args[0], j, i
        place = w.places[w.plan.source(arg)][0]
        return w.f.spread(
            w.f.load(w.f.at(place.base, integer(i * place.stride + j), w.kind), w.kind), w.lanes
        )

    def _add(self, node: Node) -> None:
        """What these samples give to a sum over all of them."""
        w = self.writer
        rows, width = self._size(node)
        if node.op is ops.MATMUL:
            left = node.args[0]
            assert isinstance(left, Node)
            for i in range(rows):
                for j in range(width):
                    a, b = self._at(left.args[0], i), self._at(node.args[1], j)
                    if self.mask is not None:
                        a = w.f.choose(self.mask, a, real(0, w.kind, w.lanes))
                        b = w.f.choose(self.mask, b, real(0, w.kind, w.lanes))
                    total = self.sums[node, i, j]
                    w.f.store(w.f.intrinsic("fma", a, b, w.f.load(total, w.kind, w.lanes)), total)
        elif node.settings["axis"] is None:
            self._more((node, 0, 0), self._along(node.op, node.args[0]), node.op)
        else:
            for j in range(width):
                self._more((node, 0, j), self._at(node.args[0], j), node.op)

    def _more(self, key: tuple[Node | str, int, int], value: Value, op: ops.Operation) -> None:
        w = self.writer
        if self.mask is not None:
            value = w.f.choose(self.mask, value, real(IDENTITY[op], w.kind, w.lanes))
        total = self.sums[key]
        w.f.store(w.join(op, w.f.load(total, w.kind, w.lanes), value), total)

    def _decided(self, answer: Expr, threshold: float) -> Value:
        """The class that each of these samples is given, by the rule of `network.decide`."""
        w, width = self.writer, self._width(answer)
        largest = self._at(answer, 0)
        if width == 1:
            above = w.f.compare("ogt", largest, real(threshold, w.kind, w.lanes))
            return w.f.cast("uitofp", above, w.kind)
        best = real(0, w.kind, w.lanes)
        for j in range(1, width):
            value = self._at(answer, j)
            above = w.f.compare("ogt", value, largest)
            largest, best = (
                w.f.choose(above, value, largest),
                w.f.choose(above, real(j, w.kind, w.lanes), best),
            )
        return best
