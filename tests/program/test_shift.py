"""A bias whose shift the next layer takes off again has the gradient 0, in training as on the page."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr

X = np.random.default_rng(0).standard_normal((6, 3))
Y = [0, 1, 0, 1, 1, 0]


class Loud(cr.BatchNorm):
    """Batch normalization with a forward rule of its own, of which nothing is known."""

    def forward(self, q: Any) -> None:
        super().forward(q)


def network(norm: cr.Layer, **how: Any) -> cr.Network:
    return cr.Network([cr.Dense(3, 4), norm, cr.Tanh(), cr.Dense(4, 2), cr.Softmax()], seed=1, **how)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_training_leaves_the_bias_where_it_is(dtype: str, engine: str) -> None:
    net = network(cr.BatchNorm(), dtype=dtype)
    net.parameters["b1"][...] = start = np.array([0.5, -1, 2, 0], dtype)
    history = net.fit(X, Y, epochs=20, optimizer=cr.Adam(0.1), engine=engine)
    np.testing.assert_array_equal(net.parameters["b1"], start)
    assert history.loss[-1] < 0.5 * history.loss[0]
    trace = net.trace(X, Y)
    assert np.abs(trace["dW1"]).max() > 0
    assert np.abs(trace["dz1"].sum(axis=0)).max() < 1e-5  # what the textbook's form is, but for rounding


def test_the_page_says_why() -> None:
    page = str(network(cr.BatchNorm()).trace(X, Y).explain("db1"))
    assert "db1 = Σ dz1" in page
    assert "batch norm takes away what all samples share, whatever b1 is" in page
    assert page.splitlines()[-1].endswith("= [0  0  0  0]")


def test_a_penalty_on_biases_still_moves_it() -> None:
    net = network(cr.BatchNorm(), penalty=cr.L2(0.5, biases=True))
    net.parameters["b1"][...] = 2
    trace = net.trace(X, Y)
    np.testing.assert_array_equal(trace["db1_data"], np.zeros(4))
    np.testing.assert_array_equal(trace["db1"], np.ones(4))


def test_where_the_mean_is_held_the_bias_counts() -> None:
    trace = network(cr.BatchNorm()).trace(X, Y)
    held = trace.what_if({"mu1": np.zeros(4)})
    np.testing.assert_allclose(held["db1"], held["dz1"].sum(axis=0), rtol=1e-12)
    assert np.abs(held["db1"]).min() > 1e-4
    assert held.why("db1[0]").nudge.agrees
    elsewhere = trace.what_if({"a1[0, 0]": 0.0})
    np.testing.assert_array_equal(elsewhere["db1"], np.zeros(4))


@pytest.mark.parametrize("norm", [Loud(), cr.LayerNorm()])
def test_what_is_not_known_to_ignore_it_does_not(norm: cr.Layer) -> None:
    trace = network(norm).trace(X, Y)
    np.testing.assert_allclose(trace["db1"], trace["dz1"].sum(axis=0), rtol=1e-12, atol=1e-15)
    assert trace.program.quantities["db1"].note == ""


def test_a_dense_layer_of_ones_own_may_stand_before_it() -> None:
    class Wide(cr.Dense):
        """One that is called otherwise, and is tried on numbers."""

    net = cr.Network([Wide(3, 4), cr.BatchNorm(), cr.Tanh(), cr.Dense(4, 2), cr.Softmax()], seed=1)
    np.testing.assert_array_equal(net.trace(X, Y)["db1"], np.zeros(4))


def test_batch_normalization_may_come_first() -> None:
    net = cr.Network([cr.BatchNorm(), cr.Dense(3, 2), cr.Softmax()], seed=1)
    trace = net.trace(X, Y)
    assert "dgamma" in trace
    assert not any(name.startswith("dx") for name in trace)
