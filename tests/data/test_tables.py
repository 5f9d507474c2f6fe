from __future__ import annotations

import csv
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import FLOWERS, read

from chainrule.data import Kind, read_csv, read_features
from chainrule.errors import FileError, UnknownName


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.csv"


def complaint(path: Path, text: str, target: str | None = None, kind: Kind | None = None) -> str:
    """What the error says, without the path in front."""
    with pytest.raises(FileError) as caught:
        read(path, text, target, kind)
    message = str(caught.value)
    assert message.startswith(str(path))
    return message.removeprefix(str(path))


def test_text_labels(path: Path) -> None:
    data = read(path, FLOWERS)
    X, y = data.train
    assert (X.tolist(), X.dtype) == ([[5.1, 3.5], [4.9, 3.0], [6.0, 2.5]], np.float64)
    assert (y.tolist(), y.dtype) == ([1, 0, 1], np.int64)
    assert (data.features, data.classes, data.target) == (("length", "width"), ("iris", "rose"), "flower")
    assert (data.kind, data.test) == ("classification", None)
    assert repr(data) == "<DataSet: 3 samples, 2 features, 2 classes of 'flower'>"


def test_a_target_by_name_is_regression_if_it_has_fractions(path: Path) -> None:
    data = read(path, "length,width,age\n5.1,3.5,1\n4.9,3,2\n", target="width")
    X, y = data.train
    assert (X.tolist(), y.tolist(), y.dtype) == ([[5.1, 1.0], [4.9, 2.0]], [3.5, 3.0], np.float64)
    assert (data.features, data.classes, data.target, data.kind) == (
        ("length", "age"),
        None,
        "width",
        "regression",
    )
    assert repr(data) == "<DataSet: 2 samples, 2 features, numbers of 'width'>"


@pytest.mark.parametrize(
    ("values", "kind", "classes", "y"),
    [
        (["10", "9", "10"], None, ("9", "10"), [1, 0, 1]),
        (["1.0", "-1", "1"], None, ("-1", "1"), [1, 0, 1]),
        (["1.5", "2", "2"], None, None, [1.5, 2, 2]),
        (["10", "9", "10"], "regression", None, [10, 9, 10]),
        (["1.5", "2", "2"], "classification", ("1.5", "2"), [0, 1, 1]),
        (["10", "nine", "10"], "classification", ("10", "nine"), [0, 1, 0]),
        ([str(i) for i in range(20)], None, tuple(str(i) for i in range(20)), list(range(20))),
        ([str(i) for i in range(21)], None, None, list(range(21))),
        (["nan", "inf", "red"], None, ("inf", "nan", "red"), [1, 0, 2]),
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
    ],
)
def test_what_the_target_is(
    path: Path, values: list[str], kind: Kind | None, classes: tuple[str, ...] | None, y: list[float]
) -> None:
    data = read(path, "x,y\n" + "".join(f"1,{value}\n" for value in values), kind=kind)
    assert (data.classes, data.train[1].tolist()) == (classes, y)


names = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(
        lambda name: name == name.strip() and not name.startswith("\ufeff")
    ),
    min_size=2,
    max_size=5,
    unique=True,
).map(lambda header: [header[0] + "x", *header[1:]])


@given(data=st.data(), header=names.filter(lambda names: len(set(names)) == len(names)))
def test_round_trip(data: st.DataObject, header: list[str]) -> None:
    numbers = st.floats(allow_nan=False, allow_infinity=False)
    width = len(header) - 1
    rows = data.draw(st.lists(st.lists(numbers, min_size=width, max_size=width), min_size=1, max_size=5))
    labels = data.draw(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).map(
                lambda text: "c" + text.strip()
            ),
            min_size=len(rows),
            max_size=len(rows),
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "some.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            # tabs, since a name may hold more commas than there are columns
            writer = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_ALL)
            writer.writerow(header)
            writer.writerows([*row, label] for row, label in zip(rows, labels, strict=True))
        read = read_csv(path)
        assert np.array_equal(read_features(path, header[:-1]), read.train[0])
    assert (read.features, read.target) == (tuple(header[:-1]), header[-1])
    assert read.train[0].tolist() == rows
    assert read.classes == tuple(sorted(set(labels)))
    assert [read.classes[code] for code in read.train[1]] == labels


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", " is empty. It takes a header that names the columns, then a row for each sample."),
        ("\n\n", " is empty. It takes a header that names the columns, then a row for each sample."),
        ("x,y\n", " has a header and no rows. It takes a row for each sample."),
        (
            "x\n1\n",
            " has the one column 'x'. It takes at least one feature and a target, separated by commas, "
            "semicolons "
            "or tabs.",
        ),
        (
            "1.5,2\n3,4\n",
            ", line 1: numbers (1.5, 2) where the header should be. Put a first line there that names the "
            "columns.",
        ),
        (
            ",x,y\n0,1,2\n",
            ", line 1: column 1 has no name. Give it one, or leave it out (pandas: to_csv(…, index=False)).",
        ),
        (
            "a,b,a,c,b\n1,2,3,4,5\n",
            ", line 1: more than one column is called a, b. Rename them.",
        ),
        ("x,y\n1,2\n\n3\n", ", line 4: there are 1 values, and the header names 2 columns."),
        ("x,y\n1,2,3\n", ", line 2: there are 3 values, and the header names 2 columns."),
        (
            'x,y\n"1,2\n3,4\n',
            ", line 3: not a line of CSV (unexpected end of data). Look for a quotation mark that is not "
            "closed.",
        ),
        (
            "colour,size,y\n1,2,3\nred,x,4\nblue,3,5\n",
            ", line 3, column 'colour': 'red' is text, and a network takes numbers. Turn the column into "
            "numbers, "
            "leave it out, or make it the target of a classification by its name.",
        ),
        (
            "x,y\n1_0,3\n",
            ", line 2, column 'x': '1_0' is text, and a network takes numbers. Turn the column into numbers, "
            "leave it out, or make it the target of a classification by its name.",
        ),
        (
            "x,y\n1,3\n ,4\n",
            ", line 3, column 'x': the value is missing. Fill it in, or leave the row or the column out.",
        ),
        (
            'x,"a\nname",y\n1,2,3\n1,NaN,4\n',
            ", line 4, column 'a\\nname': the value is missing ('NaN'). Fill it in, or leave the row or the "
            "column out.",
        ),
        (
            "x,y\n1,3\n-inf,4\n",
            ", line 3, column 'x': '-inf' is not finite. Correct it, or leave the row out.",
        ),
        (
            "x,y\n1,red\n2,\n",
            ", line 3, column 'y': the value is missing. Fill it in, or leave the row or the column out.",
        ),
        (
            "x,y\n1,1.5\n2,NA\n",
            ", line 3, column 'y': the value is missing ('NA'). Fill it in, or leave the row or the column "
            "out.",
        ),
        (
            "x,y\n1,1.5\n2,inf\n",
            ", line 3, column 'y': 'inf' is not finite. Correct it, or leave the row out.",
        ),
        (
            "x,y\n1,1.5\n2,2.5\n3,2.5.1\n",
            ", line 4, column 'y': '2.5.1' is text, and 2 other values of this target are numbers. Correct "
            "it, or "
            "take all for names of classes with kind='classification'.",
        ),
    ],
)
def test_bad_tables(path: Path, text: str, message: str) -> None:
    assert complaint(path, text) == message


def test_text_is_no_regression(path: Path) -> None:
    assert complaint(path, FLOWERS, kind="regression") == (
        ", line 2, column 'flower': 'rose' is text, and a network takes numbers. Turn the column into "
        "numbers, "
        "leave it out, or make it the target of a classification by its name."
    )


def test_unknown_target(path: Path) -> None:
    with pytest.raises(UnknownName) as caught:
        read(path, FLOWERS, target="flowr")
    assert str(caught.value) == (
        "there is no column 'flowr'. Did you mean 'flower'? There is: length, width, flower. "
        f"These are the columns of {path}."
    )


def test_unknown_kind(path: Path) -> None:
    with pytest.raises(UnknownName) as caught:
        read(path, FLOWERS, kind="regresion")  # type: ignore[arg-type]
    assert str(caught.value) == (
        "there is no kind of target 'regresion'. Did you mean 'regression'? There is: classification, "
        "regression."
    )


def test_features_alone(path: Path) -> None:
    path.write_text("name;width;note;length\nAnn;3.5;;5.1\nBob;3;ok;4.9\n")
    X = read_features(path, ["length", "width"])
    assert (X.tolist(), X.dtype) == ([[5.1, 3.5], [4.9, 3.0]], np.float64)


def test_features_that_are_not_there(path: Path) -> None:
    path.write_text(FLOWERS)
    with pytest.raises(UnknownName) as caught:
        read_features(path, ["height", "width", "depth"])
    assert str(caught.value) == (
        f"there is no column 'height'. There is: length, width, flower. {path} lacks: height, depth."
    )


def test_a_large_table_takes_seconds(path: Path) -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100_000, 20))
    with path.open("w") as file:
        file.write(",".join(f"c{j}" for j in range(20)) + "\n")
        file.writelines(",".join(map(repr, row)) + "\n" for row in X.tolist())
    start = time.process_time()
    data = read_csv(path)
    assert time.process_time() - start < 6
    assert np.array_equal(data.train[0], X[:, :-1])
    assert np.array_equal(data.train[1], X[:, -1])
