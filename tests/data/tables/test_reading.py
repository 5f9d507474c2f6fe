"""Samples of a table: which columns are the target and the features, and what is said about them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from written import FLOWERS, column, read, said

from chainrule.data import ColumnReport, TableReport, read_csv, read_features, read_table
from chainrule.errors import ColumnWarning, FileError, InputError, UnknownName


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.csv"


def test_text_labels(path: Path) -> None:
    data = read(path, FLOWERS)
    X, y = data.train
    assert (X.tolist(), X.dtype) == ([[5.1, 3.5], [4.9, 3.0], [6.0, 2.5]], np.float64)
    assert (y.tolist(), y.dtype) == ([1, 0, 1], np.int64)
    assert (data.features, data.classes, data.target) == (("length", "width"), ("iris", "rose"), "flower")
    assert (data.kind, data.test) == ("classification", None)
    assert repr(data) == "<DataSet: 3 samples, 2 features, 2 classes of 'flower'>"
    assert read_csv(path).train[0].tolist() == X.tolist()


def test_a_target_by_name_is_regression_if_it_has_fractions(path: Path) -> None:
    data = read(path, "length,width,age\n5.1,3.5,1\n4.9,3,2\n", target="width")
    X, y = data.train
    assert (X.tolist(), y.tolist(), y.dtype) == ([[5.1, 1.0], [4.9, 2.0]], [3.5, 3.0], np.float64)
    assert (data.features, data.classes, data.target) == (("length", "age"), None, "width")
    assert repr(data) == "<DataSet: 2 samples, 2 features, numbers of 'width'>"


MIXED = "id,colour,when,sold,note,size,empty,kind\n" + "".join(
    f"{i},{['red', 'blue', 'NA'][i % 3]},2024-01-{i + 1:02},{['yes', 'no'][i % 2]},note {i},"
    f'"{i + 1},500",,{"ab"[i % 2]}\n'
    for i in range(24)
)


def test_what_is_seen_in_columns(path: Path) -> None:
    data = read(path, MIXED, ignore=["colour", "when", "note", "id"])
    assert data.report == TableReport(
        "",
        (
            ColumnReport("id", "id", "0 … 23", 0, "left out"),
            ColumnReport("colour", "category", "blue, red", 8, "left out"),
            ColumnReport("when", "date", "24 different, such as 2024-01-01", 0, "left out"),
            ColumnReport("sold", "yes/no", "no, yes", 0, "feature, 1 for yes"),
            ColumnReport("note", "text", "24 different, such as note 0", 0, "left out"),
            ColumnReport("size", "number", "1500 … 24500, '1,500' is 1500", 0, "feature"),
            ColumnReport("empty", "empty", "", 24, "left out"),
            ColumnReport("kind", "category", "a, b", 0, "target: 2 classes"),
        ),
    )


def test_the_report_as_text(path: Path) -> None:
    data = read(path, "x,yes?,k\n1.5,True,a\n2.5,False,b\n3.5,True,c\n")
    assert str(data.report) == (
        "column  seen as   values       missing  what is done\n"
        "x       number    1.5 … 3.5             feature\n"
        "yes?    yes/no    False, True           feature, 1 for True\n"
        "k       category  3: a, b, c            target: 3 classes"
    )
    wide = read(path, ",".join(f"n{j}" for j in range(100)) + ",y\n" + ("1.5," * 100 + "2.5\n") * 2)
    lines = str(wide.report).splitlines()
    assert len(lines) == 25
    assert lines[-2:] == ["… 78 more", "y          number   2.5              target: numbers"]


@pytest.mark.parametrize(
    ("settings", "features", "target"),
    [
        ({}, ("a", "b", "c"), "d"),
        ({"target": "b"}, ("a", "c", "d"), "b"),
        ({"ignore": ["d"]}, ("a", "b"), "c"),
        ({"features": ["c", "a"]}, ("c", "a"), "d"),
        ({"features": ["d"], "target": "a"}, ("d",), "a"),
        ({"ignore": ["b", "a"], "target": "d"}, ("c",), "d"),
    ],
)
def test_which_columns(path: Path, settings: dict[str, Any], features: tuple[str, ...], target: str) -> None:
    data = read(path, "a,b,c,d\n1,2,3,4.5\n5,6,7,8.5\n", **settings)
    assert (data.features, data.target) == (features, target)
    places = ["abcd".index(name) for name in features]
    assert data.train[0].tolist() == [
        [[1, 2, 3, 4.5][j] for j in places],
        [[5, 6, 7, 8.5][j] for j in places],
    ]


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        (
            {"target": "e"},
            UnknownName,
            "there is no column 'e'. There is: a, b, c. These are the columns of {path}.",
        ),
        (
            {"target": "cc"},
            UnknownName,
            "there is no column 'cc'. Did you mean 'c'? There is: a, b, c. These are the columns of {path}.",
        ),
        (
            {"features": ["e"]},
            UnknownName,
            "there is no column 'e'. There is: a, b, c. These are the columns of {path}.",
        ),
        (
            {"ignore": ["e"]},
            UnknownName,
            "there is no column 'e'. There is: a, b, c. These are the columns of {path}.",
        ),
        (
            {"kind": "regresion"},
            UnknownName,
            "there is no kind of target 'regresion'. Did you mean 'regression'? There is: classification, regression.",
        ),
        (
            {"target": "a", "ignore": ["a"]},
            InputError,
            "ignore = 'a' is the target: leave one of the two out.",
        ),
        (
            {"features": ["a"], "ignore": ["a"]},
            InputError,
            "ignore = 'a' is one of features: leave it out of one of the two.",
        ),
        (
            {"features": ["a"], "target": "a"},
            InputError,
            "target = 'a' is one of features: leave it out of one of the two.",
        ),
        ({"features": []}, InputError, "features = [] names no column: give at least one."),
        (
            {"ignore": ["a", "b"]},
            FileError,
            "{path} has no feature beside the target 'c'. It takes at least one.",
        ),
        (
            {"ignore": ["a", "b", "c"]},
            FileError,
            "{path} has no column left that holds anything. Name fewer with ignore.",
        ),
    ],
)
def test_columns_that_do_not_go(
    path: Path, settings: dict[str, Any], error: type[Exception], message: str
) -> None:
    path.write_text("a,b,c\n1,2,3.5\n4,5,6.5\n")
    with pytest.raises(error) as caught:
        read_table(path, **settings)
    assert str(caught.value) == message.format(path=path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "colour,size,y\n1,2,3\nred,x,4\nblue,3,5\n",
            ", line 3, column 'colour': 'red' is text, and a network takes numbers. Turn the column into numbers, "
            "leave this "
            "column and 'size' out with ignore=['colour', 'size'], or predict it with target='colour'.",
        ),
        (
            "x,y\n1_0,3\n",
            ", line 2, column 'x': '1_0' is text, and a network takes numbers. Turn the column into numbers, leave "
            "the column "
            "out with ignore=['x'], or predict it with target='x'.",
        ),
        (
            "x,z,y\n2024-01-02,1,3\n2024-01-03,2,3\n",
            ", line 2, column 'x': '2024-01-02' is a date, and a network takes numbers. Turn the column into "
            "numbers, leave "
            "the column out with ignore=['x'], or predict it with target='x'.",
        ),
        (
            "x,y\n1,3\n ,4\n",
            ", line 3, column 'x': the value is missing. Fill it in, leave the row out, or leave the column out with "
            "ignore=['x'].",
        ),
        (
            'x,"a\nname",y\n1,2,3\n1,NaN,4\n',
            ", line 4, column 'a\\nname': the value is missing ('NaN'). Fill it in, leave the row out, or leave "
            "the column "
            "out with ignore=['a\\nname'].",
        ),
        (
            "x,y\n1,3\n-inf,4\n",
            ", line 3, column 'x': '-inf' is not finite. Correct it, or leave the row out.",
        ),
        (
            "x,y\n5,3\n7 kg,4\n",
            ", line 3, column 'x': '7 kg' is text, and a network takes numbers. Turn the column into numbers, "
            "leave the "
            "column out with ignore=['x'], or predict it with target='x'.",
        ),
        (
            "x,y\n5 %,3\n0.07,4\n",
            ", line 3, column 'x': '0.07' is written unlike '5 %'. Write all numbers of a column with the same "
            "unit and the "
            "same decimal mark.",
        ),
    ],
)
def test_features_that_do_not_do(path: Path, text: str, message: str) -> None:
    assert said(path, text) == message


def test_many_columns_that_do_not_do(path: Path) -> None:
    names = [f"t{j}" for j in range(7)]
    text = ",".join([*names, "y"]) + "\n" + "r," * 7 + "1.5\n" + "s," * 7 + "2.5\n"
    assert said(path, text) == (
        ", line 2, column 't0': 'r' is text, and a network takes numbers. Turn the column into numbers, leave this "
        "column and "
        f"'t1', 't2', 't3', 't4' and 2 more out with ignore={names!r}, or predict it with target='t0'."
    )


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["True", "False", "true"], [1, 0, 1]),
        (["yes", "No", "YES"], [1, 0, 1]),
        (["y", "n", "y"], [1, 0, 1]),
        (["T", "F", "T"], [1, 0, 1]),
        (["no", "no", "no"], [0, 0, 0]),
        (["$5", "$1,000", "$7"], [5, 1000, 7]),
        (["20 %", "5 %", "5%"], [20, 5, 5]),
        (["1,234.5", "7", "−3"], [1234.5, 7, -3]),
        (["13,99", "24,37", "5"], [13.99, 24.37, 5]),
    ],
)
def test_features_in_peoples_words(path: Path, words: list[str], numbers: list[float]) -> None:
    data = read(path, "x,z,y\n" + "".join(f'{i}.5,"{word}",{i % 2}\n' for i, word in enumerate(words)))
    assert data.train[0][:, 1].tolist() == numbers
    assert read_features(path, ["z"])[:, 0].tolist() == numbers


def test_ids_are_warned_about(path: Path) -> None:
    text = "id,x,y\n" + "".join(f"{i + 7},{i % 5}.5,{i % 2}\n" for i in range(20))
    with pytest.warns(ColumnWarning) as caught:
        data = read(path, text)
    assert [str(each.message) for each in caught] == [
        f"{path}, column 'id': its whole numbers all differ and increase, as those of an id do, which tells "
        "nothing about "
        "new samples. Leave it out with ignore=['id'], or name the features."
    ]
    assert caught[0].filename == __file__.replace("test_reading", "written")
    assert data.report is not None
    assert (data.report.columns[0].seen, data.report.columns[0].done) == (
        "id",
        "feature (it may be an id: see ignore)",
    )
    read(path, text, ignore=["id"])
    read(path, text, features=["id", "x"])  # whoever names it wants it
    read(path, text.replace("\n26,", "\n25.5,"))
    read(path, text.replace("\n26,", "\n8,"))
    read(path, column([i % 2 for i in range(19)]).replace(".5", ""))  # too few rows to tell


def test_features_alone(path: Path) -> None:
    path.write_text("name;width;note;length\nAnn;3.5;;5.1\nBob;3;ok;4.9\n")
    X = read_features(path, ["length", "width"])
    assert (X.tolist(), X.dtype) == ([[5.1, 3.5], [4.9, 3.0]], np.float64)
    path.write_text("width\n3.5\n3\n")
    assert read_features(path, ["width"]).tolist() == [[3.5], [3.0]]


def test_features_that_are_not_there(path: Path) -> None:
    path.write_text(FLOWERS)
    with pytest.raises(UnknownName) as caught:
        read_features(path, ["height", "width", "depth"])
    assert str(caught.value) == (
        f"there is no column 'height'. There is: length, width, flower. {path} lacks: height, depth."
    )
    with pytest.raises(FileError) as told:
        read_features(path, ["flower"])
    assert str(told.value) == (
        f"{path}, line 2, column 'flower': 'rose' is text, and a network takes numbers. Turn it into a number, "
        "or leave the row out."
    )
    path.write_text("x,y\n?,2\n")
    with pytest.raises(FileError) as missing:
        read_features(path, ["x"])
    assert str(missing.value) == (
        f"{path}, line 2, column 'x': the value is missing ('?'). Fill it in, or leave the row out."
    )


def test_a_last_column_that_is_a_feature_is_no_target(tmp_path: Path):
    path = tmp_path / "moved.csv"
    path.write_text("k,a,b\n0,1,2\n1,3,5\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_table(path, features=["a", "b"])
    assert str(error.value) == (
        f"the last column of {path}, 'b', is one of features, and without a target's name it is the target: give "
        "target='…', or leave it out of features."
    )
    assert read_table(path, "k", features=["a", "b"]).target == "k"


@pytest.mark.parametrize("columns", [12_000, 30_000])
def test_a_header_longer_than_what_is_looked_at_first(tmp_path: Path, columns: int) -> None:
    path = tmp_path / "wide.csv"
    names = [f"column_{j}" for j in range(columns)]
    rows = (f"{'1.5,' * columns}1\n", f"{'0.5,' * columns}0\n")
    path.write_text(f"{','.join(names)},k\n{''.join(rows * 3)}", encoding="utf-8")
    began = time.process_time()
    data = read_table(path)
    assert read_features(path, names[::-1]).shape == data.train[0].shape == (6, columns)
    assert (data.features, data.target, data.classes) == (tuple(names), "k", ("0", "1"))
    assert time.process_time() - began < 30  # with time as the square of the columns it would take minutes


def test_a_first_line_without_an_end(tmp_path: Path) -> None:
    path = tmp_path / "endless.csv"
    path.write_text("a," * (1 << 22), encoding="utf-8")
    with pytest.raises(FileError) as error:
        read_table(path)
    assert (
        str(error.value)
        == f"{path}, line 1: it has more than 4,194,304 characters, as no header and no row has."
    )
    path.write_text("a" * (1 << 18), encoding="utf-8")
    with pytest.raises(FileError) as error:
        read_table(path)
    assert str(error.value) == f"{path}, line 1: a value has more than 131,072 characters."


@pytest.mark.parametrize("reverse", [False, True])
def test_a_decimal_comma_after_a_thousand_rows_counts_as_one_before(tmp_path: Path, reverse: bool) -> None:
    rows = [f"{1 + i % 9}.{i % 10}00;{i % 7};{i % 2}" for i in range(1200)]
    rows[1100] = "5.000;3,5;1"
    path = tmp_path / "long.csv"
    path.write_text("\n".join(["v;w;y", *(rows[::-1] if reverse else rows)]) + "\n", encoding="utf-8")
    X, _ = read_table(path).train
    expected = [[1000 * (1 + i % 9) + 100 * (i % 10), i % 7] for i in range(1200)]
    expected[1100] = [5000, 3.5]
    assert X.tolist() == (expected[::-1] if reverse else expected)
