"""Columns of a table as they stand, for a network that prepares them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from written import CASES, column, read, said

from chainrule.data import ColumnReport, read_table
from chainrule.data.cells import Cells
from chainrule.errors import FileError, InputError, UnknownName

HOLES = (
    "size,district,lift,built,rooms,price\n"
    '"1,070",river,yes,31.01.1990,3,1\n'
    "?,old town,no,1.2.2001,NA,2\n"
    ' 55 ,NA,,"03.12.1985",2,3\n'
    "60,river,yes,,4,4\n"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.csv"


def cells(path: Path, text: str, **settings: Any) -> Cells:
    X = read(path, text, cells=settings.pop("cells", True), **settings).train[0]
    assert isinstance(X, Cells)
    return X


def test_what_stands_in_a_table(path: Path) -> None:
    found = cells(path, HOLES)
    np.testing.assert_array_equal(found["size"], [1070, np.nan, 55, 60])
    assert found["district"].tolist() == ["river", "old town", None, "river"]
    assert found["lift"].tolist() == ["yes", "no", None, "yes"]
    np.testing.assert_array_equal(
        found["built"], np.array(["1990-01-31", "2001-02-01", "1985-12-03", "NaT"], "datetime64[us]")
    )
    np.testing.assert_array_equal(found["rooms"], [3, np.nan, 2, 4])
    assert found.columns == ["size", "district", "lift", "built", "rooms"]


def test_it_is_told_what_is_done(path: Path) -> None:
    report = read(path, HOLES, cells=True).report
    assert report is not None
    filled = ", what is missing is filled in and told by a column"
    assert report.columns[:5] == (
        ColumnReport("size", "number", "55 … 1070, '1,070' is 1070", 1, f"feature{filled}"),
        ColumnReport("district", "category", "old town, river", 1, "feature, a column for each value"),
        ColumnReport("lift", "yes/no", "no, yes", 1, f"feature{filled}"),
        ColumnReport(
            "built", "date", "3 different, such as 31.01.1990", 1, f"feature, days since 1970{filled}"
        ),
        ColumnReport("rooms", "number", "2 … 4", 1, f"feature{filled}"),
    )


def test_numbers_that_are_all_there_stay_an_array(path: Path) -> None:
    X = read(path, "a,b,y\n1,yes,0\n2,no,1\n", cells=True).train[0]
    assert isinstance(X, np.ndarray)
    assert X.tolist() == [[1, 1], [2, 0]]


def test_what_is_said_of_columns_holds(path: Path) -> None:
    text = "code,size,note,y\n1,3,low 1,0\n2,n.a.,low 2,1\n1,about 5,low 3,1\n"
    found = cells(path, text, cells={"code": "category", "size": "numeric", "note": "category"})
    assert found["code"].tolist() == ["1", "2", "1"]
    np.testing.assert_array_equal(found["size"], [3, np.nan, np.nan])
    assert found["note"].tolist() == ["low 1", "low 2", "low 3"]


@pytest.mark.parametrize(
    ("kinds", "error", "message"),
    [
        ({"sise": "category"}, UnknownName, "there is no column 'sise'. Did you mean 'size'?"),
        (
            {"size": "words"}, UnknownName,
            "there is no kind of column 'words'. There is: number, numeric, yes/no, category, date.",
        ),
        ({"price": "numeric"}, InputError, "cells={'price': 'numeric'}: that is the target, which is not prepared."),
        ({"lift": "category"}, InputError, "cells={'lift': 'category'}: that is no feature. Leave it out."),
    ],
)  # fmt: skip
def test_what_can_not_be_said_of_columns(
    path: Path, kinds: dict[str, str], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as told:
        read(path, HOLES, cells=kinds, ignore=["lift"])
    assert str(told.value).startswith(message)


QUESTIONS = {
    "x,note,y\n" + "".join(f"{i},note {i},{i % 2}\n" for i in range(30)): (
        ", column 'note': 30 different texts in 30 rows, such as 'note 0', are too many for a column each. Leave it "
        "out with ignore=['note'], or take the frequent ones with cells={'note': 'category'}."
    ),
    "x,size,y\n" + "".join(f"{i},{'about 5' if i == 4 else i / 2},{i % 2}\n" for i in range(30)): (
        ", line 6, column 'size': 'about 5' is text, and 29 other values of this column are numbers. Leave it out "
        "with ignore=['size'], or take what is no number for missing with cells={'size': 'numeric'}, or all for "
        "categories with cells={'size': 'category'}."
    ),
    "x,day,y\n1,1/2/2020,0\n2,3/2/2020,1\n,5/2/2020,1\n": (
        ", line 2, column 'day': '1/2/2020' could be 2020-02-01 or 2020-01-02. Write days as the former is, leave the "
        "column out with ignore=['day'], or take it for categories with cells={'day': 'category'}."
    ),
    "x,day,y\n1,2020-02-28,0\n2,2020-02-30,1\n3,2020-03-01,1\n": (
        ", line 3, column 'day': '2020-02-30' is no day, or written unlike others. Write days as 2020-01-31, or leave "
        "the column out with ignore=['day']."
    ),
}


@pytest.mark.parametrize("text", QUESTIONS, ids=["text", "mixed", "ambiguous", "no day"])
def test_what_is_in_doubt_is_asked(path: Path, text: str) -> None:
    assert said(path, text, cells=True) == QUESTIONS[text]


def test_numbers_of_which_none_is_there(path: Path) -> None:
    assert said(path, column("ab" * 3, "kind") + "", target="x", cells={"kind": "numeric"}) == (
        ", column 'kind': no value of it is a number."
    )


@pytest.mark.parametrize("name", ["category_feature.csv", "missing_empty.csv", "missing_question.csv"])
def test_the_cases_are_read(name: str) -> None:
    with pytest.raises(FileError):
        read_table(CASES / name)  # as arrays of numbers they can't be
    data = read_table(CASES / name, cells=True)
    assert data.train[0].shape == (40, 2)
