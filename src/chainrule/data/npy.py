"""NumPy's NPY files, one array each: a table of numbers, whose columns are c1, c2, …, or samples to predict."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.arrays import inputs
from chainrule.data.data_set import DataSet, Kind, check_kind
from chainrule.data.numpy_files import arrays_of
from chainrule.data.tables.columns import Column, of_numbers, of_texts
from chainrule.data.tables.headers import numbered
from chainrule.data.tables.reading import as_data_set
from chainrule.data.tables.spelling import MARKS
from chainrule.data.tables.table import Table
from chainrule.errors import FileError
from chainrule.utils.files import as_path


def read_npy(path: str | os.PathLike[str], target: str | None = None, *, kind: Kind | None = None) -> DataSet:
    """Read a table from an array of shape (rows, columns), or from a structured one, whose fields are the columns.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "some.npy")
    ...     np.save(path, [[5.1, 3.5, 1], [4.9, 3.0, 0]])
    ...     data = read_npy(path)
    >>> data.features, data.target, data.train[1]
    (('c1', 'c2'), 'c3', array([1, 0]))

    Parameters
    ----------
    path : the file; nothing in it is unpickled
    target : the name of the column to predict; None takes the last one
    kind : ``"classification"`` or ``"regression"``; None sees for itself, as `read_table` does

    Returns
    -------
    a DataSet without test samples, X float64 of shape (rows, columns - 1)

    Raises
    ------
    UnknownName : a column that is not there, or a kind that is neither of the two
    FileError : no such file, a damaged one, or an array that is no table of numbers
    """
    check_kind(kind)
    path = as_path(path)
    array = _read(path)
    if array.dtype.names is not None and array.ndim == 1:
        columns = [_column(name, array[name]) for name in array.dtype.names]
    elif array.ndim == 2 and array.size and array.shape[1] > 1:
        columns = [_column(name, array[:, j]) for j, name in enumerate(numbered(array.shape[1]))]
    else:
        raise FileError(
            f"{path} holds one array of shape {array.shape}. To train it takes rows of two columns or more, the last "
            "one the target. Save samples of another shape together with their labels, as X and y: np.savez."
        )
    rows = range(1, len(array) + 1)
    texts = {column.name: column for column in columns}
    table = Table(
        path,
        columns,
        list(texts),
        "",
        rows,
        "row",
        lambda name: list(map(str, _of(array, name, list(texts)).tolist())),
    )
    return as_data_set(table, () if target is None else (target,), kind)


def read_npy_inputs(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read samples to predict from an NPY file, a row for each, scaled as by `read_npz`."""
    return inputs(str(path), _read(as_path(path)))


def _of(array: NDArray[Any], name: str, names: list[str]) -> NDArray[Any]:
    return array[name] if array.dtype.names is not None else array[:, names.index(name)]


def _column(name: str, values: NDArray[Any]) -> Column:
    if values.dtype.kind in "buif" and values.ndim == 1:
        return of_numbers(name, values.astype(np.float64))
    return of_texts(name, [str(value).strip() for value in values.tolist()], MARKS, sure=False)


def _read(path: Path) -> NDArray[Any]:
    remedy = "Write it with np.save."
    with arrays_of(path, what="an NPY file of plain numbers", remedy=remedy) as array:
        if not isinstance(array, np.ndarray):
            raise FileError(f"{path} holds several arrays. Give it a name that ends in .npz.")
        return array
