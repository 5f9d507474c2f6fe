"""Which factors go together: along the way of every parameter they multiply to the same, or a line is blamed.

Somebody who writes y - a has every gradient with the sign turned and adds it to the weights: right. Where 1/m stands,
and whether the squares are halved, changes the learning rate alone, as long as it does so for all parameters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from chainrule.check.factors import ONE
from chainrule.check.judge import Verdict, is_gradient
from chainrule.check.sheet import Sheet
from chainrule.expressions import names

Way = tuple[str, ...]  # the lines that a parameter's gradient comes through, and its update


def settle(sheet: Sheet, verdicts: Mapping[str, Verdict]) -> None:
    """Mark the lines that are right but for a factor which does not go with the others'."""
    if any(verdict.state == "wrong" for verdict in verdicts.values()):
        first = next(name for name, verdict in verdicts.items() if verdict.state == "wrong")
        verdicts = _before(verdicts, first)
    gradients = [p for p, name in sheet.program.gradients.items() if name in sheet.program.quantities]
    ways = {p: way for p in gradients if (way := _way(sheet, p, verdicts)) is not None}
    moved = {p: way for p, way in ways.items() if f"{p}_new" in way}
    for group in (moved, {p: way for p, way in ways.items() if p not in moved}):
        _settle(sheet, group, verdicts, bool(moved) and group is moved)
    _dead_ends(sheet, verdicts, set().union(*ways.values()) if ways else set())


def _before(verdicts: Mapping[str, Verdict], first: str) -> dict[str, Verdict]:
    found = {}
    for name, verdict in verdicts.items():
        if name == first:
            break
        found[name] = verdict
    return found


def _settle(sheet: Sheet, ways: Mapping[str, Way], verdicts: Mapping[str, Verdict], moved: bool) -> None:
    for parameter, way in ways.items() if moved else ():
        factors = [factor for name in way if (factor := verdicts[name].factor) is not None]
        if sum(factor.eta for factor in factors):
            verdicts[f"{parameter}_new"].blamed = True
    totals = {p: _product(sheet, way, verdicts) for p, way in ways.items()}
    known = {p: total for p, total in totals.items() if total is not None}
    if not known:
        return
    explained = {
        total: _odd(sheet, ways, verdicts, {p for p, other in known.items() if not _same(other, total)})
        for total in dict.fromkeys(known.values())
    }
    counts = Counter(round(total, 9) for total in known.values())
    last = next(reversed(known.values()))
    best = min(
        (total for total in explained if not moved or total > 0 or len(explained) == 1),
        key=lambda total: (len(explained[total]), total != last, -counts[round(total, 9)]),
        default=last,
    )
    for name in explained[best]:
        verdicts[name].blamed = True
    if moved and best < 0 and not explained[best]:
        _turned(ways, verdicts)


def _odd(sheet: Sheet, ways: Mapping[str, Way], verdicts: Mapping[str, Verdict], odd: set[str]) -> list[str]:
    """The first lines whose factors make these parameters differ from the others."""
    found = []
    for name, verdict in verdicts.items():
        below = {p for p, way in ways.items() if name in way}
        factor = verdict.factor
        if below and below <= odd and factor is not None and not _same(factor.value(sheet.values), 1):
            found.append(name)
            odd = odd - below
    if odd:  # no line of their own explains them: as if all the lines did
        return [name for name, v in verdicts.items() if v.factor not in (None, ONE)] * 2
    return found


def _turned(ways: Mapping[str, Way], verdicts: Mapping[str, Verdict]) -> None:
    """All weights move uphill: the first line with its sign turned is to blame, be it a gradient or an update."""
    on_way = set().union(*ways.values())
    for name, verdict in verdicts.items():
        turned = name in on_way and verdict.factor is not None and verdict.factor.sign < 0
        if turned and verdict.quantity.section != "update":
            verdict.blamed = True
            return
    for name, verdict in verdicts.items():
        if name in on_way and verdict.factor is not None and verdict.factor.sign < 0:
            verdict.blamed = True


def _way(sheet: Sheet, parameter: str, verdicts: Mapping[str, Verdict]) -> Way | None:
    """The lines from the loss to a parameter; None where one of them is not known to be right, or is missing."""
    gradient = sheet.program.gradients[parameter]
    new = verdicts.get(f"{parameter}_new")
    seen = new is not None and (
        new.factor is not None or new.state == "wrong"
    )  # a small step is not, in few digits
    ends = [q.name for q in sheet.program.update_of(parameter) if q.name in verdicts] if seen else []
    ends = [name for name in ends if name == f"{parameter}_new" or verdicts[name].factor is not None]
    if not ends and not _reached(sheet, gradient, verdicts):
        return None
    way = [*_above(sheet, gradient, verdicts), *ends]
    return tuple(way)


def _reached(sheet: Sheet, gradient: str, verdicts: Mapping[str, Verdict]) -> bool:
    return gradient in verdicts or any(name in verdicts for name in sheet.unsure(sheet.form(gradient)))


def _above(sheet: Sheet, name: str, verdicts: Mapping[str, Verdict]) -> list[str]:
    """The gradients that one is made from, first ones first, and itself."""
    found: dict[str, None] = {}
    ahead = [name]
    while ahead:
        at = ahead.pop()
        if at in found or not is_gradient(sheet.program, at):
            continue
        found[at] = None
        verdict = verdicts.get(at)
        form = sheet.form(at) if verdict is None or verdict.form is None else verdict.form
        ahead += [each.name for each in names(form)]
    order = {each: place for place, each in enumerate(sheet.program.quantities)}
    return sorted((each for each in found if each in verdicts), key=lambda each: order[each])


def _product(sheet: Sheet, way: Iterable[str], verdicts: Mapping[str, Verdict]) -> float | None:
    """The factors of a way, multiplied; None where one of them can't be told."""
    total = 1.0
    for name in way:
        factor = verdicts[name].factor
        if verdicts[name].state != "right" or factor is None:
            return None
        total *= factor.value(sheet.values)
    return total


def _dead_ends(sheet: Sheet, verdicts: Mapping[str, Verdict], on_way: set[Any]) -> None:
    """A gradient that no weight is moved by, such as da of an output whose dz is written at once, keeps the sign."""
    turned = {
        v.factor.sign
        for name, v in verdicts.items()
        if name in on_way and v.factor and v.quantity.local == "dz"
    }
    for name, verdict in verdicts.items():
        free = name not in on_way and is_gradient(sheet.program, name)
        if free and turned == {1} and verdict.factor is not None and verdict.factor.sign < 0:
            verdict.blamed = True


def _same(a: float, b: float) -> bool:
    return bool(np.isclose(a, b, rtol=1e-6, atol=0))
