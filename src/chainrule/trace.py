"""A trace: one step of the program with every quantity kept, and its readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainrule.model.record import Record

if TYPE_CHECKING:
    from chainrule.check import Report
    from chainrule.explain.explanation import Explanation
    from chainrule.explain.why import Why
    from chainrule.worksheets import Exercise


@dataclass(frozen=True, eq=False, repr=False)
class Trace(Record):
    """One step with every quantity by its name: ``trace["z1"]``, ``trace["dW1[0, 1]"]``.

    Parameters
    ----------
    network, program, optimizer : what was run
    leaves : what came from outside
    results : every quantity by name, read-only
    base : for a `what_if`, the trace it started from
    replaced : for a `what_if`, what was put in
    """

    def explain(
        self,
        quantity: str | None = None,
        *,
        arithmetic: str = "exact",
        digits: int | None = None,
        halves: str = "even",
        steps: str | int | None = None,
        formulas: bool = False,
    ) -> Explanation:
        """The walk-through of this step: every formula, the formula with its numbers, and the result.

        Parameters
        ----------
        quantity : a name, for that quantity alone
        arithmetic : "exact", decimals of what training computes; or "by_hand": each line rounded to `digits`
            significant digits, in decimal arithmetic, and carried on rounded, as with a pencil
        digits : 1 to 15; for "by_hand" significant digits, 3 unless given, for "exact" decimals, 6 unless given
        halves : for "by_hand", where a number just between two goes: "even", or "up", away from 0
        steps : which steps alone, such as 5, "2-4" or "1,5", with what they start from
        formulas : whether the formulas alone are told, without numbers

        Raises
        ------
        UnknownName, InputError, KindError
        """
        from chainrule.explain.explain import explain

        return explain(self, quantity, arithmetic, digits, halves, steps, formulas)

    def why(self, entry: str, *, depth: int | None = None) -> Why:
        """One number, derived down to inputs and parameters, with a finite difference beside every gradient.

        Parameters
        ----------
        entry : e.g. ``"dW1[0, 1]"``; a quantity with a single entry may be named without index
        depth : how many levels to go down, at least 0; as many as stay readable unless given

        Raises
        ------
        UnknownName, InputError
        """
        from chainrule.explain.why import why

        return why(self, entry, depth)

    def check(self, mine: Any, *, digits: int | None = None) -> Report:
        """The first line of a learner's numbers that is wrong, and what was done there; docs/check.md.

        Each quantity is judged by its rule on the numbers before it that were given, in whatever layout they come:
        samples as columns, biases folded in, y - a with a plus, 1/m here or there are no mistakes.

        Parameters
        ----------
        mine : a dict of arrays, lists or numbers by name, or the path of an .npz or JSON file
        digits : 1 to 15, significant digits that the numbers were rounded to; unless given, arrays are taken as exact,
            and numbers that come as text have the digits that are written

        Raises
        ------
        InputError, KindError, UnknownName, FileError

        >>> from chainrule import SGD, worked_example
        >>> net = worked_example()
        >>> report = net.trace(net.x, net.y, SGD(0.01)).check({"dz1": ["-1.2", "1.37", "0.857"]}, digits=3)
        >>> report.line, report.mistakes[0]
        ('dz1', 'slope_skipped')
        """
        from chainrule.check import check

        return check(self, mine, digits)

    def exercise(
        self, blanks: str | Sequence[str] | None = None, *, fade: bool = False, **conventions: Any
    ) -> Exercise:
        """A worksheet of this step, counted by hand, with blanks to fill in and their keys; docs/exercises.md.

        Parameters
        ----------
        blanks : what is left out: names of lines such as "dz1", entries such as "dW1[0, 1]", numbers such as "5.6";
            all lines unless given
        fade : whether the first half of each line is given, as an example to go by
        conventions : digits=3, halves="even" or "up", samples_as="rows" or "columns", reduction="mean" or "sum"

        Raises
        ------
        InputError, KindError, UnknownName

        >>> from chainrule import worked_example
        >>> net = worked_example()
        >>> sheet = net.trace(net.x, net.y).exercise("dz1").sheets[0]
        >>> {name: float(key) for name, key in sheet.keys.items()}
        {'dz1[0, 0]': 0.0, 'dz1[0, 1]': 1.37, 'dz1[0, 2]': 0.857}
        """
        from chainrule.worksheets import of_step

        return of_step(self, blanks, fade=fade, **conventions)

    def __str__(self) -> str:
        from chainrule.explain.trace_table import summary

        return summary(self)

    def _repr_html_(self) -> str:
        from chainrule.plots import network, shown

        return shown(repr(self), lambda: network(self))
