"""Kernels that go row by row.

Rows of the step's own arrays are padded to whole registers, so only reductions have to tell entries from padding.
"""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.compiler.assembly import ZERO, Value, integer, real
from chainrule.compiler.lanes import tail_mask
from chainrule.compiler.loops import IDENTITY, LoopWriter, Range, is_single
from chainrule.compiler.schedule import CONDITIONS, REDUCTIONS, Item, KernelSchedule, M, Shape, width_of
from chainrule.expressions import Expr, Node

UNROLLED = 4  # rows of at most so many registers are written out, and keep their values in registers


class RowKernel:
    """A kernel that goes row by row.

    Along a row there may be several passes: what needs a row's sum or largest entry comes in a pass after
    the one that finds it. `level` is the number of the pass.
    """

    def __init__(self, writer: LoopWriter, lines: list[Node]) -> None:
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
        return (len(shape) == 1 and shape[0] == M) or (len(shape) == 2 and shape[1] == 1)

    # --- single entries, of the whole kernel or of a row -------------------------------------------------

    def _load_outer(self) -> None:
        """Numbers that all rows share; and a short row that all share, such as a bias."""
        for node in self.lines:
            for arg in node.args:
                source = self.plan.source(arg)
                shape = self.plan.shape(arg)
                if source.scalar or source in self.level or source in self.outer:
                    continue
                if is_single(shape):
                    self.outer[source] = [self.f.load(self.w.places[source][0].base, self.w.element)]
                elif self._shared(shape) and (width := int(shape[-1])) <= UNROLLED * self.w.lanes:
                    self.outer[source] = [
                        self._row_part(source, ZERO, integer(first), self._mask(first, width))
                        for first in range(0, width, self.w.lanes)
                    ]

    def _shared(self, shape: Shape) -> bool:
        return (len(shape) == 1 and shape[0] != M) or (len(shape) == 2 and shape[0] == 1)

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
            address = self.f.gep(place.base, self.f.times(row, place.stride), self.w.element)
            self.single[source] = self.f.load(address, self.w.element)
        return self.single[source]

    def _store_single(self, node: Node, row: Value) -> None:
        for place in self.w.places.get(node, []):
            self.f.store(
                self.single[node], self.f.gep(place.base, self.f.times(row, place.stride), self.w.element)
            )

    # --- a pass along a row -----------------------------------------------------------------------------------

    def _pass(self, level: int, width: int, row: Value) -> None:
        lines = [n for n in self.lines if self._wide_at(n, level) and self._width_of(n) == width]
        totals: dict[Node, Value] = {}
        short = width <= UNROLLED * self.w.lanes
        for node in lines:
            if node.op in REDUCTIONS:
                totals[node] = self.f.alloca(self.w.element, self.w.lanes)
                self.f.store(real(IDENTITY[node.op], self.w.element, self.w.lanes), totals[node])
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
            self.single[node] = self.w.across(node.op, self.f.load(total, self.w.element, self.w.lanes))
            self._store_single(node, row)

    def _mask(self, first: int, width: int) -> Value | None:
        return tail_mask(width, self.w.lanes) if first + self.w.lanes > width else None

    def _register(
        self, lines: list[Node], totals: dict[Node, Value], row: Value, column: Value, mask: Value | None,
        first: int | None,
    ) -> None:  # fmt: skip
        """One register's worth of a row: every line of the pass."""
        f, lanes = self.f, self.w.lanes
        values: dict[Expr, Value] = {}

        def operand(arg: Expr) -> Value:
            source, shape = self.plan.source(arg), self.plan.shape(arg)
            if source.scalar or is_single(shape) or self._one_per_row(shape):
                return f.splat(self._number(arg, row), lanes)
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
                    value = f.select(mask, value, real(IDENTITY[node.op], self.w.element, lanes))
                total = totals[node]
                f.store(self.w.join(node.op, f.load(total, self.w.element, lanes), value), total)
            else:
                values[node] = self.w.operation(node, operand)
        for node in lines:
            for place in self.w.places.get(node, []) if node not in totals else []:
                address = f.gep(place.base, f.add(f.times(row, place.stride), column), self.w.element)
                f.store(values[node], address, None if place.padded else mask)
        if first is not None:
            self.held |= {(source, first): value for source, value in values.items()}

    def _row_part(self, source: Expr, row: Value, column: Value, mask: Value | None) -> Value:
        place = self.w.places[source][0]
        address = self.f.gep(place.base, self.f.add(self.f.times(row, place.stride), column), self.w.element)
        return self.f.load(address, self.w.element, self.w.lanes, None if place.padded else mask)


def levels(plan: KernelSchedule, lines: list[Node]) -> dict[Expr, int]:
    """The pass of a row to which each line belongs; for a reduction, the pass before which it is ready."""
    level: dict[Expr, int] = {}
    for node in lines:
        needed = [level.get(plan.source(arg), 0) for arg in node.args]
        level[node] = max(needed, default=0) + (node.op in REDUCTIONS)
    return level


def crossing(plan: KernelSchedule, item: Item, lanes: int) -> Iterator[Node]:
    """The lines of a kernel that a later pass reads, where rows are too long to be kept in registers."""
    level = levels(plan, item.nodes)
    for node in item.nodes:
        for arg in node.args:
            for source in _unconditional(plan, arg):
                if source in level and width_of(plan.shape(source)) > UNROLLED * lanes:
                    assert isinstance(source, Node)
                    if level[source] < level[node] - (node.op in REDUCTIONS):
                        yield source


def _unconditional(plan: KernelSchedule, arg: Expr) -> Iterator[Expr]:
    """What is read of an operand: of a condition, which is never kept in memory, what it is made of."""
    source = plan.source(arg)
    if isinstance(source, Node) and source.op in CONDITIONS:
        for part in source.args:
            yield from _unconditional(plan, part)
    else:
        yield source
