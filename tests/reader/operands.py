"""The numbers that are put in are those of the names in whose places they stand."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from reader.arrays import Arrays
from reader.beside import beside, grid
from reader.errors import Untrue
from reader.evaluate import evaluate
from reader.exact import Decimals
from reader.known import Known
from reader.page import Equation
from reader.printed import half_unit
from reader.tree import Tree, has, is_value, leaves, parts


def operands(so_far: Known, equation: Equation, formula: Tree | None, side: Tree) -> None:
    """What stands in the places of a formula's names is theirs."""
    if formula is None and equation.index is not None:
        formula = so_far.rules.get(equation.name)
    if formula is None and equation.name.startswith("log_"):
        name = equation.name.removeprefix("log_")
        formula = (
            ("function", "log", ("subtract", ("number", "1"), ("name", name.removeprefix("not_"), None)))
            if name.startswith("not_")
            else ("function", "log", ("name", name, None))
        )
    written_out = has(formula, "matmul") and not has(side, "matmul") if formula is not None else True
    if formula is not None and equation.index is None and not _reduces(formula) and not written_out:
        align(so_far, formula, side, None)
        return
    # One entry written out: every number is an entry of one of the formula's names, or of the formula.
    if formula is None:
        raise Untrue("no formula tells what these numbers are")
    constants = {Decimal(n[1]) for n in leaves(formula, "number")} | {Decimal(0), Decimal(1)}
    rest = {n[1] for o in leaves(side, "others") for n in leaves(o, "number")}
    for number in leaves(side, "number"):
        text = number[1]
        if Decimal(text) in constants or text in rest:
            continue
        if not any(_is_entry(so_far, text, n[1]) for n in leaves(formula, "name")):
            raise Untrue(f"{text} is no entry of what the formula names")
        so_far.count.operands += 1


def _reduces(formula: Tree) -> bool:
    """Whether numbers that a formula names as one stand in it one by one: of a sum, or of which one is largest."""
    return has(formula, "sum") or any(
        len(part) == 3 and part[1] == "max" for part in parts(formula, "function")
    )


def _is_entry(so_far: Known, text: str, name: str) -> bool:
    """Whether a number that is put in is, but for its sign, an entry of a quantity."""
    size = abs(Decimal(text))
    known = so_far.of_page(name) if so_far.digits is not None else so_far.values[name]
    if known is None:
        array = Decimals({}).taken(so_far.values[name]).ravel()
        if not so_far.outside(name):
            return True  # counted by hand and not shown whole
        near = array[np.abs(np.abs(array.astype(np.float64)) - float(size)) <= 1e-5 * float(size)]
        return any(so_far.close(abs(v), str(size)) for v in near)
    if so_far.digits is not None:
        return any(
            so_far.as_printed(v, text) or so_far.as_printed(-v, text)
            for v in Decimals({}).taken(known).ravel()
        )
    array = np.abs(np.asarray(known, dtype=np.float64).ravel())
    near = np.abs(array - float(size)) <= np.maximum(1.2 * half_unit(str(size)), 1e-5 * float(size))
    return any(so_far.printed_so(v, str(size)) for v in array[near][:50])


def align(so_far: Known, formula: Tree, side: Tree, at: tuple[int, int] | None) -> None:
    """Put the formula beside the same with numbers: each number is that of the name in its place."""
    kind = formula[0]
    if kind == "dots":  # the rest of a sum, which the numbers tell as one
        return
    if kind == "number":
        if side != formula:
            raise Untrue(f"{side} stands where the formula has {formula[1]}")
    elif kind == "name" or (
        is_value(side) and (kind in ("transpose", "indicator", "rows", "put") or _is_column(so_far, formula))
    ):
        _stands_for(so_far, formula, side, at)
    elif side[0] == "matrix" and at is None:  # a function of each entry
        upright = len(side[1]) == 1 and _is_column(so_far, formula)
        for i, row in enumerate(side[1]):
            for j, cell in enumerate(row):
                # One number a sample that stands alone stands in a row.
                align(so_far, formula, cell, (j, 0) if upright else (i, j))
    elif side[0] != kind or len(side) != len(formula):
        raise Untrue(f"the numbers are put in another formula: {side} for {formula}")
    else:
        for part, put in zip(formula[1:], side[1:], strict=True):
            if isinstance(part, tuple):
                align(so_far, part, put, at)
            elif part != put:
                raise Untrue(f"{put} stands where the formula has {part}")


def _stands_for(so_far: Known, formula: Tree, side: Tree, at: tuple[int, int] | None) -> None:
    """Numbers in the place of a name, or of a part that is put in as its result."""
    known = {n[1]: so_far.of_page(n[1]) for n in leaves(formula, "name")}
    by_hand = so_far.digits is not None
    first = formula[1] if formula[0] == "name" and by_hand and known[formula[1]] is None else None
    if not by_hand or first:
        value = evaluate(formula, Arrays(so_far.values, columns=so_far.columns))
    elif all(v is not None for v in known.values()):
        value = evaluate(formula, Decimals(known, columns=so_far.columns))
    else:
        return
    if first and is_value(side) and not has(side, "dots") and at is None:
        # The numbers from outside that a page by hand begins with: as they are printed first.
        texts = [Decimal(text) for row in grid(side) for text in row]
        shape = np.shape(so_far.values[first])
        if len(texts) != np.size(so_far.values[first]):
            raise Untrue(f"{first} has the shape {shape}")
        so_far.shown[first] = np.array(texts, dtype=object).reshape(shape)
    if at is not None:
        value = value[at[0] if value.shape[0] > 1 else 0, at[1] if value.shape[1] > 1 else 0]
    if not is_value(side):
        raise Untrue(f"{side} is no number, and it stands for {formula}")
    cells = grid(side)
    if at is None and len(cells) == 1 and value.shape[1] == 1:
        value = value.T  # what stands beside itself alone stands in a row
    for text, kept in beside(cells, np.atleast_2d(value)):
        if so_far.digits is None:
            fits = so_far.printed_so(kept, text)
        else:
            fits = so_far.close(kept, text) if first else so_far.as_printed(kept, text)
        if not fits and text not in so_far.settings:
            raise Untrue(f"{text} is put in, and it is {kept}")
        so_far.count.operands += 1


def _is_column(so_far: Known, tree: Tree) -> bool:
    """Whether a part is one number a sample, which is put in as a column of results."""
    return any(name[1] in so_far.columns for name in leaves(tree, "name")) and not has(tree, "matmul")
