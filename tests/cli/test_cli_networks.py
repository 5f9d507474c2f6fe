"""Networks: a model's, a fresh one, or the worked example's with parameters of one's own."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.cli.explain import NEXT
from chainrule.cli.networks import NetworkOptions, make_optimizer
from chainrule.data import read_csv
from chainrule.errors import InputError


def test_parameters_of_ones_own(chainrule):
    net = cr.worked_example()
    net.parameters["W1"], net.parameters["b2"] = np.ones((2, 3)), [0, 1]
    result = chainrule("explain", "--set", "W1=[[1,1,1],[1,1,1]]", "--set", "b2 = [0, 1]")
    assert result.out == f"{net.trace(net.x, net.y, cr.SGD(0.01)).explain()}{NEXT}\n"


def test_a_fresh_network_on_a_table(chainrule):
    options = ["--layers", "4,5,3", "--activation", "tanh", "--seed", "7", "--data", "iris.csv"]
    result = chainrule("explain", *options, "--sample", "0:2", "--optimizer", "adam", "--lr", "0.5")
    X, y = read_csv("iris.csv").train
    net = cr.Network([4, 5, 3], hidden="tanh", seed=7)
    assert result.out == f"{net.trace(X[:2], y[:2], cr.Adam(0.5)).explain()}\n"
    assert result.err == "samples 0, 1 of iris.csv\n"


def test_a_fresh_network_for_regression(chainrule):
    options = ["--layers", "10,2,1", "--output", "identity", "--loss", "half_squared_error"]
    result = chainrule("explain", *options, "--data", "diabetes.csv", "--sample", "2")
    X, y = read_csv("diabetes.csv", kind="regression").train
    net = cr.Network([10, 2, 1], output="identity", loss="half_squared_error")
    assert result.out == f"{net.trace(X[2:3], y[2:3], cr.SGD(0.01)).explain()}\n"
    assert result.err == "sample 2 of diabetes.csv: progress 141\n"


@pytest.mark.parametrize(
    ("name", "part"), [("adam", cr.Adam(0.5)), ("lookahead", cr.Lookahead(cr.Adam(0.5)))]
)
def test_a_learning_rate_is_that_of_the_optimizer_or_of_the_one_within(name, part):
    assert str(make_optimizer(name, 0.5)) == str(part)


def test_a_learning_rate_needs_an_optimizer_that_has_one():
    with pytest.raises(InputError, match=r"^--lr 0\.5: lbfgs has no learning rate; leave --lr out\.$"):
        make_optimizer("lbfgs", 0.5)


def test_without_a_model_and_layers_it_is_the_worked_example():
    named = NetworkOptions(None, None, None, None, None, 0)
    assert named.worked_example
    assert np.array_equal(named.network().parameters.flat, cr.worked_example().parameters.flat)
    fresh = NetworkOptions(None, "2,4,2", "tanh", None, None, 3)
    assert not fresh.worked_example
    assert np.array_equal(
        fresh.network().parameters.flat, cr.Network([2, 4, 2], hidden="tanh", seed=3).parameters.flat
    )
