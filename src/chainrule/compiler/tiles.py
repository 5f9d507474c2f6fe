"""A tile of a product: some rows of the result in a panel's columns, in registers while the inner axis goes by."""

from __future__ import annotations

from chainrule.compiler.assembly import Function, Value, integer, real
from chainrule.compiler.matrix import Masks, Matrix, Panel

PREFETCHED = 256  # of an inner axis from which rows are fetched ahead
INDEPENDENT = 4  # parts in which each sum of a tile of few registers is kept, so that none is waited for


class Tile:
    """Writes some rows of C in a panel's columns.

    Parameters
    ----------
    f, element, lanes : the function, the type of the numbers, and how many of them fit a register
    a, c : the left matrix and the result
    panel : the columns
    row, height : the first row, and how many there are
    """

    def __init__(
        self, f: Function, element: str, lanes: int, a: Matrix, c: Matrix, panel: Panel, row: Value, height: int
    ) -> None:  # fmt: skip
        self.f, self.element, self.lanes = f, element, lanes
        self.a, self.panel, self.height = a, panel, height
        self.row, self.c = row, c
        self.width = range(len(panel.masks))
        none: Masks = [None] * len(self.width)
        self.read_masks = none if panel.padded else panel.masks
        self.store_masks = none if c.padded else panel.masks
        self.parts = INDEPENDENT if height * len(self.width) <= 4 else 1

    def write(self, first: Value, last: Value, fresh: Value | None, inner: int | None) -> None:
        """Over a range of the inner axis; where `fresh` doesn't hold, what is in C already is added.

        `inner` is the whole inner axis, where it is known.
        """
        f, parts = self.f, self.parts
        self._begin(fresh)
        self.step_in, self.step_down = (self.a.stride, 1) if self.a.turned else (1, self.a.stride)
        self.corner = f.gep(self.a.base, f.times(self.row, self.step_down), self.element)
        whole = f.add(first, f.op("and", f.op("sub", last, first), integer(-parts)))
        if parts == 1 and not self.a.turned and (inner or 0) >= PREFETCHED:
            self._multiply_ahead(first, last)
        else:
            with f.loop(first, whole, parts) as k:
                for part in range(parts):
                    self._multiply(f.add(k, integer(part)), part)
        if parts > 1:
            with f.loop(whole, last) as k:
                self._multiply(k, 0)
        self._finish()

    def _begin(self, fresh: Value | None) -> None:
        """The partial sums, each in memory that LLVM makes a register of."""
        f, element, lanes = self.f, self.element, self.lanes
        zero = real(0, element, lanes)
        self.out: list[Value] = []
        self.total: list[list[list[Value]]] = []
        for i in range(self.height):
            place = f.add(f.times(f.add(self.row, integer(i)), self.c.stride), self.panel.column)
            self.out.append(f.gep(self.c.base, place, element))
            self.total.append([[f.alloca(element, lanes) for _ in range(self.parts)] for _ in self.width])
            for v in self.width:
                start = zero
                if fresh is not None:
                    address = f.gep(self.out[i], integer(v * lanes), element)
                    start = f.load(address, element, lanes, self.store_masks[v])
                    start = f.select(f.splat(fresh, lanes), zero, start)
                for part, total in enumerate(self.total[i][v]):
                    f.store(zero if part else start, total)

    def _multiply(self, k: Value, part: int) -> None:
        """One place of the inner axis: a column of A by a row of the panel."""
        f, element, lanes = self.f, self.element, self.lanes
        below = k if self.panel.shift.text == "0" else f.op("sub", k, self.panel.shift)
        here = f.gep(self.panel.base, f.times(below, self.panel.stride), element)
        right = [
            f.load(f.gep(here, integer(v * lanes), element), element, lanes, self.read_masks[v])
            for v in self.width
        ]
        line = f.gep(self.corner, f.times(k, self.step_in), element)
        for i in range(self.height):
            left = f.splat(f.load(f.gep(line, integer(i * self.step_down), element), element), lanes)
            for v in self.width:
                total = self.total[i][v][part]
                f.store(f.intrinsic("fma", left, right[v], f.load(total, element, lanes)), total)

    def _multiply_ahead(self, first: Value, last: Value) -> None:
        """The inner axis, with the next rows of A on their way to the cache while these are multiplied."""
        f = self.f
        with f.loop(first, last, self.lanes) as start:
            for i in range(self.height):
                after = f.add(integer((self.height + i) * self.a.stride), start)
                address = f.gep(self.corner, after, self.element)
                f.call("llvm.prefetch.p0", address, integer(0, "i32"), integer(3, "i32"), integer(1, "i32"))
            with f.loop(start, f.smin(f.add(start, integer(self.lanes)), last)) as k:
                self._multiply(k, 0)

    def _finish(self) -> None:
        """The partial sums together, into C."""
        f, element, lanes = self.f, self.element, self.lanes
        for i in range(self.height):
            for v in self.width:
                result, *others = (f.load(total, element, lanes) for total in self.total[i][v])
                for other in others:
                    result = f.op("fadd", result, other)
                f.store(result, f.gep(self.out[i], integer(v * lanes), element), self.store_masks[v])
