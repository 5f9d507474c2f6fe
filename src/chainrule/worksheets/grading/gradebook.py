"""The grades of a class, or of one learner: as a table, as data, as CSV and for Otter Grader."""

from __future__ import annotations

import csv
import io
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chainrule.notation import display, entry_text
from chainrule.utils import checks
from chainrule.utils.columns import aligned, cut
from chainrule.utils.spreadsheets import row
from chainrule.worksheets.grading.grades import Grade
from chainrule.worksheets.grading.otter import results

COLUMNS = ("learner", "sheet", "score", "points", "possible", "first wrong line", "mistakes", "did")
NARROWEST = 30  # columns of what is said
LONGEST = 40  # signs of a cell of the others


@dataclass(frozen=True, eq=False, repr=False)
class Grades(Sequence[Grade]):
    """The grades of one learner or of a class. ``str`` is a table.

    Parameters
    ----------
    each : a grade for each learner, in the order in which they came
    """

    each: tuple[Grade, ...]

    def __getitem__(self, which: Any) -> Any:
        return self.each[which]

    def __len__(self) -> int:
        return len(self.each)

    def to_text(self, *, width: int = 80, ascii: bool = False) -> str:
        """A table: learner, score, the first wrong line and what was done there; of one learner each blank."""
        from chainrule.writers.text import plain

        width, ascii = checks.width(width), checks.truth(ascii, "ascii")
        text = "\n".join(self._one(width) if len(self) == 1 else self._table(width))
        return plain(text) if ascii else text

    def _table(self, width: int) -> list[str]:
        series = len({grade.sheet.number for grade in self.each}) > 1
        rows = [["learner", *(["sheet"] if series else []), "score", "first wrong", "what was done"]]
        for grade in self.each:
            did = (
                f"{grade.did}{_named(grade.mistakes)}"
                if grade.line
                else "empty blanks"
                if grade.score < 1
                else ""
            )
            which = [str(grade.sheet.number)] if series else []
            rows.append([grade.learner, *which, _points(grade), display(grade.line), did])
        mean = sum(grade.score for grade in self.each) / len(self)
        wrong = Counter(grade.line for grade in self.each if grade.line)
        often = ", ".join(f"{display(name)} ({count})" for name, count in wrong.most_common(3))
        most = f"; first wrong most often: {often}" if often else ""
        return [*_wrapped(rows, width), "", f"{len(self)} learners, {100 * mean:.1f} % on average{most}"]

    def _one(self, width: int) -> list[str]:
        (grade,) = self.each
        head = f"{grade.learner}    " if grade.learner else ""
        rows = [["blank", "answer", "score", "feedback"]]
        for mark in grade.marks:
            text = "" if mark.written is None else mark.written.text
            rows.append([entry_text(display(mark.name), mark.index), text, f"{grade.scheme.score(mark):g}",
                         grade.feedback(mark)])  # fmt: skip
        first = (
            [f"First wrong line: {display(grade.line)}: {grade.did}{_named(grade.mistakes)}"]
            if grade.line
            else []
        )
        return [
            f"{head}{_points(grade)} points, {100 * grade.score:.1f} %",
            *(part for line in first for part in textwrap.wrap(line, width)),
            "",
            *_wrapped(rows, width),
        ]

    def to_dict(self) -> dict[str, Any]:
        """As what JSON can hold."""
        return {"grades": [grade.to_dict() for grade in self.each]}

    def to_csv(self) -> str:
        """A row a learner: score, first wrong line, what was done there, then points and feedback of each line."""
        names = list(dict.fromkeys(name for grade in self.each for name in grade.lines()))
        file = io.StringIO()
        write = csv.writer(file, lineterminator="\n")
        columns = [part for name in names for part in (name, f"{name} feedback")]
        write.writerow(row([*COLUMNS, *columns]))
        for grade in self.each:
            got = grade.lines()
            lines = [
                part for name in names
                for part in ((f"{got[name][0]:g}", _together(grade, name)) if name in got else ("", ""))
            ]  # fmt: skip
            counts = (f"{number:.6g}" for number in (grade.score, grade.points, grade.possible))
            found = (grade.line, " ".join(grade.mistakes), grade.did)
            write.writerow(row([grade.learner, grade.sheet.number, *counts, *found, *lines]))
        return file.getvalue()

    def to_otter(self) -> dict[str, Any]:
        """Results as Otter Grader reads them; of a class, by the learner's name."""
        return results(self.each)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"Grades of {len(self)} learner{'s' * (len(self) != 1)}"


def _wrapped(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """A table of words whose last column goes on below itself where it is too long; in others, long cells are cut."""
    rows = [[*(cut(cell, LONGEST) for cell in row[:-1]), row[-1]] for row in rows]
    room = width - sum(max(map(len, column)) + 2 for column in zip(*(row[:-1] for row in rows), strict=True))
    cells = []
    for *first, last in rows:
        for number, part in enumerate(textwrap.wrap(last, max(room, NARROWEST)) or [""]):
            cells.append([*(first if number == 0 else [""] * len(first)), part])
    return aligned(cells, left=True)


def _points(grade: Grade) -> str:
    return f"{grade.points:g} of {grade.possible:g}"


def _named(mistakes: Sequence[str]) -> str:
    return f"  [{', '.join(mistakes[:2])}]" if mistakes else ""


def _together(grade: Grade, name: str) -> str:
    """What is said of a line's blanks, once where it is the same for several."""
    said: dict[str, list[str]] = {}
    for mark in grade.marks:
        if mark.name == name:
            said.setdefault(grade.feedback(mark), []).append(entry_text(name, mark.index))
    if len(said) == 1:
        return next(iter(said))
    return " ".join(f"{', '.join(cells)}: {text}" for text, cells in said.items())
