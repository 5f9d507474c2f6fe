"""Worksheets as a workbook: blanks are cells to fill in, beside which formulas mark them; the keys are further sheets.

Wrong numbers and hints stand in a hidden sheet, and a hint shows once its number is filled in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.errors import MissingPackage
from chainrule.explain.explanation import Explanation
from chainrule.notation import GAP, display, formula, numeral
from chainrule.utils.workbooks import about, book_bytes, text_cell
from chainrule.walkthrough.lines import SMALL, Line
from chainrule.worksheets.blanks import Index
from chainrule.worksheets.body import xml_safe
from chainrule.worksheets.marking import Interval, Marking, markings
from chainrule.worksheets.sheet import Worksheet

HINTS = "Hints"
NUMBER, NAME, RULE, FIRST = (
    1,
    2,
    3,
    4,
)  # columns: of the line, its name, its formula, and the first of its numbers
LABEL = FIRST + SMALL + 1  # of the list of blanks, in which their marks and hints follow
RIGHT, WRONG, NONE = "right", "look again", "no number"
INK, SOFT, BLANK, LINE = "1C2024", "565D64", "FFF6D6", "B8A45A"
SHADES = {RIGHT: "A5D2B3", WRONG: "E8B9BF", NONE: "E8B9BF"}
HOW = (
    "Fill in the yellow cells. Beside them stands whether a number is right, and where to look if it is not."
)


def write_excel(sheets: Sequence[Worksheet], with_keys: bool) -> bytes:
    """Write worksheets as a workbook.

    Parameters
    ----------
    sheets : the worksheets
    with_keys : whether the keys follow as sheets

    Raises
    ------
    MissingPackage : where openpyxl is not installed
    """
    try:
        import openpyxl
    except ImportError as error:
        raise MissingPackage("openpyxl", "writing a workbook") from error
    book = openpyxl.Workbook()
    del book[book.active.title]
    pages = [_Page(book, sheet, sheet.tasks, f"Worksheet{_which(sheet)}") for sheet in sheets]
    keys = [_Page(book, sheet, sheet.key_page, f"Key{_which(sheet)}") for sheet in sheets if with_keys]
    hints = _Hints(book.create_sheet(HINTS))
    for page in (*pages, *keys):
        page.fill()
    for page in pages:
        page.mark(hints)
    book.calculation.fullCalcOnLoad = True
    title = "Worksheet" if len(sheets) == 1 else f"{len(sheets)} worksheets"
    about(book, title, "Written by chainrule.")
    return book_bytes(book)


def _which(sheet: Worksheet) -> str:
    return f" {sheet.number}" if sheet.count > 1 else ""


@dataclass(frozen=True)
class _Place:
    """The rows in which a hint is looked for."""

    first: int
    last: int

    def column(self, letter: str) -> str:
        return f"{HINTS}!${letter}${self.first}:${letter}${self.last}"


class _Hints:
    """The hidden sheet: for each blank what mistakes make of it, the smallest number first, with hints."""

    def __init__(self, sheet: Any) -> None:
        self._sheet, self._row = sheet, 1
        sheet.sheet_state = "hidden"
        for column, text in enumerate(("from", "to", "hint"), 1):
            text_cell(sheet, 1, column, text)

    def add(self, mark: Marking) -> _Place | None:
        """Note a blank's wrong numbers, if there are any."""
        first = self._row + 1
        for wrong in sorted(mark.wrong, key=lambda each: each.interval.low):
            self._row += 1
            self._sheet.cell(self._row, 1, float(wrong.interval.low))
            self._sheet.cell(self._row, 2, float(wrong.interval.high))
            text_cell(self._sheet, self._row, 3, wrong.hint)
        return _Place(first, self._row) if mark.wrong else None


class _Page:
    """A sheet of the workbook: the tasks, or the key."""

    def __init__(self, book: Any, worksheet: Worksheet, page: Explanation, title: str) -> None:
        self._sheet, self._worksheet, self._page = book.create_sheet(title), worksheet, page
        self._blanks: dict[tuple[str, Index], Any] = {}  # their cells
        self._starts: dict[str, int] = {}  # the first rows of the lines
        self._row = 1

    def fill(self) -> None:
        """Write what is told, with cells for the blanks."""
        from openpyxl.styles import Font

        for i, text in enumerate(self._page.heading):
            self._text(text).font = Font(size=14, bold=True, color=INK) if i == 0 else Font(color=SOFT)
        if self._marks:
            self._text(HOW).font = Font(italic=True, color=SOFT)
        for title, steps in self._page.sections:
            self._row += 1
            self._text(title).font = Font(bold=True, color=INK)
            for step in steps:
                if step.number is not None:
                    self._text(f"Step {step.number}  {step.title}").font = Font(bold=True, color=SOFT)
                for line in step.lines:
                    self._line(line)
                for remark in step.remarks:
                    self._text(remark).font = Font(italic=True, color=SOFT)
        self._shape()

    def _shape(self) -> None:
        from openpyxl.utils import get_column_letter

        self._sheet.sheet_view.showGridLines = False
        widths = {NUMBER: 6, NAME: 12, RULE: 44, LABEL - 1: 3, LABEL: 14, LABEL + 1: 12, LABEL + 2: 80}
        for column in range(1, LABEL + 3):
            self._sheet.column_dimensions[get_column_letter(column)].width = widths.get(column, 12)

    def _text(self, text: str) -> Any:
        """A line of text over the whole width."""
        self._row += 1
        return text_cell(self._sheet, self._row - 1, 1, xml_safe(text))

    def _line(self, line: Line) -> None:
        """A line: its number, name and formula, and its numbers in as many rows as they have."""
        from openpyxl.styles import Alignment, Font

        text_cell(self._sheet, self._row, NUMBER, line.number).font = Font(color=SOFT)
        text_cell(self._sheet, self._row, NAME, xml_safe(display(line.name))).font = Font(
            bold=True, color=INK
        )
        if not line.obvious:
            note = f"    {line.note}" if line.note else ""
            rule = text_cell(self._sheet, self._row, RULE, f"= {xml_safe(formula(line.rule) + note)}")
            rule.font, rule.alignment = (
                Font(italic=True, color=SOFT),
                Alignment(wrap_text=True, vertical="top"),
            )
        self._starts[line.name] = self._row
        if not line.result:  # it would give a blank away
            self._row += 1
            return
        value = np.asarray(line.value, dtype=object)
        grid = value.reshape(1, -1) if value.ndim < 2 else value
        for index in np.ndindex(value.shape):
            i, j = (0, 0, *index)[-2:]
            self._number(self._sheet.cell(self._row + i, FIRST + j), line.name, index, value[index])
        self._row += max(len(grid), len(self._worksheet.blanks.get(line.name, ())) * self._marks)

    @property
    def _marks(self) -> bool:
        """Whether blanks are marked here."""
        return self._page is self._worksheet.tasks

    def _number(self, cell: Any, name: str, index: Index, number: Any) -> None:
        from openpyxl.styles import Border, Font, PatternFill, Side

        cell.font = Font(color=INK)
        if number != GAP:
            cell.value = float(numeral(number))
            return
        side = Side("thin", color=LINE)
        cell.fill, cell.border = PatternFill("solid", fgColor=BLANK), Border(side, side, side, side)
        self._blanks[name, index] = cell

    def mark(self, hints: _Hints) -> None:
        """Write the formulas that mark the blanks: for each a row of the list, from the row of its line on."""
        from openpyxl.styles import Font

        rows: dict[str, int] = {}
        for mark in markings(self._worksheet):
            cell = self._blanks[mark.name, mark.index]
            row = rows.get(mark.name, self._starts[mark.name])
            rows[mark.name] = row + 1
            text_cell(self._sheet, row, LABEL, xml_safe(mark.label)).font = Font(color=SOFT)
            verdict = self._sheet.cell(row, LABEL + 1, _verdict(cell.coordinate, mark))
            self._sheet.cell(row, LABEL + 2, _hint(cell.coordinate, verdict.coordinate, hints.add(mark)))
            self._shade(cell, verdict)

    def _shade(self, cell: Any, verdict: Any) -> None:
        """A blank, and its mark, in the colour of what is said of it."""
        from openpyxl.formatting.rule import FormulaRule
        from openpyxl.styles import PatternFill

        for said, colour in SHADES.items():
            rule = [f'${verdict.coordinate}="{said}"']
            for each in (cell, verdict):
                fill = PatternFill("solid", bgColor=colour)
                self._sheet.conditional_formatting.add(each.coordinate, FormulaRule(rule, fill=fill))


def _verdict(cell: str, mark: Marking) -> str:
    """The formula of a mark."""
    right = ",".join(_within(cell, each) for each in mark.right)
    return f'=IF({cell}="","",IF(ISNUMBER({cell}),IF(OR({right}),"{RIGHT}","{WRONG}"),"{NONE}"))'


def _within(cell: str, interval: Interval) -> str:
    return f"AND({cell}>={numeral(interval.low)},{cell}<={numeral(interval.high)})"


def _hint(cell: str, verdict: str, place: _Place | None) -> str:
    """The formula of a hint: the one of the last number that is not above, if it is that number's."""
    if place is None:
        return f'=IF({verdict}="{WRONG}","Count once more.","")'
    found = f"MATCH({cell},{place.column('A')},1)"
    hint = f'IF({cell}<=INDEX({place.column("B")},{found}),INDEX({place.column("C")},{found}),"Count once more.")'
    return f'=IF({verdict}="{WRONG}",IFERROR({hint},"Count once more."),"")'
