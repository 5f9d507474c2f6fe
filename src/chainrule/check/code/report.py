"""What was found of a program, told: the verdict first, then the line where it stands, and how the program was read."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chainrule.check.catalogue import CATALOGUE
from chainrule.check.code.located import Location
from chainrule.check.report import NOT_FOLLOWED, RIGHT, WRONG
from chainrule.notation import display
from chainrule.utils import checks

SHOWN = 3  # answers that are written out


@dataclass(frozen=True, repr=False, eq=False)
class ProgramReport:
    """What a check of a program found.

    Parameters
    ----------
    state : "right", "wrong" or "not followed"
    why : where it was not followed, why; where it is right, what was not judged
    line : the name of the first quantity that is wrong; empty where there is none
    should : its rule
    answers : what it is instead, as (formula, the catalogue's names), the likeliest first
    located : where each quantity stands in the program, by name
    network : in a line
    notes : how the program was read
    """

    state: str
    why: str = ""
    line: str = ""
    should: str = ""
    answers: list[tuple[str, list[str]]] = field(default_factory=list)
    located: Mapping[str, Location] = field(default_factory=dict)
    network: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """Whether its step is right."""
        return self.state == "right"

    @property
    def exit_code(self) -> int:
        """0 where the program is right, 1 for a wrong line, 3 where it could not be followed."""
        return {"right": RIGHT, "wrong": WRONG}.get(self.state, NOT_FOLLOWED)

    @property
    def mistakes(self) -> list[str]:
        """The catalogue's names of what may have been done, the most likely first."""
        return list(dict.fromkeys(name for _, names in self.answers for name in names))

    @property
    def at(self) -> int:
        """The line of the program in which the first wrong quantity stands; 0 where that is not known."""
        return self.located[self.line].line if self.line in self.located else 0

    @property
    def verdict(self) -> str:
        """The verdict in a sentence."""
        if self.state == "right" and self.why:
            loss = self.network.rpartition(", ")[2]
            return f"Right for {loss}: each step moves the weights as its gradient says. {self.why}"
        if self.state == "right":
            return "Right: each step moves the weights as the gradient of the loss says."
        if self.state == "wrong":
            place = self.located.get(self.line)
            where = f", {place.where}" if place is not None else ""
            return f"{display(self.line)} is the first line that is wrong{where}."
        return f"I could not follow this program. {self.why}"

    @property
    def hint(self) -> str:
        """Where to look, without the answer."""
        named = self.mistakes
        return CATALOGUE[named[0]].hint if named else ""

    def to_text(self, *, width: int = 80, ascii: bool = False, hint: bool = False) -> str:
        """The report in plain text.

        Parameters
        ----------
        width : columns to write in
        ascii : whether signs are to be plain letters
        hint : whether the hint alone is told, and not the answer
        """
        from chainrule.writers.text import plain

        width, ascii = checks.width(width), checks.truth(ascii, "ascii")
        hint = checks.truth(hint, "hint")
        lines = [self.verdict]
        if self.state == "wrong":
            lines += ["", *self._about(hint)]
        if self.network:
            lines += ["", *self._understood()]
        text = "\n".join(part for line in lines for part in _wrapped(line, width))
        return plain(text) if ascii else text

    def _about(self, hint: bool) -> list[str]:
        place = self.located.get(self.line)
        found = [f"there      {place.text}"] if place is not None else []
        found += [f"hint       {self.hint}"] if self.hint else []
        if hint:
            return found
        found.append(f"should be  {display(self.line)} = {self.should}")
        for number, told in enumerate(self.told[:SHOWN]):
            names = self.answers[number][1]
            found.append(
                f"{'or        ' if number else 'you did   '} {told}"
                + (f"  [{', '.join(names)}]" if names else "")
            )
        return found

    @property
    def told(self) -> list[str]:
        """What was done, a sentence for each answer."""
        found = []
        for formula, names in self.answers:
            what = f"your {display(self.line)} is {formula}" if formula else ""
            words = "; or ".join(CATALOGUE[name].told for name in names[:2])
            found.append(": ".join(part for part in (words, what) if part))
        return found

    def _understood(self) -> list[str]:
        lines = [f"How I read it: {self.network}", *(f"  {note}" for note in self.notes)]
        return lines + [f"  {display(name)}: {place}" for name, place in self.located.items()]

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"ProgramReport  {self.verdict}"

    def to_dict(self) -> dict[str, Any]:
        """The report as what JSON can hold."""
        return {
            "right": self.right,
            "state": self.state,
            "verdict": self.verdict,
            "line": self.line or None,
            "at": self.at or None,
            "should": self.should or None,
            "hint": self.hint or None,
            "answers": [
                {"mistakes": names, "told": told, "formula": formula or None}
                for (formula, names), told in zip(self.answers, self.told, strict=True)
            ],
            "network": self.network or None,
            "notes": self.notes,
            "quantities": {name: place.to_dict() for name, place in self.located.items()},
        }


def _wrapped(line: str, width: int) -> list[str]:
    indent = " " * (
        11 if line[:10].strip() in ("there", "hint", "should be", "you did", "or") and line else 4
    )
    return textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False) or [""]
