"""A sheet in the few elements of HTML that learning platforms take, well-formed and without styles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Any

import numpy as np

from chainrule.explain.explanation import Explanation
from chainrule.notation import GAP, latex_name, numeral
from chainrule.walkthrough.lines import Line, WorkedStep
from chainrule.worksheets.blanks import Index
from chainrule.writers.equations import Row, Rows
from chainrule.writers.latex import heading_parts
from chainrule.writers.mathml import converter

MATHML = 'xmlns="http://www.w3.org/1998/Math/MathML"'
_FOREIGN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # which XML has no place for


def xml_safe(text: str) -> str:
    """Text without the signs that XML has no place for."""
    return _FOREIGN.sub("\ufffd", text)


def xml_text(text: str) -> str:
    """Text for XML, between tags and in attributes."""
    return escape(xml_safe(text))


class Body:
    """A page in paragraphs, tables and MathML.

    Parameters
    ----------
    page : a sheet's tasks, or its key
    gap : what stands in a blank, by the name of its line and its index
    safe : what is done to each text and formula beside
    """

    def __init__(
        self,
        page: Explanation,
        gap: Callable[[str, Index], str],
        safe: Callable[[str], str] = str,
    ) -> None:
        self.page, self.gap, self.safe = page, gap, safe
        self._rows, self._convert = Rows(page.values), converter()

    def written(self) -> str:
        """The page, without its title."""
        _, about, lines = heading_parts(self.page)
        parts = [self._paragraph(self.text(text)) for text in (" · ".join(about), *lines)]
        for title, steps in self.page.sections:
            parts.append(f"<h4>{self.text(title.capitalize())}</h4>")
            for step in steps:
                parts += self._step(step)
        return "\n".join(parts)

    def text(self, text: str) -> str:
        """Plain text."""
        return self.safe(xml_text(text))

    def math(self, *latex: str) -> str:
        """A formula in MathML."""
        inner = (
            self._convert(" ".join(latex)).removeprefix('<math displaystyle="true">').removesuffix("</math>")
        )
        return self.safe(f'<math {MATHML}><mstyle displaystyle="true">{inner}</mstyle></math>')

    def _paragraph(self, html: str) -> str:
        return f"<p>{html}</p>"

    def _step(self, step: WorkedStep) -> Iterator[str]:
        if step.number is not None:
            yield self._paragraph(f"<strong>Step {step.number}</strong> {self.text(step.title)}")
        for line in step.lines:
            yield from self._line(line)
        for remark in step.remarks:
            yield self._paragraph(self.text(remark))

    def _line(self, line: Line) -> Iterator[str]:
        """A line: its formulas in a paragraph; with blanks, its numbers in a table."""
        rows = self._rows.of(line)
        number = f"{self.text(line.number)} " if line.number else ""
        value = np.asarray(line.value, dtype=object)
        if not any(isinstance(entry, str) and entry == GAP for entry in value.flat):
            yield self._paragraph(number + self._formulas(rows))
            return
        head, name = self._formulas(rows[:-1]), self.math(latex_name(line.name), "=")
        if value.size == 1:
            gap = self.gap(line.name, (0,) * value.ndim)
            yield self._paragraph(f"{number}{head}{'<br />' if head else ''}{name} {gap}")
            return
        if number or head:
            yield self._paragraph(number + head)
        yield self._table(name, line.name, value)

    def _formulas(self, rows: Sequence[Row]) -> str:
        return "<br />".join(
            self.math(row.lhs, row.relation, row.latex) + (f" ({self.text(row.note)})" if row.note else "")
            for row in rows
        )

    def _table(self, head: str, name: str, value: Any) -> str:
        """The numbers of a line, and its blanks, behind its name."""
        grid = value.reshape(1, -1) if value.ndim < 2 else value
        cells = [
            f"<td>{self.gap(name, index) if value[index] == GAP else self.text(numeral(value[index]))}</td>"
            for index in np.ndindex(value.shape)
        ]
        wide = grid.shape[1]
        rows = ["".join(cells[i * wide : (i + 1) * wide]) for i in range(len(grid))]
        rows[0] = f'<td rowspan="{len(rows)}">{head}</td>{rows[0]}'
        return f"<table><tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table>"
