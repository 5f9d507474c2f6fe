"""A line of the walk-through, or an entry derived, as rows of equations in LaTeX, each with its plain text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.expressions import Expr
from chainrule.notation import (
    ATOM,
    display,
    entry_text,
    formula,
    join_strings,
    latex_formula,
    latex_name,
    latex_numeral,
    numeral,
)
from chainrule.walkthrough.derived_entry import DerivedEntry
from chainrule.walkthrough.lines import SMALL, Line
from chainrule.walkthrough.substitution import Substitution, plain_numbers
from chainrule.writers.breaking import WIDTH, width

POWER_OF_TEN = 70  # how strongly 6.7 × 10^-5 binds: it gets brackets under a power, none in a product

Cells = list[list[str]]


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
    room : how wide a right side with matrices may be, in em
    """

    def __init__(self, values: Mapping[str, Any], room: float = WIDTH) -> None:
        self.room = room
        self.exact = latex_numbers(values, bmatrix)
        self.short = latex_numbers(values, lambda cells: narrow_bmatrix(cells, room))
        self.plain = plain_numbers(values)

    def of(self, line: Line) -> list[Row]:
        """The rows of a line, none of them the same as the one before."""
        numbers = self._numbers(line)
        rows = _Collector(latex_name(line.name), display(line.name))
        if line.chain is not None:
            rows.add("=", self.written(line.chain), formula(line.chain), line.chain_note)
        rows.note = line.note
        if not line.obvious:
            rows.add("=", self.written(line.rule), formula(line.rule))
        if numbers is not None:
            rows.add("=", *numbers)
        if line.result:
            rows.add(relation_of(line) if numbers is not None else "=", *self.value(line))
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
            return (latex, str(self.plain.whole(line.rule))) if width(latex) <= self.room else None
        if line.worked is not None and np.size(line.value) == 1:
            return self._entry(line.worked.entry)
        return None

    def _entry(self, entry: Any) -> tuple[str, str]:
        return small_brackets(self.exact.entry(entry)), self.plain.entry(entry)

    def written(self, expr: Expr) -> str:
        """A formula in LaTeX, by names."""
        return written(expr)

    def value(self, line: Line) -> tuple[str, str]:
        """The result of a line in LaTeX and in plain text."""
        return str(self.short.value(line.value)[0]), str(self.plain.value(line.value)[0])


def derived(entry: DerivedEntry, note: str) -> list[Row]:
    """The rows of an entry in a derivation: its value, what it is computed by, and that with its numbers."""
    rows = _Collector(latex_name(entry.name, entry.index), entry.entry)
    rows.note = note
    rows.add("=", latex_numeral(entry.value), numeral(entry.value))
    if entry.rule is not None:
        put = latex_numbers(entry.record.results, bmatrix)
        rows.add("=", small_brackets(put.names(entry.rule)), entry.formula)
        if entry.counts:
            rows.add(entry.relation, small_brackets(put.entry(entry.rule)), entry.numbers)
    return rows.rows


def heads(line: Line) -> list[str]:
    """The left sides that the rows of a line may have."""
    indices = [None] if line.worked is None else [None, line.worked.index]
    return [latex_name(line.name, index) for index in indices]


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


class LatexNumbers(Substitution):
    """Numbers put in, where a power of ten is a product: it gets brackets under a power."""

    def _number(self, item: Expr) -> tuple[str, int] | None:
        written = super()._number(item)
        return None if written is None else _bound(written)

    def value(self, value: Any, most: int = SMALL) -> tuple[Any, int]:
        return _bound(super().value(value, most))


def _bound(written: tuple[str, int]) -> tuple[str, int]:
    text, precedence = written
    is_power = precedence == ATOM and r"\times" in text and r"\begin" not in text
    return text, POWER_OF_TEN if is_power else precedence


def latex_numbers(values: Mapping[str, Any], matrix: Callable[[Cells], str]) -> Substitution:
    """Puts numbers in, in LaTeX."""
    return LatexNumbers(values, "latex", latex_numeral, matrix, join_strings, bracket)


def bracket(piece: str) -> str:
    return f"({piece})" if re.fullmatch(r"-?[\d.]+", piece) else rf"\left({piece}\right)"


def bmatrix(cells: Cells) -> str:
    """A matrix; ellipses become the signs of LaTeX."""
    ahead = next((row for row in cells if row[0] != "⋮"), cells[0])
    dots = {"…": r"\cdots", "⋮": r"\vdots"}

    def cell(row: list[str], j: int) -> str:
        return r"\ddots" if row[j] == "⋮" and ahead[j] == "…" else dots.get(row[j], row[j])

    rows = r" \\ ".join(" & ".join(cell(row, j) for j in range(len(row))) for row in cells)
    return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"


def narrow_bmatrix(cells: Cells, room: float = WIDTH) -> str:
    """A matrix that fits the page: columns in the middle give way to an ellipsis."""
    latex = bmatrix(cells)
    for keep in (3, 2, 1):
        if width(latex) <= room:
            break
        if len(cells[0]) < keep + 2:
            continue
        dots = [["⋮" if row[0] == "⋮" else "…"] for row in cells]
        latex = bmatrix([row[:keep] + dot + row[-1:] for row, dot in zip(cells, dots, strict=True)])
    return latex
