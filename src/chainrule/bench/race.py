"""The race: interleaved rounds, and whether all did the same work."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from chainrule.bench.by_numpy import Plain
from chainrule.bench.by_numpy import predictor as in_numpy
from chainrule.bench.columns import Array, Column, Task, draw
from chainrule.bench.lanes import Lane, Out
from chainrule.bench.racers import Entry, predictor, trainer
from chainrule.engines.numpy_engine import processors as processors

PAUSE = 0.12  # seconds, until the threads of the one that ran before are asleep: see lanes.py
LONGEST = 30  # times the limit; such a racer is timed on less work
LOSS, MOVEMENT = 1e-3, 0.1  # how far from the reference still is rounding: a single unit that goes on or off
"""With Adam, one sample whose unit is on in one rounding and off in another moves the weights of that unit by a
whole learning rate; measured, 0.03 of all movement. A step left out of twenty gives more than 0.1."""


class Timing(Protocol):
    """What a race asks of a lane."""

    def build(self, make: Callable[..., Any], *arguments: Any) -> None: ...

    def time(self, amount: int) -> None: ...

    def result(self) -> None: ...

    def answer(self) -> Any: ...


@dataclass
class Outcome:
    """How a racer did.

    Parameters
    ----------
    entry : who it is
    seconds : of a step or a call, one for each round
    losses : what each round gave, as far as it is compared
    result : its weights after as much, or what it predicted
    loss, weights : how far these ended from the reference, relative to it; None where there is nothing to compare
    out : why it did not race; empty if it did
    """

    entry: Entry
    seconds: list[float] = field(default_factory=list)
    losses: list[Sequence[float]] = field(default_factory=list)
    result: list[Array] = field(default_factory=list)
    loss: float | None = None
    weights: float | None = None
    out: str = ""

    @property
    def best(self) -> float:
        """The shortest of its rounds."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """The middle one of its rounds."""
        return statistics.median(self.seconds)

    @property
    def same(self) -> bool:
        """Whether it did the same work as the reference; what is not finite did not."""
        return (self.loss or 0) <= LOSS and (self.weights or 0) <= MOVEMENT


@dataclass
class Race:
    """The outcomes of one race, in the order of the entries."""

    title: str
    outcomes: list[Outcome]
    column: Column | None = None

    @property
    def finished(self) -> list[Outcome]:
        """Those who raced."""
        return [outcome for outcome in self.outcomes if not outcome.out]

    def of(self, kind: str) -> Outcome | None:
        """The fastest of a kind that did the same work; None if there is none."""
        those = [o for o in self.finished if o.entry.kind == kind and o.same]
        return min(those, key=lambda outcome: outcome.best, default=None)

    def named(self, name: str) -> Outcome | None:
        """The one of that name, if it raced."""
        return next((outcome for outcome in self.finished if outcome.entry.name == name), None)

    def ratio(self, outcome: Outcome) -> float | None:
        """Its best round as a multiple of the limit's."""
        limit = self.of("limit")
        return None if limit is None else outcome.best / limit.best

    def spread(self, outcome: Outcome) -> tuple[float, float] | None:
        """Between what the middle half of the rounds lies, each as a multiple of the limit in the same round."""
        limit = self.of("limit")
        if limit is None:
            return None
        ratios = [a / b for a, b in zip(outcome.seconds, limit.seconds, strict=True)]
        low, high = np.quantile(ratios, (0.25, 0.75))
        return float(low), float(high)

    @property
    def ahead(self) -> float | None:
        """How many times faster chainrule is than the best peer, both by their best rounds."""
        ours, peer = self.of("chainrule"), self.of("peer")
        return None if ours is None or peer is None else peer.best / ours.best


@contextmanager
def lanes(entries: Sequence[Entry], threads: int) -> Iterator[dict[str, Lane]]:
    """A process for each whose package is installed, by its name."""
    made: dict[str, Lane] = {}
    try:
        for entry in entries:
            if not entry.missing:
                made[entry.name] = Lane(threads)
        yield made
    finally:
        for lane in made.values():
            lane.close()


def race_steps(
    column: Column,
    entries: Sequence[Entry],
    ready: Mapping[str, Timing],
    *,
    rounds: int,
    seconds: float,
    threads: int,
) -> Race:
    """Race training steps.

    Parameters
    ----------
    column : the work
    entries, ready : who races, and the lanes of those who can
    rounds : how often each is timed
    seconds : how long a round of the limit is to take; the others do as many epochs
    threads : how many each may use
    """
    task = draw(column, threads)
    outcomes = compete(entries, ready, trainer, task, least=column.checked, rounds=rounds, seconds=seconds)
    for outcome in outcomes:
        outcome.seconds = [each / column.batches for each in outcome.seconds]
    judge(task, outcomes)
    return Race(str(column), outcomes, column)


def race_predictions(
    task: Task, entries: Sequence[Entry], ready: Mapping[str, Timing], *, rounds: int, seconds: float
) -> Race:
    """Race calls that predict the task's X."""
    least = 100 if len(task.X) == 1 else 1
    outcomes = compete(entries, ready, predictor, task, least=least, rounds=rounds, seconds=seconds)
    exact = _double(task)
    expected = in_numpy(exact)(exact.X)
    for outcome in outcomes:
        if outcome.result and outcome.entry.kind != "limit":
            outcome.weights = _apart(outcome.result[0], expected)
    return Race(f"{len(task.X):,} at once", outcomes)


class Field:
    """Those who race one against another. Who fails is out, and says why."""

    def __init__(self, entries: Sequence[Entry], ready: Mapping[str, Timing]) -> None:
        self.outcomes = {entry.name: Outcome(entry) for entry in entries}
        self.lanes = {name: ready[name] for name in self.outcomes if name in ready}
        for name, outcome in self.outcomes.items():
            if name not in ready:
                outcome.out = f"{outcome.entry.missing} is not installed: pip install 'chainrule[bench]'"

    def build(self, make: Callable[..., Any], task: Any) -> None:
        """Have all of them built, at once, for libraries are loaded."""
        for name, lane in self.lanes.items():
            lane.build(make, name, task)
        for name in list(self.lanes):
            self._answer(name)

    def time(self, name: str, amount: int, *, rested: bool = True) -> tuple[float, Sequence[float]] | None:
        """The time of one, while all others sleep; None if it is out."""
        if name not in self.lanes:
            return None
        if rested:
            time.sleep(PAUSE)
        self.lanes[name].time(amount)
        answer: tuple[float, Sequence[float]] | None = self._answer(name)
        return answer

    def end(self, name: str, amount: int) -> None:
        """Keep what one ends with after so much."""
        if self.time(name, amount, rested=False):
            self.lanes[name].result()
            self.outcomes[name].result = self._answer(name) or []

    def _answer(self, name: str) -> Any:
        try:
            return self.lanes[name].answer()
        except Out as out:
            self.outcomes[name].out = str(out)
            del self.lanes[name]
            return None


def compete(
    entries: Sequence[Entry],
    ready: Mapping[str, Timing],
    make: Callable[..., Any],
    task: Any,
    *,
    least: int,
    rounds: int,
    seconds: float,
) -> list[Outcome]:
    """Get all ready, then time one after the other, round after round, each round with another one first.

    A round is the same work for all of them: as much as takes the first of them, which is the limit, so many
    seconds, but at least what is compared at the end. Only who would take LONGEST times as long does less.
    """
    running = Field(entries, ready)
    running.build(make, task)
    names, amounts = list(running.lanes), dict.fromkeys(running.lanes, least)
    amount = 0
    for name in names:
        running.time(name, least, rested=False)  # some compile
        if timed := running.time(name, least):
            once = max(timed[0], 1e-9) / least
            amount = amount or max(least, math.ceil(seconds / once))
            amounts[name] = max(least, min(amount, int(LONGEST * seconds / once)))
    for number in range(rounds if names else 0):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            if timed := running.time(name, amounts[name]):
                running.outcomes[name].seconds.append(timed[0] / amounts[name])
                running.outcomes[name].losses.append(timed[1][:least])
    for name in names:
        running.end(name, least)
    return list(running.outcomes.values())


def judge(task: Task, outcomes: Sequence[Outcome]) -> None:
    """Compare losses, in each of the timed rounds, and weights with those of plain NumPy in double precision."""
    exact = _double(task)
    reference = Plain(exact)
    losses = np.asarray(reference.run(task.column.checked))
    start = _flat(task.weights)
    movement = _flat(reference.result()) - start
    for outcome in outcomes:
        if outcome.result and outcome.entry.kind != "limit":
            outcome.loss = float(
                np.max([_furthest(each, losses) for each in outcome.losses])
            )  # nan stays nan
            outcome.weights = _apart(_flat(outcome.result) - start, movement)


def _furthest(found: Sequence[float], expected: Array) -> float:
    """How far the furthest of the losses is from the expected one, relative to that."""
    if len(found) != len(expected):
        return math.nan
    return float(np.abs((found - expected) / expected).max())


def _apart(found: Array, expected: Array) -> float:
    """How far two arrays are from each other, relative to the second one."""
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


def _flat(arrays: Sequence[Array]) -> Array:
    return np.concatenate([np.ravel(a) for a in arrays]).astype(np.float64)


def _double(task: Task) -> Task:
    return replace(
        task,
        X=task.X.astype(np.float64),
        y=task.y.astype(np.float64),
        weights=[w.astype(np.float64) for w in task.weights],
    )
