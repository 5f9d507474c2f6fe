"""Which numbers are left out, what a sheet shows beside them, and what a series is."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import chainrule as cr

FOUR = [[0.5, 0.5], [1, -1], [-1, -0.5], [2, 1]]


def worked(blanks: Any = None, **how: Any) -> Any:
    net = cr.worked_example()
    return net.trace(net.x, net.y, cr.SGD(0.01)).exercise(blanks, **how)


def shown(exercise: Any) -> list[str]:
    return [line.name for _, steps in exercise.sheets[0].tasks.sections for s in steps for line in s.lines]


def test_all_lines_are_blank_unless_some_are_named() -> None:
    exercise = worked()
    (sheet,) = exercise.sheets
    assert list(sheet.blanks) == [
        "z1", "a1", "z2", "e2", "s2", "a2", "log_a2", "L", "da2", "dz2", "dW2", "db2", "da1", "dz1", "dW1", "db1",
        "W1_new", "b1_new", "W2_new", "b2_new",
    ]  # fmt: skip
    assert str(exercise.tasks).count("____") == 60 == len(sheet.keys)
    assert "60 numbers are missing. Find them." in str(exercise)


def test_a_sheet_shows_what_leads_to_its_blanks_and_nothing_after() -> None:
    exercise = worked(["dz1", "dW1"])
    assert shown(exercise) == [
        "x", "y", "W1", "b1", "W2", "b2", "z1", "a1", "z2", "e2", "s2", "a2", "dz2", "da1", "dz1", "dW1",
    ]  # fmt: skip
    tasks = str(exercise.tasks)
    assert tasks.count("____") == 9
    assert "1.37" in tasks  # da1 is given
    assert "0.685" not in tasks
    assert "da2" not in tasks
    assert "0.685" in str(exercise.keys)


def test_a_line_that_would_give_a_blank_away_stands_without_numbers() -> None:
    exercise = worked(["z1", "dW2"])
    tasks = str(exercise.tasks)
    assert "  a1 = max(0, z1)\n" in tasks
    assert "z2 = a1 · W2 + b2 = [0.895  -0.895]" in tasks  # which tells no entry of z1
    assert "a1 = max(0, z1) = [" in str(exercise.keys)
    assert "a1" not in exercise.tasks.to_dict()["sheets"][0]["given"]
    net = cr.worked_example()
    momentum = net.trace(net.x, net.y, cr.Momentum(0.1)).exercise(["dW1", "W1_new"])
    assert "vW1_new = μ vW1 + dW1\n" in str(momentum.tasks)
    assert "0.685" not in str(momentum.tasks)


def test_entries_lines_by_number_and_other_spellings_are_blanks() -> None:
    (sheet,) = worked(["5.6", "dW1[0, 1]", "log a2"]).sheets
    assert sheet.blanks == {
        "log_a2": ((0, 0), (0, 1)), "dz1": ((0, 0), (0, 1), (0, 2)), "dW1": ((0, 1),)
    }  # fmt: skip


def test_a_fading_sheet_gives_the_first_half_of_each_line() -> None:
    (sheet,) = worked(["dz1", "dW1", "L"], fade=True).sheets
    assert sheet.blanks == {"L": ((),), "dz1": ((0, 1), (0, 2)), "dW1": ((1, 0), (1, 1), (1, 2))}


def test_a_fading_series_gives_less_from_sheet_to_sheet() -> None:
    exercise = cr.exercise(cr.Network([2, 3, 2]), ["z1", "dW1"], batch=2, series=4, seed=1, fade=True)
    counts = [{name: len(cells) for name, cells in sheet.blanks.items()} for sheet in exercise.sheets]
    assert counts == [{"z1": 2, "dW1": 2}, {"z1": 3, "dW1": 3}, {"z1": 5, "dW1": 5}, {"z1": 6, "dW1": 6}]
    for sheet in exercise.sheets:  # those that are given come first
        assert all(cells == tuple(np.ndindex(2, 3))[-len(cells) :] for cells in sheet.blanks.values())


def test_a_seed_gives_the_same_sheets_and_is_printed_on_sheet_and_key() -> None:
    net = cr.Network([2, 3, 2])
    first, again, other = (cr.exercise(net, "dz1", series=2, seed=seed) for seed in (7, 7, 8))
    assert str(first) == str(again) != str(other)
    one, two = first.sheets
    assert not np.array_equal(one.record["x"], two.record["x"])
    headings = re.findall(r"(?m)^(?:Worksheet|Key).*", str(first))
    assert [line.partition("    2 →")[0] for line in headings] == [
        "Worksheet 1 of 2    seed 7", "Worksheet 2 of 2    seed 7",
        "Key to worksheet 1 of 2    seed 7", "Key to worksheet 2 of 2    seed 7",
    ]  # fmt: skip


def test_the_network_is_left_as_it_is() -> None:
    net = cr.Network([2, 3, 2])
    before = net.parameters.flat.copy()
    sheet = cr.exercise(net, "dz1", seed=3).sheets[0]
    assert np.array_equal(net.parameters.flat, before)
    assert np.array_equal(sheet.record.network.parameters["W1"], sheet.record["W1"])


@pytest.mark.parametrize(("numbers", "unit"), [("integers", 1), ("decimals", 0.1)])
def test_numbers_are_whole_or_of_one_decimal(numbers: str, unit: float) -> None:
    for sheet in cr.exercise(cr.Network([2, 3, 2]), "z1", batch=3, series=3, numbers=numbers).sheets:
        for name in ("x", "W1", "b1", "W2", "b2"):
            steps = sheet.record[name] / unit
            assert np.allclose(steps, np.round(steps))
            assert np.all(steps != 0)


@pytest.mark.parametrize(
    ("loss", "output", "outputs"),
    [("half_squared_error", "identity", 2), ("binary_cross_entropy", "sigmoid", 1), ("hinge", "identity", 3),
     ("poisson", "identity", 2), ("kl_divergence", "softmax", 3), ("triplet", "identity", 2)],
)  # fmt: skip
def test_targets_are_of_the_loss(loss: str, output: str, outputs: int) -> None:
    net = cr.Network([2, 3, outputs], loss=loss, output=output)
    (sheet,) = cr.exercise(net, "dW1", batch=3, seed=1).sheets
    again = net.trace(sheet.record["x"], sheet.record["y"])  # which checks them
    assert np.array_equal(again["y"], sheet.record["y"])


def step() -> Any:
    net = cr.worked_example()
    return net.trace(net.x, net.y)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: step().exercise("top2"), "there is no line of the walk-through 'top2'. There is: z1, a1, z2, e2, s2, "
         "a2, log a2, L, da2, dz2, dW2, db2, da1, dz1, dW1, db1. Only a line can be left blank."),
        (lambda: step().exercise(5), "blanks = 5: give names of lines, such as ['dz1', 'dW1']."),
        (lambda: step().exercise([]), "blanks = []: name at least one line, such as 'dz1'; or leave it out, for all "
         "lines."),
        (lambda: step().exercise(digits=0), "digits = 0 is out of range: it must be 1 to 15."),
        (lambda: step().exercise(digits="3"), "digits = '3' is no whole number: give 1 to 15."),
        (lambda: step().exercise(halves="down"), "halves = 'down': it is 'even' or 'up'."),
        (lambda: step().exercise(samples_as="both"), "samples_as = 'both': it is 'rows' or 'columns'."),
        (lambda: step().exercise(reduction="max"), "reduction = 'max': it is 'mean' or 'sum'."),
        (lambda: step().exercise(fade="no"), "fade = 'no' is neither True nor False."),
        (lambda: cr.worked_example().trace([0.5, 0.5]).exercise(),
         "a worksheet is of a whole step, and this trace is forward only: give trace(…) the targets y."),
        (lambda: cr.exercise(cr.Network([2, 8, 2])),
         "W1 has the shape (2, 8): a worksheet shows every number, so at most 6 samples, inputs and units a layer."),
        (lambda: step().what_if({"a1[0, 1]": 0}).exercise(),
         "a what_if has numbers that no rule gives: make the worksheet of the trace itself."),
        (lambda: cr.exercise([2, 3, 2]), "[2, 3, 2] is no network: give one, such as Network([2, 3, 2])."),
        (lambda: cr.exercise(cr.Network([2, 2]), numbers="floats"),
         "numbers = 'floats': they are 'decimals' or 'integers'."),
        (lambda: cr.exercise(cr.Network([2, 2]), series=0), "series = 0 is out of range: it must be at least 1."),
        (lambda: cr.exercise(cr.Network([2, 2], loss="triplet", output="identity"), batch=3, samples_as="columns"),
         "triplet takes rows in groups: samples can't be columns there."),
        (lambda: cr.Network([cr.Dense(2, 3), cr.BatchNorm(), cr.ReLU(), cr.Dense(3, 2), cr.Softmax()]).trace(
            FOUR, [0, 1, 0, 1]).exercise(reduction="sum"),
         "batch norm divides by the number of samples, so L can't be their sum: take the mean."),
    ],
)  # fmt: skip
def test_what_can_not_be_asked_is_refused(ask: Any, message: str) -> None:
    with pytest.raises(cr.ChainruleError) as refused:
        ask()
    assert str(refused.value) == message
