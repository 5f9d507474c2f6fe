"""A worksheet and its key read back: the whole step counted again by the tests' reader, and each key a line of it."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

import chainrule as cr
import reader
from chainrule.worksheets import Worksheet
from reader import Checker, Count, Reading, Untrue

WIDE = 240  # so that no matrix is cut


def recount(sheet: Worksheet) -> Count:
    """Count a sheet and its key again.

    Raises
    ------
    Untrue, Unreadable : for the first line that is not so, or can't be read
    """
    c = sheet.conventions
    reading = Reading(c.digits, c.halves, samples_as=c.samples_as)
    whole = reader.read(sheet.told.to_text(width=WIDE), WIDE)
    numbers = set(re.findall(r"= ([-\d.e]+)", " ".join(whole.heading)))
    settings = numbers | {format(Decimal(text).normalize(), "f") for text in numbers if text.strip("-.")}
    count = Checker(values(sheet), settings, reading, sheet.record.program.leaves).check(whole.equations)
    told = {_place(equation): equation for equation in whole.equations}
    key = sheet.key_page.to_text(width=WIDE).partition("\nNOT TOLD\n")[0]
    for equation in reader.read(key, WIDE).equations:
        if replace(equation, line=0) != replace(told[_place(equation)], line=0):
            raise Untrue(f"the key tells {equation}, and the step {told[_place(equation)]}")
    _keys(sheet, told)
    return count


def values(sheet: Worksheet) -> dict[str, Any]:
    """The step's own numbers as the sheet lays them out: told by shapes alone, samples before or behind units."""
    found = dict(sheet.record)
    if sheet.conventions.samples_as == "rows":
        return found
    m = len(found["x"])
    laid: dict[str, Any] = {}
    for name, value in found.items():
        shape = np.shape(value)
        of_unit = len(shape) == 1 and np.shape(sheet.told.values[name]) == (shape[0], 1)
        assert len(shape) != 1 or of_unit or shape == (m,), name
        laid[name] = value.T if len(shape) == 2 else value[:, None] if of_unit else value
    return laid


def _place(equation: reader.Equation) -> tuple[str, Any]:
    return equation.name, equation.index


def _keys(sheet: Worksheet, told: dict[Any, reader.Equation]) -> None:
    """Each key is the number that stands in the step's line in its place."""
    for name, index in sheet.cells():
        texts = reader.grid(told[reader.plain_name(_shown(name)), None].sides[-1][1])
        row, column = (0, 0, *index)[-2:]
        text = texts[row][column]
        if Decimal(text) != sheet.key(name, index):
            raise Untrue(f"the key of {name}{list(index)} is {sheet.key(name, index)}, its line says {text}")


def _shown(name: str) -> str:
    from chainrule.notation import display

    return display(name)


def drawn(seed: int, **how: Any) -> cr.Exercise:
    """A sheet on some network, by a number."""
    rng = np.random.default_rng([seed, 11])
    sizes = [int(n) for n in (*rng.integers(1, 4, int(rng.integers(1, 3))), *rng.integers(2, 4, 2))]
    hidden = str(rng.choice(["relu", "tanh", "sigmoid", "leaky_relu"]))
    ends = [("softmax", "cross_entropy"), ("sigmoid", "binary_cross_entropy"), ("identity", "half_squared_error"),
            ("identity", "mean_squared_error"), ("tanh", "mean_squared_error")]  # fmt: skip
    output, loss = ends[int(rng.integers(len(ends)))]
    net = cr.Network(sizes, hidden=hidden, output=output, loss=loss, penalty=rng.choice([None, "l2"]))
    optimizer = [None, cr.SGD(0.1), cr.Momentum(0.1), cr.Adam(0.01)][int(rng.integers(4))]
    settings = {
        "batch": int(rng.integers(1, 4)), "seed": seed, "numbers": str(rng.choice(["decimals", "integers"])),
        "digits": int(rng.integers(2, 5)), "halves": str(rng.choice(["even", "up"])),
        "samples_as": str(rng.choice(["rows", "columns"])), "reduction": str(rng.choice(["mean", "sum"])),
        "fade": bool(rng.integers(2)), "optimizer": optimizer,
    }  # fmt: skip
    return cr.exercise(net, **{**settings, **how})
