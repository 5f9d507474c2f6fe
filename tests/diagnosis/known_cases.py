"""Networks that people asked about, restated: net, data, settings; held out. Each with its clean twin.

The numbers are those of the questions (StackOverflow's, as listed by DeepLocalize, DeepFD and TheDeepChecker); the data
are made here. Written before the checks, and not tuned on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from cases import Case, Setting

import chainrule as cr

XOR = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
XOR_Y = np.array([0.0, 1, 1, 0])


def known_cases() -> list[Case]:
    """All of them, faulty and clean."""
    return [*_one_output(), *_numbers(), *_saturated(), *_contracts(), *_short(), *_auto_mpg()]


def _labels(n: int, width: int, seed: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, width))
    return X, (X @ rng.standard_normal(width) > 0).astype(float)


def _one_output() -> list[Case]:
    """33969059, 34311586, 45337371: softmax on one output, by name and as a function of one's own."""
    found = []

    def own(z: Any) -> Any:
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)

    for number, layers, seed, loss in (
        ("33969059", [3, 8, 1], 1, "mean_squared_error"),
        ("34311586", [2, 5, 1], 2, "mean_squared_error"),
        ("45337371", [8, 12, 8, 1], 3, "cross_entropy"),
    ):
        X, y = _labels(120, layers[0], seed)
        base = Setting({"layers": layers, "output": "softmax", "loss": loss}, X, y, "adam", 60, 16)
        found.append(Case(number, base, frozenset({"constant_output"}), "of one output is always the same"))
        rewritten = base.with_network(output=own, loss="mean_squared_error")
        found.append(Case(f"{number} own", rewritten, frozenset({"constant_output"})))
        found.append(Case(f"{number} clean", base.with_network(output="sigmoid", loss="cross_entropy")))
    return found


def _numbers() -> list[Case]:
    """48934338: 1-50-30-1, y to 125, SGD 0.1."""
    x = np.linspace(0, 5, 100)[:, None]
    y = x[:, 0] ** 3
    net = {"layers": [1, 50, 30, 1], "output": "identity", "loss": "mean_squared_error"}
    faulty = Setting(net, x, y, lambda: cr.SGD(0.1), 100, 10)
    scaled = faulty.with_network(scaling=cr.Standardize.fitted(x), scale_target=cr.Standardize.fitted(y))
    clean = Setting(scaled.network, x, y, lambda: cr.SGD(0.05), 100, 10)
    expected = frozenset({"diverges", "unscaled_targets", "rate_too_high"})
    return [Case("48934338", faulty, expected), Case("48934338 clean", clean)]


def _saturated() -> list[Case]:
    """52800582: 1-50-50-1 sigmoids, x in ±100 unscaled; 39217567: three sigmoid layers from N(0, 0.05)."""
    x = np.linspace(-100, 100, 200)[:, None]
    y = np.sin(x[:, 0] / 25)
    net = {"layers": [1, 50, 50, 1], "hidden": "sigmoid", "output": "identity", "loss": "mean_squared_error"}
    wide = Setting(net, x, y, lambda: cr.Adam(0.01), 200, 20)
    X, label = cr.data.blobs(200, seed=4)
    deep = {
        "layers": [2, 30, 30, 30, 2], "hidden": "sigmoid", "initializer": cr.Normal(0.05),
        "loss": "mean_squared_error",
    }  # fmt: skip
    slow = Setting(deep, X, label, lambda: cr.SGD(0.1), 100, 20)
    fine = slow.with_network(hidden="tanh", initializer="glorot", loss="cross_entropy")
    return [
        Case("52800582", wide, frozenset({"unscaled_inputs", "saturated_units"})),
        Case("52800582 clean", wide.with_network(scaling=cr.Standardize.fitted(x))),
        Case("39217567", slow, frozenset({"vanishing_gradients"})),
        Case("39217567 clean", fine),
    ]


def _contracts() -> list[Case]:
    """51930566: sigmoid outputs for one class of three; 38648195: softmax and squared errors for several labels."""
    rng = np.random.default_rng(5)
    centres = rng.standard_normal((3, 4)) * 2
    label = np.arange(150) % 3
    X = centres[label] + 0.5 * rng.standard_normal((150, 4))
    one = Setting({"layers": [4, 4, 3], "output": "sigmoid", "loss": "cross_entropy"}, X,
                  np.eye(3)[label], lambda: cr.Adam(0.02), 60, 10)  # fmt: skip
    Z = rng.standard_normal((200, 6))
    tags = (Z @ rng.standard_normal((6, 5)) > 0).astype(float)
    many = Setting(
        {"layers": [6, 20, 5], "loss": "mean_squared_error"}, Z, tags, lambda: cr.Adam(0.01), 60, 20
    )
    return [
        Case("51930566", one, frozenset({"separate_outputs"})),
        Case("51930566 clean", one.with_network(output="softmax")),
        Case("38648195", many, frozenset({"several_labels"})),
        Case("38648195 clean", many.with_network(output="sigmoid", loss="cross_entropy")),
    ]


def _short() -> list[Case]:
    """31556268: XOR with absolute errors, rate 0.05; 50306988: 2-2-2 for five epochs. Not broken: too short."""
    net = {
        "layers": [2, 8, 1],
        "hidden": "tanh",
        "output": "sigmoid",
        "loss": "mean_absolute_error",
        "seed": 1,
    }
    slow = Setting(net, XOR, XOR_Y, lambda: cr.SGD(0.05), 100)
    X, y = cr.data.blobs(200, seed=6)
    few = Setting({"layers": [2, 2, 2], "seed": 1}, X, y, lambda: cr.SGD(0.01), 5, 50)
    patient = Setting(net, XOR, XOR_Y, lambda: cr.SGD(0.5), 3000)
    return [
        Case("31556268", slow, frozenset({"too_short"})),
        Case("31556268 clean", patient),
        Case("50306988", few, frozenset({"too_short"})),
        Case("50306988 clean", Setting(few.network, X, y, lambda: cr.SGD(0.1), 60, 20)),
    ]


def _flipped() -> Any:
    class Flipped(cr.Loss):
        def forward(self, q: Any) -> None:
            q.l = np.square(q.a - q.y).sum(axis=1)

        def backward(self, q: Any) -> None:
            q.da = -2 * (q.a - q.y) / q.m

    return Flipped()


def _ascending() -> Any:
    class Ascent(cr.Optimizer):
        learning_rate: float = 0.01

        def update(self, q: Any) -> None:
            q.w_new = q.w + q.eta * q.dw

    return Ascent()


def cars() -> tuple[Any, Any]:
    """Nine features of 392 cars on their own scales, and a consumption that follows from them."""
    rng = np.random.default_rng(7)
    n = 392
    weight = rng.uniform(1600, 5200, n)
    power = 40 + weight / 40 + 15 * rng.standard_normal(n)
    year = rng.integers(70, 83, n).astype(float)
    origin = np.eye(3)[rng.integers(0, 3, n)]
    X = np.column_stack([
        rng.choice([4.0, 6, 8], n), weight / 15 + 20 * rng.standard_normal(n), power, weight,
        rng.uniform(8, 25, n), year, origin,
    ])  # fmt: skip
    y = 60 - 0.009 * weight + 1.2 * np.sin(power / 20) + 0.5 * (year - 76) + 2 * origin[:, 2]
    return X, y + rng.standard_normal(n)


def _auto_mpg() -> list[Case]:
    """TheDeepChecker's 9-64-64-1 on auto-mpg: one clean net and faulty twins of it."""
    X, y = cars()
    scale, target = cr.Standardize.fitted(X), cr.Standardize.fitted(y)
    net = {
        "layers": [9, 64, 64, 1], "output": "identity", "loss": "mean_squared_error", "scaling": scale,
        "scale_target": target,
    }  # fmt: skip
    clean = Setting(net, X, y, lambda: cr.Adam(0.001), 40, 32)

    def other(**instead: Any) -> Setting:
        return clean.with_network(**instead)

    def trained(optimizer: Any, epochs: int = 40) -> Setting:
        return Setting(net, X, y, optimizer, epochs, 32)

    Z = (X - scale.center) / scale.scale
    shuffled = np.random.default_rng(8).permutation(y)
    twice = Setting({**net, "scaling": None}, Z / scale.scale / 50, y, lambda: cr.SGD(0.01), 40, 32)
    equal = frozenset({"equal_units"})
    high = frozenset({"rate_too_high", "diverges"})
    faults: dict[str, tuple[Setting, frozenset[str]]] = {
        "flipped loss": (other(loss=_flipped()), frozenset({"wrong_gradient"})),
        "flipped update": (trained(_ascending), frozenset({"uphill"})),
        "constant start": (other(initializer=cr.Constant(0.1)), equal),
        "zero start": (other(initializer="zeros"), equal),
        "rate 1": (trained(lambda: cr.Adam(1.0)), high),
        "rate 10, SGD": (trained(lambda: cr.SGD(10.0)), high),
        "rate 1e-6": (trained(lambda: cr.Adam(1e-6)), frozenset({"rate_too_low"})),
        "rate 1e-7, SGD": (trained(lambda: cr.SGD(1e-7)), frozenset({"rate_too_low"})),
        "rate 0": (trained(lambda: cr.SGD(0.0)), frozenset({"nothing_moves"})),
        "wrong labels": (Setting(net, X, shuffled, lambda: cr.Adam(0.001), 40, 32), frozenset({"unrelated_targets"})),
        "penalty 10": (other(penalty=cr.L2(10.0)), frozenset({"penalty_too_strong"})),
        "penalty L1": (other(penalty=cr.L1(1.0)), frozenset({"penalty_too_strong"})),
        "inputs unscaled": (
            Setting({**net, "scaling": None}, X, y, lambda: cr.Adam(0.001), 40, 32), frozenset({"unscaled_inputs"})
        ),
        "scaled twice": (twice, frozenset({"unscaled_inputs"})),
        "targets unscaled": (
            Setting({**net, "scale_target": None}, X, 1000 * y, lambda: cr.Adam(0.001), 40, 32),
            frozenset({"unscaled_targets"}),
        ),
        "large start": (
            other(initializer=cr.Normal(3.0)),
            frozenset({"first_loss", "exploding_gradients"}),
        ),
        "relu output": (other(output="relu"), frozenset({"targets_out_of_reach"})),
        "sigmoid output": (other(output="sigmoid"), frozenset({"targets_out_of_reach"})),
    }  # fmt: skip
    return [
        Case("9-64-64-1 clean", clean),
        *(Case(f"9-64-64-1 {name}", *fault) for name, fault in faults.items()),
    ]
