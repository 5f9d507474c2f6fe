"""One request as it came, one answer as it goes: also to what can't be read, and where chainrule itself fails."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from chainrule.page.framing import FrameError, pack, unpack

DEBUG = "CHAINRULE_DEBUG"  # set to anything, this variable shows the traceback above the line


class Session(Protocol):
    """What answers requests: a network, and all that a page asks of it."""

    def handle(self, message: dict[str, Any], buffers: list[bytes]) -> tuple[dict[str, Any], list[Any]]:
        """The answer to one request; one that can't be met is answered with what is wrong."""
        ...


Report = Callable[[str], None]


def answer(session: Session, frame: bytes, report: Report) -> bytes:
    """The frame that answers a frame. Nothing is raised: what no one foresaw is reported, in one line."""
    try:
        message, buffers = unpack(frame)
    except FrameError as error:
        return _error(None, f"That could not be read: {error}")
    request = message.get("id")
    try:
        return pack(*session.handle(message, buffers))
    except MemoryError:
        return _error(request, "There is not enough memory for this: take fewer samples or smaller layers.")
    except Exception as error:
        report(_line(error, message.get("do")))
        return _error(
            request,
            "This is a bug in chainrule, not in what you did "
            f"({type(error).__name__}). The terminal that runs chainrule play says more; the page can be used on.",
        )


def _error(request: Any, text: str) -> bytes:
    known = request if isinstance(request, int | float) else None
    return pack({"id": known, "error": {"text": text, "field": None}}, [])


def _line(error: Exception, asked: Any) -> str:
    """What failed and where, in one line."""
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    what = " ".join(f"{type(error).__name__}: {error}".rstrip(": ").split())
    return (
        f"a bug in chainrule, where the page asked for {str(asked)[:20]!r} ({what[:300]}{place}). Please report it, "
        f"with what is printed when the variable {DEBUG}=1 is set. The page can be used on."
    )
