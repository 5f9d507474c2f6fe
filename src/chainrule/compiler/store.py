"""Compiled code on disk, between processes: what was not used for longest makes room for what is new."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from chainrule.errors import InputError
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


def read(name: str) -> bytes | None:
    """What was written by that name; None if there is nothing, or it is damaged."""
    place = folder()
    if place is None:
        return None
    path = place / f"{name}{ENDING}"
    try:
        file = path.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(file[CHECKSUM:]).digest() != file[:CHECKSUM]:
        return None
    with contextlib.suppress(OSError):  # a folder that can't be written can be read
        os.utime(path)
    return file[CHECKSUM:]


def write(name: str, content: bytes) -> None:
    """Write a file, whole or not at all; a folder that can't be written costs the next process its time, no more."""
    place, allowed = folder(), most()
    if place is None or len(content) > allowed:
        return
    with contextlib.suppress(OSError):
        place.mkdir(parents=True, exist_ok=True)
        with replacing(place / f"{name}{ENDING}") as file:
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
