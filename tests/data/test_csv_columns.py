"""A column as numbers, as a target, as the names of classes."""

from __future__ import annotations

from pathlib import Path

import pytest
from written import FLOWERS, read

from chainrule.data import read_csv, read_features
from chainrule.errors import FileError, PrecisionWarning


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.csv"


@pytest.mark.parametrize(
    ("one", "other"), [("01", "1"), ("1.0", "01"), ("9007199254740993", "9007199254740992.0"), ("007", "07")]
)
def test_two_labels_that_are_one_number(path: Path, one: str, other: str) -> None:
    with pytest.raises(FileError) as caught:
        read(path, f"x,y\n1,{one}\n1,2\n1,{other}\n")
    assert str(caught.value) == (
        f"{path}, line 4, column 'y': {other!r} and the {one!r} of line 2 are two labels, and one number. Write those "
        "of one class alike, and others as text, such as a01."
    )
    assert read(path, f"x,y\n1,{one}\n1,2\n1,{other}\n", kind="regression").classes is None


def test_features_that_are_text(path: Path) -> None:
    path.write_text(FLOWERS)
    with pytest.raises(FileError) as caught:
        read_features(path, ["flower"])
    assert str(caught.value) == (
        f"{path}, line 2, column 'flower': 'rose' is text, and a network takes numbers. Turn the column into "
        "numbers, leave it out, or make it the target of a classification by its name."
    )


def test_whole_numbers_that_double_precision_can_not_tell_apart_are_warned_about(tmp_path: Path) -> None:
    path = tmp_path / "ids.csv"
    path.write_text("id,y\n9007199254740992,0\n9007199254740993,1\n9007199254740996,1\n")
    with pytest.warns(PrecisionWarning) as caught:
        X = read_csv(path).train[0]
    assert X[:, 0].tolist() == [2.0**53, 2.0**53, 2.0**53 + 4]
    assert [str(each.message) for each in caught] == [
        f"{path}, column 'id': 9007199254740992 and 9007199254740993 are the same number in float64, which has 15 to "
        "17 digits: take an offset off, or leave the column out."
    ]
    path.write_text("id,y\n1e20,0\n100000000000000000000,1\n9007199254740992,1\n")
    read_csv(path)
