"""Ctrl-C and SIGTERM end a command with one line, whatever it is at; a training stops between two steps and saves."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from signal import SIG_IGN, SIGINT, SIGTERM, getsignal, signal
from typing import Any

NAMES = {SIGINT: "Ctrl-C", SIGTERM: "SIGTERM"}

came: list[int] = []
"""The signals that broke into this command. Python code that is broken into may raise anything, or swallow it all."""


def listen() -> None:
    """Take both signals alike; one that is ignored, as after nohup, stays so."""
    sys.unraisablehook = _unless_ending(sys.unraisablehook)
    for number in NAMES:
        if getsignal(number) is not SIG_IGN:
            signal(number, _end)


def _end(number: int, frame: Any) -> None:
    came.append(number)
    if len(came) > 1:  # asked again: whatever it is that takes so long
        os._exit(exit_code())
    raise KeyboardInterrupt


def exit_code() -> int:
    """What a process ends with that a signal has ended."""
    return 128 + (came[0] if came else SIGINT)


def said() -> str:
    """What is told of it."""
    return f"stopped by {NAMES[came[0]] if came else 'Ctrl-C'}."  # type: ignore[index]


def leave(code: int) -> None:
    """End the process: after a signal at once, since threads and libraries that were broken into may not end well."""
    if came:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # nobody reads it any more
                stream.flush()
        os._exit(code)
    for number in NAMES:  # all is done: while Python clears up, a signal would only take the exit code away
        signal(number, SIG_IGN)
    sys.exit(code)


def _unless_ending(hook: Any) -> Any:
    """What can't be raised is told by Python, but for the rest of what a signal has broken into."""

    def told(about: Any) -> None:
        if not came:
            hook(about)

    return told
