"""Any name that a part of one's own gives to something works like every other name, or is refused by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule import setting
from chainrule.errors import ChainruleError, LanguageError
from thorough import share

X = np.array([[0.3, -0.7], [1.2, 0.4], [0.1, 0.9]])
y = np.array([0, 1, 1])
WEIGHTS = np.array([1.0, 2.0, 0.5])

Made = tuple[cr.Network, cr.Optimizer]

# What stands behind a scope, what a step has of its own, Greek letters, what NumPy's arrays have, and plain letters.
NAMES = re.findall(
    r"\S+",
    """
_all _check _define _gradient _names _place _scaled _shared _summed _values _weighted _count also apply arriving at
check_reached constant derive_backward incoming layer number outgoing output parameter part place restates section total
writer namespace _Scope__namespace values stated owner define read state names leaves quantities
a b c d e f g h i j k l m n o p q r s t u v w x y z alpha beta delta dist diff down count index size width mask gate
scale shift norm mean var weight L K W b1 W1 z1 x1 z_hat y_hat eta dW dw dz da db dx dl name kind title T ndim value
L_data L_penalty penalty w_new mu rate step steps period decay m_hat dw_clipped d_data d_clipped dz_each np
""",
)
ENGINES = re.findall(
    r"\S+",
    "samples batch order losses right scalars parameters gradients position sound counter panel x_stride memory result "
    "t steps start stop buffer",
)


def quantity_of_an_activation(n: str) -> Made:
    def forward(self: Any, q: Any) -> None:
        setattr(q, n, np.tanh(q.z))
        q.a = q.z * getattr(q, n)

    part = type("Probe", (cr.Activation,), {"forward": forward})()
    return cr.Network([cr.Dense(2, 3), part, cr.Dense(3, 2), cr.Softmax()], seed=1), cr.SGD(0.1)


def quantity_of_the_first_layer(n: str) -> Made:
    def forward(self: Any, q: Any) -> None:
        setattr(q, n, np.tanh(q.x_raw))
        q.x = q.x_raw * getattr(q, n)

    return _first({"forward": forward})


def quantity_of_a_loss(n: str) -> Made:
    def forward(self: Any, q: Any) -> None:
        setattr(q, n, q.a - q.y)
        q.l = np.square(getattr(q, n)).sum(axis=1)

    def backward(self: Any, q: Any) -> None:
        q.da = 2 * getattr(q, n) / q.m

    return _loss({"forward": forward, "backward": backward})


def quantity_of_a_loss_backward(n: str) -> Made:
    def forward(self: Any, q: Any) -> None:
        q.l = np.square(q.a - q.y).sum(axis=1)

    def backward(self: Any, q: Any) -> None:
        setattr(q, n, q.a - q.y)
        q.da = 2 * getattr(q, n) / q.m

    return _loss({"forward": forward, "backward": backward})


def quantity_of_a_penalty(n: str) -> Made:
    def forward(self: Any, q: Any) -> None:
        setattr(q, n, np.square(q.w))
        q.penalty = (0.1 * getattr(q, n)).sum()

    part = type("Probe", (cr.Penalty,), {"forward": forward})()
    return cr.Network([2, 3, 2], penalty=part, seed=1), cr.SGD(0.1)


def quantity_of_an_update(n: str) -> Made:
    def update(self: Any, q: Any) -> None:
        setattr(q, n, 0.1 * np.sign(q.dw))
        q.w_new = q.w - getattr(q, n)

    return _optimizer({"update": update})


def number_of_all_parameters(n: str) -> Made:
    def prepare(self: Any, q: Any) -> None:
        setattr(q, n, 0.1 / q.t)

    def update(self: Any, q: Any) -> None:
        q.w_new = q.w - getattr(q, n) * q.dw

    return _optimizer({"prepare": prepare, "update": update})


def setting_of_an_optimizer(n: str) -> Made:
    def update(self: Any, q: Any) -> None:
        q.w_new = q.w - getattr(q, n) * q.dw

    return _optimizer({"__annotations__": {n: float}, n: setting(0.1), "update": update})


def state_of_an_optimizer(n: str) -> Made:
    def update(self: Any, q: Any) -> None:
        setattr(q, f"{n}_new", 0.5 * getattr(q, n) + q.dw)
        q.w_new = q.w - 0.1 * getattr(q, f"{n}_new")

    return _optimizer({"state": (n,), "update": update})


def setting_of_a_schedule(n: str) -> Made:
    def rate(self: Any, q: Any) -> None:
        q.eta = q.eta0 / (1 + getattr(q, n) * q.t)

    fields = {"__annotations__": {"learning_rate": float, n: float}, "learning_rate": setting(0.1)}
    part = type("Probe", (cr.Schedule,), {"rate": rate, **fields, n: setting(0.5)})
    return cr.Network([2, 3, 2], seed=1), cr.SGD(part())


def setting_of_a_clipping(n: str) -> Made:
    def clip(self: Any, q: Any) -> None:
        q.dw_clipped = getattr(q, n) * q.dw

    part = type("Probe", (cr.Clipping,), {"clip": clip, "__annotations__": {n: float}, n: setting(0.5)})
    return cr.Network([2, 3, 2], seed=1), cr.SGD(0.1, clip=part())


def constant_of_the_first_layer(n: str) -> Made:
    def forward(self: Any, q: Any) -> None:
        q.x = q.x_raw * getattr(q, n)

    return _first({"forward": forward, "constants": lambda self: {n: np.array([2.0, 0.25])}})


def parameter_of_the_first_layer(n: str) -> Made:
    def forward(self: Any, q: Any) -> None:
        q.x = q.x_raw * getattr(q, n)

    return _first({"forward": forward, "parameters": lambda self, *_: {n: np.array([2.0, 0.25])}})


def constant_of_a_layer(n: str) -> Made:
    def forward(self: Any, q: Any) -> None:
        q.h = q.a * getattr(q, n)

    return _second({"forward": forward, "constants": lambda self: {n: np.array([2.0, 0.25, 1.0])}})


def parameter_of_a_layer(n: str) -> Made:
    def forward(self: Any, q: Any) -> None:
        q.h = q.a * getattr(q, n)

    return _second({"forward": forward, "parameters": lambda self, *_: {n: np.array([2.0, 0.25, 1.0])}})


def memory_of_a_layer(n: str) -> Made:
    def forward(self: Any, q: Any) -> None:
        setattr(q, f"{n}_new", 0.5 * getattr(q, n) + 0.1)
        q.h = q.a * getattr(q, n)

    def evaluate(self: Any, q: Any) -> None:
        q.h = q.a * getattr(q, n)

    memory = {"buffers": lambda self, width: {n: np.array([2.0, 0.25, 1.0])}}
    return _second({"forward": forward, "evaluate": evaluate, **memory})


def noise_of_a_layer(n: str) -> Made:
    def forward(self: Any, q: Any) -> None:
        q.h = q.a * getattr(q, n)

    def evaluate(self: Any, q: Any) -> None:
        q.h = q.a * 1

    return _second({"forward": forward, "evaluate": evaluate, "noise": {n: "uniform"}})


def constant_of_a_loss(n: str) -> Made:
    def forward(self: Any, q: Any) -> None:
        q.l = (getattr(q, n) * np.square(q.a - q.y)).sum(axis=1)

    def backward(self: Any, q: Any) -> None:
        q.da = 2 * getattr(q, n) * (q.a - q.y) / q.m

    constants = {"constants": lambda self: {n: np.array([2.0, 0.25])}}
    return _loss({"forward": forward, "backward": backward, **constants})


def _first(rules: dict[str, Any]) -> Made:
    part = type("Probe", (cr.Layer,), {"takes": "x_raw", "gives": "x", **rules})()
    return cr.Network([part, cr.Dense(2, 3), cr.ReLU(), cr.Dense(3, 2), cr.Softmax()], seed=1), cr.SGD(0.1)


def _second(rules: dict[str, Any]) -> Made:
    part = type("Probe", (cr.Layer,), {"takes": "a", "gives": "h", **rules})()
    return cr.Network([cr.Dense(2, 3), cr.ReLU(), part, cr.Dense(3, 2), cr.Softmax()], seed=1), cr.SGD(0.1)


def _loss(rules: dict[str, Any]) -> Made:
    part = type("Probe", (cr.Loss,), rules)()
    layers = [cr.Dense(2, 3), cr.Tanh(), cr.Dense(3, 2), cr.Identity()]
    return cr.Network(layers, loss=part, seed=1), cr.SGD(0.1)


def _optimizer(rules: dict[str, Any]) -> Made:
    return cr.Network([2, 3, 2], seed=1), type("Probe", (cr.Optimizer,), rules)()


PLACES: list[Callable[[str], Made]] = [
    quantity_of_an_activation, quantity_of_the_first_layer, quantity_of_a_loss, quantity_of_a_loss_backward,
    quantity_of_a_penalty, quantity_of_an_update, number_of_all_parameters, setting_of_an_optimizer,
    state_of_an_optimizer, setting_of_a_schedule, setting_of_a_clipping, constant_of_the_first_layer,
    parameter_of_the_first_layer, constant_of_a_layer, parameter_of_a_layer, memory_of_a_layer, noise_of_a_layer,
    constant_of_a_loss,
]  # fmt: skip


def _numbers(place: Callable[[str], Made], name: str) -> dict[str, Any]:
    """All that a user would see of it."""
    network, optimizer = place(name)
    found: dict[str, Any] = {"prediction": network.predict(X), "validation": network.loss(X, y)}
    for what, weight in (("", None), ("weighted ", WEIGHTS)):
        trace = network.trace(X, y, optimizer, sample_weight=weight, seed=3)
        found[f"{what}loss"] = trace.loss
        for i, parameter in enumerate(network.parameters):
            found[f"{what}gradient {i}"] = trace[f"d{parameter}"]
    network.fit(X, y, epochs=3, progress=False, engine="numpy", optimizer=optimizer)
    found["after fit"] = network.parameters.flat.copy()
    return found


def _differs(look: Callable[[str], dict[str, Any]], name: str, expected: dict[str, Any]) -> str:
    """What is silently another number by that name; nothing if all is right, or refused by name."""
    try:
        found = look(name)
    except ChainruleError as error:
        said = name in str(error) or name.replace("_", "1_", 1) in str(error)
        return "" if said else f"{name}: {error}"
    wrong = [w for w in expected if not np.allclose(found[w], expected[w], rtol=1e-9, atol=1e-12)]
    return f"{name}: {', '.join(wrong)}" if wrong else ""


@pytest.mark.some(2)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_a_name_makes_no_difference_or_is_refused_by_name(place: Callable[[str], Made]) -> None:
    def look(name: str) -> dict[str, Any]:
        return _numbers(place, name)

    expected = look("quantity")
    assert list(filter(None, (_differs(look, name, expected) for name in share(NAMES)))) == []


@pytest.mark.some(2)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_nor_does_it_in_machine_code(place: Callable[[str], Made]) -> None:
    def look(name: str) -> dict[str, Any]:
        network, optimizer = place(name)
        network.fit(X, y, epochs=3, progress=False, engine="compiled", optimizer=optimizer)
        return {"after fit": network.parameters.flat}

    expected = look("quantity")
    assert list(filter(None, (_differs(look, name, expected) for name in share(ENGINES)))) == []


@pytest.mark.parametrize("name", ["lambda", "_a", "a b"])
def test_a_name_is_one_that_python_could_have(name: str) -> None:
    with pytest.raises(LanguageError) as caught:
        quantity_of_an_activation(name)
    assert str(caught.value) == (
        f"Probe(): {name!r} is no name of a quantity: it begins with a letter, goes on with letters, digits or "
        "underscores, and is no word of Python's."
    )
