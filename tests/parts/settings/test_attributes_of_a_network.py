"""A network's own attributes: made with, written into, or set at any time."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from set_later import KEEPS, X, Y, network, refused, set_to

import chainrule as cr
from chainrule.errors import InputError, KindError, UnknownName


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("layers", []), ("penalty", cr.L2(1)), ("loss_part", cr.Huber()), ("paired_loss", cr.Huber()),
        ("dtype", "float32"), ("inputs", 7), ("outputs", 7), ("weights", []), ("constants", {}),
    ],
)  # fmt: skip
def test_what_a_network_was_made_with_stays(name: str, value: Any) -> None:
    net = network()
    assert refused(set_to(net, name, value)) == (
        f"net.{name} can't be set once the network is made: make a new network; {KEEPS}."
    )
    assert refused(lambda: delattr(net, name)) == f"net.{name} can't be deleted: make a new network; {KEEPS}."
    twin = copy.deepcopy(net)
    refused(set_to(twin, name, value))


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("parameters", 'write into them, net.parameters["W1"] = … or net.parameters.flat[...] = …'),
        ("buffers", 'write into them, net.buffers["mu1_run"] = …'),
        ("frozen", 'write net.freeze("W1") or net.unfreeze("W1")'),
    ],
)
def test_what_is_written_into(name: str, what: str) -> None:
    net = network()
    assert refused(set_to(net, name, {})) == f"net.{name} can't be set once the network is made: {what}."


@pytest.mark.parametrize("value", [3, ["target"], {"target": 3}, {3: "target"}])
def test_metadata_are_texts(value: Any) -> None:
    net = network()
    assert refused(set_to(net, "metadata", value), KindError) == (
        f'metadata = {value!r} is no dict of texts: write {{"target": "price"}}, say.'
    )


def test_what_a_network_has_not_is_not_set() -> None:
    net = network()
    assert refused(set_to(net, "learning_rate", 0.1), UnknownName) == (
        "there is no attribute of a network to set 'learning_rate'. There is: features, classes, threshold, "
        "metadata. Settings are arguments of Network."
    )
    assert refused(set_to(net, "loss", "huber")) == (
        "net.loss can't be set: it is there to be asked, not to be changed."
    )
    assert refused(set_to(net.parameters, "flat", np.zeros(3))) == (
        "parameters.flat can't be set: write into what is there, parameters.flat[...] = … for all of them, "
        'parameters["W1"] = … for one.'
    )
    with pytest.raises(TypeError):
        net.layers[1] = cr.Tanh()  # type: ignore[index]
    for name in ("append", "add"):
        assert not hasattr(net.layers, name)
        assert not hasattr(net.frozen, name)
    example = cr.worked_example()
    example.x = [[0.25, 0.5]]  # a class of its own has attributes of its own
    refused(set_to(example, "penalty", None))


def test_names_for_show_count_at_once_and_are_checked(tmp_path: Path) -> None:
    net = network()
    net.classes, net.features = ["no", "yes"], ("a", "b", "c")
    names = ["yes" if label else "no" for label in Y]
    assert net.loss(X, names) == net.loss(X, Y)
    net.save(tmp_path / "net.safetensors")
    loaded = cr.load(tmp_path / "net.safetensors")
    assert (loaded.classes, loaded.features) == (("no", "yes"), ("a", "b", "c"))
    assert refused(set_to(net, "classes", ["a"]), InputError) == "classes names 1, and the network has 2."
    assert refused(set_to(net, "features", "abc"), KindError) == "features = 'abc' is no list of names."
    assert (net.classes, net.features) == (("no", "yes"), ("a", "b", "c"))


def test_constants_and_memory() -> None:
    layers = [
        cr.Standardize(X.mean(axis=0), X.std(axis=0)),
        cr.Dense(3, 4),
        cr.BatchNorm(),
        cr.ReLU(),
        cr.Dense(4, 2),
    ]
    net = cr.Network([*layers, cr.Softmax()], seed=1)
    for its in (net, copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert refused(lambda its=its: its.constants.__setitem__("center", X[0])) == (  # type: ignore[misc]
            f"center can't be set, since it is a constant: make a new network; {KEEPS}."
        )
        with pytest.raises(ValueError, match="read-only"):
            its.constants["center"][0] = 0
        its.buffers["mu1_run"] = [1, 2, 3, 4]
        assert its.trace(X)["zhat1"][0, 3] == (its.trace(X)["z1"][0, 3] - 4) / np.sqrt(1 + 1e-5)
        assert its.predict(X[:1], engine="numpy") == pytest.approx(
            its.predict(X[:1], engine="compiled"), abs=1e-12
        )
        message = refused(lambda its=its: its.buffers.__setitem__("mu1_run", [1]), InputError)  # type: ignore[misc]
        assert message == "mu1_run has the shape (4,), and what was given has (1,)."
        refused(lambda its=its: its.buffers.__setitem__("mu2_run", [1]), UnknownName)  # type: ignore[misc]
        for act in (its.buffers.clear, its.buffers.popitem, lambda its=its: its.buffers.update(mu1_run=[0])):  # type: ignore[misc]
            assert refused(act) == "a network's arrays stay: assign them one by one, by their names."


def test_freezing_is_seen_by_the_next_step() -> None:
    net = network()
    steps = net.steps(X, Y, epochs=2, optimizer=cr.SGD(0.5))
    next(steps)
    before = net.parameters["W1"].copy()
    net.freeze("W1")
    trace = next(steps)
    assert "W1_new" not in trace
    np.testing.assert_array_equal(net.parameters["W1"], before)
