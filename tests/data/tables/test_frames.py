"""Tables that pandas reads: Parquet, Feather, Excel."""

from __future__ import annotations

import datetime
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from chainrule.data import load, packed, read_features, read_table
from chainrule.errors import FileError, InputError, MissingPackage, PrecisionWarning

SUFFIXES = (".parquet", ".feather", ".xlsx")


def write(path: Path, frame: pd.DataFrame, **settings: Any) -> Path:
    {".parquet": frame.to_parquet, ".feather": frame.to_feather, ".xlsx": frame.to_excel}[path.suffix](
        path, **settings
    )
    return path


def frame(rows: int = 12) -> pd.DataFrame:
    """A column of each kind."""
    numbers = range(rows)
    return pd.DataFrame(
        {
            "x": [i + 0.25 for i in numbers],
            "sold": [i % 3 == 0 for i in numbers],
            "count": [i * 3 % 7 for i in numbers],
            "price": [f"$1,{i * 37 % 900 + 100}.50" for i in numbers],
            "lift": [["yes", "no"][i % 2] for i in numbers],
            "when": pd.date_range("2024-01-01", periods=rows),
            "gap": [None if i == 4 else i / 2 for i in numbers],
            "kind": [["b", "a"][i % 2] for i in numbers],
        }
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_comes_of_each_column(tmp_path: Path, suffix: str) -> None:
    settings = {"index": False} if suffix == ".xlsx" else {}
    path = write(tmp_path / f"some{suffix}", frame(), **settings)
    data = load(path, ignore=["when", "gap"])
    assert (data.features, data.target, data.classes) == (
        ("x", "sold", "count", "price", "lift"),
        "kind",
        ("a", "b"),
    )
    assert data.train[0].tolist() == [
        [i + 0.25, i % 3 == 0, i * 3 % 7, 1000.5 + i * 37 % 900 + 100, i % 2 == 0] for i in range(12)
    ]
    assert data.train[1].tolist() == [1, 0] * 6
    assert data.report is not None
    assert [column.seen for column in data.report.columns] == [
        "number", "yes/no", "number", "number", "yes/no", "date", "number", "category",
    ]  # fmt: skip
    assert [column.missing for column in data.report.columns] == [0, 0, 0, 0, 0, 0, 1, 0]
    assert read_features(path, ["count", "x"]).tolist() == data.train[0][:, [2, 0]].tolist()
    place = "row 6" if suffix == ".xlsx" else "row 5"  # the first row of a sheet is the header
    with pytest.raises(FileError) as caught:
        load(path, features=["gap"])
    assert str(caught.value) == (
        f"{path}, {place}, column 'gap': the value is missing. Fill it in, leave the row out, or leave the column "
        "out with "
        "ignore=['gap']."
    )
    with pytest.raises(FileError) as told:
        load(path, features=["when"])
    assert str(told.value) == (
        f"{path}, row {1 + (suffix == '.xlsx')}, column 'when': '2024-01-01' is a date, and a network takes "
        "numbers. Turn the "
        "column into numbers, leave the column out with ignore=['when'], or predict it with target='when'."
    )


@pytest.mark.parametrize("dtype", ["Int64", "Float32", "boolean", "category", "string", "uint8", "float32"])
def test_pandas_own_dtypes(tmp_path: Path, dtype: str) -> None:
    table = pd.DataFrame({"x": pd.Series([1, 0, 1, 0]), "y": [0.5, 1.5, 2.5, 3.5]})
    text = dtype in ("category", "string")
    table["x"] = (table["x"].map({1: "yes", 0: "no"}) if text else table["x"]).astype(dtype)  # type: ignore[call-overload]
    for suffix in (".parquet", ".feather"):
        data = load(write(tmp_path / f"some{suffix}", table))
        assert data.train[0].tolist() == [[1], [0], [1], [0]]


def test_indexes_are_left_out(tmp_path: Path) -> None:
    table = frame()[["x", "count", "kind"]]
    path = write(tmp_path / "named.parquet", table.set_index(pd.Index(range(5, 17), name="no")))
    data = load(path)
    assert data.report is not None
    assert (data.features, data.report.said) == (("x", "count"), "the index no left out")
    path = write(tmp_path / "plain.xlsx", table)  # with pandas' index in a first column
    data = load(path)
    assert data.report is not None
    assert (data.features, data.report.said) == (
        ("x", "count"),
        "the unnamed first column left out (row names)",
    )


def test_a_sheet_like_a_table_of_text(tmp_path: Path) -> None:
    path = tmp_path / "some.xlsx"
    table = pd.DataFrame([["", "", ""], [1.5, 2, "a"], [2.5, 3, "b"], [3.5, 2, "a"]])
    with pd.ExcelWriter(path) as file:
        table.to_excel(file, sheet_name="first", header=False, index=False)
        frame().to_excel(file, sheet_name="second")
    data = load(path)
    assert data.report is not None
    assert data.report.said == "no header (columns c1 … c3), the sheet 'first', the first of 2"
    assert (data.train[0].tolist(), data.classes) == ([[1.5, 2], [2.5, 3], [3.5, 2]], ("a", "b"))
    table = pd.DataFrame({"x": ["2,848", "7,414"], "y": [1.5, 2.5]})
    write(path, table, index=False)
    with pytest.raises(FileError) as caught:
        load(path)
    assert str(caught.value) == (
        f"{path}, row 2, column 'x': '2,848' could be 2848 or 2.848. Say which mark stands before decimals, with "
        "decimal='.' or decimal=','."
    )
    assert load(path, decimal=",").train[0].tolist() == [[2.848], [7.414]]
    assert load(path, decimal=".").train[0].tolist() == [[2848], [7414]]


def test_whole_numbers_beyond_double_precision(tmp_path: Path) -> None:
    path = write(
        tmp_path / "ids.parquet", pd.DataFrame({"n": [2**53 + 1, 2**53, 5], "y": [2**53, 2**53 + 1, 2**53]})
    )
    with pytest.warns(PrecisionWarning) as caught:
        data = load(path)
    assert [str(each.message) for each in caught] == [
        f"{path}, column 'n': 9007199254740993 and 9007199254740992 are the same number in float64, which has 15 to 17 "
        "digits: take an offset off, or leave the column out."
    ]
    assert (data.classes, data.train[1].tolist()) == (("9007199254740992", "9007199254740993"), [0, 1, 0])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_files_that_are_none_of_these(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"some{suffix}"
    with pytest.raises(FileError) as caught:
        load(path)
    assert str(caught.value) == f"{path} can't be read: No such file or directory."
    path.write_bytes(b"no such thing")
    with pytest.raises(FileError) as told:
        load(path)
    assert str(told.value).startswith(f"{path} is not a {suffix} file, or is damaged (")
    assert str(told.value).endswith("). Get it again.")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_tables_without_rows(tmp_path: Path, suffix: str) -> None:
    path = write(
        tmp_path / f"some{suffix}", frame().iloc[:0], **({"index": False} if suffix == ".xlsx" else {})
    )
    with pytest.raises(FileError) as caught:
        load(path)
    end = "a header and no rows" if suffix == ".xlsx" else "no rows"
    assert str(caught.value) == f"{path} has {end}. It takes a row for each sample."


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        (
            "some.parquet",
            {"delimiter": ";"},
            "delimiter = ';' goes with files of text, not with {}. Leave it out.",
        ),
        (
            "some.parquet",
            {"header": False},
            "header = False goes with files of text, not with {}. Leave it out.",
        ),
        (
            "some.feather",
            {"decimal": ","},
            "decimal = ',' goes with files of text, not with {}. Leave it out.",
        ),
        (
            "some.xlsx",
            {"encoding": "utf-8"},
            "encoding = 'utf-8' goes with files of text, not with {}. Leave it out.",
        ),
    ],
)
def test_options_of_text(tmp_path: Path, name: str, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / name, **settings)
    assert str(caught.value) == message.format(tmp_path / name)


@pytest.mark.parametrize(
    ("suffix", "module", "package"),
    [(".parquet", "pandas", "pandas"), (".parquet", "pyarrow", "pyarrow"), (".xlsx", "openpyxl", "openpyxl")],
)
def test_missing_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, module: str, package: str
) -> None:
    path = write(tmp_path / f"some{suffix}", frame())
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingPackage) as caught:
        load(path)
    assert str(caught.value) == (
        f"Reading {path} needs the package {package}. Install it with: pip install {package}"
    )


def test_an_archive_out_of_all_proportion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "some.xlsx", pd.DataFrame(np.zeros((500, 20))))
    monkeypatch.setattr(packed, "MAX_UNPACKED", 1000)
    monkeypatch.setattr(packed, "MAX_RATIO", 2)
    with pytest.raises(FileError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path} unpacks to ")
    assert str(caught.value).endswith(" bytes, over 2 times its size. If you trust it, save it as CSV.")


def test_a_time_of_day_is_text(tmp_path: Path) -> None:
    times = [datetime.time(i % 24, 5) for i in range(12)]
    path = write(
        tmp_path / "times.parquet", pd.DataFrame({"at": times, "v": range(12), "y": [0.5, 1.25] * 6})
    )
    assert read_table(path, ignore=["at"]).train[0].shape == (12, 1)
    with pytest.raises(FileError) as error:
        read_table(path)
    assert "00:05:00" in str(error.value)


def test_the_point_of_a_decimal_is_in_no_doubt(tmp_path: Path) -> None:
    numbers = [Decimal("2.848"), None, Decimal("-1.500"), Decimal("3.125")] * 3
    path = write(tmp_path / "decimals.parquet", pd.DataFrame({"v": numbers, "y": [0.5, 1.25] * 6}))
    cells = read_table(path, cells=True).train[0]
    np.testing.assert_array_equal(cells["v"][:4], [2.848, np.nan, -1.5, 3.125])
