"""The notebook that runs this, if one does: its displays, and what a cell has shown already."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_shown: tuple[Any, weakref.ref[Any]] | None = None  # the cell and what was shown last in it
_display: tuple[Any, str] | None = None  # the cell and its display that is written over
_begun: tuple[Any, int] = None, 0  # the cell and how many trainings began in it
_title: ContextVar[str] = ContextVar("title", default="")


def shell() -> Any:
    """The shell of a notebook's kernel; None outside of one, and where IPython runs in a terminal."""
    ipython = sys.modules.get("IPython")
    found = None if ipython is None else ipython.get_ipython()
    return found if getattr(found, "kernel", None) is not None else None


def cell() -> Any:
    """What tells the cell that runs from others; None outside of a notebook."""
    found = shell()
    return None if found is None else found.execution_count


def show_over(html: str, text: str) -> None:
    """Show this in the place of what was shown so in the same cell: a cell has one such output, however many come."""
    global _display
    publish, here = shell().display_pub.publish, cell()
    again = _display is not None and _display[0] == here
    name = _display[1] if _display is not None and again else f"chainrule-{here}"
    _display = here, name
    publish(
        data={"text/html": html, "text/plain": text},
        metadata={},
        transient={"display_id": name},
        update=again,
    )


def shows_over() -> bool:
    """Whether the running cell has an output that is written over."""
    return _display is not None and _display[0] == cell()


@contextmanager
def titled(title: str) -> Iterator[None]:
    """Name the trainings that are shown meanwhile."""
    token = _title.set(title)
    try:
        yield
    finally:
        _title.reset(token)


def title() -> str:
    """The name of a training that begins now; without one its number, from the second one in a cell on."""
    global _begun
    here = cell()
    count = _begun[1] + 1 if _begun[0] == here else 1
    _begun = here, count
    return _title.get() or (f"training {count} in this cell" if count > 1 else "")


def tell_shown(item: object) -> None:
    """Take down that the running cell shows this."""
    global _shown
    _shown = cell(), weakref.ref(item)


def is_shown(item: object) -> bool:
    """Whether the running cell shows this already."""
    return _shown is not None and _shown[0] is not None and _shown[0] == cell() and _shown[1]() is item
