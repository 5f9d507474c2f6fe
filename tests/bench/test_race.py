"""Every contestant that is installed does the same work, each in a process of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chainrule.bench.contestants import ASKED, CALLED, PREDICTORS, TRAINERS, pick
from chainrule.bench.race import race_predictions, race_steps, worker_processes
from chainrule.bench.workloads import WORKLOADS, draw

CONTESTANTS = [TRAINERS[name] for name in ("limit", "chainrule", "numpy")]


@pytest.fixture(scope="module")
def processes():
    """Those who train, each in a process in which its library is loaded once for all races here."""
    with worker_processes([CALLED["auto"], *pick(None, quick=True)], 1) as workers:
        yield workers


def failures(race):
    return {o.contestant.name: o.failure for o in race.outcomes if not o.contestant.missing and o.failure}


def test_a_race_of_processes_in_which_all_do_the_same_work(classes):
    with worker_processes(CONTESTANTS, 1) as workers:
        for workload in (classes, replace(classes, optimizer="sgd", dtype="float64")):
            race = race_steps(workload, CONTESTANTS, workers, rounds=2, seconds=0.002, threads=1)
            assert [o.contestant.name for o in race.finished] == ["limit", "chainrule", "numpy"]
            limit, *others = race.outcomes
            assert (limit.loss_error, limit.result_error) == (None, None)
            for outcome in others:
                assert outcome.verified
                assert outcome.loss_error < 1e-5
                assert outcome.result_error < 1e-3
                assert len(outcome.seconds) == 2
            assert race.ratio(limit) == 1
            ours, peer = (o for o in others if o.contestant.name in ("chainrule", "numpy"))
            assert race.speedup == min(peer.seconds) / min(ours.seconds)


def test_all_train_alike(classes, numbers, processes):
    taking_part = pick(None, quick=True)
    for workload in (
        classes,
        numbers,
        replace(classes, dtype="float64"),
        replace(WORKLOADS["a"], checked_epochs=3),
    ):
        race = race_steps(workload, taking_part, processes, rounds=1, seconds=1e-5, threads=1)
        assert failures(race) == {}
        assert {
            o.contestant.name: (o.loss_error, o.result_error) for o in race.finished if not o.verified
        } == {}
        assert [o.contestant.name for o in race.finished] == [c.name for c in taking_part if not c.missing]


CHANCE = {
    "dropout": {"dropout": 0.3, "batch_norm": True, "optimizer": "adamw", "cosine": True},
    "weights": {"dropout": 0.1, "balanced": True, "sizes": (6, 16, 2)},
    "moved": {"shift": 1.0, "rotation": 15.0, "sizes": (784, 16, 10)},
}


@pytest.mark.some(1)
@pytest.mark.parametrize("name", CHANCE)
def test_where_chance_is_at_work_all_agree_in_the_mean(name, classes, processes):
    taking_part = [CALLED["auto"], *pick(None, quick=True)]
    workload = replace(classes, **CHANCE[name], batch_size=50, batches=10, call=2)
    race = race_steps(workload, taking_part, processes, rounds=3, seconds=0, threads=1, called=True)
    assert failures(race) == {"sklearn": "it has no dropout and no moved images"}
    assert {o.contestant.name: (o.loss_error, o.result_error) for o in race.finished if not o.verified} == {}


def test_streams_are_trained_alike(classes, processes):
    taking_part = [CALLED["auto"], *pick(None, quick=True)]
    workload = replace(classes, streamed=True)
    race = race_steps(workload, taking_part, processes, rounds=1, seconds=0, threads=1, called=True)
    assert failures(race).keys() <= {"jax-scan"}
    assert {o.contestant.name: (o.loss_error, o.result_error) for o in race.finished if not o.verified} == {}


def test_predictions_are_asked_for_by_eight_threads():
    taking_part = [ASKED[name] for name in ("limit", "auto", "numpy")]
    task = draw(replace(WORKLOADS["a"], batch_size=1, batches=1), 1)
    with worker_processes(taking_part, 1) as workers:
        race = race_predictions(task, taking_part, workers, rounds=1, seconds=0.001, eight=True)
    assert race.title == "1 at once, asked by 8 threads"
    assert [o.verified for o in race.finished] == [True] * 3


def test_predictions_are_raced_and_compared():
    taking_part = [PREDICTORS[name] for name in ("limit", "chainrule", "numpy")]
    task = draw(replace(WORKLOADS["b"], batch_size=7, batches=1), 1)
    with worker_processes(taking_part, 1) as workers:
        race = race_predictions(task, taking_part, workers, rounds=1, seconds=0.001)
    assert race.title == "7 at once"
    assert [o.failure for o in race.outcomes] == ["", "", ""]
    assert all(o.result_error < 1e-5 for o in race.outcomes[1:])


def test_all_predict_alike():
    taking_part = list(PREDICTORS.values())
    with worker_processes(taking_part, 1) as workers:
        for count in (1, 30):
            task = draw(replace(WORKLOADS["b"], batch_size=count, batches=1), 1)
            race = race_predictions(task, taking_part, workers, rounds=1, seconds=1e-5)
            assert failures(race) == {}
            assert max(o.result_error for o in race.finished if o.contestant.kind != "limit") < 1e-5
