"""Which template an operation is written by: that of its row in the table, or of a special case."""

from __future__ import annotations

from typing import Literal

from chainrule.expressions import Const, Expr, Name, Node
from chainrule.expressions import operations as ops

Style = Literal["text", "latex", "code"]


def template(node: Node, style: Style, numbers: bool) -> str:
    """The template; with `numbers`, for operands that are written as numbers."""
    row = node.op
    if style == "code":
        return row.code
    scalar = node.single
    if row is ops.LOGADDEXP and isinstance(node.args[0], Const) and node.args[0].value == 0:
        return r"\log\left(1 + e^{{{1:0}}}\right)" if style == "latex" else "log(1 + e^{1:85})"
    if row is ops.MULTIPLY and not scalar and any(map(_is_number, node.args)):
        if style == "latex":
            return r"{:45} \cdot {:60}" if numbers or not node.args[0].scalar else r"{:45}\, {:60}"
        side_by_side = node.args[0].scalar and not numbers and not isinstance(node.args[0], Const)
        return "{:45} {:60}" if side_by_side else "{:45} × {:60}"
    if style == "latex":
        if row is ops.DIVIDE and not scalar:
            return _latex_quotient(node, numbers)
        if row is ops.SQUARE and not scalar and numbers:  # of each entry: a matrix squared would be a product
            return r"{:90}^{{\odot 2}}"
        return row.scalar_latex if scalar and row.scalar_latex else row.latex
    if scalar and row.scalar_text:
        return row.scalar_text
    return row.text


def _is_number(item: Expr) -> bool:
    """Whether what is multiplied is one number, not an array."""
    return item.scalar or (isinstance(item, Name) and item.index == ())


def reduction_settings(node: Node) -> str:
    """The axis and keepdims of a sum, as Python's arguments."""
    axis, keepdims = node.settings["axis"], node.settings["keepdims"]
    parts = ([] if axis is None else [f"axis={axis}"]) + (["keepdims=True"] if keepdims else [])
    return ", ".join(parts)


def _latex_quotient(node: Node, numbers: bool) -> str:
    """A quotient of arrays: 1/m goes in front of a mean; two matrices don't fit over one another."""
    over, under = node.args
    if isinstance(under, Name) and under.scalar and not isinstance(over, Name):
        need = "65" if _opens_with_minus(over, numbers) else "60"
        return r"\frac{{1}}{{{1:0}}}" + (r" \cdot " if numbers else r"\,") + f"{{0:{need}}}"
    return r"{:45} \,\big/\, {:65}" if numbers else ops.DIVIDE.latex


def _opens_with_minus(item: Expr, numbers: bool) -> bool:
    """Whether what is written for an expression starts with a minus sign that is not in brackets."""
    through = (ops.MULTIPLY, ops.MATMUL, ops.DIVIDE) if numbers else (ops.MULTIPLY, ops.MATMUL)
    while isinstance(item, Node) and item.op in through:
        item = item.args[0]
    return isinstance(item, Node) and item.op is ops.NEGATIVE
