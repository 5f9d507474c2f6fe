"""Reductions over the leading axis, or over a whole array."""

from __future__ import annotations

from chainrule.compiler.assembly import ZERO, Value, integer, real
from chainrule.compiler.lanes import tail_mask
from chainrule.compiler.loops import IDENTITY, LoopWriter, Place, Range
from chainrule.compiler.schedule import width_of
from chainrule.expressions import Node


def write_total(loops: LoopWriter, node: Node, span: Range) -> None:
    """A reduction over the leading axis, its columns in a span; or one over everything."""
    source = loops.plan.source(node.args[0])
    place, shape = loops.places[source][0], loops.plan.shape(source)
    length = loops.length(shape)
    if len(shape) == 2 and node.settings["axis"] is not None:
        loops.along(*span, lambda column, mask: _column(loops, node, place, length, column, mask))
        return
    padded = len(shape) == 2 and place.stride != shape[1]
    count = length if padded else loops.f.times(length, width_of(shape))
    total = loops.f.alloca(loops.element, loops.lanes)
    loops.f.store(_start(loops, node), total)
    if padded:
        _add_padded(loops, node, place, int(shape[1]), length, total)
    else:
        _add_flat(loops, node, place, count, total)
    result = loops.across(node.op, loops.f.load(total, loops.element, loops.lanes))
    for out in loops.places[node]:
        loops.f.store(result, out.base)


def _start(loops: LoopWriter, node: Node) -> Value:
    return real(IDENTITY[node.op], loops.element, loops.lanes)


def _add(loops: LoopWriter, node: Node, value: Value, total: Value) -> None:
    """Bring a register's worth into a partial result in memory."""
    before = loops.f.load(total, loops.element, loops.lanes)
    loops.f.store(loops.join(node.op, before, value), total)


def _column(
    loops: LoopWriter, node: Node, place: Place, length: Value, column: Value, mask: Value | None
) -> None:
    """Each column by itself; four rows are summed side by side, so that no sum waits for the one before."""
    f, element, lanes = loops.f, loops.element, loops.lanes
    load_mask = None if place.padded else mask
    start = _start(loops, node)
    parts = [f.alloca(element, lanes) for _ in range(4)]
    for part in parts:
        f.store(start, part)

    def add(row: Value, part: Value) -> None:
        address = f.gep(place.base, f.add(f.times(row, place.stride), column), element)
        _add(loops, node, f.load(address, element, lanes, load_mask), part)

    fours = f.op("and", length, integer(-4))
    with f.loop(ZERO, fours, 4) as row:
        for k, part in enumerate(parts):
            add(f.add(row, integer(k)), part)
    with f.loop(fours, length) as row:
        add(row, parts[0])
    sums = [f.load(part, element, lanes) for part in parts]
    halves = [loops.join(node.op, *sums[:2]), loops.join(node.op, *sums[2:])]
    result = loops.join(node.op, *halves)
    for out in loops.places[node]:
        f.store(result, f.gep(out.base, column, element), mask)


def _add_flat(loops: LoopWriter, node: Node, place: Place, count: Value, total: Value) -> None:
    """All entries of an array that lies in memory as one line."""
    f, start = loops.f, _start(loops, node)

    def body(index: Value, mask: Value | None) -> None:
        address = f.gep(place.base, index, loops.element)
        value = f.load(address, loops.element, loops.lanes, mask)
        _add(loops, node, value if mask is None else f.select(mask, value, start), total)

    loops.along(ZERO, count, body)


def _add_padded(loops: LoopWriter, node: Node, place: Place, width: int, length: Value, total: Value) -> None:
    """All entries of an array whose rows are padded to whole registers."""
    f, element, lanes, start = loops.f, loops.element, loops.lanes, _start(loops, node)
    with f.loop(ZERO, length) as row:
        line = f.gep(place.base, f.times(row, place.stride), element)
        for first in range(0, width, lanes):
            value = f.load(f.gep(line, integer(first), element), element, lanes)
            rest = tail_mask(width, lanes) if first + lanes > width else None
            _add(loops, node, value if rest is None else f.select(rest, value, start), total)
