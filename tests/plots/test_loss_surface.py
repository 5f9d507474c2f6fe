"""The loss along two directions: at 0 it is the loss, elsewhere that of the moved weights; the path by projection."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from drawn import legend
from sklearn.decomposition import TruncatedSVD

import chainrule as cr
from chainrule import plots
from chainrule.errors import ChainruleError, InputError, KindError, UnknownName

X, Y = cr.data.moons(60, seed=0)


def trained() -> tuple[cr.Network, list[Any]]:
    net, kept = cr.Network([2, 6, 2], seed=1), cr.WeightHistory()
    assert kept.values == []
    net.fit(X, Y, epochs=12, batch_size=20, optimizer=cr.Adam(0.05), progress=False, callbacks=[kept])
    return net, kept.values


NET, PATH = trained()


def surface(ax: Any) -> tuple[Any, Any, Any]:
    """The corners across and up, and the loss at each."""
    mesh = ax.collections[0]
    places = np.asarray(mesh.get_coordinates())
    return places[0, :, 0], places[:, 0, 1], mesh.get_array().reshape(places.shape[:2])


def filter_normalized(seed: int) -> Any:
    """Two directions as in the paper: each column of W as long as the weights into its unit, biases at rest."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(2):
        parts = {name: np.zeros_like(array) for name, array in NET.parameters.items()}
        for name, W in NET.parameters.items():
            if W.ndim == 2:
                d = rng.standard_normal(W.shape)
                for j in range(W.shape[1]):
                    parts[name][:, j] = (
                        d[:, j] / np.sqrt((d[:, j] ** 2).sum()) * np.sqrt((W[:, j] ** 2).sum())
                    )
        found.append(parts)
    return found


def test_random_directions() -> None:
    before = NET.parameters.flat.copy()
    ax = plots.loss_surface(NET, X, Y, cells=5, seed=3)
    across, up, losses = surface(ax)
    assert across.tolist() == up.tolist() == [-1, -0.5, 0, 0.5, 1]
    assert np.isfinite(losses).all()
    assert losses[2, 2] == pytest.approx(NET.loss(X, Y), rel=1e-12)
    d1, d2 = filter_normalized(3)
    for i, j in ((0, 4), (3, 1)):
        moved = {n: W + across[j] * d1[n] + up[i] * d2[n] for n, W in NET.parameters.items()}
        assert losses[i, j] == pytest.approx(cr.Network([2, 6, 2], parameters=moved).loss(X, Y), rel=1e-9)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("α, random direction", "β, random direction")
    assert legend(ax) == ["the network"]
    assert np.array_equal(before, NET.parameters.flat)


def test_the_path_in_its_own_plane() -> None:
    ax = plots.loss_surface(NET, X, Y, directions="pca", path=PATH, cells=5)
    line = next(line for line in ax.lines if line.get_label() == "training")
    drawn = np.column_stack(line.get_data())
    moves = np.array(PATH) - PATH[-1]
    expected = TruncatedSVD(2, algorithm="arpack").fit(moves)
    signs = np.sign((drawn * expected.transform(moves)).sum(axis=0))
    np.testing.assert_allclose(drawn * signs, expected.transform(moves), atol=1e-8)
    assert drawn[-1] == pytest.approx([0, 0], abs=1e-12)  # where the network is
    share = expected.singular_values_**2 / (moves**2).sum()
    assert ax.get_xlabel() == f"α, {100 * share[0]:.3g} % of the path"
    assert ax.get_ylabel() == f"β, {100 * share[1]:.3g} % of the path"
    across, _, losses = surface(ax)
    assert across[0] < drawn[:, 0].min() <= 0 <= drawn[:, 0].max() < across[-1]
    assert np.isfinite(losses).all()
    assert legend(ax) == ["training", "start", "the network"]


def test_traces_are_a_path_too_and_random_planes_get_its_projection() -> None:
    net = cr.Network([2, 6, 2], seed=1)
    steps = list(net.steps(X, Y, epochs=4, batch_size=30, optimizer="sgd"))
    flats = [np.concatenate([np.ravel(step[name]) for name in net.parameters]) for step in steps]
    one, other = (
        next(
            line
            for line in plots.loss_surface(net, X, Y, path=path, cells=3, seed=2).lines
            if line.get_label() == "training"
        )
        for path in (steps, flats)
    )
    np.testing.assert_allclose(one.get_data(), other.get_data())
    rng = np.random.default_rng(2)
    plane = []
    for _ in range(2):
        parts = {name: np.zeros_like(W) for name, W in net.parameters.items()}
        for name, W in net.parameters.items():
            if W.ndim == 2:
                d = rng.standard_normal(W.shape)
                parts[name] = d * np.linalg.norm(W, axis=0) / np.linalg.norm(d, axis=0)
        plane.append(np.concatenate([part.ravel() for part in parts.values()]))
    D = np.array(plane)
    for flat, place in zip(flats, np.column_stack(one.get_data()), strict=True):
        rest = flat - net.parameters.flat - place @ D
        np.testing.assert_allclose(D @ rest, 0, atol=1e-9)  # at right angles to the plane


def test_a_loss_that_is_not_finite_is_left_blank() -> None:
    net = cr.Network([2, 4, 1], hidden="relu", output="identity", loss="mean_squared_error", dtype="float32")
    ax = plots.loss_surface(net, X, X[:, 0], cells=3, span=1e30)
    losses = ax.collections[0].get_array().reshape(3, 3)
    blank = np.ma.getmaskarray(losses)
    assert not blank[1, 1]
    assert blank.sum() == 8
    assert losses[1, 1] == pytest.approx(net.loss(X, X[:, 0]), rel=1e-6)


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ({"directions": "both"}, UnknownName, None),
        ({"span": 0}, InputError, "span = 0 is out of range: it must be above 0."),
        ({"cells": 2}, InputError, "cells = 2 is out of range: it must be at least 3."),
        (
            {"directions": "pca"},
            InputError,
            "directions = 'pca' needs a path of at least 3 points, and there are 0: give path=…",
        ),
        (
            {"directions": "pca", "path": [PATH[-1]] * 4},
            InputError,
            "the path moves along one line or not at all: it spans no plane; take random directions.",
        ),
        (
            {"path": [np.zeros(3)]},
            InputError,
            f"path has a point of the shape (3,), and the network {NET.parameters.flat.size} parameters: give "
            f"({NET.parameters.flat.size},).",
        ),
        (
            {"path": 3},
            KindError,
            "path = 3 is no list of parameters: give a WeightHistory's values.",
        ),
        (
            {"path": np.array(2.0)},
            KindError,
            "path = array(2.) is no list of parameters: give a WeightHistory's values.",
        ),
        (
            {"path": []},
            InputError,
            "path has no points: leave it out, or give the parameters of a training.",
        ),
    ],
)
def test_errors(given: dict[str, Any], kind: type[ChainruleError], message: str | None) -> None:
    with pytest.raises(kind) as error:
        plots.loss_surface(NET, X, Y, **given)
    if message is not None:
        assert str(error.value) == message


def test_a_network_of_zeros_has_no_direction() -> None:
    net = cr.Network([2, 2], initializer="zeros")
    with pytest.raises(InputError) as error:
        plots.loss_surface(net, X, Y)
    assert str(error.value) == "all weights are 0 or frozen, so that no direction is as long as they are."
