"""Where a formula has no value: 0 / 0 at an output that is 0 or 1 to the last bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.expressions import Expr, Node, evaluate, names, nodes
from chainrule.expressions import operations as ops
from chainrule.expressions.entry import Entries
from chainrule.model.record import Record
from chainrule.notation import display, entry_text, formula
from chainrule.program.program import Quantity


def undefined(record: Record, quantity: Quantity, values: Mapping[str, Any]) -> str:
    """Which entries of a quantity are not defined, why, and what training does without them; empty for none."""
    value = np.asarray(values[quantity.name])
    if value.dtype.kind != "f" or not np.isnan(value).any():
        return ""
    wrong = np.argwhere(np.isnan(value))
    index = tuple(map(int, wrong[0]))
    first = entry_text(display(quantity.name), index)
    which = f"{first} is" if len(wrong) == 1 else f"{first} and {len(wrong) - 1} more are"
    reason = _reason(Entries(quantity.rule, record.results).at(index), values)
    return f"{which} not defined here{reason}{_instead(record, quantity.name)}"


def _reason(entry: Expr, values: Mapping[str, Any]) -> str:
    """What of the rule of an entry has no value: 0 / 0."""
    memo: dict[Expr, Any] = {}
    with np.errstate(all="ignore"):
        evaluate(entry, values, memo)
        for node in nodes(entry):
            if node.op is ops.DIVIDE and all(np.all(evaluate(arg, values) == 0) for arg in node.args):
                over, under = (formula(_unsigned(arg)) for arg in node.args)
                return f": {over} and {under} are both 0"
    return ""


def _unsigned(item: Expr) -> Expr:
    return _unsigned(item.args[0]) if isinstance(item, Node) and item.op is ops.NEGATIVE else item


def _instead(record: Record, name: str) -> str:
    """Which gradient training computes without it."""
    program = record.program
    read = {q.name for q in program.needed(list(program.gradients.values()))}
    if name in read:
        return ""
    for quantity in program.quantities.values():
        chain = quantity.textbook_form
        if quantity.name in read and chain is not None and name in {n.name for n in names(chain)}:
            return f"; training takes {display(quantity.name)} without it"
    return ""
