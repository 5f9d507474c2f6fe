"""Whether the first row names the columns."""

from __future__ import annotations

from pathlib import Path

import pytest
from written import read, said

from chainrule.data import read_features

ROWS = "".join(f"{i}.25,{i * 3 % 5},{'ab'[i % 2]}\n" for i in range(8))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.csv"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x,y,k\n" + ROWS, None),
        (ROWS, ["c1", "c2", "c3"]),
        ("7.25,4,c\n" + ROWS, ["c1", "c2", "c3"]),
        ("1,2,3\n3,4,4\n", ["c1", "c2", "c3"]),
        ("yes,no,a\nno,no,b\nyes,no,a\nno,yes,a\n", ["c1", "c2", "c3"]),
        ("red,round,k\nyes,no,b\nyes,no,a\nno,yes,a\n", None),
        ("x,1990,2000\n" + ROWS.replace("a\n", "1\n").replace("b\n", "2\n"), None),
        ("0,1,2\n" + ROWS, None),
        ("x,y,k\n1,2,3\n", None),
        ("x,y,k\nyes,no,green\n", None),
    ],
)
def test_headers_that_are_beyond_doubt(path: Path, text: str, names: list[str] | None) -> None:
    first = text.split("\n")[0].split(",")
    data = read(path, text)
    assert data.report is not None
    assert [column.name for column in data.report.columns] == (names or first)
    assert data.report.said == ("" if names is None else "no header (columns c1 … c3)")
    assert len(data.train[1]) == text.count("\n") - (names is None)


def test_a_value_that_is_missing_is_no_name(path: Path) -> None:
    data = read(path, "?,4,a\n" + ROWS, features=["c2"])
    assert len(data.train[1]) == 9


def test_a_row_of_values_is_not_lost(path: Path) -> None:
    data = read(path, "5.0,3.4,red\n4.1,3.0,red\n6.9,3.2,blue\n")
    assert (data.train[0].tolist(), data.classes) == ([[5.0, 3.4], [4.1, 3.0], [6.9, 3.2]], ("blue", "red"))
    assert (data.features, data.target) == (("c1", "c2"), "c3")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("1990,2000,2010\n1.5,2.5,3.5\n2.5,3.5,4.5\n", "1990,2000,2010"),
        ("country,1990,2000\nA,2.5,3.5\nB,3.5,4.5\n", "country,1990,2000"),
        ("?,red\n5,blue\n7,blue\n9,green\n", "?,red"),
        ("x,7,8\n1.5,2.5,3.5\n2.5,3.5,4.5\n", "x,7,8"),
        ("red,k1,k2,k3\nred,a,b,c\nblue,a,b,d\nred,c,b,d\n", "red,k1,k2,k3"),
        ("a,b,c,d,e,1990\nr,s,t,u,v,1.5\nw,s,t,u,v,2.5\n", "a,b,c,d,e,…"),
    ],
)
def test_a_first_row_that_is_in_doubt(path: Path, text: str, first: str) -> None:
    assert said(path, text) == (
        f", line 1: {first} could be the names of the columns, or the first row of values. Say which, with "
        "header=True or "
        "header=False."
    )


def test_what_is_told_holds(path: Path) -> None:
    text = "1990,2000,2010\n1.5,2.5,3.5\n2.5,3.5,4.5\n"
    named, bare = read(path, text, header=True), read(path, text, header=False)
    assert (named.features, named.target, named.train[1].tolist()) == (("1990", "2000"), "2010", [3.5, 4.5])
    assert (bare.features, bare.target, bare.train[1].tolist()) == (("c1", "c2"), "c3", [2010, 3.5, 4.5])
    assert bare.report is not None
    assert bare.report.said == "no header (columns c1 … c3)"


def test_a_header_of_another_program(path: Path) -> None:
    rows = "5.1,3.5,1.4,0.2,0\n4.9,3.0,1.4,0.2,0\n7.0,3.2,4.7,1.4,1\n6.3,3.3,6.0,2.5,2\n"
    data = read(path, "4,4,setosa,versicolor,virginica\n" + rows)
    assert (data.features, data.target) == (("c1", "c2", "c3", "c4"), "c5")
    assert (data.classes, data.train[1].tolist()) == (("0", "1", "2"), [0, 0, 1, 2])
    assert data.report is not None
    assert data.report.said == (
        "a header of another program (4,4,setosa,versicolor,virginica), columns c1 … c5"
    )
    data = read(path, "4,4,malignant,benign\n" + rows)  # shorter than the rows
    assert len(data.train[1]) == 4
    assert said(path, "150,4,setosa,versicolor,virginica\n" + rows) == (
        ", line 1: the header of another program promises 150 samples, and there are 4. Get the file again, or "
        "correct that "
        "number."
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", " is empty. It takes a header that names the columns, then a row for each sample."),
        ("\n \n,,\n", " is empty. It takes a header that names the columns, then a row for each sample."),
        ("x,y\n", " has a header and no rows. It takes a row for each sample."),
        ("a,b,a,c,b\n1,2,3,4,5\n", ", line 1: more than one column is called a, b. Rename them."),
        (
            "x\n1\n",
            " has the one column 'x'. It takes at least one feature and a target, separated by commas, semicolons "
            "or tabs.",
        ),
    ],
)
def test_headers_that_do_not_do(path: Path, text: str, message: str) -> None:
    assert said(path, text) == message


def test_columns_without_names(path: Path) -> None:
    data = read(path, "x,,k\n1.5,2.5,a\n3.5,4.5,b\n")
    assert data.features == ("x", "c2")
    assert read_features(path, ["c2"]).tolist() == [[2.5], [4.5]]
    assert said(path, "x,,c2\n1.5,2.5,a\n3.5,4.5,b\n") == (
        ", line 1: more than one column is called c2. Rename them."
    )
    data = read(path, ",x,k\n1.5,2.5,a\n3.5,4.5,b\n7.5,8.5,b\n")  # no row names: numbers that count nothing
    assert data.features == ("c1", "x")
    data = read(path, "x,,k,\n1.5,,a,\n3.5,,b,\n")
    assert data.features == ("x",)
