"""What a program may do while it is recorded: time and memory are bounded, and what it writes is thrown away.

This keeps accidents small. It is no sandbox: somebody who means harm gets around it.
"""

from __future__ import annotations

import builtins
import io
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

MEMORY = 4 << 30  # bytes of address space
LARGEST_FILE = 1 << 30
PROCESSES = (
    "os.fork",
    "os.forkpty",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "subprocess.Popen",
)
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.bind")
AT_FOLDER = ("os.remove", "os.rmdir")  # may be told an open folder, in which what they take away has its name
OF_TWO = ("os.rename", "os.link", "os.symlink", "shutil.move")
CHANGES = (
    *AT_FOLDER,
    *OF_TWO,
    "os.chmod",
    "os.chown",
    "os.truncate",
    "shutil.rmtree",
    "os.kill",
    "os.killpg",
)


class Refused(PermissionError):
    """What a program may not do here."""


class Asked(EOFError):
    """A program waits for what somebody types."""


def limit(seconds: float) -> None:
    """Bound this process, where the system can: memory, time of the processor, the size of a file; no core dumps."""
    if sys.platform == "win32":
        return
    import resource

    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, int(seconds) + 3),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def fence(folder: Path, allowed: Path) -> None:
    """From here on, what is written goes into a folder; processes, the network, and changes to files are refused.

    Parameters
    ----------
    folder : where what is written goes
    allowed : around it; there files may be changed
    """
    inside, around = str(folder.resolve()), str(allowed.resolve())
    opened, one_made = builtins.open, os.mkdir

    def put_aside(path: Any) -> str:
        whole = os.path.abspath(os.fsdecode(path))
        if _in(whole, inside):
            return whole
        return os.path.join(inside, os.path.relpath(whole, "/").replace("..", "_"))

    def make(path: str) -> None:
        if not os.path.isdir(path):
            make(os.path.dirname(path))
            one_made(path)

    def open_aside(file: Any, mode: str = "r", *args: Any, **named: Any) -> Any:
        if isinstance(file, int):
            return opened(file, mode, *args, **named)
        aside = put_aside(file)
        if set(mode) & set("wax+"):
            make(os.path.dirname(aside))
            if "w" not in mode and "x" not in mode and not os.path.exists(aside) and os.path.exists(file):
                _copy(opened, file, aside)  # what is added to, or changed in place
            return opened(aside, mode, *args, **named)
        return opened(aside if os.path.exists(aside) else file, mode, *args, **named)

    def make_aside(path: Any, *_: Any, **__: Any) -> None:
        if not os.path.isdir(path):
            make(put_aside(path))

    make(inside)
    tempfile.tempdir = inside
    for name in ("mkdir", "makedirs"):
        setattr(os, name, make_aside)
    builtins.open = io.open = open_aside
    builtins.input = _asked
    sys.addaudithook(lambda event, args: _watch(event, args, around))


def _copy(opened: Callable[..., Any], file: Any, to: str) -> None:
    with opened(file, "rb") as before, opened(to, "wb") as after:
        after.write(before.read())


def _asked(*_: Any) -> Any:
    raise Asked("it asks for input")


def _watch(event: str, args: tuple[Any, ...], inside: str) -> None:
    if event in PROCESSES:
        raise Refused("it starts another process")
    if event in NETWORK:
        raise Refused("it wants to reach the network")
    if event in CHANGES and not all(_within(path, inside) for path in _changed(event, args)):
        raise Refused("it removes, renames or changes files")
    if (
        event == "open"
        and isinstance(args[0], str | bytes)
        and _writes(args)
        and not _within(args[0], inside)
    ):
        raise Refused(f"it writes the file {os.fsdecode(args[0])} in a way that can't be put aside")


def _writes(args: tuple[Any, ...]) -> bool:
    flags = args[2] if len(args) > 2 and isinstance(args[2], int) else 0
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND))


def _changed(event: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The paths that an event would change."""
    if event in AT_FOLDER and args[1] != -1:
        return (os.path.join(os.readlink(f"/proc/self/fd/{args[1]}"), os.fsdecode(args[0])),)
    return args[:2] if event in OF_TWO else args[:1]


def _within(path: Any, inside: str) -> bool:
    if not isinstance(path, str | bytes | os.PathLike):
        return False
    found = os.path.abspath(os.fsdecode(path))
    return found == os.devnull or _in(found, inside)


def _in(path: str, folder: str) -> bool:
    return Path(path).is_relative_to(folder)
