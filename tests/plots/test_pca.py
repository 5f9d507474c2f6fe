"""A hidden layer in the plane of its largest spread, against scikit-learn's PCA."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from drawn import assert_tidy, legend
from sklearn.decomposition import PCA

import chainrule as cr
from chainrule import plots
from chainrule.errors import ChainruleError, InputError, KindError

RNG = np.random.default_rng(7)
X, Y = RNG.standard_normal((60, 4)), RNG.integers(0, 3, 60)
NET = cr.Network([4, 9, 6, 3], hidden="tanh", classes=["red", "green", "blue"])


def hidden(layer: int) -> Any:
    P = NET.parameters
    a = np.tanh(X @ P["W1"] + P["b1"])
    return a if layer == 1 else np.tanh(a @ P["W2"] + P["b2"])


@pytest.mark.parametrize("layer", [1, 2])
def test_points_and_shares_are_those_of_scikit_learn(layer: int) -> None:
    ax = plots.pca(NET, X, Y, layer=layer)
    model = PCA(2).fit(hidden(layer))
    expected = model.transform(hidden(layer))
    drawn = np.concatenate([np.asarray(each.get_offsets()) for each in ax.collections])
    order = np.concatenate([np.flatnonzero(np.equal(Y, k)) for k in range(3)])
    signs = np.sign((drawn * expected[order]).sum(axis=0))  # a component's sign is anybody's
    np.testing.assert_allclose(drawn * signs, expected[order], atol=1e-10)
    for label, share, k in zip(
        (ax.get_xlabel(), ax.get_ylabel()), model.explained_variance_ratio_, (1, 2), strict=True
    ):
        assert label == f"component {k}, {100 * share:.3g} % of the variance of a{layer}"
    assert legend(ax) == ["red", "green", "blue"]
    assert_tidy(ax)


def test_the_last_hidden_layer_is_taken_and_many_samples_go_in_pieces() -> None:
    many = RNG.standard_normal((9000, 4))
    ax = plots.pca(NET, many, RNG.integers(0, 3, 9000))
    assert ax.get_xlabel().endswith("of a2")
    assert sum(len(each.get_offsets()) for each in ax.collections) == 9000


def test_targets_that_are_numbers_are_coloured() -> None:
    net = cr.Network([4, 5, 1], output="identity", loss="mean_squared_error")
    net.metadata["target"] = "price"
    ax = plots.pca(net, X, X[:, 0])
    np.testing.assert_allclose(np.asarray(ax.collections[0].get_array()), X[:, 0])
    assert ax.figure.axes[1].get_ylabel() == "price, target"


@pytest.mark.parametrize(
    ("draw", "kind", "message"),
    [
        (lambda: plots.pca(3, X, Y), KindError, "3 is no network: give a Network."),  # type: ignore[arg-type]
        (
            lambda: plots.pca(cr.Network([4, 3]), X, Y),
            InputError,
            "pca draws a hidden layer, and this network has none.",
        ),
        (
            lambda: plots.pca(NET, X, Y, layer=3),
            InputError,
            "layer = 3 is out of range: the network has the hidden layers 1 to 2.",
        ),
        (
            lambda: plots.pca(cr.Network([4, 5, 3]), X, Y, layer=2),
            InputError,
            "layer = 2 is out of range: the network has one hidden layer, 1.",
        ),
        (
            lambda: plots.pca(cr.Network([4, 1, 3]), X, Y),
            InputError,
            "pca draws two components, and hidden layer 1 has one unit.",
        ),
        (
            lambda: plots.pca(
                cr.Network([4, 5, 3], output="identity", loss="mean_squared_error"), X, X[:, :3]
            ),
            InputError,
            "pca colours one class or one number a sample, and y has 3 for each: give one column.",
        ),
        (
            lambda: plots.pca(NET, X[:2], Y[:2]),
            InputError,
            "pca needs at least 3 samples, and there are 2: give more.",
        ),
        (
            lambda: plots.pca(NET, X[[0, 0, 0]], Y[:3]),
            InputError,
            "the layer gives the same for all samples: there is no spread to draw.",
        ),
    ],
)
def test_errors(draw: Any, kind: type[ChainruleError], message: str) -> None:
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        draw()
