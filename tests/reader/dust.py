"""What rounding makes, and what a page says of it: entries that are 0 but for rounding, and choices that it decides."""

from __future__ import annotations

import re
from functools import reduce
from typing import Any

import numpy as np

from reader.arrays import Arrays, compare
from reader.errors import Unreadable, Untrue
from reader.evaluate import evaluate
from reader.exact import Fractions
from reader.intervals import Sizes
from reader.known import Known
from reader.page import Equation, plain_name
from reader.tree import Tree, leaves, parts


def rounding(so_far: Known, equation: Equation, formula: Tree | None, value: Any, axis: int | None) -> None:
    """What the note says of rounding is so, and what fractions tell apart from it is said."""
    name, array = equation.name, np.asarray(value, dtype=np.float64)
    told = _told(equation.note, name, array)
    if told is None:
        raise Untrue(f"the note names no entries of {name}: {equation.note!r}")
    so_far.dust[name], so_far.count.dust = told, so_far.count.dust + int(told.sum())
    if formula is None:
        if name.startswith("log_") and told.any():
            so_far.sizes[name] = np.abs(array) + 1
        return
    for other, same in so_far.same.items():  # what a sentence tells to be another quantity is as good as that
        so_far.dust |= {other: so_far.dust[same]} if same in so_far.dust else {}
        so_far.sizes |= {other: so_far.sizes[same]} if same in so_far.sizes else {}
    known = {n: np.maximum(np.abs(so_far.values[n]), size) for n, size in so_far.sizes.items()}
    sizes = {**so_far.values, **known}
    sized = _with_divisors(so_far, formula, axis, sizes)
    size = np.reshape(evaluate(sized, Sizes(sizes, axis, so_far.columns)), array.shape)
    so_far.sizes[name] = size
    room = (2.0**-24 if so_far.single else 2.0**-53) * size * 200
    # What an update makes of dust, η m / (√v + ε), has no size of its own: the same entry of m was dust.
    of_dust = [np.reshape(so_far.dust[n[1]], array.shape) for n in leaves(formula, "name")
               if n[1] in so_far.dust and "_" in name and np.size(so_far.dust[n[1]]) == array.size]  # fmt: skip
    if (told & ~(np.abs(array) <= room) & ~reduce(np.logical_or, of_dust, np.zeros(array.shape, bool))).any():
        raise Untrue(f"{array[told]} is told as rounding, of numbers as large as {size[told]}")
    if sum(np.size(so_far.values[n[1]]) for n in leaves(formula, "name")) <= 400 and np.isfinite(array).all():
        for decimal in (False, True):
            try:
                exactly = np.reshape(
                    evaluate(formula, Fractions(so_far.values, decimal, axis, so_far.columns)), array.shape
                )
            except (Unreadable, ValueError, ZeroDivisionError):
                break
            if ((array != 0) & (exactly == 0) & ~told).any():
                raise Untrue(f"{array} is not said to be rounding, and without any it is 0 ({decimal = })")
    for part in parts(formula, "compare"):
        _choice(so_far, equation.note, part)


def _with_divisors(so_far: Known, tree: Tree, axis: int | None, sizes: dict[str, Any]) -> Tree:
    """A formula in which a divisor is its own value: what it was made of, however large, makes no quotient smaller."""
    if tree[0] == "divide":
        name = f"divisor {len(sizes)}"
        sizes[name] = np.abs(evaluate(tree[2], Arrays(so_far.values, axis, so_far.columns)))
        return ("divide", _with_divisors(so_far, tree[1], axis, sizes), ("name", name, None))
    return tuple(
        _with_divisors(so_far, part, axis, sizes)
        if isinstance(part, tuple) and isinstance(part[0], str)
        else part
        for part in tree
    )


def _choice(so_far: Known, note: str, comparison: Tree) -> None:
    """A comparison with 0 that dust decides otherwise than 0 would is said to be decided so."""
    _, sign, left, right = comparison
    if left[0] != "name" or right != ("number", "0") or left[1] not in so_far.dust:
        return
    value = np.asarray(so_far.values[left[1]])
    wrong = so_far.dust[left[1]] & (compare(sign, value, 0) != compare(sign, 0, 0))
    entries = [f"{left[1]}{list(map(int, at))} {sign} 0" for at in np.argwhere(wrong)]
    said = re.search(r"(?:^|; )([^;]*) (?:is|are) decided by rounding", note)
    if bool(entries) != bool(said):
        raise Untrue(f"decided by rounding are {entries}, the note is {note!r}")
    if said is not None:
        more = re.search(r" and (\d+) more$", said[1])
        named = re.split(" and ", said[1][: more.start()] if more else said[1])
        count = len(named) + int(more[1] if more else 0)
        if any(entry not in entries for entry in named) or count != len(entries):
            raise Untrue(f"decided by rounding are {entries}, the note is {note!r}")
        so_far.count.decided += len(entries)


def _told(note: str, name: str, array: Any) -> Any:
    """For each entry whether a note says that it is 0 but for rounding; None where it names others."""
    found = np.zeros(array.shape, bool)
    said = re.search(r"(?:^|; )((?:[^;]*) (?:is|are) )?0 but for rounding", note)
    if said is None:
        return found
    if not said[1]:
        return array != 0
    more = re.search(r" and (\d+) more are $", said[1])
    for entry in re.findall(r"\S+?\[([\d, ]+)\]", said[1]):
        found[tuple(int(i) for i in entry.split(","))] = True
    if more:  # the first is named, the others are those as small
        first = np.abs(array[found]).max()
        smallest = np.argsort(np.where(array == 0, np.inf, np.abs(array)).ravel())[: int(more[1]) + 1]
        others = np.isin(np.arange(array.size), smallest).reshape(array.shape)
        found = others if first <= np.abs(array[others]).max() else found
    names = {plain_name(n) for n in re.findall(r"((?:log )?[^\s\[]+)\[", said[1])}
    return found if names <= {name} and not (found & (array == 0)).any() else None
