"""A column as what is predicted: numbers or classes, or a question."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from written import FLOWERS, column, read, said

from chainrule.data import Kind, read_table
from chainrule.errors import PrecisionWarning


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.csv"


@pytest.mark.parametrize(
    ("values", "kind", "classes", "y"),
    [
        (["10", "9", "10"], None, ("9", "10"), [1, 0, 1]),
        (["1.0", "-1", "1"], None, ("-1", "1"), [1, 0, 1]),
        (["1.5", "2", "2"], None, None, [1.5, 2, 2]),
        (["10", "9", "10"], "regression", None, [10, 9, 10]),
        (["1.5", "2", "2"], "classification", ("1.5", "2"), [0, 1, 1]),
        (["10", "nine", "10"], "classification", ("10", "nine"), [0, 1, 0]),
        ([str(i % 20) for i in range(40)], None, tuple(str(i) for i in range(20)), [i % 20 for i in range(40)]),
        ([str(i % 21) for i in range(42)], None, None, [i % 21 for i in range(42)]),
        (["nan", "inf", "red"], "classification", ("inf", "nan", "red"), [1, 0, 2]),
        (["1_0", "2_0"], None, ("1_0", "2_0"), [0, 1]),
        (["02", "01", " 02"], None, ("01", "02"), [1, 0, 1]),
        (
            ["9007199254740993", "9007199254740992", "5"],
            None,
            ("5", "9007199254740992", "9007199254740993"),
            [2, 1, 0],
        ),
        ([str(2**64 + 1), str(2**64), "-1"], None, ("-1", str(2**64), str(2**64 + 1)), [2, 1, 0]),
        (["0", "0.0", "-0"], None, ("0",), [0, 0, 0]),
        (["yes", "no", "yes"], None, ("no", "yes"), [1, 0, 1]),
        (["True", "False", "True"], None, ("False", "True"), [1, 0, 1]),
        (["$2", "$3", "$2"], None, None, [2, 3, 2]),
        (["$2", "$3", "$2"], "classification", ("$2", "$3"), [0, 1, 0]),
        (["5 %", "20 %", "5 %"], None, None, [5, 20, 5]),
        (['"1,000"', '"2,000"', '"1,000"'], None, None, [1000, 2000, 1000]),
        (['"13,99"', '"24,37"', '"13,99"'], None, None, [13.99, 24.37, 13.99]),
        (["NA", "none", "mild"], "classification", ("NA", "mild", "none"), [0, 2, 1]),
    ],
)  # fmt: skip
def test_what_the_target_is(
    path: Path, values: list[str], kind: Kind | None, classes: tuple[str, ...] | None, y: list[float]
) -> None:
    data = read(path, column(values), kind=kind)
    assert (data.classes, data.train[1].tolist()) == (classes, y)
    assert data.train[1].dtype == (np.float64 if classes is None else np.int64)


@pytest.mark.parametrize(("one", "other"), [("01", "1"), ("1.0", "01"), ("007", "07")])
def test_two_labels_that_are_one_number(path: Path, one: str, other: str) -> None:
    assert said(path, f"x,y\n1,{one}\n1,2\n1,{other}\n") == (
        f", line 4, column 'y': {other!r} and the {one!r} of line 2 are two labels, and one number. Write those "
        "of one class alike, and others as text, such as a01."
    )
    assert read(path, f"x,y\n1,{one}\n1,2\n1,{other}\n", kind="regression").classes is None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            range(12),
            "12 different whole numbers in 12 rows could be numbers to predict, or classes. Say which, with "
            "kind='regression' or kind='classification'.",
        ),
        (
            [i % 9 for i in range(17)],
            "9 different whole numbers in 17 rows could be numbers to predict, or classes. Say which, with "
            "kind='regression' or kind='classification'.",
        ),
        (
            [f"n{i}" for i in range(12)],
            "12 different texts in 12 rows, such as 'n0'. To take each for a class, say kind='classification'; "
            "else name "
            "another target.",
        ),
        (
            [f"2024-01-{i + 1:02}" for i in range(28)],
            "28 different dates in 28 rows, such as '2024-01-01'. To take each for a class, say "
            "kind='classification'; else "
            "name another target.",
        ),
    ],
)
def test_nearly_as_many_values_as_rows(path: Path, values: list[object], message: str) -> None:
    assert said(path, column(values)) == f", column 'y': {message}"
    assert len(set(values)) == len(read(path, column(values), kind="classification").classes or ())


def test_fewer_values_or_rows_are_not_asked_about(path: Path) -> None:
    assert read(path, column(range(9))).classes == tuple("012345678")
    assert read(path, column([i % 9 for i in range(18)])).classes == tuple("012345678")
    assert read(path, column([f"n{i % 6}" for i in range(12)])).classes == (
        "n0",
        "n1",
        "n2",
        "n3",
        "n4",
        "n5",
    )


def decided(path: Path, values: list[object], kind: Kind | None = None) -> str:
    """What the report says of the target."""
    data = read(path, column(values), kind=kind)
    assert data.report is not None
    return data.report.columns[-1].done


def test_what_could_have_been_otherwise_is_said(path: Path) -> None:
    assert decided(path, [i % 21 for i in range(42)]) == (
        "target: numbers, 21 whole ones; kind='classification' takes them for classes"
    )
    assert decided(path, [i % 3 for i in range(9)]) == (
        "target: 3 classes, whole numbers; kind='regression' takes them for numbers"
    )
    assert decided(path, [i % 3 for i in range(9)], "classification") == "target: 3 classes"
    assert decided(path, [i % 2 for i in range(9)]) == "target: 2 classes"
    assert decided(path, [i / 2 for i in range(9)]) == "target: numbers"
    assert decided(path, ["a"] * 9) == "target: 1 class"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["red", ""], "line 3, column 'y': the value is missing. Fill it in, or leave the row out."),
        (
            ["red", "NA"],
            "line 3, column 'y': the value is missing ('NA'). Fill it in, leave the row out, or take it for a "
            "class of its "
            "own with kind='classification'.",
        ),
        (["1.5", "NA"], "line 3, column 'y': the value is missing ('NA'). Fill it in, or leave the row out."),
        (["1.5", "inf"], "line 3, column 'y': 'inf' is not finite. Correct it, or leave the row out."),
        (
            ["1.5", "2.5", "2.5.1"],
            "line 4, column 'y': '2.5.1' is text, and 2 other values of this target are numbers. Correct it, or "
            "take all for "
            "names of classes with kind='classification'.",
        ),
        (
            ["$1.5", "€2.5"],
            "line 3, column 'y': '€2.5' is written unlike '$1.5'. Write all numbers of a column with the same unit "
            "and the "
            "same decimal mark.",
        ),
    ],
)
def test_targets_that_do_not_do(path: Path, values: list[str], message: str) -> None:
    assert said(path, column(values)) == f", {message}"


def test_text_and_dates_are_no_regression(path: Path) -> None:
    for values, what in (("rose", "text"), ("2024-01-02", "a date")):
        assert said(path, column([values] * 3), kind="regression") == (
            f", line 2, column 'y': {values!r} is {what}, and regression takes numbers. Correct it, or take the "
            "column for "
            "classes with kind='classification'."
        )
    assert "'rose' is text" in said(path, FLOWERS, kind="regression")
    assert read(path, column(["yes", "no"] * 3), kind="regression").train[1].tolist() == [1, 0] * 3


def test_whole_numbers_that_double_precision_can_not_tell_apart_are_warned_about(path: Path) -> None:
    path.write_text("n,y\n9007199254740996,0\n9007199254740993,1\n9007199254740992,1\n")
    with pytest.warns(PrecisionWarning) as caught:
        X = read_table(path).train[0]
    assert X[:, 0].tolist() == [2.0**53 + 4, 2.0**53, 2.0**53]
    assert [str(each.message) for each in caught] == [
        f"{path}, column 'n': 9007199254740993 and 9007199254740992 are the same number in float64, which has 15 to "
        "17 digits: take an offset off, or leave the column out."
    ]
    path.write_text("n,y\n1e20,0\n100000000000000000000,1\n9007199254740992,1\n")
    read_table(path)
