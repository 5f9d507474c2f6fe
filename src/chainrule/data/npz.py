"""NumPy's NPZ files: samples and their labels, by any of the names that people give them."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.array_names import find_names
from chainrule.data.arrays import RawSamples, assemble, inputs
from chainrule.data.data_set import DataSet, Kind, check_kind
from chainrule.data.numpy_files import arrays_of
from chainrule.errors import FileError
from chainrule.utils import checks
from chainrule.utils.files import as_path


def read_npz(path: str | os.PathLike[str], *, kind: Kind | None = None, raw: bool = False) -> DataSet:
    """Read X and y, and X_test and y_test if they are there, from a file that ``np.savez`` wrote.

    ``X_train`` and ``y_train`` do as well, in small or capital letters, but not beside X and y. Without them X is
    what is called images, data, features, inputs or samples, and y what is called labels, target or targets;
    ``train_images`` and ``test_labels`` are understood, too. Two arrays without names, arr_0 and arr_1, are X and y,
    and of four their shapes must tell. Other arrays are passed over.
    Nothing is unpickled: a file from a stranger is data, never code.

    Whether y is classes or numbers is decided as in `read_csv`.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "some.npz")
    ...     np.savez(path, X=np.eye(3), y=np.array(["b", "a", "b"]))
    ...     data = read_npz(path)
    >>> data, data.features, data.classes, data.train[1]
    (<DataSet: 3 samples, 3 features, 2 classes of 'y'>, ('x0', 'x1', 'x2'), ('a', 'b'), array([1, 0, 1]))

    Parameters
    ----------
    path : the file. X has a row for each sample, of any shape; y has shape (n,) or (n, 1), or (n, k) with rows of a
        single 1 for one of k classes, or of k numbers
    kind : ``"classification"`` or ``"regression"``; None sees for itself
    raw : leave X's numbers as they are. Otherwise images of bytes, uint8 (n, height, width, …), become
        float32 in [0, 1], float32 and float64 stay, and other numbers become float64

    Returns
    -------
    a DataSet, X flattened to shape (n, features)

    Raises
    ------
    UnknownName : a kind that is neither of the two
    FileError : no such file, a damaged one, arrays that are missing, hold something else than finite numbers
        (or text, for y), or don't fit each other
    """
    check_kind(kind)
    raw = checks.truth(raw, "raw")
    path = as_path(path)
    names, there, arrays = _read_arrays(path)
    pairs = [("X", "y")]
    if "X_test" in names or "y_test" in names:
        pairs.append(("X_test", "y_test"))
    lacking = [name for pair in pairs for name in pair if name not in names]
    if lacking:
        raise FileError(
            f"{path} holds {', '.join(there) or 'nothing'}, and lacks {', '.join(lacking)}. It takes X "
            "and y (or X_train and y_train) and, for test samples, X_test and y_test."
        )

    def named(key: str) -> tuple[str, NDArray[Any]]:
        return f"{names[key]} in {path}", arrays[names[key]]

    return assemble([RawSamples(*named(x), *named(y)) for x, y in pairs], target="y", kind=kind, raw=raw)


def read_npz_inputs(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read samples to predict from an NPZ file: X_test, else X, by any of the names that `read_npz` knows.

    Parameters
    ----------
    path : the file; it may hold labels, which are passed over

    Returns
    -------
    X flattened to shape (n, features), scaled as by `read_npz`

    Raises
    ------
    FileError : no such file, a damaged one, no such array, or one that holds something else than finite numbers
    """
    path = as_path(path)
    names, there, arrays = _read_arrays(path, labels=False)
    for key in ("X_test", "X"):
        if key in names:
            return inputs(f"{names[key]} in {path}", arrays[names[key]])
    raise FileError(f"{path} holds {', '.join(there) or 'nothing'}, and lacks X, the samples to predict.")


def _read_arrays(
    path: Path, labels: bool = True
) -> tuple[dict[str, str], list[str], dict[str, NDArray[Any]]]:
    """What arrays are called that mean X, y and the like; all that are there; and those that mean something."""
    remedy = "Write it with np.savez, from arrays of numbers or text."
    with arrays_of(path, what="an NPZ file of plain arrays", remedy=remedy) as arrays:
        if isinstance(arrays, np.ndarray):
            raise FileError(f"{path} holds one bare array. Save X and y together with np.savez.")
        twice = [name for name, count in Counter(arrays.names).items() if count > 1]
        if twice:
            raise FileError(f"{path} holds {twice[0]} twice: leave one of them out.")
        bare = all(name.startswith("arr_") for name in arrays.names)  # then their shapes tell
        shapes = {name: arrays[name].shape if bare else () for name in arrays.names}
        names = find_names(path, shapes, labels=labels)
        wanted = [name for key, name in names.items() if labels or key.startswith("X")]
        return names, arrays.names, {name: arrays[name] for name in wanted}
