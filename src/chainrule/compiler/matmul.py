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
from chainrule.compiler.lanes import tail_mask
from chainrule.compiler.matrix import Masks, Matrix, Panel, Sizes
from chainrule.compiler.panels import TurnedPanel, copy_panel
from chainrule.compiler.tiles import Tile

INNER_BLOCK = 128  # of a long inner axis, so that a panel's copy stays in the processor's first cache
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
            self._each_panel(lambda column, masks: self._columns(column, masks, start, stop))

    def _copied(self) -> bool:
        """Whether panels of B are copied before they are read."""
        size = BYTES[self.element]
        if self.sizes.inner is None:
            return self.b.turned or size * self.b.stride >= FAR
        return self.b.turned or size * self.sizes.columns * self.sizes.inner > LARGE

    def write_columns(self, start: Value, stop: Value, rows: Value) -> None:
        """Columns from one to another of all rows; they begin with a panel."""
        self._each_panel(lambda column, masks: self._columns(column, masks, ZERO, rows), (start, stop))

    def write_in_blocks(
        self,
        start: Value,
        stop: Value,
        height: int,
        around: BlockUpdate,
    ) -> None:
        """The same, a few rows at a time: `around` says where these rows go, and what follows them.

        All panels of B are copied once before.
        """
        f = self.f
        if copied := self._copied():
            self._each_panel(
                lambda column, masks: self._copy(column, masks, ZERO, self.depth, self._kept(column))
            )
        with f.loop(start, stop, height) as first:
            last = f.smin(f.add(first, integer(height)), stop)
            with around(first, last) as self.c:
                self._each_panel(lambda column, masks: self._columns(column, masks, first, last, kept=copied))

    def _kept(self, column: Value) -> Value:
        """Where a panel is kept, if all of them are."""
        return self.f.gep(self.panel, self.f.op("mul", column, self.depth), self.element)

    # --- panels of columns ----------------------------------------------------------------------------------

    def _each_panel(
        self, body: Callable[[Value, Masks], None], span: tuple[Value, Value] | None = None
    ) -> None:
        """Write something for each panel, or those of a span: its first column, and the lanes that are in use."""
        f, width, columns = self.f, panel_width(self.lanes, self.registers), self.sizes.columns
        start, stop = span or (ZERO, integer(columns))
        whole = columns // width * width
        if whole:
            with f.loop(start, f.smin(stop, integer(whole)) if span else integer(whole), width) as column:
                body(column, [None] * (width // self.lanes))
        if left := columns - whole:
            masks: Masks = [None] * -(-left // self.lanes)
            masks[-1] = tail_mask(left, self.lanes)
            with f.if_then(f.compare("eq", stop, integer(columns))) if span else nullcontext():
                body(integer(whole), masks)

    def _columns(self, column: Value, masks: Masks, start: Value, stop: Value, kept: bool = False) -> None:
        """A panel's part of C: over the whole inner axis, or over one part of it after the other."""
        f, inner = self.f, self.sizes.inner
        if inner is not None and (not self._copied() or inner <= 2 * INNER_BLOCK):
            self._tiles(self._panel(column, masks, ZERO, self.depth), ZERO, self.depth, None, start, stop)
            return
        with f.loop(ZERO, self.depth, INNER_BLOCK) as first:
            last = f.smin(f.add(first, integer(INNER_BLOCK)), self.depth)
            if kept:
                panel = Panel(column, masks, self._kept(column), len(masks) * self.lanes, True, ZERO)
            else:
                panel = self._panel(column, masks, first, last)
            self._tiles(panel, first, last, f.compare("eq", first, ZERO), start, stop)

    def _panel(self, column: Value, masks: Masks, first: Value, last: Value) -> Panel:
        """A panel where it is, or copied."""
        if not self._copied():
            base = self.f.gep(self.b.base, column, self.element)
            return Panel(column, masks, base, self.b.stride, self.b.padded, ZERO)
        if self.b.turned:
            assert self.sizes.inner is not None
            given = self.f, self.element, self.lanes, self.b, self.sizes.inner
            TurnedPanel(*given, column, masks, self.panel).write(first, last)
        else:
            self._copy(column, masks, first, last, self.panel)
        return Panel(column, masks, self.panel, len(masks) * self.lanes, True, first)

    def _copy(self, column: Value, masks: Masks, first: Value, last: Value, to: Value) -> None:
        copy_panel(self.f, self.element, self.lanes, self.b, column, masks, first, last, to)

    def _tiles(
        self, panel: Panel, first: Value, last: Value, fresh: Value | None, start: Value, stop: Value
    ) -> None:
        """Rows of a panel's part of C, a tile at a time; the rest in smaller tiles."""
        f = self.f
        most = min(12, (self.registers - 8 if self.registers == 32 else 12) // len(panel.masks))
        for height in dict.fromkeys((most, max(most // 3, 1), 1)):
            count = f.op("sdiv", f.op("sub", stop, start), integer(height))
            middle = f.add(start, f.times(count, height))
            with f.loop(start, middle, height) as row:
                tile = Tile(self.f, self.element, self.lanes, self.a, self.c, panel, row, height)
                tile.write(first, last, fresh, self.sizes.inner)
            start = middle
