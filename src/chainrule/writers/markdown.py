"""The walk-through in Markdown, its formulas in LaTeX between ``$$``, as GitHub and Jupyter show it.

GitHub reads Markdown before it reads formulas: it takes ``\\\\`` for an escaped backslash, a line that starts
with ``=`` or ``-`` for a heading, ``}_{…}_`` for emphasis. What is written avoids all of these, with commands that
KaTeX and MathJax know. By CommonMark's rules an underscore can open emphasis only where a space, a sign or nothing
stands before it, and something else than a space behind it. So ``W_{1}`` can't, and ``}_ {`` can't either.
"""

from __future__ import annotations

import re

from chainrule.notation import HARD_SPACE, MATH_SIGNS
from chainrule.walkthrough.lines import Line, Walkthrough, WorkedStep
from chainrule.walkthrough.pictures import Pictures
from chainrule.writers.breaking import WIDTH, broken, width
from chainrule.writers.equations import Row, Rows
from chainrule.writers.latex import heading_parts, step_title
from chainrule.writers.pictures import drawn

FENCED = 80  # columns of a picture

_SIGNS = {"\\": "\\\\", "`": "\\`", "*": "\\*", "_": "\\_", "~": "\\~", "|": "\\|",
          "$": "&#36;", "<": "&lt;", ">": "&gt;", "&": "&amp;"}  # fmt: skip
_IN_FORMULAS = {r"\\": r"\cr", r"\,": r"\thinspace ", r"\ ": r"\thinspace ", "<": r"\lt ", ">": r"\gt "}
# In a text within a formula: letters that look the same and mean nothing, and signs as formulas between two texts.
_LETTERS = {
    "$": "\uff04",
    "%": "\uff05",
    "&": "\uff06",
    "#": "\uff03",
    "_": "\uff3f",
    "`": "'",
    HARD_SPACE: " ",
    "|": "|",
}
_AS_FORMULA = {
    **{sign: latex for sign, latex in MATH_SIGNS.items() if sign not in _LETTERS},
    "\\": r"\setminus", "{": r"\lbrace", "}": r"\rbrace", "<": r"\lt", ">": r"\gt", "*": r"\ast", "~": r"\sim",
    "^": r"\wedge",
}  # fmt: skip
_PIECES = re.compile(
    rf"\^(-?\w+)|([{re.escape(''.join(_AS_FORMULA))}])|([^{re.escape(''.join(_AS_FORMULA))}]+)"
)


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
    for line in step.lines:
        blocks.append(_line(line, rows))
        if line.pictures is not None:
            blocks += _pictures(line.pictures)
    return [*blocks, *map(escape, step.remarks)]


def _pictures(pictures: Pictures) -> list[str]:
    drawing, caption = drawn(pictures, FENCED)
    return ["\n".join(["```text", *drawing, "```"]), escape(caption)]


def _line(line: Line, rows: Rows) -> str:
    written = [cut for row in rows.of(line) for cut in _row(row)]
    number = rf" \tag{{{line.number}}}" if line.number else ""
    body = " \\cr\n".join(written)
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}{number}\n$$"


def _row(row: Row) -> list[str]:
    pieces = broken(row.latex)
    note = words_in_formula(row.note)
    first = rf"{safe(row.lhs) or '{}'} &{row.relation} {safe(pieces[0])}"
    more = [rf"{{}}&\qquad {safe(piece)}" for piece in pieces[1:]]
    if note and width(pieces[0]) + 0.5 * len(note) + 2 <= WIDTH:
        first += rf" \qquad{note}"
    elif note:
        more.append(rf"{{}}&\qquad {note}")
    return [first, *more]


def safe(latex: str) -> str:
    """A formula that Markdown leaves alone."""
    written = re.sub(r"\\[\\, ]|[<>]", lambda found: _IN_FORMULAS[found[0]], latex)
    named = re.sub(r"\\text\{([^{}]*)\}", lambda found: words_in_formula(found[1]), written)
    return re.sub(r"(?<!\w)_", "_ ", named)


def words_in_formula(words: str) -> str:
    r"""Words within a formula: ``\text{a cancels, and }{\Sigma}\text{ y = 1}``; powers of a word are raised."""
    written = ""
    raised = True  # whether what stands before is a power or an index, or nothing: then it can't get one
    for power, sign, letters in _PIECES.findall(words):
        piece = f"^{{{words_in_formula(power)}}}" if power else _AS_FORMULA.get(sign, "")
        if letters:
            piece = rf"\text{{{''.join(_LETTERS.get(letter, letter) for letter in letters)}}}"
        raises = piece[0] in "^_'"
        written += ("{}" if raised and raises else "") + (f"{{{piece}}}" if sign and not raises else piece)
        raised = raises
    return written
