"""What stopped being finite."""

from __future__ import annotations

import numpy as np

from chainrule.model.model import reads_tables
from chainrule.model.record import Record
from chainrule.notation import entry_text
from chainrule.walkthrough.derivation import Derivation
from chainrule.walkthrough.substitution import plain_numbers

ALL_FINITE = "every number of this step is finite."


def not_finite(trace: Record) -> str:
    """A sentence that names the first quantity that training needs and that is not finite, with its operands."""
    program = trace.program
    targets = ["L", *(n for n in program.quantities if n.endswith("_new"))]
    missing = program.data if reads_tables(trace.network) else ""  # cells of a table may be
    for name, value in trace.leaves.items():
        if name != missing and isinstance(value, np.ndarray) and not np.isfinite(value).all():
            entry = entry_text(name, tuple(int(i) for i in np.argwhere(~np.isfinite(value))[0]))
            return f"{entry} is {trace[entry]}."
    for quantity in program.needed(targets):
        value = np.asarray(trace.results[quantity.name])
        wrong = np.argwhere(~np.isfinite(value))
        if len(wrong):
            index = tuple(int(i) for i in wrong[0])
            rule, put = Derivation(trace).rule(quantity, index), plain_numbers(trace.results)
            entry = entry_text(quantity.name, index)
            return (
                f"the first number that is not finite is {entry} = {put.names(rule)} = {put.entry(rule)} = "
                f"{value[index]}."
            )
    return ALL_FINITE
