"""What is written of a module: functions that are asked for again, loops of all lengths."""

from __future__ import annotations

import numpy as np
import pytest
from assembled import begin, entry, run, text

from chainrule.compiler.assembly import ZERO, Function, Value, integer
from chainrule.compiler.jit import JitFunction, machine_code
from chainrule.parts.contract import Array


def test_an_inner_function_is_written_once_for_what_it_is_for() -> None:
    f = begin()
    written: list[str] = []

    def write(name: str) -> None:
        written.append(name)
        inner = f.module.function(name, {"to": "ptr", "value": "i64"}, inner=True)
        inner.store(inner.parameters["value"], inner.parameters["to"])

    first, again, other = (f.module.once(key, write) for key in ("one", "one", "two"))
    assert first == again
    assert written == [first, other]
    for number, name in enumerate((first, again, other)):
        f.call(name, f.gep(f.parameters["frame"], integer(number), "i64"), integer(number + 5))
    table: Array = np.zeros(3, np.int64)
    JitFunction(machine_code(text(f, 16))).run(table.ctypes.data, 0)
    np.testing.assert_array_equal(table, [5, 6, 7])


@pytest.mark.parametrize("step", [1, 3])
@pytest.mark.parametrize("known", [False, True])
def test_a_loop_takes_every_index_below_its_end(step: int, known: bool) -> None:
    for start, stop in ((0, 0), (0, 1), (0, 7), (2, 2), (5, 2), (-3, 4)):
        f = begin()
        marks = entry(f, 0)
        bounds = (ZERO if start == 0 else integer(start), integer(stop)) if known else _read(f)
        with f.loop(*bounds, step) as index:
            place = f.gep(marks, f.add(index, integer(10)), "i64")
            f.store(f.add(f.load(place, "i64"), integer(1)), place)
        taken: Array = np.zeros(30, np.int64)
        run(JitFunction(machine_code(text(f, 16))), taken, start, stop)
        expected = np.zeros(30, np.int64)
        expected[[10 + i for i in range(start, stop, step)]] = 1
        np.testing.assert_array_equal(taken, expected)


def _read(f: Function) -> tuple[Value, Value]:
    return entry(f, 1, "i64"), entry(f, 2, "i64")
