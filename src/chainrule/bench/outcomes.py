"""What a race gave: an outcome for each contestant, and how they compare."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from chainrule.bench.contestants import Contestant
from chainrule.bench.workloads import Array, Workload

LOSS_TOLERANCE, MOVEMENT_TOLERANCE = 1e-3, 0.1
"""How far from the reference still is rounding: a single unit that goes on or off. With Adam, one sample whose unit is
on in one rounding and off in another moves the weights of that unit by a whole learning rate; measured, 0.03 of all
movement. A step left out of twenty gives more than 0.1."""
LOSS_BAND, END_BAND = 0.05, 0.2
"""How far from the reference is chance: the mean loss of a call, and the loss of the weights in the end. Measured over
seeds and libraries, up to 0.03 and 0.15; a test sees who leaves out dropout, class weights or moving."""


@dataclass
class Outcome:
    """How a contestant did.

    Parameters
    ----------
    contestant : who it is
    seconds : of a step or a call, one for each round
    losses : what each round gave, as far as it is compared
    result : its weights after as much, or what it predicted
    loss_error, result_error : how far these ended from the reference, relative to it; None where there is nothing to
        compare
    failure : why it did not take part; empty if it did
    tolerances : up to where these errors are the same work
    """

    contestant: Contestant
    seconds: list[float] = field(default_factory=list)
    losses: list[Sequence[float]] = field(default_factory=list)
    result: list[Array] = field(default_factory=list)
    loss_error: float | None = None
    result_error: float | None = None
    failure: str = ""
    tolerances: tuple[float, float] = (LOSS_TOLERANCE, MOVEMENT_TOLERANCE)

    @property
    def best(self) -> float:
        """The shortest of its rounds."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """The middle one of its rounds."""
        return statistics.median(self.seconds)

    @property
    def verified(self) -> bool:
        """Whether it did the same work as the reference; what is not finite did not."""
        loss, result = self.tolerances
        return (self.loss_error or 0) <= loss and (self.result_error or 0) <= result


@dataclass
class Race:
    """The outcomes of one race, in the order of the contestants; `called`: of calls, and not of long runs."""

    title: str
    outcomes: list[Outcome]
    workload: Workload | None = None
    called: bool = False

    @property
    def goal(self) -> float:
        """How many times as fast as the best peer chainrule is to be."""
        if self.workload is None:
            return 1.0
        return self.workload.min_called if self.called else self.workload.min_speedup

    @property
    def finished(self) -> list[Outcome]:
        """Those of contestants that did not fail."""
        return [outcome for outcome in self.outcomes if not outcome.failure]

    def fastest(self, kind: str) -> Outcome | None:
        """The fastest of a kind that did the same work; None if there is none."""
        those = [o for o in self.finished if o.contestant.kind == kind and o.verified]
        return min(those, key=lambda outcome: outcome.best, default=None)

    def named(self, name: str) -> Outcome | None:
        """The one of that name, if it finished."""
        return next((outcome for outcome in self.finished if outcome.contestant.name == name), None)

    def ratio(self, outcome: Outcome) -> float | None:
        """Its best round as a multiple of the limit's."""
        limit = self.fastest("limit")
        return None if limit is None else outcome.best / limit.best

    def quartiles(self, outcome: Outcome) -> tuple[float, float] | None:
        """Between what the middle half of the rounds lies, each as a multiple of the limit in the same round."""
        limit = self.fastest("limit")
        if limit is None:
            return None
        ratios = [a / b for a, b in zip(outcome.seconds, limit.seconds, strict=True)]
        low, high = np.quantile(ratios, (0.25, 0.75))
        return float(low), float(high)

    @property
    def speedup(self) -> float | None:
        """How many times faster chainrule is than the best peer, both by their best rounds."""
        ours, peer = self.fastest("chainrule"), self.fastest("peer")
        return None if ours is None or peer is None else peer.best / ours.best
