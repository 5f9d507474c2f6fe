"""Arrays of any shape become rows, with one code for a class in both parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.data import load, read_npz
from chainrule.errors import FileError

X = np.array([[1, 2], [3, 4], [5, 6]])
Y = np.array([0, 1, 0])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.npz"


@pytest.mark.parametrize(
    ("array", "raw", "dtype", "first"),
    [
        (np.full((3, 1, 2), 51, dtype=np.uint8), False, np.float32, float(np.float32(0.2))),
        (np.full((3, 1, 2), 51, dtype=np.uint8), True, np.uint8, 51),
        (np.full((3, 2), 51, dtype=np.uint8), False, np.float64, 51),  # a table of bytes, not pixels
        (np.full((3, 2), 0.5, dtype=np.float32), False, np.float32, 0.5),
        (np.full((3, 2), 0.5, dtype=np.float16), False, np.float64, 0.5),
        (np.full((3, 2), True), False, np.float64, 1),
    ],
)
def test_what_x_becomes(path: Path, array: Any, raw: bool, dtype: Any, first: float) -> None:
    np.savez(path, X=array, y=Y)
    read = load(path, raw=raw).train[0]
    assert (read.dtype, read.shape, read[0, 0]) == (dtype, (3, 2), first)


def test_ids_that_no_common_dtype_holds(path: Path) -> None:
    ids = np.array([2**53, 2**53 + 1])
    np.savez(path, X=np.ones((2, 1)), y=ids, X_test=np.ones((2, 1)), y_test=ids.astype(np.uint64))
    with pytest.raises(FileError) as caught:
        read_npz(path)
    assert str(caught.value) == (
        f"y in {path} holds int64, and y_test in {path} holds uint64: together they would lose digits of whole numbers "
        "beyond 9007199254740992. Save both in one dtype."
    )
    np.savez(path, X=np.ones((2, 1)), y=ids.astype(np.uint64))
    assert read_npz(path).classes == (str(2**53), str(2**53 + 1))
