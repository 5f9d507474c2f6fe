"""The walk-through in Markdown, its formulas in LaTeX between ``$$``, as GitHub and Jupyter show it.

GitHub reads Markdown before it reads formulas: it takes ``\\\\`` for an escaped backslash, a line that starts
with ``=`` or ``-`` for a heading, ``}_{…}_`` for emphasis. What is written avoids all of these.
"""

from __future__ import annotations

import re

from chainrule.walkthrough.lines import Line, Walkthrough, WorkedStep
from chainrule.writers.breaking import WIDTH, broken, width
from chainrule.writers.equations import Row, Rows
from chainrule.writers.latex import heading_parts, step_title

_SIGNS = {"\\": "\\\\", "`": "\\`", "*": "\\*", "_": "\\_", "~": "\\~", "|": "\\|",
          "$": "&#36;", "<": "&lt;", ">": "&gt;", "&": "&amp;"}  # fmt: skip
_IN_FORMULAS = {r"\\": r"\cr", r"\,": r"\thinspace ", r"\ ": r"\thinspace ", "<": r"\lt ", ">": r"\gt "}
_IN_NOTES = {
    "\\": "\u2216", "{": "(", "}": ")", "$": "\uff04", "%": "\uff05", "&": "\uff06", "#": "\uff03", "_": "\uff3f",
    "^": "\u02c6", "~": "\u223c", "<": "\u2039", ">": "\u203a", "*": "\u2217", "`": "'",
}  # fmt: skip


def write_markdown(explanation: Walkthrough) -> str:
    """Write a walk-through."""
    rows = Rows(explanation.values)
    title, about, lines = heading_parts(explanation)
    blocks = [f"# {escape(title)}", " · ".join(map(escape, about)), *map(escape, lines)]
    for section, steps in explanation.sections:
        blocks.append(f"## {escape(section.capitalize())}")
        for step in steps:
            blocks += _step(step, rows)
    return "\n\n".join(block for block in blocks if block) + "\n"


def escape(text: str) -> str:
    """Plain text in Markdown."""
    written = "".join(_SIGNS.get(sign, sign) for sign in text.replace("\u00a0", " "))
    return re.sub(r"^(\d*)([#+=.)-])", r"\1\\\2", written).replace("](", "]&#40;")


def _step(step: WorkedStep, rows: Rows) -> list[str]:
    title = step_title(step)
    blocks = [f"### {escape(title)}"] if title else []
    return [*blocks, *(_line(line, rows) for line in step.lines), *map(escape, step.remarks)]


def _line(line: Line, rows: Rows) -> str:
    written = [cut for row in rows.of(line) for cut in _row(row)]
    number = rf" \tag{{{line.number}}}" if line.number else ""
    body = " \\cr\n".join(written)
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}{number}\n$$"


def _row(row: Row) -> list[str]:
    pieces = broken(row.latex)
    note = "".join(_IN_NOTES.get(sign, sign) for sign in row.note)
    first = rf"{_safe(row.lhs) or '{}'} &{row.relation} {_safe(pieces[0])}"
    more = [rf"{{}}&\qquad {_safe(piece)}" for piece in pieces[1:]]
    if note and width(pieces[0]) + 0.5 * len(note) + 2 <= WIDTH:
        first += rf" \qquad\text{{{note}}}"
    elif note:
        more.append(rf"{{}}&\qquad \text{{{note}}}")
    return [first, *more]


def _safe(latex: str) -> str:
    """A formula that Markdown leaves alone."""
    written = re.sub(r"\\[\\, ]|[<>]", lambda found: _IN_FORMULAS[found[0]], latex)
    return re.sub(r"(?<=[})\]])_", r"\\sb", written)
