"""Samples are given as numbers, or picked from a data set."""

from __future__ import annotations

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
