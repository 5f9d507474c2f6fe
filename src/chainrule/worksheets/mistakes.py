"""What mistakes make of a sheet's blanks, and which of them its numbers cannot tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from chainrule.check import CATALOGUE, Answer, may_be
from chainrule.expressions import Expr
from chainrule.model.record import Record
from chainrule.notation import display
from chainrule.walkthrough.by_hand import by_hand, kept_digits, line_by_hand
from chainrule.worksheets.blanks import Blanks
from chainrule.worksheets.conventions import Conventions

Hidden = tuple[str, str]  # a line, and a mistake that gives the right numbers in it
Alike = tuple[str, str, str]  # a line, and two mistakes that give the same numbers in it


@dataclass(frozen=True, eq=False)
class Made:
    """What a mistake makes of a line.

    Parameters
    ----------
    names : of the mistake, in the catalogue, the likeliest first
    expr : its formula, by names, in the program's layout
    value : the numbers that it gives, in the sheet's layout, each rounded as the line is
    """

    names: tuple[str, ...]
    expr: Expr
    value: Any


def made(
    record: Record,
    conventions: Conventions,
    formulas: Mapping[str, list[Answer]],
    lines: Iterable[str],
) -> tuple[dict[str, Any], dict[str, list[Made]]]:
    """Every quantity by hand, and the numbers of each mistake in some lines, counted on the right numbers before it.

    A mistake that gives another shape shows by that, and has no numbers to be compared.

    Parameters
    ----------
    record : the step
    conventions : how it is counted
    formulas : what can be done wrong in each line, as `check.possible` has it
    lines : the names of the lines
    """
    values = by_hand(record, conventions.digits, conventions.halves)
    kept = kept_digits(record.program, conventions.digits)
    found: dict[str, list[Made]] = {}
    for name in lines:
        found[name] = []
        for answer in formulas.get(name, ()):
            value = _value(answer.expr, values, np.shape(values[name]), kept[name], conventions.halves)
            if value is not None:
                found[name].append(Made(tuple(answer.names), answer.expr, value))
    return values, found


def _value(expr: Expr, values: Mapping[str, Any], shape: tuple[int, ...], digits: int, halves: str) -> Any:
    """A mistake's numbers in a line, shaped like it; None where they can't be."""
    try:
        value = line_by_hand(expr, values, digits, halves)
    except (ArithmeticError, ValueError, IndexError, TypeError):
        return None
    if np.size(value) == np.prod(shape, dtype=int) and _squeezed(np.shape(value)) == _squeezed(shape):
        return np.reshape(np.asarray(value, dtype=object), shape)
    if not may_be(np.shape(value), shape):
        return None
    return np.broadcast_to(np.asarray(value, dtype=object), shape)


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)


def untold(
    mistakes: Mapping[str, list[Made]], values: Mapping[str, Any], blanks: Blanks
) -> tuple[list[Hidden], list[Alike]]:
    """What the numbers of the blanks can't tell: each mistake as it is usually made.

    Parameters
    ----------
    mistakes : the numbers that they make, by line
    values : the right numbers
    blanks : the entries that are asked for

    Returns
    -------
    the mistakes that give the right numbers, and the pairs that give the same ones, each with its line
    """
    hidden: list[Hidden] = []
    alike: list[Alike] = []
    for line, cells in blanks.items():
        right = _numbers(values[line], cells)
        usual: dict[str, list[Any]] = {}
        for mistake in mistakes[line]:
            usual.setdefault(mistake.names[0], _numbers(mistake.value, cells))
        hidden += [(line, name) for name, numbers in usual.items() if numbers == right]
        seen = [(name, numbers) for name, numbers in usual.items() if numbers != right]
        alike += [(line, a, b) for (a, mine), (b, other) in combinations(seen, 2) if mine == other]
    return hidden, alike


def _numbers(value: Any, cells: Iterable[tuple[int, ...]]) -> list[Any]:
    array = np.asarray(value, dtype=object)
    return [array[index] for index in cells]


def sentences(hidden: Iterable[Hidden], alike: Iterable[Alike]) -> Iterator[str]:
    """What can't be told, in words: a sentence for each mistake, and for each pair."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for line, *names in (*hidden, *alike):
        lines.setdefault(tuple(names), []).append(display(line))
    for found, where in lines.items():
        told = " and ".join(f"{CATALOGUE[name].told} [{name}]" for name in found)
        if len(found) == 1:
            yield f"{_listed(where)} come{'s' if len(where) == 1 else ''} out right here even if {told}."
        else:
            yield f"In {_listed(where)} these give the same numbers here: {told}."


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
