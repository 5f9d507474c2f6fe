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
_COUNTS = {"m": "m counts the samples: {}", "k": "k counts the outputs: {}", "t": "t counts the steps: {}"}


def signs_used(steps: Iterable[WorkedStep], values: Mapping[str, Any]) -> Iterator[str]:
    """Sentences about the signs in the formulas of some steps, and what is counted in them."""
    lines = [line for step in steps for line in step.lines if not line.obvious or line.worked is not None]
    formulas = [form for line in lines for form in (line.rule, line.chain) if form is not None]
    used = {node.op for form in formulas for node in nodes(form) if not _hidden(node.op, node.args)}
    signs = [sign for op, sign in _SIGNS.items() if op in used]
    read = {name.name for form in formulas for name in names(form)}
    counts = ", ".join(words.format(values[name]) for name, words in _COUNTS.items() if name in read)
    yield "Rows are samples and columns units, counted from 0" + (f"; {counts}." if counts else ".")
    if signs:
        yield "; ".join(signs) + "."
    yield "=: the printed numbers give the printed result; ≈: that is rounded."


def _hidden(op: object, args: tuple[Expr, ...]) -> bool:
    """Whether a product is written without its sign: with a number."""
    return op is ops.MULTIPLY and any(
        arg.scalar or (isinstance(arg, Name) and arg.index is not None) for arg in args
    )
