"""A step of a float32 network, counted again in double precision."""

from __future__ import annotations

import dataclasses

import numpy as np

from chainrule.expressions import Expr, Node
from chainrule.expressions.node import rebuild
from chainrule.model.record import Record

NEAR = 1e-6  # of a sum to 1, as the losses that ask for one check it


def doubled(trace: Record) -> Record:
    """The same step on the same numbers from outside, by the same rules, with every result in double precision.

    Targets that sum to 1 as far as float32 tells do so in double precision as well: rules such as a - y rely on it.
    """
    program = dataclasses.replace(
        trace.program,
        quantities={
            name: dataclasses.replace(
                quantity,
                rule=rebuild(quantity.rule, _in_double),
                textbook_form=None
                if quantity.textbook_form is None
                else rebuild(quantity.textbook_form, _in_double),
            )
            for name, quantity in trace.program.quantities.items()
        },
    )
    leaves = {
        name: value.astype(np.float64) if isinstance(value, np.ndarray) else value
        for name, value in trace.leaves.items()
    }
    for name in (name for name, kind in program.leaves.items() if kind == "target" and name in leaves):
        sums = leaves[name].sum(axis=1, keepdims=True)
        shares = np.abs(sums - 1) <= NEAR
        leaves[name] = np.where(shares, leaves[name] / np.where(shares, sums, 1), leaves[name])
    results = program.run(leaves, trace.replacing({}))
    return dataclasses.replace(trace, program=program, leaves=leaves, results=results)


def _in_double(item: Expr) -> Expr:
    if isinstance(item, Node) and item.settings.get("dtype") is not None:
        return Node(item.op, item.args, {**item.settings, "dtype": np.dtype(np.float64)})
    return item
