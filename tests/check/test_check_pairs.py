"""Of two slips in one line both are told, where no single one gives the numbers; a pair accuses nobody.

The same counts, of hundreds of pairs, are in docs/results.md.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from injected import random_setting, step
from judged import count_pairs

import chainrule as cr
from chainrule.check import Report
from chainrule.check.pairs import digits, sieve

LINES = ("z1", "a1", "z2", "a2", "dz2", "da1", "dz1", "dW1", "db1", "dW2", "db2")
Array = np.ndarray[Any, Any]


@pytest.fixture(scope="module")
def trace() -> cr.Trace:
    """Five samples, four units of relu and three outputs of sigmoid."""
    net = cr.Network([2, 4, 3], output="sigmoid", loss="mean_squared_error", seed=5)
    rng = np.random.default_rng(1)
    return net.trace(rng.normal(size=(5, 2)), rng.uniform(size=(5, 3)), cr.SGD(0.1))


def _checked(trace: cr.Trace, digits: int | None = None, **lines: Array) -> Report:
    return trace.check({**{name: trace[name] for name in LINES}, **lines}, digits=digits)


@pytest.mark.some(1)
@pytest.mark.parametrize("seed", [100, 101, 102])
def test_pairs_are_found_and_named(seed: int) -> None:
    counts = count_pairs(seed, 10)
    assert counts.found == 10, counts.missed
    assert counts.named == 10, counts.missed
    assert counts.told == 0, counts.missed
    assert max(counts.seconds) < 3


def test_a_pair_of_plain_numpy_is_both_slips() -> None:
    """So a count of pairs is no count of single slips."""
    rng = np.random.default_rng(2)
    while (s := random_setting(rng, 2)).hidden != ["sigmoid"]:
        pass
    right, wrong = step(s), step(s, ("dz1_sign", "slope_rest"), 1)
    assert np.allclose(wrong["dz1"], -right["da1"] * (1 - right["a1"]))
    assert all(
        np.array_equal(wrong[name], right[name]) for name in ("z1", "a1", "z2", "a2", "L", "dz2", "da1")
    )


def test_a_slope_that_is_missing_and_a_sign_that_is_turned(trace: cr.Trace) -> None:
    dz1 = -trace["da1"]
    report = _checked(trace, dz1=dz1, dW1=trace["x"].T @ dz1, db1=dz1.sum(axis=0))
    assert report.line == "dz1"
    assert report.told == ["the slope of the activation is missing; and its sign is turned: your dz1 is -da1"]
    assert report.to_dict()["answers"][0]["mistakes"] == ["slope_skipped", "dz_sign"]


def test_a_sign_that_is_turned_everywhere_is_no_second_slip() -> None:
    """Y - a, with a plus in the update: then the slope alone is missing."""
    net = cr.Network([2, 3, 1], output="sigmoid", loss="half_squared_error", seed=3)
    rng = np.random.default_rng(4)
    trace = net.trace(rng.normal(size=(4, 2)), rng.uniform(size=(4, 1)), cr.SGD(0.1))
    dz2 = (trace["y"] - trace["a2"]) / 4
    dW2, db2 = trace["a1"].T @ dz2, dz2.sum(axis=0)
    moved = {"W2_new": trace["W2"] + 0.1 * dW2, "b2_new": trace["b2"] + 0.1 * db2}
    report = trace.check({"z2": trace["z2"], "a2": trace["a2"], "dz2": dz2, "dW2": dW2, "db2": db2, **moved})
    assert report.line == "dz2"
    assert report.mistakes[0] == "output_slope_missing"
    assert not any(answer.both for answer in report.answers)
    update = {
        name: 2 * trace[name[:2]] - value for name, value in moved.items()
    }  # and with a minus there it is one
    report = trace.check({"z2": trace["z2"], "a2": trace["a2"], "dz2": dz2, "dW2": dW2, "db2": db2, **update})
    assert report.mistakes[:2] == ["output_slope_missing", "dz2_sign"]
    assert report.answers[0].both


def test_two_operands_that_are_others(trace: cr.Trace) -> None:
    report = _checked(trace, dW2=trace["z1"][-1:].T @ trace["dz2"][-1:])
    assert report.told == [
        "it takes z of the layer before, and its a comes into the weight; and only the last sample counts: "
        "your dW2 is z1[-1::1]ᵀ · dz2[-1::1]"
    ]
    assert report.mistakes == ["dW_from_z", "last_sample_only"]


def test_a_slip_that_has_no_name_is_told_beside_one_that_has(trace: cr.Trace) -> None:
    report = _checked(trace, db2=np.full(3, trace["a2"].sum()))
    assert report.told == [
        "everything is added up, and each unit has a bias of its own; and something else is taken for what belongs "
        "there: your db2 is Σ a2"
    ]


def test_numbers_that_nothing_gives_are_not_named_and_take_no_long_time(trace: cr.Trace) -> None:
    began = time.process_time()
    report = _checked(trace, dz1=np.random.default_rng(9).normal(size=(5, 4)))
    assert report.told == ["what was done there is no single slip that I know"]
    assert time.process_time() - began < 15


def test_a_slip_in_counting_stays_one(trace: cr.Trace) -> None:
    wrong = trace["dW2"].copy()
    wrong[1, 2] += 0.01
    assert _checked(trace, dW2=wrong).mistakes == ["arithmetic_slip"]


def test_few_digits_tell_no_pair() -> None:
    """2 · 3 - 1 with the sign of b turned and W for x is 8, and so is much else."""
    net = cr.Network(
        [1, 1], output="identity", loss="half_squared_error", parameters={"W1": [[3.0]], "b1": [-1.0]}
    )
    trace = net.trace([[2.0]], [[1.0]], cr.SGD(0.1))
    report = trace.check({"z1": [[3 * 3 + 1 - 0.0]]})
    assert report.line == "z1"
    assert report.told == ["what was done there is no single slip that I know"]


def test_digits_are_counted_by_the_last_one_that_is_known() -> None:
    assert digits(np.array([12.0, -12.0, 5.0]), 0.0) == pytest.approx(np.log10(12) + np.log10(5))
    assert digits(np.array([0.25]), 0.0) == pytest.approx(np.log10(25))
    assert digits(np.array([0.25, 0.125]), 0.005) == pytest.approx(np.log10(25) + np.log10(12.5))
    assert digits(np.zeros(3), 0.0) == 0


def test_the_sieve_keeps_what_a_factor_makes_the_target_and_little_else() -> None:
    rng = np.random.default_rng(3)
    target, base = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    for start in (None, base):
        likely = sieve(target, start, [1.0, -1.0, 0.25])
        zero = 0 if start is None else start
        assert all(likely(zero + (target - zero) / factor) for factor in (1, -1, 0.25))
        assert not likely(zero + (target - zero) / 3)
        assert not any(likely(rng.normal(size=(4, 3))) for _ in range(100))
        assert not likely(rng.normal(size=(3, 4)))
        assert not likely(True)
