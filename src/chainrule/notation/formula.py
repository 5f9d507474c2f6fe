"""Formulas by names, in text and in LaTeX."""

from __future__ import annotations

from chainrule.expressions import Const, Expr, Name
from chainrule.notation.constants import constant
from chainrule.notation.names import display, entry_text, latex_name
from chainrule.notation.writing import ATOM, write


def text_leaf(item: Expr) -> tuple[str, int] | None:
    """Names as they are shown, constants as numbers."""
    if isinstance(item, Name):
        shown = display(item.name)
        return (shown if item.index is None else entry_text(shown, item.index)), ATOM
    if isinstance(item, Const):
        text, _, binds = constant(item.value)
        return text, binds
    return None


def formula(expr: Expr) -> str:
    """An expression in plain text, by names."""
    return str(write(expr, "text", text_leaf))


def latex_leaf(item: Expr) -> tuple[str, int] | None:
    """Names and constants in LaTeX."""
    if isinstance(item, Name):
        shown = latex_name(item.name, item.index)
        # Two superscripts in a row (a transposed or squared W^new) are an error in LaTeX, and a power of
        # ∂L/∂W or of log a needs brackets.
        return shown, 85 if any(mark in shown for mark in ("^", r"\log", r"\frac")) else ATOM
    if isinstance(item, Const):
        _, latex, binds = constant(item.value)
        return latex, binds
    return None


def latex_formula(expr: Expr) -> str:
    """An expression in LaTeX, by names."""
    return str(write(expr, "latex", latex_leaf))
