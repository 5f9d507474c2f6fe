"""What was done in a line that is right but for its factor, which does not go with those of the other lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from chainrule.check.catalogue import factor_names
from chainrule.check.factors import ONE, Factor, alike
from chainrule.check.judge import Verdict, changes, fits
from chainrule.check.naming import Answer
from chainrule.check.place import Place
from chainrule.check.settle import settle
from chainrule.check.sheet import Sheet


def by_factor(sheet: Sheet, verdict: Verdict) -> list[Answer]:
    """The answers that its factor is: several where the number may be more than one."""
    quantity, factor, form = verdict.quantity, verdict.factor, verdict.form
    if not verdict.blamed or factor is None or form is None:
        return []
    given = sheet.given[quantity.name]
    place, found = Place.of(sheet, quantity), []
    for each in alike(factor, sheet.values) if "m" in sheet.values else [factor]:
        for change in changes(sheet.program, quantity, form):
            expr = change(each)
            if fits(sheet, expr, given):
                found.append(Answer(expr, factor_names(place, each), 0.9 + each.size / 10))
                break
    return found


def with_factors(
    sheet: Sheet, verdicts: Mapping[str, Verdict], first: Verdict, answers: Iterable[Answer]
) -> Iterator[Answer]:
    """The answers, a factor told as a second slip where it does not go with those of the other lines."""
    place = Place.of(sheet, first.quantity)
    for answer in answers:
        if answer.scaled is None or answer.factor == ONE or not _odd(sheet, verdicts, place, answer.factor):
            yield answer
            continue
        for each in alike(answer.factor, sheet.values) if "m" in sheet.values else [answer.factor]:
            names = [*answer.names[:1], _second(place, each)]
            yield replace(answer, expr=answer.scaled(each), names=names, both=True)


def _odd(sheet: Sheet, verdicts: Mapping[str, Verdict], place: Place, factor: Factor) -> bool:
    """Whether a line with that factor, and otherwise right, would be blamed for it."""
    if place.role == "loss":
        return factor.sign < 0
    trial = {name: replace(verdict, blamed=False) for name, verdict in verdicts.items()}
    own = trial[place.quantity.name] = Verdict(place.quantity, "right", factor, place.quantity.rule)
    settle(sheet, trial)
    return own.blamed


def _second(place: Place, factor: Factor) -> str:
    return "ce_no_minus" if place.role == "loss" else factor_names(place, factor)[0]
