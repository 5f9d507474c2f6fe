"""Products of matrices as assembly, written for the shapes they have in a step.

A tile of the result stays in registers while the inner axis goes by: a few rows of the left matrix, one number
each, times a few registers of a row of the right one. Large right matrices, and transposed ones, are first
copied, a panel of columns at a time, so that the loop reads memory in order.

Source: K. Goto, R. van de Geijn, Anatomy of high-performance matrix multiplication, ACM TOMS 34 (2008).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from chainrule.compiler.assembly import SIZES, ZERO, Function, Value, bits, integer, real

BLOCK = 128  # of a long inner axis, so that a panel's copy stays in the processor's first cache
LARGE = 512 * 1024  # bytes of a right matrix that no longer stays in the second cache: copying a panel pays
FETCHED = 256  # of an inner axis from which rows are fetched ahead
FAR = 2048  # bytes from row to row, from which rows get into each other's way in the first cache


@dataclass(frozen=True)
class Matrix:
    """A matrix in memory: its first entry, entries from row to row, whether rows are padded, whether it is turned."""

    base: Value
    stride: int
    padded: bool
    turned: bool


@dataclass(frozen=True)
class Shape:
    """What is known when a product is written: the inner axis and the columns; None is the number of samples."""

    inner: int | None
    columns: int


Masks = list[Value | None]


@dataclass(frozen=True)
class Panel:
    """A few columns of the right matrix: the first one, the lanes in use, where and how they lie, and the row of the
    inner axis with which they begin.
    """

    column: Value
    masks: Masks
    base: Value
    stride: int
    padded: bool
    shift: Value


def panel_width(lanes: int, registers: int) -> int:
    """Columns of a panel: a tile's part of them fits the processor's registers."""
    return lanes * (4 if registers == 32 else 2)


def scratch(shape: Shape, lanes: int) -> int:
    """Entries that copying a panel may need."""
    return (min(shape.inner or BLOCK, 2 * BLOCK) + lanes) * 4 * lanes


class Product:
    """Writes rows `start` up to `stop` of C = A B.

    Parameters
    ----------
    f : the function
    kind, lanes, registers : the numbers, how many fit a register, how many registers the processor has
    a, b, c : the matrices; a turned one is read as its transpose
    shape : its inner axis and columns
    inner : the inner axis as a value
    panel : memory for a panel's copy
    """

    def __init__(
        self, f: Function, kind: str, lanes: int, registers: int, a: Matrix, b: Matrix, c: Matrix,
        shape: Shape, inner: Value, panel: Value,
    ) -> None:  # fmt: skip
        self.f, self.kind, self.lanes, self.registers = f, kind, lanes, registers
        self.a, self.b, self.c, self.shape, self.inner, self.panel = a, b, c, shape, inner, panel
        if b.turned and shape.inner == 1:  # one column, read as one row: there is nothing to turn
            self.b = Matrix(b.base, shape.columns, False, False)
        elif b.turned and shape.columns == 1:  # nor in one row, read as one column
            self.b = Matrix(b.base, 1, False, False)

    def write(self, start: Value, stop: Value) -> None:
        """The instructions."""
        if self.shape.columns == 1:
            self._one_column(start, stop)
        else:
            self._each_panel(lambda column, masks: self._columns(column, masks, start, stop))

    def _copied(self) -> bool:
        """Whether panels of B are copied before they are read."""
        size = SIZES[self.kind]
        if self.shape.inner is None:
            return self.b.turned or size * self.b.stride >= FAR
        return self.b.turned or size * self.shape.columns * self.shape.inner > LARGE

    def write_columns(self, start: Value, stop: Value, rows: Value) -> None:
        """Columns from one to another of all rows; they begin with a panel."""
        self._each_panel(lambda column, masks: self._columns(column, masks, ZERO, rows), (start, stop))

    def write_in_pieces(
        self,
        start: Value,
        stop: Value,
        height: int,
        around: Callable[[Value, Value], AbstractContextManager[Matrix]],
    ) -> None:
        """The same, a few rows at a time: `around` says where these rows go, and what follows them.

        All panels of B are copied once before.
        """
        f = self.f
        if copied := self._copied():
            self._each_panel(
                lambda column, masks: self._copy(column, masks, ZERO, self.inner, self._kept(column))
            )
        with f.loop(start, stop, height) as first:
            last = f.least(f.add(first, integer(height)), stop)
            with around(first, last) as self.c:
                self._each_panel(lambda column, masks: self._columns(column, masks, first, last, kept=copied))

    def _kept(self, column: Value) -> Value:
        """Where a panel is kept, if all of them are."""
        return self.f.at(self.panel, self.f.op("mul", column, self.inner), self.kind)

    # --- panels of columns ----------------------------------------------------------------------------------

    def _each_panel(
        self, body: Callable[[Value, Masks], None], span: tuple[Value, Value] | None = None
    ) -> None:
        """Write something for each panel, or those of a span: its first column, and the lanes that are in use."""
        f, width, columns = self.f, panel_width(self.lanes, self.registers), self.shape.columns
        start, stop = span or (ZERO, integer(columns))
        whole = columns // width * width
        if whole:
            with f.loop(start, f.least(stop, integer(whole)) if span else integer(whole), width) as column:
                body(column, [None] * (width // self.lanes))
        if left := columns - whole:
            masks: Masks = [None] * -(-left // self.lanes)
            if over := left % self.lanes:
                masks[-1] = bits([i < over for i in range(self.lanes)])
            with f.when(f.compare("eq", stop, integer(columns))) if span else nullcontext():
                body(integer(whole), masks)

    def _columns(self, column: Value, masks: Masks, start: Value, stop: Value, kept: bool = False) -> None:
        """A panel's part of C: over the whole inner axis, or over one part of it after the other."""
        f, inner = self.f, self.shape.inner
        if inner is not None and (not self._copied() or inner <= 2 * BLOCK):
            self._tiles(self._panel(column, masks, ZERO, self.inner), ZERO, self.inner, None, start, stop)
            return
        with f.loop(ZERO, self.inner, BLOCK) as first:
            last = f.least(f.add(first, integer(BLOCK)), self.inner)
            if kept:
                panel = Panel(column, masks, self._kept(column), len(masks) * self.lanes, True, ZERO)
            else:
                panel = self._panel(column, masks, first, last)
            self._tiles(panel, first, last, f.compare("eq", first, ZERO), start, stop)

    def _panel(self, column: Value, masks: Masks, first: Value, last: Value) -> Panel:
        """A panel where it is, or copied."""
        if not self._copied():
            base = self.f.at(self.b.base, column, self.kind)
            return Panel(column, masks, base, self.b.stride, self.b.padded, ZERO)
        if self.b.turned:
            self._turn(column, masks, first, last)
        else:
            self._copy(column, masks, first, last, self.panel)
        return Panel(column, masks, self.panel, len(masks) * self.lanes, True, first)

    def _tiles(
        self, panel: Panel, first: Value, last: Value, fresh: Value | None, start: Value, stop: Value
    ) -> None:
        f = self.f
        most = min(12, (self.registers - 8 if self.registers == 32 else 12) // len(panel.masks))
        for height in dict.fromkeys((most, max(most // 3, 1), 1)):
            count = f.op("sdiv", f.op("sub", stop, start), integer(height))
            middle = f.add(start, f.times(count, height))
            with f.loop(start, middle, height) as row:
                self._tile(row, height, panel, first, last, fresh)
            start = middle

    def _tile(
        self, row: Value, height: int, panel: Panel, first: Value, last: Value, fresh: Value | None
    ) -> None:
        """Some rows of C in a panel's columns. A few registers are each summed in parts, so that none is waited for."""
        f, kind, lanes, width = self.f, self.kind, self.lanes, range(len(panel.masks))
        none: Masks = [None] * len(width)
        read, store = none if panel.padded else panel.masks, none if self.c.padded else panel.masks
        parts = 4 if height * len(width) <= 4 else 1
        zero = real(0, kind, lanes)
        out, total = [], []
        for i in range(height):
            at = f.add(f.times(f.add(row, integer(i)), self.c.stride), panel.column)
            out.append(f.at(self.c.base, at, kind))
            total.append([[f.variable(kind, lanes) for _ in range(parts)] for _ in width])
            for v in width:
                begin = zero
                if fresh is not None:
                    begin = f.load(f.at(out[i], integer(v * lanes), kind), kind, lanes, store[v])
                    begin = f.choose(f.spread(fresh, lanes), zero, begin)
                for part, place in enumerate(total[i][v]):
                    f.store(zero if part else begin, place)
        step_in, step_down = (self.a.stride, 1) if self.a.turned else (1, self.a.stride)
        corner = f.at(self.a.base, f.times(row, step_down), kind)

        def more(k: Value, part: int) -> None:
            below = k if panel.shift.text == "0" else f.op("sub", k, panel.shift)
            here = f.at(panel.base, f.times(below, panel.stride), kind)
            right = [f.load(f.at(here, integer(v * lanes), kind), kind, lanes, read[v]) for v in width]
            line = f.at(corner, f.times(k, step_in), kind)
            for i in range(height):
                left = f.spread(f.load(f.at(line, integer(i * step_down), kind), kind), lanes)
                for v in width:
                    place = total[i][v][part]
                    f.store(f.intrinsic("fma", left, right[v], f.load(place, kind, lanes)), place)

        whole = f.add(first, f.op("and", f.op("sub", last, first), integer(-parts)))
        if parts == 1 and not self.a.turned and (self.shape.inner or 0) >= FETCHED:
            with f.loop(first, last, lanes) as start:  # the next rows come while these are multiplied
                for i in range(height):
                    after = f.at(corner, f.add(integer((height + i) * self.a.stride), start), kind)
                    f.call("llvm.prefetch.p0", after, integer(0, "i32"), integer(3, "i32"), integer(1, "i32"))
                with f.loop(start, f.least(f.add(start, integer(lanes)), last)) as k:
                    more(k, 0)
        else:
            with f.loop(first, whole, parts) as k:
                for part in range(parts):
                    more(f.add(k, integer(part)), part)
        if parts > 1:
            with f.loop(whole, last) as k:
                more(k, 0)
        for i in range(height):
            for v in width:
                result, *others = (f.load(place, kind, lanes) for place in total[i][v])
                for other in others:
                    result = f.op("fadd", result, other)
                f.store(result, f.at(out[i], integer(v * lanes), kind), store[v])

    # --- copies of a panel ------------------------------------------------------------------------------------

    def _copy(self, column: Value, masks: Masks, first: Value, last: Value, to: Value) -> None:
        """Rows of the panel, one behind the other."""
        f, lanes = self.f, self.lanes
        base = f.at(self.b.base, column, self.kind)
        with f.loop(first, last) as k:
            here = f.at(base, f.times(k, self.b.stride), self.kind)
            there = f.at(to, f.times(f.op("sub", k, first), len(masks) * lanes), self.kind)
            for v, mask in enumerate(masks):
                value = f.load(f.at(here, integer(v * lanes), self.kind), self.kind, lanes, mask)
                f.store(value, f.at(there, integer(v * lanes), self.kind))

    def _turn(self, column: Value, masks: Masks, first: Value, last: Value) -> None:
        """The panel's columns are rows of the matrix in memory: squares of one register's width are turned."""
        f, lanes = self.f, self.lanes
        inner = self.shape.inner
        assert inner is not None

        def square(k: Value, valid: Value | None, v: int, mask: Value | None) -> None:
            count = lanes if mask is None else mask.text.count("i1 1")
            lines = [real(0, self.kind, lanes)] * lanes
            for i in range(count):
                at = f.add(f.times(f.add(column, integer(v * lanes + i)), self.b.stride), k)
                lines[i] = f.load(f.at(self.b.base, at, self.kind), self.kind, lanes, valid)
            for i, line in enumerate(turned(f, lines)):
                row = f.times(f.add(f.op("sub", k, first), integer(i)), len(masks) * lanes)
                f.store(line, f.at(self.panel, f.add(row, integer(v * lanes)), self.kind))

        whole = inner - inner % lanes
        rest = bits([i < inner - whole for i in range(lanes)]) if whole < inner else None
        for v, mask in enumerate(masks):
            if whole:  # parts of the inner axis begin at whole registers, so only the very last square is cut
                with f.loop(first, f.least(last, integer(whole)), lanes) as k:
                    square(k, None, v, mask)
            if rest is not None:
                with f.when(f.compare("eq", last, integer(inner))):
                    square(integer(whole), rest, v, mask)

    # --- one column ---------------------------------------------------------------------------------------------

    def _one_column(self, start: Value, stop: Value) -> None:
        if self.a.turned:
            self._weighted_rows(start, stop)
        else:
            self._dots(start, stop)

    def _dots(self, start: Value, stop: Value) -> None:
        """Each row of A times the one column of B."""
        f, kind, lanes = self.f, self.kind, self.lanes
        inner = self.shape.inner
        assert inner is not None
        with f.loop(start, stop) as row:
            line = f.at(self.a.base, f.times(row, self.a.stride), kind)
            total = f.variable(kind, lanes)
            f.store(real(0, kind, lanes), total)

            def more(k: Value, mask: Value | None, line: Value = line, total: Value = total) -> None:
                left = f.load(f.at(line, k, kind), kind, lanes, mask)
                right = f.load(f.at(self.b.base, k, kind), kind, lanes, mask)
                f.store(f.intrinsic("fma", left, right, f.load(total, kind, lanes)), total)

            whole = inner - inner % lanes
            with f.loop(ZERO, integer(whole), lanes) as k:
                more(k, None)
            if whole < inner:
                more(integer(whole), bits([i < inner - whole for i in range(lanes)]))
            result = f.intrinsic(
                "vector.reduce.fadd",
                real(-0.0, kind),
                f.load(total, kind, lanes),
                flags="reassoc",
                result=Value("", kind),
            )
            f.store(result, f.at(self.c.base, row, kind))

    def _weighted_rows(self, start: Value, stop: Value) -> None:
        """Rows of A, each by its entry of the one column of B, summed."""
        f, kind, lanes = self.f, self.kind, self.lanes
        count = f.op("sub", stop, start)
        middle = f.add(start, f.op("and", count, integer(-lanes)))

        def columns(column: Value, mask: Value | None) -> None:
            total = f.variable(kind, lanes)
            f.store(real(0, kind, lanes), total)
            with f.loop(ZERO, self.inner) as k:
                left = f.load(
                    f.at(self.a.base, f.add(f.times(k, self.a.stride), column), kind), kind, lanes, mask
                )
                right = f.spread(f.load(f.at(self.b.base, f.times(k, self.b.stride), kind), kind), lanes)
                f.store(f.intrinsic("fma", left, right, f.load(total, kind, lanes)), total)
            f.store(f.load(total, kind, lanes), f.at(self.c.base, column, kind), mask)

        with f.loop(start, middle, lanes) as column:
            columns(column, None)
        with f.when(f.compare("slt", middle, stop)):
            places = Value("<" + ", ".join(f"i64 {i}" for i in range(lanes)) + ">", "i64", lanes)
            columns(middle, f.compare("slt", places, f.spread(f.op("sub", stop, middle), lanes)))


def turned(f: Function, lines: list[Value]) -> list[Value]:
    """A square of registers turned: pairs are interleaved, as often as halving the square takes."""
    lanes = len(lines)
    low = ", ".join(f"i32 {i // 2 + (i % 2) * lanes}" for i in range(lanes))
    high = ", ".join(f"i32 {lanes // 2 + i // 2 + (i % 2) * lanes}" for i in range(lanes))
    for _ in range(lanes.bit_length() - 1):
        pairs = [(lines[i], lines[i + lanes // 2]) for i in range(lanes // 2)]
        lines = [f.shuffle(a, b, order) for a, b in pairs for order in (low, high)]
    return lines
