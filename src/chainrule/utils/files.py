"""Paths that a user gives, and files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from chainrule.errors import FileError, KindError
from chainrule.utils.checks import short


def as_path(given: Any) -> Path:
    """What a user gave as a path; ~ is the home, also where no shell has put it in.

    Raises
    ------
    KindError : if it is none
    """
    try:
        text = os.fsdecode(given)
        if b"\0" in os.fsencode(text):
            raise TypeError("a path holds no zero byte")
        return Path(os.path.expanduser(text))
    except Exception as error:  # also what a class of somebody's own raises
        raise KindError(
            f"{short(given)} is no path: give a file's name, such as 'model.safetensors'."
        ) from error


def files_in(folder: Path, ending: str) -> list[Path]:
    """The files of a folder whose names end so, by their names; none where there is no such folder.

    Raises
    ------
    FileError : if it can't be read
    """
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise FileError(f"{folder} is no folder that can be read: {error.strerror or error}.") from error
    return [folder / name for name in sorted(names) if name.endswith(ending)]


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
        with suppress(
            FileNotFoundError
        ):  # what else is wrong with the name is told now, not when all is written
            if not stat.S_ISREG(target.stat().st_mode):  # os.replace would take the place of a device
                raise FileError(
                    f"{path} can't be written: it is a folder or a device. Give the name of a file."
                )
        unnamed = _unnamed(target.parent)
        with beside.open("xb") if unnamed is None else os.fdopen(unnamed, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if unnamed is not None:  # with a folder, though the path is whole, Python has the link followed
                os.link(f"/proc/self/fd/{unnamed}", beside, src_dir_fd=unnamed, follow_symlinks=True)
        os.replace(beside, target)
    except FileError:
        raise
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not os.path.exists(target.parent):
            raise FileError(
                f"{path} can't be written: there is no folder {target.parent}. Make it first."
            ) from error
        raise FileError(f"{path} can't be written: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            beside.unlink()


def _unnamed(folder: Path) -> int | None:
    """A new file that has no name yet, so that nothing stays of it in a killed process; None where that can't be."""
    flag = getattr(os, "O_TMPFILE", None)
    if flag is None or not os.path.isdir("/proc/self/fd"):
        return None
    try:
        return os.open(folder, os.O_RDWR | flag, 0o666)
    except (
        OSError
    ):  # a file system without them; what else may be wrong is told where the file gets a name at once
        return None
