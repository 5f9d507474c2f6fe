"""The sentences of a page: its heading, which answers are right, what comes after the update, what is held."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.explain.remarks import Remarks, held_sentence
from chainrule.notation import HARD_SPACE


def network(outputs: int = 2, **how: Any) -> cr.Network:
    """What goes in comes out: the largest input is the class."""
    return cr.Network([outputs, outputs], parameters={"W1": np.eye(outputs)}, **how)


def remarks(trace: cr.Trace, digits: int | None = None) -> Remarks:
    return Remarks(trace, trace.results, digits, "even")


def heading(trace: cr.Trace, digits: int | None = None) -> list[str]:
    return [line.replace(HARD_SPACE, " ") for line in remarks(trace, digits).heading()]


# --- the heading --------------------------------------------------------------------------------------------


def test_the_first_line_names_the_network_the_loss_the_optimizer_and_the_arithmetic() -> None:
    assert heading(network().trace([[1, 0]], [0], cr.Momentum(0.25, 0.5)))[0] == (
        "2 → 2 softmax    cross-entropy    Momentum, η = 0.25, μ = 0.5    exact, 6 decimals"
    )
    assert heading(network().trace([[1, 0]], [0]), digits=3)[0].endswith("cross-entropy    by hand, 3 digits")


def test_a_later_step_is_told_by_its_number() -> None:
    net, optimizer = network(), cr.SGD(0.5)
    net.fit([[1, 0]], [0], epochs=4, optimizer=optimizer, engine="numpy")
    assert "η = 0.5, step 5    exact" in heading(net.trace([[1, 0]], [0], optimizer))[0]


def test_one_sample_is_told_with_its_label() -> None:
    assert heading(network().trace([[1, -0.5]], [1]))[1] == "one sample, label 1 (classes 0, 1)"
    net = network(3, classes=["red", "green", "blue"])
    assert heading(net.trace([[1, 0, 0]], ["blue"]))[1] == "one sample, label 2 (blue)"
    assert heading(network(3).trace([[1, 0, 0]], [1]))[1] == "one sample, label 1 (classes 0 to 2)"


def test_targets_that_are_no_label_have_none() -> None:
    assert heading(network().trace([[1, 0]], [[0.25, 0.75]]))[1] == "one sample"
    assert heading(network(output="sigmoid").trace([[1, 0]], [[0, 1]]))[1] == "one sample"


def test_a_batch_says_where_the_mean_enters() -> None:
    X = [[1, 0], [0, 1], [1, 1]]
    assert heading(network().trace(X, [0, 1, 0]))[1] == (
        "3 samples, one a row; the 1/3 of L enters once, at da1."
    )
    assert heading(network().trace(X))[1] == "3 samples, one a row."


def test_samples_in_groups_are_counted_in_groups() -> None:
    trace = network(output="identity", loss="triplet").trace(np.arange(12.0).reshape(6, 2))
    assert heading(trace)[1] == ("6 samples, one a row, in groups of 3; the 1/2 of L enters once, at da1.")


def test_what_was_put_in_is_told_before_the_samples() -> None:
    trace = network().trace([[1, 0]], [0]).what_if({"a1[0, 0]": 0.5, "b1": [1, 2]})
    assert heading(trace)[1] == "What if a1[0, 0] = 0.5, b1 = [1  2]"


# --- answers and what comes after -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("y", "said"),
    [
        ([0, 1, 0, 1], "4 of 4 samples have the right class"),
        ([0, 0, 0, 0], "2 of 4 samples have the right class; samples 1, 3 are wrong"),
        ([1, 0, 1, 0], "0 of 4 samples have the right class; samples 0, 1, 2, 3 are wrong"),
    ],
)
def test_which_answers_are_right(y: list[int], said: str) -> None:
    X = [[1, 0], [0, 1], [3, -1], [-1, 0]]
    assert list(remarks(network().trace(X, y)).predictions(None)) == [said]


def test_of_many_wrong_ones_eight_are_named() -> None:
    trace = network().trace(np.tile([1, 0], (9, 1)), np.ones(9, int))
    assert list(remarks(trace).predictions(None)) == [
        "0 of 9 samples have the right class; samples 0, 1, 2, 3, 4, 5, 6, 7, … are wrong"
    ]


def test_answers_of_yes_and_no_are_counted_one_by_one() -> None:
    trace = network(output="sigmoid").trace([[1, -1], [2, 1]], [[1, 0], [0, 0]])
    assert list(remarks(trace).predictions(None)) == [
        "2 of 4 labels are right; labels y[1, 0], y[1, 1] are wrong"
    ]


def test_of_one_sample_or_of_no_labels_nothing_is_counted() -> None:
    assert list(remarks(network().trace([[1, 0]], [0])).predictions(None)) == []
    trace = network(output="identity", loss="mean_squared_error").trace([[1, 0], [0, 1]], [[1, 0], [0, 1]])
    assert list(remarks(trace).predictions(None)) == []


def test_after_the_update_the_same_sample_is_asked_again() -> None:
    # L = (w x + b - y)² / 2 with x = 2, w = 1.5, b = 0, y = 1: 2; dw = 4, db = 2; w = 1.1, b = -0.2: (2 - 1)² / 2
    net = cr.Network([1, 1], output="identity", loss="half_squared_error", parameters={"W1": [[1.5]]})
    trace = net.trace([[2.0]], [[1.0]], cr.SGD(0.1))
    after = trace.after()
    assert after is not None
    assert list(remarks(trace).after(after)) == ["The same sample now gives L = 0.5 (was 2)."]
    assert list(remarks(trace, 3).after(after)) == [
        "The same sample now gives L = 0.5 (was 2), counted exactly."
    ]


def test_after_the_update_the_right_class_is_told_too() -> None:
    # softmax of (log 3, 0): 3/4; dz = (-1/4, 1/4), and b alone is moved by 1: z = log 3 + 1/2
    net = cr.Network([1, 2], parameters={"W1": [[0, 0]], "b1": [np.log(3), 0]})
    trace = net.trace([[0.0]], [0], cr.SGD(1.0))
    after = trace.after()
    assert after is not None
    p = 3 * np.e**0.5 / (3 * np.e**0.5 + 1)
    assert list(remarks(trace).after(after)) == [
        f"The same sample now gives L = {-np.log(p):.6f} (was {np.log(4 / 3):.6f}).",
        f"The right class, 0, gets a1[0, 0] = {p:.6f} (was 0.75).",
    ]


# --- what is held ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("put_in", "said"),
    [
        ({"a1[0, 1]": 0.5}, "a1[0, 1] is held at 0.5: no gradient passes through its rule"),
        (
            {"a1[0, 1]": 0.5, "a1[1, 0]": 1},
            "a1[0, 1], a1[1, 0] are held: no gradient passes through their rule",
        ),
        (
            {"a1[0, 1]": 0.5, "a1[1, 0]": 1, "a1[1, 1]": 0},
            "3 entries of a1 are held: no gradient passes through their rule",
        ),
    ],
)
def test_what_is_held_passes_no_gradient(put_in: dict[str, float], said: str) -> None:
    net = cr.Network([2, 2, 2], seed=1)
    trace = net.trace([[1, 0], [0, 1]], [0, 1]).what_if(put_in)
    assert held_sentence(trace, "a1") == said
    assert list(remarks(trace).held()) == []  # the line of da1_passed says it


def test_of_a_term_of_the_loss_it_is_a_remark() -> None:
    trace = network().trace([[1, 0]], [0]).what_if({"L": 2})
    assert list(remarks(trace).held()) == ["L is held at 2: no gradient passes through its rule."]
