"""How an expression is written: one walk over the templates of the table, for every notation.

The pieces that a template is filled with may be strings or boxes of several lines; `join` puts them together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from string import Formatter
from typing import Any, Literal

from chainrule.expressions import Const, Expr, Name, Node, nodes, rebuild
from chainrule.expressions import operations as ops
from chainrule.notation.numerals import numeral

Style = Literal["text", "latex", "code"]
ATOM = 100
SUM_STRENGTH = 40  # a negative number binds like a sum: it gets brackets inside products
Leaf = Callable[[Expr], "tuple[Any, int] | None"]

GREEK = {
    "eta": "η", "beta": "β", "epsilon": "ε", "mu": "μ", "rho": "ρ", "gamma": "γ", "lambda": "λ", "alpha": "α",
    "weight_decay": "λ",
}  # fmt: skip
_GREEK_NAME = re.compile(rf"(d?)({'|'.join(GREEK)})(\d*)(?=_|$)")


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
        template = _template(item, style, numbers)
        pieces: list[Any] = []
        position = 0
        for text, field, spec, _ in Formatter().parse(template):
            if text:
                pieces.append(text)
            if field == "settings":
                pieces.append(_settings(item))
            elif field is not None and field in item.settings:
                pieces.append(str(item.settings[field]))
            elif field is not None:
                piece, strength = of(item.args[int(field or position)])  # a template may name operands: {1:0}
                first = position == 0 and row in _PRODUCTS and style == "text" and not item.args[1].scalar
                position += 1
                weak = strength < int(spec or 0) or (first and _ends_in_sum(item.args[0]))
                pieces.append(bracket(piece) if weak else piece)
        is_call = style == "code" and row.code.endswith((")", "]"))
        return join(pieces), ATOM if is_call else row.strength

    def n_ary(item: Node) -> Any:
        pieces: list[Any] = []
        for arg in item.args:
            piece, strength = of(arg)
            separator = " + " if item.op is ops.TOTAL else ", "
            weak = item.op is ops.TOTAL and strength < (50 if pieces else 40)
            pieces += ([separator] if pieces else []) + [bracket(piece) if weak else piece]
        if item.op is ops.TOTAL:
            return join(pieces)
        return join([r"\max\left(", *pieces, r"\right)"] if style == "latex" else ["max(", *pieces, ")"])

    return of(expr)[0]


_PRODUCTS = (ops.MULTIPLY, ops.DIVIDE, ops.MATMUL)


def _ends_in_sum(item: Expr) -> bool:
    """Whether what is written after it would be read as belonging to its Σ: (Σ a) ⊙ b is not Σ (a ⊙ b)."""
    if not isinstance(item, Node):
        return False
    return item.op is ops.SUM or (
        (item.op is ops.NEGATIVE or (item.op is ops.MULTIPLY and any(arg.scalar for arg in item.args)))
        and _ends_in_sum(item.args[-1])
    )


def _template(node: Node, style: Style, numbers: bool) -> str:
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
        if row is ops.DIVIDE and not scalar:
            return _latex_quotient(node, numbers)
        if row is ops.SQUARE and not scalar and numbers:  # of each entry: a matrix squared would be a product
            return r"{:90}^{{\odot 2}}"
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


def _latex_bracket(piece: Any) -> Any:
    return f"({piece})" if _PLAIN_NUMBER.fullmatch(piece) else rf"\left({piece}\right)"


def entry_text(name: str, index: Sequence[int]) -> str:
    """``dW1[0, 1]``."""
    return f"{name}[{', '.join(map(str, index))}]" if len(index) else name


def display(name: str) -> str:
    """A quantity's name as text shows it: ``log_a2`` → ``log a2``, ``eta`` → ``η``."""
    if match := _GREEK_NAME.match(name):
        return f"{match[1]}{GREEK[match[2]]}{match[3]}{name[match.end() :]}"
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


def _plain_conditions(item: Expr) -> Expr:
    """Leave out a conversion that NumPy makes by itself, in the same dtype: in a product with an array of numbers."""
    if isinstance(item, Node) and item.op is ops.MULTIPLY and not any(arg.scalar for arg in item.args):
        marked = [isinstance(arg, Node) and arg.op is ops.INDICATOR for arg in item.args]
        if marked.count(True) == 1:
            args = tuple(a.args[0] if m else a for a, m in zip(item.args, marked, strict=True))  # type: ignore[union-attr]
            return Node(item.op, args, item.settings)
    return item


def code(expr: Expr, names: Callable[[str], str] = lambda name: name, real: str = "DTYPE") -> str:
    """An expression as Python; `real` is the dtype of its numbers, as it is written."""
    text = _code(rebuild(expr, _plain_conditions), names, real)
    return f"float({text})" if _by_numpy(expr) else text


def _by_numpy(item: Expr) -> bool:
    """Whether it is a number that NumPy's functions give: as that it would turn float32 into float64."""
    return (
        isinstance(item, Node)
        and item.scalar
        and any(n.op.function or n.op is ops.WHERE for n in nodes(item))
    )


def _code(expr: Expr, names: Callable[[str], str], real: str) -> str:
    def leaf(item: Expr) -> tuple[str, int] | None:
        if isinstance(item, Name):
            return names(item.name), ATOM
        if isinstance(item, Const):
            return repr(item.value), ATOM if item.value >= 0 else 45
        if item is not expr and not expr.scalar and _by_numpy(item):
            return f"float({_code(item, names, real)})", ATOM
        if item.op is ops.WHERE and "dtype" in item.settings:
            condition, yes, no = (_code(arg, names, real) for arg in item.args)
            return f"np.where({condition}, {real}({yes}), {no})", ATOM
        if item.op is ops.INDICATOR:
            return f"({_code(item.args[0], names, real)}).astype({real})", ATOM
        return None

    return str(write(expr, "code", leaf))


# --- LaTeX ------------------------------------------------------------------------------------------------

_LATEX_GREEK = {
    "eta": r"\eta", "beta1": r"\beta_{1}", "beta2": r"\beta_{2}", "epsilon": r"\varepsilon", "mu": r"\mu",
    "rho": r"\rho", "gamma": r"\gamma", "lambda": r"\lambda", "beta": r"\beta", "alpha": r"\alpha",
    "weight_decay": r"\lambda",
    "sigma": r"\sigma",
}  # fmt: skip
_PARTS = re.compile(r"([A-Za-z]+?)(\d*)$")
_PLAIN_NUMBER = re.compile(r"-?[\d.]+")


def latex_name(name: str, index: Sequence[int] | None = None) -> str:
    r"""A quantity's name in LaTeX, or that of one of its entries.

    >>> print(latex_name("dW1"), latex_name("dW1", (0, 1)), latex_name("W1_new"), latex_name("mW1_hat"))
    \frac{\partial L}{\partial W_{1}} \frac{\partial L}{\partial W_{1}[0, 1]} W_{1}^{\text{new}} \hat m_{W_{1}}
    """
    at = f"[{', '.join(map(str, index))}]" if index else ""
    if name in _LATEX_GREEK:
        return _LATEX_GREEK[name] + at
    if name.startswith("log_not_"):
        return rf"\log\left(1 - {latex_name(name[8:], index)}\right)"
    if name.startswith("log_"):
        return rf"\log {latex_name(name[4:], index)}"
    base, _, mark = name.partition("_")
    return _marked(base, mark, at) if mark else _unmarked(base, at)


def _marked(base: str, mark: str, at: str) -> str:
    word = rf"\text{{{mark.replace('_', ' ')}}}"
    if mark == "hat":
        shown = _unmarked(base, "")
        return rf"\hat {shown}{at}" if shown[0].isalpha() else rf"{{{shown}}}_{{{word}}}{at}"
    if mark == "new":
        return f"{_unmarked(base, '')}^{{{word}}}{at}"
    if _is_gradient(base):
        return rf"\left({_unmarked(base, '')}\right)_{{{word}}}{at}"
    shown = _unmarked(base, "")
    return f"{{{shown}}}_{{{word}}}{at}" if "_" in shown else f"{shown}_{{{word}}}{at}"


def _is_gradient(base: str) -> bool:
    letters = base[1:].rstrip("0123456789")
    return base[0] == "d" and (len(letters) == 1 or letters in _LATEX_GREEK or letters.endswith("hat"))


def _unmarked(base: str, at: str) -> str:
    if _is_gradient(base):
        return rf"\frac{{\partial L}}{{\partial {latex_name(base[1:])}{at}}}"
    match = _PARTS.match(base)
    if match is None:
        return rf"\text{{{base}}}{at}"
    letters, number = match.groups()
    of = letters[1:]
    if (len(of) == 1 or of in _LATEX_GREEK) and number and letters not in _LATEX_GREEK:
        return rf"{letters[0]}_{{{_letters(of)}_{{{number}}}}}{at}"  # an optimizer's state of a parameter
    shown = _letters(letters)
    return f"{shown}_{{{number}}}{at}" if number else shown + at


def _letters(letters: str) -> str:
    if len(letters) == 1:
        return r"\ell" if letters == "l" else letters
    if len(letters) == 4 and letters.endswith("hat"):
        return rf"\hat {letters[0]}"
    return _LATEX_GREEK.get(letters, rf"\text{{{letters}}}")


def latex_leaf(item: Expr) -> tuple[str, int] | None:
    """Names and constants in LaTeX."""
    if isinstance(item, Name):
        shown = latex_name(item.name, item.index)
        # Two superscripts in a row (a transposed or squared W^new) are an error in LaTeX, and a power of
        # ∂L/∂W or of log a needs brackets.
        return shown, 85 if any(mark in shown for mark in ("^", r"\log", r"\frac")) else ATOM
    if isinstance(item, Const):
        return latex_numeral(item.value), SUM_STRENGTH if item.value < 0 else ATOM
    return None


def latex_numeral(value: Any) -> str:
    """A number in LaTeX: powers of ten are written out."""
    text = numeral(value)
    if "e" in text:
        digits, _, power = text.partition("e")
        return rf"{digits} \times 10^{{{int(power)}}}"
    return {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\text{nan}"}.get(text, text)


def latex_formula(expr: Expr) -> str:
    """An expression in LaTeX, by names."""
    return str(write(expr, "latex", latex_leaf))
