"""Every equation of a page checked, in order, against the trace that it tells."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import DivisionByZero, InvalidOperation, localcontext
from typing import Any

import numpy as np

from reader.dust import rounding
from reader.errors import Unreadable, Untrue
from reader.known import Count, Known
from reader.operands import operands
from reader.page import Equation
from reader.sides import by_names, result, with_numbers
from reader.tree import Tree, has, is_value


class Checker:
    """Checks a page against the values of the trace that it tells.

    Parameters
    ----------
    values : the trace's values by name
    settings : the optimizer's numbers as they are printed in the heading
    digits : for a page by hand; None for an exact one
    single : whether the network computes in float32
    """

    def __init__(
        self, values: Mapping[str, Any], settings: set[str], digits: int | None = None, single: bool = False
    ) -> None:
        self.so_far = Known(values, settings, digits, single)

    def check(self, equations: list[Equation]) -> Count:
        """Check every equation, in order.

        Raises
        ------
        Untrue : for the first that is not so
        """
        for equation in equations:
            where = equation.name + (str(list(equation.index)) if equation.index is not None else "")
            try:
                with np.errstate(all="ignore"), localcontext() as context:
                    context.prec = 50
                    # 1 / (1 - 1) is ∞
                    context.traps[DivisionByZero] = context.traps[InvalidOperation] = False
                    self._equation(equation)
            except (Untrue, Unreadable) as error:
                raise type(error)(f"line {equation.line + 1}, {where}: {error}") from None
            except (ValueError, IndexError) as error:  # NumPy's words for shapes that don't go together
                raise Untrue(f"line {equation.line + 1}, {where}: {error}") from None
        return self.so_far.count

    def check_sides(self, equations: list[Equation]) -> Count:
        """Check only that sides with numbers give the results beside them: a page alone, without its trace."""
        with np.errstate(all="ignore"), localcontext() as context:
            context.prec = 50
            for equation in equations:
                if len(equation.sides) > 1 and not has(equation.sides[-2][1], "name"):
                    (_, side), (relation, printed) = equation.sides[-2:]
                    try:
                        with_numbers(self.so_far, side, relation, printed, equation.name)
                    except Untrue as error:
                        raise Untrue(f"line {equation.line + 1}, {equation.name}: {error}") from None
        return self.so_far.count

    def _equation(self, equation: Equation) -> None:
        name, index = equation.name, equation.index
        if name not in self.so_far.values:
            raise Untrue("there is no such quantity")
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
        loss = equation.name in ("L", "L_data")  # whose samples stand in a row
        axis = (
            None
            if "over all entries" in equation.note
            else 0
            if "over the samples" in equation.note and not loss
            else 1
        )
        for side in formulas:
            by_names(self.so_far, side, value, axis)
        if index is None and formulas:
            self.so_far.rules[name] = formulas[-1]
        if index is None and self.so_far.digits is None:
            rounding(self.so_far, equation, formulas[-1] if formulas else None, value, axis)
        relation, printed = rest[-1]
        if len(rest) == 2:
            if rest[0][0] != "=":
                raise Untrue(f"{rest[0][0]} stands before the numbers that are put in")
            with_numbers(self.so_far, rest[0][1], relation, printed, name)
            operands(self.so_far, equation, formulas[-1] if formulas else None, rest[0][1])
        elif relation != "=":
            raise Untrue(f"{relation} stands before the result, and no rounded numbers before it")
        result(self.so_far, name, printed, value, index)

    def _with_log_not(self, tree: Tree) -> Tree:
        """log(1 - a2) is a quantity of its own where there is one."""
        if tree[:2] == ("function", "log") and tree[2][:2] == ("subtract", ("number", "1")):
            name = f"log_not_{tree[2][2][1]}"
            if name in self.so_far.values:
                return ("name", name, None)
        return tuple(self._with_log_not(part) if isinstance(part, tuple) and part else part for part in tree)
