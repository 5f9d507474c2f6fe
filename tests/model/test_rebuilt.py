"""A network made again with something changed."""

from __future__ import annotations

import numpy as np

import chainrule as cr
from chainrule.model.model import rebuilt

X, Y = cr.data.moons(30, seed=0)


def test_nothing_changed_it_gives_the_same_bit_by_bit() -> None:
    layers = [cr.Dense(2, 6), cr.BatchNorm(), cr.ReLU(), cr.Dense(6, 2), cr.Softmax()]
    net = cr.Network(layers, penalty=cr.L2(0.1), seed=3, features=["p", "q"], classes=["no", "yes"])
    net.fit(X, Y, epochs=3, batch_size=10)
    net.freeze("b1")
    same = rebuilt(net)
    assert (same.features, same.classes, same.frozen) == (net.features, net.classes, {"b1"})
    for old, new in ((net.parameters, same.parameters), (net.buffers, same.buffers)):
        assert list(old) == list(new)
        for name in old:
            np.testing.assert_array_equal(old[name], new[name])
            assert not np.shares_memory(old[name], new[name])
    assert same.penalty is net.penalty


def test_what_fits_is_kept_and_the_rest_is_drawn() -> None:
    net = cr.Network([2, 6, 2], seed=3)
    wider = rebuilt(net, layers=[cr.Dense(2, 6), cr.Tanh(), cr.Dense(6, 3), cr.Softmax()])
    np.testing.assert_array_equal(wider.parameters["W1"], net.parameters["W1"])
    assert wider.parameters["W2"].shape == (6, 3)
    drawn = rebuilt(net, redrawn=True, initializer="he")
    assert (drawn.parameters["W1"] != net.parameters["W1"]).all()
    assert not drawn.parameters["b1"].any()
