"""The moments at which a file was saved."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

PAUSE = 0.3  # seconds between two looks


def saves(path: Path, watch: bool) -> Iterator[None]:
    """Now, and, where it is watched, each time that the file is saved, without end."""
    seen = _state(path)
    yield
    while watch:
        time.sleep(PAUSE)
        state = _state(path)
        if state is not None and state != seen:
            seen = state
            yield


def _state(path: Path) -> tuple[float, int] | None:
    """When a file was changed, and its size; None while it is not there, as for a moment at a save."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime, found.st_size
