"""What arrays mean, by their names and their shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chainrule.data import read_npz, read_npz_inputs
from chainrule.data.array_names import find_names
from chainrule.errors import FileError

PATH = Path("some.npz")
ROWS, LABELS, FEW, FEW_LABELS = (9, 4), (9,), (3, 4), (3,)


@pytest.mark.parametrize(
    ("shapes", "found"),
    [
        ({"images": ROWS, "labels": LABELS}, "X=images y=labels"),
        ({"data": ROWS, "target": LABELS, "feature_names": (4,), "target_names": (3,)}, "X=data y=target"),
        ({"Features": ROWS, "Labels": LABELS}, "X=Features y=Labels"),
        ({"inputs": ROWS, "targets": LABELS}, "X=inputs y=targets"),
        ({"X": ROWS, "labels": LABELS}, "X=X y=labels"),
        ({"X": ROWS, "y": LABELS, "data": (5,), "labels": (7,)}, "X=X y=y"),
        ({"x_train": ROWS, "y_train": LABELS, "x_test": FEW, "y_test": FEW_LABELS},
         "X=x_train X_test=x_test y=y_train y_test=y_test"),
        ({"train_images": ROWS, "train_labels": LABELS, "val_images": FEW, "val_labels": FEW_LABELS, "test_images": FEW,
          "test_labels": FEW_LABELS}, "X=train_images X_test=test_images y=train_labels y_test=test_labels"),
        ({"training_data": ROWS, "training_labels": LABELS}, "X=training_data y=training_labels"),
        ({"arr_0": ROWS, "arr_1": LABELS}, "X=arr_0 y=arr_1"),
        ({"arr_0": LABELS, "arr_1": ROWS}, "X=arr_1 y=arr_0"),
        ({"arr_0": ROWS, "arr_1": (9, 1)}, "X=arr_0 y=arr_1"),
        ({"arr_0": ROWS, "arr_1": LABELS, "arr_2": FEW, "arr_3": FEW_LABELS}, "X=arr_0 X_test=arr_2 y=arr_1 "
        "y_test=arr_3"),
        ({"arr_0": ROWS, "arr_1": FEW, "arr_2": LABELS, "arr_3": FEW_LABELS}, "X=arr_0 X_test=arr_1 y=arr_2 "
        "y_test=arr_3"),
        ({"weights": ROWS}, ""),
        ({}, ""),
    ],
)  # fmt: skip
def test_what_they_mean(shapes: dict[str, tuple[int, ...]], found: str) -> None:
    names = find_names(PATH, shapes)
    assert " ".join(f"{key}={names[key]}" for key in sorted(names)) == found


@pytest.mark.parametrize(
    "shapes",
    [
        {"arr_0": ROWS},
        {"arr_0": ROWS, "arr_1": (9, 1), "arr_2": LABELS},
        {"arr_0": (9, 1), "arr_1": (9, 1)},
        {"arr_0": ROWS, "arr_1": ROWS},
        {"arr_0": ROWS, "arr_1": (8,)},
        {"arr_0": ROWS, "arr_1": LABELS, "arr_2": (3, 5), "arr_3": FEW_LABELS},
    ],
)
def test_arrays_without_names_that_could_be_anything(shapes: dict[str, tuple[int, ...]]) -> None:
    with pytest.raises(FileError) as caught:
        find_names(PATH, shapes)
    listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    assert str(caught.value) == (
        f"some.npz holds {listed}, and which of them are samples and which labels is not plain. Save them with names: "
        "np.savez(…, X=X, y=y), and X_test and y_test for test samples."
    )


@pytest.mark.parametrize(("one", "other"), [("data", "images"), ("images", "train_images"), ("Data", "data")])
def test_two_arrays_for_one_thing(one: str, other: str) -> None:
    with pytest.raises(FileError) as caught:
        find_names(PATH, {one: ROWS, other: ROWS, "labels": LABELS})
    assert str(caught.value) == (
        f"some.npz holds {one} and {other}, and one of them is to be taken: leave the other one out."
    )


def test_samples_to_predict(tmp_path: Path) -> None:
    path = tmp_path / "some.npz"
    np.savez(path, np.eye(3))
    assert read_npz_inputs(path).tolist() == np.eye(3).tolist()
    np.savez(path, images=np.eye(3), labels=[0, 1, 2])
    assert read_npz_inputs(path).tolist() == np.eye(3).tolist()
    assert read_npz(path).train[1].tolist() == [0, 1, 2]


def test_what_is_passed_over_may_be_anything(tmp_path: Path) -> None:
    """As scikit-learn's sets are, with names and a frame of objects."""
    path = tmp_path / "some.npz"
    np.savez(
        path,
        data=np.eye(3),
        target=[0, 1, 2],
        frame=np.array(None, dtype=object),
        names=np.array(["a", None]),
    )
    assert read_npz(path).classes == ("0", "1", "2")
    np.savez(path, data=np.eye(3), target=np.array([None]))
    assert read_npz_inputs(path).shape == (3, 3)
