"""Faults put into healthy trainings drawn at random; those of some tasks may be looked at, the others are held out.

A task is data with settings that learn it. A fault changes a setting; it counts where it hurts: where the training's
score is worse by 0.05 than that of its clean twin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from cases import Case, Setting

import chainrule as cr

Rng = np.random.Generator
HURTS = 0.05
HEALTHY = 0.5  # of the way from what a guess scores to a perfect score


@dataclass(frozen=True)
class Task:
    """Data, and what its healthy settings have in common."""

    name: str
    load: Callable[[int], tuple[Any, Any]]
    classes: int = 0  # 0: numbers
    several: bool = False
    epochs: int = 60


# --- the tasks --------------------------------------------------------------------------------------------


def _sine(seed: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    x = rng.uniform(-2, 2, (300, 1))
    return x, np.sin(2 * x[:, 0]) + 0.1 * rng.standard_normal(300)


def _plane(seed: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((300, 5))
    return X, X @ np.array([1.0, -2, 0.5, 0, 1]) / 2 + 0.2 * rng.standard_normal(300)


def _tags(seed: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((300, 6))
    return X, (X @ np.random.default_rng(0).standard_normal((6, 4)) > 0).astype(float)


def _bundled(name: str) -> Callable[[int], tuple[Any, Any]]:
    def load(seed: int) -> tuple[Any, Any]:
        from sklearn import datasets

        found = getattr(datasets, f"load_{name}")()
        X, y = found.data, found.target
        y = (y - y.mean()) / y.std() if name == "diabetes" else y
        return (X - X.mean(axis=0)) / X.std(axis=0), y

    return load


def _friedman(seed: int) -> tuple[Any, Any]:
    from sklearn.datasets import make_friedman1

    X, y = make_friedman1(400, random_state=seed)
    return 3 * (X - 0.5), (y - y.mean()) / y.std()


def _digits(seed: int) -> tuple[Any, Any]:
    from sklearn.datasets import load_digits

    rows = np.random.default_rng(seed).permutation(1797)[:600]
    found = load_digits()
    return found.data[rows] / 16, found.target[rows]


def _several(seed: int) -> tuple[Any, Any]:
    from sklearn.datasets import make_multilabel_classification

    X, y = make_multilabel_classification(400, 10, n_classes=3, random_state=seed, allow_unlabeled=True)
    return (X - X.mean(axis=0)) / X.std(axis=0), y.astype(float)


TUNED = (
    Task("moons", lambda seed: cr.data.moons(300, seed=seed), 2),
    Task("blobs", lambda seed: cr.data.blobs(200, seed=seed), 2),
    Task("sine", _sine),
    Task("plane", _plane),
    Task("digits", _digits, 10, epochs=40),
    Task("tags", _tags, 4, several=True),
)
HELD_OUT = (
    Task("circles", lambda seed: cr.data.circles(300, seed=seed), 2),
    Task("iris", _bundled("iris"), 3),
    Task("wine", _bundled("wine"), 3),
    Task("breast_cancer", _bundled("breast_cancer"), 2, epochs=40),
    Task("diabetes", _bundled("diabetes"), epochs=60),
    Task("friedman", _friedman),
    Task("multilabel", _several, 3, several=True),
)


def healthy(task: Task, rng: Rng) -> Setting:
    """A training of a task by settings that people take."""
    X, y = task.load(int(rng.integers(1000)))
    hidden = [int(rng.choice([8, 16, 32, 64])) for _ in range(rng.integers(1, 3))]
    activation = str(
        rng.choice(["relu", "tanh", "leaky_relu", "gelu", "sigmoid"], p=[0.4, 0.25, 0.1, 0.15, 0.1])
    )
    if activation == "sigmoid":
        hidden = hidden[:1]
    network: dict[str, Any] = {
        "layers": [X.shape[1], *hidden, task.classes or 1], "hidden": activation, "seed": int(rng.integers(1000)),
        "initializer": "he" if activation == "relu" and rng.random() < 0.5 else "glorot",
    }  # fmt: skip
    if not task.classes:
        network |= {
            "output": "identity",
            "loss": str(rng.choice(["mean_squared_error", "half_squared_error"])),
        }
    elif task.several:
        network |= {"output": "sigmoid", "loss": "cross_entropy"}
    makers = (lambda: cr.Adam(0.01), lambda: cr.Adam(0.003), lambda: cr.Momentum(0.05), lambda: cr.SGD(0.3))
    chosen = int(rng.integers(4))
    epochs = task.epochs * (2 if chosen in (1, 3) or activation == "sigmoid" else 1)
    return Setting(network, X, y, makers[chosen], epochs, int(rng.choice([16, 32])))


# --- the faults -------------------------------------------------------------------------------------------


def _unscaled(s: Setting, rng: Rng) -> Setting:
    return replace(s, X=s.X * 10 ** rng.uniform(1, 3, s.X.shape[1]) + rng.uniform(-200, 200, s.X.shape[1]))


def _tiny(s: Setting, rng: Rng) -> Setting:
    return replace(s, X=s.X * 10 ** rng.uniform(-4, -3))


def _large_targets(s: Setting, rng: Rng) -> Setting:
    return replace(s, y=s.y * rng.uniform(50, 500) + rng.uniform(100, 1000))


def _rate(s: Setting, factor: float) -> Setting:
    made = s.optimizer

    def optimizer() -> Any:
        from chainrule.experiments import with_setting

        part = made()
        return with_setting(part, "learning_rate", part.learning_rate * factor)

    return replace(s, optimizer=optimizer)


def _dead(s: Setting, rng: Rng) -> Setting:
    s = s.with_network(hidden="relu")
    spread = float(np.abs(s.X).max()) * 4
    return replace(s, parameters={"b1": lambda b: b - spread})


def _saturated(s: Setting, rng: Rng) -> Setting:
    s = s.with_network(hidden=str(rng.choice(["sigmoid", "tanh"])))
    return replace(s, parameters={"W1": lambda W: W * 40})


def _deep(s: Setting, rng: Rng) -> Setting:
    first, *_, last = s.network["layers"]
    return s.with_network(
        layers=[first, *[16] * int(rng.integers(5, 8)), last], hidden="sigmoid", initializer="glorot"
    )


def _noise_labels(s: Setting, rng: Rng) -> Setting:
    return replace(s, y=rng.permutation(s.y))


def _short(s: Setting, rng: Rng) -> Setting:
    return replace(s, epochs=int(rng.integers(1, 4)), batch_size=None)


def _leak(s: Setting, rng: Rng) -> Setting:
    column = np.asarray(s.y, float).reshape(len(s.X), -1)[:, :1]
    first, *others = s.network["layers"]
    X = np.column_stack([s.X, column])[:, rng.permutation(first + 1)]
    return replace(s.with_network(layers=[first + 1, *others]), X=X)


def _one_value(s: Setting, rng: Rng) -> Setting:
    return replace(s, X=np.broadcast_to(s.X[0], s.X.shape).copy())


def _one_target(s: Setting, rng: Rng) -> Setting:
    return replace(s, y=np.broadcast_to(np.asarray(s.y)[0], np.shape(s.y)).copy())


def _own_softmax(z: Any) -> Any:
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def _overfit(s: Setting, rng: Rng) -> Setting:
    """Thirty samples with wrong ones among them, a large network, a long time."""
    rows = rng.permutation(len(s.X))
    few, rest = rows[:30], rows[30:130]
    y = np.array(s.y)
    wrong = few[:9]
    y[wrong] = y[rng.permutation(rest)[:9]] if y.dtype.kind == "f" else (y[wrong] + 1) % (y.max() + 1)
    first, *_, last = s.network["layers"]
    s = s.with_network(layers=[first, 64, 64, last], hidden="relu", initializer="he")
    return replace(
        s, X=s.X[few], y=y[few], validation_data=(s.X[rest], np.asarray(s.y)[rest]), epochs=300, batch_size=10,
        optimizer=lambda: cr.Adam(0.01),
    )  # fmt: skip


def _flipped(s: Setting, rng: Rng) -> Setting:
    class Flipped(cr.Loss):
        def forward(self, q: Any) -> None:
            q.l = np.square(q.a - q.y).sum(axis=1)

        def backward(self, q: Any) -> None:
            q.da = 2 * (q.y - q.a) / q.m

    return s.with_network(loss=Flipped())


HIGH = {"rate_too_high", "diverges"}
# Each fault: what it does, what must be named, and for which tasks it is one.
Fault = tuple[Callable[[Setting, Rng], Setting], set[str], Callable[[Task], bool]]


def _any(task: Task) -> bool:
    return True


def _of_numbers(task: Task) -> bool:
    return not task.classes


FAULTS: dict[str, Fault] = {
    "inputs unscaled": (_unscaled, {"unscaled_inputs"}, _any),
    "inputs tiny": (_tiny, {"unscaled_inputs"}, _any),
    "targets unscaled": (_large_targets, {"unscaled_targets"}, _of_numbers),
    "zero start": (lambda s, r: s.with_network(initializer="zeros"), {"equal_units"}, _any),
    "equal start": (lambda s, r: s.with_network(initializer=cr.Constant(0.3)), {"equal_units"}, _any),
    "large start": (
        lambda s, r: s.with_network(initializer=cr.Normal(float(r.uniform(4, 10)))),
        {"first_loss", "saturated_units", "exploding_gradients"}, _any,
    ),
    "small start, deep": (
        lambda s, r: s.with_network(
            layers=[s.network["layers"][0], 16, 16, 16, s.network["layers"][-1]], initializer=cr.Normal(0.01)
        ),
        {"vanishing_gradients"}, _any,
    ),
    "rate too high": (lambda s, r: _rate(s, float(r.uniform(100, 1000))), HIGH | {"dead_units"}, _any),
    "rate too low": (lambda s, r: _rate(s, float(10 ** r.uniform(-5, -3.5))), {"rate_too_low"}, _any),
    "rate 0": (lambda s, r: _rate(s, 0.0), {"nothing_moves"}, _any),
    "all frozen": (
        lambda s, r: replace(s, frozen=tuple(s.make().parameters)), {"nothing_moves"}, _any,
    ),
    "dead units": (_dead, {"dead_units"}, _any),
    "saturated units": (_saturated, {"saturated_units", "first_loss"}, _any),
    "deep sigmoids": (_deep, {"vanishing_gradients"}, _any),
    "relu output": (lambda s, r: s.with_network(output="relu"), {"targets_out_of_reach"}, _of_numbers),
    "sigmoid output": (lambda s, r: s.with_network(output="sigmoid"), {"targets_out_of_reach"}, _of_numbers),
    "softmax of several labels": (
        lambda s, r: s.with_network(output="softmax", loss="mean_squared_error"), {"several_labels"},
        lambda task: task.several,
    ),
    "own softmax of one": (
        lambda s, r: replace(
            s.with_network(layers=[*s.network["layers"][:-1], 1], output=_own_softmax, loss="mean_squared_error"),
            y=np.asarray(s.y, float),
        ),
        {"constant_output"}, lambda task: task.classes == 2,
    ),
    "shuffled targets": (_noise_labels, {"unrelated_targets"}, _any),
    "penalty": (
        lambda s, r: s.with_network(penalty=cr.L2(float(r.uniform(3, 30)))), {"penalty_too_strong"}, _any,
    ),
    "too short": (_short, {"too_short"}, _any),
    "one row, many times": (_one_value, {"constant_inputs"}, _any),
    "one target": (_one_target, {"constant_target"}, _any),
    "target among inputs": (_leak, {"target_in_inputs"}, lambda task: not task.several),
    "flipped gradient": (_flipped, {"wrong_gradient"}, _of_numbers),
    "overfitting": (_overfit, {"overfitting"}, lambda task: not task.several),
}  # fmt: skip
ALWAYS = {"target among inputs", "overfitting", "one target"}  # which need not hurt the training's own score


def guess(setting: Setting) -> float:
    """What a constant answer scores."""
    y = np.asarray(setting.y)
    if setting.network["layers"][-1] > 1 and y.ndim == 1:
        return float(np.bincount(y.astype(int)).max() / len(y))
    if np.isin(y, (0, 1)).all():
        return float(np.maximum(y.mean(axis=0), 1 - y.mean(axis=0)).mean())
    return 0.0


def clean_of(task: Task, count: int, seed: int) -> Iterator[Case]:
    """Healthy trainings of a task, so many; those that don't learn in their time are left out."""
    rng = np.random.default_rng([seed, _number(task.name)])
    for number in range(count):
        setting = healthy(task, rng)
        low = guess(setting)
        share = (setting.score() - low) / (1 - low)
        if share >= (0.3 if task.name == "diabetes" else HEALTHY):
            yield Case(f"{task.name} {number}", setting)


def faulty_of(task: Task, fault: str, count: int, seed: int) -> Iterator[Case]:
    """A fault in so many trainings of a task; faults that change nothing are left out."""
    change, expected, fits = FAULTS[fault]
    rng = np.random.default_rng([seed, _number(task.name), _number(fault)])
    for number in range(count if fits(task) else 0):
        setting = healthy(task, rng)
        faulty = change(setting, rng)
        if fault in ALWAYS or faulty.score() < setting.score() - HURTS:
            yield Case(f"{task.name}, {fault} {number}", faulty, frozenset(expected))


def _number(name: str) -> int:
    """A number of a name, the same in every process."""
    return int.from_bytes(name.encode()[:8], "big") + len(name)
