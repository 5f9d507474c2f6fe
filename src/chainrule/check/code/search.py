"""What slip makes a program's parameters move as they do: every single one is tried, and its whole step computed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.check.candidates import Candidates
from chainrule.check.catalogue import counted, identified
from chainrule.check.code.book import close
from chainrule.check.code.fit import Moves
from chainrule.check.code.follow import Followed, Trial
from chainrule.check.code.losses import called_loss, places_of
from chainrule.check.code.rates import alike, all_rates, rate_of, together
from chainrule.check.factors import ONE, Factor, allowed
from chainrule.check.place import Place
from chainrule.check.sheet import Numbers, Sheet
from chainrule.expressions import Expr
from chainrule.expressions.node import run_operation
from chainrule.program.program import Quantity

SECONDS = 2.5  # for one reading
UNNAMED, FACTOR = 0.4, 0.3
ENOUGH = 3  # numbers that a slip explains, at least, so that it is none by accident
OF_LOSSES = {"y_shape", "ce_no_minus", "bce_half"}  # slips of a loss that no convention makes


@dataclass(frozen=True, eq=False)
class Slip:
    """A slip that explains a step.

    Parameters
    ----------
    line : the quantity
    formula : what it was
    names : of the mistake
    cost : how unlikely it is
    rate : at which the parameters follow their gradients, with it
    explains : how many of them
    numbers : the step with it, by name
    should : what the line should be, where that is more than the network's own rule
    event : in which the program does it, where the line's value alone does not tell
    """

    line: str
    formula: Expr
    names: tuple[str, ...]
    cost: float
    rate: float
    explains: int
    numbers: Mapping[str, Any]
    should: Expr | None = None
    event: int | None = None


class Steps:
    """A step computed with one of its quantities replaced, line by line, as it is asked for."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.sheet = Sheet(trial.record, {})
        results, program = trial.record.results, trial.record.program
        forward = {q.name for q in program.quantities.values() if q.section in ("forward", "loss")}
        known = program.leaves if trial.given else {*program.leaves, *forward}
        self.known = {n: v for n, v in results.items() if n in known} | dict(trial.given)
        self.known |= {f"{p}_new": v for p, v in trial.step.new.items() if f"{p}_new" in results}
        self.sheet.values = self._numbers({})
        moves = self.moves({})[1]
        rates = all_rates(moves)
        self.rates = {p: rates[p] for p in _in_order(trial) if p in rates}
        self.order = list(self.rates)
        self.rate, self._right = together(self.rates, moves.single)
        self._read: dict[str, set[str]] = {}

    def right(self) -> list[str]:
        """The parameters that move as they should."""
        return self._right if self.rate > 0 else []

    def reads(self, parameter: str, of: str) -> bool:
        """Whether a parameter's gradient is a quantity, or is computed from it."""
        name = self.trial.record.program.gradients[parameter]
        if name not in self._read:
            self._read[name] = {name, *self.sheet.unsure(self.sheet.form(name))}
        return of in self._read[name]

    def _numbers(self, changed: Mapping[str, Any]) -> Numbers:
        return Numbers(self.sheet.form, run_operation, {**self.known, **changed})

    def moves(self, changed: Mapping[str, Any]) -> tuple[Numbers, Moves]:
        """The step with some of its quantities changed, and its gradients beside what was moved."""
        numbers = self._numbers(changed)
        return numbers, replace(self.trial.moves, gradients=_Lazy(self.trial, numbers))


def _in_order(trial: Trial) -> list[str]:
    """The parameters in the order in which their gradients are computed."""
    gradients = {name: p for p, name in trial.record.program.gradients.items()}
    return [gradients[name] for name in trial.record.program.quantities if name in gradients]


class _Lazy(Mapping[str, Any]):
    """Gradients by parameter, computed when they are asked for."""

    def __init__(self, trial: Trial, numbers: Mapping[str, Any]) -> None:
        self._names, self._numbers = trial.record.program.gradients, numbers

    def __getitem__(self, name: str) -> Any:
        with np.errstate(all="ignore"):
            return self._numbers[self._names[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def slips(trials: Sequence[Trial], seconds: float = SECONDS) -> list[Slip]:
    """The slips that explain the steps as far as one can, the likeliest first.

    The first parameter on the way back that does not move as it should is to be explained, and those that did, too.
    """
    until = time.process_time() + seconds
    steps = [Steps(each) for each in trials[:3]]
    if len(steps[0].order) == len(steps[0].right()):
        return []
    found: list[Slip] = []
    for quantity in _lines(steps[0]):
        found += [slip for slip in _of_line(steps[0], quantity, until) if _all_explain(steps[1:], slip)]
    most = max((slip.explains for slip in found), default=0)
    kept = [slip for slip in found if slip.explains == most]
    return sorted(kept, key=lambda each: (each.cost, -counted(each.names)))


def _lines(steps: Steps) -> list[Quantity]:
    """The lines of the way back from which the first wrong parameter comes, in the order of the step."""
    program = steps.trial.record.program
    wrong = next(name for name in steps.order if name not in steps.right())
    return [
        q for q in program.quantities.values()
        if q.section == "backward"
        and Place.of(steps.sheet, q).role in ("dz", "da", "dW", "db", "backward")
        and steps.reads(wrong, q.name)
    ]  # fmt: skip


def _of_line(steps: Steps, quantity: Quantity, until: float) -> Iterator[Slip]:
    place = Place.of(steps.sheet, quantity)
    candidates = Candidates(steps.sheet, place)
    for form in steps.sheet.forms(quantity):
        for value, make, edit, name in candidates.of(form):
            if time.process_time() > until:
                return
            found = explained(steps, quantity.name, value)
            if found is not None:
                factor, fit, count, numbers = found
                name = name or identified(place, edit)
                cost = edit.cost + (0 if name else UNNAMED) + (0 if factor == ONE else FACTOR)
                formula = factor.times(make())
                yield Slip(quantity.name, formula, (name,) if name else (), cost, fit, count, numbers)


def explained(steps: Steps, line: str, value: Any) -> tuple[Factor, float, int, Mapping[str, Any]] | None:
    """Whether a value of a line explains the first wrong parameter: with which factor and rate, and how many more."""
    value = _shaped(value, np.shape(steps.trial.record.results[line]))
    if value is None:
        return None
    single = steps.trial.moves.single
    numbers, moves = steps.moves({line: value})
    below = [name for name in steps.order if steps.reads(name, line)]
    wrong = next(name for name in steps.order if name not in steps.right())
    mine = rate_of(moves, wrong)
    if mine is None:
        return None
    above = [name for name in steps.order if name not in below]
    rate = steps.rate if any(name in steps.right() for name in above) else mine.rate
    factor = _factor(steps, mine.rate / rate)
    if factor is None or rate <= 0:
        return None
    rates = {name: rate_of(moves, name) for name in below}
    size = factor.value(steps.trial.record.results)
    fits = [n for n, r in rates.items() if r is not None and alike(r.rate / size, rate, single)]
    kept = [name for name in above if name in steps.right()]
    if sum(np.size(steps.trial.moves.moved[name]) for name in fits) < ENOUGH:
        return None
    earlier = steps.order[: steps.order.index(wrong)]
    if not set(earlier) <= {*fits, *kept}:
        return None
    theirs = numbers if factor == ONE else steps.moves({line: size * value})[0]
    return factor, rate, len(fits) + len(kept), theirs


def _factor(steps: Steps, ratio: float) -> Factor | None:
    if abs(ratio - 1) < 1e-5:
        return ONE
    for factor, size in allowed(steps.trial.record.results, positive=True):
        if abs(size - ratio) < 1e-5 * abs(size) and factor.size <= 3:
            return factor
    return None


def _shaped(value: Any, shape: tuple[int, ...]) -> Any:
    if isinstance(value, bool) or value is None:
        return None
    value = np.asarray(value, np.float64)
    try:
        return np.broadcast_to(value, shape) if value.shape != shape else value
    except ValueError:
        return None


def _all_explain(others: Sequence[Steps], slip: Slip) -> bool:
    """Whether a slip explains other steps, too."""
    for steps in others:
        if len(steps.right()) == len(steps.order):
            continue  # a step that does not tell
        try:
            with np.errstate(all="ignore"):
                value = steps.sheet.value(slip.formula)
        except (ValueError, IndexError, TypeError, KeyError):
            return False
        if explained(steps, slip.line, value) is None:
            return False
    return True


def named(trial: Trial) -> list[Slip]:
    """What was done in a layer's function, whose results are given."""
    steps, found = Steps(trial), []
    for line, given in trial.given.items():
        quantity = trial.record.program.quantities[line]
        place = Place.of(steps.sheet, quantity)
        candidates = Candidates(steps.sheet, place)
        for form, _ in candidates.forms():
            for value, make, edit, name in candidates.of(form):
                if np.shape(value) == given.shape and close(value, given):
                    name = name or identified(place, edit)
                    cost = edit.cost + (0 if name else UNNAMED)
                    names = (name,) if name else ()
                    found.append(Slip(line, make(), names, cost, steps.rate, 0, steps.moves({})[0]))
    return sorted(found, key=lambda each: (each.cost, -counted(each.names)))


def loss_slips(trials: Sequence[Trial], followed: Followed) -> list[Slip]:
    """A slip in a loss that the program tells, where its gradients are right."""
    trial = trials[0]
    steps = Steps(trial)
    quantity = trial.record.program.quantities["L"]
    place, found = Place.of(steps.sheet, quantity), []
    m, k = (float(trial.record.results[name]) for name in ("m", "k"))
    candidates = Candidates(steps.sheet, place)
    for form in steps.sheet.forms(quantity):
        for value, make, edit, name in candidates.of(form):
            name = name or identified(place, edit)
            sure = edit.kind == "formula" or (name == "ce_no_minus" and edit.kind == "sign")
            if name in OF_LOSSES and sure and np.size(value) == 1 and np.all(np.isfinite(value)):
                size, step = float(np.ravel(value)[0]), trial.step
                events = places_of(followed.book, followed.recording, size, m, k, step.start, step.end)
                if called_loss(followed.recording, events):
                    numbers = {**trial.record.results, "L": np.float64(size)}
                    found.append(Slip("L", make(), (name,), edit.cost, steps.rate, 0, numbers))
    return sorted(found, key=lambda each: (each.cost, -counted(each.names)))
