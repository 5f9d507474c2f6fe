"""Exercises made: of a step with its own numbers, or a series of numbers drawn by a seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from chainrule.check import possible
from chainrule.errors import InputError
from chainrule.model import arguments
from chainrule.model.model import Model, reads_tables
from chainrule.model.record import Record
from chainrule.parts.contract import Optimizer
from chainrule.utils import checks
from chainrule.walkthrough.lines import SMALL
from chainrule.worksheets.blanks import check_sizes, chosen, faded
from chainrule.worksheets.conventions import Conventions
from chainrule.worksheets.drawing import LARGEST, Drawing
from chainrule.worksheets.exercise import Exercise
from chainrule.worksheets.sheet import Worksheet, by_hand, worksheet

Asked = str | Sequence[str] | None
MOST = 1000  # sheets of a series
HALF = 0.5  # of each line that a single fading sheet gives


def of_step(record: Record, blanks: Asked = None, *, fade: bool = False, **conventions: Any) -> Exercise:
    """A worksheet of a step with its own numbers; see `Trace.exercise`."""
    counted = Conventions(**conventions)
    record = _checked(record, counted)
    asked = chosen(record, by_hand(record, counted), blanks)
    asked = faded(asked, HALF) if checks.truth(fade, "fade") else asked
    return Exercise((worksheet(record, counted, asked, possible(record)),))


def exercise(
    network: Model,
    blanks: Asked = None,
    *,
    batch: int = 1,
    series: int = 1,
    seed: int = 0,
    numbers: str = "decimals",
    optimizer: Optimizer | None = None,
    fade: bool = False,
    **conventions: Any,
) -> Exercise:
    """A series of worksheets on a network, each with numbers of its own, drawn by the seed so that mistakes show.

    Of some draws the one is taken in which the blanks tell the most: each mistake of the catalogue gives another number
    than the right one and than the other mistakes. What they do not tell is said with the keys.

    Parameters
    ----------
    network : whose layers, loss and penalty are taken; its parameters are drawn anew, and it is left as it is
    blanks : what is left out: names of lines such as "dz1", entries such as "dW1[0, 1]", numbers such as "5.6"; all
        lines unless given
    batch : how many samples, from 1 to 6
    series : how many sheets, from 1 to 1000
    seed : of the numbers, at least 0; the same seed gives the same sheets
    numbers : "decimals", of one place, or "integers"
    optimizer : whose update is the last step; without one the step ends at the gradients
    fade : whether the first cells of each line are given, fewer from sheet to sheet and none on the last one
    conventions : digits=3, halves="even" or "up", samples_as="rows" or "columns", reduction="mean" or "sum"

    Raises
    ------
    InputError, KindError, UnknownName

    >>> import chainrule as cr
    >>> sheets = cr.exercise(cr.Network([2, 3, 2]), "dz1", batch=2, series=3, seed=1).sheets
    >>> [sheet.blanks["dz1"][0] for sheet in sheets], len(sheets[0].keys)
    ([(0, 0), (0, 0), (0, 0)], 6)
    """
    if not isinstance(network, Model):
        raise InputError(f"{network!r} is no network: give one, such as Network([2, 3, 2]).")
    if reads_tables(network):
        raise InputError(
            "this network takes rows of a table, and their cells are not drawn: take samples, as in "
            "trace(X, y).exercise()."
        )
    if numbers not in LARGEST:
        raise InputError(f"numbers = {numbers!r}: they are 'decimals' or 'integers'.")
    for name, given, least, most in (
        ("batch", batch, 1, SMALL),
        ("series", series, 1, MOST),
        ("seed", seed, 0, None),
    ):
        arguments.whole(given, name, least, most)
    checks.truth(fade, "fade")
    counted = Conventions(**conventions)
    drawing = Drawing(network, batch, optimizer, numbers, counted)
    return Exercise(tuple(_series(drawing, blanks, series, seed, fade)))


def _series(drawing: Drawing, blanks: Asked, series: int, seed: int, fade: bool) -> Iterator[Worksheet]:
    """The sheets, one after the other."""
    counted = drawing.conventions
    first = drawing.countable(seed)
    check_sizes(first)
    formulas = possible(first)
    asked = chosen(first, by_hand(first, counted), blanks)
    for number in range(1, series + 1):
        given = 0.0 if not fade else HALF if series == 1 else (series - number) / series
        cells = faded(asked, given)
        record = drawing.telling(seed, number, formulas, cells)
        yield worksheet(record, counted, cells, formulas, number=number, count=series, seed=seed)


def _checked(record: Record, conventions: Conventions) -> Record:
    """The step as it is counted, if it fits on a sheet."""
    if "L" not in record.results:
        raise InputError(
            "a worksheet is of a whole step, and this trace is forward only: give trace(…) the targets y."
        )
    if record.replaced:
        raise InputError("a what_if has numbers that no rule gives: make the worksheet of the trace itself.")
    check_sizes(record)
    return record.as_sum() if conventions.reduction == "sum" else record
