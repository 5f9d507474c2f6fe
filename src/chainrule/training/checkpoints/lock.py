"""A folder for one training at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chainrule.errors import FileError, InputError

NAME = ".lock"

_held: set[int] = set()  # the files by which this process has folders for itself


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Have a folder for oneself; the system gives it back when the process ends, however it ends.

    Raises
    ------
    InputError : if another training has it
    FileError : if that can't be told there
    """
    place = folder / NAME
    try:
        file = os.open(place, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise FileError(f"{folder} can't be written to: {error.strerror or error}.") from error
    _held.add(file)
    try:
        _take(file, folder)
        os.truncate(file, 0)
        os.write(file, str(os.getpid()).encode())
        yield
    finally:
        if file in _held:  # in a child it is closed already
            _held.discard(file)
            _give_back(file)
            os.close(file)


def _take(file: int, folder: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows has none; there a second training is not noticed
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        process = os.read(file, 20).decode(errors="replace")
        who = f" (process {process})" if process.isdigit() else ""
        raise InputError(
            f"{folder} is in use by another training{who}: wait until it has ended, or give another folder."
        ) from None
    except OSError as error:
        raise FileError(
            f"{folder} can't be kept for one training: {error.strerror or error}. Give a folder on another disk."
        ) from error


def _give_back(file: int) -> None:
    """Said as such: a child that was just forked, and has not let go yet, has the file open, too."""
    with suppress(ImportError, OSError):
        import fcntl

        fcntl.flock(file, fcntl.LOCK_UN)


def _let_go() -> None:
    """A child that is forked trains nothing there: it must not keep the folder when its parent has ended."""
    for file in _held:
        with suppress(OSError):
            os.close(file)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)
