"""What is said of one function of the course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from chainrule.check.catalogue import CATALOGUE
from chainrule.check.judge import described
from chainrule.check.probing import FunctionsReport, Trouble

State = Literal["right", "wrong", "unwritten"]


@dataclass(frozen=True)
class Mark:
    """A function's mark.

    Parameters
    ----------
    function : its name
    state : whether it is right, wrong, or not written yet
    place : its file and line, in words
    told : what there is to say, in lines
    hint : where to look, without the answer
    mistakes : the catalogue's names of what may have been done, the most likely first
    only_rows : whether it is right with samples as rows alone
    in_columns : its mark with samples as columns, where it is right so and not with rows
    clashes : whether it can't be called with rows at all
    by_factor : whether it is wrong by a factor alone, which may go with those of the others
    """

    function: str
    state: State
    place: str = ""
    told: list[str] = field(default_factory=list)
    hint: list[str] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)
    only_rows: bool = False
    in_columns: Mark | None = None
    clashes: bool = False
    by_factor: bool = False

    @classmethod
    def of(cls, function: str, place: str, reports: Sequence[FunctionsReport]) -> Mark:
        """A function's mark by the reports on it, of which the first that is not right tells."""
        bad = next((report for report in reports if not report.right), None)
        if bad is not None and bad.exit_code == 1:
            factor = bad.first is not None and bad.first.blamed
            details = bad.details(), bad.details(hint=True)
            place = bad.troubles[0].place if bad.troubles else place
            clashes = any(trouble.told.startswith("raises") for trouble in bad.troubles)
            return cls(function, "wrong", place, *details, bad.mistakes, clashes=clashes, by_factor=factor)
        if bad is not None:
            return cls(function, "unwritten", place, [each.told for each in bad.troubles])
        return cls(function, "right", place, list(dict.fromkeys(_conventions(reports))))

    @classmethod
    def stuck(cls, trouble: Trouble, place: str) -> Mark:
        """The mark of a function that can't be judged."""
        state: State = "unwritten" if trouble.unwritten else "wrong"
        told = [trouble.told[:1].upper() + trouble.told[1:]]
        return cls(trouble.function, state, trouble.place or place, told, told)

    @classmethod
    def wrong(cls, function: str, place: str, should: str, mistake: str = "", did: str = "") -> Mark:
        """The mark of a function that does something else than it should."""
        known = CATALOGUE.get(mistake)
        hint = [] if known is None else [f"hint       {known.hint}"]
        what = [] if known is None else [f"you did    {known.told}  [{mistake}]"]
        what = [f"you did    {did}"] if did else what
        return cls(
            function, "wrong", place, [*hint, f"should be  {should}", *what], hint or [f"hint       {should}"],
            [mistake] if mistake else [],
        )  # fmt: skip


def convention(what: str) -> str:
    """That a function is right, by a convention that is not the file's."""
    return f"By a convention of your own: {what}. It is right where it is so throughout."


def _conventions(reports: Sequence[FunctionsReport]) -> list[str]:
    """In what right functions depart from what is asked for, in a sentence."""
    found: dict[str, None] = {}
    for report in reports:
        found |= dict.fromkeys(report.notes)
        found |= dict.fromkeys(told for verdict in report.verdicts.values() if (told := described(verdict)))
    cautions = dict.fromkeys(f"Careful: {each}." for report in reports for each in report.cautions)
    return [
        *([convention("; ".join(found))] if found else []),
        *cautions,
    ]


def settled(marks: Sequence[Mark], together: bool) -> list[Mark]:
    """The marks of a file, in which its functions go with each other.

    Columns are a convention where no function of it goes with rows alone, and several go with columns, or one that
    can't be called with rows: a single sum over the other axis is a slip. Factors are one where all of the functions,
    one after the other, make a right step.
    """
    columns = [mark for mark in marks if mark.in_columns is not None]
    if not any(mark.only_rows for mark in marks) and (
        len(columns) > 1 or any(mark.clashes for mark in columns)
    ):
        marks = [mark.in_columns or mark for mark in marks]
    told = ["By a convention of your own: its factor goes with those of your other functions."]
    return [
        Mark(mark.function, "right", mark.place, told) if together and mark.by_factor else mark
        for mark in marks
    ]
