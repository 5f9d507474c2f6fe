"""Kernels whose arrays have one width: their rows are taken as one long line."""

from __future__ import annotations

from chainrule.compiler.assembly import Value
from chainrule.compiler.loops import LoopWriter, is_single
from chainrule.compiler.schedule import REDUCTIONS, Item, width_of
from chainrule.expressions import Expr, Node


def flat_width(loops: LoopWriter, item: Item) -> int:
    """The width that all arrays of a kernel have, if they can be taken as one line; otherwise 0."""
    plan, places = loops.plan, loops.places
    widths = set()
    for node in item.nodes:
        for part in (node, *node.args):
            shape = plan.shape(part)
            if is_single(shape):
                continue
            source = plan.source(part)
            if shape[0] != item.lead or (source in places and places[source][0].stride != width_of(shape)):
                return 0
            widths.add(width_of(shape))
    if len(widths) > 1 or (widths != {1} and any(node.op in REDUCTIONS for node in item.nodes)):
        return 0
    return int(widths.pop()) if widths else 1


def write_flat(loops: LoopWriter, lines: list[Node], start: Value, stop: Value) -> None:
    """Lines of one width over all entries from `start` up to `stop`."""
    f, element, lanes = loops.f, loops.element, loops.lanes
    singles = _singles(loops, lines)

    def body(index: Value, mask: Value | None) -> None:
        values: dict[Expr, Value] = {}

        def operand(arg: Expr) -> Value:
            source = loops.plan.source(arg)
            if source.scalar:
                return f.splat(loops.scalar(source, False), lanes)
            if source in singles:
                return f.splat(singles[source], lanes)
            if source not in values:
                address = f.gep(loops.places[source][0].base, index, element)
                values[source] = f.load(address, element, lanes, mask)
            return values[source]

        for node in lines:
            reduced = node.op in REDUCTIONS  # of one entry: itself
            values[node] = operand(node.args[0]) if reduced else loops.operation(node, operand)
        for node in lines:
            for place in loops.places.get(node, []):
                f.store(values[node], f.gep(place.base, index, element), mask)

    loops.along(start, stop, body)


def _singles(loops: LoopWriter, lines: list[Node]) -> dict[Expr, Value]:
    """Arrays of one entry that are read, loaded before the loop."""
    found = {}
    for node in lines:
        for arg in node.args:
            source = loops.plan.source(arg)
            single = not arg.scalar and is_single(loops.plan.shape(arg))
            if single and source not in lines and not source.scalar:
                found[source] = loops.f.load(loops.places[source][0].base, loops.element)
    return found
