"""How entries are written in a language that has loops, operators and functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.export.rowwise import Apply, Entry, Line, Number, Read, Rowwise
from chainrule.expressions import Expr, Name, Node
from chainrule.expressions import operations as ops
from chainrule.expressions.node import Operation
from chainrule.notation import ATOM, NEGATIVE_STRENGTH, text_leaf, write

# Operators that C and JavaScript write as Python does: those of the table.
OPERATORS = (
    ops.ADD, ops.SUBTRACT, ops.MULTIPLY, ops.DIVIDE, ops.NEGATIVE,
    ops.GREATER, ops.GREATER_EQUAL, ops.LESS, ops.LESS_EQUAL, ops.EQUAL, ops.NOT_EQUAL,
)  # fmt: skip
# What no language takes as the name of a quantity here: the letters that count, and the file's own names.
OWN = frozenset(
    {"i", "j", "k", "k1", "best", "said", "row", "rows", "at", "size", "tolerance", "wanted", "x_"}
)


@dataclass(frozen=True)
class Language:
    """A notation: functions and forms by operations, numbers, and entries of arrays.

    Parameters
    ----------
    name : what it is called in messages
    functions : the name of the function for each operation that is one, for a kind of number
    forms : the template of each operation that is neither a function nor one of `OPERATORS`, and how strongly it binds
    number : a number of a kind, exactly
    entry : an entry of an array: its variable, its letters, the sizes of its axes
    suffix : what a function's name ends in, for a kind of number
    """

    name: str
    functions: Mapping[str, str]
    forms: Mapping[str, tuple[str, int]]
    number: Callable[[float, np.dtype[Any]], str]
    entry: Callable[[str, tuple[str, ...], tuple[int, ...]], str]
    suffix: Callable[[np.dtype[Any]], str] = lambda dtype: ""


class Writer:
    """Writes entries in a language, by the variables of what has a name."""

    def __init__(self, language: Language, rows: Rowwise, variables: Mapping[str, str]) -> None:
        self.language, self.rows, self.variables = language, rows, variables
        self.called: dict[tuple[str, np.dtype[Any]], None] = {}  # functions, and for which kind of number

    def __call__(self, entry: Entry) -> str:
        """The entry as text."""
        return self._write(entry)[0]

    def read(self, entry: Read) -> str:
        """An entry of an array, or a number by its name."""
        variable, sizes = self.variables[entry.name], self.rows.sizes.get(entry.name, ())
        return self.language.entry(variable, entry.axes, sizes) if entry.axes else variable

    def call(self, operation: str, dtype: np.dtype[Any], given: list[str]) -> str:
        """The call of a function, by the operation's name."""
        self.called[operation, dtype] = None
        language = self.language
        return f"{language.functions[operation]}{language.suffix(dtype)}({', '.join(given)})"

    def formula(self, line: Line) -> str:
        """What a line computes, in text, by its variables."""

        def leaf(item: Expr) -> tuple[str, int] | None:
            if isinstance(item, Node) and item is not line.rule and item in self.rows.pieces:
                return self.variables[self.rows.pieces[item]], ATOM
            return (self.variables.get(item.name, "?"), ATOM) if isinstance(item, Name) else text_leaf(item)

        return f"{self.variables[line.name]} = {write(line.rule, 'text', leaf)}"

    def _write(self, entry: Entry) -> tuple[str, int]:
        if isinstance(entry, Number):
            text = self.language.number(entry.value, entry.dtype)
            return text, NEGATIVE_STRENGTH if text.startswith("-") else ATOM
        if isinstance(entry, Read):
            text = self.read(entry)
            return text, NEGATIVE_STRENGTH if text.startswith("-") else ATOM
        return self._applied(entry)

    def _applied(self, entry: Apply) -> tuple[str, int]:
        if entry.op.name in self.language.functions:
            self.called[entry.op.name, entry.dtype] = None
        return filled(self.language, entry.op, entry.dtype, [self._write(arg) for arg in entry.args])


def filled(
    language: Language, row: Operation, dtype: np.dtype[Any], args: Sequence[tuple[str, int]]
) -> tuple[str, int]:
    """An operation on what is written already, and how strongly it binds; of each operand, too.

    Raises
    ------
    InputError : for an operation that the language has not
    """
    if row.name in language.functions:
        function = f"{language.functions[row.name]}{language.suffix(dtype)}"
        return f"{function}({', '.join(text for text, _ in args)})", ATOM
    if row.name in language.forms:
        template, strength = language.forms[row.name]
    elif row in OPERATORS:
        template, strength = row.code, row.precedence
    else:
        raise InputError(f"{row.name} can't be written in {language.name}: this network can't be exported.")
    pieces, position = [], 0
    for text, name, spec, _ in Formatter().parse(template):
        pieces.append(text)
        if name in ("one", "zero"):
            pieces.append(language.number(float(name == "one"), dtype))
        elif name is not None:
            piece, binds = args[int(name or position)]
            pieces.append(f"({piece})" if binds < int(spec or 0) else piece)
            position += 1
    return "".join(pieces), strength


def ascii_variables(rows: Rowwise, taken: Collection[str]) -> dict[str, str]:
    """A variable of its own for all that has a name in a prediction: letters, digits and _ alone."""
    folds = (fold.name for line in rows.lines for fold in line.folds)
    return plain_names([rows.data, *rows.arrays, *(line.name for line in rows.lines), *folds], taken)


def plain_names(names: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """For each name one of letters, digits and _ that is not taken, at most 40 of them."""
    found: dict[str, str] = {}
    used = {word.lower() for word in (*taken, *OWN)}  # SQL knows no large letters
    for name in dict.fromkeys(names):
        word = re.sub("[^A-Za-z0-9]+", "_", name).strip("_")[:40] or "q"
        word = word if word[0].isalpha() else f"q{word}"
        if re.match("[A-Z]+_", word):  # it may be a macro
            word = f"q_{word}"
        while word.lower() in used:
            word += "_"
        used.add(word.lower())
        found[name] = word
    return found
