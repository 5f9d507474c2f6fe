"""What a network is written with can't be set later, and is told what to do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from set_later import KEEPS, X, Y, network, refused, set_to
from tests.strategies import LOSSES

import chainrule as cr
from chainrule.errors import UnknownName
from chainrule.parts.contract import (
    Activation,
    Initializer,
    Loss,
    Part,
    Penalty,
    Steered,
)


def with_loss(loss: Loss, name: str) -> cr.Network:
    """A network that such a loss goes with."""
    own = {"poisson": "identity", "triplet": "identity"}
    return cr.Network([3, 4, 2], output=own.get(name) or LOSSES[name][0], loss=loss, seed=1)


def in_networks() -> list[tuple[str, Part, cr.Network]]:
    """Every part that a network is written with, in one."""
    found: list[tuple[str, Part, cr.Network]] = []
    for name, kind in Activation.registry().items():
        part = kind()
        found.append((name, part, network(hidden=part)))
    for name, of in Loss.registry().items():
        loss = of()
        found.append((name, loss, with_loss(loss, name)))
    found += [
        (name, part, network(penalty=part))
        for name, part in ((n, p()) for n, p in Penalty.registry().items())
        if not isinstance(part, Steered)  # its strength is read anew
    ]
    for layer in (cr.BatchNorm(), cr.LayerNorm()):
        found.append(
            (
                layer.name(),
                layer,
                cr.Network([cr.Dense(3, 4), layer, cr.ReLU(), cr.Dense(4, 2), cr.Softmax()]),
            )
        )
    drop = cr.Dropout(0.25)
    found.append(
        ("dropout", drop, cr.Network([cr.Dense(3, 4), cr.ReLU(), drop, cr.Dense(4, 2), cr.Softmax()]))
    )
    scaling, dense = cr.Standardize(X.mean(axis=0), X.std(axis=0)), cr.Dense(3, 2)
    found.append(("standardize", scaling, network(scaling=scaling)))
    found.append(("dense", dense, cr.Network([dense, cr.Softmax()])))
    return found


CASES = in_networks()


@pytest.mark.parametrize(("part", "net"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_a_network_is_written_with_stays(part: Any, net: cr.Network, tmp_path: Path) -> None:
    """Whatever is tried, what runs, what is saved and what is copied are one."""
    names = [field.name for field in dataclasses.fields(part)] or [n for n in vars(part) if n[0] != "_"]
    for name in [*names, "notes", "forward", "kind", "takes" if hasattr(part, "takes") else "quiet"]:
        before = getattr(part, name)
        for value in (0.5, 3, -1, "x", None, True, False, np.ones(3), cr.ReLU(), lambda *_: None):
            said = refused(set_to(part, name, value))
            assert said.startswith(f"{type(part).__name__}: {name} can't be set to ")
        refused(lambda name=name: delattr(part, name))  # type: ignore[misc]
        assert np.array_equal(getattr(part, name), before)
    if type(part).__name__ == "Triplet":
        y: Any = None
    else:
        y = Y if net.paired_loss.is_classification else np.stack([Y, 1 - Y], axis=1)
    loss = net.loss(X, y)
    net.save(tmp_path / "net.safetensors")
    for other in (cr.load(tmp_path / "net.safetensors"), copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert other.loss(X, y) == loss
    for twin in (copy.copy(part), copy.deepcopy(part), pickle.loads(pickle.dumps(part))):
        refused(set_to(twin, names[0] if names else "notes", 1))


def test_a_setting_of_a_part_is_told_what_to_do() -> None:
    net = network(hidden=cr.LeakyReLU(0.1), penalty=cr.L2(0.1))
    assert refused(set_to(net.penalty, "strength", 100.0)) == (
        f"L2: strength can't be set to 100.0 once the part is made: make a new L2, and a new network with it; {KEEPS}."
    )
    assert refused(set_to(net.layers[1], "slope", 0.9)).startswith(
        "LeakyReLU: slope can't be set to 0.9 once"
    )
    assert refused(set_to(net.layers[1], "slop", 0.9), UnknownName) == (
        "there is no setting of LeakyReLU 'slop'. Did you mean 'slope'? There is: slope."
    )
    assert refused(set_to(net.penalty, "notes", {})) == (
        "L2: notes can't be set to {}, since it belongs to the class: write class Mine(L2) with another notes."
    )
    assert refused(set_to(cr.He(), "normal", False)) == (
        "He: normal can't be set to False once the part is made: make a new He."
    )


@pytest.mark.parametrize(
    "kind", [kind for kind in Initializer.registry().values() if dataclasses.fields(kind)]
)
def test_initializers_stay(kind: type[Initializer]) -> None:
    part = kind()
    for field in dataclasses.fields(kind):
        refused(set_to(part, field.name, 0.5))


def test_what_a_caller_gave_may_change_afterwards() -> None:
    center, scale, shape, hidden = np.zeros(3), np.ones(3), [4, 6], ["tanh"]
    weights, names, layers = [1.0, 2.0], ["no", "yes"], [3, 4, 2]
    scaling, loss = cr.Standardize(center, scale), cr.CrossEntropy(class_weights=weights)
    augment = cr.data.Augment(shape)
    net = cr.Network(layers, hidden=hidden, scaling=scaling, loss=loss, classes=names, seed=1)
    before = net.loss(X, Y)
    center += 5
    scale *= 3
    shape[0], hidden[0], weights[0], names[0], layers[1] = 7, "relu", 100, "never", 9
    assert (scaling.center.tolist(), scaling.scale.tolist(), augment.shape) == ([0, 0, 0], [1, 1, 1], (4, 6))
    assert (loss.class_weights, net.classes, str(net.layers[2])) == ((1.0, 2.0), ("no", "yes"), "Tanh()")
    assert net.loss(X, Y) == copy.deepcopy(net).loss(X, Y) == before
    for twin in (scaling, copy.deepcopy(scaling), pickle.loads(pickle.dumps(scaling))):
        with pytest.raises(ValueError, match="read-only"):
            twin.center[0] = 5
