"""Tables of other programs, which pandas reads: Parquet, Feather, Excel."""

from __future__ import annotations

import datetime
import os
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.data.packed import check_archive
from chainrule.data.tables.columns import Column, of_numbers, of_texts
from chainrule.data.tables.gathering import gathered
from chainrule.data.tables.headers import with_names
from chainrule.data.tables.layouts import Layout, Wanted
from chainrule.data.tables.spelling import MARKS
from chainrule.data.tables.table import Table
from chainrule.errors import FileError, InputError, MissingPackage

FRAMES = (".parquet", ".feather", ".xlsx")
"""How files are called that pandas reads."""

READERS = {".parquet": "pyarrow", ".feather": "pyarrow", ".xlsx": "openpyxl"}


def is_frame(path: str | os.PathLike[str]) -> bool:
    """Whether a file is called like one that pandas reads."""
    return os.fspath(path).lower().endswith(FRAMES)


def read_frame_table(
    path: Path, wanted: Wanted, columns: Collection[str] | None = None, target: str | None = None
) -> Table:
    """Read a Parquet, Feather or Excel file.

    Parameters
    ----------
    path : the file
    wanted : for Excel whether there is a header, and the decimal mark of numbers that are text; else nothing
    columns, target : as for `read_text_table`

    Raises
    ------
    InputError : more that is wanted than such a file leaves open
    FileError : no such file, or a damaged one; and as for `read_text_table`
    MissingPackage : pandas is not installed, or what it takes for this kind of file
    """
    suffix = path.suffix.lower()
    open_ = ("decimal", "header") if suffix == ".xlsx" else ()
    for name in ("delimiter", "decimal", "encoding", "header"):
        if getattr(wanted, name) is not None and name not in open_:
            raise InputError(
                f"{name} = {getattr(wanted, name)!r} goes with files of text, not with {path}. Leave it out."
            )
    try:
        path.open("rb").close()
    except OSError as error:
        raise FileError(f"{path} can't be read: {error.strerror}.") from error
    if suffix == ".xlsx":
        check_archive(path, "save it as CSV")
        return _excel(path, wanted, columns, target)
    frame = _read(path)
    names = [str(name) for name in frame.columns]
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise FileError(f"{path}: more than one column is called {', '.join(twice[:5])}. Rename them.")
    if not len(frame):
        raise FileError(f"{path} has no rows. It takes a row for each sample.")
    asked = set(names if columns is None else columns)
    chosen = [j for j, name in enumerate(names) if name in asked]
    index = ", ".join(str(name) for name in frame.index.names if name is not None)
    return Table(
        path,
        [_column(names[j], frame.iloc[:, j]) for j in chosen],
        names,
        f"the index {index} left out" if index else "",
        range(1, len(frame) + 1),
        "row",
        lambda name: _texts(frame.iloc[:, names.index(name)]),
    )


def _read(path: Path, **settings: Any) -> Any:
    """The frame in a file."""
    package = READERS[path.suffix.lower()]
    try:
        import pandas
    except ImportError:
        raise MissingPackage("pandas", f"Reading {path}") from None
    read = {".parquet": pandas.read_parquet, ".feather": pandas.read_feather, ".xlsx": pandas.read_excel}
    try:
        return read[path.suffix.lower()](path, **settings)
    except ImportError:
        raise MissingPackage(package, f"Reading {path}") from None
    except Exception as error:  # whatever the readers raise on bytes that are none of theirs
        reason = " ".join(str(error).split())
        raise FileError(
            f"{path} is not a {path.suffix} file, or is damaged ({reason}). Get it again."
        ) from error


def _column(name: str, series: Any) -> Column:
    """A column of a frame, as those of text are seen."""
    from pandas.api import types

    if types.is_numeric_dtype(series.dtype) and not types.is_complex_dtype(
        series.dtype
    ):  # truth values are numeric
        return of_numbers(name, np.asarray(series.to_numpy(np.float64, na_value=np.nan)))
    if types.infer_dtype(series, skipna=True) == "decimal":  # whose point is in no doubt
        return of_texts(name, _texts(series), MARKS[:1], sure=True)
    return of_texts(name, _texts(series), MARKS, sure=False)


def _texts(series: Any, decimal: str = ".") -> list[str]:
    """The values of a column as text, empty where one is missing, numbers with that mark before their decimals."""
    gone = series.isna().to_numpy()
    return [
        "" if missing else _text(value, decimal) for value, missing in zip(series.tolist(), gone, strict=True)
    ]


def _text(value: Any, decimal: str) -> str:
    """A value of a frame as text; a day without its midnight."""
    if isinstance(value, float):
        return repr(value).replace(".", decimal)
    text = value.isoformat(" ") if isinstance(value, datetime.datetime) else str(value)
    return text.removesuffix(" 00:00:00").strip()


def _excel(path: Path, wanted: Wanted, columns: Collection[str] | None, target: str | None) -> Table:
    """The first sheet of an Excel file, whose cells are read as those of text are."""
    sheets = _read(path, sheet_name=None, header=None, dtype=object)
    name, frame = next(iter(sheets.items()))
    cells = list(
        zip(*(_texts(frame.iloc[:, j], wanted.decimal or ".") for j in range(frame.shape[1])), strict=True)
    )
    found = [(row, list(texts)) for row, texts in enumerate(cells, 1) if any(texts)]
    if not found:
        raise FileError(
            f"{path} is empty. It takes a header that names the columns, then a row for each sample."
        )
    decimal, marks = wanted.decimal or ".", (wanted.decimal,) if wanted.decimal else MARKS
    layout = Layout("utf-8", ",", decimal=decimal, marks=marks, sure=wanted.decimal is not None)
    layout = with_names(path, layout, [texts for _, texts in found], [row for row, _ in found], (), wanted)
    said = f"the sheet {name!r}, the first of {len(sheets)}" if len(sheets) > 1 else ""
    layout = layout.saying(said) if said else layout

    def rows() -> Iterator[tuple[int, list[str]]]:
        return ((row, texts) for row, texts in found if row > layout.skipped)

    return gathered(path, layout, rows, "row", columns, target)
