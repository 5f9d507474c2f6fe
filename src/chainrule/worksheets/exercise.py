"""An exercise: one worksheet or a series of them, with their keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.check import CATALOGUE
from chainrule.errors import InputError
from chainrule.explain.explanation import Explanation
from chainrule.explain.page import Page
from chainrule.notation import entry_text, numeral
from chainrule.utils import checks
from chainrule.worksheets.blanks import Index
from chainrule.worksheets.sheet import Worksheet

if TYPE_CHECKING:
    from chainrule.worksheets.grading import Grades


@dataclass(frozen=True, eq=False, repr=False)
class Exercise(Page):
    """Worksheets, and their keys behind them. ``str`` is plain text; in Jupyter it shows itself.

    Parameters
    ----------
    sheets : the worksheets, in order
    parts : what is written of them, "tasks" and "keys"
    """

    sheets: tuple[Worksheet, ...]
    parts: tuple[str, ...] = ("tasks", "keys")

    @property
    def tasks(self) -> Exercise:
        """The same without the keys."""
        return replace(self, parts=("tasks",))

    @property
    def keys(self) -> Exercise:
        """The keys alone."""
        return replace(self, parts=("keys",))

    @property
    def pages(self) -> list[Explanation]:
        """What is written, page by page."""
        return [
            sheet.tasks if part == "tasks" else sheet.key_page for part in self.parts for sheet in self.sheets
        ]

    def to_text(self, *, width: int = 80, ascii: bool = False) -> str:
        """Plain text, at least `width` columns wide; with `ascii`, without any other characters."""
        rule = ("-" if checks.truth(ascii, "ascii") else "━") * checks.width(width)
        return f"\n\n{rule}\n\n".join(_whole(page, width, ascii) for page in self.pages)

    def to_markdown(self) -> str:
        """Markdown with its formulas in LaTeX."""
        return "\n---\n\n".join(page.to_markdown() for page in self.pages)

    def to_latex(self, *, document: bool = False) -> str:
        """LaTeX, a page for each sheet and each key: a fragment to paste (it needs amsmath), or a document."""
        from chainrule.writers.latex import blocks_of, page

        blocks = [[r"\clearpage", *blocks_of(each)] for each in self.pages]
        return page([block for each in blocks for block in each][1:], checks.truth(document, "document"))

    def to_pdf(self) -> bytes:
        """The same as PDF.

        Raises
        ------
        InputError : where the program pdflatex is not installed
        FileError : where it fails
        """
        from chainrule.writers.pdf import pdf

        return pdf(self.to_latex(document=True))

    def to_html(self, *, document: bool = True) -> str:
        """HTML whose blanks mark themselves, offline; keys are folded at its end: a whole page, or a part of one."""
        from chainrule.worksheets.html import write_html

        return write_html(self.sheets, self.parts, checks.truth(document, "document"))

    def to_moodle(self) -> str:
        """Moodle XML: a Cloze question for each sheet, which marks its blanks and says where to look."""
        from chainrule.worksheets.moodle import write_moodle

        return write_moodle(self._marked("Moodle XML"), "keys" in self.parts)

    def to_qti(self) -> bytes:
        """A package of QTI 2.1 with an item for each sheet, which marks its blanks and says where to look."""
        from chainrule.worksheets.qti import write_qti

        return write_qti(self._marked("QTI"), "keys" in self.parts)

    def to_excel(self) -> bytes:
        """A workbook whose blanks are cells that formulas mark; the keys are further sheets.

        Raises
        ------
        MissingPackage : where openpyxl is not installed
        """
        from chainrule.worksheets.workbook import write_excel

        return write_excel(self._marked("a workbook"), "keys" in self.parts)

    def _marked(self, format: str) -> tuple[Worksheet, ...]:
        """The sheets, for a format that marks them."""
        if "tasks" not in self.parts:
            raise InputError(
                f"{format} marks the tasks, and these are the keys alone: write the whole exercise."
            )
        return self.sheets

    def to_dict(self) -> dict[str, Any]:
        """Sheets with what is given, the blanks, their keys and what mistakes make of them, ready for JSON."""
        return {"sheets": [_as_dict(sheet, "keys" in self.parts) for sheet in self.sheets]}

    def grade(
        self,
        given: Any,
        *,
        carry: str = "best",
        points: Mapping[str, float] | None = None,
        answers: bool = False,
        decimal: str | None = None,
    ) -> Grades:
        """Grade answers, each blank by its key or by its rule on the learner's own numbers; docs/grading.md.

        Parameters
        ----------
        given : {"dz1": [[…]], "dz1[0, 1]": 0.857, "name": …, "sheet": …} of a learner, a list of such dicts, a dict of
            them by name, or the path of a .json or .csv file or of a folder of .json files
        carry : "best", where what is right on own wrong numbers has its points, or "never"
        points : of each blank of a line, or of one blank; 1 unless given
        answers : whether feedback tells the right numbers
        decimal : "." or ",", what stands before decimals where that is in doubt

        Raises
        ------
        InputError, KindError, UnknownName, FileError

        >>> from chainrule import worked_example
        >>> net = worked_example()
        >>> exercise = net.trace(net.x, net.y).exercise(["dz1", "dW1"])
        >>> slip = {"dz1": [0, 1.37, 0], "dW1": [[0, 0.685, 0], [0, "0,685", 0]]}
        >>> [(mark.name, mark.state) for mark in exercise.grade(slip)[0].marks][2:6]
        [('dz1', 'wrong'), ('dW1', 'right'), ('dW1', 'right'), ('dW1', 'killed')]
        """
        from chainrule.worksheets.grading import grade

        return grade(self.sheets, given, carry=carry, points=points, answers=answers, decimal=decimal)

    def __repr__(self) -> str:
        return str(self)


def _whole(page: Explanation, width: int, ascii: bool) -> str:
    """A page as text, wider where a matrix would have to be shortened: on a worksheet every number counts."""
    for wide in (width, 100, 120, 160, 240):
        text = page.to_text(width=max(wide, width), ascii=ascii)
        body = text.partition("\nSIGNS\n")[0]
        if "…" not in body and "..." not in body:
            break
    return text


def _as_dict(sheet: Worksheet, with_keys: bool) -> dict[str, Any]:
    told = sheet.told
    lines = {
        line.name for _, steps in sheet.tasks.sections for step in steps for line in step.lines if line.result
    }  # fmt: skip
    return {
        "number": sheet.number,
        "count": sheet.count,
        "seed": sheet.seed,
        "title": sheet.title,
        "conventions": asdict(sheet.conventions),
        "given": {
            name: _numbers(told.values[name], lambda index, name=name: index not in sheet.blanks.get(name, ()))  # type: ignore[misc]
            for name in told.values if name in lines
        },
        "blanks": [_blank(sheet, name, index, with_keys) for name, index in sheet.cells()],
        **({"untold": sheet.untold} if with_keys else {}),
    }  # fmt: skip


def _numbers(value: Any, known: Callable[[Index], bool]) -> Any:
    """Numbers as they are printed, in lists; null where one is left out."""
    array = np.asarray(value, dtype=object)
    written = [numeral(array[index]) if known(index) else None for index in np.ndindex(array.shape)]
    return np.array(written, dtype=object).reshape(array.shape).tolist()


def _blank(sheet: Worksheet, name: str, index: Index, with_keys: bool) -> dict[str, Any]:
    blank: dict[str, Any] = {"name": entry_text(name, index), "line": name, "index": list(index)}
    if with_keys:
        blank["key"] = numeral(sheet.key(name, index))
        blank["wrong"] = [
            {"number": numeral(number), "mistakes": names, "hint": CATALOGUE[names[0]].hint}
            for number, names in sheet.hints(name, index).items()
        ]
    return blank
