"""Compiled code on disk, between processes: what was not used for longest makes room for what is new."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from chainrule.errors import FileError, InputError
from chainrule.utils.files import replacing

ENDING = ".code"
MOST = 256  # MB, unless CHAINRULE_CACHE_MB says otherwise
CHECKSUM = 32  # bytes


def folder() -> Path | None:
    """Where compiled code is kept: ``CHAINRULE_CACHE``, or the user's own cache; None for a user without a home."""
    try:
        return Path(os.environ.get("CHAINRULE_CACHE") or _users_own()).expanduser()
    except RuntimeError:
        return None


def _users_own() -> str:
    if sys.platform == "linux":  # as platformdirs has it, whose import takes as long as a short training
        given = os.environ.get("XDG_CACHE_HOME", "")
        return os.path.join(given if os.path.isabs(given) else "~/.cache", "chainrule")
    import platformdirs

    return platformdirs.user_cache_dir("chainrule")


def most() -> int:
    """How many bytes are kept at most.

    Raises
    ------
    InputError : for a ``CHAINRULE_CACHE_MB`` that is no whole number of at least 0
    """
    given = os.environ.get("CHAINRULE_CACHE_MB") or str(MOST)
    if not (given.isascii() and given.isdigit()):
        raise InputError(
            f"CHAINRULE_CACHE_MB = {given!r} is no size: give the megabytes that compiled code may take on disk, a "
            f"whole number of at least 0; it is {MOST} unless set."
        )
    return int(given) * 10**6


def trusted(place: Path) -> bool:
    """Whether nobody else may have put something into the folder: what lies there is run.

    On systems that know owners, it is the user's own, and no others may write to it.
    """
    try:
        return _own(os.stat(place))
    except OSError:
        return True  # there is none yet: it will be made for the user alone


def _own(about: os.stat_result) -> bool:
    """Whether a file or folder is the user's own, and nobody else's to change."""
    return not hasattr(os, "geteuid") or (about.st_uid == os.geteuid() and not about.st_mode & 0o022)


def read(name: str) -> bytes | None:
    """What was written by that name; None if there is nothing, if it is damaged, or if others may have written it."""
    place = folder()
    if place is None or not trusted(place):
        return None
    path = place / f"{name}{ENDING}"
    try:
        with open(path, "rb", opener=_plain) as opened:
            about = os.fstat(opened.fileno())
            if not stat.S_ISREG(about.st_mode) or not _own(about):
                return None
            file = opened.read()
    except OSError:
        return None
    if hashlib.sha256(file[CHECKSUM:]).digest() != file[:CHECKSUM]:
        return None
    with contextlib.suppress(OSError):  # a folder that can't be written can be read
        os.utime(path)
    return file[CHECKSUM:]


def _plain(path: str, flags: int) -> int:
    """Open a file, no link to one, and wait for nothing: a pipe in its place has perhaps no writer."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def write(name: str, content: bytes) -> None:
    """Write a file, whole or not at all; a folder that can't be written costs the next process its time, no more."""
    place, allowed = folder(), most()
    if place is None or len(content) > allowed:
        return
    with contextlib.suppress(OSError, FileError):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not trusted(place):
            return
        with replacing(place / f"{name}{ENDING}", follow=False) as file:
            file.write(hashlib.sha256(content).digest() + content)
        trim(allowed)


def trim(allowed: int) -> int:
    """Delete the files that were not used for longest, until the others fit; gives how many were deleted."""
    held, deleted = 0, 0
    for size, path in newest_first():
        held += size
        if held > allowed:
            with contextlib.suppress(OSError):  # another process may have been quicker
                path.unlink()
                deleted += 1
    return deleted


def newest_first() -> Iterator[tuple[int, Path]]:
    """The files and their sizes, those that were used last first."""
    place = folder()
    found = []
    for path in place.glob(f"*{ENDING}") if place else ():
        with contextlib.suppress(OSError):
            about = path.stat()
            found.append((about.st_mtime_ns, about.st_size, path))
    for _, size, path in sorted(found, reverse=True):
        yield size, path
