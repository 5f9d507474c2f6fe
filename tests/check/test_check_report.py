"""What a report says, and that it says so as data, too."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.check.catalogue import CATALOGUE

NET = cr.Network([3, 4, 3], hidden="tanh", seed=2)
X, Y = np.random.default_rng(3).normal(size=(5, 3)), np.array([0, 2, 1, 1, 2])
TRACE = NET.trace(X, Y, cr.SGD(0.1))


def mine(**changes: Any) -> dict[str, Any]:
    return {name: np.array(TRACE[name]) for name in ("z1", "a1", "da1", "dz1")} | changes


def test_right() -> None:
    report = TRACE.check(mine())
    assert (report.right, report.exit_code, report.line, report.mistakes) == (True, 0, "", [])
    assert (report.verdict, report.hint, report.should, report.told) == (
        "Right: all 4 lines follow from their rules.", "", None, [],
    )  # fmt: skip
    assert TRACE.check({"a1": TRACE["a1"]}).verdict == "Right: the line follows from its rule."
    assert repr(report) == "Report  Right: all 4 lines follow from their rules."


def test_a_wrong_line_as_data() -> None:
    report = TRACE.check(mine(dz1=TRACE["da1"] * (1 - TRACE["z1"] ** 2)))
    told = report.to_dict()
    assert json.loads(json.dumps(told)) == told
    assert told["line"] == "dz1"
    assert told["verdict"] == "dz1 is the first line that is wrong."
    assert told["should"] == "da1 ⊙ (1 - a1²)"
    assert told["answers"][0] == {
        "mistakes": ["form_of_z"],
        "told": "z is put into the formula of the slope that is made for a: your dz1 is da1 ⊙ (1 - z1²)",
        "formula": "da1 ⊙ (1 - z1²)",
    }
    assert told["lines"]["dz1"] == {"state": "wrong", "factor": "1", "notes": []}
    assert told["hint"] == CATALOGUE["form_of_z"].hint


def test_nothing_to_judge_is_not_followed() -> None:
    report = TRACE.check({"x": X})
    assert (report.right, report.exit_code) == (False, 3)
    assert report.verdict == "I could not follow: none of these is a line that a rule of the step gives."
    assert report.to_text().endswith("  as given:   x")


def test_inputs_of_their_own_are_told_of() -> None:
    z1 = (X + 1) @ NET.parameters["W1"] + NET.parameters["b1"]
    report = TRACE.check({"x": X + 1, "z1": z1})
    assert report.right
    assert report.notes == ["your x is not the step's: the lines after it are judged on yours"]


def test_factors_are_told() -> None:
    report = TRACE.check({name: -5 * TRACE[name] for name in ("dz2", "dW2", "db2")})
    assert report.right
    assert "  dz2 is -m times ours" in report.to_text().splitlines()


def test_a_number_of_the_optimizer_that_is_of_no_parameter() -> None:
    trace = NET.trace(X, Y, cr.NAdam(0.1))
    report = trace.check({"dW1": trace["dW1"], "mu_t": trace["mu_t"] + 0.3})
    assert (report.line, report.told) == ("mu_t", ["what was done there is no single slip that I know"])


def test_numbers_that_no_slip_gives() -> None:
    noise = np.random.default_rng(0).normal(size=TRACE["dz1"].shape)
    report = TRACE.check(mine(dz1=noise))
    assert (report.line, report.mistakes) == ("dz1", [])
    assert report.told == ["what was done there is no single slip that I know"]
    assert "count once more" in report.to_text(hint=True)


@pytest.mark.parametrize("width", [50, 80, 120])
def test_it_fits(width: int) -> None:
    report = TRACE.check(mine(dz1=TRACE["da1"]))
    assert max(map(len, report.to_text(width=width).splitlines())) <= width
    assert report.to_text(ascii=True).isascii()


def test_every_mistake_has_words_and_a_hint_without_the_answer() -> None:
    for name, mistake in CATALOGUE.items():
        assert mistake.told, name
        assert mistake.hint[-1] in ".?", name
        assert mistake.told not in mistake.hint, name
