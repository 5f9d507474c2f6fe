"""A derivation as a picture: its tree, for a slide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chainrule.errors import KindError
from chainrule.plots.canvas import POINTS, axes_for, longest, points, shade
from chainrule.utils import checks
from chainrule.walkthrough.derived_entry import DerivedEntry
from chainrule.writers.trees.text import write_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = 84  # of the text
LETTER, LINE = 0.602 * POINTS / 72, 1.35 * POINTS / 72  # inches that a sign is wide, and a line high
MARGIN = 0.3


def derivation(why: DerivedEntry, *, ax: Axes | None = None) -> Axes:
    """One number derived, a tree whose lines are those of `Trace.why`; a small depth keeps it on a slide.

    Parameters
    ----------
    why : what `trace.why("dW1[0, 1]", depth=2)` returned
    ax : where to draw; a new figure unless given, as large as the tree

    Returns
    -------
    the Axes

    Raises
    ------
    KindError : for something else
    MissingPackage : without matplotlib
    """
    if not isinstance(why, DerivedEntry):
        raise KindError(f"{checks.short(why)} is no derivation: give what trace.why(…) returned.")
    lines = write_text(why, COLUMNS).replace("$", r"\$").split("\n")
    size = LETTER * longest(lines) + 2 * MARGIN, LINE * len(lines) + 2 * MARGIN
    ax = axes_for(ax, size)
    ax.set_axis_off()
    ax.set(xlim=(0, 1), ylim=(len(lines), 0))
    style: dict[str, Any] = {"family": "monospace", "fontsize": points(ax), "va": "center", "color": shade(1)}
    for number, line in enumerate(lines):
        ax.text(0, number + 0.5, line, **style)
    return ax
