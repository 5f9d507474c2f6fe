"""load: a data set by its name or its path."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.data.data_set import DataSet, Kind, check_kind
from chainrule.data.idx import is_idx
from chainrule.data.idx_folders import read_idx_folder, read_idx_pair
from chainrule.data.mnist import load_mnist
from chainrule.data.npy import read_npy
from chainrule.data.npz import read_npz
from chainrule.data.tables import is_table, read_table
from chainrule.errors import FileError, InputError, KindError, MissingPackage, UnknownName
from chainrule.utils import checks
from chainrule.utils.files import as_path

NAMES = ("mnist", "digits")
PATH_HINT = (
    "Or give the path of a table (.csv, .xlsx, ...), an .npz, an .npy, an IDX file or a folder of those."
)
DIGITS_TRAIN = 1437  # the others are for the test


def load(
    name_or_path: str | os.PathLike[str],
    *,
    data_dir: str | os.PathLike[str] | None = None,
    target: str | Sequence[str] | None = None,
    kind: Kind | None = None,
    raw: bool = False,
    features: Sequence[str] | None = None,
    ignore: Sequence[str] = (),
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
    cells: bool | Mapping[str, str] = False,
) -> DataSet:
    """Load a data set by its name, or from a folder or a file.

    - ``"mnist"``: 60,000 and 10,000 handwritten digits, X float32 (n, 784) in [0, 1], 220 MB. It is looked
      for in ``data_dir``, the folder named by the variable CHAINRULE_DATA, and the user's cache, and
      otherwise downloaded.
    - ``"digits"``: the 8 × 8 digits bundled with scikit-learn, X float64 (n, 64), their 0 … 16 scaled to
      [0, 1]. The first 1,437 samples are for training, the last 360 for the test, in the source's order.
    - a folder with the IDX files of MNIST or a sibling, such as one of EMNIST's, plain or gzipped: as MNIST.
    - one IDX file of images, with that of its labels beside it.
    - a table: a file of text (``.csv``, ``.tsv``, ``.txt``, ``.data``, also with ``.gz``), ``.parquet``,
      ``.feather`` or ``.xlsx``: see `read_table`.
    - an ``.npz`` file with X and y: see `read_npz`.
    - an ``.npy`` file: see `read_npy`.

    A folder or file that is called like a data set is reached as ``"./mnist"``.

    >>> (X, y), (Xt, yt) = load("digits")
    >>> X.shape, y[:3], Xt.shape, yt[:3]
    ((1437, 64), array([0, 1, 2]), (360, 64), array([2, 3, 4]))

    Parameters
    ----------
    name_or_path : one of the above
    data_dir : for MNIST, where to look first
    target : for a table or an NPY file, the column to predict; None takes the last one; of a table several names, too
    kind : for a table, an NPZ or an NPY file, ``"classification"`` or ``"regression"``; None sees for itself
    raw : except for a table, give the numbers as they are stored, uint8 for images
    features, ignore, delimiter, decimal, encoding, header, cells : for a table, as in `read_table`

    Returns
    -------
    a DataSet. It unpacks as ``(X, y), (Xt, yt)`` if there are test samples; there are none in a table, and
    ``X, y = load(path).train``

    Raises
    ------
    UnknownName : a name that is no data set and no file, or a target or kind that is not there
    InputError : an option that does not go with the data
    FileError : a file that is missing, damaged, or can't be used
    MissingPackage : the digits need scikit-learn, downloading needs pooch, some tables pandas
    """
    check_kind(kind)
    raw = checks.truth(raw, "raw")
    path, name = as_path(name_or_path), os.fsdecode(name_or_path)
    columns: dict[str, Any] = {
        "features": features,
        "ignore": checks.names(ignore, "ignore", "['id']") or None,
    }
    if not isinstance(cells, bool | Mapping):
        raise KindError(
            f"cells = {checks.short(cells)}: it is True, or what columns are by name, such as {{'age': 'number'}}."
        )
    columns |= {"cells": cells or None}
    columns |= {"delimiter": delimiter, "decimal": decimal, "encoding": encoding, "header": header}
    settings = {key: value for key, value in columns.items() if value is not None}
    if data_dir is not None and name != "mnist":
        raise InputError(
            f"data_dir={str(data_dir)!r} goes with 'mnist' alone, not with {name!r}. Leave it out."
        )
    if raw and is_table(path):
        raise InputError(
            f"raw=True does not go with {name!r}: a table's numbers are never scaled. Leave it out."
        )
    if settings and (name in NAMES or not is_table(path)):
        given = next(iter(settings))
        raise InputError(f"{given} goes with tables alone, not with {name!r}. Leave it out.")
    if name == "mnist":
        data = load_mnist(data_dir, raw=raw)
    elif name == "digits":
        data = _load_digits(raw)
    else:
        data = _read(path, name, target, kind, raw, settings)
    if target not in (None, data.target) and not data.targets:
        raise UnknownName("target", target, [data.target], f"{name!r} has no other.")
    if kind not in (None, data.kind):
        raise InputError(f"{name!r} is for {data.kind}, not for {kind}. Leave kind out.")
    return data


def _read(
    path: Path,
    name: str,
    target: str | Sequence[str] | None,
    kind: Kind | None,
    raw: bool,
    settings: dict[str, Any],
) -> DataSet:
    """A folder or a file, by what it is called."""
    if os.path.isdir(path):  # False, too, where a name is longer than any
        return read_idx_folder(path, raw=raw)
    if is_table(path):
        return read_table(path, target, kind=kind, **settings)
    if not isinstance(target, str | None):
        raise InputError(f"several targets go with tables alone, not with {name!r}. Name one.")
    if path.suffix.lower() == ".npz":
        return read_npz(path, kind=kind, raw=raw)
    if path.suffix.lower() == ".npy":
        return read_npy(path, target, kind=kind)
    if is_idx(path):
        return read_idx_pair(path, raw=raw)
    if os.path.exists(path):
        raise FileError(
            f"{path} is of no kind that can be read. It takes a table (.csv, .tsv, .txt, .data, .parquet, .feather, "
            ".xlsx), an .npz, an .npy, an IDX file or a folder of them."
        )
    raise UnknownName("data set, folder or file", name, NAMES, PATH_HINT)


def _load_digits(raw: bool) -> DataSet:
    """scikit-learn's file, read without scikit-learn, whose import takes longer than many a training."""
    package = find_spec("sklearn")
    if package is None or package.origin is None:
        raise MissingPackage("scikit-learn", "The digits data set")
    path = Path(package.origin).with_name("datasets") / "data" / "digits.csv.gz"
    rows = np.loadtxt(path, delimiter=",", dtype=np.int64)
    X, y = rows[:, :-1].astype("uint8") if raw else rows[:, :-1] / 16, rows[:, -1].copy()
    return DataSet(
        (X[:DIGITS_TRAIN], y[:DIGITS_TRAIN]),
        (X[DIGITS_TRAIN:], y[DIGITS_TRAIN:]),
        tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8)),
        tuple(map(str, range(10))),
        "digit",
    )
