"""Some steps of a walk-through alone, and its formulas without numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import chainrule as cr
import reader
from pages import traced
from reader import Arrays, Checker, Reading, evaluate, leaves

FOUR = [[0.5, 0.5], [1, -1], [-1, -0.5], [2, 1]]


def worked(optimizer: Any = None) -> Any:
    net = cr.worked_example()
    return net.trace(net.x, net.y, optimizer or cr.SGD(0.01))


def told_lines(explanation: Any) -> list[str]:
    return [line.name for _, steps in explanation.sections for step in steps for line in step.lines]


def titles(explanation: Any) -> list[Any]:
    return [(title, [step.number for step in steps]) for title, steps in explanation.sections]


# --- steps ------------------------------------------------------------------------------------------------


def test_some_steps_are_told_with_what_they_start_from() -> None:
    told = worked().explain(steps="2-4")
    assert titles(told) == [("GIVEN", [None]), ("FORWARD", [2, 3, 4]), ("SIGNS", [None])]
    assert told_lines(told) == ["W2", "b2", "z1", "a1", "z2", "e2", "s2", "a2"]


def test_one_step_and_several() -> None:
    assert titles(worked().explain(steps=5))[1:] == [("BACKWARD", [5]), ("SIGNS", [None])]
    assert titles(worked().explain(steps="1, 6"))[1:-1] == [("FORWARD", [1]), ("UPDATE", [6])]


def test_the_loss_stands_between_the_steps_beside_it() -> None:
    assert [title for title, _ in titles(worked().explain(steps="4-5"))] == [
        "GIVEN", "FORWARD", "LOSS", "BACKWARD", "SIGNS",
    ]  # fmt: skip
    assert "LOSS" not in str(worked().explain(steps="3-4"))


@pytest.mark.parametrize("how", [{}, {"arithmetic": "by_hand"}])
@pytest.mark.parametrize("steps", ["2-4", "5", "4-6", "6"])
def test_their_lines_are_true_and_tell_every_name(steps: str, how: Any) -> None:
    trace = cr.worked_example().trace(FOUR, [1, 0, 1, 0], cr.Momentum(0.1))
    whole = reader.read(str(trace.explain(**how)))
    settings = set(re.findall(r"= ([\d.]+)", " ".join(whole.heading)))
    checker = Checker(dict(trace), settings, Reading(3 if how else None), trace.program.leaves)
    assert checker.check(whole.equations).results > 0
    true = {(equation.name, equation.index): replace(equation, line=0) for equation in whole.equations}
    told = {"eta", "mu", "m", "k", "t", "vW1", "vb1", "vW2", "vb2"}  # in the heading, or in a sentence
    for equation in reader.read(str(trace.explain(steps=steps, **how))).equations:
        known = true[equation.name, equation.index]
        read = {leaf[1] for _, side in equation.sides for leaf in leaves(side, "name")}
        assert read <= told
        if len(equation.sides) == 1 and not equation.number and equation.name not in ("log_a2",):
            assert equation.sides[0][1] == known.sides[-1][1]  # given here, whatever gave it
        else:
            assert replace(equation, line=0) == known
        told.add(equation.name)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("9", "steps = '9': there are the steps 1 to 7."),
        ("4-2", "steps = '4-2': there are the steps 1 to 7."),
        (0, "steps = 0: there are the steps 1 to 7."),
        ("loss", "steps = 'loss': give the number of a step, or several, such as '5', '2-4', '1,5'."),
        (True, "steps = True: give the number of a step, or several, such as '5', '2-4', '1,5'."),
    ],
)
def test_steps_that_are_not_there_are_refused(asked: Any, message: str) -> None:
    with pytest.raises(cr.ChainruleError) as refused:
        worked().explain(steps=asked)
    assert str(refused.value) == message


def test_steps_of_one_quantity_are_refused() -> None:
    with pytest.raises(cr.ChainruleError) as refused:
        worked().explain("dW1", steps=5)
    assert str(refused.value) == "dW1 and steps = 5: ask for one of them."


# --- formulas ---------------------------------------------------------------------------------------------


def test_formulas_alone_are_those_of_the_page() -> None:
    told = worked().explain(formulas=True)
    assert titles(told) == [
        ("FORWARD", [1, 2, 3, 4]), ("LOSS", [None]), ("BACKWARD", [5]), ("UPDATE", [6]), ("SIGNS", [None])
    ]  # fmt: skip
    text = str(told)
    assert "5.7  dW1 = xᵀ · dz1\n" in text
    assert "W1_new = W1 - η dW1\n" in text
    assert "1.37" not in text
    assert "exact" not in text.split("\n")[0]


def test_one_quantity_s_formula() -> None:
    assert str(worked().explain("dW1", formulas=True)).split("\n")[2:4] == ["BACKWARD", "  dW1 = xᵀ · dz1"]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("samples", [1, 4])
def test_each_formula_gives_its_quantity(samples: int, optimizer: str) -> None:
    trace = traced(cr.Network([2, 3, 2], hidden="tanh"), samples, optimizer)
    page = reader.read(str(trace.explain(formulas=True)))
    assert len(page.equations) >= 19
    for equation in page.equations:
        axis = 0 if "over the samples" in equation.note else 1 if samples > 1 else None
        for relation, side in equation.sides:
            found = evaluate(side, Arrays(dict(trace), axis, {"l"}))
            assert relation == "="
            np.testing.assert_allclose(
                found.ravel(), np.ravel(trace[equation.name]), rtol=1e-9, atol=1e-12, err_msg=equation.name
            )


def test_formulas_in_every_format() -> None:
    told = worked(cr.Adam(0.01)).explain(formulas=True)
    assert "0.685" not in told.to_markdown()
    assert r"\frac{\partial L}{\partial W_{1}} &=" in told.to_latex()
    assert "1.37" not in told.to_html()
    found = [line for s in told.to_dict()["sections"] for step in s["steps"] for line in step["lines"]]
    assert found
    assert all(line["value"] is None and line["formula"] for line in found)


def test_formulas_with_digits_are_refused() -> None:
    for how in ({"digits": 3}, {"arithmetic": "by_hand"}):
        with pytest.raises(cr.ChainruleError) as refused:
            worked().explain(formulas=True, **how)
        assert (
            str(refused.value)
            == "formulas=True tells no numbers: leave digits, and arithmetic='by_hand', out."
        )
