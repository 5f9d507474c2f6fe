"""Products of matrices as assembly, written for the shapes they have in a step.

A tile of the result stays in registers while the inner axis goes by: a few rows of the left matrix, one number
each, times a few registers of a row of the right one. Large right matrices, and transposed ones, are first
copied, a panel of columns at a time, so that the loop reads memory in order.

Source: K. Goto, R. van de Geijn, Anatomy of high-performance matrix multiplication, ACM TOMS 34 (2008).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from chainrule.compiler.assembly import BYTES, ZERO, Function, Value, integer
from chainrule.compiler.columns import write_dots, write_weighted_rows
from chainrule.compiler.matrix import Matrix, Panel, Sizes
from chainrule.compiler.panels import copy_panel
from chainrule.compiler.tiles import tiles

INNER_BLOCK = 128  # of a long inner axis, so that a panel's copy stays in the processor's first cache
PREFETCHED = 256  # of an inner axis from which rows are fetched ahead
LARGE = 512 * 1024  # bytes of a right matrix that no longer stays in the second cache: copying a panel pays
FAR = 2048  # bytes from row to row, from which rows get into each other's way in the first cache


# Of the first row of a block and the one after its last: where the block goes; and on the way out, what follows it.
BlockUpdate = Callable[[Value, Value], AbstractContextManager[Matrix]]


def panel_width(lanes: int, registers: int) -> int:
    """Columns of a panel: a tile's part of them fits the processor's registers."""
    return lanes * (4 if registers == 32 else 2)


def scratch(sizes: Sizes, lanes: int) -> int:
    """Entries that copying a panel may need."""
    return (min(sizes.inner or INNER_BLOCK, 2 * INNER_BLOCK) + lanes) * 4 * lanes


class Product:
    """Writes rows `start` up to `stop` of C = A B.

    Parameters
    ----------
    f : the function
    element, lanes, registers : the type of the numbers, how many fit a register, how many registers there are
    a, b, c : the matrices; a turned one is read as its transpose
    sizes : its inner axis and columns
    depth : the inner axis as a value
    panel : memory for a panel's copy
    """

    def __init__(
        self, f: Function, element: str, lanes: int, registers: int, a: Matrix, b: Matrix, c: Matrix,
        sizes: Sizes, depth: Value, panel: Value,
    ) -> None:  # fmt: skip
        self.f, self.element, self.lanes, self.registers = f, element, lanes, registers
        self.a, self.b, self.c, self.sizes, self.depth, self.panel = a, b, c, sizes, depth, panel
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
            self._each_panel(lambda panel: self._columns(panel, start, stop))

    def _copied(self, panel: Panel) -> bool:
        """Whether a panel of B is copied before it is read, also so that it is read in whole registers."""
        size = BYTES[self.element]
        if self.b.turned or (panel.columns < panel.count * self.lanes and not self.b.padded):
            return True
        if self.sizes.inner is None:
            return size * self.b.stride >= FAR
        return size * self.sizes.columns * self.sizes.inner > LARGE

    def write_columns(self, start: Value, stop: Value, rows: Value) -> None:
        """Columns from one to another of all rows; they begin with a panel."""
        self._each_panel(lambda panel: self._columns(panel, ZERO, rows), (start, stop))

    def write_in_blocks(
        self,
        start: Value,
        stop: Value,
        height: int,
        around: BlockUpdate,
    ) -> None:
        """The same, a few rows at a time: `around` says where these rows go, and what follows them.

        All panels of B that are copied are copied once before.
        """
        f = self.f
        self._each_panel(lambda panel: self._keep(panel) if self._copied(panel) else None)
        with f.loop(start, stop, height) as first:
            last = f.smin(f.add(first, integer(height)), stop)
            with around(first, last) as self.c:
                self._each_panel(lambda panel: self._columns(panel, first, last, kept=self._copied(panel)))

    def _keep(self, panel: Panel) -> None:
        self._copy(panel, ZERO, self.depth, self._kept(panel))

    def _kept(self, panel: Panel) -> Value:
        """Where a panel is kept, if all of them are."""
        return self.f.gep(self.panel, self.f.op("mul", panel.first, self.depth), self.element)

    # --- panels of columns ----------------------------------------------------------------------------------

    def _each_panel(self, body: Callable[[Panel], None], span: tuple[Value, Value] | None = None) -> None:
        """Write something for each panel, or those of a span."""
        f, width, columns = self.f, panel_width(self.lanes, self.registers), self.sizes.columns
        start, stop = span or (ZERO, integer(columns))
        whole = columns // width * width
        if whole:
            with f.loop(start, f.smin(stop, integer(whole)) if span else integer(whole), width) as column:
                body(Panel(column, width // self.lanes, width))
        if left := columns - whole:
            with f.if_then(f.compare("eq", stop, integer(columns))) if span else nullcontext():
                body(Panel(integer(whole), -(-left // self.lanes), left))

    def _columns(self, panel: Panel, start: Value, stop: Value, kept: bool = False) -> None:
        """A panel's part of C: over the whole inner axis, or over one part of it after the other."""
        f, inner = self.f, self.sizes.inner
        copied = self._copied(panel)
        if inner is not None and (not copied or inner <= 2 * INNER_BLOCK):
            if copied:
                self._copy(panel, ZERO, self.depth, self.panel)
            self._tiles(panel, ZERO, self.depth, None, start, stop, self.panel if copied else None)
            return
        with f.loop(ZERO, self.depth, INNER_BLOCK) as first:
            last = f.smin(f.add(first, integer(INNER_BLOCK)), self.depth)
            copy = None
            if kept:
                width = panel.count * self.lanes
                copy = f.gep(self._kept(panel), f.times(first, width), self.element)
            elif copied:
                self._copy(panel, first, last, copy := self.panel)
            self._tiles(panel, first, last, f.compare("eq", first, ZERO), start, stop, copy)

    def _copy(self, panel: Panel, first: Value, last: Value, to: Value) -> None:
        """Rows of a panel, copied."""
        f, b = self.f, self.b
        across, down = (b.stride, 1) if b.turned else (1, b.stride)
        place = f.add(f.times(panel.first, across), f.times(first, down))
        copy_panel(
            f, self.element, self.lanes, panel.count, b.turned, b.stride,
            f.gep(b.base, place, self.element), to, integer(panel.columns), f.minus(last, first),
        )  # fmt: skip

    def _tiles(
        self, panel: Panel, first: Value, last: Value, fresh: Value | None, start: Value, stop: Value,
        copy: Value | None,
    ) -> None:  # fmt: skip
        """Rows of a panel's part of C, over a range of the inner axis; where `fresh` doesn't hold, they are added.

        `copy` is where those rows of the panel have been copied to, if they have.
        """
        f, a, c, depth, lanes = self.f, self.a, self.c, self.f.minus(last, first), self.lanes
        along, down = (a.stride, 1) if a.turned else (1, a.stride)
        left = f.add(f.times(start, down), f.times(first, along))
        step = self.b.stride if copy is None else panel.count * lanes
        if copy is None:
            copy = f.gep(self.b.base, f.add(f.times(first, step), panel.first), self.element)
        out = f.add(f.times(start, c.stride), panel.first)
        chunk = depth if a.turned or (self.sizes.inner or 0) < PREFETCHED else integer(lanes)
        size = BYTES[self.element]
        f.call(
            tiles(f.module, self.element, lanes, self.registers, panel.count),
            f.gep(a.base, left, self.element),
            copy,
            f.gep(c.base, out, self.element),
            *(integer(size * distance) for distance in (along, down, step, c.stride)),
            depth,
            chunk,
            f.minus(stop, start),
            integer(lanes if c.padded else panel.columns - (panel.count - 1) * lanes),
            Value("true", "i1") if fresh is None else fresh,
        )
