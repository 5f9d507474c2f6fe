"""What a check found, told: the verdict first, then the line, a hint, and what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.check.catalogue import CATALOGUE
from chainrule.check.judge import Verdict, described
from chainrule.check.naming import Answer
from chainrule.check.sheet import Sheet
from chainrule.check.slips import wrong_entries
from chainrule.expressions import Expr, Name, rebuild
from chainrule.notation import display, entry_text, formula, numeral
from chainrule.utils import checks

RIGHT, WRONG, NOT_FOLLOWED = 0, 1, 3  # how the command ends
MOST = 12  # entries of a quantity that are shown
SHOWN = 4  # answers that are written out
NAMED = 2  # mistakes that are told of one formula


@dataclass(frozen=True, repr=False, eq=False)
class Report:
    """What a check found.

    Parameters
    ----------
    sheet : the learner's numbers, as they were understood
    verdicts : for each line that was given, by name in the order of the step
    first : the first line that is wrong; None where there is none
    answers : what was done in it, the most likely first; each gives exactly the learner's numbers
    notes : how the numbers as a whole were understood
    """

    sheet: Sheet
    verdicts: Mapping[str, Verdict]
    first: Verdict | None
    answers: Sequence[Answer]
    notes: Sequence[str]

    @property
    def right(self) -> bool:
        """Whether no line is wrong, and at least one could be judged."""
        return self.first is None and any(v.state == "right" for v in self.verdicts.values())

    @property
    def exit_code(self) -> int:
        """0 where all is right, 1 for a wrong line, 3 where nothing could be judged."""
        return RIGHT if self.right else NOT_FOLLOWED if self.first is None else WRONG

    @property
    def line(self) -> str:
        """The name of the first line that is wrong; empty where there is none."""
        return "" if self.first is None else self.first.quantity.name

    @property
    def mistakes(self) -> list[str]:
        """The catalogue's names of what may have been done, the most likely first."""
        return list(dict.fromkeys(name for answer in self.answers for name in answer.names))

    @property
    def verdict(self) -> str:
        """The verdict in a sentence."""
        if self.first is not None:
            return f"{display(self.line)} is the first line that is wrong."
        count = sum(v.state == "right" for v in self.verdicts.values())
        if not count:
            return "I could not follow: none of these is a line that a rule of the step gives."
        return (
            "Right: the line follows from its rule."
            if count == 1
            else f"Right: all {count} lines follow from their rules."
        )

    @property
    def hint(self) -> str:
        """Where to look, without the answer."""
        return CATALOGUE[self.mistakes[0]].hint if self.mistakes else ""

    @property
    def should(self) -> Expr | None:
        """The rule of the first wrong line."""
        if self.first is None:
            return None
        quantity = self.first.quantity
        return quantity.form(textbook=not quantity.by_chain_rule)

    def _opened(self, expr: Expr) -> Expr:
        """A formula with the parts of a gradient, of the data and of the penalty, written out where missing."""

        def change(item: Expr) -> Expr:
            part = isinstance(item, Name) and item.name.endswith(("_data", "_penalty"))
            return self.sheet.form(item.name) if part and self.sheet.missing(item.name) else item  # type: ignore[union-attr]

        return rebuild(expr, change)

    @property
    def told(self) -> list[str]:
        """What was done, a sentence for each answer."""
        if self.first is None:
            return []
        if not self.answers:
            return ["what was done there is no single slip that I know"]
        return [self._told(answer) for answer in self.answers]

    def _told(self, answer: Answer) -> str:
        names = [CATALOGUE[name].told for name in answer.names[:NAMED]]
        if "arithmetic_slip" in answer.names:
            assert self.first is not None
            wrong = [
                entry_text(display(self.line), index)
                for index in wrong_entries(self.sheet, self.first.quantity)
            ]
            return f"{names[0]}; wrong {'is' if len(wrong) == 1 else 'are'} {', '.join(wrong[:MOST])}"
        what = f"your {display(self.line)} is {formula(self._opened(answer.expr))}"
        if answer.both and len(names) < 2:
            names += ["something else is taken for what belongs there"]
        joined = "; and ".join(names) if answer.both else "; or ".join(names)
        return f"{joined}: {what}" if names else what

    # --- shown ----------------------------------------------------------------------------------------

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
        lines = self._opening()
        if self.first is not None:
            lines += ["", *self._about(hint)]
        lines += ["", *self._understood()]
        text = "\n".join(part for line in lines for part in wrapped(line, width))
        return plain(text) if ascii else text

    def _opening(self) -> list[str]:
        return [self.verdict]

    def _about(self, hint: bool) -> list[str]:
        found = [f"hint       {self.hint}"] if self.hint else []
        if hint:
            return found or ["hint       Write its rule down, put your own numbers in, and count once more."]
        assert self.should is not None
        name = display(self.line)
        found += [
            f"should be  {name} = {formula(self._opened(self.should))}",
            f"           {self._numbers()}",
        ]
        labels = ["you did   ", *["or        "] * len(self.answers)]
        named = [*(f"  [{', '.join(a.names[:NAMED])}]" if a.names else "" for a in self.answers), ""]
        told = [f"{label} {told}{name}" for label, told, name in zip(labels, self.told, named, strict=False)]
        more = len(told) - SHOWN
        found += told[:SHOWN] + (
            [f"or         {more} more formulas, which give the same numbers"] if more > 0 else []
        )
        printed = bool(np.any(self.sheet.given[self.line].radius))
        if printed and len(told) > 1:
            found.append("           With more digits, or other inputs, it could be told which.")
        return found

    def _numbers(self) -> str:
        """What the rule gives on the learner's own numbers."""
        assert self.should is not None
        value = np.asarray(self.sheet.value(self.should), np.float64)
        if value.size > MOST:
            return f"which with your numbers begins with {numeral(float(value.flat[0]))}"
        shown = np.array2string(value, separator=", ", formatter={"float_kind": lambda v: numeral(float(v))})
        return f"which with your numbers is {' '.join(shown.split())}"

    def _understood(self) -> list[str]:
        lines = ["How I read it:", *(f"  {note}" for note in self.notes)]
        lines += [f"  {told}" for verdict in self.verdicts.values() if (told := described(verdict))]
        states = {name: "wrong" if v.blamed else v.state for name, v in self.verdicts.items()}
        for state in ("right", "wrong", "not judged"):
            names = [display(name) for name, each in states.items() if each == state]
            lines += [f"  {state + ':':<11} {', '.join(names)}"] if names else []
        taken = [display(name) for name in self.sheet.given if name not in self.verdicts]
        return lines + ([f"  as given:   {', '.join(taken)}"] if taken else [])

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"Report  {self.verdict}"

    def to_dict(self) -> dict[str, Any]:
        """The report as what JSON can hold."""
        return {
            "right": self.right,
            "verdict": self.verdict,
            "line": self.line or None,
            "should": None if self.should is None else formula(self._opened(self.should)),
            "hint": self.hint or None,
            "answers": [
                {"mistakes": answer.names, "told": told, "formula": _formula(answer.expr, self.line)}
                for answer, told in zip(self.answers, self.told, strict=False)
            ],
            "notes": list(self.notes),
            "lines": {
                name: {
                    "state": "wrong" if v.blamed else v.state,
                    "factor": None if v.factor is None else str(v.factor),
                    "notes": v.notes,
                }
                for name, v in self.verdicts.items()
            },
        }


def _formula(expr: Expr, line: str) -> str | None:
    return None if expr == Name(line) else formula(expr)


def wrapped(line: str, width: int) -> list[str]:
    """A line in as many as it needs; what goes on stands under its text."""
    import textwrap

    indent = " " * (11 if line[:10].strip() in ("hint", "should be", "you did", "or", "") and line else 4)
    return textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False) or [""]
