"""What is right but unlike ours is no mistake, and is told of where it is a convention."""

from __future__ import annotations

from pathlib import Path

import pytest
from conventions import CONVENTIONS, Convention
from learner import marked, with_bodies

from chainrule.course import CHAPTERS


@pytest.mark.some(4)
@pytest.mark.parametrize("convention", CONVENTIONS, ids=lambda each: f"{each.chapter} {each.what}")
def test_a_convention_is_no_mistake(convention: Convention, tmp_path: Path) -> None:
    marks = marked(convention.chapter, with_bodies(convention.chapter, convention.bodies), tmp_path)
    assert {name: mark.told for name, mark in marks.items() if mark.state != "right"} == {}
    told = {name for name, mark in marks.items() if mark.told}
    assert told >= set(convention.told)
    assert told <= {*convention.told, *convention.bodies}


def test_how_conventions_are_told(tmp_path: Path) -> None:
    own = "By a convention of your own: {}. It is right where it is so throughout."
    marks = marked(4, with_bodies(4, {"dz2": "a2 - y"}), tmp_path)
    assert marks["dz2"].told == [own.format("dz2 is m times ours")]
    marks = marked(1, with_bodies(1, {"z1": "W1 @ x + b1", "z2": "W2 @ a1 + b2"}), tmp_path)
    assert marks["z1"].told == [own.format("samples are columns; weights are (outputs, inputs)")]
    marks = marked(4, with_bodies(4, {"dz2": "a2.__isub__(y) / len(y)"}), tmp_path)
    assert marks["dz2"].told == ["Careful: dz2 changes a2 in place: what reads it later gets other numbers."]


def test_one_sum_over_the_units_in_a_file_of_rows_is_a_mistake(tmp_path: Path) -> None:
    marks = marked(4, with_bodies(4, {"db2": "dz2.sum(axis=1)"}), tmp_path)
    assert (marks["db2"].state, marks["db2"].mistakes) == ("wrong", ["db_wrong_axis"])


def test_a_mean_in_one_place_alone_is_a_mistake(tmp_path: Path) -> None:
    marks = marked(4, with_bodies(4, {"dz2": "a2 - y", "dW2": "a1.T @ dz2 / len(dz2)"}), tmp_path)
    assert marks["dz2"].state == "right"
    assert marks["dW2"].state == "wrong"
    assert "one_over_m_mixed" in marks["dW2"].mistakes


def test_a_training_may_be_written_otherwise(tmp_path: Path) -> None:
    """In place, and with a look at all samples after each epoch: what it comes to is right."""
    text = (
        CHAPTERS[5]
        .solution.replace("parameters[name] = parameters[name] - lr * dw", "parameters[name] -= lr * dw")
        .replace("        losses.append(", "        step(x, y, parameters)\n        losses.append(")
    )
    assert text.count("step(x, y, parameters)\n") == 1
    marks = marked(6, text, tmp_path)
    assert {name: mark.state for name, mark in marks.items()} == {"batches": "right", "train": "right"}


def test_one_sum_over_the_other_axis_is_a_slip_where_nothing_else_is_written(tmp_path: Path) -> None:
    body = {"softmax": "np.exp(z2 - z2.max()) / np.exp(z2 - z2.max()).sum(axis=0)"}
    marks = marked(2, with_bodies(2, body, blank=True), tmp_path)
    assert (marks["softmax"].state, marks["softmax"].mistakes) == ("wrong", ["softmax_axis"])
    marks = marked(1, with_bodies(1, {"z1": "W1 @ x + b1"}, blank=True), tmp_path)
    assert marks["z1"].state == "right"
