"""NPY files: a table of numbers, or samples to predict."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.data import load, read_npy, read_npy_inputs
from chainrule.errors import FileError, UnknownName


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.npy"


def test_the_last_column_is_the_target(path: Path) -> None:
    np.save(path, [[1.5, 2, 0], [2.5, 3, 1], [3.5, 4, 0]])
    data = load(path)
    assert (data.features, data.target, data.classes) == (("c1", "c2"), "c3", ("0", "1"))
    assert (data.train[0].tolist(), data.train[1].tolist()) == ([[1.5, 2], [2.5, 3], [3.5, 4]], [0, 1, 0])
    data = load(path, target="c1", kind="regression")
    assert (data.features, data.train[1].tolist()) == (("c2", "c3"), [1.5, 2.5, 3.5])


def test_fields_are_columns(path: Path) -> None:
    np.save(
        path, np.array([(1.5, True, "a"), (2.5, False, "b")], [("x", float), ("sold", bool), ("kind", "U3")])
    )
    data = load(path)
    assert (data.features, data.target, data.classes) == (("x", "sold"), "kind", ("a", "b"))
    assert data.train[0].tolist() == [[1.5, 1], [2.5, 0]]
    np.save(path, np.array([(True, 1.5), (False, 2.5)], [("sold", bool), ("x", float)]))
    data = load(path, target="sold")
    assert (data.classes, data.train[1].tolist()) == (("False", "True"), [1, 0])


@pytest.mark.parametrize("array", [np.ones(3), np.ones((2, 2, 2)), np.ones((3, 1)), np.ones((0, 3))])
def test_arrays_that_are_no_tables(path: Path, array: Any) -> None:
    np.save(path, array)
    with pytest.raises(FileError) as caught:
        read_npy(path)
    assert str(caught.value) == (
        f"{path} holds one array of shape {array.shape}. To train it takes rows of two columns or more, the last "
        "one the "
        "target. Save samples of another shape together with their labels, as X and y: np.savez."
    )


def test_values_that_do_not_do(path: Path) -> None:
    np.save(path, [[1.5, 2], [np.nan, 3]])
    with pytest.raises(FileError) as caught:
        read_npy(path)
    assert str(caught.value) == (
        f"{path}, row 2, column 'c1': the value is missing ('nan'). Fill it in, leave the row out, or leave the "
        "column out "
        "with ignore=['c1']."
    )
    with pytest.raises(UnknownName) as told:
        read_npy(path, "c7")
    assert str(told.value) == f"there is no column 'c7'. There is: c1, c2. These are the columns of {path}."


def test_samples_to_predict(path: Path) -> None:
    np.save(path, np.full((2, 2, 2), 51, dtype=np.uint8))
    rows = read_npy_inputs(path)
    assert (rows.shape, rows.dtype) == ((2, 4), np.float32)
    np.testing.assert_allclose(rows, 0.2, rtol=1e-6)


def test_foreign_files(path: Path) -> None:
    for content, reason in (
        (b"", "No data left in file"),
        (b"\x93NUMPY", "EOF: reading magic string, expected 8 bytes got 6"),
        (pickle.dumps([1]), "it holds Python objects, which are not read: reading them can run code"),
    ):
        path.write_bytes(content)
        with pytest.raises(FileError) as caught:
            read_npy(path)
        assert str(caught.value) == (
            f"{path} is not an NPY file of plain numbers, or is damaged ({reason}). Write it with np.save."
        )
    with path.open("wb") as file:
        np.savez(file, X=np.ones(2))
    with pytest.raises(FileError) as told:
        read_npy(path)
    assert str(told.value) == f"{path} holds several arrays. Give it a name that ends in .npz."
    path.unlink()
    with pytest.raises(FileError) as gone:
        read_npy(path)
    assert str(gone.value) == f"{path} can't be read: No such file or directory."
