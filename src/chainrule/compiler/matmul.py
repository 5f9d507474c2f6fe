"""Products of matrices as assembly, written for the shapes they have in a step.

A tile of the result stays in registers while the inner axis goes by: a few rows of the left matrix, one number
each, times a few registers of a row of the right one. Large right matrices, and transposed ones, are first
copied, a panel of columns at a time, so that the loop reads memory in order. Of a left matrix whose rows lie far
apart, a block that stays in the second cache is copied before all panels go over it.

Source: K. Goto, R. van de Geijn, Anatomy of high-performance matrix multiplication, ACM TOMS 34 (2008).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from chainrule.compiler.assembly import BYTES, ONE, ZERO, Function, Value, integer
from chainrule.compiler.columns import write_dots, write_weighted_rows
from chainrule.compiler.loops import Range
from chainrule.compiler.matrix import Group, Matrix, Sizes
from chainrule.compiler.panels import copy_lines, copy_panels
from chainrule.compiler.tiles import tiles

PANEL_BYTES = 32 * 1024  # of a panel's copy at most, so that it stays in the processor's first cache
BLOCK_BYTES = 256 * 1024  # of a copy of the left matrix at most, so that it stays in the second one
LARGE = 512 * 1024  # bytes of a right matrix that no longer stays in the second cache: copying a panel pays
FAR = 2048  # bytes from row to row, from which rows get into each other's way in the first cache
WIDE = 512  # bytes of a row of the product, from which a copy of a far left matrix is read often enough
LINE = 64  # bytes of a cache's line
GROUP = 4  # panels that are copied together: where rows lie far apart, each costs more than its reading


# Of the first row of a block and the one after its last: where the block goes; and on the way out, what follows it.
BlockUpdate = Callable[[Value, Value], AbstractContextManager[Matrix]]


def panel_width(lanes: int, registers: int) -> int:
    """Columns of a panel: a tile's part of them fits the processor's registers."""
    return lanes * (4 if registers == 32 else 2)


def panel_entries(element: str, lanes: int, registers: int) -> int:
    """Entries that the copies of some panels may need."""
    width = panel_width(lanes, registers)
    return GROUP * PANEL_BYTES // BYTES[element] + width * lanes  # rows that are turned come in whole squares


def block_entries(element: str, sizes: Sizes) -> int:
    """Entries that the copy of a part of the left matrix may need: at most every line is followed by one of its own."""
    return 2 * BLOCK_BYTES // BYTES[element] if BYTES[element] * sizes.columns >= WIDE else 0


class Product:
    """Writes rows `start` up to `stop` of C = A B.

    Parameters
    ----------
    f : the function
    element, lanes, registers : the type of the numbers, how many fit a register, how many registers there are
    a, b, c : the matrices; a turned one is read as its transpose
    sizes : its inner axis and columns
    depth : the inner axis as a value
    panel, block : memory for the copies of a panel, and of a part of the left matrix
    """

    def __init__(
        self, f: Function, element: str, lanes: int, registers: int, a: Matrix, b: Matrix, c: Matrix,
        sizes: Sizes, depth: Value, panel: Value, block: Value,
    ) -> None:  # fmt: skip
        self.f, self.element, self.lanes, self.registers = f, element, lanes, registers
        self.a, self.b, self.c, self.sizes, self.depth = a, b, c, sizes, depth
        self.panel, self.block = panel, block
        most = PANEL_BYTES // (panel_width(lanes, registers) * BYTES[element])
        if sizes.inner is not None:
            most = -(-sizes.inner // -(-sizes.inner // most))
        self.inner_block = most  # parts of a long inner axis are about as long
        if b.turned and sizes.inner == 1:  # one column, read as one row: there is nothing to turn
            self.b = Matrix(b.base, sizes.columns, False, False)
        elif b.turned and sizes.columns == 1:  # nor in one row, read as one column
            self.b = Matrix(b.base, 1, False, False)

    def write(self, start: Value, stop: Value) -> None:
        """The instructions."""
        if self.sizes.columns == 1:
            given = self.f, self.element, self.lanes, self.a, self.b, self.c
            if self.a.turned:
                write_weighted_rows(*given, self.depth, start, stop)
            else:
                assert self.sizes.inner is not None
                write_dots(*given, self.sizes.inner, start, stop)
        else:
            self._rows(start, stop)

    def write_columns(self, start: Value, stop: Value, rows: Value) -> None:
        """Columns from one to another of all rows; they begin with a panel."""
        self._rows(ZERO, rows, (start, stop))

    def write_in_blocks(self, start: Value, stop: Value, height: int, around: BlockUpdate) -> None:
        """The same, a few rows at a time: `around` says where these rows go, and what follows them.

        All panels of B that are copied are copied once before.
        """
        f = self.f
        self._each_group(lambda group: self._copy(group, ZERO, self.depth, self._kept(group)))
        with f.loop(start, stop, height) as first:
            last = f.smin(f.add(first, integer(height)), stop)
            with around(first, last) as self.c:
                self._block(first, last, height, None, kept=True)

    def _kept(self, group: Group) -> Value:
        """Where panels are kept, if all of them are."""
        return self.f.gep(self.panel, self.f.op("mul", group.first, self.depth), self.element)

    # --- panels of columns ----------------------------------------------------------------------------------

    def _each_group(self, body: Callable[[Group], None], span: Range | None = None) -> None:
        """Write something for each few panels, or those of a span; the last one may be narrower, and is alone."""
        f, width, columns = self.f, panel_width(self.lanes, self.registers), self.sizes.columns
        start, stop = span or (ZERO, integer(columns))
        whole = columns // width * width
        if whole:
            end = f.smin(stop, integer(whole)) if span else integer(whole)
            with f.loop(start, end, GROUP * width) as first:
                after = f.smin(f.add(first, integer(GROUP * width)), end)
                body(Group(first, after, width // self.lanes, width))
        if left := columns - whole:
            with f.if_then(f.compare("eq", stop, integer(columns))) if span else nullcontext():
                body(Group(integer(whole), integer(columns), -(-left // self.lanes), left))

    def _copied(self, group: Group) -> bool:
        """Whether panels of B are copied before they are read, also so that they are read in whole registers."""
        size = BYTES[self.element]
        if self.b.turned or (group.width < group.count * self.lanes and not self.b.padded):
            return True
        if self.sizes.inner is None:
            return size * self.b.stride >= FAR
        return size * self.sizes.columns * self.sizes.inner > LARGE

    def _copy(self, group: Group, first: Value, last: Value, to: Value) -> None:
        """Rows of some panels, copied if they are to be."""
        if not self._copied(group):
            return
        f, b = self.f, self.b
        across, down = (b.stride, 1) if b.turned else (1, b.stride)
        place = f.add(f.times(group.first, across), f.times(first, down))
        copy_panels(
            f, self.element, self.lanes, group.count, b.turned, b.stride,
            f.gep(b.base, place, self.element), to, f.minus(group.after, group.first), f.minus(last, first),
        )  # fmt: skip

    # --- blocks of rows and of the inner axis -----------------------------------------------------------------

    def _rows(self, start: Value, stop: Value, span: Range | None = None) -> None:
        """All rows, or as many at once as a copy of them may have."""
        if not self._left_copied():
            self._block(start, stop, 0, span)
            return
        f = self.f
        most = BLOCK_BYTES // (self.inner_block * BYTES[self.element])
        last = f.minus(f.minus(stop, start), ONE)
        blocks = f.add(f.op("sdiv", last, integer(most)), ONE)
        height = f.add(f.op("sdiv", last, blocks), ONE)  # about as many in each
        with f.loop(start, stop, height) as first:
            self._block(first, f.smin(f.add(first, height), stop), most, span)

    def _block(self, start: Value, stop: Value, most: int, span: Range | None, kept: bool = False) -> None:
        """Some rows, at most so many where the left matrix is copied; `kept` is whether copies of panels are."""
        f, inner = self.f, self.sizes.inner
        if inner is not None and inner <= self.inner_block:
            self._part(ZERO, self.depth, None, start, stop, most, span, kept)
            return
        with f.loop(ZERO, self.depth, self.inner_block) as first:
            last = f.smin(f.add(first, integer(self.inner_block)), self.depth)
            self._part(first, last, f.compare("eq", first, ZERO), start, stop, most, span, kept)

    def _part(
        self, first: Value, last: Value, fresh: Value | None, start: Value, stop: Value, most: int,
        span: Range | None, kept: bool,
    ) -> None:  # fmt: skip
        """Some rows over a part of the inner axis; where `fresh` doesn't hold, they are added to what is there."""
        f, a = self.f, self.a
        along, down = (a.stride, 1) if a.turned else (1, a.stride)
        left = f.gep(a.base, f.add(f.times(start, down), f.times(first, along)), self.element)
        if self._left_copied():
            left, along, down = self._copy_left(left, f.minus(stop, start), f.minus(last, first), most)

        def write(group: Group) -> None:
            depth, step, right = f.minus(last, first), self.b.stride, self.b.base
            if copied := self._copied(group):
                step = group.count * self.lanes
                right = f.gep(self._kept(group), f.times(first, step), self.element) if kept else self.panel
                if not kept:
                    self._copy(group, first, last, right)
            else:
                right = f.gep(right, f.add(f.times(first, step), group.first), self.element)
            apart = self.depth if kept else depth  # entries from column to column of copied panels
            with f.loop(group.first, group.after, group.count * self.lanes) as column:
                beside = f.minus(column, group.first)
                here = f.gep(right, f.op("mul", beside, apart) if copied else beside, self.element)
                self._tiles(group, column, left, here, along, down, step, depth, start, stop, fresh)

        self._each_group(write, span)

    def _left_copied(self) -> bool:
        size = BYTES[self.element]
        return size * self.a.stride >= FAR and size * self.sizes.columns >= WIDE

    def _copy_left(self, left: Value, rows: Value, depth: Value, most: int) -> tuple[Value, int, int]:
        """A part of the left matrix, copied: where it is, and entries from one to the next along and down."""
        f, size = self.f, BYTES[self.element]
        lines, width = (depth, rows) if self.a.turned else (rows, depth)
        stride = (-(-size * (most if self.a.turned else self.inner_block) // LINE) | 1) * LINE // size
        copy_lines(
            f, self.element, self.lanes,
            left, integer(size * self.a.stride), self.block, integer(size * stride), lines, width,
        )  # fmt: skip
        return self.block, *((stride, 1) if self.a.turned else (1, stride))

    def _tiles(
        self, group: Group, column: Value, left: Value, right: Value, along: int, down: int, step: int, depth: Value,
        start: Value, stop: Value, fresh: Value | None,
    ) -> None:  # fmt: skip
        """Rows of C in the columns of a panel that begins with one."""
        f, c, size = self.f, self.c, BYTES[self.element]
        out = f.add(f.times(start, c.stride), column)
        f.call(
            tiles(f.module, self.element, self.lanes, self.registers, group.count),
            left,
            right,
            f.gep(c.base, out, self.element),
            *(integer(size * distance) for distance in (along, down, step, c.stride)),
            depth,
            f.minus(stop, start),
            integer(self.lanes if c.padded else group.width - (group.count - 1) * self.lanes),
            Value("true", "i1") if fresh is None else fresh,
        )
