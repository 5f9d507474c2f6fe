"""A comparison as a table of plain text."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

from chainrule.experiments.comparison import MORE, Comparison

WIDTH = 80
LONGEST = 24  # letters of a name
NOTHING = "-"  # in a cell that has nothing to say


def text(comparison: Comparison) -> str:
    """What was compared, the table, and the notes to it."""
    notes = [
        textwrap.fill(note, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
        for note in comparison.notes()
    ]
    return "\n".join([comparison.about, "", *_lines(_columns(comparison)), "", *notes])


def _columns(comparison: Comparison) -> list[list[str]]:
    """The columns: two lines of heading, then a cell for each trial."""
    rows = comparison.rows()
    first, *_ = comparison.measures

    def column(head: str, cells: Sequence[str], top: str = "") -> list[str]:
        return [top, head, *cells]

    def values(name: str) -> list[Any]:
        return [row[name] for row in rows]

    found = [column(comparison.kind, [_clip(name) for name in values(comparison.kind)])]
    if "learning rate" in rows[0]:
        found.append(column("rate", [_rate(value) for value in values("learning rate")]))
    if "output" in rows[0]:
        found.append(column("output", values("output")))
    groups = {"training": ""} | ({"validation": "validation "} if comparison.validated else {})
    for group, prefix in groups.items():
        for measure in comparison.measures:
            together = [value for start in groups.values() for value in values(start + measure)]
            cells = [_figure(measure, value, together) for value in values(prefix + measure)]
            if measure == first and group == "training":
                cells = [
                    "diverged" if row["diverged"] else cell for row, cell in zip(rows, cells, strict=True)
                ]
            last = measure == comparison.measures[-1] and comparison.validated
            found.append(column(measure, cells, group if last else ""))
    if comparison.validated:
        sizes = [value for start in groups.values() for value in values(start + first)]
        found.append(column("gap", [_figure(first, value, sizes, sign="+") for value in values("gap")]))
    if (goal := comparison.goal()) is not None:
        reached = [_whole(value) for value in values("epochs to goal")]
        found.append(column(f"to {comparison.figure(goal)}", reached, "epochs"))
    if len({row["epochs"] for row in rows if not row["diverged"]}) > 1:
        found.append(column("epochs", [_whole(value) for value in values("epochs")]))
    found.append(column("seconds", [f"{value:.2f}" for value in values("seconds")]))
    return found


def _lines(columns: list[list[str]]) -> list[str]:
    names, *others = columns
    widths = [max(map(len, column[1:])) for column in others]
    for i, (top, *_) in enumerate(others):
        # A heading above may reach over the column before, unless that has one too.
        room = 0 if i == 0 or others[i - 1][0] else widths[i - 1] + 2
        widths[i] = max(widths[i], len(top) - room)
    left = max(map(len, names))
    lines = []
    for name, *cells in zip(names, *others, strict=True):
        line = name.ljust(left)
        for cell, width in zip(cells, widths, strict=True):
            line += " " * (2 + width)
            line = line[: len(line) - max(width, len(cell))] + cell.rjust(width)
        lines.append(line.rstrip())
    return lines if lines[0] else lines[1:]


def _figure(measure: str, value: float | None, among: Sequence[float | None], sign: str = "") -> str:
    """A number with as many decimals as give those of its kind four digits; a very small or large one by its power."""
    if value is None:
        return NOTHING
    if measure in MORE:
        return f"{value:{sign}.2%}"
    sizes = sorted(abs(each) for each in among if each)
    middle = sizes[len(sizes) // 2] if sizes else 1.0
    decimals = min(6, max(0, 3 - math.floor(math.log10(middle)))) if math.isfinite(middle) else 4
    unseen = not sign and 0 < abs(value) < 5 * 10.0**-decimals
    if unseen or 1e5 <= abs(value) < math.inf:
        return f"{value:{sign}.1e}"
    return f"{round(value, decimals) + 0.0:{sign}.{decimals}f}"  # + 0.0 makes a zero of minus zero


def _whole(value: int | None) -> str:
    return NOTHING if value is None else f"{value:,}"


def _rate(value: Any) -> str:
    return NOTHING if value is None else f"{value:g}" if isinstance(value, int | float) else _clip(value)


def _clip(name: object) -> str:
    shown = str(name)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
