"""Paths that a user gives, and files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from chainrule.errors import FileError, KindError

LONGEST = 255  # bytes of a name


def as_path(given: Any) -> Path:
    """What a user gave as a path.

    Raises
    ------
    KindError : if it is none
    """
    try:
        text = os.fsdecode(given)
        if "\0" in text:
            raise TypeError("a path holds no zero byte")
        if len(os.fsencode(os.path.basename(text))) > LONGEST:
            raise ValueError("no file system has names as long")
        return Path(text)
    except (TypeError, ValueError) as error:
        raise KindError(f"{given!r} is no path: give a file's name, such as 'model.safetensors'.") from error


@contextmanager
def replacing(given: Any, follow: bool = True) -> Iterator[BinaryIO]:
    """Write a file beside its place and rename it at the end, so that none is ever left half written.

    >>> with replacing("page.html") as file:  # doctest: +SKIP
    ...     file.write(b"<p>all of it, or nothing</p>")

    Parameters
    ----------
    given : the path of the file; one that is there is replaced
    follow : whether a link goes on pointing where it did, to the file that is written; else the file replaces it

    Raises
    ------
    KindError : if that is no path
    FileError : if it can't be written there; a file that was there is as it was
    """
    import uuid

    path = as_path(given)
    target = Path(os.path.realpath(path)) if follow else path.absolute()
    beside = target.parent / f".{uuid.uuid4().hex}.tmp"
    try:
        if target.exists() and not target.is_file():  # os.replace would take the place of a device
            raise FileError(f"{path} can't be written: it is a folder or a device. Give the name of a file.")
        with beside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
    except FileError:
        raise
    except OSError as error:
        if not target.parent.exists():
            raise FileError(
                f"{path} can't be written: there is no folder {target.parent}. Make it first."
            ) from error
        raise FileError(f"{path} can't be written: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            beside.unlink()
