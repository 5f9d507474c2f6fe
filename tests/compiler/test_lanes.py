"""Whole registers and the rest: every entry once, and none beyond the end."""

from __future__ import annotations

import numpy as np
import pytest
from assembled import DTYPES, begin, entry, run, text

from chainrule.compiler.assembly import Value, real
from chainrule.compiler.jit import JitFunction, machine_code
from chainrule.compiler.lanes import along, sum_lanes, tail_mask
from chainrule.compiler.largest import argmax
from chainrule.parts.contract import Array

kinds = pytest.mark.parametrize("kind", DTYPES)


@kinds
@pytest.mark.parametrize("lanes", [2, 4, 8])
def test_along_an_axis_each_entry_is_met_once(kind: str, lanes: int) -> None:
    f = begin()
    array = entry(f, 0)

    def add_one(index: Value, mask: Value | None) -> None:
        address = f.gep(array, index, kind)
        f.store(f.op("fadd", f.load(address, kind, lanes, mask), real(1, kind, lanes)), address, mask)

    along(f, lanes, entry(f, 1, "i64"), entry(f, 2, "i64"), add_one)
    code = JitFunction(machine_code(text(f, 64)))
    for start, stop in ((0, 0), (0, 1), (3, 5), (1, 1 + lanes), (0, 3 * lanes - 1), (2, 40)):
        numbers: Array = np.zeros(48, DTYPES[kind])
        run(code, numbers, start, stop)
        expected = np.zeros(48)
        expected[start:stop] = 1
        np.testing.assert_array_equal(numbers, expected)


def test_the_lanes_of_a_rows_last_register() -> None:
    assert tail_mask(8, 4) is None
    mask = tail_mask(7, 4)
    assert mask is not None
    assert str(mask) == "<4 x i1> <i1 1, i1 1, i1 1, i1 0>"


@kinds
def test_all_lanes_added_up(kind: str) -> None:
    f = begin()
    f.store(sum_lanes(f, f.load(entry(f, 0), kind, 8)), entry(f, 1))
    result = np.zeros(1, DTYPES[kind])
    run(JitFunction(machine_code(text(f, 64))), np.arange(8).astype(DTYPES[kind]), result)
    assert result[0] == 28


@kinds
def test_the_place_of_the_largest_is_numpys(kind: str) -> None:
    f = begin()
    f.store(argmax(f, entry(f, 0), kind, 5), entry(f, 1))
    code, rng = JitFunction(machine_code(text(f, 64))), np.random.default_rng(0)
    for _ in range(300):
        row = rng.choice([-np.inf, -1, 0, 1, 2, np.inf, np.nan], 5).astype(DTYPES[kind])
        found = np.full(1, -1, np.int64)
        run(code, row, found)
        assert found[0] == np.argmax(row), row
