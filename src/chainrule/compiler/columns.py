"""Products whose right matrix is one column."""

from __future__ import annotations

from chainrule.compiler.assembly import ZERO, Function, Value, integer, real
from chainrule.compiler.lanes import along, sum_lanes, tail_mask
from chainrule.compiler.matrix import Matrix


def write_dots(
    f: Function, element: str, lanes: int, a: Matrix, b: Matrix, c: Matrix, inner: int, start: Value, stop: Value
) -> None:  # fmt: skip
    """Each row of A, from `start` up to `stop`, times the one column of B."""
    with f.loop(start, stop) as row:
        line = f.gep(a.base, f.times(row, a.stride), element)
        total = f.alloca(element, lanes)
        f.store(real(0, element, lanes), total)

        def add(k: Value, mask: Value | None, line: Value = line, total: Value = total) -> None:
            left = f.load(f.gep(line, k, element), element, lanes, mask)
            right = f.load(f.gep(b.base, k, element), element, lanes, mask)
            f.store(f.intrinsic("fma", left, right, f.load(total, element, lanes)), total)

        whole = inner - inner % lanes
        with f.loop(ZERO, integer(whole), lanes) as k:
            add(k, None)
        if whole < inner:
            add(integer(whole), tail_mask(inner, lanes))
        result = sum_lanes(f, f.load(total, element, lanes))
        f.store(result, f.gep(c.base, row, element))


def write_weighted_rows(
    f: Function, element: str, lanes: int, a: Matrix, b: Matrix, c: Matrix, depth: Value, start: Value, stop: Value
) -> None:  # fmt: skip
    """Rows of a turned A, each by its entry of the one column of B, summed; entries from `start` up to `stop`."""

    def columns(column: Value, mask: Value | None) -> None:
        total = f.alloca(element, lanes)
        f.store(real(0, element, lanes), total)
        with f.loop(ZERO, depth) as k:
            address = f.gep(a.base, f.add(f.times(k, a.stride), column), element)
            left = f.load(address, element, lanes, mask)
            right = f.splat(f.load(f.gep(b.base, f.times(k, b.stride), element), element), lanes)
            f.store(f.intrinsic("fma", left, right, f.load(total, element, lanes)), total)
        f.store(f.load(total, element, lanes), f.gep(c.base, column, element), mask)

    along(f, lanes, start, stop, columns)
