"""Networks: a model's, a fresh one, or the worked example's with parameters of one's own."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.cli.explain import NEXT
from chainrule.cli.networks import NetworkOptions, assign, make_optimizer
from chainrule.data import read_csv
from chainrule.errors import InputError, UnknownName


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


def test_the_worked_examples_weights_with_another_activation():
    other = NetworkOptions(None, None, "tanh", None, "mean_squared_error", 0)
    assert other.worked_example
    net = other.network()
    assert np.array_equal(net.parameters.flat, cr.worked_example().parameters.flat)
    assert net.layers[1].name() == "tanh"
    assert net.loss_part.name() == "mean_squared_error"


@pytest.mark.parametrize(
    ("written", "name", "numbers"),
    [
        ("b1=[1/4, .5, -1e-1]", "b1", [0.25, 0.5, -0.1]),
        ("W2=[1,2,3,4,5,6]", "W2", [[1, 2], [3, 4], [5, 6]]),
        ("W2=[[+1,2],[3,4],[5,1/8]]", "W2", [[1, 2], [3, 4], [5, 0.125]]),
    ],
)
def test_parameters_are_set_as_they_are_written(written, name, numbers):
    net = cr.worked_example()
    assign(net, written)
    np.testing.assert_array_equal(net.parameters[name], numbers)


@pytest.mark.parametrize("value", ["[1/0,1,2]", "[1,2", "abc", "[1/2/3,1,1]", "[a,1,2]"])
def test_what_is_no_list_of_numbers(value):
    with pytest.raises(InputError) as caught:
        assign(cr.worked_example(), f"b1={value}")
    assert str(caught.value) == f"--set b1={value}: {value!r} is no list of numbers, such as [[1,2],[3,4]]."


def test_what_is_frozen_stays(chainrule):
    net = cr.worked_example().freeze("W1", "b1")
    assert (
        chainrule("explain", "--freeze", "W1, b1").out
        == f"{net.trace(net.x, net.y, 'sgd').explain()}{NEXT}\n"
    )
    words = ["--hidden", "4", "--epochs", "2", "--freeze", "W1", "--quiet", "--out", "m.safetensors"]
    assert chainrule("train", "iris.csv", *words).code == 0
    trained, fresh = cr.load("m.safetensors"), cr.Network([4, 4, 3], dtype="float32")
    np.testing.assert_array_equal(trained.parameters["W1"], fresh.parameters["W1"])
    assert trained.frozen == {"W1"}
    assert not np.array_equal(trained.parameters["b1"], fresh.parameters["b1"])


def test_what_is_frozen_must_be_there(refused):
    assert refused("explain", "--freeze", "W3") == str(
        UnknownName("parameter", "W3", ["W1", "b1", "W2", "b2"])
    )
