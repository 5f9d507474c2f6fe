"""A network that was saved comes back, bit by bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import assume, given
from hypothesis import strategies as st
from saved import iris, same

import chainrule as cr
from chainrule.errors import InputError
from chainrule.files import save
from chainrule.network import load
from chainrule.parts.contract import Activation, Loss
from thorough import examples


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_everything_comes_back(path: Path, dtype: str) -> None:
    net = iris(dtype)
    net.save(str(path))
    loaded = load(str(path))
    assert str(loaded) == str(net)
    assert (loaded.frozen, loaded.features, loaded.classes) == (
        {"W1", "b2"},
        ("sepal length", "größe"),
        ("setosa", "virginica"),
    )
    assert loaded.metadata == {"target": "species", "task": "classification"}
    assert same(net, loaded)


def test_the_scaling_keeps_its_own_float64(path: Path) -> None:
    net = iris("float32")
    save(net, path)
    scaling, loaded = net.layers[0], load(path).layers[0]
    assert isinstance(scaling, cr.Standardize)
    assert isinstance(loaded, cr.Standardize)
    assert scaling.center.astype(np.float32).astype(np.float64).tolist() != scaling.center.tolist()
    assert loaded.center.tolist() == scaling.center.tolist()
    assert loaded.scale.tolist() == scaling.scale.tolist()


def test_a_scaling_that_is_a_view_of_something_larger(path: Path) -> None:
    table = np.array([[1.0, 10], [2, 20], [3, 30]])
    save(cr.Network([3, 2], scaling=cr.Standardize(table[:, 0], table[:, 1])), path)
    loaded = load(path).layers[0]
    assert isinstance(loaded, cr.Standardize)
    assert (loaded.center.tolist(), loaded.scale.tolist()) == ([1, 2, 3], [10, 20, 30])


def test_it_goes_on_training_as_the_saved_one_does(path: Path) -> None:
    X, y = np.random.default_rng(0).normal(5, 1, (20, 2)), np.arange(20) % 2
    net = iris()
    net.fit(X, y, epochs=3, progress=False)
    save(net, path)
    loaded = load(path)
    for network in (net, loaded):
        network.fit(X, y, epochs=3, batch_size=8, optimizer="adam", progress=False)
    assert same(net, loaded)


def test_a_network_that_was_trained_with_numpy_sizes(path: Path) -> None:
    net = cr.Network([cr.Dense(np.int64(2), np.int32(2)), "softmax"])
    save(net, path)
    assert same(load(path), net)


NAMES = st.text(st.characters(), max_size=8)  # surrogates too: names of files may become names of classes


@st.composite
def networks(draw: st.DrawFn) -> cr.Network:
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=5))
    activations = st.sampled_from(sorted(Activation.registry()))
    scaling = st.builds(
        lambda seed, n: cr.Standardize(*np.random.default_rng(seed).uniform(0.1, 9, (2, n))),
        st.integers(0, 9),
        st.sampled_from([1, sizes[0]]),
    )
    try:
        net = cr.Network(
            sizes,
            hidden=[draw(activations) for _ in sizes[2:]],
            output=draw(activations),
            loss=draw(st.sampled_from(sorted(Loss.registry()))),
            seed=draw(st.integers(0, 9)),
            dtype=draw(st.sampled_from(["float32", "float64"])),
            scaling=draw(st.none() | scaling),
            features=draw(st.none() | st.lists(NAMES, min_size=sizes[0], max_size=sizes[0])),
            classes=draw(st.none() | st.lists(NAMES, min_size=max(sizes[-1], 2), max_size=max(sizes[-1], 2))),
        )
    except InputError:  # an output and a loss that don't go together
        assume(False)
        raise
    net.freeze(*draw(st.sets(st.sampled_from(sorted(net.parameters)))))
    net.metadata = draw(st.dictionaries(NAMES, NAMES, max_size=2))
    for array in net.parameters.values():
        array[...] *= draw(st.sampled_from([1, -0.0, 1e-40, 1e30]))
    return net


@examples(100)
@given(net=networks())
def test_any_network_comes_back(scratch: Path, net: cr.Network) -> None:
    save(net, scratch)
    loaded = load(scratch)
    assert same(loaded, net)
    assert [type(layer) for layer in loaded.layers] == [type(layer) for layer in net.layers]
    X = np.random.default_rng(0).normal(size=(4, net.inputs))
    assert predicted(loaded, X) == predicted(net, X)


def predicted(net: cr.Network, X: np.ndarray) -> bytes | str:
    """What a network predicts, or why it refuses: of huge weights the outputs overflow."""
    try:
        with np.errstate(all="ignore"):
            return net.predict(X).tobytes()
    except InputError as error:
        return str(error)


@pytest.mark.parametrize("loss", sorted(Loss.registry()))
def test_every_loss(path: Path, loss: str) -> None:
    output = {"kl_divergence": "softmax", "poisson": "identity"}.get(loss, "sigmoid")
    net = cr.Network([2, 2], output=output, loss=loss)
    save(net, path)
    loaded = load(path)
    X, y = np.eye(6, 2), np.eye(2)[[1, 0, 0, 1, 0, 1]]
    assert (type(loaded.loss_part), loaded.loss(X, y)) == (type(net.loss_part), net.loss(X, y))


def test_other_tools_read_the_file(path: Path) -> None:
    net = iris()
    save(net, path)
    tensors = safetensors.numpy.load_file(path)
    assert sorted(tensors) == ["W1", "W2", "b1", "b2", "layers.0.center", "layers.0.scale"]
    assert tensors["W1"].tolist() == net.parameters["W1"].tolist()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_scale_of_the_target_comes_back(path: Path, dtype: str) -> None:
    scale = cr.Standardize([350_000.1, -7], [20_000, 1e-3])
    net = cr.Network([3, 2], output="identity", loss="huber", dtype=dtype, scale_target=scale)
    net.save(path)
    loaded = load(path)
    assert same(net, loaded)
    assert isinstance(loaded.scale_target, cr.Standardize)
    assert loaded.scale_target.center.tolist() == [350_000.1, -7]
    X, y = np.random.default_rng(0).normal(size=(5, 3)), [[360_000, -6.99]] * 5
    np.testing.assert_array_equal(loaded.predict(X), net.predict(X))
    assert loaded.loss(X, y) == net.loss(X, y)
    assert safetensors.numpy.load_file(path)["scale_target.scale"].tolist() == [20_000, 1e-3]
