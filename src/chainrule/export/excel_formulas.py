"""A rule as formulas of a sheet, one for each entry: a cell's formula reads the cells of what the rule reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.export.language import Language, filled
from chainrule.expressions import Const, Expr, Name, Node, nodes
from chainrule.expressions import operations as ops
from chainrule.expressions.entry import Entries, Part
from chainrule.notation import ATOM, NEGATIVE_STRENGTH
from chainrule.utils.walks import walk

DEEPEST = 8  # operations within each other that a cell may have; what is deeper gets cells of its own
LONGEST = 8000  # letters of a formula, of which a sheet takes 8,192
MOST_TERMS = 64  # of a sum over what is computed: of more, each term has a cell
MOST_ARGUMENTS = 250  # of a function
FUNCTIONS = {
    "exp": "EXP", "log": "LN", "sin": "SIN", "cos": "COS", "tanh": "TANH", "arctan": "ATAN", "sqrt": "SQRT",
    "absolute": "ABS", "floor": "INT", "sign": "SIGN", "maximum": "MAX", "minimum": "MIN", "erf": "ERF",
}  # fmt: skip
FORMS = {
    "negative": ("-{0:90}", 45),  # a sheet takes -a^2 for (-a)^2
    "square": ("{0:100}^2", 80),
    "power": ("{0:100}^{1:100}", 80),
    "reciprocal": ("{one} / {0:65}", 60),
    "log1p": ("LN({one} + {0:50})", ATOM),
    "expm1": ("EXP({0:0}) - {one}", 40),
    "logaddexp": ("(MAX({0:0}, {1:0}) + LN({one} + EXP(-ABS({0:40} - {1:50}))))", ATOM),
    "where": ("IF({0:0}, {1:0}, {2:0})", ATOM),
    "indicator": ("IF({0:0}, {one}, {zero})", ATOM),
    "equal": ("{0:40} = {1:40}", 30),
    "not_equal": ("{0:40} <> {1:40}", 30),
}  # fmt: skip
_CELL = re.compile(r"([A-Z]+)(\d+)")
REAL = np.dtype(np.float64)  # all that a sheet has


def number(value: float, dtype: np.dtype[Any]) -> str:
    """A number in decimals, without a point where it is a whole one."""
    if not np.isfinite(value):
        raise InputError(f"{value} can't be written in a sheet: this network can't be exported.")
    return repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


SHEET = Language(
    name="a sheet",
    functions=FUNCTIONS,
    forms=FORMS,
    number=number,
    entry=lambda name, axes, sizes: name,
)


def pieces(rule: Expr, shape: Callable[[Expr], tuple[int, ...]]) -> list[Node]:
    """The parts of a rule that get cells of their own, operands first.

    They are what is read twice, what is too deep, and sums and products that more than one entry would read again.
    """
    if not isinstance(rule, Node):
        return []
    uses: dict[Node, int] = dict.fromkeys(nodes(rule), 0)
    for node in uses:
        for arg in node.args:
            if isinstance(arg, Node):
                uses[arg] += 1
    summed = {
        node.args[0]
        for node in uses
        if node.op in (ops.SUM, ops.MAX) and np.prod(shape(node.args[0])) > MOST_TERMS * np.prod(shape(node))
    }
    found: list[Node] = []
    depth: dict[Expr, int] = {}
    for node in uses:
        depth[node] = 1 + max((depth.get(arg, 0) for arg in node.args), default=0)
        fold = node.op in (ops.SUM, ops.MAX, ops.MATMUL) and np.prod(shape(node)) < np.prod(shape(rule))
        again = (uses[node] > 1 or node in summed) and not node.op.view
        if node is not rule and not node.scalar and (again or fold or depth[node] > DEEPEST):
            found.append(node)
            depth[node] = 0
    return found


class RuleEntries(Entries):
    """The entries of a rule some of whose parts have cells of their own, by their names.

    Parameters
    ----------
    rule : the rule, or a part of it
    env : the value of every name in it
    names : of the parts that have cells already
    """

    def __init__(self, rule: Expr, env: Mapping[str, Any], names: Mapping[Node, str]) -> None:
        super().__init__(rule, env)
        self._names = names

    def _of(self, asked: Part) -> Generator[Part, Expr, Expr]:
        """The entry of a part; of one that has cells, their name with the index."""
        item, index = asked
        if not isinstance(item, Node) or item not in self._names:
            return (yield from super()._of(asked))
        shape = self.shape(item)
        index = index[len(index) - len(shape) :]
        return Name(
            self._names[item],
            index=tuple(0 if size == 1 else i for i, size in zip(index, shape, strict=True)),
        )


Cell = Callable[[Name], str]


def formula(entry: Expr, cell: Cell) -> str:
    """The formula of a cell, from its entry as an expression; `cell` says where a name's entry stands.

    Raises
    ------
    InputError : for an operation that a sheet has not, and for a formula that is too long
    """
    text, _ = walk(lambda item: _write(item, cell), entry)
    if len(text) > LONGEST:
        raise InputError(
            f"a line adds up so many terms that its formula has {len(text):,} letters, and a sheet takes {LONGEST:,}: "
            "the workbook is for small networks. Take another kind of file."
        )
    return f"={text}"


def _write(item: Expr, cell: Cell) -> Generator[Expr, tuple[str, int], tuple[str, int]]:
    if isinstance(item, Name):
        return cell(item), ATOM
    if isinstance(item, Const):
        text = number(item.value, REAL)
        return text, NEGATIVE_STRENGTH if text.startswith("-") else ATOM
    if item.op is ops.CAST:
        return (yield item.args[0])
    args = []
    for arg in item.args:
        args.append((yield arg))
    if item.op is ops.LARGEST:
        return _nested("MAX", [text for text, _ in args]), ATOM
    if item.op is ops.TOTAL:
        if (run := _run([text for text, _ in args])) is not None:
            return f"SUM({run})", ATOM
        first, *others = ((text, binds, 40 if i == 0 else 50) for i, (text, binds) in enumerate(args))
        return " + ".join(f"({t})" if binds < least else t for t, binds, least in (first, *others)), 40
    return filled(SHEET, item.op, REAL, args)


def _nested(function: str, args: list[str]) -> str:
    """A call with any number of arguments, of which a sheet takes so many at once."""
    if (run := _run(args)) is not None:
        return f"{function}({run})"
    while len(args) > MOST_ARGUMENTS:
        args = [
            f"{function}({', '.join(args[i : i + MOST_ARGUMENTS])})"
            for i in range(0, len(args), MOST_ARGUMENTS)
        ]
    return f"{function}({', '.join(args)})"


def letters(column: int) -> str:
    """What a sheet calls its columns, which are counted from 1: A to Z, AA and so on."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def _run(args: list[str]) -> str | None:
    """Three or more cells that are all those of a rectangle, row by row, as one range."""
    if len(args) < 3:
        return None
    ends = [_CELL.fullmatch(arg) for arg in (args[0], args[-1])]
    if ends[0] is None or ends[1] is None:
        return None
    (left, top), (right, bottom) = (match.groups() for match in ends if match)
    columns = [letters(column) for column in range(_column(left), _column(right) + 1)]
    whole = [f"{column}{row}" for row in range(int(top), int(bottom) + 1) for column in columns]
    return f"{args[0]}:{args[-1]}" if whole == args else None


def _column(text: str) -> int:
    number = 0
    for letter in text:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number
