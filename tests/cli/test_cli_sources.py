"""Samples are given as numbers, or picked from a data set."""

from __future__ import annotations

import json

import pytest
from worked import worked_trace

import chainrule as cr
from chainrule.data import read_csv


def test_numbers_of_ones_own(chainrule):
    net = cr.worked_example()
    page = net.trace([1, -2], [0], cr.Momentum(0.1)).explain()
    result = chainrule("explain", "--x", "1,-2", "--y", "0", "--lr", "0.1", "--optimizer", "momentum")
    mine = "--x 1,-2 --y 0 --optimizer momentum --lr 0.1"
    asked = [f"chainrule explain --by-hand {mine}", f"chainrule why dW1 0 1 {mine}", "chainrule code"]
    assert result.out == f"{page}\n\nnext: " + "\n      ".join(asked) + "\n"
    # a negative number in front is no option
    assert "x = [-1  2]" in chainrule("explain", "--x", "-1,2", "--y", "1").out


def test_without_a_label_it_is_a_forward_pass(chainrule):
    result = chainrule("explain", "--x", "1,2")
    assert result.out == f"{cr.worked_example().trace([1, 2]).explain()}\n"


@pytest.mark.parametrize(
    ("options", "rows", "told"),
    [
        ([], [0, 1, 2], "samples 0, 1, 2 of few.csv"),  # few are explained together
        (["--sample", "1"], [1], "sample 1 of few.csv: label 0"),
        (["--sample", "2,0"], [2, 0], "samples 2, 0 of few.csv"),
        (["--sample", "1:"], [1, 2], "samples 1, 2 of few.csv"),
        (["--sample", ":99"], [0, 1, 2], "samples 0, 1, 2 of few.csv"),
    ],
)
def test_samples_are_picked_by_row(chainrule, options, rows, told):
    X, y = read_csv("few.csv").train
    result = chainrule("explain", "L", "--data", "few.csv", *options)
    assert result.out == f"{worked_trace(X[rows], y[rows]).explain('L')}\n"
    assert result.err == f"{told}\n"


def test_many_samples_are_told_shortly(chainrule):
    result = chainrule("explain", "L", "--data", "moons", "--sample", ":300")
    assert result.err == "300 samples (0, 1, …, 299) of moons\n"


def test_a_models_class_is_given_by_name_or_number(chainrule):
    words = ["explain", "model.safetensors", "L", "--x", "5,3,1,0.2", "--y"]
    assert chainrule(*words, "virginica").out == chainrule(*words, "2").out


def test_a_table_without_the_target_is_explained_forward(chainrule):
    result = chainrule("explain", "model.safetensors", "--data", "new.csv", "--sample", "1")
    X = read_csv("iris.csv").train[0][30:31]
    assert result.out == f"{cr.load('model.safetensors').trace(X).explain()}\n"
    assert result.err == "sample 1 of new.csv, which has no species: forward alone\n"


# --- later steps ------------------------------------------------------------------------------------------


def stepped(net, X, y, optimizer, step):
    """The step of that number, by taking those before it."""
    for _ in range(step - 1):
        net.trace(X, y, optimizer).apply()
    return net.trace(X, y, optimizer)


@pytest.mark.parametrize("step", [1, 2, 5])
@pytest.mark.parametrize(("name", "part"), [("sgd", cr.SGD), ("adam", cr.Adam), ("momentum", cr.Momentum)])
def test_a_later_step_of_a_training_on_the_samples(chainrule, name, part, step):
    net = cr.worked_example()
    trace = stepped(net, net.x, net.y, part(0.05), step)
    words = ["--optimizer", name, "--lr", "0.05", "--step", str(step)]
    page = str(trace.explain())
    assert chainrule("explain", *words).out.startswith(f"{page}\n\nnext: ")
    heading = " ".join(page[: page.index("GIVEN")].split())
    assert (f", step {step}" in heading) is (step > 1)
    if name == "adam":
        assert f"t counts the steps: {step}" in " ".join(page.split())
    assert chainrule("why", "W1_new", "0", "1", *words).out == f"{trace.why('W1_new[0, 1]')}\n"


def test_a_later_step_by_hand_and_of_several_samples(chainrule):
    X, y = read_csv("few.csv").train
    trace = stepped(cr.worked_example(), X, y, cr.Adam(), 3)
    words = ["--data", "few.csv", "--optimizer", "adam", "--step", "3"]
    assert chainrule("explain", *words, "--format", "latex").out == trace.explain().to_latex() + "\n"
    assert chainrule("explain", *words, "--by-hand").out == f"{trace.explain(arithmetic='by_hand')}\n"


def test_what_to_ask_next_is_of_the_same_step(chainrule):
    out = chainrule("explain", "--optimizer", "adam", "--step", "2").out
    assert "chainrule why dW1 0 1 --optimizer adam --step 2\n" in out


@pytest.mark.parametrize("command", [["explain"], ["why", "L"]])
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--step", "0"],
            "Invalid value for '--step': 0 is too small, it must be at least 1. See: {} --help",
        ),
        (
            ["--step", "-1"],
            "Invalid value for '--step': -1 is too small, it must be at least 1. See: {} --help",
        ),
        (
            ["--step", "2.5"],
            "Invalid value for '--step': '2.5' is no whole number: give one that is at least 1. See: {} --help",
        ),
        (
            ["--step", "2", "--x", "1,2"],
            "--step 2: nothing is trained without targets, so there is no step 2. Give --y, or --data that has the "
            "target; or leave --step out.",
        ),
        (
            ["--step", "2", "--optimizer", "lbfgs"],
            "--step 2: lbfgs takes no single steps that could be counted. Take another --optimizer, such as sgd or "
            "adam; or leave --step out.",
        ),
    ],
)
def test_steps_that_are_none(refused, command, words, message):
    assert refused(*command, *words) == message.format(f"chainrule {command[0]}")


def test_several_samples_of_ones_own(chainrule):
    result = chainrule("explain", "--x", "1,2; 3,4", "--y", "0; 1", "--format", "json")
    assert result.code == 0
    given = json.loads(result.out)["given"]
    assert given["x"]["value"] == [[1, 2], [3, 4]]
    assert given["y"]["value"] == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--x", "1,2; 3,4", "--y", "0"],
            "--y 0 has 1 target, and --x 2 samples: give one for each, with semicolons between them, such as "
            "--x '1,2; 3,4' --y '0; 1'.",
        ),
        (
            ["--x", "1,2", "--y", "0; 1"],
            "--y 0; 1 has 2 targets, and --x 1 samples: give one for each, with semicolons between them, such as "
            "--x '1,2; 3,4' --y '0; 1'.",
        ),
        (["--x", "1,2; 3", "--y", "0; 1"], "--x 1,2; 3 gives 1 for a sample, and the network takes 2."),
        (["--x", "1,2; 3,4", "--y", "0; 0,1"], "--y 0; 0,1: the targets differ in length."),
    ],
)
def test_samples_and_targets_that_do_not_go_together(refused, words, message):
    assert refused("explain", *words) == message


def test_gradients_of_inputs_are_there_when_they_are_asked_for(chainrule):
    net = cr.worked_example()
    trace = net.trace(net.x, net.y, "sgd", inputs=True)
    assert chainrule("explain", "dx").out == f"{trace.explain('dx')}\n"
    assert chainrule("why", "dx", "0", "1").out == f"{trace.why('dx[0, 1]')}\n"


def test_gradients_of_inputs_are_of_the_first_step(refused):
    message = refused("explain", "dx", "--step", "2")
    assert message == "--step 2: gradients of inputs are shown of the first step: leave --step out."
