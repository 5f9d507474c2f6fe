"""Every racer that is installed does the same work, each in a process of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chainrule.bench import racers
from chainrule.bench.columns import COLUMNS, draw
from chainrule.bench.lanes import VARIABLES, Lane, limited
from chainrule.bench.race import lanes, processors, race_predictions, race_steps
from chainrule.errors import UnknownName


def test_all_train_alike(classes, numbers):
    entries = racers.pick(None, quick=True)
    with lanes(entries, 1) as ready:
        for column in (
            classes,
            numbers,
            replace(classes, dtype="float64"),
            replace(COLUMNS["a"], checked=3),
        ):
            race = race_steps(column, entries, ready, rounds=1, seconds=1e-5, threads=1)
            assert {o.entry.name: o.out for o in race.outcomes if not o.entry.missing and o.out} == {}
            assert {o.entry.name: (o.loss, o.weights) for o in race.finished if not o.same} == {}
            assert [o.entry.name for o in race.finished] == list(ready)


def test_all_predict_alike():
    entries = list(racers.PREDICTORS.values())
    with lanes(entries, 1) as ready:
        for count in (1, 30):
            task = draw(replace(COLUMNS["b"], batch=count, batches=1), 1)
            race = race_predictions(task, entries, ready, rounds=1, seconds=1e-5)
            assert {o.entry.name: o.out for o in race.outcomes if not o.entry.missing and o.out} == {}
            assert max(o.weights for o in race.finished if o.entry.kind != "limit") < 1e-5


def test_peers_are_picked_by_name_beside_the_limit_and_chainrule():
    always = ["limit", "compiled", "chainrule"]
    assert [entry.name for entry in racers.pick("jax-scan, numpy")] == [*always, "numpy", "jax-scan"]
    assert [entry.name for entry in racers.pick("all", quick=True)] == list(racers.ENTRIES)
    assert racers.pick(None) == racers.pick("all")
    assert "torch-compiled" not in [entry.name for entry in racers.pick(None, quick=True)]
    with pytest.raises(UnknownName) as raised:
        racers.pick("jaxx")
    assert str(raised.value) == (
        "there is no peer 'jaxx'. Did you mean 'jax'? There is: "
        "numpy, sklearn, torch, torch-compiled, jax, jax-scan, all."
    )


class Told:
    """A racer that tells of its process."""

    def __init__(self, *_: object) -> None: ...

    def result(self):
        import os

        return [processors(), *(os.environ[name] for name in VARIABLES)]


def test_a_lane_keeps_to_its_threads_and_leaves_this_process_as_it_was(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    before = processors()
    lane = Lane(1)
    try:
        lane.build(Told)
        lane.answer()
        lane.result()
        told = lane.answer()
    finally:
        lane.close()
    assert told[1:] == ["1"] * len(VARIABLES)
    assert told[0] in (1, before)
    assert processors() == before
    with limited(2):
        pass
    import os

    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert "NPROC" not in os.environ
