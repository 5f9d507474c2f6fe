"""Worksheets in HTML: one file that needs nothing else, whose blanks mark themselves.

The right numbers, and the wrong ones with what makes them, stand in the page: whoever reads its source finds them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files

import numpy as np

from chainrule.check import CATALOGUE
from chainrule.notation import display, entry_text, numeral
from chainrule.walkthrough.by_hand import kept_digits
from chainrule.walkthrough.lines import Line
from chainrule.worksheets.blanks import Index
from chainrule.worksheets.sheet import Worksheet
from chainrule.writers.equations import Row
from chainrule.writers.html import Article, page, title_of
from chainrule.writers.mathml import converter


def write_html(sheets: Sequence[Worksheet], parts: Sequence[str], document: bool) -> str:
    """Write worksheets, and their keys where they are asked for, folded: a whole page, or a part of one.

    Parameters
    ----------
    sheets : the worksheets
    parts : what is written of them, "tasks" and "keys"
    document : whether it is a whole page
    """
    convert = converter()
    body: list[str] = []
    if "tasks" in parts:
        body += [*_links(sheets), *(_sheet(sheet, convert, document) for sheet in sheets)]
    if "keys" in parts:
        folded = "tasks" in parts
        body += [_key(sheet, convert, document, folded) for sheet in sheets]
    first = sheets[0].tasks if "tasks" in parts else sheets[0].key_page
    title = title_of(first) if len(sheets) == 1 else f"{len(sheets)} worksheets"
    script = f"<script>\n{_resource('marking.js')}</script>" if "tasks" in parts else ""
    return page(title, "\n".join([*body, script]), document, _resource("sheet.css"))


def _links(sheets: Sequence[Worksheet]) -> Iterator[str]:
    if len(sheets) > 1:
        links = " ".join(f'<a href="#{_id(sheet)}">{escape(sheet.title)}</a>' for sheet in sheets)
        yield f'<nav class="cr-sheets" aria-label="Worksheets">{links}</nav>'


def _sheet(sheet: Worksheet, convert: Callable[[str], str], document: bool) -> str:
    count = sum(map(len, sheet.blanks.values()))
    data = json.dumps(_marking(sheet), ensure_ascii=False).replace("<", "\\u003c")
    return "\n".join(
        [
            f'<section class="cr-sheet" id="{_id(sheet)}" aria-label="{escape(sheet.title)}">',
            _Tasks(sheet, convert).written(document),
            '<div class="chainrule"><div class="cr-end">'
            f'<p class="cr-count" role="status">0 of {count} are right.</p>'
            '<button type="button" class="cr-clear">Clear</button></div></div>',
            f'<script type="application/json" class="cr-marking">{data}</script>',
            "</section>",
        ]
    )


def _key(sheet: Worksheet, convert: Callable[[str], str], document: bool, folded: bool) -> str:
    article = Article(sheet.key_page, convert).written(document)
    name = f"Key to {sheet.title.lower()}"
    return f'<details class="cr-keys"><summary>{name}</summary>\n{article}\n</details>' if folded else article


def _marking(sheet: Worksheet) -> dict[str, object]:
    """What the script judges by: for each blank the right numbers and the wrong ones, and what the mistakes are."""
    digits = kept_digits(sheet.record.program, sheet.conventions.digits)
    blanks, met = {}, dict[str, None]()
    for name, index in sheet.cells():
        wrong = [(numeral(number), names[0]) for number, names in sheet.hints(name, index).items()]
        met |= dict.fromkeys(mistake for _, mistake in wrong)
        blanks[_name(name, index)] = {
            "digits": digits[name],
            "right": [numeral(number) for number in sheet.accepted(name, index)],
            "wrong": wrong,
        }
    return {
        "blanks": blanks,
        "mistakes": {name: (CATALOGUE[name].told, CATALOGUE[name].hint) for name in met},
    }


class _Tasks(Article):
    """A sheet as an article, with fields in its gaps."""

    def __init__(self, sheet: Worksheet, convert: Callable[[str], str]) -> None:
        super().__init__(sheet.tasks, convert)
        self._sheet = sheet

    def line(self, line: Line, rows: Sequence[Row]) -> str:
        if line.name not in self._sheet.blanks:
            return super().line(line, rows)
        last = len(rows) - 1
        return "\n".join(
            self.row(row, line.number if i == 0 else "", i == 0, self._cells(line) if i == last else None)
            for i, row in enumerate(rows)
        )

    def _cells(self, line: Line) -> str:
        """The result of a line, cell by cell, and a place for what is said of it."""
        value = np.asarray(line.value, dtype=object)
        grid = value.reshape(1, -1) if value.ndim < 2 else value
        said = f"{_id(self._sheet)}-{line.name}-said"
        cells = [self._cell(line.name, index, value[index], said) for index in np.ndindex(value.shape)]
        many = f"{grid.shape[0]} row{'s' * (grid.shape[0] > 1)}, {grid.shape[1]} column{'s' * (grid.shape[1] > 1)}"
        one = " cr-one" if value.size == 1 else ""
        label = f"{display(line.name)}, {many}"
        return (
            f'<span class="cr-scroll"><span class="cr-cells{one}" role="group" aria-label="{label}" '
            f'style="grid-template-columns: repeat({grid.shape[1]}, auto)">{"".join(cells)}</span></span>'
            f'<span class="cr-said" id="{said}" role="status"></span>'
        )

    def _cell(self, name: str, index: Index, value: object, said: str) -> str:
        if index not in self._sheet.blanks[name]:
            return f'<span class="cr-given">{escape(numeral(value))}</span>'
        label = escape(_name(name, index))
        return (
            f'<span class="cr-blank"><input type="text" inputmode="text" autocomplete="off" spellcheck="false" '
            f'aria-label="{label}" aria-describedby="{said}" data-blank="{label}"></span>'
        )


def _name(name: str, index: Index) -> str:
    return entry_text(display(name), index)


def _id(sheet: Worksheet) -> str:
    return f"sheet-{sheet.number}"


@cache
def _resource(name: str) -> str:
    return files("chainrule.worksheets").joinpath(name).read_text(encoding="utf-8")
