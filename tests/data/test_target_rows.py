"""Targets of several columns: one, a single 1 a row, or several numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.data import load, read_npz
from chainrule.errors import FileError

X = np.array([[1, 2], [3, 4], [5, 6]])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.npz"


@pytest.mark.parametrize(
    ("y", "kind", "classes", "codes"),
    [
        (np.array([[2], [1], [2]]), None, ("1", "2"), [1, 0, 1]),
        (np.array([["b"], ["a"], ["b"]]), None, ("a", "b"), [1, 0, 1]),
        (np.array([[2.5], [1], [2]]), None, None, [2.5, 1, 2]),
        (np.eye(3)[[2, 0, 2]], None, ("0", "1", "2"), [2, 0, 2]),
        (np.eye(3, dtype=bool)[[2, 0, 2]], None, ("0", "1", "2"), [2, 0, 2]),
        (np.eye(3, dtype=np.int8)[[2, 0, 2]], "classification", ("0", "1", "2"), [2, 0, 2]),
        (np.eye(2)[[1, 0, 1]], "regression", None, [[0, 1], [1, 0], [0, 1]]),
        (np.array([[1, 1], [0, 1], [0, 0]]), "regression", None, [[1, 1], [0, 1], [0, 0]]),
        (np.array([[1, 2], [3, 4], [5, 6]]), None, None, [[1, 2], [3, 4], [5, 6]]),
    ],
)
def test_what_y_is(path: Path, y: Any, kind: Any, classes: Any, codes: list[Any]) -> None:
    np.savez(path, X=X, y=y, X_test=X[:2], y_test=y[:2])
    data = load(path, kind=kind)
    (_, train), (_, test) = data
    assert (data.classes, train.tolist(), test.tolist()) == (classes, codes, codes[:2])
    assert train.dtype == (np.float64 if classes is None else np.int64)


@pytest.mark.parametrize(
    ("y", "kind", "message"),
    [
        (
            np.array([[1, 1], [0, 1], [0, 0]]),
            None,
            "y in {0} has shape (3, 2), 0 and 1, and not a single 1 a row: labels of which any number is right. "
            "Predict them "
            "as numbers with kind='regression'; or in Python as labels, by a network with output='sigmoid' and "
            "loss='cross_entropy'.",
        ),
        (
            np.array([[1, 2], [0, 1], [0, 0]]),
            "classification",
            "y in {0} has shape (3, 2), and its rows are not 0 but for a single 1. Classes take such rows, or one "
            "label a "
            "sample: shape (3,).",
        ),
        (
            np.array([["a", "b"]] * 3),
            None,
            "y in {0} has shape (3, 2) of text. It takes one label a sample, shape (3,).",
        ),
        (
            np.ones((3, 2, 2)),
            None,
            "y in {0} has shape (3, 2, 2), and X in {0} has 3 samples. It takes one label or number a sample, "
            "shape (3,), or "
            "a row for each.",
        ),
    ],
)
def test_rows_that_do_not_do(path: Path, y: Any, kind: Any, message: str) -> None:
    np.savez(path, X=X, y=y)
    with pytest.raises(FileError) as caught:
        read_npz(path, kind=kind)
    assert str(caught.value) == message.format(path)


def test_parts_that_differ(path: Path) -> None:
    np.savez(path, X=X, y=np.eye(3), X_test=X, y_test=[0, 1, 2])
    with pytest.raises(FileError) as caught:
        read_npz(path)
    assert str(caught.value) == (
        f"y_test in {path} has shape (3,), and y in {path} has (3, 3). Both must have as many columns."
    )


def test_one_long_label_widens_no_other(path: Path) -> None:
    """Put together, labels of fixed width would be 100,000 letters each: 40 GB."""
    y = np.array(["a", "b"] * 50_000)
    np.savez(
        path, X=np.zeros((100_000, 1)), y=y, X_test=np.zeros((2, 1)), y_test=np.array(["a", "c" * 100_000])
    )
    data = read_npz(path)
    assert data.classes == ("a", "b", "c" * 100_000)
    assert data.test is not None
    assert data.test[1].tolist() == [0, 2]
