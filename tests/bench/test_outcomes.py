"""What a race gave, in figures."""

from __future__ import annotations

from chainrule.bench.contestants import TRAINERS
from chainrule.bench.outcomes import Outcome, Race
from chainrule.bench.race import race_steps

CONTESTANTS = [TRAINERS[name] for name in ("limit", "chainrule", "numpy")]


def test_nobody_left_is_no_error(classes):
    race = race_steps(classes, CONTESTANTS, {}, rounds=2, seconds=0.002, threads=1)
    assert race.finished == []
    assert (race.fastest("limit"), race.speedup) == (None, None)


def test_figures_come_from_the_rounds():
    limit = Outcome(CONTESTANTS[0], seconds=[2.0, 1.0, 4.0])
    ours = Outcome(CONTESTANTS[1], seconds=[1.0, 1.5, 2.0], loss_error=0.0, result_error=0.0)
    slow = Outcome(CONTESTANTS[2], seconds=[3.0, 6.0, 5.0], loss_error=0.0, result_error=0.0)
    race = Race("", [limit, ours, slow])
    assert (slow.best, slow.median) == (3, 5)
    assert race.ratio(ours) == 1
    assert race.quartiles(ours) == (0.5, 1)  # of 0.5, 1.5, 0.5
    assert race.speedup == 3
    assert race.named("numpy") is slow
