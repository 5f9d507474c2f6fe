"""Small networks in one loop: neighbouring lanes are neighbouring samples, and every number stays in a register.

A product is written out as sums of single products, and sums over the samples are kept entry by entry. That
suits networks whose layers are much narrower than a register.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chainrule.compiler.assembly import ZERO, Value, integer, real
from chainrule.compiler.largest import ranks_above
from chainrule.compiler.loops import IDENTITY, LoopWriter
from chainrule.compiler.schedule import REDUCTIONS, Item, KernelSchedule, M, width_of
from chainrule.expressions import Expr, Node
from chainrule.expressions import operations as ops
from chainrule.expressions.node import Operation
from chainrule.model.answers import Answers

LOADED_BEFORE = 64  # numbers that all samples share
MAX_MULTIPLICATIONS = 400  # a sample, so that what is written out stays small


def small_items(plan: KernelSchedule) -> list[Item] | None:
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
    return inside if work <= MAX_MULTIPLICATIONS else None


@dataclass
class SmallStep:
    """Writes some items as one loop.

    Parameters
    ----------
    loops : where the loop goes
    items : what it holds
    columns : for the input and the targets, where each column begins
    answers : what outputs mean
    judged : the output and the targets, if right answers are counted
    """

    loops: LoopWriter
    items: list[Item]
    columns: Mapping[Expr, list[Value]]
    answers: Answers
    judged: tuple[Expr, Expr] | None

    def write(self) -> Value | None:
        """The loop, and after it the sums; gives the number of right answers."""
        w = self.loops
        self.lines = [node for item in self.items for node in item.nodes]
        self.sums: dict[tuple[Node, int, int], Value] = {}
        for node in self.lines:
            if self._summed(node):
                rows, width = self._size(node)
                for i in range(rows):
                    for j in range(width):
                        self._sum((node, i, j), IDENTITY.get(node.op, 0.0))
        if self.judged is not None:
            self.right = w.f.alloca("i64", w.lanes)
            w.f.store(_counted(0, w.lanes), self.right)
        self._load_weights()
        w.along(ZERO, w.samples, self._block)
        for (of, i, j), total in self.sums.items():
            op = of.op if of.op in REDUCTIONS else ops.SUM
            result = w.across(op, w.f.load(total, w.element, w.lanes))
            for place in w.places[of]:
                w.f.store(result, w.f.gep(place.base, integer(i * place.stride + j), w.element))
        if self.judged is None:
            return None
        parts = w.f.load(self.right, "i64", w.lanes)
        return w.f.intrinsic("vector.reduce.add", parts, result=Value("", "i64"))

    def _sum(self, key: tuple[Node, int, int], start: float) -> None:
        w = self.loops
        self.sums[key] = w.f.alloca(w.element, w.lanes)
        w.f.store(real(start, w.element, w.lanes), self.sums[key])

    def _summed(self, node: Node) -> bool:
        """Whether a line sums over the samples."""
        return self.loops.plan.shape(node)[:1] != (M,)

    def _size(self, node: Node) -> tuple[int, int]:
        shape = [int(n) for n in self.loops.plan.shape(node)]
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
        if self.judged is not None:
            for j in range(self.answers.count):
                self._judge(j)

    def _width(self, item: Expr) -> int:
        return width_of(self.loops.plan.shape(item))

    def _entry(self, node: Node, j: int) -> Value:
        """One column of a line."""
        w = self.loops
        if node.op is ops.MATMUL:
            total = real(0, w.element, w.lanes)
            for k in range(self._width(node.args[0])):
                total = w.f.intrinsic(
                    "fma", self._at(node.args[0], k), self._weight(node.args[1], k, j), total
                )
            return total
        if node.op in REDUCTIONS:
            return self._along(node.op, node.args[0])
        return w.operation(node, lambda arg: self._at(arg, j))

    def _along(self, op: Operation, arg: Expr) -> Value:
        total = self._at(arg, 0)
        for j in range(1, self._width(arg)):
            total = self.loops.join(op, total, self._at(arg, j))
        return total

    def _at(self, arg: Expr, j: int) -> Value:
        """One column of an operand, for these samples."""
        w = self.loops
        source, shape = w.plan.source(arg), w.plan.shape(arg)
        if source.scalar:
            return w.f.splat(w.scalar(source, False), w.lanes)
        if shape[:1] != (M,):
            return self._weight(arg, 0, j if shape and shape[-1] != 1 else 0)
        j = j if len(shape) == 2 and shape[1] != 1 else 0
        if (source, j) not in self.values:
            address = w.f.gep(self.columns[source][j], self.first, w.element)
            self.values[source, j] = w.f.load(address, w.element, w.lanes)
        return self.values[source, j]

    def _weight(self, arg: Expr, i: int, j: int) -> Value:
        """One number that all samples share."""
        w = self.loops
        if isinstance(arg, Node) and arg.op is ops.TRANSPOSE:
            arg, i, j = arg.args[0], j, i
        source = w.plan.source(arg)
        if (source, i, j) in self.weights:
            return self.weights[source, i, j]
        place = w.places[source][0]
        address = w.f.gep(place.base, integer(i * place.stride + j), w.element)
        return w.f.splat(w.f.load(address, w.element), w.lanes)

    def _load_weights(self) -> None:
        """Few numbers that all samples share are loaded before the loop."""
        w = self.loops
        self.weights: dict[tuple[Expr, int, int], Value] = {}
        shared: dict[Expr, tuple[int, int]] = {}
        for arg in (arg for node in self.lines for arg in node.args):
            upright = arg.args[0] if isinstance(arg, Node) and arg.op is ops.TRANSPOSE else arg
            source, shape = w.plan.source(upright), w.plan.shape(upright)
            if not source.scalar and shape[:1] != (M,) and source not in self.lines:
                shared[source] = (
                    (int(shape[0]), width_of(shape)) if len(shape) == 2 else (1, int((*shape, 1)[0]))
                )
        if sum(rows * width for rows, width in shared.values()) <= LOADED_BEFORE:
            for source, (rows, width) in shared.items():
                for i in range(rows):
                    for j in range(width):
                        self.weights[source, i, j] = self._weight(source, i, j)

    def _add(self, node: Node) -> None:
        """What these samples give to a sum over all of them."""
        w = self.loops
        rows, width = self._size(node)
        if node.op is ops.MATMUL:
            left = node.args[0]
            assert isinstance(left, Node)
            for i in range(rows):
                for j in range(width):
                    a, b = self._at(left.args[0], i), self._at(node.args[1], j)
                    if self.mask is not None:
                        a = w.f.select(self.mask, a, real(0, w.element, w.lanes))
                        b = w.f.select(self.mask, b, real(0, w.element, w.lanes))
                    total = self.sums[node, i, j]
                    w.f.store(w.f.intrinsic("fma", a, b, w.f.load(total, w.element, w.lanes)), total)
        elif node.settings["axis"] is None:
            self._more((node, 0, 0), self._along(node.op, node.args[0]), node.op)
        else:
            for j in range(width):
                self._more((node, 0, j), self._at(node.args[0], j), node.op)

    def _more(self, key: tuple[Node, int, int], value: Value, op: Operation) -> None:
        w = self.loops
        if self.mask is not None:
            value = w.f.select(self.mask, value, real(IDENTITY[op], w.element, w.lanes))
        total = self.sums[key]
        w.f.store(w.join(op, w.f.load(total, w.element, w.lanes), value), total)

    def _judge(self, j: int) -> None:
        """Count which of the answers of these samples are right, by the rule of `Answers`."""
        assert self.judged is not None
        f, lanes = self.loops.f, self.loops.lanes
        if self.answers.separate:
            yes = (self.answers.threshold, 0.5)
            said = [
                f.compare("ogt", self._at(answer, j), real(above, self.loops.element, lanes))
                for answer, above in zip(self.judged, yes, strict=True)
            ]
            same = f.compare("eq", *said)
        else:
            same = f.compare("oeq", *map(self._chosen, self.judged))
        if self.mask is not None:
            same = f.op("and", same, self.mask)
        one = f.select(same, _counted(1, lanes), _counted(0, lanes))
        f.store(f.add(f.load(self.right, "i64", lanes), one), self.right)

    def _chosen(self, answer: Expr) -> Value:
        """The class with the largest entry, for each of these samples."""
        w = self.loops
        largest, best = self._at(answer, 0), real(0, w.element, w.lanes)
        for j in range(1, self._width(answer)):
            value = self._at(answer, j)
            above = ranks_above(w.f, value, largest)
            largest, best = (
                w.f.select(above, value, largest),
                w.f.select(above, real(j, w.element, w.lanes), best),
            )
        return best


def _counted(number: int, lanes: int) -> Value:
    """A whole number in every lane."""
    return Value(f"splat (i64 {number})", "i64", lanes)
