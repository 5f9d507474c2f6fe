"""Whether a line says ``=`` or ``≈``."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from decimal import DivisionByZero, InvalidOperation, localcontext
from typing import Any

import numpy as np

from chainrule.expressions import Const, Expr, Name, Node, names
from chainrule.expressions import operations as ops
from chainrule.notation import numeral, printed
from chainrule.utils.walks import walk
from chainrule.walkthrough.by_hand import decimals, evaluate_by_hand, sure
from chainrule.walkthrough.simplify import cut

# Of the 28 that decimals have: a division that does not come out leaves its rounding in the last.
SURE_DIGITS = 25


def relation_of(rule: Expr, values: Mapping[str, Any], value: Any, by_hand: bool) -> str:
    """Whether the printed operands of a formula give its printed result, "=", or not quite, "≈"."""
    if by_hand:
        return "=" if _exactly(rule, values, value) else "≈"
    env = {
        name.name: values[name.name] if _in_full(name) else _printed(values[name.name])
        for name in names(rule)
    }
    with np.errstate(all="ignore"):
        return "=" if _looks_same(_in_decimals(rule, env), value) else "≈"


def entry_relation(entry: Expr, values: Mapping[str, Any], result: Any, by_hand: bool) -> str:
    """The same of one entry."""
    if by_hand:
        return "=" if _exactly(entry, values, result) else "≈"
    printed = walk(lambda item: _with_printed(item, values), entry)
    with np.errstate(all="ignore"):
        return "=" if _looks_same(_in_decimals(printed, {}), result) else "≈"


def _with_printed(entry: Expr, values: Mapping[str, Any]) -> Generator[Expr, Expr, Expr]:
    """The entry with the numbers that a reader sees in place of its names, long sums cut as they are shown."""
    if isinstance(entry, Name):
        value = values[entry.name] if entry.index is None else values[entry.name][entry.index]
        return Const(np.float64(value if _in_full(entry) else printed(value)))
    if not isinstance(entry, Node):
        return entry
    # The rest of a cut sum is printed from the numbers themselves, so it is cut before they are rounded.
    short = cut(entry, values) if entry.op is ops.TOTAL else None
    if short is not None:
        shown = []
        for term in short.shown:
            shown.append((yield term))
        return ops.total([*shown, Const(np.float64(printed(short.rest)))])
    args = []
    for arg in entry.args:
        args.append((yield arg))
    return Node(entry.op, tuple(args), entry.settings)


def _in_full(name: Name) -> bool:
    """Whether a number is shown in full, as it was set."""
    return name.scalar and not name.computed


def _printed(value: Any) -> Any:
    flat = [printed(v) for v in np.ravel(value)]
    return np.array(flat).reshape(np.shape(value))


def _looks_same(a: Any, b: Any) -> bool:
    return [numeral(v) for v in np.ravel(a)] == [numeral(v) for v in np.ravel(b)]


def _in_decimals(rule: Expr, values: Mapping[str, Any]) -> Any:
    """What printed numbers give on paper."""
    with localcontext() as context:
        context.traps[DivisionByZero] = context.traps[InvalidOperation] = False  # 1 / 0 is ∞, 0 / 0 nothing
        found = evaluate_by_hand(rule, {name: decimals(value) for name, value in values.items()})
        return np.asarray(found, dtype=np.float64)


def _exactly(rule: Expr, values: Mapping[str, Any], result: Any) -> bool:
    """By hand: whether the line came out without rounding. A third times three is one, whatever decimals make of it."""
    again = evaluate_by_hand(rule, values)
    return all(sure(a) == sure(b) for a, b in zip(np.ravel(again), np.ravel(result), strict=True))
