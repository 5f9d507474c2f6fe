"""Several columns of a table as what is predicted: numbers, or yes or no to each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from written import read, said

from chainrule.data import load
from chainrule.errors import FileError, InputError

BOTH = "a,x,y,warm,big,colour\n1,2.5,-3,yes,0,red\n2,1.5,4,no,1,blue\n3,0,7,yes,1,red\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.csv"


def test_numbers(path: Path) -> None:
    data = read(path, BOTH, ["y", "x"], features=["a"])
    X, y = data.train
    assert (X.tolist(), y.tolist(), y.dtype) == ([[1], [2], [3]], [[-3, 2.5], [4, 1.5], [7, 0]], np.float64)
    assert (data.kind, data.classes, data.targets, data.target) == ("regression", None, ("y", "x"), "y, x")
    assert repr(data) == "<DataSet: 3 samples, 1 features, numbers of 'y, x'>"
    assert load(path, target=["y", "x"], features=["a"]).train[1].tolist() == y.tolist()


def test_yes_or_no_to_each(path: Path) -> None:
    data = read(path, BOTH, ["warm", "big"], ignore=["colour"])
    X, y = data.train
    assert (X.shape, y.tolist(), y.dtype) == ((3, 3), [[1, 0], [0, 1], [1, 1]], np.int64)
    assert (data.kind, data.classes, data.several) == ("classification", ("warm", "big"), True)
    assert repr(data) == "<DataSet: 3 samples, 3 features, 2 labels of 'warm, big'>"
    assert data.report is not None
    assert [column.done for column in data.report.columns[3:]] == ["target: yes or no"] * 2 + ["left out"]
    assert data.matching(["x"], ("warm", "big")).train[1].tolist() == y.tolist()


def test_one_name_in_a_list_is_one_target(path: Path) -> None:
    data = read(path, BOTH, ["colour"], ignore=["warm"])
    assert (data.train[1].tolist(), data.classes, data.several) == ([1, 0, 1], ("blue", "red"), False)


@pytest.mark.parametrize(
    ("targets", "settings", "message"),
    [
        (["x", "x"], {}, "target = 'x' is there twice: name it once."),
        (["x", "y"], {"ignore": ["y"]}, "ignore = 'y' is the target: leave one of the two out."),
        (["x", "y"], {"features": ["y", "a"]}, "target = 'y' is one of features: leave it out of one of the two."),
        (
            ["x", "y"], {"kind": "classification", "features": ["a"]},
            "kind='classification' chooses one of the classes of one target: name one, or several that are yes or no.",
        ),
    ],
)  # fmt: skip
def test_what_can_not_be_meant(path: Path, targets: Any, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as told:
        read(path, BOTH, targets, **settings)
    assert str(told.value) == message


@pytest.mark.parametrize(("targets", "odd"), [(["x", "colour"], "colour"), (["warm", "x"], "warm")])
def test_what_is_neither(path: Path, targets: Any, odd: str) -> None:
    assert said(path, BOTH, target=targets, features=["a"]) == (
        f", column {odd!r}: several targets are all numbers, or all yes or no: predict this one by itself."
    )


def test_one_that_is_missing(path: Path) -> None:
    text = BOTH.replace("1.5", "")
    with pytest.raises(FileError) as told:
        read(path, text, ["x", "y"], features=["a"])
    assert str(told.value) == (
        f"{path}, line 3, column 'x': the value is missing. Fill it in, or leave the row out."
    )


def test_they_go_with_tables_alone() -> None:
    with pytest.raises(InputError) as told:
        load("digits", target=["digit", "other"])
    assert "digit" in str(told.value)
