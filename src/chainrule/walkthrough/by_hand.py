"""Counting by hand: the program's lines in decimal arithmetic, each rounded and carried on rounded."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.expressions import Expr, Node, evaluate, names
from chainrule.expressions import operations as ops
from chainrule.expressions.node import Operation
from chainrule.model.record import Record
from chainrule.notation import shortest
from chainrule.program.program import Program, of_section
from chainrule.utils.counts import counted

# Operations that Python's Decimal does itself, as it does square roots. The others are irrational: they are computed
# in double precision, far beyond the digits of a pencil, and no tie can hide there.
_EXACT = {
    ops.ADD, ops.SUBTRACT, ops.MULTIPLY, ops.DIVIDE, ops.NEGATIVE, ops.SQUARE, ops.ABSOLUTE, ops.MAXIMUM,
    ops.MINIMUM, ops.GREATER, ops.GREATER_EQUAL, ops.LESS, ops.LESS_EQUAL, ops.EQUAL, ops.NOT_EQUAL, ops.INDICATOR,
    ops.ISNAN, ops.WHERE, ops.POWER, ops.MATMUL, ops.TRANSPOSE, ops.SUM, ops.MAX, ops.COLUMN, ops.TOTAL, ops.LARGEST,
    ops.PICK_ROWS, ops.PUT_ROWS, ops.CAST,
}  # fmt: skip
RAW_DIGITS = 15  # of what is scaled: the difference of two large numbers is to keep its digits
_SURE = Context(
    prec=25
)  # digits of the 28 that decimals have: what a division leaves over is in the last ones
UPDATE_DIGITS = 8  # "all digits" of an update: far more than a rounded gradient brings in


def decimals(value: Any) -> Any:
    """A value in decimals, as it is printed in full: 0.6 is 0.6, not the nearest binary fraction."""
    if isinstance(value, np.ndarray):
        return np.array([_decimal(v) for v in value.ravel()], dtype=object).reshape(value.shape)
    return _decimal(value)


def evaluate_by_hand(expr: Expr, values: Mapping[str, Any]) -> Any:
    """An expression in decimal arithmetic, not rounded yet."""

    def apply(row: Operation, args: list[Any], settings: Mapping[str, Any]) -> Any:
        if all(not isinstance(a, np.ndarray) for a in args):
            if row is ops.SQRT:
                return _root(args[0])
            if row in _EXACT:
                return row.on_scalars(*args)
            return _decimal(row.on_scalars(*(float(a) for a in args)))
        if row is ops.SQRT:
            return np.array([_root(v) for v in args[0].ravel()], dtype=object).reshape(args[0].shape)
        if row in _EXACT:
            settings = {
                name: value for name, value in settings.items() if name != "dtype"
            }  # decimals have none
            return row.run(*args, **settings)
        return decimals(np.asarray(row.run(*(np.asarray(a, dtype=np.float64) for a in args), **settings)))

    return evaluate(expr, values, number=lambda value: _decimal(shortest(value)), apply=apply)


def by_hand(trace: Record, digits: int, halves: str = "even") -> dict[str, Any]:
    """Every quantity of a trace counted by hand.

    Parameters
    ----------
    trace : whose program and inputs are taken
    digits : significant digits of each line; the weights in an update keep theirs
    halves : where a number just between two goes, "even" or "up", away from 0
    """
    kept = kept_digits(trace.program, digits)
    in_double = [q for q in trace.program.quantities.values() if trace.program.in_double(q)]
    raw = {name.name for quantity in in_double for name in names(quantity.rule)} - set(
        trace.program.quantities
    )
    put_in = trace.replacing({})
    values: dict[str, Any] = {}
    for name, value in trace.leaves.items():
        given = put_in[name](value) if name in put_in else value
        values[name] = _rounded(decimals(given), RAW_DIGITS if name in raw else UPDATE_DIGITS, halves)
    for quantity in trace.program.quantities.values():
        form = quantity.form(textbook=not quantity.by_chain_rule)
        try:
            with np.errstate(divide="raise"):
                value = evaluate_by_hand(form, values)
        except (ArithmeticError, FloatingPointError):
            raise InputError(
                f"counted by hand with {counted(digits, 'digit')}, {quantity.name} divides by 0, since a number "
                "before it was rounded to 0 or 1: take more digits, or arithmetic='exact'."
            ) from None
        if quantity.name in put_in:
            value = decimals(put_in[quantity.name](value))
        values[quantity.name] = _rounded(value, kept[quantity.name], halves)
    return values


def line_by_hand(expr: Expr, values: Mapping[str, Any], digits: int, halves: str = "even") -> Any:
    """What another formula than its rule gives in a line, rounded as the line is.

    Parameters
    ----------
    expr : the formula
    values : every quantity counted by hand
    digits : of that line, as `kept_digits` has it
    halves : as for `by_hand`

    Raises
    ------
    ArithmeticError, ValueError, IndexError, TypeError : where it gives no number, or shapes do not go together
    """
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        return rounded(evaluate_by_hand(expr, values), digits, halves)


def rounded(value: Any, digits: int, halves: str = "even") -> Any:
    """Numbers as decimals of so many significant digits."""
    return _rounded(decimals(value), digits, halves)


def kept_digits(program: Program, digits: int) -> dict[str, int]:
    """To how many significant digits each line is rounded."""
    weights = weights_of_update(program)
    chosen = {
        q.name for q in program.quantities.values()
        if program.in_double(q) and isinstance(q.rule, Node) and q.rule.op is ops.WHERE
    }  # and not computed  # fmt: skip
    return {
        name: RAW_DIGITS if name in chosen else UPDATE_DIGITS if name in weights else digits
        for name in program.quantities
    }


def weights_of_update(program: Program) -> set[str]:
    """The quantities of an update that are weights: the new ones, and those on the way to them, decayed or fast."""
    found: set[str] = set()
    for quantity in of_section(program.quantities.values(), "update"):
        known = {quantity.parameter, *found}
        if quantity.local.startswith("w") and known & {name.name for name in names(quantity.rule)}:
            found.add(quantity.name)
    return found


def _decimal(value: Any) -> Decimal:
    # As it is written, of a float32 too: 0.6, not the 0.60000002 that it is in double precision.
    return value if isinstance(value, Decimal) else Decimal(str(value))


def sure(value: Any) -> Any:
    """A number without the digits that divisions leave: a third times three is one, a half is a tie to be rounded."""
    return _SURE.plus(value) if isinstance(value, Decimal) else value


def _root(value: Any) -> Decimal:
    """A square root, exact where it has few digits: √0.25 is 0.5. Of a negative number it is NaN, as in NumPy."""
    number = _decimal(value)
    return Decimal("NaN") if number and number.is_signed() else number.sqrt()


def _rounded(value: Any, digits: int, halves: str) -> Any:
    context = Context(prec=digits, rounding=ROUND_HALF_EVEN if halves == "even" else ROUND_HALF_UP)
    if isinstance(value, np.ndarray):
        if value.dtype != object:
            return value
        return np.array([context.plus(sure(v)) for v in value.ravel()], dtype=object).reshape(value.shape)
    return context.plus(sure(value)) if isinstance(value, Decimal) else value
