"""How an expression is written: one walk over the templates of the table, for every notation.

The pieces that a template is filled with may be strings or boxes of several lines; `join` puts them together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any, TypeVar

from chainrule.expressions import Expr, Node
from chainrule.expressions import operations as ops
from chainrule.notation.templates import Style, reduction_settings, template
from chainrule.utils.walks import walk

ATOM = 100
SUM_STRENGTH = 40  # a negative number binds like a sum: it gets brackets inside products
NEGATIVE_STRENGTH = 45  # but in code like a minus sign
Piece = tuple[Any, int]  # and how strongly it binds
Leaf = Callable[[Expr], "Piece | None"]
Written = TypeVar("Written")
Asking = Generator[Expr, Piece, Written]  # what is written of pieces that are asked for
_PLAIN_NUMBER = re.compile(r"-?[\d.]+")
_PRODUCTS = (ops.MULTIPLY, ops.DIVIDE, ops.MATMUL)


def join_strings(pieces: Sequence[Any]) -> str:
    """Pieces that are all strings, one after the other."""
    return "".join(pieces)


def text_bracket(piece: Any) -> str:
    """A piece in brackets."""
    return f"({piece})"


def latex_bracket(piece: Any) -> str:
    """A piece in brackets that grow with it; those of a number need not."""
    return text_bracket(piece) if _PLAIN_NUMBER.fullmatch(piece) else rf"\left({piece}\right)"


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
    leaf : writes a name or a constant, with its binding precedence; may write a whole node too
    join : puts the pieces of a template together
    bracket : puts a piece in brackets
    numbers : whether numbers are put in: a product with a number is written with ×, not by putting side by side
    """
    if bracket is None:
        bracket = latex_bracket if style == "latex" else text_bracket
    return walk(_Writing(style, leaf, join, bracket, numbers).write, expr)[0]


@dataclass(frozen=True, slots=True)
class _Writing:
    """What `write` is given."""

    style: Style
    leaf: Leaf
    join: Callable[[Sequence[Any]], Any]
    bracket: Callable[[Any], Any]
    numbers: bool

    def write(self, item: Expr) -> Asking[Piece]:
        """An expression as a piece, and how strongly that binds."""
        found = self.leaf(item)
        if found is not None:
            return found
        assert isinstance(item, Node)
        row = item.op
        if row in (ops.TOTAL, ops.LARGEST):
            return (yield from self._n_ary(item)), row.precedence
        is_call = self.style == "code" and row.code.endswith((")", "]"))
        return (yield from self._filled(item)), ATOM if is_call else row.precedence

    def _filled(self, item: Node) -> Asking[Any]:
        """The template of a node, with its operands and settings put in."""
        pieces: list[Any] = []
        position = 0
        for text, field, spec, _ in Formatter().parse(template(item, self.style, self.numbers)):
            if text:
                pieces.append(text)
            if field == "settings":
                pieces.append(reduction_settings(item))
            elif field is not None and field in item.settings:
                pieces.append(str(item.settings[field]))
            elif field is not None:
                arg = item.args[int(field or position)]  # a template may name operands: {1:0}
                open_sum = position == 0 and self._swallows(item)
                pieces.append((yield from self._bracketed(arg, int(spec or 0), open_sum)))
                position += 1
        return self.join(pieces)

    def _bracketed(self, arg: Expr, least: int, always: bool = False) -> Asking[Any]:
        """An operand, in brackets if it binds weaker than it must."""
        piece, precedence = yield arg
        return self.bracket(piece) if always or precedence < least else piece

    def _swallows(self, item: Node) -> bool:
        """Whether a Σ that a product begins with would be read as one of the whole product."""
        if item.op not in _PRODUCTS or self.style == "code" or item.args[1].scalar:
            return False
        fraction = self.style == "latex" and item.op is ops.DIVIDE and not self.numbers
        return not fraction and _ends_in_sum(item.args[0])

    def _n_ary(self, item: Node) -> Asking[Any]:
        """A sum of single entries, or the largest of them."""
        if item.op is ops.TOTAL:
            first, *others = item.args
            pieces = [(yield from self._bracketed(first, 40))]
            for arg in others:
                pieces += [" + ", (yield from self._bracketed(arg, 50))]
            return self.join(pieces)
        separated: list[Any] = []
        for arg in item.args:
            piece, _ = yield arg
            separated += [", ", piece] if separated else [piece]
        latex = self.style == "latex"
        return self.join([r"\max\left(", *separated, r"\right)"] if latex else ["max(", *separated, ")"])


def _ends_in_sum(item: Expr) -> bool:
    """Whether what is written after it would be read as belonging to its Σ: (Σ a) ⊙ b is not Σ (a ⊙ b)."""
    while isinstance(item, Node) and (
        item.op is ops.NEGATIVE or (item.op is ops.MULTIPLY and any(arg.scalar for arg in item.args))
    ):
        item = item.args[-1]
    return isinstance(item, Node) and item.op is ops.SUM
