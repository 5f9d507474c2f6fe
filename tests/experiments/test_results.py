"""The goal that trainings are held against, and trials by their names."""

from __future__ import annotations

import pytest
from compared import cells, compare

import chainrule as cr
from chainrule.errors import UnknownName


def test_the_goal_is_what_half_of_them_reach() -> None:
    found = compare(optimizers=["sgd:0", "sgd:0.2", "adam:0.05"], epochs=10)
    goal = found.goal()
    assert goal is not None
    best = sorted(min(trial.training["loss"]) for trial in found)
    assert best[1] <= goal <= best[1] * 1.01
    reached = [row["epochs to goal"] for row in found.rows()]
    assert reached[0] is None
    for trial, epoch in zip(found, reached, strict=True):
        if epoch is not None:
            assert trial.training["loss"][epoch] <= goal < min(trial.training["loss"][:epoch])
    assert f"epochs to {goal:g}: that loss in training, which at least half of them reach." in found.notes()
    assert [row[-2] for row in cells(found)] == ["-", *map(str, reached[1:])]


def test_the_goal_of_an_accuracy_goes_up() -> None:
    found = compare(losses=["cross_entropy", "mean_squared_error"], epochs=10, learning_rate=0.02)
    goal = found.goal()
    assert goal is not None
    for trial, row in zip(found, found.rows(), strict=True):
        epoch, values = row["epochs to goal"], trial.training["accuracy"]
        assert values[epoch] >= goal
        assert all(value < goal for value in values[:epoch])


def test_there_is_no_goal_that_holds_before_the_first_step() -> None:
    X, y = cr.data.moons(100, seed=0)
    found = cr.compare([2, 8, 2], X, y, optimizers=[cr.SGD(1e6), cr.SGD(0)], epochs=3)
    assert found.goal() is None
    assert "epochs to" not in str(found)


def test_an_unknown_choice_is_named() -> None:
    with pytest.raises(UnknownName) as raised:
        compare(optimizers=["sgd"])["adam"]
    assert str(raised.value) == str(UnknownName("optimizer", "adam", ["sgd"]))
