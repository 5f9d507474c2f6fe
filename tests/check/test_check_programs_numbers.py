"""Slips that only a program's own numbers show, and what is said where a right program leaves something open."""

from __future__ import annotations

from pathlib import Path

import pytest
from followed import checked

NET = """\
import numpy as np

rng = np.random.default_rng(8)
points = rng.normal(size=(12, 3))
goals = np.c_[points[:, 0] > 0, points[:, 1] > points[:, 2]].astype(float)
n = len(points)
squash = lambda s: 1 / (1 + np.exp(-s))
P, p = rng.normal(size=(3, 5)) * 0.6, rng.normal(size=5) * 0.1
Q, q = rng.normal(size=(5, 2)) * 0.6, rng.normal(size=2) * 0.1
for turn in range(12):
    mid = squash(points @ P + p)
    end = squash(mid @ Q + q)
    told = SHOWN
    e = (end - goals) / n
    back = e @ Q.T * mid * (1 - mid)
    gQ, gq = mid.T @ e, e.sum(axis=0)
    gP, gp = points.T @ back, back.sum(axis=0)
    Q, q = Q - 0.3 * gQ, q - 0.3 * gq
    P, p = P - 0.3 * gP, p - 0.3 * gp
"""
ENTROPY = "-(goals * np.log(end) + (1 - goals) * np.log(1 - end)).sum() / n"


def _net(shown: str = ENTROPY, old: str = "", new: str = "") -> str:
    assert old in NET
    return NET.replace("SHOWN", shown).replace(old, new) if old else NET.replace("SHOWN", shown)


def test_what_a_lambda_gives_is_told_where_it_is_called(tmp_path: Path) -> None:
    report = checked(tmp_path, _net())
    assert report.verdict == "Right: each step moves the weights as the gradient of the loss says."
    assert [str(report.located[name]) for name in ("a1", "a2")] == ["`mid`, line 11", "`end`, line 12"]


def test_a_loss_that_is_not_there_is_not_called_right(tmp_path: Path) -> None:
    report = checked(tmp_path, _net("turn"))
    assert (report.state, report.exit_code) == ("right", 0)
    assert report.verdict == (
        "Right for binary cross-entropy: each step moves the weights as its gradient says. "
        "The program does not compute this loss, or I did not find it: it is not judged."
    )


def test_squares_beside_the_gradients_of_cross_entropy_are_told(tmp_path: Path) -> None:
    report = checked(tmp_path, _net("np.mean((goals - end) ** 2)"))
    assert (report.state, report.exit_code) == ("right", 0)
    assert report.verdict == (
        "Right for binary cross-entropy: each step moves the weights as its gradient says. "
        "What the program computes in line 13 is half squared error. If that is its loss, dz2 is wrong: "
        "the slope of the output's function is missing [output_slope_missing]."
    )


def test_half_a_loss_of_several_outputs(tmp_path: Path) -> None:
    text = _net("-(goals * np.log(end)).sum() / n").replace("told", "loss")
    report = checked(tmp_path, text)
    assert (report.line, report.at, report.mistakes[0]) == ("L", 13, "bce_half")


def test_a_bias_that_becomes_one_for_each_sample(tmp_path: Path) -> None:
    report = checked(tmp_path, _net(old="gq = mid.T @ e, e.sum(axis=0)", new="gq = mid.T @ e, e"))
    assert (report.line, report.at, report.mistakes) == ("db2", 16, ["db_not_summed"])


@pytest.mark.some(1)
@pytest.mark.parametrize("rate", ["1.0", "0.9"])
def test_biases_may_have_a_rate_of_their_own(tmp_path: Path, rate: str) -> None:
    text = _net().replace("0.3 * gq", f"{rate} * gq").replace("0.3 * gp", f"{rate} * gp")
    report = checked(tmp_path, text)
    assert (report.state, report.notes) == ("right", ["b2, b1: at a rate of their own, which may be meant"])


def test_a_rate_that_is_forgotten_for_the_biases(tmp_path: Path) -> None:
    report = checked(tmp_path, _net().replace("0.3 * gq", "gq").replace("0.3 * gp", "gp"))
    assert (report.line, report.at, report.mistakes) == ("b1_new", 19, ["eta_missing"])


@pytest.mark.some(1)
@pytest.mark.parametrize("layer", ["Q", "P"])
def test_a_penalty_is_not_negative(tmp_path: Path, layer: str) -> None:
    number = {"P": 1, "Q": 2}[layer]
    text = _net().replace(f"0.3 * g{layer},", f"0.3 * (g{layer} - 0.02 * {layer}),")
    report = checked(tmp_path, text)
    assert (report.line, report.mistakes) == (f"dW{number}", ["l2_slip"])
    assert report.should.endswith(f"+ 0.02 × W{number}")


def test_a_penalty_of_one_layer_alone_is_no_slip(tmp_path: Path) -> None:
    report = checked(tmp_path, _net().replace("0.3 * gP,", "0.3 * (gP + 0.02 * P),"))
    assert report.state != "wrong"


def test_what_was_not_found_is_said(tmp_path: Path) -> None:
    report = checked(tmp_path, _net(old="P - 0.3 * gP", new="P - 0.3 * np.sin(7 * gP)"))
    assert report.verdict == (
        "I could not follow this program. I found its layers and its steps (3 → 5 sigmoid → 2 sigmoid). With binary "
        "cross-entropy W2, b2, b1 move as they should. By what W1 move I did not find: no slip that I know."
    )
