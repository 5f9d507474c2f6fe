"""The notebook that runs this, if one does: its displays, and what a cell has shown already."""

from __future__ import annotations

import sys
import weakref
from typing import Any

_shown: tuple[Any, weakref.ref[Any]] | None = None  # the cell and what was shown last in it
_display: tuple[Any, str] | None = None  # the cell and its display that is written over


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


def tell_shown(item: object) -> None:
    """Take down that the running cell shows this."""
    global _shown
    _shown = cell(), weakref.ref(item)


def is_shown(item: object) -> bool:
    """Whether the running cell shows this already."""
    return _shown is not None and _shown[0] is not None and _shown[0] == cell() and _shown[1]() is item
