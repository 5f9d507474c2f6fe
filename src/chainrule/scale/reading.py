"""Chunks as they come, from arrays or files, read and checked where they are kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from chainrule.data import read_table
from chainrule.data.array_names import find_names
from chainrule.data.data_set import Kind
from chainrule.data.numpy_files import arrays_of
from chainrule.data.tables import is_table
from chainrule.errors import FileError, InputError, KindError
from chainrule.model import arguments
from chainrule.model.labels import Labels
from chainrule.model.model import Model
from chainrule.model.samples import check
from chainrule.parts.contract import Array
from chainrule.scale.work import Chunk
from chainrule.training.checkpoints.identity import of_array
from chainrule.utils.chunks import extremes


class Source(NamedTuple):
    """Where a chunk comes from.

    Parameters
    ----------
    name : what messages call it
    X, y, weight : arrays, what Dask has instead of them, or files; y is None where the file of X holds it, too
    target : the column of a table that is y; None: the last one
    """

    name: str
    X: Any
    y: Any = None
    weight: Any = None
    target: str | None = None


class Facts(NamedTuple):
    """What a training has to know of a chunk.

    Parameters
    ----------
    rows : how many
    named : whether its targets name classes
    labels : whether they are labels (n,)
    dtypes : those of X and y
    ends : the least and the largest number of each column of X, and of y where it is rows
    columns : the names and units of a table's, the features', then the target's
    """

    rows: int
    named: bool
    labels: bool
    dtypes: tuple[str, str]
    ends: tuple[Array, Array | None]
    columns: tuple[tuple[str, str], ...]


def read(model: Model, source: Source) -> Chunk:
    """A chunk, checked.

    Raises
    ------
    InputError, KindError, FileError : for samples that can't be trained on; the message says in which chunk
    """
    with _within(source.name):
        X, y, columns = _arrays(model, source)
        X, targets, _ = check(model, X, y)
        weight = source.weight
        if weight is not None:
            weight = arguments.weights(weight, len(X))
        y = targets.codes if isinstance(targets, Labels) else np.asarray(targets)
        return Chunk(X, y, weight, columns)


def facts(model: Model, chunk: Chunk) -> Facts:
    """What a training has to know of a chunk."""
    labels = chunk.y.ndim == 1
    named = labels or (model.answers.of_classes and model.answers.named_by(chunk.y))
    ends = None if labels else np.stack(extremes(chunk.y))
    dtypes = chunk.X.dtype.str, chunk.y.dtype.str
    return Facts(len(chunk.X), named, labels, dtypes, (np.stack(extremes(chunk.X)), ends), chunk.columns)


def digest(field: str, chunk: Chunk) -> str:
    """X, y or the weights of a chunk in a few words, by which they are known again."""
    array = getattr(chunk, field)
    return "none" if array is None else of_array(array)


@contextmanager
def _within(name: str) -> Iterator[None]:
    """Have errors say where they are."""
    try:
        yield
    except (InputError, KindError) as error:
        kind = KindError if isinstance(error, KindError) else InputError
        raise kind(f"{name}: {error}") from None


def _arrays(model: Model, source: Source) -> tuple[Any, Any, tuple[tuple[str, str], ...]]:
    if not is_path(source.X):
        return source.X, source.y, ()
    path = Path(os.fspath(source.X))
    if is_table(path):
        return _of_table(model, path, source.target)
    if path.suffix.lower() == ".npz":
        return *_of_archive(path), ()
    X = _of_npy(path)
    return X.reshape(len(X), -1) if X.ndim > 2 else X, _of_npy(Path(os.fspath(source.y))), ()


def _of_table(model: Model, path: Path, target: str | None) -> tuple[Any, Any, tuple[tuple[str, str], ...]]:
    """Its features by the network's names, if it has some, and its classes by theirs."""
    kind: Kind = "regression" if model.classes is None else "classification"
    data = read_table(path, target, kind=kind, features=model.features)
    if model.classes is not None and data.classes is not None:
        numbers = [str(code) for code in range(len(model.classes))]
        coded = set(data.classes) <= set(numbers) and not set(model.classes) & set(numbers)
        data = data.matching(data.features, numbers if coded else model.classes)
    assert data.report is not None  # which every table has
    units = {column.name: column.unit for column in data.report.columns}
    return *data.train, tuple((name, units[name]) for name in (*data.features, data.target))


def is_path(given: Any) -> bool:
    """Whether something is a path."""
    return isinstance(given, str | os.PathLike)


def held(given: Any) -> list[Any]:
    """The futures of what a cluster holds already of a collection of Dask's."""
    distributed = sys.modules.get("distributed")
    return distributed.futures_of(given) if distributed is not None else []


def _of_npy(path: Path) -> Array:
    with arrays_of(path, what="an NPY file of plain numbers", remedy="Write it with np.save.") as array:
        if not isinstance(array, np.ndarray):
            raise FileError(f"{path} holds several arrays. Give it a name that ends in .npz.")
        return array


def _of_archive(path: Path) -> tuple[Array, Array]:
    remedy = "Write it with np.savez, from arrays of numbers."
    with arrays_of(path, what="an NPZ file of plain arrays", remedy=remedy) as arrays:
        if isinstance(arrays, np.ndarray):
            raise FileError(f"{path} holds one bare array. Save X and y together with np.savez.")
        found = find_names(path, {name: arrays[name].shape for name in arrays.names})
        for name in ("X", "y"):
            if name not in found:
                raise FileError(
                    f"{path} holds {', '.join(arrays.names) or 'nothing'}, and lacks {name}. Save both: "
                    "np.savez(…, X=X, y=y)."
                )
        X = arrays[found["X"]]
        return X.reshape(len(X), -1) if X.ndim > 2 else X, arrays[found["y"]]
