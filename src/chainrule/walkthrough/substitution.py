"""Putting numbers in: the pieces of a formula with values in place of names, for any writer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from chainrule.expressions import Const, Expr, Name, Node, evaluate
from chainrule.expressions import operations as ops
from chainrule.expressions.entry import Entries
from chainrule.notation import (
    ATOM,
    SUM_STRENGTH,
    Leaf,
    Style,
    constant,
    join_strings,
    latex_leaf,
    numeral,
    setting_numeral,
    text_leaf,
    write,
)
from chainrule.walkthrough.lines import SMALL
from chainrule.walkthrough.simplify import Sum, cut

Numeral = Callable[[Any], str]
# How the terms of a sum that are not shown are told: how many they are, and what they add up to.
_REST_BY_NAMES = {"text": "… (the other {})", "latex": r"\cdots\ (\text{{the other }} {})"}
_REST_IN_NUMBERS = {"text": "(the other {}: {})", "latex": r"(\text{{the other }} {}\text{{: }}{{{}}})"}
SHOW_AS_VALUE = {ops.TRANSPOSE, ops.INDICATOR, ops.COLUMN, ops.PICK_ROWS, ops.PUT_ROWS}


class Substitution:
    """Writes expressions with numbers put in.

    Parameters
    ----------
    values : by name, as they are shown
    style : "text" or "latex"
    digits : how a number is written
    matrix : makes a piece from rows of written entries
    join, bracket : as for `notation.write`; within an entry, pieces are strings
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        style: Style,
        digits: Numeral,
        matrix: Callable[[list[list[str]]], Any],
        join: Callable[[Any], Any],
        bracket: Callable[[Any], Any],
    ) -> None:
        self.values, self.style, self.digits = values, style, digits
        self.matrix, self.join, self.bracket = matrix, join, bracket

    def whole(self, expr: Expr) -> Any:
        """A formula over arrays with every array put in."""
        entries = Entries(expr, {n: _floats(v) for n, v in self.values.items()})

        def leaf(item: Expr) -> tuple[Any, int] | None:
            if isinstance(item, Const | Name) and item.scalar:
                return self._number(item)
            if isinstance(item, Name):
                return self.named(item)
            assert isinstance(item, Node)
            if item.op in SHOW_AS_VALUE:
                return self.rearranged(item, _exact_value(item, self.values, entries))
            if item.op.function and not item.scalar:
                return self._entrywise(item, entries)
            return None

        return write(expr, self.style, leaf, self.join, self.bracket, numbers=True)

    def named(self, item: Name) -> tuple[Any, int]:
        """An array that a name stands for, put in."""
        return self.value(self.values[item.name])

    def rearranged(self, item: Node, value: Any) -> tuple[Any, int]:
        """What an operation makes that is shown as its result, such as a transposed array."""
        return self.value(value)

    def entry(self, expr: Expr) -> str:
        """An expression over single entries with their numbers put in; a long sum shows its largest terms."""
        shown = _REST_IN_NUMBERS[self.style]
        return self._cut(expr, self._number, lambda rest: shown.format(rest.count, self.digits(rest.rest)))

    def names(self, expr: Expr) -> str:
        """The same by names."""
        return self._cut(expr, self.by_name, lambda rest: _REST_BY_NAMES[self.style].format(rest.count))

    def by_name(self, item: Expr) -> tuple[str, int] | None:
        """A name or a constant as it is written; None for anything else."""
        return latex_leaf(item) if self.style == "latex" else text_leaf(item)

    def _cut(self, expr: Expr, leaf: Leaf, rest: Callable[[Sum], str]) -> str:
        """An expression over single entries, its long sums cut."""

        def piece(item: Expr) -> tuple[Any, int] | None:
            if isinstance(item, Name | Const):
                return leaf(item)
            short = cut(item, self.values) if item.op is ops.TOTAL else None
            if short is None:
                return None
            return f"{self._cut(Node(ops.TOTAL, short.shown, {}), leaf, rest)} + {rest(short)}", SUM_STRENGTH

        return str(write(expr, self.style, piece))

    def value(self, value: Any, most: int = SMALL) -> tuple[Any, int]:
        """An array as a matrix, long ones shortened with ellipses; of one entry, as a number."""
        if np.size(value) == 1:
            text = self.digits(np.ravel(value)[0])
            return text, SUM_STRENGTH if text.startswith("-") else ATOM
        rows = np.atleast_2d(value)
        return self.matrix(shortened(rows, self.digits, most)), ATOM

    def _number(self, item: Expr) -> tuple[str, int] | None:
        if isinstance(item, Node):
            return None
        if isinstance(item, Const):
            text, latex, binds = constant(item.value)
            return (latex if self.style == "latex" else text), binds
        if item.scalar and not item.computed:
            text = setting_numeral(self.values[item.name])
            text = self.digits(self.values[item.name]) if "e" in text and self.style == "latex" else text
        else:
            value = self.values[item.name]
            text = self.digits(value[item.index] if item.index else np.ravel(value)[0])
        return text, SUM_STRENGTH if text.startswith("-") else ATOM

    def _entrywise(self, node: Node, entries: Entries) -> tuple[Any, int]:
        """A function of a matrix as the matrix of that function of each entry."""
        shape = entries.shape(node)
        if len(shape) == 0:
            return self.entry(entries.of(node, ())), node.op.precedence
        full = shape if len(shape) == 2 else (1, *shape)
        indices = np.array(list(np.ndindex(*shape)), dtype=object).reshape(*full, len(shape))
        if full == (1, 1):
            return self.entry(entries.of(node, tuple(indices[0, 0]))), node.op.precedence
        cells = [
            [self.entry(entries.of(node, tuple(int(i) for i in index))) for index in row] for row in indices
        ]
        return self.matrix(cells), ATOM


def _exact_value(item: Node, values: Mapping[str, Any], entries: Entries) -> Any:
    """The value of a part as shown: by hand in decimals, where that only rearranges entries."""
    if item.op is ops.INDICATOR:
        return np.asarray(entries.part(item), dtype=np.int64)
    return evaluate(item, values) if not isinstance(item.args[0], Node) else entries.part(item)


def _floats(value: Any) -> Any:
    """Decimals as floats; shapes and comparisons are all that is asked of them."""
    if isinstance(value, Decimal):
        return float(value)
    return value.astype(np.float64) if isinstance(value, np.ndarray) and value.dtype == object else value


def shortened(rows: Any, digits: Numeral = numeral, most: int = SMALL) -> list[list[str]]:
    """The written entries of a matrix; of a large one the first and last rows and columns."""
    down, across = kept_rows(rows.shape[0], most), kept(rows.shape[1], most)
    cells = [["…" if j is None else digits(rows[i, j]) for j in across] for i in down if i is not None]
    if None in down:
        cells.insert(down.index(None), ["⋮"] * len(across))
    return cells


def kept_rows(size: int, most: int = SMALL) -> list[int | None]:
    """Which rows of a matrix are shown; None for the dots. Of many, fewer than of columns."""
    found = kept(size, most)
    return [0, 1, None, size - 1] if None in found else found


def kept(size: int, most: int = SMALL) -> list[int | None]:
    """Which rows or columns of a matrix are shown; None for the dots."""
    if size <= most:
        return list(range(size))
    first, last = {4: (2, 2), 3: (2, 1), 2: (1, 1)}.get(most, (3, 2))
    return [*range(first), None, *range(size - last, size)]


def plain_numbers(values: Mapping[str, Any]) -> Substitution:
    """Puts numbers in, in plain text of one line: matrices are written as in NumPy."""
    return Substitution(values, "text", numeral, _plain_matrix, join_strings, lambda piece: f"({piece})")


def _plain_matrix(cells: list[list[str]]) -> str:
    rows = ["⋮" if row[0] == "⋮" else f"[{', '.join(row)}]" for row in cells]
    return rows[0] if len(rows) == 1 else f"[{', '.join(rows)}]"
