"""load: a data set by its name or its path."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from chainrule.data.data_set import DataSet, Kind, check_kind
from chainrule.data.idx import read_idx_folder
from chainrule.data.mnist import load_mnist
from chainrule.data.npz import read_npz
from chainrule.data.tables import read_csv
from chainrule.errors import FileError, InputError, MissingPackage, UnknownName
from chainrule.utils import checks

NAMES = ("mnist", "digits")
TABLES = (".csv", ".tsv")
PATH_HINT = "Or give the path of a .csv, a .tsv, an .npz or a folder of IDX files."
DIGITS_TRAIN = 1437  # the others are for the test


def load(
    name_or_path: str | os.PathLike[str],
    *,
    data_dir: str | os.PathLike[str] | None = None,
    target: str | None = None,
    kind: Kind | None = None,
    raw: bool = False,
    ignore: Sequence[str] = (),
) -> DataSet:
    """Load a data set by its name, or from a folder or a file.

    - ``"mnist"``: 60,000 and 10,000 handwritten digits, X float32 (n, 784) in [0, 1], 220 MB. It is looked
      for in ``data_dir``, the folder named by the variable CHAINRULE_DATA, and the user's cache, and
      otherwise downloaded.
    - ``"digits"``: the 8 × 8 digits bundled with scikit-learn, X float64 (n, 64), their 0 … 16 scaled to
      [0, 1]. The first 1,437 samples are for training, the last 360 for the test, in the source's order.
    - a folder with the four IDX files of MNIST or a sibling, plain or gzipped: as MNIST.
    - a ``.csv`` or ``.tsv`` file with a header: see `read_csv`.
    - an ``.npz`` file with X and y: see `read_npz`.

    A folder or file that is called like a data set is reached as ``"./mnist"``.

    >>> (X, y), (Xt, yt) = load("digits")
    >>> X.shape, y[:3], Xt.shape, yt[:3]
    ((1437, 64), array([0, 1, 2]), (360, 64), array([2, 3, 4]))

    Parameters
    ----------
    name_or_path : one of the above
    data_dir : for MNIST, where to look first
    target : for a table, the column to predict; None takes the last one
    kind : for a table or an NPZ file, ``"classification"`` or ``"regression"``; None sees for itself
    raw : except for a table, give the numbers as they are stored, uint8 for images
    ignore : for a table, columns that are left out where they are there

    Returns
    -------
    a DataSet. It unpacks as ``(X, y), (Xt, yt)`` if there are test samples; there are none in a CSV file, and
    ``X, y = load(path).train``

    Raises
    ------
    UnknownName : a name that is no data set and no file, or a target or kind that is not there
    InputError : an option that does not go with the data
    FileError : a file that is missing, damaged, or can't be used
    MissingPackage : the digits need scikit-learn, and downloading needs pooch
    """
    check_kind(kind)
    raw = checks.truth(raw, "raw")
    name, path = str(name_or_path), Path(name_or_path).expanduser()
    if data_dir is not None and name != "mnist":
        raise InputError(
            f"data_dir={str(data_dir)!r} goes with 'mnist' alone, not with {name!r}. Leave it out."
        )
    if raw and _is_table(path):
        raise InputError(
            f"raw=True does not go with {name!r}: a table's numbers are never scaled. Leave it out."
        )
    if name == "mnist":
        data = load_mnist(data_dir, raw=raw)
    elif name == "digits":
        data = _load_digits(raw)
    else:
        data = _read(path, name, target, kind, raw, ignore)
    if target not in (None, data.target):
        raise UnknownName("target", target, [data.target], f"{name!r} has no other.")
    if kind not in (None, data.kind):
        raise InputError(f"{name!r} is for {data.kind}, not for {kind}. Leave kind out.")
    return data


def _is_table(path: Path) -> bool:
    return path.suffix.lower() in TABLES


def _read(
    path: Path, name: str, target: str | None, kind: Kind | None, raw: bool, ignore: Sequence[str]
) -> DataSet:
    """A folder or a file, by what it is called."""
    if path.is_dir():
        return read_idx_folder(path, raw=raw)
    if _is_table(path):
        return read_csv(path, target, kind=kind, ignore=ignore)
    if path.suffix.lower() == ".npz":
        return read_npz(path, kind=kind, raw=raw)
    if path.exists():
        raise FileError(
            f"{path} is of no kind that can be read. It takes a .csv, a .tsv, an .npz or a folder of IDX "
            "files."
        )
    raise UnknownName("data set, folder or file", name, NAMES, PATH_HINT)


def _load_digits(raw: bool) -> DataSet:
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise MissingPackage("scikit-learn", "The digits data set") from None
    digits = load_digits()
    X = digits.data.astype("uint8") if raw else digits.data / 16
    y = digits.target.astype("int64")
    return DataSet(
        (X[:DIGITS_TRAIN], y[:DIGITS_TRAIN]),
        (X[DIGITS_TRAIN:], y[DIGITS_TRAIN:]),
        tuple(digits.feature_names),
        tuple(map(str, digits.target_names)),
        "digit",
    )
