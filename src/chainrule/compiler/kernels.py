"""The items of a plan as assembly: fused loops, sums over the leading axis, calls of the products.

A kernel goes through its rows one by one; along a row it works on as many neighbouring entries as fit a
register. Rows of the step's own arrays are padded to whole registers, so only reductions have to tell entries
from padding. Where everything has one width, the rows are taken as one long line instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from chainrule.compiler import matmul as products
from chainrule.compiler.assembly import ZERO, Function, Value, bits, integer, real
from chainrule.compiler.functions import emit
from chainrule.compiler.schedule import CONDITIONS, REDUCTIONS, Item, NotCompiled, Plan, Shape, width_of
from chainrule.expressions import Expr, Node
from chainrule.expressions import operations as ops

UNROLLED = 4  # rows of at most so many registers are written out, and keep their values in registers
IDENTITY = {ops.SUM: 0.0, ops.MAX: float("-inf")}


@dataclass(frozen=True)
class Place:
    """Where an array is: its first entry, the entries from one row to the next, and whether rows are padded."""

    base: Value
    stride: int
    padded: bool = False


Range = tuple[Value, Value]
Body = Callable[[Value, Value | None], None]


@dataclass
class Writer:
    """Writes items into a function.

    Parameters
    ----------
    f : the function
    plan : where shapes and sources are looked up
    kind, lanes : the network's numbers, and how many of them fit a register
    places : where each array is; the first of its places is the one that is read
    scalar : the value of a scalar expression, or its reciprocal, in the network's kind
    samples : the number of samples in the batch
    panel : memory for a product's own use
    registers : how many registers the processor has
    """

    f: Function
    plan: Plan
    kind: str
    lanes: int
    places: Mapping[Expr, list[Place]]
    scalar: Callable[[Expr, bool], Value]
    samples: Value
    panel: Value
    registers: int

    def write(self, item: Item, span: Range) -> None:
        """The instructions of an item for a range of its leading axis."""
        if item.what == "product":
            self._product(item, span)
        elif item.what == "total":
            self._total(item.nodes[0], span)
        elif width := self.flat_width(item):
            start, stop = (self.f.times(bound, width) for bound in span)
            self.flat(item.nodes, start, stop)
        else:
            _Rows(self, item.nodes).write(span)

    # --- along one line -----------------------------------------------------------------------------------

    def flat_width(self, item: Item) -> int:
        """The width that all arrays of a kernel have, if they can be taken as one line; otherwise 0."""
        widths = set()
        for node in item.nodes:
            for part in (node, *node.args):
                shape = self.plan.shape(part)
                if _size_one(shape):
                    continue
                source = self.plan.source(part)
                if shape[0] != item.lead or (
                    source in self.places and self.places[source][0].stride != width_of(shape)
                ):
                    return 0
                widths.add(width_of(shape))
        if len(widths) > 1 or (widths != {1} and any(node.op in REDUCTIONS for node in item.nodes)):
            return 0
        return int(widths.pop()) if widths else 1

    def flat(self, lines: list[Node], start: Value, stop: Value) -> None:
        """Lines of one width over all entries from `start` up to `stop`."""
        f = self.f
        ready = {}
        for node in lines:
            for arg in node.args:
                source = self.plan.source(arg)
                if (
                    not arg.scalar
                    and _size_one(self.plan.shape(arg))
                    and source not in lines
                    and not source.scalar
                ):
                    ready[source] = f.load(self.places[source][0].base, self.kind)

        def body(index: Value, mask: Value | None) -> None:
            values: dict[Expr, Value] = {}

            def operand(arg: Expr) -> Value:
                source = self.plan.source(arg)
                if source.scalar:
                    return f.spread(self.scalar(source, False), self.lanes)
                if source in ready:
                    return f.spread(ready[source], self.lanes)
                if source not in values:
                    address = f.at(self.places[source][0].base, index, self.kind)
                    values[source] = f.load(address, self.kind, self.lanes, mask)
                return values[source]

            for node in lines:
                values[node] = (
                    operand(node.args[0]) if node.op in REDUCTIONS else self.operation(node, operand)
                )
            for node in lines:
                for place in self.places.get(node, []):
                    f.store(values[node], f.at(place.base, index, self.kind), mask)

        self.along(start, stop, body)

    def operation(self, node: Node, operand: Callable[[Expr], Value]) -> Value:
        """One element-wise operation; a division by a scalar is a product with its reciprocal."""
        divisor = self.plan.source(node.args[-1])
        if node.op is ops.DIVIDE and divisor.scalar:
            value = operand(node.args[0])
            return self.f.op("fmul contract", value, self.f.spread(self.scalar(divisor, True), value.lanes))
        return emit(self.f, node, [operand(arg) for arg in node.args], self.kind)

    def along(self, start: Value, stop: Value, body: Body) -> None:
        """Whole registers from `start` on, then the rest under a mask."""
        f = self.f
        count = f.op("sub", stop, start)
        whole = f.op("and", count, integer(-self.lanes))
        middle = f.add(start, whole)
        with f.loop(start, middle, self.lanes) as index:
            body(index, None)
        with f.when(f.compare("slt", middle, stop)):
            body(middle, self.mask(f.op("sub", stop, middle)))

    def mask(self, count: Value) -> Value:
        """The first `count` lanes."""
        places = Value("<" + ", ".join(f"i64 {i}" for i in range(self.lanes)) + ">", "i64", self.lanes)
        return self.f.compare("slt", places, self.f.spread(count, self.lanes))

    def rest(self, width: int) -> Value | None:
        """The lanes of the last register of a row that belong to it; None if all do."""
        left = width % self.lanes
        return bits([i < left for i in range(self.lanes)]) if left else None

    # --- sums and largest entries ---------------------------------------------------------------------------

    def join(self, op: ops.Operation, a: Value, b: Value) -> Value:
        """Two partial results of a reduction together."""
        return self.f.op("fadd", a, b) if op is ops.SUM else self.f.intrinsic("maximum", a, b)

    def across(self, op: ops.Operation, value: Value) -> Value:
        """All lanes together."""
        if value.lanes == 1:
            return value
        single = Value("", self.kind)
        if op is ops.SUM:
            zero = real(-0.0, self.kind)
            return self.f.intrinsic("vector.reduce.fadd", zero, value, flags="reassoc", result=single)
        return self.f.intrinsic("vector.reduce.fmaximum", value, result=single)

    def _total(self, node: Node, span: Range) -> None:
        """A reduction over the leading axis, or over everything."""
        source = self.plan.source(node.args[0])
        place, shape = self.places[source][0], self.plan.shape(source)
        rows = self.rows(shape)
        if len(shape) == 2 and node.settings["axis"] is not None:
            self._down(node, place, int(shape[1]), rows, span)
        elif len(shape) == 2 and place.stride != shape[1]:
            self._everything_padded(node, place, int(shape[1]), rows)
        else:
            self._everything(node, place, self.f.times(rows, width_of(shape)))

    def rows(self, shape: Shape) -> Value:
        """The size of the leading axis."""
        return self.samples if shape[0] == "m" else integer(int(shape[0]))

    def _down(self, node: Node, place: Place, width: int, rows: Value, span: Range) -> None:
        """Each column by itself; four rows are summed side by side, so that no sum waits for the one before."""
        f = self.f

        def body(column: Value, mask: Value | None) -> None:
            load_mask = None if place.padded else mask
            start = real(IDENTITY[node.op], self.kind, self.lanes)
            parts = [f.variable(self.kind, self.lanes) for _ in range(4)]
            for part in parts:
                f.store(start, part)

            def more(row: Value, part: Value) -> None:
                address = f.at(place.base, f.add(f.times(row, place.stride), column), self.kind)
                value = f.load(address, self.kind, self.lanes, load_mask)
                f.store(self.join(node.op, f.load(part, self.kind, self.lanes), value), part)

            fours = f.op("and", rows, integer(-4))
            with f.loop(ZERO, fours, 4) as row:
                for k, part in enumerate(parts):
                    more(f.add(row, integer(k)), part)
            with f.loop(fours, rows) as row:
                more(row, parts[0])
            sums = [f.load(part, self.kind, self.lanes) for part in parts]
            result = self.join(
                node.op, self.join(node.op, sums[0], sums[1]), self.join(node.op, sums[2], sums[3])
            )
            for out in self.places[node]:
                f.store(result, f.at(out.base, column, self.kind), mask)

        self.along(*span, body)

    def _everything(self, node: Node, place: Place, count: Value) -> None:
        f = self.f
        start = real(IDENTITY[node.op], self.kind, self.lanes)
        total = f.variable(self.kind, self.lanes)
        f.store(start, total)

        def body(index: Value, mask: Value | None) -> None:
            value = f.load(f.at(place.base, index, self.kind), self.kind, self.lanes, mask)
            if mask is not None:
                value = f.choose(mask, value, start)
            f.store(self.join(node.op, f.load(total, self.kind, self.lanes), value), total)

        self.along(ZERO, count, body)
        self._store_one(node, self.across(node.op, f.load(total, self.kind, self.lanes)))

    def _everything_padded(self, node: Node, place: Place, width: int, rows: Value) -> None:
        f = self.f
        start = real(IDENTITY[node.op], self.kind, self.lanes)
        total = f.variable(self.kind, self.lanes)
        f.store(start, total)
        with f.loop(ZERO, rows) as row:
            line = f.at(place.base, f.times(row, place.stride), self.kind)
            for first in range(0, width, self.lanes):
                value = f.load(f.at(line, integer(first), self.kind), self.kind, self.lanes)
                rest = self.rest(width) if first + self.lanes > width else None
                if rest is not None:
                    value = f.choose(rest, value, start)
                f.store(self.join(node.op, f.load(total, self.kind, self.lanes), value), total)
        self._store_one(node, self.across(node.op, f.load(total, self.kind, self.lanes)))

    def _store_one(self, node: Node, value: Value) -> None:
        for place in self.places[node]:
            self.f.store(value, place.base)

    # --- products -------------------------------------------------------------------------------------------

    def _product(self, item: Item, span: Range) -> None:
        node = item.nodes[0]
        inner, columns = self.plan.shape(node.args[0])[1], self.plan.shape(node.args[1])[1]
        if columns == "m":
            raise NotCompiled("a product with one column a sample")
        shape = products.Shape(None if inner == "m" else int(inner), int(columns))
        depth = self.samples if inner == "m" else integer(int(inner))
        (a, b), (c, *others) = (self._matrix(arg) for arg in node.args), self.places[node]
        assert not others
        product = products.Product(
            self.f, self.kind, self.lanes, self.registers, a, b,
            products.Matrix(c.base, c.stride, c.padded, False), shape, depth, self.panel,
        )  # fmt: skip
        if item.across:
            product.write_columns(*span, self.samples)
        else:
            product.write(*span)

    def _matrix(self, arg: Expr) -> products.Matrix:
        turned = isinstance(arg, Node) and arg.op is ops.TRANSPOSE
        place = self.places[self.plan.source(arg.args[0] if turned else arg)][0]  # type: ignore[union-attr]
        return products.Matrix(place.base, place.stride, place.padded, turned)


class _Rows:
    """A kernel that goes row by row.

    Along a row there may be several passes: what needs a row's sum or largest entry comes in a pass after
    the one that finds it. `level` is the number of the pass.
    """

    def __init__(self, writer: Writer, lines: list[Node]) -> None:
        self.w, self.f, self.plan = writer, writer.f, writer.plan
        self.lines = lines
        self.level = levels(self.plan, lines)
        self.outer: dict[Expr, list[Value]] = {}  # what is the same in every row
        self.single: dict[Expr, Value] = {}  # one number of this row
        self.held: dict[tuple[Expr, int], Value] = {}  # registers of this row, where it is written out

    def write(self, span: Range) -> None:
        self._load_outer()
        with self.f.loop(*span) as row:
            self.single, self.held = {}, {}
            for level in range(max(self.level.values()) + 1):
                self._single(level, row)
                for width in dict.fromkeys(self._width_of(n) for n in self.lines if self._wide_at(n, level)):
                    self._pass(level, width, row)

    # --- what is known of a line ----------------------------------------------------------------------------

    def _width_of(self, node: Node) -> int:
        shape = self.plan.shape(node.args[0] if node.op in REDUCTIONS else node)
        return width_of(shape) if len(shape) == 2 else 1

    def _wide_at(self, node: Node, level: int) -> bool:
        at = self.level[node] - (node.op in REDUCTIONS)
        return at == level and self._width_of(node) > 1

    def _one_per_row(self, shape: Shape) -> bool:
        return (len(shape) == 1 and shape[0] == "m") or (len(shape) == 2 and shape[1] == 1)

    # --- numbers that belong to the whole kernel or to a row -------------------------------------------------

    def _load_outer(self) -> None:
        """Numbers that all rows share; and a short row that all share, such as a bias."""
        for node in self.lines:
            for arg in node.args:
                source = self.plan.source(arg)
                shape = self.plan.shape(arg)
                if source.scalar or source in self.level or source in self.outer:
                    continue
                if _size_one(shape):
                    self.outer[source] = [self.f.load(self.w.places[source][0].base, self.w.kind)]
                elif self._shared(shape) and (width := int(shape[-1])) <= UNROLLED * self.w.lanes:
                    self.outer[source] = [
                        self._row_part(source, ZERO, integer(first), self._mask(first, width))
                        for first in range(0, width, self.w.lanes)
                    ]

    def _shared(self, shape: Shape) -> bool:
        return (len(shape) == 1 and shape[0] != "m") or (len(shape) == 2 and shape[0] == 1)

    def _single(self, level: int, row: Value) -> None:
        """What has one number a row, as far as it belongs before this pass."""
        for node in self.lines:
            if self._width_of(node) == 1 and self.level[node] == level:
                if node.op in REDUCTIONS:
                    self.single[node] = self._number(node.args[0], row)
                else:
                    self.single[node] = self.w.operation(node, lambda arg: self._number(arg, row))
                self._store_single(node, row)

    def _number(self, arg: Expr, row: Value) -> Value:
        source = self.plan.source(arg)
        if source.scalar:
            return self.w.scalar(source, False)
        if source in self.outer:
            return self.outer[source][0]
        if source not in self.single:
            place = self.w.places[source][0]
            address = self.f.at(place.base, self.f.times(row, place.stride), self.w.kind)
            self.single[source] = self.f.load(address, self.w.kind)
        return self.single[source]

    def _store_single(self, node: Node, row: Value) -> None:
        for place in self.w.places.get(node, []):
            self.f.store(
                self.single[node], self.f.at(place.base, self.f.times(row, place.stride), self.w.kind)
            )

    # --- a pass along a row -----------------------------------------------------------------------------------

    def _pass(self, level: int, width: int, row: Value) -> None:
        lines = [n for n in self.lines if self._wide_at(n, level) and self._width_of(n) == width]
        totals: dict[Node, Value] = {}
        short = width <= UNROLLED * self.w.lanes
        for node in lines:
            if node.op in REDUCTIONS:
                totals[node] = self.f.variable(self.w.kind, self.w.lanes)
                self.f.store(real(IDENTITY[node.op], self.w.kind, self.w.lanes), totals[node])
        for arg in {arg: None for node in lines for arg in node.args}:
            if self._one_per_row(self.plan.shape(arg)) and not self.plan.source(arg).scalar:
                self._number(arg, row)  # before a loop, so that it is there after it too
        if short:
            for first in range(0, width, self.w.lanes):
                self._register(lines, totals, row, integer(first), self._mask(first, width), first)
        else:
            whole = width - width % self.w.lanes
            with self.f.loop(ZERO, integer(whole), self.w.lanes) as column:
                self._register(lines, totals, row, column, None, None)
            if whole < width:
                self._register(lines, totals, row, integer(whole), self._mask(whole, width), None)
        for node, total in totals.items():
            self.single[node] = self.w.across(node.op, self.f.load(total, self.w.kind, self.w.lanes))
            self._store_single(node, row)

    def _mask(self, first: int, width: int) -> Value | None:
        return self.w.rest(width) if first + self.w.lanes > width else None

    def _register(
        self, lines: list[Node], totals: dict[Node, Value], row: Value, column: Value, mask: Value | None,
        first: int | None,
    ) -> None:  # fmt: skip
        """One register's worth of a row: every line of the pass."""
        f, lanes = self.f, self.w.lanes
        values: dict[Expr, Value] = {}

        def operand(arg: Expr) -> Value:
            source, shape = self.plan.source(arg), self.plan.shape(arg)
            if source.scalar or _size_one(shape) or self._one_per_row(shape):
                return f.spread(self._number(arg, row), lanes)
            if source in values:
                return values[source]
            if first is not None and (source, first) in self.held:
                return self.held[source, first]
            if first is not None and source in self.outer:
                return self.outer[source][first // lanes]
            if isinstance(source, Node) and source.op in CONDITIONS:
                values[source] = self.w.operation(source, operand)
                return values[source]
            at_row = ZERO if self._shared(shape) else row
            values[source] = self._row_part(source, at_row, column, mask)
            return values[source]

        for node in lines:
            if node.op in REDUCTIONS:
                value = operand(node.args[0])
                if mask is not None:
                    value = f.choose(mask, value, real(IDENTITY[node.op], self.w.kind, lanes))
                total = totals[node]
                f.store(self.w.join(node.op, f.load(total, self.w.kind, lanes), value), total)
            else:
                values[node] = self.w.operation(node, operand)
        for node in lines:
            for place in self.w.places.get(node, []) if node not in totals else []:
                address = f.at(place.base, f.add(f.times(row, place.stride), column), self.w.kind)
                f.store(values[node], address, None if place.padded else mask)
        if first is not None:
            self.held |= {(source, first): value for source, value in values.items()}

    def _row_part(self, source: Expr, row: Value, column: Value, mask: Value | None) -> Value:
        place = self.w.places[source][0]
        address = self.f.at(place.base, self.f.add(self.f.times(row, place.stride), column), self.w.kind)
        return self.f.load(address, self.w.kind, self.w.lanes, None if place.padded else mask)


def levels(plan: Plan, lines: list[Node]) -> dict[Expr, int]:
    """The pass of a row to which each line belongs; for a reduction, the pass before which it is ready."""
    level: dict[Expr, int] = {}
    for node in lines:
        needed = [level.get(plan.source(arg), 0) for arg in node.args]
        level[node] = max(needed, default=0) + (node.op in REDUCTIONS)
    return level


def crossing(plan: Plan, item: Item, lanes: int) -> Iterator[Node]:
    """The lines of a kernel that a later pass reads, where rows are too long to be kept in registers."""
    level = levels(plan, item.nodes)
    for node in item.nodes:
        for arg in node.args:
            for source in _unconditional(plan, arg):
                if source in level and width_of(plan.shape(source)) > UNROLLED * lanes:
                    assert isinstance(source, Node)
                    if level[source] < level[node] - (node.op in REDUCTIONS):
                        yield source


def _unconditional(plan: Plan, arg: Expr) -> Iterator[Expr]:
    """What is read of an operand: of a condition, which is never kept in memory, what it is made of."""
    source = plan.source(arg)
    if isinstance(source, Node) and source.op in CONDITIONS:
        for part in source.args:
            yield from _unconditional(plan, part)
    else:
        yield source


def _size_one(shape: Shape) -> bool:
    return all(n == 1 for n in shape)


def scalars(plan: Plan, lines: list[Node]) -> list[tuple[Expr, bool]]:
    """The scalar operands of some lines, and whether what is needed is the reciprocal."""
    found: dict[tuple[Expr, bool], None] = {}
    for node in lines:
        for place, arg in enumerate(node.args):
            source = plan.source(arg)
            if source.scalar:
                found[source, node.op is ops.DIVIDE and place == 1] = None
    return list(found)
