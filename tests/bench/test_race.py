"""The race: rounds, and whether all did the same work."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from chainrule.bench import racers
from chainrule.bench.by_numpy import Limit, Plain
from chainrule.bench.columns import COLUMNS, draw
from chainrule.bench.race import Field, Outcome, Race, compete, judge, lanes, race_predictions, race_steps

ENTRIES = [racers.ENTRIES[name] for name in ("limit", "chainrule", "numpy")]


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
        self.parameters = before
        return losses


class Diverges(Plain):
    def run(self, epochs):
        return [math.nan] * epochs


class Tires(Plain):
    runs = 0

    def run(self, epochs):
        self.runs += 1
        if self.runs > 3:
            raise RuntimeError("no more")
        return super().run(epochs)


def run(column, **ready):
    return race_steps(column, ENTRIES, ready, rounds=2, seconds=0.002, threads=1)


def test_a_race_of_processes_in_which_all_do_the_same_work(classes):
    with lanes(ENTRIES, 1) as ready:
        for column in (classes, replace(classes, optimizer="sgd", dtype="float64")):
            race = run(column, **ready)
            assert [o.entry.name for o in race.finished] == ["limit", "chainrule", "numpy"]
            limit, *others = race.outcomes
            assert (limit.loss, limit.weights) == (None, None)
            for outcome in others:
                assert outcome.same
                assert outcome.loss < 1e-5
                assert outcome.weights < 1e-3
                assert len(outcome.seconds) == 2
            assert race.ratio(limit) == 1
            assert race.ahead > 0


@pytest.mark.parametrize("cheat", [LeavesOut, Rests, Diverges])
def test_who_did_other_work_is_marked_and_never_the_best(cheat, classes, here):
    race = run(classes, limit=here(Limit), chainrule=here(Plain), numpy=here(cheat, 1e-9))
    ours, peer = race.outcomes[1:]
    assert ours.same
    assert not peer.same
    assert not peer.out
    assert race.of("peer") is None
    assert race.ahead is None


def test_who_fails_is_out_and_says_why(classes, here):
    def broken(task):
        raise RuntimeError("no compiler")

    race = run(classes, limit=here(Limit), chainrule=here(broken), numpy=here(Tires))
    assert [o.out for o in race.outcomes] == ["", "no compiler", "no more"]
    assert [o.entry.name for o in race.finished] == ["limit"]


def test_a_process_that_ends_is_out(classes):
    with lanes(ENTRIES, 1) as ready:
        ready["numpy"]._process.kill()
        race = run(classes, **ready)
    assert race.outcomes[2].out == "its process ended with code -9"
    assert race.outcomes[1].same


def test_a_peer_that_is_not_installed_is_left_out(classes, here):
    absent = racers.Entry("absent", "Absent", "by_absent", "Absent", ("math", "no_such_package"))
    with lanes([absent], 1) as ready:
        assert ready == {}
    race = race_steps(
        classes, [*ENTRIES[:1], absent], {"limit": here(Limit)}, rounds=1, seconds=0.001, threads=1
    )
    assert race.outcomes[1].out == "no_such_package is not installed: pip install 'chainrule[bench]'"


def test_nobody_left_is_no_error(classes):
    race = run(classes)
    assert race.finished == []
    assert (race.of("limit"), race.ahead) == (None, None)


def test_a_round_is_as_long_as_asked_for_the_limit_and_the_slowest_do_less(classes, here):
    ready = {"limit": here(Limit, 0.01), "chainrule": here(Plain, 0.001), "numpy": here(Plain, 2.0)}
    race_steps(classes, ENTRIES, ready, rounds=1, seconds=0.1, threads=1)
    checked = classes.checked
    assert ready["limit"].amounts == [checked, checked, 10, checked]
    assert ready["chainrule"].amounts == [checked, checked, 10, checked]
    assert ready["numpy"].amounts == [checked, checked, checked, checked]


def test_each_round_begins_with_another_one(classes, here):
    order = []

    class Watched(here):
        def time(self, amount):
            order.append(self.name)
            super().time(amount)

    ready = {}
    for name in ("limit", "chainrule", "numpy"):
        ready[name] = Watched(Limit)
        ready[name].name = name
    compete(ENTRIES, ready, None, draw(classes), least=1, rounds=3, seconds=1e-9)
    rounds = order[6:15]
    assert [rounds[i : i + 3] for i in (0, 3, 6)] == [
        ["limit", "chainrule", "numpy"],
        ["chainrule", "numpy", "limit"],
        ["numpy", "limit", "chainrule"],
    ]


def test_losses_of_another_number_are_other_work(classes):
    outcome = Outcome(ENTRIES[2], seconds=[1.0], losses=[[1.0]], result=draw(classes).weights)
    judge(draw(classes), [outcome])
    assert math.isnan(outcome.loss)
    assert not outcome.same


def test_figures_come_from_the_rounds():
    limit = Outcome(ENTRIES[0], seconds=[2.0, 1.0, 4.0])
    ours = Outcome(ENTRIES[1], seconds=[1.0, 1.5, 2.0], loss=0.0, weights=0.0)
    slow = Outcome(ENTRIES[2], seconds=[3.0, 6.0, 5.0], loss=0.0, weights=0.0)
    race = Race("", [limit, ours, slow])
    assert (slow.best, slow.median) == (3, 5)
    assert race.ratio(ours) == 1
    assert race.spread(ours) == (0.5, 1)  # of 0.5, 1.5, 0.5
    assert race.ahead == 3
    assert race.named("numpy") is slow


def test_predictions_are_raced_and_compared():
    entries = [racers.PREDICTORS[name] for name in ("limit", "chainrule", "numpy")]
    task = draw(replace(COLUMNS["b"], batch=7, batches=1), 1)
    with lanes(entries, 1) as ready:
        race = race_predictions(task, entries, ready, rounds=1, seconds=0.001)
    assert race.title == "7 at once"
    assert [o.out for o in race.outcomes] == ["", "", ""]
    assert all(o.weights < 1e-5 for o in race.outcomes[1:])


def test_the_field_times_what_is_no_task_as_well(here):
    class Sleeper:
        def __init__(self, task):
            self.task = task

        def start(self, amount): ...

        def run(self, amount):
            return [self.task] * amount

    running = Field(ENTRIES[:1], {"limit": here(Sleeper)})
    running.build(None, "work")
    assert running.time("limit", 2) == (0.002, ["work", "work"])
    assert np.isfinite(running.time("limit", 1)[0])
