"""Copies of a panel of the right matrix, so that a product reads memory in order."""

from __future__ import annotations

from chainrule.compiler.assembly import Function, Value, integer, real
from chainrule.compiler.lanes import tail_mask
from chainrule.compiler.matrix import Masks, Matrix


def copy_panel(
    f: Function, element: str, lanes: int, b: Matrix, column: Value, masks: Masks, first: Value, last: Value,
    to: Value,
) -> None:  # fmt: skip
    """Rows of a panel that begins with a column, one behind the other."""
    base = f.gep(b.base, column, element)
    with f.loop(first, last) as k:
        here = f.gep(base, f.times(k, b.stride), element)
        there = f.gep(to, f.times(f.op("sub", k, first), len(masks) * lanes), element)
        for v, mask in enumerate(masks):
            value = f.load(f.gep(here, integer(v * lanes), element), element, lanes, mask)
            f.store(value, f.gep(there, integer(v * lanes), element))


class TurnedPanel:
    """Copies a panel whose columns are rows of the matrix in memory: squares of one register's width are turned.

    Parameters
    ----------
    f, element, lanes : the function, the type of the numbers, and how many of them fit a register
    b, inner : the matrix, and its inner axis
    column, masks : the panel's first column, and the lanes in use
    to : where the copy goes
    """

    def __init__(
        self, f: Function, element: str, lanes: int, b: Matrix, inner: int, column: Value, masks: Masks, to: Value
    ) -> None:  # fmt: skip
        self.f, self.element, self.lanes, self.b, self.inner = f, element, lanes, b, inner
        self.column, self.masks, self.to = column, masks, to

    def write(self, first: Value, last: Value) -> None:
        """A range of the inner axis; it begins at whole registers, so only the very last square is cut."""
        f, lanes, inner = self.f, self.lanes, self.inner
        whole = inner - inner % lanes
        rest = tail_mask(inner, lanes)
        for v, mask in enumerate(self.masks):
            if whole:
                with f.loop(first, f.smin(last, integer(whole)), lanes) as k:
                    self._square(k, first, None, v, mask)
            if rest is not None:
                with f.if_then(f.compare("eq", last, integer(inner))):
                    self._square(integer(whole), first, rest, v, mask)

    def _square(self, k: Value, first: Value, valid: Value | None, v: int, mask: Value | None) -> None:
        f, element, lanes = self.f, self.element, self.lanes
        count = lanes if mask is None else mask.text.count("i1 1")
        lines = [real(0, element, lanes)] * lanes
        for i in range(count):
            place = f.add(f.times(f.add(self.column, integer(v * lanes + i)), self.b.stride), k)
            lines[i] = f.load(f.gep(self.b.base, place, element), element, lanes, valid)
        for i, line in enumerate(turned(f, lines)):
            row = f.times(f.add(f.op("sub", k, first), integer(i)), len(self.masks) * lanes)
            f.store(line, f.gep(self.to, f.add(row, integer(v * lanes)), element))


def turned(f: Function, lines: list[Value]) -> list[Value]:
    """A square of registers turned: pairs are interleaved, as often as halving the square takes."""
    lanes = len(lines)
    low = ", ".join(f"i32 {i // 2 + (i % 2) * lanes}" for i in range(lanes))
    high = ", ".join(f"i32 {lanes // 2 + i // 2 + (i % 2) * lanes}" for i in range(lanes))
    for _ in range(lanes.bit_length() - 1):
        pairs = [(lines[i], lines[i + lanes // 2]) for i in range(lanes // 2)]
        lines = [f.shuffle(a, b, order) for a, b in pairs for order in (low, high)]
    return lines
