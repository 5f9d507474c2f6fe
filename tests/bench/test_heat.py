"""A heat: how much a round is, who begins it, and who is out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chainrule.bench.by_numpy import Limit, Plain
from chainrule.bench.contestants import TRAINERS, Contestant
from chainrule.bench.heat import Heat, run_heat
from chainrule.bench.race import race_steps, worker_processes
from chainrule.bench.workloads import draw

CONTESTANTS = [TRAINERS[name] for name in ("limit", "chainrule", "numpy")]


def run_all(workload, **workers):
    return race_steps(workload, CONTESTANTS, workers, rounds=2, seconds=0.002, threads=1)


class Tires(Plain):
    runs = 0

    def run(self, epochs):
        self.runs += 1
        if self.runs > 3:
            raise RuntimeError("no more")
        return super().run(epochs)


def test_who_fails_is_out_and_says_why(classes, here):
    def broken(task):
        raise RuntimeError("no compiler")

    race = run_all(classes, limit=here(Limit), chainrule=here(broken), numpy=here(Tires))
    assert [o.failure for o in race.outcomes] == ["", "no compiler", "no more"]
    assert [o.contestant.name for o in race.finished] == ["limit"]


def test_a_process_that_ends_is_out(classes):
    with worker_processes(CONTESTANTS, 1) as workers:
        workers["numpy"]._process.kill()
        race = run_all(classes, **workers)
    assert race.outcomes[2].failure == "its process ended with code -9"
    assert race.outcomes[1].verified


def test_a_peer_that_is_not_installed_is_left_out(classes, here):
    absent = Contestant("absent", "Absent", "by_absent", "Absent", ("math", "no_such_package"))
    with worker_processes([absent], 1) as workers:
        assert workers == {}
    race = race_steps(
        classes, [*CONTESTANTS[:1], absent], {"limit": here(Limit)}, rounds=1, seconds=0.001, threads=1
    )
    assert race.outcomes[1].failure == "no_such_package is not installed: pip install 'chainrule[bench]'"


def test_a_round_is_as_long_as_asked_for_the_limit_and_the_slowest_do_less(classes, here):
    workers = {"limit": here(Limit, 0.01), "chainrule": here(Plain, 0.001), "numpy": here(Plain, 2.0)}
    race_steps(classes, CONTESTANTS, workers, rounds=1, seconds=0.1, threads=1)
    checked = classes.checked_epochs
    assert workers["limit"].amounts == [checked, checked, 10, checked]
    assert workers["chainrule"].amounts == [checked, checked, 10, checked]
    assert workers["numpy"].amounts == [checked, checked, checked, checked]


def test_each_round_begins_with_another_one(classes, here):
    order = []

    class Watched(here):
        def time(self, amount):
            order.append(self.name)
            super().time(amount)

    workers = {}
    for name in ("limit", "chainrule", "numpy"):
        workers[name] = Watched(Limit)
        workers[name].name = name
    run_heat(CONTESTANTS, workers, None, draw(classes), min_amount=1, rounds=3, seconds=1e-9)
    rounds = order[6:15]
    assert [rounds[i : i + 3] for i in (0, 3, 6)] == [
        ["limit", "chainrule", "numpy"],
        ["chainrule", "numpy", "limit"],
        ["numpy", "limit", "chainrule"],
    ]


def test_a_heat_times_what_is_no_task_as_well(here):
    class Sleeper:
        def __init__(self, task):
            self.task = task

        def start(self, amount): ...

        def run(self, amount):
            return [self.task] * amount

    heat = Heat(CONTESTANTS[:1], {"limit": here(Sleeper)})
    heat.build(None, "work")
    assert heat.time("limit", 2) == (0.002, ["work", "work"])
    assert heat.time("limit", 1)[0] == 0.001


def test_calls_are_of_what_a_user_asks_for_and_the_best_of_a_round_counts(classes, here):
    workers = {"limit": here(Limit), "numpy": here(Plain)}
    running = [TRAINERS["limit"], TRAINERS["numpy"]]
    workload = replace(classes, call=3)
    race = race_steps(workload, running, workers, rounds=1, seconds=0, threads=1, called=True)
    assert workers["numpy"].amounts == [3, 3, 3, 2]  # warm, timed, and what is compared
    assert race.outcomes[1].verified
    assert (race.called, race.goal) == (True, classes.min_called)
    times = iter([3.0, 1.0, 2.0])
    heat = Heat(running[:1], {"limit": here(Limit)})
    heat.build(None, draw(classes))
    heat.workers["limit"].answer = lambda: (next(times), [])
    with pytest.raises(StopIteration):
        heat.time("limit", 1, seconds=60)
    times = iter([3.0, 1.0])
    assert heat.time("limit", 1) == (3.0, [])
