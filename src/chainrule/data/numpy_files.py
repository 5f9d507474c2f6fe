"""NPY and NPZ files of strangers: nothing is unpickled, and whatever NumPy raises on them is one error."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.packed import check_archive
from chainrule.errors import ChainruleError, FileError

PICKLED = "it holds Python objects, which are not read: reading them can run code"


@contextmanager
def arrays_of(path: Path, *, what: str, remedy: str) -> Iterator[Any]:
    """What NumPy finds in a file: an array, or an archive that gives those it is asked for.

    Parameters
    ----------
    path : the file
    what : what it should be, with its article, such as "an NPZ file of plain arrays"
    remedy : how to write one, as an order

    Raises
    ------
    FileError : no such file, one that is damaged, or an archive that unpacks out of all proportion
    """
    check_archive(path, "save it with np.savez, which packs nothing")
    try:
        # Opened here, since NumPy leaves open what it can't read; it warns of headers that Python 2 wrote.
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = np.load(file, allow_pickle=False)
            if isinstance(found, np.ndarray):
                yield _with_sound_text(found)
                return
            with found:
                yield Archive(found)
    except ChainruleError:
        raise
    except OSError as error:
        if error.strerror is not None:
            raise FileError(f"{path} can't be read: {error.strerror}.") from error
        raise _damaged(path, what, remedy, error) from error
    except (
        Exception
    ) as error:  # NumPy, zipfile and its unpackers raise what they like on bytes that are none of theirs
        raise _damaged(path, what, remedy, error) from error


class Archive:
    """The arrays of an NPZ file by name, each read when it is asked for."""

    def __init__(self, file: Any) -> None:
        self.names: list[str] = file.files
        self._file = file

    def __getitem__(self, name: str) -> NDArray[Any]:
        array = self._file[name]
        if not isinstance(array, np.ndarray):
            raise ValueError(f"{name} is no array")
        return _with_sound_text(array)


def _with_sound_text(array: NDArray[Any]) -> NDArray[Any]:
    """The array; a ValueError where it has text of signs that Unicode lacks, on which Python breaks later."""
    for name in array.dtype.names or ():
        _with_sound_text(array[name])
    if array.dtype.kind == "U" and array.size and array.dtype.itemsize:
        signs = (
            np.ascontiguousarray(array).reshape(-1).view(np.dtype("u4").newbyteorder(array.dtype.byteorder))
        )
        if signs.max() > sys.maxunicode:
            raise ValueError("its text has signs that Unicode lacks")
    return array


def _damaged(path: Path, what: str, remedy: str, error: Exception) -> FileError:
    reason = str(error).partition("\n")[0] or type(error).__name__
    if "pickle" in reason:
        reason = PICKLED
    return FileError(f"{path} is not {what}, or is damaged ({reason[:200]}). {remedy}")
