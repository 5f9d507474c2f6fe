"""The page's training: the same as `fit`, and every step of it can be returned to."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.errors import InputError, UnknownName
from chainrule.model.samples import check
from chainrule.page import course as module
from chainrule.page.course import Course
from chainrule.training.data import training_data
from thorough import examples

X, y = cr.data.spiral(120, seed=1)
HELD = (X[90:], y[90:])


def layers() -> list[Any]:
    return [cr.Dense(2, 4), cr.BatchNorm(), cr.Tanh(), cr.Dropout(0.2), cr.Dense(4, 2), cr.Softmax()]


def batches(model: Any, rows: int = 90, seed: int = 5) -> Any:
    return training_data(
        model, X[:rows], y[:rows], epochs=1, batch_size=20, shuffle=True, seed=seed, transform=None,
        sample_weight=None, class_weight=None,
    )  # fmt: skip


def course(optimizer: Any = None) -> Course:
    model = cr.Network(layers(), seed=3)
    return Course(model, optimizer or cr.Adam(0.01), batches(model), check(model, *HELD))


def weights(of: Course) -> Any:
    return of.model.parameters.flat.copy()


@pytest.mark.parametrize("optimizer", [cr.Adam, cr.SGD, cr.Momentum, cr.RMSprop])
def test_its_steps_are_those_of_fit(optimizer: Any) -> None:
    here = course(optimizer(0.01))
    here.advance(5 * 7)  # seven epochs of five steps
    net = cr.Network(layers(), seed=3)
    history = net.fit(
        X[:90], y[:90], epochs=7, batch_size=20, optimizer=optimizer(0.01), seed=5, engine="numpy",
        validation_data=HELD, progress=False,
    )  # fmt: skip
    np.testing.assert_array_equal(weights(here), net.parameters.flat)
    points = here.curve.array()
    np.testing.assert_array_equal(points[:, 0], range(8))
    np.testing.assert_array_equal(points[1:, 1], history.loss)
    np.testing.assert_array_equal(points[1:, 2], history.validation_loss)
    np.testing.assert_array_equal(points[1:, 3], history.accuracy)
    np.testing.assert_array_equal(points[1:, 4], history.validation_accuracy)


def test_the_next_step_is_the_one_that_steps_takes() -> None:
    here, net = course(), cr.Network(layers(), seed=3)
    for trace in net.steps(X[:90], y[:90], epochs=2, batch_size=20, optimizer=cr.Adam(0.01), seed=5):
        record = here.record()
        assert list(record.results) == list(trace.results)
        for name, value in trace.results.items():
            np.testing.assert_array_equal(record.results[name], value, name)
        here.advance(1)


def test_looking_at_the_next_step_draws_nothing() -> None:
    one, other = course(), course()
    for _ in range(12):
        one.record()
        one.record(np.array([3, 4]))
        one.advance(1)
    other.advance(12)
    np.testing.assert_array_equal(weights(one), weights(other))


@examples(25)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=12))
def test_any_step_can_be_returned_to_and_played_on_from(places: list[int]) -> None:
    here, straight = course(), course()
    seen = {}
    for step in range(401):
        seen[step] = weights(straight)
        straight.advance(1)
    here.advance(400)
    for place in places:
        here.seek(place)
        assert here.step == place
        np.testing.assert_array_equal(weights(here), seen[place])
        assert here.epoch == divmod(place, 5)
    here.advance(400 - here.step)
    np.testing.assert_array_equal(weights(here), seen[400])
    assert here.newest == 400
    np.testing.assert_array_equal(here.curve.array(), straight.curve.array()[:81])


def test_marks_are_bounded_and_one_step_back_is_near() -> None:
    here = course()
    here.advance(5000)
    assert len(here.stretch.marks) <= module.MARKS[1]
    here.seek(4500)
    taken = []
    before = here._part
    here._part = lambda most: taken.append(steps := before(most)) or steps  # type: ignore[method-assign, func-returns-value]
    here.seek(4499)
    here.seek(4498)
    assert sum(taken) <= 2 * here.stretch.spacing


def test_a_step_that_was_never_taken_is_refused() -> None:
    here = course()
    here.advance(3)
    with pytest.raises(InputError) as error:
        here.seek(4)
    assert str(error.value) == "step 4 was never taken: there are steps 0 to 3."
    assert here.step == 3


def test_a_change_by_hand_begins_anew_from_there() -> None:
    here = course()
    here.advance(23)
    at_10 = (here.seek(10), weights(here))[1]
    here.change(parameters={"b2": [0.5, -0.5]})
    assert (here.step, here.newest, here.edited) == (10, 10, [10])
    here.advance(20)
    after = weights(here)
    here.seek(3)
    here.seek(30)
    np.testing.assert_array_equal(weights(here), after)
    here.seek(9)
    here.advance(1)
    np.testing.assert_array_equal(here.model.parameters["b2"], [0.5, -0.5])
    assert not np.array_equal(after, at_10)


def test_a_changed_number_counts_from_there_and_not_before() -> None:
    here = course(cr.SGD(0.1))
    here.advance(10)
    here.change(numbers={"learning_rate": 0.0})
    kept = weights(here)
    here.advance(10)
    np.testing.assert_array_equal(weights(here), kept)
    here.seek(4)
    assert here.optimizer.learning_rate == 0.1
    here.seek(15)
    assert here.optimizer.learning_rate == 0.0


def test_what_does_not_fit_changes_nothing() -> None:
    here = course()
    here.advance(5)
    before = weights(here)
    for wrong in (
        {"numbers": {"learning_rate": -1.0}},
        {"numbers": {"pace": 1.0}},
        {"parameters": {"W1": [1.0]}},
    ):
        with pytest.raises((InputError, UnknownName)):
            here.change(**wrong)  # type: ignore[arg-type]
        np.testing.assert_array_equal(weights(here), before)
        assert (here.step, here.edited, here.optimizer.learning_rate) == (5, [], 0.01)
    with pytest.raises(UnknownName, match="number of the optimizer"):
        here.change(numbers={"learning_rate": 0.5, "pace": 1.0})
    assert here.optimizer.learning_rate == 0.01


def test_other_data_begin_a_new_epoch_with_chance_going_on() -> None:
    here = course()
    here.advance(7)
    here.change(data=copy.copy(batches(here.model, rows=60)), held_out=None)
    assert here.epoch == (2, 0)
    here.advance(3)
    assert here.epoch == (3, 0)
    after = weights(here)
    here.seek(2)
    assert (len(here.data.X), here.held_out is None) == (90, False)
    here.seek(10)
    np.testing.assert_array_equal(weights(here), after)


def test_numbers_that_are_not_finite_end_it_before_they_are() -> None:
    model = cr.Network([2, 3, 2], hidden="relu", seed=0)
    here = Course(model, cr.SGD(1e200), batches(model), None)
    here.advance(100)
    assert here.diverged.startswith(f"Step {here.step + 1}: ")
    assert here.diverged.endswith("usually helps.")
    assert np.isfinite(weights(here)).all()
    before = here.step
    here.advance(1)
    assert here.step == before
    here.seek(0)
    assert here.diverged == ""


def test_compiled_steps_can_be_returned_to_bit_by_bit() -> None:
    pytest.importorskip("llvmlite")
    here = course()
    here._played = math.inf
    while not here.stretch.compiled:
        here.advance(1_000_000, seconds=0.01)
    here.advance(500)
    end, after = here.step, weights(here)
    assert here.edited == []
    for place in (end - 100, 2, end - 1):
        here.seek(place)
    here.seek(end)
    np.testing.assert_array_equal(weights(here), after)
    assert here.stretch.compiled


def test_an_optimizer_without_single_steps_is_refused() -> None:
    model = cr.Network([2, 3, 2])
    with pytest.raises(InputError) as error:
        Course(model, cr.LBFGS(), batches(model), None)
    assert str(error.value) == (
        "L-BFGS takes no single steps that could be shown: take another optimizer, such as SGD."
    )
