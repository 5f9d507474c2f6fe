"""Formulas as the page shows them: MathML in which each quantity, and each number of one, says which it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

import numpy as np

from chainrule.expressions import Expr, Name, Node, names
from chainrule.expressions import operations as ops
from chainrule.notation import display, entry_text, join_strings, latex_leaf, latex_numeral, write
from chainrule.walkthrough.lines import Line
from chainrule.walkthrough.substitution import kept, kept_rows
from chainrule.writers.breaking import terms, width
from chainrule.writers.equations import LatexNumbers, Row, Rows, bmatrix, bracket, small_brackets
from chainrule.writers.mathml import converter

_MARKS = re.compile(r"\\class\{k\d+\}")
_SPACE = "{http://www.w3.org/1998/Math/MathML}"
ONE_LINE = 24.0  # how wide a formula is, in em, that is left whole


class Marks:
    """What the marked parts of formulas are: each has a number, which its `\\class` names."""

    def __init__(self) -> None:
        self.marked: list[tuple[str, Sequence[str]]] = []
        self._convert = converter()

    def put(self, latex: str, name: str, entries: Sequence[str] = ()) -> str:
        """A part of a formula, marked as a quantity, or as its entries in the order in which they stand."""
        self.marked.append((name, entries))
        return rf"\class{{k{len(self.marked) - 1}}}{{{latex}}}"

    def mathml(self, latex: str) -> str:
        """A formula as MathML, with its marks as attributes."""
        found = ElementTree.fromstring(self._convert(latex))
        for element in found.iter():
            mark = element.get("class", "")
            if not mark.startswith("k"):
                continue
            del element.attrib["class"]
            name, entries = self.marked[int(mark[1:])]
            element.set("data-q", name)
            if len(entries) == 1:
                element.set("data-e", entries[0])
            elif entries:
                cells = [cell for cell in element.iter() if cell.tag.endswith("mtd")]
                for cell, entry in zip(cells, entries, strict=True):
                    if entry:
                        cell.set("data-e", entry)
        for element in found.iter():
            element.tag = element.tag.removeprefix(_SPACE)
        return ElementTree.tostring(found, encoding="unicode")


class MarkedNumbers(LatexNumbers):
    """Numbers put in, each with its mark."""

    marks: Marks

    def named(self, item: Name) -> tuple[Any, int]:
        return self.marked(item.name, self.values[item.name])

    def marked(self, name: str, value: Any, transposed: bool = False) -> tuple[Any, int]:
        """The value of a quantity, its entries marked."""
        written, binds = self.value(value)
        return self.marks.put(written, name, entries(name, value, transposed)), binds

    def rearranged(self, item: Node, value: Any) -> tuple[Any, int]:
        of = item.args[0]
        if item.op is ops.TRANSPOSE and isinstance(of, Name):
            return self.marked(of.name, value, transposed=True)
        written, binds = self.value(value)
        inside = {name.name for name in names(item)}
        return (self.marks.put(written, inside.pop()) if len(inside) == 1 else written), binds

    def _number(self, item: Expr) -> tuple[str, int] | None:
        found = super()._number(item)
        if found is None or not isinstance(item, Name):
            return found
        return self.marks.put(found[0], item.name, [entry(item.name, item.index or ())]), found[1]

    def by_name(self, item: Expr) -> tuple[str, int] | None:
        return marked_leaf(self.marks, item)


def marked_numbers(values: Mapping[str, Any], marks: Marks) -> MarkedNumbers:
    """Puts numbers in, in LaTeX, each with its mark."""
    made = MarkedNumbers(values, "latex", latex_numeral, bmatrix, join_strings, bracket)
    made.marks = marks
    return made


def marked_leaf(marks: Marks, item: Expr) -> tuple[str, int] | None:
    """A name or a constant as it is written, a name with its mark."""
    found = latex_leaf(item)
    if found is None or not isinstance(item, Name):
        return found
    return marks.put(found[0], item.name, [entry(item.name, item.index)] if item.index else ()), found[1]


def entry(name: str, index: tuple[int, ...]) -> str:
    """How an entry is asked for."""
    return entry_text(name, index) if index else name


def entries(name: str, value: Any, transposed: bool = False) -> list[str]:
    """The entries of a matrix in the order in which it is written; "" for dots."""
    shape = np.shape(value)
    if np.size(value) == 1:
        return [entry(name, (0,) * len(shape))]
    rows, columns = np.atleast_2d(value).shape
    down, across = kept_rows(rows), kept(columns)
    found = []
    for i in down:
        for j in across:
            index = (i, j) if not transposed else (j, i)
            found.append("" if i is None or j is None else entry(name, index if len(shape) == 2 else (j,)))  # type: ignore[arg-type]
    return found


class MarkedRows(Rows):
    """Turns lines into rows whose parts are marked."""

    def __init__(self, values: Mapping[str, Any], marks: Marks) -> None:
        super().__init__(values, room=60.0)
        self.marks = marks
        self.exact = self.short = self.marked = marked_numbers(values, marks)

    def written(self, expr: Expr) -> str:
        return small_brackets(str(write(expr, "latex", lambda item: marked_leaf(self.marks, item))))

    def value(self, line: Line) -> tuple[str, str]:
        return str(self.marked.marked(line.name, line.value)[0]), super().value(line)[1]


def unmarked(latex: str) -> str:
    """A formula without its marks."""
    return _MARKS.sub("", latex)


def shown(rows: Sequence[Row], marks: Marks) -> list[dict[str, Any]]:
    """Rows as the page gets them; one that would only say again what the row before says is left out."""
    found: list[dict[str, Any]] = []
    before = ""
    for row in rows:
        plain = unmarked(row.latex)
        if plain == before and not row.lhs:
            continue
        before = plain
        found.append(
            {
                "lhs": marks.mathml(row.lhs) if row.lhs else "",
                "sign": "≈" if row.relation == r"\approx" else row.relation,
                "pieces": [marks.mathml(piece) for piece in pieces(row.latex)],
                "text": row.text,
                "note": row.note,
            }
        )
    return found


def pieces(latex: str) -> list[str]:
    """A formula in pieces between which a narrow page breaks it."""
    return [latex] if width(latex) <= ONE_LINE else terms(latex)


Say = list[dict[str, str]]


def told(*parts: str | tuple[str, str]) -> Say:
    """A sentence in pieces: text, and numbers with the entries that they are."""
    return [
        {"text": part} if isinstance(part, str) else {"text": part[0], "entry": part[1]} for part in parts
    ]


def shown_name(name: str, index: tuple[int, ...] = ()) -> str:
    """A quantity or an entry in plain text."""
    return entry_text(display(name), index) if index else display(name)
