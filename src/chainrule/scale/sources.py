"""What a user gives as X and y, turned into the sources of chunks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from chainrule.data.tables import is_table
from chainrule.errors import InputError, KindError
from chainrule.scale.reading import Source, held, is_path
from chainrule.utils import checks
from chainrule.utils.counts import counted

READ = (".npy", ".npz")


def sources(X: Any, y: Any, weight: Any, inputs: int) -> list[Source]:
    """The chunks of X, and what of y and the weights goes with each.

    Raises
    ------
    KindError, InputError : for what can't be cut into chunks, or whose chunks are others than those of X
    """
    if _is_dask(X):
        return _of_arrays(X, y, weight, inputs)
    if isinstance(X, list | tuple) and X and all(map(is_path, X)):
        return _of_files(X, y, weight)
    raise KindError(
        f"X is {_kind(X)}: with client give a Dask array, such as dask.array.from_array(X, chunks=(100_000, -1)), or a "
        "list of files, .npy, .npz or tables. Its chunks decide the order of the sums."
    )


def _is_dask(given: Any) -> bool:
    return hasattr(given, "dask") and hasattr(given, "chunks") and hasattr(given, "to_delayed")


def _kind(given: Any) -> str:
    if isinstance(given, np.ndarray):
        return "an array in this process"
    if isinstance(given, list | tuple):
        return f"a {type(given).__name__} of {len(given)}" + ("" if given else ", which is empty")
    return f"a {type(given).__module__.partition('.')[0]} {type(given).__name__}"


# --- Dask arrays ---------------------------------------------------------------------------------------------


def _of_arrays(X: Any, y: Any, weight: Any, inputs: int) -> list[Source]:
    if X.ndim != 2 or X.shape[1] != inputs:
        raise InputError(
            f"X has the shape {X.shape}: it must be (samples, {inputs}), one column for each input of the network."
        )
    rows = _rows(X, "X")
    X = X.rechunk({1: -1})
    y = _aligned(y, "y", rows)
    weight = None if weight is None else _aligned(weight, "sample_weight", rows)
    parts = [_blocks(X), _blocks(y), [None] * len(rows) if weight is None else _blocks(weight)]
    found: list[Source] = []
    begin = 0
    for number, count in enumerate(rows):
        if count:
            name = f"chunk {len(found) + 1} (rows {begin:,} to {begin + count - 1:,})"
            found.append(Source(name, *(each[number] for each in parts)))
        begin += count
    if not found:
        raise InputError(f"X has no samples: its shape is {X.shape}; give at least one row.")
    return found


def _rows(array: Any, what: str) -> tuple[int, ...]:
    """The rows of each chunk."""
    rows = array.chunks[0]
    if any(np.isnan(count) for count in rows):
        raise InputError(
            f"{what} has chunks of unknown sizes (nan), and a step is made of known rows: write {what} = "
            f"{what}.compute_chunk_sizes(), or X.to_dask_array(lengths=True) of a table."
        )
    return tuple(map(int, rows))


def _aligned(given: Any, what: str, rows: tuple[int, ...]) -> Any:
    """A Dask array with the rows of X's chunks; an array of this process is cut as X is."""
    if not _is_dask(given):
        from_array: Any = import_module("dask.array").from_array

        array = checks.array(given, what)
        if array.ndim not in (1, 2) or len(array) != sum(rows):
            raise InputError(
                f"{what} has the shape {array.shape}, and X has {sum(rows)} rows: give as many, as ({sum(rows)},)"
                + (f" or ({sum(rows)}, outputs)." if what == "y" else ".")
            )
        return from_array(array, chunks=(rows, *array.shape[1:]))
    own = _rows(given, what)
    if own != rows:
        raise InputError(
            f"the chunks of {what} are others than those of X: {what} has {_told(own)}, X has {_told(rows)}. Write "
            f"{what} = {what}.rechunk({{0: X.chunks[0]}})."
        )
    return given.rechunk({1: -1}) if given.ndim == 2 else given


def _told(rows: Sequence[int]) -> str:
    shown = ", ".join(f"{count:,}" for count in rows[:4])
    return f"{counted(len(rows), 'chunk')} of {shown}{', …' if len(rows) > 4 else ''} rows"


def _blocks(array: Any) -> list[Any]:
    # An optimized graph loses what a cluster holds.
    return list(array.to_delayed(optimize_graph=not held(array)).ravel())


# --- files ---------------------------------------------------------------------------------------------------


def _of_files(X: Sequence[Any], y: Any, weight: Any) -> list[Source]:
    if weight is not None:
        raise InputError("sample_weight goes with Dask arrays alone, not with files: leave it out.")
    paths = [os.fspath(path) for path in X]
    of_npy = {_suffix(path) == ".npy" for path in paths}
    if len(of_npy) > 1:
        raise InputError(
            "X mixes .npy files, whose y stands in files of its own, with others: give files of one kind."
        )
    if of_npy == {True}:
        if not isinstance(y, list | tuple) or len(y) != len(paths) or not all(map(is_path, y)):
            raise InputError(
                f"X is {len(paths)} .npy files, which hold X alone: give y as a list of as many, in the same order."
            )
        return [Source(path, path, os.fspath(of)) for path, of in zip(paths, y, strict=True)]
    if y is not None and not (isinstance(y, str) and all(map(is_table, paths))):
        raise InputError(
            "the files of X hold y, too: give y=None or, of tables, the name of the column, such as y='price'."
        )
    return [Source(path, path, target=y) for path in paths]


def _suffix(path: str) -> str:
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in READ and not is_table(path):
        raise InputError(
            f"{path} is of no kind that chunks are read from: give .npy, .npz, or tables such as .csv."
        )
    return suffix
