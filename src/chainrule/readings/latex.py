"""The walk-through in LaTeX, and the rows of formulas that Markdown and HTML show too.

`Rows` turns a line into rows: its formula, the formula with the numbers put in, the result. `broken` cuts a
formula that is too wide for a page. What is written is plain ASCII, so that it compiles anywhere.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from chainrule.expressions import Const, Expr, Name
from chainrule.readings.boxes import HARD_SPACE
from chainrule.readings.explain import SMALL, Explanation, Line, Step
from chainrule.readings.notation import (
    ATOM,
    display,
    entry_text,
    formula,
    join_strings,
    latex_formula,
    latex_name,
    latex_numeral,
)
from chainrule.readings.numerals import numeral
from chainrule.readings.substitution import Substitution

WIDTH = 37.0  # of a formula right of its relation sign, in em: what an A4 page has room for
TOGETHER = 8  # rows up to which a line is kept on one page
POWER_OF_TEN = 70  # how strongly 6.7 × 10^-5 binds: it gets brackets under a power, none in a product

Cells = list[list[str]]


# --- rows -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One row of a line: ``lhs relation latex``, with a note beside it.

    Parameters
    ----------
    lhs : the quantity in LaTeX; empty where a row goes on with the one before
    relation : ``=`` or ``\\approx``
    latex : the right side
    note : a remark, as plain text
    text : the whole equation as plain text in one line
    """

    lhs: str
    relation: str
    latex: str
    note: str
    text: str


class Rows:
    """Turns lines into rows.

    Parameters
    ----------
    values : every quantity's value as it is shown, by name
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.exact = latex_numbers(values, bmatrix)
        self.short = latex_numbers(values, narrow_bmatrix)
        self.plain = plain_numbers(values)

    def of(self, line: Line) -> list[Row]:
        """The rows of a line, none of them the same as the one before."""
        numbers = self._numbers(line)
        rows = _Collector(latex_name(line.name), display(line.name))
        if line.chain is not None:
            rows.add("=", written(line.chain), formula(line.chain), "the chain rule")
        rows.note = line.note
        if not line.obvious:
            rows.add("=", written(line.rule), formula(line.rule))
        if numbers is not None:
            rows.add("=", *numbers)
        rows.add(relation_of(line) if numbers is not None else "=", *self._value(line.value))
        if line.worked is not None and numbers is None:
            index = line.worked.index
            rows.head(latex_name(line.name, index), entry_text(display(line.name), index))
            rows.add("=", *self._entry(line.worked.entry))
            rows.add(line.worked.relation, latex_numeral(line.worked.value), numeral(line.worked.value))
        return rows.rows

    def _numbers(self, line: Line) -> tuple[str, str] | None:
        """The formula with its numbers put in; None where they are not shown whole or would be too wide."""
        if line.numbers:
            latex = small_brackets(str(self.exact.whole(line.rule)))
            return (latex, str(self.plain.whole(line.rule))) if width(latex) <= WIDTH else None
        if line.worked is not None and np.size(line.value) == 1:
            return self._entry(line.worked.entry)
        return None

    def _entry(self, entry: Any) -> tuple[str, str]:
        return small_brackets(self.exact.entry(entry)), self.plain.entry(entry)

    def _value(self, value: Any) -> tuple[str, str]:
        return str(self.short.value(value)[0]), str(self.plain.value(value)[0])


def written(expr: Expr) -> str:
    """A formula in LaTeX, by names."""
    return small_brackets(latex_formula(expr))


def small_brackets(latex: str) -> str:
    """Brackets in the size of the letters where what is inside is no higher."""
    before = ""
    while before != latex:
        before, latex = latex, _LOW.sub(r"\1\2\3", latex)
    return latex


_LOW = re.compile(
    r"\\left(\(|\\lbrace\b)((?:(?!\\left|\\right|\\frac|\\begin|\\sum|\\sqrt).)*)\\right(\)|\\rbrace\b)"
)


class _Collector:
    """Collects the rows of a line; drops one that would only say the row before again."""

    def __init__(self, lhs: str, name: str) -> None:
        self.rows: list[Row] = []
        self.note = ""
        self.head(lhs, name)

    def head(self, lhs: str, name: str) -> None:
        """Start anew with another left side."""
        self.lhs, self.name, self.last = lhs, name, ""

    def add(self, relation: str, latex: str, text: str, note: str = "") -> None:
        """Add a row, with its own note or the one that waits."""
        if latex == self.last:
            return
        first, self.last = not self.last, latex
        if not note:
            note, self.note = self.note, ""
        sign = {"≈": r"\approx"}.get(relation, relation)
        self.rows.append(Row(self.lhs if first else "", sign, latex, note, f"{self.name} {relation} {text}"))


def relation_of(line: Line) -> str:
    """Whether the numbers of a line give its result exactly; a single number's is that of its entry."""
    if line.worked is not None and np.size(line.value) == 1:
        return line.worked.relation
    return line.relation


class _LatexNumbers(Substitution):
    """Numbers put in, where a power of ten is a product: it gets brackets under a power."""

    def _number(self, item: Name | Const) -> tuple[str, int]:
        return _bound(super()._number(item))

    def value(self, value: Any, most: int = SMALL) -> tuple[Any, int]:
        return _bound(super().value(value, most))


def _bound(written: tuple[str, int]) -> tuple[str, int]:
    text, strength = written
    is_power = strength == ATOM and r"\times" in text and r"\begin" not in text
    return text, POWER_OF_TEN if is_power else strength


def latex_numbers(values: Mapping[str, Any], matrix: Callable[[Cells], str]) -> Substitution:
    """Puts numbers in, in LaTeX."""
    return _LatexNumbers(values, "latex", latex_numeral, matrix, join_strings, _bracket)


def plain_numbers(values: Mapping[str, Any]) -> Substitution:
    """Puts numbers in, in plain text of one line: matrices are written as in NumPy."""
    return Substitution(values, "text", numeral, _plain_matrix, join_strings, lambda piece: f"({piece})")


def _bracket(piece: str) -> str:
    return f"({piece})" if re.fullmatch(r"-?[\d.]+", piece) else rf"\left({piece}\right)"


def _plain_matrix(cells: Cells) -> str:
    rows = ["⋮" if row[0] == "⋮" else f"[{', '.join(row)}]" for row in cells]
    return rows[0] if len(rows) == 1 else f"[{', '.join(rows)}]"


def bmatrix(cells: Cells) -> str:
    """A matrix; ellipses become the signs of LaTeX."""
    ahead = next((row for row in cells if row[0] != "⋮"), cells[0])
    dots = {"…": r"\cdots", "⋮": r"\vdots"}

    def cell(row: list[str], j: int) -> str:
        return r"\ddots" if row[j] == "⋮" and ahead[j] == "…" else dots.get(row[j], row[j])

    rows = r" \\ ".join(" & ".join(cell(row, j) for j in range(len(row))) for row in cells)
    return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"


def narrow_bmatrix(cells: Cells) -> str:
    """A matrix that fits the page: columns in the middle give way to an ellipsis."""
    latex = bmatrix(cells)
    for keep in (3, 2, 1):
        if width(latex) <= WIDTH or len(cells[0]) <= keep + 2:
            break
        dots = [["⋮" if row[0] == "⋮" else "…"] for row in cells]
        latex = bmatrix([row[:keep] + dot + row[-1:] for row, dot in zip(cells, dots, strict=True)])
    return latex


# --- how wide a formula is, and where it can be cut -------------------------------------------------------

_TOKEN = re.compile(r"\\bigl(?:\(|\\lbrace)|\\bigr(?:\)|\\rbrace)|\\big/|\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_BINARY = {"+", "-", r"\cdot", r"\odot", r"\times", "/", r"\big/"}
_RELATIONS = {
    ">": 1.34,
    "<": 1.34,
    "=": 1.34,
    r"\ge": 1.34,
    r"\le": 1.34,
    ",": 0.45,
    r"\bigl(": 0.46,
    r"\bigl\lbrace": 0.5,
}
_SPACES = {r"\,": 0.17, r"\ ": 0.34, r"\quad": 1.0, r"\qquad": 2.0}
_SIZES = {
    r"\hat": 0.0,
    r"\sum": 1.6,
    ".": 0.28,
    ",": 0.45,
    "(": 0.39,
    ")": 0.39,
    "[": 0.28,
    "]": 0.28,
    r"\bigr)": 0.46,
}
_PAIRS = {"(": ")", r"\lbrace": r"\rbrace"}
_FUNCTIONS = {r"\log", r"\max", r"\min", r"\tanh", r"\sin", r"\cos", r"\arctan"}
_ARGUMENTS = {r"\frac": 2, r"\sqrt": 1, r"\text": 1, r"\mathbf": 1, r"\operatorname": 1}


@dataclass(frozen=True)
class _Item:
    """A piece of a formula that stays together.

    kind : "binary", "relation", "space", "fence", "fraction" or "atom"
    parts : what is inside a fence, numerator and denominator of a fraction
    """

    source: str
    width: float
    kind: str = "atom"
    parts: tuple[str, ...] = ()


def width(latex: str) -> float:
    """About how wide a formula is set, in em."""
    return sum(item.width for item in _items(latex))


@lru_cache(maxsize=10_000)
def _items(latex: str) -> tuple[_Item, ...]:
    """The pieces of a formula, their sources in order."""
    tokens = _TOKEN.findall(latex)
    items: list[_Item] = []
    at = 0
    while at < len(tokens):
        item, at = _item(tokens, at)
        if item.kind == "binary" and not _is_operand(items):
            item = replace(item, kind="atom", width=0.78)
        items.append(item)
    return tuple(items)


def _is_operand(items: Sequence[_Item]) -> bool:
    """Whether what stands before an operator makes it one between two operands."""
    before = [item for item in items if item.kind != "space"]
    return bool(before) and before[-1].kind not in ("binary", "relation")


def _item(tokens: Sequence[str], at: int) -> tuple[_Item, int]:
    token = tokens[at]
    if token.isspace():
        return _Item(token, 0.0, "space"), at + 1
    if token == "{":
        return _group(tokens, at)
    if token in _PAIRS and _PAIRS[token] in tokens[at:]:
        return _parenthesis(tokens, at)
    if token == r"\left":
        return _between(tokens, at, r"\right", 0.9, "fence")
    if token == r"\begin":
        return _environment(tokens, at)
    if token in _ARGUMENTS:
        return _command(tokens, at)
    if token in "^_":
        inner, end = _item(tokens, at + 1)
        return _Item(token + inner.source, 0.72 * inner.width), end
    return _sign(token), at + 1


def _sign(token: str) -> _Item:
    if token in _SPACES:
        return _Item(token, _SPACES[token], "space")
    if token in _BINARY:
        return _Item(token, 1.23 if token != r"\cdot" else 0.73, "binary")
    if token in _RELATIONS:
        return _Item(token, _RELATIONS[token], "relation")
    if token in _FUNCTIONS:
        return _Item(token, 0.5 * len(token))
    return _Item(token, _SIZES.get(token, 0.5 if token.isdigit() else 0.65))


def _group(tokens: Sequence[str], at: int) -> tuple[_Item, int]:
    depth, end = 0, at
    while True:
        depth += {"{": 1, "}": -1}.get(tokens[end], 0)
        end += 1
        if depth == 0:
            break
    inner = "".join(tokens[at + 1 : end - 1])
    return _Item(f"{{{inner}}}", width(inner), "group", (inner,)), end


def _parenthesis(tokens: Sequence[str], at: int) -> tuple[_Item, int]:
    depth, end = 0, at
    while end < len(tokens):
        depth += {tokens[at]: 1, _PAIRS[tokens[at]]: -1}.get(tokens[end], 0)
        end += 1
        if depth == 0:
            break
    inner = "".join(tokens[at + 1 : end - 1])
    return _Item("".join(tokens[at:end]), width(inner) + 0.78, "fence", (inner,)), end


def _between(tokens: Sequence[str], at: int, close: str, sides: float, kind: str) -> tuple[_Item, int]:
    """From \\left to its \\right, with their delimiters."""
    depth, end = 0, at
    while True:
        depth += {tokens[at]: 1, close: -1}.get(tokens[end], 0)
        end += 1
        if depth == 0:
            break
    inner = "".join(tokens[at + 2 : end - 1])
    return _Item("".join(tokens[at : end + 1]), width(inner) + sides, kind, (inner,)), end + 1


def _environment(tokens: Sequence[str], at: int) -> tuple[_Item, int]:
    depth, end = 0, at
    while True:
        depth += {r"\begin": 1, r"\end": -1}.get(tokens[end], 0)
        end += 1
        if depth == 0:
            break
    _, body = _group(tokens, at + 1)
    _, after = _group(tokens, end)
    cells = [[width(cell) for cell in row] for row in _cells(tokens[body : end - 1])]
    columns = [max(row[j] for row in cells if j < len(row)) for j in range(max(map(len, cells)))]
    return _Item("".join(tokens[at:after]), sum(columns) + len(columns) + 0.3), after


def _cells(tokens: Sequence[str]) -> list[list[str]]:
    """The cells of an environment; one inside it keeps its own."""
    rows, depth = [[""]], 0
    for token in tokens:
        depth += {r"\begin": 1, r"\end": -1}.get(token, 0)
        if token == "&" and depth == 0:
            rows[-1].append("")
        elif token == r"\\" and depth == 0:
            rows.append([""])
        else:
            rows[-1][-1] += token
    return rows


def _command(tokens: Sequence[str], at: int) -> tuple[_Item, int]:
    groups, end = [], at + 1
    for _ in range(_ARGUMENTS[tokens[at]]):
        item, end = _group(tokens, end)
        groups.append(item)
    source = "".join(tokens[at:end])
    parts = tuple(item.parts[0] for item in groups)
    if tokens[at] == r"\frac":
        return _Item(source, max(item.width for item in groups) + 0.3, "fraction", parts), end
    if tokens[at] in (r"\text", r"\operatorname"):
        return _Item(source, 0.48 * len(parts[0])), end
    return _Item(source, groups[0].width + (1.0 if tokens[at] == r"\sqrt" else 0.1)), end


SUMS, PRODUCTS = ("+", "-"), (r"\cdot", r"\odot", "/", r"\big/")
_LAST_RESORT = (",", "=", "<", ">", r"\ge", r"\le")


def terms(latex: str, operators: Sequence[str] = SUMS + PRODUCTS) -> list[str]:
    """A formula cut in front of its outermost operators, and after commas."""
    pieces = [""]
    for item in _items(latex):
        cuts = item.kind in ("binary", "relation") and item.source in operators
        if cuts and item.source != ",":
            pieces.append("")
        pieces[-1] += item.source
        if cuts and item.source == ",":
            pieces.append("")
    return [stripped for piece in pieces if (stripped := _stripped(piece))]


def _stripped(piece: str) -> str:
    piece = piece.strip()
    return piece[:-2].rstrip() if piece.endswith(r"\,") else piece


def broken(latex: str, most: float = WIDTH) -> list[str]:
    """A formula as lines no wider than `most`, where that is possible: cut before an operator."""
    if width(latex) <= most:
        return [latex]
    lines: list[str] = []
    for piece in _fine(latex, most - 2):
        if lines and width(lines[-1]) + width(piece) <= most - (2 if len(lines) > 1 else 0):
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    return lines


def _fine(latex: str, most: float) -> Iterator[str]:
    """Pieces that fit, as large as possible: sums are cut before products, those before brackets."""
    if width(latex) <= most:
        yield latex
        return
    for operators in (SUMS, PRODUCTS):
        pieces = terms(latex, operators)
        if len(pieces) > 1:
            for piece in pieces:
                yield from _fine(piece, most)
            return
    opened = _opened(latex)
    if opened != latex:
        yield from _fine(opened, most)
    else:
        yield from terms(latex, _LAST_RESORT)


def _opened(latex: str) -> str:
    """The widest bracket or fraction written so that it may be cut inside."""
    items = _items(latex)
    can = [item for item in items if item.kind in ("fence", "fraction", "group")]
    if not can:
        return latex
    widest = max(can, key=lambda item: item.width)
    inside = [rf"\bigl( {part} \bigr)" for part in widest.parts]
    if widest.kind == "group":
        inside = [widest.parts[0]]
    elif widest.source.startswith((r"\lbrace", r"\left\lbrace")):
        inside = [rf"\bigl\lbrace {widest.parts[0]} \bigr\rbrace"]
    written = r" \,\big/\, ".join(inside)
    return "".join(written if item is widest else item.source for item in items)


# --- text in LaTeX ----------------------------------------------------------------------------------------

_SIGNS = {
    "→": r"\to", "←": r"\leftarrow", "Σ": r"\Sigma", "∂": r"\partial", "′": "'", "⊙": r"\odot", "²": "^2", "³": "^3",
    "ᵀ": r"^\top", "ᵗ": "^t", "×": r"\times", "≈": r"\approx", "·": r"\cdot", "√": r"\surd", "½": r"\tfrac12",
    "±": r"\pm", "−": "-", "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "∞": r"\infty", "∈": r"\in", "Δ": r"\Delta",
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\varepsilon", "η": r"\eta",
    "θ": r"\theta", "λ": r"\lambda", "μ": r"\mu", "µ": r"\mu", "π": r"\pi", "ρ": r"\rho", "σ": r"\sigma",
    "τ": r"\tau", "φ": r"\varphi", "ω": r"\omega", "<": "<", ">": ">", "|": "|", "¬": r"\neg", "°": r"^\circ",
    "₀": "_0", "₁": "_1", "₂": "_2", "₃": "_3",
}  # fmt: skip
_WORDS = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\^{}", "~": r"\~{}", '"': "''", "…": r"\dots{}", "–": "--", "—": "---", "‘": "`", "’": "'",
    "“": "``", "”": "''", "ß": r"\ss{}", "æ": r"\ae{}", "Æ": r"\AE{}", "ø": r"\o{}", "Ø": r"\O{}", "å": r"\aa{}",
    "Å": r"\AA{}", "ł": r"\l{}", "Ł": r"\L{}", "œ": r"\oe{}", "Œ": r"\OE{}", "ı": r"\i{}", "€": "EUR",
}  # fmt: skip
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".",
    "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0327": "c", "\u0323": "d",
}  # fmt: skip


def latex_text(text: str) -> str:
    """Plain text in LaTeX, in ASCII: signs of mathematics, accents, and what LaTeX takes for its own."""
    spaced = re.sub(r" {2,}", lambda found: HARD_SPACE * (len(found[0]) - 1) + " ", text)
    return "".join(_letter(sign) for sign in spaced)


def _letter(sign: str) -> str:
    if sign == HARD_SPACE:
        return "~"
    if sign in _SIGNS:
        return f"${_SIGNS[sign]}$"
    if sign in _WORDS:
        return _WORDS[sign]
    if sign.isascii():
        return sign if sign.isprintable() else " "
    parts = unicodedata.normalize("NFD", sign)
    if len(parts) == 2 and parts[0].isascii() and parts[1] in _ACCENTS:
        return rf"\{_ACCENTS[parts[1]]}{{{parts[0]}}}"
    return rf"\texttt{{U+{ord(sign):04X}}}"


def _ascii_math(latex: str) -> str:
    """A formula in ASCII: names of one's own may hold any letter."""
    return re.sub(
        r"[^\x00-\x7f]", lambda found: _SIGNS.get(found[0], rf"\text{{{_letter(found[0])}}}"), latex
    )


# --- writing ----------------------------------------------------------------------------------------------

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


def write_latex(explanation: Explanation, document: bool) -> str:
    """Write a walk-through: a fragment to paste, or a document that compiles."""
    rows = Rows(explanation.values)
    blocks = [_heading(explanation)]
    for title, steps in explanation.sections:
        blocks.append(rf"\subsection*{{{latex_text(title.capitalize())}}}")
        if not step_title(steps[0]):
            blocks[-1] += "\n\\vspace*{-\\baselineskip}"
        blocks += [_step(step, rows) for step in steps]
    blocks += [latex_text(line) for line in explanation.closing]
    body = "\n\n".join(block for block in blocks if block) + "\n"
    return f"{_PREAMBLE}{body}\\end{{document}}\n" if document else _FRAGMENT + body


def heading_parts(explanation: Explanation) -> tuple[str, list[str], list[str]]:
    """The title, the parts of the line below it, and the further lines of the heading."""
    title, *about = re.split(r" {4,}", explanation.heading[0])
    return plain_spaces(title), [plain_spaces(part) for part in about], list(explanation.heading[1:])


def plain_spaces(text: str) -> str:
    """Text with its hard spaces as ordinary ones."""
    return text.replace(HARD_SPACE, " ")


def step_title(step: Step) -> str:
    """``Step 2: relu``; empty for a step that only belongs to its section."""
    return "" if step.number is None else f"Step {step.number}: {step.title}"


def _heading(explanation: Explanation) -> str:
    title, about, lines = heading_parts(explanation)
    joined = r" $\;\cdot\;$ ".join(latex_text(part) for part in about)
    head = [rf"\section*{{{latex_text(title)}}}", joined, *(latex_text(line) for line in lines)]
    return "\n\n".join(head)


def _step(step: Step, rows: Rows) -> str:
    title = step_title(step)
    parts = [rf"\paragraph*{{{latex_text(title)}}}"] if title else []
    lines = [_line(line, rows) for line in step.lines]
    if lines:
        equations = " \\\\[5pt]\n".join(lines)
        parts.append(f"\\begin{{align*}}\n{equations}\n\\end{{align*}}")
    parts += [latex_text(remark) for remark in step.remarks]
    return "\n\n".join(parts).replace("}\n\n\\begin{align*}", "}\n\\begin{align*}")


def _line(line: Line, rows: Rows) -> str:
    written = [cut for row in rows.of(line) for cut in _cut_row(row)]
    if line.number:
        written[0] += rf" \tag*{{{line.number}}}"
    return (" \\\\*\n" if len(written) <= TOGETHER else " \\\\\n").join(written)


def _cut_row(row: Row) -> Iterator[str]:
    """A row as lines of a table with two columns: parts that are too wide, and long notes, get their own."""
    pieces = broken(_ascii_math(row.latex))
    note = latex_text(row.note)
    beside = bool(note) and width(pieces[0]) + 2 + _NOTE * len(row.note) <= WIDTH
    for i, piece in enumerate(pieces):
        head = f"{_ascii_math(row.lhs)} &{row.relation} " if i == 0 else r"&\qquad "
        yield f"{head}{piece}" + (rf" \qquad\text{{\small {note}}}" if beside and i == 0 else "")
    if note and not beside:
        yield from (rf"&\qquad \text{{\small {cut}}}" for cut in _wrapped(row.note))


def _wrapped(note: str) -> list[str]:
    return [latex_text(cut) for cut in textwrap.wrap(note, int(WIDTH / _NOTE))]
