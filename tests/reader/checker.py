"""Every equation of a page checked, in order, against the trace that it tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from decimal import DivisionByZero, InvalidOperation, localcontext
from typing import Any

import numpy as np

from reader.dust import rounding
from reader.errors import Undefined, Unreadable, Untrue
from reader.known import Count, Known, Reading
from reader.operands import operands
from reader.page import Equation, plain_name
from reader.parser import parse
from reader.printed import decimals_printed
from reader.sides import by_names, result, with_numbers
from reader.tokens import tokens_of
from reader.tree import Tree, has, is_value, leaves


class Checker:
    """Checks a page against the values of the trace that it tells.

    Parameters
    ----------
    values : the trace's values by name
    settings : numbers that are given in full, as they are printed in the heading
    reading : how the page counts; an exact one where none is given
    kinds : what comes from outside is, by name: "input", "parameter", "state", …
    told : the names of which the page says in words what they are; None: any name is good
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        settings: set[str],
        reading: Reading | None = None,
        kinds: Mapping[str, str] | None = None,
        told: Iterable[str] | None = None,
    ) -> None:
        self.so_far = Known(values, kinds or {}, settings, reading or Reading())
        self.so_far.told = None if told is None else set(told)

    def check(self, equations: list[Equation]) -> Count:
        """Check every equation, in order.

        Raises
        ------
        Untrue : for the first that is not so
        """
        for equation in equations:
            where = equation.name + (str(list(equation.index)) if equation.index is not None else "")
            try:
                with self.on_paper():
                    self._equation(equation)
            except (Untrue, Unreadable) as error:
                raise type(error)(f"line {equation.line + 1}, {where}: {error}") from None
            except (ValueError, IndexError) as error:  # NumPy's words for shapes that don't go together
                raise Untrue(f"line {equation.line + 1}, {where}: {error}") from None
        return self.so_far.count

    def check_sides(self, equations: list[Equation]) -> Count:
        """Check only that sides with numbers give the results beside them: a page alone, without its trace."""
        with self.on_paper():
            for equation in equations:
                if len(equation.sides) > 1 and not has(equation.sides[-2][1], "name"):
                    (_, side), (relation, printed) = equation.sides[-2:]
                    try:
                        with_numbers(self.so_far, side, relation, printed, equation.name)
                    except Untrue as error:
                        raise Untrue(f"line {equation.line + 1}, {equation.name}: {error}") from None
        return self.so_far.count

    @contextmanager
    def on_paper(self) -> Iterator[None]:
        """Decimals of fifty digits, in which 1 / 0 is ∞."""
        with (
            np.errstate(all="ignore"),
            localcontext() as context,
            decimals_printed(self.so_far.reading.decimals),
        ):
            context.prec = 50
            context.traps[DivisionByZero] = context.traps[InvalidOperation] = False
            yield

    def _equation(self, equation: Equation) -> None:
        equation = replace(
            equation,
            name=self.so_far.name_of(equation.name),
            sides=[(relation, self.so_far.in_trace(side)) for relation, side in equation.sides],
        )
        name, index = equation.name, equation.index
        if name not in self.so_far.values:
            raise Undefined("there is no such quantity")
        if len(equation.sides) < 1:
            raise Unreadable("nothing stands after the name")
        value = self.so_far.values[name] if index is None else self.so_far.values[name][index]
        formulas = [side for _, side in equation.sides if has(side, "name")]
        if not name.startswith("log_"):
            formulas = [self._with_log_not(side) for side in formulas]
        if any(has(side, "name") != (i < len(formulas)) for i, (_, side) in enumerate(equation.sides)):
            raise Unreadable("names stand after numbers")
        for relation, _ in equation.sides[: max(1, len(formulas))]:
            if relation != "=":
                raise Untrue(f"{relation} stands before a formula")
        rest = equation.sides[len(formulas) :]
        if not rest or not is_value(rest[-1][1]):
            raise Unreadable("there is no result")
        if len(rest) > 2:
            raise Unreadable("numbers are put in twice")
        self.so_far.define(leaf[1] for side in formulas for leaf in leaves(side, "name"))
        if self.so_far.told is not None:
            self.so_far.told.add(name)
        axis = _axis(equation.note, self.so_far.samples)
        if axis is not None and self.so_far.reading.samples_as == "columns":
            axis = 1 - axis
        told, formulas = formulas, formulas or self._noted(equation)
        axis = self.so_far.axes.get(name, axis) if index is None else axis
        for side in formulas:
            by_names(self.so_far, name, side, value, axis)
        if index is None and formulas:
            self.so_far.rules[name], self.so_far.axes[name] = formulas[-1], axis
        elif index is None and not (self.so_far.outside(name) or rest[1:] or "put in by" in equation.note):
            raise Untrue("no formula tells where it comes from")
        if index is None and self.so_far.digits is None:
            rounding(self.so_far, equation, formulas[-1] if formulas else None, value, axis)
        relation, printed = rest[-1]
        if len(rest) == 2:
            if rest[0][0] != "=":
                raise Untrue(f"{rest[0][0]} stands before the numbers that are put in")
            with_numbers(self.so_far, rest[0][1], relation, printed, name)
            operands(self.so_far, equation, told[-1] if told else None, rest[0][1])
        elif relation != "=":
            raise Untrue(f"{relation} stands before the result, and no rounded numbers before it")
        result(self.so_far, name, printed, value, index)

    def _noted(self, equation: Equation) -> list[Tree]:
        """The formula of a line that has none, as its note tells it: that of another parameter, or what is computed."""
        found, name = [], equation.name
        if equation.index is not None or "put in by" in equation.note:
            return []
        if name.startswith("log_not_"):
            found.append(("function", "log", ("subtract", ("number", "1"), ("name", name[8:], None))))
        elif name.startswith("log_"):
            found.append(("function", "log", ("name", name[4:], None)))
        if like := re.search(r"(?:^|; )as (\S+?)(?:;|$)", equation.note):
            found.append(self.so_far.like(name, self.so_far.name_of(plain_name(like[1]))))
        if computed := re.search(r"computed as (.+?)(?:;|$)", equation.note):
            found.insert(0, self.so_far.in_trace(parse(tokens_of(computed[1]))))
        return found

    def _with_log_not(self, tree: Tree) -> Tree:
        """log(1 - a2) is a quantity of its own where there is one."""
        if tree[:2] == ("function", "log") and tree[2][:2] == ("subtract", ("number", "1")):
            name = f"log_not_{tree[2][2][1]}"
            if name in self.so_far.values:
                return ("name", name, None)
        return tuple(self._with_log_not(part) if isinstance(part, tuple) and part else part for part in tree)


def _axis(note: str, samples: int) -> int | None:
    """What a Σ adds up, as the note says; without a word of it each row, and of one sample all that there is."""
    if "over the samples" in note:
        return 0
    return None if samples == 1 or "over all entries" in note else 1
