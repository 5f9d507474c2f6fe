"""Whether all did the same work."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from chainrule.bench.by_numpy import Limit, Plain
from chainrule.bench.contestants import TRAINERS
from chainrule.bench.outcomes import Outcome
from chainrule.bench.race import race_steps
from chainrule.bench.verify import verify_training
from chainrule.bench.workloads import draw

CONTESTANTS = [TRAINERS[name] for name in ("limit", "chainrule", "numpy")]


class LeavesOut(Plain):
    """Skips every other batch, and tells the losses of the others."""

    def run(self, epochs):
        whole = self.task
        self.task = replace(whole, X=whole.X[: len(whole.X) // 2], y=whole.y[: len(whole.y) // 2])
        losses = super().run(epochs)
        self.task = whole
        return losses


class Rests(Plain):
    """Tells losses that it did not work for."""

    def run(self, epochs):
        before = [w.copy() for w in self.parameters]
        losses = super().run(epochs)
        for w, first in zip(self.parameters, before, strict=True):
            w[...] = first
        return losses


class Diverges(Plain):
    def run(self, epochs):
        return [math.nan] * epochs


@pytest.mark.parametrize("cheat", [LeavesOut, Rests, Diverges])
def test_who_did_other_work_is_marked_and_never_the_best(cheat, classes, here):
    workers = {"limit": here(Limit), "chainrule": here(Plain), "numpy": here(cheat, 1e-9)}
    race = race_steps(classes, CONTESTANTS, workers, rounds=2, seconds=0.002, threads=1)
    ours, peer = race.outcomes[1:]
    assert ours.verified
    assert not peer.verified
    assert not peer.failure
    assert race.fastest("peer") is None
    assert race.speedup is None


def test_losses_of_another_number_are_other_work(classes):
    outcome = Outcome(CONTESTANTS[2], seconds=[1.0], losses=[[1.0]], result=draw(classes).weights)
    verify_training(draw(classes), [outcome])
    assert math.isnan(outcome.loss_error)
    assert not outcome.verified


CHANCE = {
    "keeps all units": ({"dropout": 0.3}, {"dropout": 0.0}),
    "weighs nothing": ({"balanced": True, "sizes": (6, 16, 2), "dropout": 0.1}, {"balanced": False}),
    "moves nothing": ({"shift": 4.0, "sizes": (784, 16, 10)}, {"shift": 0.0}),
}


@pytest.mark.some(1)
@pytest.mark.parametrize("cheat", CHANCE)
def test_who_leaves_chance_or_weights_out_is_marked(cheat, classes, here):
    with_it, without = CHANCE[cheat]
    workload = replace(classes, **with_it, batch_size=100, batches=20, call=5)

    def cheating(task):
        return Plain(replace(task, workload=replace(task.workload, **without)))

    workers = {"limit": here(Limit), "chainrule": here(Plain), "numpy": here(cheating, 1e-9)}
    race = race_steps(workload, CONTESTANTS, workers, rounds=3, seconds=0, threads=1, called=True)
    assert [o.verified for o in race.outcomes] == [True, True, False]
