"""Slips that show in how parameters move: one stands still, or goes at another rate than the others, or uphill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.check.catalogue import factor_names
from chainrule.check.code.book import Book
from chainrule.check.code.follow import Followed, Trial
from chainrule.check.code.rates import Rate, alike
from chainrule.check.code.search import Slip, Steps
from chainrule.check.code.updates import shown, sums_of
from chainrule.check.factors import ONE, Factor, allowed
from chainrule.check.place import Place
from chainrule.expressions import Name, Node
from chainrule.expressions import operations as ops

STILL, FACTOR = 1.0, 0.9  # what these answers cost


def direct(trials: Sequence[Trial], followed: Followed) -> list[Slip]:
    """The slip that the rates of the parameters tell of; empty where there is none, or another one."""
    steps, book = Steps(trials[0]), followed.book
    rates = steps.rates
    if steps.rate < 0:
        return _uphill(steps, rates, book)
    wrong = next((name for name in steps.order if name not in steps.right()), None)
    if wrong is None:
        return []
    if found := shown(trials, followed, steps, wrong):
        return found
    if wrong[0] == "b" and all(_still(each, wrong) for each in trials):
        return [_slip(steps, f"{wrong}_new", Name(wrong), ["bias_not_updated"], STILL)]
    rate = rates[wrong]
    if rate is None or not steps.right():
        return []
    ratio = rate.rate / steps.rate
    if not all(_same_ratio(each, wrong, ratio) for each in trials[1:3]):
        return []
    return _by_rate(steps, rates, wrong, ratio, book)


def own_rates(trials: Sequence[Trial]) -> list[str]:
    """Parameters that follow their gradients at a rate of their own, in each step, where all the others go together."""
    steps = Steps(trials[0])
    odd = [name for name in steps.order if name not in steps.right()]
    rates = {name: steps.rates[name] for name in odd}
    if not steps.right() or not odd or any(rate is None or rate.rate <= 0 for rate in rates.values()):
        return []
    for name, rate in rates.items():
        assert rate is not None
        if not all(_same_ratio(each, name, rate.rate / steps.rate) for each in trials[1:]):
            return []
    return odd


def _still(trial: Trial, name: str) -> bool:
    return not np.any(trial.moves.moved.get(name, 1.0)) and bool(np.any(trial.moves.gradients[name]))


def _same_ratio(trial: Trial, name: str, ratio: float) -> bool:
    steps = Steps(trial)
    rate = steps.rates.get(name)
    return rate is None or not steps.rate or alike(rate.rate / steps.rate, ratio, trial.moves.single)


def _slip(steps: Steps, line: str, formula: Any, names: list[str], cost: float, value: Any = None) -> Slip:
    numbers, _ = steps.moves({} if value is None else {line: value})
    return Slip(line, formula, tuple(names), cost, steps.rate, len(steps.order), numbers)


def _by_rate(steps: Steps, rates: dict[str, Rate | None], wrong: str, ratio: float, book: Book) -> list[Slip]:
    """A parameter, or a layer and all below it, that goes at another rate."""
    program, results = steps.trial.record.program, steps.trial.record.results
    odd = {n for n, r in rates.items() if r is not None and alike(r.rate / steps.rate, ratio)}
    below = steps.order[steps.order.index(wrong) :]
    layer = [name for name in below if name[1:] == wrong[1:]]
    line = program.gradients[wrong]
    if set(below) <= odd and (len(layer) > 1 or len(below) > 1 or f"b{wrong[1:]}" not in rates):
        line = sums_of(steps, wrong) or line
    elif _update_is_odd(steps, book, wrong, steps.right()[0], ratio):
        line = f"{wrong}_new"
    factor = next((f for f, size in allowed(results) if abs(size - ratio) <= 1e-5 * abs(ratio)), None)
    if factor is None or (factor.sign > 0 and (not factor.m or factor.two or factor.k)):
        return []  # a layer may have a rate of its own, which may be some number of samples over 4
    place = Place.of(steps.sheet, program.quantities[line])
    names, cost = factor_names(place, factor), FACTOR + factor.size / 10
    if place.role == "new":
        return [_slip(steps, line, _moved(wrong, factor), names, cost)]
    quantity = program.quantities[line]
    value = np.asarray(results[line]) * ratio
    return [_slip(steps, line, factor.times(quantity.form(not quantity.by_chain_rule)), names, cost, value)]


def _update_is_odd(steps: Steps, book: Book, name: str, other: str, ratio: float) -> bool:
    """Whether the program has the gradient of a parameter as it has that of another one: then its update is at odds."""
    results, gradients = steps.trial.record.results, steps.trial.record.program.gradients
    known = {round(size, 9) for _, size in allowed(results)}
    mine, others = (
        [
            size
            for _, size in book.find_scaled(np.asarray(results[gradients[each]]))
            if round(size, 9) in known
        ]
        for each in (name, other)
    )
    found = {round(a / b, 6) for a in mine for b in others}
    return round(ratio, 6) not in found and 1.0 in found


def _uphill(steps: Steps, rates: dict[str, Rate | None], book: Book) -> list[Slip]:
    """All weights go the wrong way: by the sign of the error, or by that of the update."""
    if any(r is None or not alike(r.rate, steps.rate) for r in rates.values()):
        return []
    program, results = steps.trial.record.program, steps.trial.record.results
    first = steps.order[0]
    line = sums_of(steps, first)
    if line:
        known = {round(size, 9): f for f, size in allowed(results)}
        signs = [
            known[round(s, 9)] for _, s in book.find_scaled(np.asarray(results[line])) if round(s, 9) in known
        ]
        if signs and min(signs, key=lambda f: (f.size, f.sign)).sign < 0 and all(f.sign < 0 for f in signs):
            quantity = program.quantities[line]
            formula = Node(ops.NEGATIVE, (quantity.form(not quantity.by_chain_rule),), {})
            value = -np.asarray(results[line])
            return [_slip(steps, line, formula, ["dz2_sign", "update_sign"], FACTOR, value)]
    return [_slip(steps, f"{first}_new", _moved(first, Factor(sign=-1)), ["update_sign", "dz2_sign"], FACTOR)]


def _moved(name: str, factor: Factor) -> Any:
    gradient = Name(f"d{name}")
    step = Node(ops.MULTIPLY, (Name("eta", scalar=True), gradient), {})
    return Node(ops.SUBTRACT, (Name(name), step if factor == ONE else factor.times(step)), {})
