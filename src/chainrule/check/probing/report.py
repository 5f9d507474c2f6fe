"""A report on functions: that on their numbers, and what kept some of them from being judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.check.judge import described
from chainrule.check.probing.calling import Trouble
from chainrule.check.report import NOT_FOLLOWED, RIGHT, WRONG, Report
from chainrule.check.slips import wrong_entries
from chainrule.expressions import Expr, Name, rebuild
from chainrule.notation import display, entry_text, numeral


@dataclass(frozen=True, repr=False, eq=False)
class FunctionsReport(Report):
    """What a check of functions found.

    Parameters
    ----------
    troubles : what kept functions from being judged: errors, results that are none, parameters that nobody knows
    places : for each line the function that gave it, with its file and line, in words
    cautions : what is to be said of functions that may be right
    """

    troubles: Sequence[Trouble] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    cautions: Sequence[str] = ()

    @property
    def right(self) -> bool:
        """Whether all functions could be judged, and no line is wrong."""
        return not self.troubles and super().right

    @property
    def exit_code(self) -> int:
        """0 where all is right, 1 for what is wrong, 3 where nothing could be judged or is not written yet."""
        if self.first is not None or any(not each.unwritten for each in self.troubles):
            return WRONG
        return RIGHT if self.right else NOT_FOLLOWED

    @property
    def verdict(self) -> str:
        """The verdict in a sentence."""
        if self.first is not None:
            return f"{self.places[self.line]}: {super().verdict}"
        if self.troubles:
            return str(self.troubles[0])
        return super().verdict

    def details(self, hint: bool = False) -> list[str]:
        """What there is to say of what is wrong, in lines: the hint, the rule, what was done."""
        told = [each.told[:1].upper() + each.told[1:] for each in self.troubles]
        return told + ([] if self.first is None else self._about(hint))

    def _opening(self) -> list[str]:
        told = [str(each) for each in self.troubles]
        return [self.verdict, *(each for each in told if each != self.verdict)]

    def _opened(self, expr: Expr) -> Expr:
        """A formula with what its layer or its loss computes on the way written out, where the function did not."""
        assert self.first is not None
        own, of = self.sheet.program.quantities, self.first.quantity

        def change(item: Expr) -> Expr:
            quantity = own.get(item.name) if isinstance(item, Name) else None
            inner = quantity is not None and (quantity.place, quantity.section) == (of.place, of.section)
            return self.sheet.written_out(item) if inner else item

        return rebuild(super()._opened(expr), change)

    def _numbers(self) -> str:
        """An entry at which the rule and the function differ, or the shape."""
        assert self.should is not None
        assert self.first is not None
        given, value = self.sheet.given[self.line], np.asarray(self.sheet.value(self.should), np.float64)
        wrong = wrong_entries(self.sheet, self.first.quantity)
        if given.turned or np.shape(given.value) != value.shape or not wrong:
            return f"which has the shape {value.shape}"
        entry, ours, theirs = entry_text(display(self.line), wrong[0]), value[wrong[0]], given.value[wrong[0]]
        return (
            f"on trial numbers {entry} is then {numeral(float(ours))}, and yours is {numeral(float(theirs))}"
        )

    def _understood(self) -> list[str]:
        lines = ["How I read it:", *(f"  {note}" for note in (*self.notes, *self.cautions))]
        lines += [f"  {told}" for verdict in self.verdicts.values() if (told := described(verdict))]
        states = {name: "wrong" if v.blamed else v.state for name, v in self.verdicts.items()}
        for state in ("right", "wrong", "not judged"):
            names = [display(name) for name, each in states.items() if each == state]
            lines += [f"  {state + ':':<11} {', '.join(names)}"] if names else []
        return lines if len(lines) > 1 else []

    def to_dict(self) -> dict[str, Any]:
        """The report as what JSON can hold."""
        troubles = [
            {"function": t.function, "place": t.place, "told": t.told, "unwritten": t.unwritten}
            for t in self.troubles
        ]
        return {**super().to_dict(), "troubles": troubles, "functions": dict(self.places)}
