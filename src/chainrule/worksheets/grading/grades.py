"""A grade: what one learner got, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from chainrule.check import CATALOGUE
from chainrule.notation import display, entry_text, numeral
from chainrule.utils.checks import short
from chainrule.utils.counts import counted
from chainrule.worksheets.grading.cells import Unread
from chainrule.worksheets.grading.marking import CARRIED, EMPTY, FEW, KILLED, RIGHT, UNREAD, WRONG, Mark
from chainrule.worksheets.sheet import Worksheet

AGAIN = "Write its rule down, put your own numbers in, and count once more."
UNKNOWN = "no single slip that is known"


@dataclass(frozen=True)
class Scheme:
    """How marks become points.

    Parameters
    ----------
    carry : "best", where a blank that is right on the learner's own wrong numbers has its points, or "never"
    points : of each blank of a line, "dz1", or of one blank, "dz1[0, 1]"; 1 unless given
    answers : whether feedback tells the right number, and what was done
    """

    carry: str = "best"
    points: Mapping[str, float] = field(default_factory=dict)
    answers: bool = False

    def of(self, mark: Mark) -> float:
        """What a blank is worth."""
        entry = entry_text(mark.name, mark.index)
        return self.points.get(entry, self.points.get(mark.name, 1.0))

    def score(self, mark: Mark) -> float:
        """0 or 1."""
        return float(mark.state == RIGHT or (mark.state == CARRIED and self.carry == "best"))


@dataclass(frozen=True, eq=False, repr=False)
class Grade:
    """What one learner got.

    Parameters
    ----------
    learner : the name
    sheet : what was worked on
    marks : of each blank
    scheme : how they become points
    other : names among the answers that are none of the sheet's blanks
    """

    learner: str
    sheet: Worksheet
    marks: Sequence[Mark]
    scheme: Scheme
    other: Sequence[str] = ()

    @property
    def points(self) -> float:
        """The points that were reached."""
        return sum(self.scheme.score(mark) * self.scheme.of(mark) for mark in self.marks)

    @property
    def possible(self) -> float:
        """The points that there are."""
        return sum(map(self.scheme.of, self.marks))

    @property
    def score(self) -> float:
        """From 0 to 1."""
        return self.points / self.possible if self.possible else 0.0

    @cached_property
    def first(self) -> Mark | None:
        """The first blank that is wrong, as opposed to empty or carried on."""
        return next((mark for mark in self.marks if mark.state in (WRONG, FEW, UNREAD)), None)

    @property
    def line(self) -> str:
        """The first line that is wrong; empty where there is none."""
        return "" if self.first is None else self.first.name

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The catalogue's names of what was done there."""
        return () if self.first is None else self.first.mistakes

    @property
    def did(self) -> str:
        """What was done in the first wrong line."""
        if self.first is None:
            return ""
        if self.first.state != WRONG:
            return self.feedback(self.first)
        return "; or ".join(CATALOGUE[name].told for name in self.mistakes[:2]) or UNKNOWN

    def feedback(self, mark: Mark) -> str:
        """What is said to the learner of a blank."""
        said = self._said(mark)
        if not self.scheme.answers or mark.state == RIGHT:
            return said
        done = f" What was done: {CATALOGUE[mark.mistakes[0]].told}." if mark.mistakes else ""
        return f"{said}{done} Right is {numeral(self.sheet.key(mark.name, mark.index))}."

    def _said(self, mark: Mark) -> str:
        own = " and ".join(display(name) for name in mark.source)
        if mark.state in (RIGHT, EMPTY):
            return "Right." if mark.state == RIGHT else "Not answered."
        if mark.state == UNREAD:
            assert isinstance(mark.written, Unread)
            return f"{short(mark.written.text)} can't be read: {mark.written.why}."
        if mark.state == FEW:
            return f"Too few digits to tell: round to {counted(self.sheet.conventions.digits, 'significant digit')}."
        if mark.state == KILLED:
            return f"Your own {own} left nothing to count here, so no credit is carried on."
        if mark.state == CARRIED:
            credit = "Right" if self.scheme.carry == "best" else "No credit: it follows, but"
            return f"{credit} from your own {own}, which {'is' if len(mark.source) == 1 else 'are'} wrong."
        return f"Not right. {CATALOGUE[mark.mistakes[0]].hint if mark.mistakes else AGAIN}"

    def lines(self) -> dict[str, tuple[float, float]]:
        """The points of each line, and those that there are."""
        found: dict[str, tuple[float, float]] = {}
        for mark in self.marks:
            got, of = found.get(mark.name, (0.0, 0.0))
            worth = self.scheme.of(mark)
            found[mark.name] = got + self.scheme.score(mark) * worth, of + worth
        return found

    def to_dict(self) -> dict[str, Any]:
        """As what JSON can hold."""
        return {
            "learner": self.learner,
            "sheet": self.sheet.number,
            "score": round(self.score, 6),
            "points": self.points,
            "possible": self.possible,
            "first_wrong_line": self.line or None,
            "mistakes": list(self.mistakes),
            "did": self.did or None,
            "not_of_the_sheet": list(self.other),
            "blanks": [self._blank(mark) for mark in self.marks],
        }

    def _blank(self, mark: Mark) -> dict[str, Any]:
        return {
            "name": entry_text(mark.name, mark.index),
            "score": self.scheme.score(mark),
            "points": self.scheme.of(mark),
            "state": mark.state,
            "answer": None if mark.written is None else mark.written.text,
            "mistakes": list(mark.mistakes),
            "feedback": self.feedback(mark),
        }

    def __repr__(self) -> str:
        return f"{self.learner or 'Grade'}  {self.points:g} of {self.possible:g}"
