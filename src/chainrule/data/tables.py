"""CSV files with a header, read strictly: what is not a number is pointed at with its line and column."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chainrule.data.csv_columns import Table
from chainrule.data.csv_files import read_table
from chainrule.data.data_set import DataSet, Kind, as_target, check_kind
from chainrule.errors import FileError, UnknownName


def read_csv(
    path: str | os.PathLike[str],
    target: str | None = None,
    *,
    kind: Kind | None = None,
    ignore: Sequence[str] = (),
) -> DataSet:
    """Read a table whose first line names the columns: one column is the target, the others are features.

    Values are separated by commas, semicolons or tabs, as the header is. The text is UTF-8.

    A target of text is classes, in alphabetical order. A target of whole numbers is classes, in order of
    size, if at most 20 different ones occur; any other numbers are regression. ``kind`` overrides that.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "flowers.csv")
    ...     size = path.write_text("length,width,flower\\n5.1,3.5,rose\\n4.9,3.0,iris\\n")
    ...     data = read_csv(path)
    >>> data.train
    (array([[5.1, 3.5],
           [4.9, 3. ]]), array([1, 0]))
    >>> data.features, data.classes, data.target, data.kind
    (('length', 'width'), ('iris', 'rose'), 'flower', 'classification')

    Parameters
    ----------
    path : the file
    target : the name of the target's column; None takes the last one
    kind : ``"classification"`` or ``"regression"``; None sees for itself
    ignore : columns that are left out where they are there, whatever they hold

    Returns
    -------
    a DataSet without test samples, X float64 of shape (rows, columns - 1)

    Raises
    ------
    UnknownName : a target that the header lacks, or a kind that is neither of the two
    FileError : no such file, no header, columns without a name or with the same one, rows of another length,
        missing values, text or NaN or infinity where a number should stand
    """
    check_kind(kind)
    table = without(read_table(Path(path)), ignore)
    if len(table.header) < 2:
        raise FileError(
            f"{path} has the one column {table.header[0]!r}. It takes at least one feature and a target, "
            "separated by commas, semicolons or tabs."
        )
    at = len(table.header) - 1 if target is None else table.index(target)
    others = [j for j in range(len(table.header)) if j != at]
    X = np.column_stack([table.numbers(j) for j in others])
    y, classes = as_target(table.target(at, kind), kind)
    if classes is not None:
        classes = table.spelled(at, y, classes)
    return DataSet((X, y), None, tuple(table.header[j] for j in others), classes, table.header[at])


def without(table: Table, ignore: Sequence[str]) -> Table:
    """A table without some of its columns."""
    kept = [j for j, name in enumerate(table.header) if name not in ignore]
    return replace(table, header=[table.header[j] for j in kept], columns=[table.columns[j] for j in kept])


def read_header(path: str | os.PathLike[str]) -> list[str]:
    """The names of the columns of a table."""
    return read_table(Path(path)).header


def read_column(path: str | os.PathLike[str], name: str) -> NDArray[np.str_]:
    """Read one column of a table as text, such as the groups of its rows.

    Parameters
    ----------
    path : a CSV file as for `read_csv`
    name : of the column

    Raises
    ------
    UnknownName, FileError
    """
    table = read_table(Path(path))
    return np.array([text.strip() for text in table.columns[table.index(name)]])


def read_features(path: str | os.PathLike[str], features: Sequence[str]) -> NDArray[np.float64]:
    """Read certain columns of a table: what a trained network needs to predict, with or without a target.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "new.csv")
    ...     size = path.write_text("name,width,length\\nAnn,3.5,5.1\\n")
    ...     read_features(path, ["length", "width"])
    array([[5.1, 3.5]])

    Parameters
    ----------
    path : a CSV file as for `read_csv`; columns that are not asked for may hold anything
    features : the names of the wanted columns, at least one, in the wanted order

    Returns
    -------
    X, float64 of shape (rows, len(features))

    Raises
    ------
    UnknownName : a feature that the header lacks
    FileError : as for `read_csv`
    """
    table = read_table(Path(path))
    lacking = [name for name in features if name not in table.header]
    if lacking:
        hint = f"{path} lacks: {', '.join(lacking)}."
        raise UnknownName("column", lacking[0], table.header, hint)
    return np.column_stack([table.numbers(table.index(name)) for name in features])
