"""A data set, matched with a network's columns and classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chainrule.data import DataSet, load, read_table
from chainrule.errors import InputError, UnknownName

DATA = DataSet(
    (np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([0, 1])),
    (np.array([[7.0, 8.0, 9.0]]), np.array([1])),
    ("a", "b", "c"),
    ("iris", "rose"),
    "flower",
)


def test_matching() -> None:
    data = DATA.matching(["c", "a"], ["daisy", "rose", "iris"])
    (X, y), (Xt, yt) = data
    assert (X.tolist(), Xt.tolist()) == ([[3, 1], [6, 4]], [[9, 7]])
    assert (y.tolist(), yt.tolist()) == ([2, 1], [1])
    assert (data.features, data.classes, data.target) == (("c", "a"), ("daisy", "rose", "iris"), "flower")


def test_matching_what_is_the_same_copies_nothing() -> None:
    data = DATA.matching(DATA.features, DATA.classes)
    assert data.train[0] is DATA.train[0]
    assert data.train[1] is DATA.train[1]
    more = DATA.matching(DATA.features, [*(DATA.classes or ()), "tulip"])
    assert more.train[1] is DATA.train[1]
    fewer = DATA.matching(DATA.features[:2], DATA.classes)
    assert fewer.train[0].tolist() == [[1, 2], [4, 5]]


def test_matching_regression() -> None:
    data = DataSet((np.array([[1.0, 2.0]]), np.array([0.5])), None, ("a", "b"), None, "y").matching(
        ["b"], None
    )
    assert (data.train[0].tolist(), data.train[1].tolist(), data.test) == ([[2]], [0.5], None)


@pytest.mark.parametrize(
    ("features", "classes", "message"),
    [
        (["a", "bb"], ["iris", "rose"], "there is no feature 'bb'. Did you mean 'b'? There is: a, b, c."),
        (["a"], ["iris", "roses"], "there is no class 'rose'. Did you mean 'roses'? There is: iris, roses."),
        (
            ["a"],
            None,
            "the data is for classification and is to match regression. Load it with kind='regression'",
        ),
    ],
)
def test_what_does_not_match(features: list[str], classes: list[str] | None, message: str) -> None:
    with pytest.raises(InputError) as caught:
        DATA.matching(features, classes)
    assert str(caught.value) == message


def test_a_name_without_test_samples_does_not_unpack(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("x,y\n1,2\n")
    with pytest.raises(InputError) as caught:
        _train, _test = load(path)
    assert str(caught.value) == (
        "this data set has no test samples, so it does not unpack as (X, y), (Xt, yt). "
        "Take its samples with: X, y = data.train"
    )


def test_matching_labels_in_another_order(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("a,x,y\n1,no,yes\n2,yes,no\n3,no,no\n4,yes,yes\n", encoding="utf-8")
    data = read_table(path, ["y", "x"])
    assert data.train[1].tolist() == [[1, 0], [0, 1], [0, 0], [1, 1]]
    assert data.matching(["a"], ["x", "y"]).train[1].tolist() == [[0, 1], [1, 0], [0, 0], [1, 1]]
    with pytest.raises(UnknownName) as error:
        data.matching(["a"], ["x", "y", "z"])
    assert str(error.value) == "there is no label 'z'. There is: y, x."
