"""How an expression is written: one walk over the templates of the table, for every notation.

The pieces that a template is filled with may be strings or boxes of several lines; `join` puts them together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from string import Formatter
from typing import Any, Literal

from chainrule.expressions import Const, Expr, Name, Node
from chainrule.expressions import operations as ops
from chainrule.readings.numerals import numeral

Style = Literal["text", "latex", "code"]
ATOM = 100
SUM_STRENGTH = 40  # a negative number binds like a sum: it gets brackets inside products
Leaf = Callable[[Expr], "tuple[Any, int] | None"]

GREEK = {
    "eta": "η", "beta1": "β1", "beta2": "β2", "epsilon": "ε", "mu": "μ", "rho": "ρ", "gamma": "γ", "lambda": "λ",
}  # fmt: skip


def join_strings(pieces: Sequence[Any]) -> str:
    """Pieces that are all strings, one after the other."""
    return "".join(pieces)


def write(
    expr: Expr,
    style: Style,
    leaf: Leaf,
    join: Callable[[Sequence[Any]], Any] = join_strings,
    bracket: Callable[[Any], Any] | None = None,
    numbers: bool = False,
) -> Any:
    """Write an expression.

    Parameters
    ----------
    expr : the expression
    style : which template of the table
    leaf : writes a name or a constant, with its binding strength; may write a whole node too
    join : puts the pieces of a template together
    bracket : puts a piece in brackets
    numbers : whether numbers are put in: a product with a number is written with ×, not by putting side by side
    """
    if bracket is None:
        bracket = _latex_bracket if style == "latex" else lambda piece: f"({piece})"

    def of(item: Expr) -> tuple[Any, int]:
        found = leaf(item)
        if found is not None:
            return found
        assert isinstance(item, Node)
        row = item.op
        if row in (ops.TOTAL, ops.LARGEST):
            return n_ary(item), row.strength
        template = _template(item, style, numbers, leaf)
        pieces: list[Any] = []
        position = 0
        for text, field, spec, _ in Formatter().parse(template):
            if text:
                pieces.append(text)
            if field == "settings":
                pieces.append(_settings(item))
            elif field is not None:
                piece, strength = of(item.args[position])
                position += 1
                pieces.append(piece if strength >= int(spec or 0) else bracket(piece))
        is_call = style == "code" and row.code.endswith((")", "]"))
        return join(pieces), ATOM if is_call else row.strength

    def n_ary(item: Node) -> Any:
        pieces: list[Any] = []
        for arg in item.args:
            piece, strength = of(arg)
            separator = " + " if item.op is ops.TOTAL else ", "
            weak = item.op is ops.TOTAL and strength < (50 if pieces else 40)
            pieces += ([separator] if pieces else []) + [bracket(piece) if weak else piece]
        return join(pieces if item.op is ops.TOTAL else ["max(", *pieces, ")"])

    return of(expr)[0]


def _template(node: Node, style: Style, numbers: bool, leaf: Leaf) -> str:
    row = node.op
    if style == "code":
        return row.code
    scalar = _is_entry(node)
    if row is ops.MULTIPLY and not scalar and any(arg.scalar for arg in node.args):
        if style == "latex":
            return r"{:45} \cdot {:60}" if numbers or not node.args[0].scalar else r"{:45}\, {:60}"
        side_by_side = node.args[0].scalar and not numbers and not isinstance(node.args[0], Const)
        return "{:45} {:60}" if side_by_side else "{:45} × {:60}"
    if style == "latex":
        return row.scalar_latex if scalar and row.scalar_latex else row.latex
    if scalar and row.scalar_text:
        return row.scalar_text
    return row.text


def _is_entry(item: Expr) -> bool:
    """Whether an expression is about single numbers: entries, scalars and constants only."""
    stack = [item]
    while stack:
        top = stack.pop()
        if isinstance(top, Node):
            stack.extend(top.args)
        elif isinstance(top, Name) and top.index is None and not top.scalar:
            return False
    return True


def _settings(node: Node) -> str:
    axis, keepdims = node.settings["axis"], node.settings["keepdims"]
    parts = ([] if axis is None else [f"axis={axis}"]) + (["keepdims=True"] if keepdims else [])
    return ", ".join(parts)


def _latex_bracket(piece: Any) -> Any:
    return rf"\left({piece}\right)"


def entry_text(name: str, index: Sequence[int]) -> str:
    """``dW1[0, 1]``."""
    return f"{name}[{', '.join(map(str, index))}]" if len(index) else name


def display(name: str) -> str:
    """A quantity's name as text shows it: ``log_a2`` → ``log a2``, ``eta`` → ``η``."""
    if name in GREEK:
        return GREEK[name]
    if name.startswith("log_not_"):
        return f"log(1 - {name[8:]})"
    return name.replace("log_", "log ") if name.startswith("log_") else name


def text_leaf(item: Expr) -> tuple[str, int] | None:
    """Names as they are shown, constants as numbers."""
    if isinstance(item, Name):
        shown = display(item.name)
        return (shown if item.index is None else entry_text(shown, item.index)), ATOM
    if isinstance(item, Const):
        return _constant(item)
    return None


def _constant(item: Const) -> tuple[str, int]:
    return numeral(item.value), SUM_STRENGTH if item.value < 0 else ATOM


def formula(expr: Expr) -> str:
    """An expression in plain text, by names."""
    return str(write(expr, "text", text_leaf))


def code(expr: Expr, names: Callable[[str], str] = lambda name: name) -> str:
    """An expression as Python."""

    def leaf(item: Expr) -> tuple[str, int] | None:
        if isinstance(item, Name):
            return names(item.name), ATOM
        if isinstance(item, Const):
            return repr(item.value), ATOM if item.value >= 0 else 45
        return None

    return str(write(expr, "code", leaf))


# --- LaTeX ------------------------------------------------------------------------------------------------

_LATEX_GREEK = {
    "eta": r"\eta", "beta1": r"\beta_1", "beta2": r"\beta_2", "epsilon": r"\varepsilon", "mu": r"\mu",
    "rho": r"\rho", "gamma": r"\gamma", "lambda": r"\lambda",
}  # fmt: skip
_PARTS = re.compile(r"([A-Za-z]+?)(\d*)$")


def latex_name(name: str) -> str:
    """A quantity's name in LaTeX: ``dW1`` → ∂L/∂W₁, ``mW1_hat`` → m̂ of W₁."""
    if name in _LATEX_GREEK:
        return _LATEX_GREEK[name]
    for prefix, wrap in (("log_not_", r"\log\left(1 - {}\right)"), ("log_", r"\log {}")):
        if name.startswith(prefix):
            return wrap.format(latex_name(name.removeprefix(prefix)))
    base, _, mark = name.partition("_")
    if mark == "new":
        return _marked(latex_name(base), r"\text{new}", above=True)
    if mark == "hat":
        inner = latex_name(base)
        return rf"\hat{{{inner[0]}}}{inner[1:]}"
    if mark:
        return _marked(latex_name(base), rf"\text{{{mark}}}", above=False)
    if base.startswith("d") and len(base) > 1:
        return rf"\frac{{\partial L}}{{\partial {latex_name(base[1:])}}}"
    match = _PARTS.match(base)
    if match is None:
        return rf"\text{{{base}}}"
    letters, number = match.groups()
    if len(letters) == 2 and letters[1] in "Wb":  # an optimizer's state of a parameter
        return rf"{letters[0]}_{{{letters[1]}_{{{number}}}}}"
    shown = r"\ell" if letters == "l" else letters if len(letters) == 1 else rf"\text{{{letters}}}"
    return f"{shown}_{{{number}}}" if number else shown


def _marked(base: str, mark: str, above: bool) -> str:
    return f"{base}^{{{mark}}}" if above else f"{base}_{{{mark}}}"


def latex_leaf(item: Expr) -> tuple[str, int] | None:
    """Names and constants in LaTeX."""
    if isinstance(item, Name):
        shown = latex_name(item.name)
        if item.index is not None and len(item.index):
            shown = rf"{{{shown}}}_{{[{','.join(map(str, item.index))}]}}"
        # Two superscripts in a row (a transposed or squared W^new) are an error in LaTeX.
        return shown, 85 if "^" in shown or r"\log" in shown else ATOM
    if isinstance(item, Const):
        return latex_numeral(item.value), SUM_STRENGTH if item.value < 0 else ATOM
    return None


def latex_numeral(value: Any) -> str:
    """A number in LaTeX: powers of ten are written out."""
    text = numeral(value)
    if "e" in text:
        digits, _, power = text.partition("e")
        return rf"{digits} \cdot 10^{{{int(power)}}}"
    return {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\text{nan}"}.get(text, text)


def latex_formula(expr: Expr) -> str:
    """An expression in LaTeX, by names."""
    return str(write(expr, "latex", latex_leaf))
