"""The place of a row's largest entry, as NumPy's argmax finds it."""

from __future__ import annotations

from chainrule.compiler.assembly import ONE, ZERO, Function, Value, integer


def ranks_above(f: Function, a: Value, b: Value) -> Value:
    """Whether a stands before b where the largest is looked for: NaN counts as the largest."""
    return f.op("and", f.compare("ugt", a, b), f.compare("ord", b, b))


def argmax(f: Function, line: Value, element: str, width: int) -> Value:
    """The place of a row's largest entry: the first of equal ones, or the first that is NaN, as in NumPy."""
    best, largest = f.alloca("i64"), f.alloca(element)
    f.store(ZERO, best)
    f.store(f.load(line, element), largest)
    with f.loop(ONE, integer(width)) as column:
        value, before = f.load(f.gep(line, column, element), element), f.load(largest, element)
        above = ranks_above(f, value, before)
        f.store(f.select(above, column, f.load(best, "i64")), best)
        f.store(f.select(above, value, before), largest)
    return f.load(best, "i64")
