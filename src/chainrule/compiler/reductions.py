"""Reductions over the leading axis, or over a whole array."""

from __future__ import annotations

from dataclasses import replace

from chainrule.compiler.assembly import BYTES, ZERO, Module, Value, Variable, integer, real
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
        _columns(loops, node, place, length, span)
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


def _columns(loops: LoopWriter, node: Node, place: Place, length: Value, span: Range) -> None:
    """Each column by itself, in a function that all such sums share."""
    f, size = loops.f, BYTES[loops.element]
    outs = loops.places[node]
    name = f.module.once(
        ("columns", node.op, loops.element, loops.lanes, place.padded, len(outs)),
        lambda name: _write_columns(f.module, name, loops, node, place.padded, len(outs)),
    )
    f.call(name, place.base, integer(size * place.stride), length, *span, *(out.base for out in outs))


def _write_columns(module: Module, name: str, loops: LoopWriter, node: Node, padded: bool, outs: int) -> None:
    """Four rows are summed side by side, so that no sum waits for the one before."""
    parameters = {"from": "ptr", **dict.fromkeys(("stride", "length", "start", "stop"), "i64")}
    parameters |= {f"out{i}": "ptr" for i in range(outs)}
    f, element, lanes = module.function(name, parameters, inner=True), loops.element, loops.lanes
    p, inside = f.parameters, replace(loops, f=f)

    def write(column: Value, mask: Value | None) -> None:
        parts = [f.variable(_start(loops, node)) for _ in range(4)]
        line = f.variable(f.gep(p["from"], column, element))

        def add(part: Variable) -> None:
            address = f.value(line)
            value = f.load(address, element, lanes, None if padded else mask)
            f.set(part, inside.join(node.op, f.value(part), value))
            f.set(line, f.hidden(f.gep(address, p["stride"], "i8")))

        fours = f.op("and", p["length"], integer(-4))
        with f.loop(ZERO, fours, 4):
            for part in parts:
                add(part)
        with f.loop(fours, p["length"]):
            add(parts[0])
        sums = [f.value(part) for part in parts]
        halves = [inside.join(node.op, *sums[:2]), inside.join(node.op, *sums[2:])]
        result = inside.join(node.op, *halves)
        for i in range(outs):
            f.store(result, f.gep(p[f"out{i}"], column, element), mask)

    inside.along(p["start"], p["stop"], write)


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
