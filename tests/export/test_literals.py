"""Arrays as Python: exactly the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.export.lines import WIDTH
from chainrule.export.literals import literal

FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def read(lines: list[str]) -> Any:
    space: dict[str, Any] = {"np": np}
    exec("\n".join(lines), space)
    return space["given"]


@given(st.lists(FLOATS, min_size=1, max_size=60))
def test_the_same_bits_in_lines_that_can_be_read(values: list[float]) -> None:
    array = np.array(values)
    lines = literal("given", array, "np.float64")
    assert max(map(len, lines)) <= WIDTH
    assert np.array_equal(read(lines), array)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_each_dtype_keeps_its_numbers(dtype: str) -> None:
    array = np.random.default_rng(0).standard_normal(30).astype(dtype)
    found = read(literal("given", array, f"np.{dtype}"))
    assert found.dtype == array.dtype
    assert found.tobytes() == array.tobytes()


def test_equal_numbers_are_written_once() -> None:
    assert literal("given", np.full(4, 0.5), "DTYPE") == ["given = np.full(4, 0.5, DTYPE)"]
    assert literal("given", np.array(2.0), "DTYPE") == ["given = np.full(1, 2.0, DTYPE)"]
