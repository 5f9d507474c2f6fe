"""A line of a prediction as loops, in a language with curly brackets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.export.about import comment_text
from chainrule.export.language import Writer
from chainrule.export.rowwise import Fold, Line

INDENT = "    "


@dataclass(frozen=True)
class Syntax:
    """The statements of a language.

    Parameters
    ----------
    scalar : gives a variable its value: its name, the value, its kind, and whether it will change
    array : makes an array: its name, sizes and kind
    counter : how a variable that counts is declared
    """

    scalar: Callable[[str, str, np.dtype[Any], bool], str]
    array: Callable[[str, tuple[int, ...], np.dtype[Any]], str]
    counter: str


def statements(write: Writer, syntax: Syntax, line: Line) -> list[str]:
    """The statements of a line, below its formula as a comment."""
    language, variable = write.language, write.variables[line.name]
    is_output = line.name == write.rows.output
    text = [f"/* {comment_text(write.formula(line))} */"]
    if line.value is None:
        return text
    if line.folds_alone and not is_output:
        return [*text, *_fold(write, syntax, line.folds[0], variable)]
    body = [part for fold in line.folds for part in _fold(write, syntax, fold, write.variables[fold.name])]
    value = write(line.value)
    if not line.loops and not is_output:
        return [*text, *body, syntax.scalar(variable, value, line.dtype, False)]
    if not is_output:
        text.append(syntax.array(variable, tuple(size for _, size in line.loops), line.dtype))
    axes, sizes = tuple(letter for letter, _ in line.loops) or ("0",), tuple(size for _, size in line.loops)
    entry = language.entry(variable, axes, sizes)
    return [*text, *looped(syntax, line.loops, [*body, f"{entry} = {value};"])]


def _fold(write: Writer, syntax: Syntax, fold: Fold, variable: str) -> list[str]:
    language, value = write.language, write(fold.value)
    if fold.largest:
        start = language.number(-np.inf, fold.dtype)
        step = f"{variable} = {write.call('maximum', fold.dtype, [variable, value])};"
    else:
        start, step = language.number(0.0, fold.dtype), f"{variable} += {value};"
    return [syntax.scalar(variable, start, fold.dtype, True), *looped(syntax, fold.over, [step])]


def looped(syntax: Syntax, over: Iterable[tuple[str, int]], body: list[str]) -> list[str]:
    """Loops within each other, around a body."""
    for letter, size in reversed(tuple(over)):
        head = f"for ({syntax.counter} {letter} = 0; {letter} < {size}; {letter}++) {{"
        body = [head, *indented(body), "}"]
    return body


def indented(lines: Iterable[str]) -> list[str]:
    """Lines one step further to the right."""
    return [f"{INDENT}{line}" if line else line for line in lines]
