"""What is to be said of a response to a blank, told from the sheet alone: by how it is written in the line's digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import zip_longest

import numpy as np

from chainrule.check import CATALOGUE
from chainrule.walkthrough.by_hand import kept_digits
from chainrule.worksheets import Worksheet
from reader import by_hand_text

Cell = tuple[str, tuple[int, ...]]
Judge = Callable[[Mapping[Cell, float]], Mapping[Cell, tuple[bool, str]]]


def made(sheet: Worksheet, cell: Cell) -> dict[Decimal, set[str]]:
    """The wrong numbers of a blank, each with the hints of all mistakes that make it."""
    name, index = cell
    right, found = set(sheet.accepted(name, index)), dict[Decimal, set[str]]()
    for mistake in sheet.mistakes[name]:
        number = np.asarray(mistake.value, dtype=object)[index]
        if number.is_finite() and number not in right:
            found.setdefault(number, set()).update(CATALOGUE[each].hint for each in mistake.names)
    return found


def responses(sheet: Worksheet, cell: Cell, digits: int) -> Iterator[Decimal]:
    """Right and wrong numbers, those beside them on both sides of where rounding parts them, and some others."""
    for number in (*sheet.accepted(*cell), *made(sheet, cell)):
        yield number
        step = Decimal(1).scaleb((number.adjusted() if number else 0) - digits + 1)
        for part in ("0.49", "-0.49", "0.51", "-0.51", "0.049", "-0.049", "0.051", "-0.051"):
            yield number + step * Decimal(part)
    yield -sheet.key(*cell)
    yield from (Decimal(0), Decimal("12345.678"))


def hold(sheet: Worksheet, judge: Judge, other: str = "", slack: float = 1e-15) -> int:
    """Hold what a format says to that, for each response to each blank: one to all of them at a time.

    Parameters
    ----------
    sheet : the worksheet
    judge : of responses whether they are right, and what is said of them
    other : what is said of a wrong number that no mistake makes
    slack : how far numbers are still the same to the format; responses so near to where rounding parts are left out

    Returns
    -------
    how many hints were given
    """
    kept = kept_digits(sheet.record.program, sheet.conventions.digits)
    cells = list(sheet.cells())
    wrong = {cell: made(sheet, cell) for cell in cells}
    hinted = 0
    for asked in zip_longest(*(responses(sheet, cell, kept[cell[0]]) for cell in cells)):
        given = {cell: response for cell, response in zip(cells, asked, strict=True) if response is not None}
        judged = judge({cell: float(response) for cell, response in given.items()})
        for cell, response in given.items():
            digits, near = kept[cell[0]], Decimal(slack) * max(1, abs(response))
            written = by_hand_text(response, digits)
            if {by_hand_text(response + near, digits), by_hand_text(response - near, digits)} != {written}:
                continue
            right, said = judged[cell]
            at = f"{cell} {response}, written {written}: {right} {said}"
            assert right == (written in sheet.accepted(*cell)), at
            if not right:
                assert said in wrong[cell].get(written, {other}), at
                hinted += written in wrong[cell]
    return hinted
