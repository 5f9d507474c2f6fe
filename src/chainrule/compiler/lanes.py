"""Whole registers along an axis, and the lanes of the last one that belong to it."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.compiler.assembly import ZERO, Function, Value, bits, integer, real

Body = Callable[
    [Value, Value | None], None
]  # of the first of neighbouring entries, and a mask of those there are


def along(f: Function, lanes: int, start: Value, stop: Value, body: Body) -> None:
    """Whole registers from `start` on, then the rest under a mask."""
    count = f.op("sub", stop, start)
    whole = f.op("and", count, integer(-lanes))
    middle = f.add(start, whole)
    with f.loop(start, middle, lanes) as index:
        body(index, None)
    with f.if_then(f.compare("slt", middle, stop)):
        body(middle, first_lanes(f, f.op("sub", stop, middle), lanes))


def overlapping(f: Function, lanes: int, width: int, body: Body) -> None:
    """Whole registers of a line, of which the last one begins in the one before; a shorter line is under a mask."""
    if width < lanes:
        body(ZERO, tail_mask(width, lanes))
        return
    last = integer(width - lanes)
    with f.loop(ZERO, last, lanes) as index:
        body(index, None)
    body(last, None)


def counted(f: Function, first: Value, lanes: int) -> Value:
    """Whole numbers of 32 bits from the first one on, one in each lane."""
    return f.op("add", f.splat(f.cast("trunc", first, "i32"), lanes), _numbers(lanes))


def first_lanes(f: Function, count: Value, lanes: int) -> Value:
    """A mask of the first `count` lanes."""
    return f.compare("slt", _numbers(lanes), f.splat(f.cast("trunc", count, "i32"), lanes))


def _numbers(lanes: int) -> Value:
    return Value("<" + ", ".join(f"i32 {i}" for i in range(lanes)) + ">", "i32", lanes)


def tail_mask(width: int, lanes: int) -> Value | None:
    """The lanes of the last register of a row that belong to it; None if all do."""
    left = width % lanes
    return bits([i < left for i in range(lanes)]) if left else None


def sum_lanes(f: Function, value: Value) -> Value:
    """All lanes added up."""
    zero, single = real(-0.0, value.element), Value("", value.element)
    return f.intrinsic("vector.reduce.fadd", zero, value, flags="reassoc", result=single)
