"""What the signs of a page mean: those that it uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chainrule.expressions import Expr, Name, nodes
from chainrule.expressions import operations as ops
from chainrule.expressions.node import names
from chainrule.walkthrough.lines import WorkedStep

_SIGNS = {
    ops.MATMUL: "· is the product of matrices",
    ops.MULTIPLY: "⊙ multiplies entry by entry",
    ops.TRANSPOSE: "ᵀ turns rows into columns",
    ops.SUM: "Σ adds up",
    ops.INDICATOR: "1{…} is 1 where … holds, otherwise 0",
    ops.LOG: "log is the natural logarithm",
}
_ENTRYWISE = {ops.DIVIDE, ops.SQUARE, ops.POWER, ops.SQRT, ops.EXP, ops.LOG, ops.MAXIMUM}
_IN_NOTES = {"δ_ij": "δ_ij is 1 where i = j, otherwise 0"}
_COUNTS = {"m": "m counts the samples: {}", "k": "k counts the outputs: {}", "t": "t counts the steps: {}"}


def signs_used(steps: Iterable[WorkedStep], values: Mapping[str, Any], by_hand: bool | None) -> Iterator[str]:
    """Sentences about the signs in the formulas of some steps, and what is counted in them.

    Parameters
    ----------
    steps : of the page
    values : by name
    by_hand : whether numbers are counted by hand; None where none are put in
    """
    everything = [line for step in steps for line in step.lines]
    lines = [line for line in everything if not line.obvious or line.worked is not None]
    formulas = [form for line in lines for form in (line.rule, line.chain) if form is not None]
    used = {node.op for form in formulas for node in nodes(form) if not _hidden(node.op, node.args)}
    signs = [sign for op, sign in _SIGNS.items() if op in used]
    noted = " ".join(note for line in everything for note in (line.note, line.chain_note))
    signs += [means for sign, means in _IN_NOTES.items() if sign in noted]
    read = {name.name for form in formulas for name in names(form)}
    counts = ", ".join(words.format(values[name]) for name, words in _COUNTS.items() if name in read)
    yield "Rows are samples and columns units, counted from 0" + (f"; {counts}." if counts else ".")
    if signs:
        yield "; ".join(signs) + "."
    if used & _ENTRYWISE:
        yield "/, powers, roots and functions work entry by entry; a row or a column is repeated to fit a matrix."
    if by_hand is None:
        return
    near = "the result is rounded" if by_hand else "more digits than are printed were counted with"
    yield f"After numbers, =: they give the printed result; ≈: {near}."


def _hidden(op: object, args: tuple[Expr, ...]) -> bool:
    """Whether a product is written without its sign: with a number."""
    return op is ops.MULTIPLY and any(
        arg.scalar or (isinstance(arg, Name) and arg.index is not None) for arg in args
    )
