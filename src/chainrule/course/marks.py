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
    """

    function: str
    state: State
    place: str = ""
    told: list[str] = field(default_factory=list)
    hint: list[str] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, function: str, place: str, reports: Sequence[FunctionsReport]) -> Mark:
        """A function's mark by the reports on it, of which the first that is not right tells."""
        bad = next((report for report in reports if not report.right), None)
        if bad is not None and bad.exit_code == 1:
            return cls(function, "wrong", place, bad.details(), bad.details(hint=True), bad.mistakes)
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


def _conventions(reports: Sequence[FunctionsReport]) -> list[str]:
    """In what right functions depart from what is asked for."""
    found: list[str] = []
    for report in reports:
        factors = [told for verdict in report.verdicts.values() if (told := described(verdict))]
        found += [
            f"By a convention of your own: {told}. That is right where it is so throughout."
            for told in factors
        ]
        found += [f"{note[:1].upper()}{note[1:]}." for note in report.notes]
    return found
