"""Plain values as JSON and arrays, and back."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import KindError
from chainrule.utils.plain import is_plain, packed, unpacked

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(),
    st.sampled_from([np.arange(6).reshape(2, 3)[:, ::2], np.zeros(0, np.float32), np.array(True), np.float32(0.1)]),
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(st.one_of(st.text(), st.integers(), st.tuples(st.booleans())), inner),
    ),
    max_leaves=12,
)


def same(a: Any, b: Any) -> bool:
    """Whether two values are alike, their kinds and the bits of their numbers, too."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray | np.generic):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, dict):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a.items(), b.items(), strict=True))
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


def within_itself() -> list[Any]:
    value: list[Any] = [0]
    value.append(value)
    return value


def nested(deep: int) -> Any:
    value: Any = 0
    for _ in range(deep):
        value = [value]
    return value


@given(VALUES)
def test_what_is_packed_comes_back(value: Any) -> None:
    arrays: dict[str, Any] = {}
    assert is_plain(value)
    text = json.dumps(packed(value, "own", arrays))
    assert all(name.startswith("own.") for name in arrays)
    assert same(unpacked(json.loads(text), arrays), value)


@pytest.mark.parametrize(
    "value",
    [nested(64), 1 << 2047, np.float16(0.1), np.uint64(1 << 63)],
    ids=lambda value: type(value).__name__,
)
def test_the_largest_come_back(value: Any) -> None:
    arrays: dict[str, Any] = {}
    assert is_plain(value)
    assert same(unpacked(json.loads(json.dumps(packed(value, "own", arrays))), arrays), value)


def test_arrays_are_copies() -> None:
    given, arrays = np.zeros(3), dict[str, Any]()
    document = packed([given], "own", arrays)
    given[0] = 1
    assert arrays["own.0"].tolist() == [0, 0, 0]
    unpacked(document, arrays)[0][1] = 1
    assert arrays["own.0"].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "value",
    [
        {1}, object(), b"bytes", np.array(["text"]), np.array([None]), 1j, [lambda: 0],
        np.longdouble(0), np.zeros(2, np.longdouble), np.ma.array([1, 2], mask=[True, False]), 10**5000, -(1 << 3000),
        within_itself(), nested(1000),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_not_plain_is_refused(value: Any) -> None:
    assert not is_plain(value)
    with pytest.raises(KindError, match=r"^own holds .+, which is no plain value: give numbers"):
        packed(value, "own", {})
