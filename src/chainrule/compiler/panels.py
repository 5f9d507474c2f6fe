"""Copies of panels of the right matrix, one behind the other, so that a product reads memory in order, and whole
registers; and of a part of the left one.

As with tiles, where the matrix is comes as arguments, and all products of a step share the functions.
"""

from __future__ import annotations

from chainrule.compiler.assembly import BYTES, ZERO, Function, Module, Value, integer
from chainrule.compiler.lanes import first_lanes

# From where, and the bytes from row to row of the matrix there; to where; the columns of the panels, and how many rows.
PARAMETERS = {"from": "ptr", "stride": "i64", "to": "ptr", "columns": "i64", "depth": "i64"}


def copying(module: Module, element: str, lanes: int, count: int) -> str:
    """The name of the function that puts the rows of panels, of so many registers each, one behind the other."""

    def write(name: str) -> None:
        f = module.function(name, PARAMETERS, inner=True)
        p, width, last = f.parameters, count * lanes, (count - 1) * lanes
        with f.loop(ZERO, p["depth"]) as k, f.loop(ZERO, p["columns"], width) as column:
            mask = first_lanes(f, f.minus(f.minus(p["columns"], column), integer(last)), lanes)
            here = f.gep(f.gep(p["from"], f.op("mul", k, p["stride"]), "i8"), column, element)
            place = f.add(f.times(k, width), f.op("mul", column, p["depth"]))
            there = f.gep(p["to"], place, element)
            for first in range(0, width, lanes):
                value = f.load(
                    f.gep(here, integer(first), element), element, lanes, mask if first == last else None
                )
                f.store(value, f.gep(there, integer(first), element))

    return module.once(("copy", element, lanes, count), write)


def turning(module: Module, element: str, lanes: int, count: int) -> str:
    """The name of the function that does so where columns are rows of the matrix in memory.

    Squares of one register's width are turned. Of the last columns, the very last one is taken again and again, up to
    a whole register.
    """

    def write(name: str) -> None:
        f = module.function(name, PARAMETERS, inner=True)
        p = f.parameters
        with f.loop(ZERO, p["columns"], lanes) as column:
            rows = f.op("sub", p["columns"], column)
            line = f.gep(p["from"], f.op("mul", column, p["stride"]), "i8")
            steps = [f.select(f.compare("slt", integer(i), rows), p["stride"], ZERO) for i in range(1, lanes)]
            with f.loop(ZERO, p["depth"], lanes) as k:
                mask = first_lanes(f, f.op("sub", p["depth"], k), lanes)
                here = f.gep(line, k, element)
                lines = [f.load(here, element, lanes, mask)]
                for step in steps:
                    here = f.gep(here, step, "i8")
                    lines.append(f.load(here, element, lanes, mask))
                panel = f.op("sub", column, f.op("srem", column, integer(count * lanes)))
                place = f.add(f.op("mul", panel, p["depth"]), f.op("sub", column, panel))
                there = f.gep(p["to"], f.add(f.times(k, count * lanes), place), element)
                for i, register in enumerate(turned(f, lines)):
                    f.store(register, f.gep(there, integer(i * count * lanes), element))

    return module.once(("turn", element, lanes, count), write)


# From where to where, the bytes from line to line here and there, and how many lines of how many entries.
LINES = {"from": "ptr", "stride": "i64", "to": "ptr", "apart": "i64", "lines": "i64", "width": "i64"}


def copy_lines(f: Function, element: str, lanes: int, *given: Value) -> None:
    """Call the function that copies lines of a matrix; `given` are its parameters, `LINES`."""

    def write(name: str) -> None:
        f = module.function(name, LINES, inner=True)
        p = f.parameters
        whole = f.op("and", p["width"], integer(-lanes))
        mask = first_lanes(f, f.minus(p["width"], whole), lanes)
        with f.loop(ZERO, p["lines"]) as k:
            here = f.gep(p["from"], f.op("mul", k, p["stride"]), "i8")
            there = f.gep(p["to"], f.op("mul", k, p["apart"]), "i8")
            with f.loop(ZERO, whole, lanes) as i:
                f.store(f.load(f.gep(here, i, element), element, lanes), f.gep(there, i, element))
            with f.if_then(f.compare("slt", whole, p["width"])):
                rest = f.load(f.gep(here, whole, element), element, lanes, mask)
                f.store(rest, f.gep(there, whole, element), mask)

    module = f.module
    f.call(module.once(("lines", element, lanes), write), *given)


def turned(f: Function, lines: list[Value]) -> list[Value]:
    """A square of registers turned: within parts of 16 bytes, then these parts, as one instruction does each."""
    part = min(len(lines), 16 // BYTES[lines[0].element])
    within = [_turned(f, lines[i : i + part], 1) for i in range(0, len(lines), part)]
    across = [_turned(f, [square[i] for square in within], part) for i in range(part)]
    return [column[i] for i in range(len(lines) // part) for column in across]


def _turned(f: Function, lines: list[Value], size: int) -> list[Value]:
    """Squares of so many pieces turned: pairs of lines are interleaved, as often as halving a square takes."""
    count = len(lines)

    def order(half: int) -> str:
        places = []
        for i in range(lines[0].lanes):
            square, (piece, entry) = i // (count * size), divmod(i % (count * size), size)
            place = (square * count + half * count // 2 + piece // 2) * size + entry
            places.append(f"i32 {place + piece % 2 * lines[0].lanes}")
        return ", ".join(places)

    orders = order(0), order(1)
    for _ in range(count.bit_length() - 1):
        pairs = [(lines[i], lines[i + count // 2]) for i in range(count // 2)]
        lines = [f.shuffle(a, b, order) for a, b in pairs for order in orders]
    return lines


def copy_panels(
    f: Function, element: str, lanes: int, count: int, turned: bool, stride: int, *given: Value
) -> None:
    """Call one of the two: `given` are from where, to where, how many columns, how many rows."""
    name = (turning if turned else copying)(f.module, element, lanes, count)
    from_, *others = given
    f.call(name, from_, integer(stride * BYTES[element]), *others)
