"""A comparison as a table of plain text."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

from chainrule.experiments.results import MAXIMIZED, Results
from chainrule.utils.columns import aligned, cut

WIDTH = 80
LONGEST = 24  # letters of a name
NOTHING = "-"  # in a cell that has nothing to say


def text(results: Results) -> str:
    """What was compared, the table, and the notes to it."""
    notes = [
        textwrap.fill(note, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
        for note in results.notes()
    ]
    return "\n".join([results.about, "", *_lines(_columns(results)), "", *notes])


def _columns(results: Results) -> list[list[str]]:
    """The columns: two lines of heading, then a cell for each trial."""
    rows = results.rows()

    def values(name: str) -> list[Any]:
        return [row[name] for row in rows]

    found = [_column(results.kind, [_clip(name) for name in values(results.kind)])]
    if "learning rate" in rows[0]:
        found.append(_column("rate", [_rate(value) for value in values("learning rate")]))
    if "output" in rows[0]:
        found.append(_column("output", values("output")))
    found += _measured(results, rows)
    if (goal := results.goal()) is not None:
        reached = [_whole(value) for value in values("epochs to goal")]
        found.append(_column(f"to {results.figure(goal)}", reached, "epochs"))
    if len({row["epochs"] for row in rows if not row["diverged"]}) > 1:
        found.append(_column("epochs", [_whole(value) for value in values("epochs")]))
    found.append(_column("seconds", [f"{value:.2f}" for value in values("seconds")]))
    return found


def _column(head: str, cells: Sequence[str], above: str = "") -> list[str]:
    return [above, head, *cells]


def _measured(results: Results, rows: list[dict[str, Any]]) -> list[list[str]]:
    """The columns of the measures, in training and in validation, and of the gap between the two."""
    first, last = results.measures[0], results.measures[-1]
    groups = {"training": ""} | ({"validation": "validation "} if results.validated else {})
    same_kind = {
        measure: [row[prefix + measure] for prefix in groups.values() for row in rows]
        for measure in results.measures
    }
    found = []
    for group, prefix in groups.items():
        for measure in results.measures:
            cells = [_figure(measure, row[prefix + measure], same_kind[measure]) for row in rows]
            if measure == first and group == "training":
                cells = [
                    "diverged" if row["diverged"] else cell for row, cell in zip(rows, cells, strict=True)
                ]
            found.append(_column(measure, cells, group if measure == last and results.validated else ""))
    if results.validated:
        gaps = [_figure(first, row["gap"], same_kind[first], sign="+") for row in rows]
        found.append(_column("gap", gaps))
    return found


def _lines(columns: list[list[str]]) -> list[str]:
    """The columns side by side: a line of headings above, if there is one, then the rows."""
    above = [column[0] for column in columns]
    widths = _widths(columns)
    rows = list(zip(*(column[1:] for column in columns), strict=True))
    lines = aligned(rows, widths)
    return [_line_above(above, widths), *lines] if any(above) else lines


def _widths(columns: list[list[str]]) -> list[int]:
    """As wide as the cells, or as the heading above, less what that may reach over the column before."""
    widths = [max(map(len, column[1:])) for column in columns]
    for i, (above, *_) in enumerate(columns[1:], 1):
        free = i > 1 and not columns[i - 1][0]
        widths[i] = max(widths[i], len(above) - (widths[i - 1] + 2 if free else 0))
    return widths


def _line_above(headings: list[str], widths: list[int]) -> str:
    line = headings[0].ljust(widths[0])
    for heading, width in zip(headings[1:], widths[1:], strict=True):
        line += " " * (2 + width)
        line = line[: len(line) - max(width, len(heading))] + heading.rjust(width)
    return line.rstrip()


def _figure(measure: str, value: float | None, among: Sequence[float | None], sign: str = "") -> str:
    """A number with as many decimals as give those of its kind four digits; a very small or large one by its power."""
    if value is None:
        return NOTHING
    if measure in MAXIMIZED:
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
    return cut(str(name), LONGEST)
