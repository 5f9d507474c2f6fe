from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.data import DataSet, load, read_npz, read_npz_inputs
from chainrule.errors import FileError, PrecisionWarning

X = np.array([[1, 2], [3, 4], [5, 6]])
Y = np.array([0, 1, 0])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.npz"


def test_x_and_y(path: Path) -> None:
    np.savez_compressed(path, X=X, y=np.array([-1, 1, -1]))
    data = load(path)
    (read, y), test = data.train, data.test
    assert (read.tolist(), read.dtype, test) == ([[1, 2], [3, 4], [5, 6]], np.float64, None)
    assert (y.tolist(), y.dtype, data.classes) == ([0, 1, 0], np.int64, ("-1", "1"))
    assert (data.features, data.target) == (("x0", "x1"), "y")


@pytest.mark.parametrize(
    "keys",
    [
        ("X", "y", "X_test", "y_test"),
        ("x_train", "y_train", "x_test", "y_test"),
        ("x", "Y", "X_TEST", "Y_test"),
    ],
)
def test_train_and_test(path: Path, keys: tuple[str, ...]) -> None:
    arrays = (X, np.array(["b", "a", "b"]), X[:2], np.array(["long", "a"]))
    np.savez(path, **dict(zip(keys, arrays, strict=True)), other=np.zeros(3))
    data = read_npz(path)
    (_, y), (Xt, yt) = data
    assert (data.classes, y.tolist(), yt.tolist()) == (("a", "b", "long"), [1, 0, 1], [2, 0])
    assert Xt.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("y", "kind", "classes", "codes"),
    [
        (np.array([2.0, 1.0, 2.0]), None, ("1", "2"), [1, 0, 1]),
        (np.array([2.5, 1.0, 2.0]), None, None, [2.5, 1, 2]),
        (np.array([2, 1, 2]), "regression", None, [2, 1, 2]),
        (np.array([True, False, True]), None, ("False", "True"), [1, 0, 1]),
        (np.array([2.5, 1.0, 2.5]), "classification", ("1", "2.5"), [1, 0, 1]),
    ],
)
def test_what_y_is(path: Path, y: Any, kind: Any, classes: Any, codes: list[float]) -> None:
    np.savez(path, X=X, y=y)
    data = load(path, kind=kind)
    assert (data.classes, data.train[1].tolist()) == (classes, codes)


WANTED = "It takes X and y (or X_train and y_train) and, for test samples, X_test and y_test."


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({}, "{0} holds nothing, and lacks X, y. " + WANTED),
        ({"X": X, "flags": Y}, "{0} holds X, flags, and lacks y. " + WANTED),
        ({"X": X, "y": Y, "X_test": X}, "{0} holds X, y, X_test, and lacks y_test. " + WANTED),
        (
            {"X": X[:, 0], "y": Y},
            "X in {0} has shape (3,). It takes at least one sample, and two dimensions or more: the "
            "samples, then "
            "the values of each.",
        ),
        (
            {"x": X, "y": np.eye(3)[:2]},
            "y in {0} has shape (2, 3), and x in {0} has 3 samples. It takes one label or number a sample, shape "
            "(3,), or a "
            "row for each.",
        ),
        ({"X": X + 1j, "y": Y}, "X in {0} holds values of kind complex128. It takes numbers."),
        ({"X": X, "y": np.array([b"a"] * 3)}, "y in {0} holds values of kind |S1. It takes numbers or text."),
        (
            {"X": np.array([[1, 2], [3, -np.inf], [5, 6]]), "y": Y},
            "X in {0} has -inf at [1, 1]. It takes finite numbers: fill it in, or leave the sample out.",
        ),
        (
            {"X": np.append(np.zeros(100_000), [np.nan, np.nan])[:, None], "y": np.zeros(100_002)},
            "X in {0} has nan at [100000, 0]. It takes finite numbers: fill it in, or leave the sample out.",
        ),
        (
            {"X": X, "y": np.array([1, np.nan, 2])},
            "y in {0} has nan at [1]. It takes finite numbers: fill it in, or leave the sample out.",
        ),
        (
            {"X": X, "y": Y, "X_test": X[:, :1], "y_test": Y},
            "X_test in {0} has samples of shape (1,), and X in {0} of shape (2,). Both must have the same "
            "features.",
        ),
        (
            {"X": X, "y": Y, "X_test": X, "y_test": np.array(["a", "b", "c"])},
            "y_test in {0} holds <U1, and y in {0} holds int64. Both must be text or both numbers.",
        ),
    ],
)
def test_arrays_that_do_not_do(path: Path, arrays: dict[str, Any], message: str) -> None:
    np.savez(path, **arrays)
    with pytest.raises(FileError) as caught:
        read_npz(path)
    assert str(caught.value) == message.format(path)


def test_text_is_no_regression(path: Path) -> None:
    np.savez(path, X=X, y=np.array(["a", "b", "c"]))
    with pytest.raises(FileError) as caught:
        read_npz(path, kind="regression")
    assert str(caught.value) == f"y in {path} holds text ('a'), and regression takes numbers."


def refusal(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        read_npz(path)
    return str(caught.value)


def test_nothing_is_unpickled(path: Path) -> None:
    np.savez(path, X=X, y=np.array(["a", None, 1], dtype=object))
    assert refusal(path) == (
        f"{path} is not an NPZ file of plain arrays, or is damaged (it holds Python objects, which are not read: "
        "reading them can run code). Write it with np.savez, from arrays of numbers or text."
    )


def test_foreign_files(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 and no archive")
    assert refusal(path) == (
        f"{path} is not an NPZ file of plain arrays, or is damaged (File is not a zip file). Write it with "
        "np.savez, from arrays of numbers or text."
    )
    with path.open("wb") as file:
        np.save(file, X)
    assert refusal(path) == f"{path} holds one bare array. Save X and y together with np.savez."
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("X.txt", "hello")
    assert refusal(path) == f"{path} holds X.txt, and lacks X, y. {WANTED}"


def test_no_such_file(path: Path) -> None:
    assert refusal(path) == f"{path} can't be read: No such file or directory."


def whole() -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, X=X, y=Y)
    return buffer.getvalue()


WHOLE = whole()


def read_or_refusal(path: Path) -> DataSet | str:
    try:
        return read_npz(path)
    except FileError as error:
        return str(error)


@given(at=st.integers(0, len(WHOLE) - 1), byte=st.integers(0, 255), cut=st.booleans())
def test_any_damage_is_refused_or_harmless(at: int, byte: int, cut: bool) -> None:
    damaged = WHOLE[:at] if cut else WHOLE[:at] + bytes([byte]) + WHOLE[at + 1 :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "some.npz")
        path.write_bytes(damaged)
        outcome = read_or_refusal(path)
    if isinstance(outcome, str):
        assert str(path) in outcome
    else:  # a byte that says nothing about the arrays, such as a date
        assert outcome.train[0].tolist() == X.tolist()
        assert outcome.train[1].tolist() == Y.tolist()


def test_samples_to_predict_need_no_labels(tmp_path):
    path = tmp_path / "new.npz"
    np.savez(path, X=np.full((2, 2, 2), 51, dtype=np.uint8))
    rows = read_npz_inputs(path)
    assert (rows.shape, rows.dtype) == ((2, 4), np.float32)
    np.testing.assert_allclose(rows, 0.2, rtol=1e-6)
    np.savez(path, X=np.eye(3), X_test=2 * np.eye(3)[:1], y=[0, 1, 2], y_test=[0])
    np.testing.assert_array_equal(read_npz_inputs(path), [[2, 0, 0]])


def test_a_file_without_samples_to_predict(tmp_path):
    path = tmp_path / "new.npz"
    np.savez(path, weights=np.eye(3))
    with pytest.raises(FileError) as caught:
        read_npz_inputs(path)
    assert str(caught.value) == f"{path} holds weights, and lacks X, the samples to predict."


# --- two arrays for one thing ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [("X", "x"), ("y", "Y"), ("X", "X_train"), ("y_TRAIN", "y"), ("X_test", "x_test"), ("Y_test", "y_test")],
)
def test_two_arrays_that_mean_the_same(path: Path, first: str, second: str) -> None:
    arrays = {
        "X": np.ones((2, 1)),
        "y": np.array([0, 1]),
        "X_test": np.ones((2, 1)),
        "y_test": np.array([0, 1]),
    }
    key = first.lower().removesuffix("_train")
    arrays = {name: array for name, array in arrays.items() if name.lower() != key}
    kept = np.ones((2, 1)) if key.startswith("x") else np.array([0, 1])
    np.savez(path, **arrays, **{first: kept, second: kept})  # type: ignore[arg-type]
    for reads in (read_npz, read_npz_inputs):
        with pytest.raises(FileError) as caught:
            reads(path)
        assert str(caught.value) == (
            f"{path} holds {first} and {second}, and one of them is to be taken: leave the other one out."
        )


def test_an_array_that_is_there_twice(path: Path) -> None:
    np.savez(path, X=np.ones((2, 1)), y=np.array([0, 1]))
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("X.npy", archive.read("X.npy"))
    with pytest.raises(FileError) as caught:
        read_npz(path)
    assert str(caught.value) == f"{path} holds X twice: leave one of them out."


def test_other_arrays_may_be_called_as_they_like(path: Path) -> None:
    np.savez(path, X=np.ones((2, 1)), y=np.array([0, 1]), Z=np.ones(3), z=np.ones(3))
    assert read_npz(path).train[1].tolist() == [0, 1]


def test_whole_numbers_that_double_precision_can_not_tell_apart_are_warned_about(tmp_path: Path) -> None:
    X = np.array([[2**60], [2**60 + 1]])
    np.savez(tmp_path / "ids.npz", X=X, y=[0, 1])
    with pytest.warns(PrecisionWarning) as caught:
        read_npz(tmp_path / "ids.npz")
    assert [str(each.message) for each in caught] == [
        "X[:, 0] goes from 1152921504606846976 to 1152921504606846977, and float64 tells numbers of that size apart by "
        "steps of 256 alone: take an offset off before they are converted."
    ]
    np.savez(tmp_path / "ids.npz", X=X - 2**60, y=[0, 1])
    read_npz(tmp_path / "ids.npz")
