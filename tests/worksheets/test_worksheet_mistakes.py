"""Each wrong number that a blank may get is really made by its mistake, and what is said to tell does tell."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
from recounted import drawn

import chainrule as cr
from chainrule.check import CATALOGUE, check
from reader import by_hand_text

DIGITS = 3
Array = Any


@cache
def series(**how: Any) -> Any:
    net = cr.Network([2, 3, 3], hidden="relu")
    return cr.exercise(net, batch=4, seed=5, optimizer=cr.SGD(0.1), **how).sheets[0]


def by_hand(numbers: Any) -> Array:
    """Exact fractions, rounded to three digits."""
    flat = [by_hand_text(Decimal(v.numerator) / Decimal(v.denominator), DIGITS) for v in np.ravel(numbers)]
    return np.array(flat, dtype=object).reshape(np.shape(numbers))


def fractions(value: Any) -> Array:
    return np.array([Fraction(str(v)) for v in np.ravel(value)], dtype=object).reshape(np.shape(value))


# What each mistake makes of its line, written down from the catalogue's words, on the sheet's own numbers.
WRONG = {
    ("z1", "bias_missing"): lambda v: v["x"] @ v["W1"],
    ("z1", "bias_minus"): lambda v: v["x"] @ v["W1"] - v["b1"],
    ("a1", "activation_missing"): lambda v: v["z1"],
    ("dz2", "dz2_sign"): lambda v: (v["y"] - v["a2"]) / 4,
    ("dW2", "dW_from_z"): lambda v: v["z1"].T @ v["dz2"],
    ("dW2", "dW1_from_da1"): lambda v: v["a1"].T @ v["da2"],
    ("dW2", "last_sample_only"): lambda v: v["a1"][-1:].T @ v["dz2"][-1:],
    ("dW2", "one_over_m_twice"): lambda v: v["a1"].T @ v["dz2"] / 4,
    ("db2", "db_sum_all"): lambda v: np.full(3, v["dz2"].sum()),
    ("da1", "da1_no_transpose"): lambda v: v["dz2"] @ v["W2"],
    ("da1", "da1_updated_W2"): lambda v: v["dz2"] @ v["W2_new"].T,
    ("da1", "da1_dW2"): lambda v: v["dz2"] @ v["dW2"].T,
    ("dz1", "slope_skipped"): lambda v: v["da1"],
    ("dz1", "relu_slope_wrong"): lambda v: v["da1"] * (v["z1"] < 0),
    ("dW1", "dW1_from_da1"): lambda v: v["x"].T @ v["da1"],
    ("db1", "db_from_da"): lambda v: v["da1"].sum(axis=0),
    ("db1", "db_from_dW"): lambda v: v["dW1"].sum(axis=0),
}


@pytest.mark.some(4)
@pytest.mark.parametrize(("line", "mistake"), WRONG)
def test_a_mistake_makes_its_number(line: str, mistake: str) -> None:
    sheet = series()
    known = {name: fractions(value) for name, value in sheet.told.values.items()}
    wanted = by_hand(WRONG[line, mistake](known))
    made = [each.value for each in sheet.mistakes[line] if mistake in each.names]
    assert any(np.array_equal(value, wanted) for value in made), (wanted, made)


@pytest.mark.some(1)
@pytest.mark.parametrize("seed", range(4))
def test_check_names_what_a_hint_says(seed: int) -> None:
    """A learner with these wrong numbers, and right ones before them, is told the same mistake by `check`."""
    (sheet,) = drawn(seed, digits=4, samples_as="rows", reduction="mean", fade=False, batch=3).sheets
    lines = list(sheet.told.values)
    found = asked = 0
    for line, mistakes in sheet.mistakes.items():
        right = np.asarray(sheet.told.values[line], dtype=object)
        for mistake in mistakes[:3]:
            if np.array_equal(mistake.value, right):
                continue
            before = {
                name: _texts(sheet.told.values[name])
                for name in lines[: lines.index(line)] if name in sheet.record.program.quantities
            }  # fmt: skip
            report = check(sheet.record, {**before, line: _texts(mistake.value)})
            if report.line == line:
                asked += 1
                found += bool({mistake.names[0]} & set(report.mistakes)) or not report.mistakes
    assert asked > 20
    assert found >= 0.9 * asked, (found, asked)


def _texts(value: Any) -> Any:
    array = np.asarray(value, dtype=object)
    return np.array([format(v, "f") for v in array.ravel()], dtype=object).reshape(array.shape).tolist()


def test_hints_are_wrong_numbers_with_names_of_the_catalogue() -> None:
    sheet = series(samples_as="columns")
    for name, index in sheet.cells():
        hints = sheet.hints(name, index)
        assert not set(hints) & set(sheet.accepted(name, index))
        assert all(names and set(names) <= set(CATALOGUE) for names in hints.values())
    assert sum(len(sheet.hints(name, index)) for name, index in sheet.cells()) > 300


def test_numbers_are_drawn_that_tell() -> None:
    """With four samples, three classes and a unit off here and there, each mistake gives other numbers."""
    sheet = series()
    assert sheet.untold == []
    for line, cells in sheet.blanks.items():
        right = [sheet.key(line, cell) for cell in cells]
        first = {}
        for mistake in sheet.mistakes[line]:
            first.setdefault(mistake.names[0], [mistake.value[cell] for cell in cells])
        numbers = [right, *first.values()]
        assert all(a != b for i, a in enumerate(numbers) for b in numbers[i + 1 :]), line


def test_what_one_sample_cannot_tell_is_said() -> None:
    net = cr.worked_example()
    exercise = net.trace(net.x, net.y).exercise(["dz1", "dW1", "db1"])
    said = exercise.sheets[0].untold
    assert said == [
        "dW1 and db1 come out right here even if it is divided by the number of samples once more [one_over_m_twice].",
        "dW1 and db1 come out right here even if the weights' gradient and the bias's are not divided by the same "
        "number [one_over_m_mixed].",
        "dW1 and db1 come out right here even if only the last sample counts [last_sample_only].",
        "db1 comes out right here even if it is not added up over the samples [db_not_summed].",
        "In db1 these give the same numbers here: everything is added up, and each unit has a bias of its own "
        "[db_sum_all] and it is added up over the units, and not over the samples [db_wrong_axis].",
    ]
    text = " ".join(str(exercise.keys).split())
    assert "NOT TOLD" in text
    assert all(sentence in text for sentence in said)
    assert "NOT TOLD" not in str(exercise.tasks)


def test_a_relu_that_is_never_off_is_said() -> None:
    net = cr.worked_example()
    net.parameters["b1"][...] = [3, 3, 3]
    (sheet,) = net.trace(net.x, net.y).exercise("dz1").sheets
    assert any("the slope of the activation is missing [slope_skipped]" in said for said in sheet.untold)
