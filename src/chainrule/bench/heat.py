"""A heat: contestants that are timed one against another, in interleaved rounds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from chainrule.bench.contestants import Contestant
from chainrule.bench.outcomes import Outcome
from chainrule.bench.worker import ContestantError

PAUSE_SECONDS = 0.12  # until the threads of the one that ran before are asleep: see worker.py
MAX_SLOWDOWN = 30  # times the limit; a contestant that is slower is timed on less work


class Worker(Protocol):
    """What a heat asks of a worker process."""

    def build(self, make: Callable[..., Any], *arguments: Any) -> None: ...

    def time(self, amount: int) -> None: ...

    def result(self) -> None: ...

    def answer(self) -> Any: ...


class Heat:
    """The workers of one race. A contestant that fails is out of it, and its outcome says why."""

    def __init__(self, contestants: Sequence[Contestant], workers: Mapping[str, Worker]) -> None:
        self.outcomes = {contestant.name: Outcome(contestant) for contestant in contestants}
        self.workers = {name: workers[name] for name in self.outcomes if name in workers}
        for name, outcome in self.outcomes.items():
            if name not in workers:
                package = outcome.contestant.missing
                outcome.failure = f"{package} is not installed: pip install 'chainrule[bench]'"

    def build(self, make: Callable[..., Any], task: Any) -> None:
        """Build all runners, in parallel, since libraries are loaded."""
        for name, worker in self.workers.items():
            worker.build(make, name, task)
        for name in list(self.workers):
            self._answer(name)

    def time(
        self, name: str, amount: int, *, after_pause: bool = True, seconds: float = 0
    ) -> tuple[float, Sequence[float]] | None:
        """The seconds and the losses of one run, while all others sleep; None if the contestant is out.

        Of several runs, which take so many seconds together, the shortest.
        """
        if name not in self.workers:
            return None
        if after_pause:
            time.sleep(PAUSE_SECONDS)
        until, best = time.perf_counter() + seconds, None
        while name in self.workers and (best is None or time.perf_counter() < until):
            self.workers[name].time(amount)
            answer: tuple[float, Sequence[float]] | None = self._answer(name)
            best = min(filter(None, (best, answer)), key=lambda each: each[0], default=None)
        return best

    def collect(self, name: str, amount: int) -> None:
        """Keep the result of one run."""
        if self.time(name, amount, after_pause=False):
            self.workers[name].result()
            self.outcomes[name].result = self._answer(name) or []

    def _answer(self, name: str) -> Any:
        try:
            return self.workers[name].answer()
        except ContestantError as error:
            self.outcomes[name].failure = str(error)
            del self.workers[name]
            return None


def run_heat(
    contestants: Sequence[Contestant],
    workers: Mapping[str, Worker],
    make: Callable[..., Any],
    task: Any,
    *,
    min_amount: int,
    rounds: int,
    seconds: float,
    call: int = 0,
) -> list[Outcome]:
    """Get all ready, then time one after the other, round after round, each round with another one first.

    A round is the same work for all of them: as much as takes the first of them, which is the limit, so many
    seconds, but at least what is compared at the end. Only who would take MAX_SLOWDOWN times as long does less.
    Where it is said how much a user asks for in a call, a round is such calls for as many seconds, at least one, and
    the best of them counts.
    """
    heat = Heat(contestants, workers)
    heat.build(make, task)
    amounts = _amounts(heat, call or min_amount, 0 if call else seconds)
    names = list(amounts)
    for number in range(rounds if names else 0):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            if timed := heat.time(name, amounts[name], seconds=seconds if call else 0):
                heat.outcomes[name].seconds.append(timed[0] / amounts[name])
                heat.outcomes[name].losses.append(timed[1][:min_amount])
    for name in names:
        heat.collect(name, min_amount)
    return list(heat.outcomes.values())


def _amounts(heat: Heat, min_amount: int, seconds: float) -> dict[str, int]:
    """How much each contestant runs in a round; on the way, all are warmed up."""
    amounts = dict.fromkeys(heat.workers, min_amount)
    amount = 0
    for name in amounts:
        heat.time(name, min_amount, after_pause=False)  # some compile
        if timed := heat.time(name, min_amount):
            once = max(timed[0], 1e-9) / min_amount
            amount = amount or max(min_amount, math.ceil(seconds / once))
            amounts[name] = max(min_amount, min(amount, int(MAX_SLOWDOWN * seconds / once)))
    return amounts
