"""Slips that show in a program's own numbers: a gradient that is nothing or grows, a rate or a sign forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.check.code.book import close
from chainrule.check.code.fit import Moves, solved
from chainrule.check.code.follow import Followed, Trial
from chainrule.check.code.rates import Rate, alike
from chainrule.check.code.recording import Event
from chainrule.check.code.search import Slip, Steps
from chainrule.check.factors import allowed
from chainrule.check.place import Place
from chainrule.expressions import Const, Expr, Name, Node
from chainrule.expressions import operations as ops

COST = 0.8  # of these answers
NOTHING = 1e-9  # of what a bias should move by, below which it stands still but for rounding
PENALTY = 1e-7  # of a weight, above which a penalty is one


def shown(trials: Sequence[Trial], followed: Followed, steps: Steps, wrong: str) -> list[Slip]:
    """The slip that explains the first parameter that moves in another way than it should; empty where none does."""
    for each in (_added_up_to_nothing, _grown, _penalty_turned, _rate_forgotten):
        found = each(trials, followed, steps, wrong)
        if found is not None:
            return [found]
    return []


def sums_of(steps: Steps, name: str) -> str:
    """The gradient of the sums of a parameter's layer."""
    program = steps.trial.record.program
    place = Place.of(steps.sheet, program.quantities[program.gradients[name]])
    dz = f"d{place.gives}"
    return dz if dz in program.quantities else ""


def _rule(steps: Steps, line: str) -> Expr:
    quantity = steps.trial.record.program.quantities[line]
    return quantity.form(not quantity.by_chain_rule)


def _slip(steps: Steps, line: str, formula: Expr, name: str, value: Any) -> Slip:
    numbers, _ = steps.moves({line: value})
    return Slip(line, formula, (name,), COST, steps.rate, len(steps.order), numbers)


def _known(steps: Steps, value: Any, followed: Followed) -> dict[int, float]:
    """The program's values that are this one in a usual scale, each with its scale."""
    sizes = {round(size, 9) for _, size in allowed(steps.trial.record.results)}
    found = followed.book.find_scaled(np.asarray(value))
    return {n: round(size, 9) for n, size in found if round(size, 9) in sizes}


def _events(followed: Followed, trial: Trial) -> list[Event]:
    return followed.recording.events[trial.step.start : trial.step.end]


# --- biases -----------------------------------------------------------------------------------------------


def _stands(trial: Trial, name: str) -> bool:
    """Whether a parameter stands still but for rounding, and should not."""
    rate = abs(Steps(trial).rate)
    moved, gradient = trial.moves.moved.get(name), trial.moves.gradients[name]
    if moved is None or np.shape(moved) != np.shape(gradient):
        return False
    should = rate * float(np.max(np.abs(gradient), initial=0.0))
    return should > 0 and float(np.max(np.abs(moved), initial=0.0)) <= NOTHING * should


def _added_up_to_nothing(
    trials: Sequence[Trial], followed: Followed, steps: Steps, wrong: str
) -> Slip | None:
    """Errors of softmax that are all added up to one number: that is 0."""
    dz = sums_of(steps, wrong) if wrong[0] == "b" else ""
    if not dz or not all(_stands(each, wrong) for each in trials):
        return None
    results = steps.trial.record.results
    known = _known(steps, results[dz], followed)
    for event in _events(followed, steps.trial):
        total = followed.recording.values[event.result]
        adds = event.what.partition(" ")[0] in ("sum", "mean") and np.size(total) == 1
        if adds and event.operands[:1] and event.operands[0] in known and np.size(results[wrong]) > 1:
            line = steps.trial.record.program.gradients[wrong]
            value = np.full(np.shape(results[wrong]), float(np.ravel(total)[0]))
            formula = Node(ops.SUM, (Name(dz),), {"axis": None, "keepdims": False})
            return replace(_slip(steps, line, formula, "db_sum_all", value), event=event.number)
    return None


def _grown(trials: Sequence[Trial], followed: Followed, steps: Steps, wrong: str) -> Slip | None:
    """A bias that takes the errors of each sample apart, and becomes one for each."""
    dz = sums_of(steps, wrong) if wrong[0] == "b" else ""
    new, old = (np.asarray(each[wrong]) for each in (steps.trial.step.new, steps.trial.step.old))
    if not dz or new.ndim != 2 or old.ndim != 1 or steps.rate <= 0:
        return None
    value = np.asarray(steps.trial.record.results[dz])
    if new.shape != value.shape or not close(new - old, -steps.rate * value, 1e-6):
        return None
    line = steps.trial.record.program.gradients[wrong]
    event = _last_of(steps, value, followed)
    numbers = {**steps.trial.record.results, line: value}
    slip = Slip(line, Name(dz), ("db_not_summed",), COST, steps.rate, len(steps.order), numbers)
    return replace(slip, event=event)


def _last_of(steps: Steps, value: Any, followed: Followed) -> int | None:
    """The last event of a step that gives a value in a usual scale, and not the rate's share of it."""
    known, places = _known(steps, value, followed), followed.recording.places
    own = {n for n, size in known.items() if not alike(abs(size), steps.rate)}
    events = [e for e in _events(followed, steps.trial) if e.result in own and places[e.place][3] != "given"]
    return events[-1].number if events else None


# --- weights and rates ------------------------------------------------------------------------------------


def _penalty_turned(trials: Sequence[Trial], followed: Followed, steps: Steps, wrong: str) -> Slip | None:
    """Weights that grow by their penalty, and should shrink."""
    if wrong[0] != "W" or not steps.right():
        return None
    shares = [_share(Steps(each), wrong) for each in trials]
    if any(each is None for each in shares) or not all(
        alike(each or 0.0, shares[0] or 0.0) for each in shares
    ):
        return None
    share = float(f"{shares[0]:.6g}")
    line, penalty = (
        steps.trial.record.program.gradients[wrong],
        Node(ops.MULTIPLY, (Const(share), Name(wrong)), {}),
    )
    rule = _rule(steps, line)
    value = steps.trial.record.results[line] - share * steps.trial.record.results[wrong]
    formula, should = (Node(row, (rule, penalty), {}) for row in (ops.SUBTRACT, ops.ADD))
    return replace(_slip(steps, line, formula, "l2_slip", value), should=should)


def _share(steps: Steps, name: str) -> float | None:
    """By which share of itself a weight grows, for each of its gradient; None where it does not."""
    moves: Moves = steps.trial.moves
    found = solved(moves, [name], [moves.gradients, moves.old]) if np.any(moves.old[name]) else None
    if found is None or not alike(-found[0], steps.rate, moves.single) or found[1] <= PENALTY:
        return None
    return found[1] / steps.rate


def _rate_forgotten(trials: Sequence[Trial], followed: Followed, steps: Steps, wrong: str) -> Slip | None:
    """Biases from which the gradient is taken as it is, where weights take a share of theirs."""
    right = steps.right()
    odd = [name for name in steps.order if name not in right]
    if not right or {name[0] for name in odd} != {"b"} or {name[0] for name in right} != {"W"}:
        return None
    scales = {_scale(each, each.rates.get(name)) for each in map(Steps, trials) for name in odd}
    scale = next(iter(scales))
    if len(scales) > 1 or not scale or not _is_rate(steps, steps.rate / scale, followed):
        return None
    results, program = steps.trial.record.results, steps.trial.record.program
    errors = all(_has(followed, scale * results[sums_of(steps, name)]) for name in odd)
    weights = all(followed.book.find(scale * results[program.gradients[name]]) for name in right)
    if not (errors or weights) or _times_one(followed, trials[0], odd):
        return None
    first = next(
        q.parameter for q in program.quantities.values() if q.name.endswith("_new") and q.parameter in odd
    )
    formula = Node(ops.SUBTRACT, (Name(first), Name(program.gradients[first])), {})
    new = set(_has(followed, np.atleast_2d(trials[0].step.new[first])))
    event = next((e.number for e in _events(followed, trials[0]) if e.result in new), None)
    found = _slip(steps, f"{first}_new", formula, "eta_missing", trials[0].step.new[first])
    return replace(found, event=event)


def _scale(steps: Steps, rate: Rate | None) -> float:
    """The scale in which a program may have its gradients, if it takes them off as they are; 0 if none is usual."""
    if rate is None or rate.decay:
        return 0.0
    sizes = [size for factor, size in allowed(steps.trial.record.results, positive=True) if factor.simple]
    return next((round(size, 9) for size in sizes if abs(size - rate.rate) <= 1e-6 * size), 0.0)


def _is_rate(steps: Steps, rate: float, followed: Followed) -> bool:
    """Whether the program has such a number, and it is none that says how many samples there are."""
    m = float(steps.trial.record.results["m"])
    return bool(followed.book.find(np.float64(rate))) and not any(
        alike(rate, each) for each in (1.0, m, 1 / m)
    )


def _has(followed: Followed, value: Any) -> list[int]:
    """The program's values that are this one, or its first entry where it has all of them one by one."""
    found = []
    for way in (value, -value):
        found += followed.book.find(way)
        one_by_one = [followed.book.find(entry) for entry in way[0]] if len(way) == 1 else []
        found += one_by_one[0] if one_by_one and all(one_by_one) else []
    return found


def _times_one(followed: Followed, trial: Trial, names: Sequence[str]) -> bool:
    """Whether a program multiplies what these parameters move by with a 1, which may be a rate of their own."""
    one = followed.book.find(np.float64(1.0))
    moved = {n for name in names for n in _has(followed, np.atleast_2d(trial.moves.moved[name]))}
    return any(
        event.what in ("Mult", "multiply") and event.result in moved and set(event.operands) & set(one)
        for event in _events(followed, trial)
    )
