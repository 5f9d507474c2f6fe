"""A network that goes on from an earlier training says so, and begins anew by `reset`."""

from __future__ import annotations

import copy

import numpy as np
from numpy.testing import assert_array_equal

import chainrule as cr

X = np.random.default_rng(0).normal(size=(40, 3))
Y = (X[:, 0] > 0).astype(int)


def test_a_history_says_where_the_training_went_on_from() -> None:
    net = cr.Network([3, 4, 2])
    first = net.fit(X, Y, epochs=3, batch_size=20)
    second = net.fit(X, Y, epochs=1)
    assert (first.before, second.before) == (0, 6)
    assert "went on" not in str(first)
    assert str(second).endswith("numpy  went on after 6 steps")
    for _ in net.steps(X, Y, batch_size=20):
        pass
    assert copy.deepcopy(net).fit(X, Y).before == 9
    assert net.fit(X, Y, optimizer=cr.LBFGS(), epochs=2).before == 9


def test_reset_gives_the_weights_of_a_new_network() -> None:
    layers = [cr.Dense(3, 4), cr.BatchNorm(), cr.ReLU(), cr.Dense(4, 2), cr.Softmax()]
    net = cr.Network(layers, seed=1, initializer="he")
    net.fit(X, Y, epochs=3)
    assert net.reset(5) is net
    new = cr.Network(layers, seed=5, initializer="he")
    assert_array_equal(net.parameters.flat, new.parameters.flat)
    for name, array in new.buffers.items():
        assert_array_equal(net.buffers[name], array)
    history = net.fit(X, Y, epochs=2)
    assert history.before == 0
    assert history.loss == new.fit(X, Y, epochs=2).loss


def test_reset_leaves_what_is_frozen() -> None:
    net = cr.Network([3, 4, 2])
    net.parameters["W1"][...] = 7
    net.freeze("W1").reset(3)
    assert (net.parameters["W1"] == 7).all()
    assert_array_equal(net.parameters["W2"], cr.Network([3, 4, 2], seed=3).parameters["W2"])
