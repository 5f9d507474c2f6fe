"""The walk-through in LaTeX: a fragment to paste, or a document that compiles anywhere."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chainrule.notation import HARD_SPACE, ascii_math, latex_text
from chainrule.walkthrough.lines import Line, Walkthrough, WorkedStep
from chainrule.writers.breaking import WIDTH, broken, width
from chainrule.writers.equations import Row, Rows, heads

TOGETHER = 8  # rows up to which a line is kept on one page

_PREAMBLE = r"""\documentclass[10pt,a4paper,fleqn]{article}
\usepackage[margin=2cm]{geometry}
\usepackage{amsmath}
\allowdisplaybreaks
\setlength{\mathindent}{0.5em}
\setlength{\parindent}{0pt}
\setlength{\parskip}{3pt}
\begin{document}
\raggedright
"""
_FRAGMENT = "% Needs \\usepackage{amsmath}. Rows are up to 17 cm wide: A4 with margins of 2 cm.\n"
_NOTE = 0.45  # how wide a letter of a note is, in em
PAGE = 45.0  # how wide both sides of an equation may be, in em, less the sign between them
_NARROWEST = 28.0  # of the right sides, whatever the left ones are


def write_latex(explanation: Walkthrough, document: bool) -> str:
    """Write a walk-through: a fragment to paste, or a document that compiles."""
    return page(blocks_of(explanation), document)


def blocks_of(explanation: Walkthrough) -> list[str]:
    """A walk-through in blocks: its heading, and its sections."""
    blocks = [_heading(explanation)]
    for title, steps in explanation.sections:
        blocks.append(rf"\subsection*{{{latex_text(title.capitalize())}}}")
        if not step_title(steps[0]):
            blocks[-1] += "\n\\vspace*{-\\baselineskip}"
        blocks += [_step(step, explanation.values) for step in steps]
    return blocks


def page(blocks: Iterable[str], document: bool) -> str:
    """Blocks as a document, or as a fragment with a line that says what it needs."""
    body = "\n\n".join(block for block in blocks if block) + "\n"
    return f"{_PREAMBLE}{body}\\end{{document}}\n" if document else _FRAGMENT + body


def heading_parts(explanation: Walkthrough) -> tuple[str, list[str], list[str]]:
    """The title, the parts of the line below it, and the further lines of the heading."""
    title, *about = re.split(r" {4,}", explanation.heading[0])
    return plain_spaces(title), [plain_spaces(part) for part in about], list(explanation.heading[1:])


def plain_spaces(text: str) -> str:
    """Text with its hard spaces as ordinary ones."""
    return text.replace(HARD_SPACE, " ")


def step_title(step: WorkedStep) -> str:
    """``Step 2: relu``; empty for a step that only belongs to its section."""
    return "" if step.number is None else f"Step {step.number}: {step.title}"


def _heading(explanation: Walkthrough) -> str:
    title, about, lines = heading_parts(explanation)
    joined = r" $\;\cdot\;$ ".join(latex_text(part) for part in about)
    head = [rf"\section*{{{latex_text(title)}}}", joined, *(latex_text(line) for line in lines)]
    return "\n\n".join(head)


def _step(step: WorkedStep, values: Mapping[str, Any]) -> str:
    title = step_title(step)
    parts = [rf"\paragraph*{{{latex_text(title)}}}"] if title else []
    left = max((width(ascii_math(head)) for line in step.lines for head in heads(line)), default=0.0)
    rows = Rows(values, min(WIDTH, max(PAGE - left, _NARROWEST)))
    lines = [_line(line, rows) for line in step.lines]
    if lines:
        equations = " \\\\[5pt]\n".join(lines)
        parts.append(f"\\begin{{align*}}\n{equations}\n\\end{{align*}}")
    parts += [latex_text(remark) for remark in step.remarks]
    return "\n\n".join(parts).replace("}\n\n\\begin{align*}", "}\n\\begin{align*}")


def _line(line: Line, rows: Rows) -> str:
    written: list[str] = []
    for row in rows.of(line):
        written += cut_row(row, rows.room, f"{ascii_math(row.lhs)} &{row.relation} ", r"&\qquad ")
    if line.number:
        written[0] += rf" \tag*{{{line.number}}}"
    return (" \\\\*\n" if len(written) <= TOGETHER else " \\\\\n").join(written)


def cut_row(row: Row, room: float, head: str, further: str) -> Iterator[str]:
    """A row as lines of a table: parts that are too wide, and long notes, get their own.

    Parameters
    ----------
    row : what is told
    room : how wide its right side may be, in em
    head, further : what the first line begins with, and what the others do
    """
    pieces = broken(ascii_math(row.latex), room)
    note = latex_text(row.note)
    beside = bool(note) and width(pieces[0]) + 2 + _NOTE * len(row.note) <= room
    for i, piece in enumerate(pieces):
        said = rf" \qquad\text{{\small {note}}}" if beside and i == 0 else ""
        yield f"{further if i else head}{piece}{said}"
    if note and not beside:
        yield from (rf"{further}\text{{\small {cut}}}" for cut in _wrapped(row.note, room))


def _wrapped(note: str, room: float) -> list[str]:
    return [latex_text(cut) for cut in textwrap.wrap(note, int(room / _NOTE))]
