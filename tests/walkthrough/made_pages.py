"""Pages to be checked: networks, samples and optimizers of many kinds, exact and by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

import chainrule as cr

PARAMETERS = {
    "W1": [[-0.6, 0.6, 0.4], [-0.6, 0.7, 0.5]],
    "b1": [0.3, 0.5, 0.3],
    "W2": [[-0.7, 0.7], [0.8, -0.8], [0.5, -0.5]],
    "b2": [-0.4, 0.4],
}
FOUR = [[0.5, 0.5], [1, -1], [-1, -0.5], [2, 1]]
LABELS = [1, 0, 1, 0]
SGD = cr.SGD(0.01)


@dataclass(frozen=True)
class Case:
    """A page to make: how, by which arithmetic, and how many equations are at least evaluated on it."""

    make: Callable[[], cr.Trace]
    least: int
    digits: int | None = None

    def page(self) -> tuple[cr.Trace, str]:
        trace = self.make()
        if self.digits is None:
            return trace, trace.explain().to_text()
        return trace, trace.explain(arithmetic="by_hand", digits=self.digits).to_text()


def example(optimizer: Any = SGD, x: Any = (0.5, 0.5), y: Any = 1, **settings: Any) -> cr.Trace:
    return cr.Network([2, 3, 2], parameters=PARAMETERS, **settings).trace(list(x), y, optimizer)


def third_step(network: cr.Network, optimizer: Any) -> cr.Trace:
    steps = network.steps(
        np.array(FOUR), np.array(LABELS), epochs=3, batch_size=4, optimizer=optimizer, seed=0
    )
    return list(steps)[-1]


def deep() -> cr.Network:
    network = cr.Network(
        [
            cr.Standardize([1, 2], [0.5, 2]), cr.Dense(2, 3), cr.Tanh(), cr.Dense(3, 4), cr.ReLU(), cr.Dense(4, 2),
            cr.Softmax(),
        ],
        loss=cr.CrossEntropy(), seed=1,
    )  # fmt: skip
    network.freeze("b1", "W2")
    return network


def mish(z: Any) -> Any:
    return z * np.tanh(np.log1p(np.exp(z)))


def mnist_like(samples: int = 1) -> cr.Trace:
    network = cr.Network([784, 128, 10], dtype="float32", seed=0)
    pixel = np.arange(784)
    x = (pixel * 37 % 101) / 100 * (pixel % 3 > 0)
    return network.trace(np.stack([x, 1 - x, x * x])[:samples], [3, 1, 4][:samples], cr.Adam(0.001))


OWN: dict[str, Callable[[Any], Any]] = {
    "leaky": lambda z: np.where(z > 0, z, 0.1 * z),
    "exponential": lambda z: np.where(z > 0, z, np.expm1(z)),
    "soft sign": lambda z: z / (1 + np.abs(z)),
    "cube": lambda z: z**3,
    "root": lambda z: np.sqrt(z * z + 1) - 1,
    "sine": lambda z: z + np.sin(z),
    "centred": lambda z: z - z.mean(axis=1, keepdims=True),
    "top taken off": lambda z: z - z.max(axis=1, keepdims=True),
    "times the sum": lambda z: z.sum(axis=1, keepdims=True) * z,
    "of length one": lambda z: z / np.sqrt((z * z).sum(axis=1, keepdims=True) + 1e-5),
}
BOTH = [[0, 1], [1, 1], [0, 0], [1, 0]]


def dusty(x: Any = ((1, -3), (3, -1), (0.5, 0.5)), dtype: str = "float64", **how: Any) -> cr.Trace:
    """Sums that are 0 but for rounding: 0.3 × 1 - 0.1 × 3 is 5.55e-17, and 0.1 × 3 - 0.3 as well."""
    parameters = {"W1": [[0.3, 0.1, 0.4], [0.1, 0.3, -0.4]], "W2": [[0.5, -0.25], [1, 2], [-0.75, 0.3]]}
    return cr.Network([2, 3, 2], parameters=parameters, dtype=dtype, **how).trace(
        np.array(x), np.arange(len(x)) % 2, SGD
    )


def scaled_target(dtype: str = "float64", sizes: Any = (2, 3, 2), **how: Any) -> cr.Network:
    """Numbers far from 0 as targets, which the loss has scaled."""
    return cr.Network(
        sizes, output="identity", loss="mean_squared_error", seed=1, dtype=dtype,
        scale_target=cr.Standardize([350_000, -2.5], [8_000, 0.25]), **how,
    )  # fmt: skip


def of_table() -> cr.Trace:
    """Rows of a table, of which cells are missing, and one is of a value that was not there before."""
    columns = [
        ("size", "number", [], 110.0, 120.0, 25.0, True, False),
        ("new", "yes/no", ["no", "yes"], 1.0, 0.0, 1.0, False, False),
        ("bought", "date", [], 19727.0, 19727.0, 100.0, False, False),
        ("colour", "category", ["blue", "red"], 3.0, 0.0, 1.0, False, True),
    ]  # fmt: skip
    network = cr.Network(
        [cr.Columns(columns), cr.Dense(7, 3), cr.ReLU(), cr.Dense(3, 2), cr.Softmax()], seed=1
    )
    nan = float("nan")
    rows = [[122.5, 0, 19727, 1], [nan, 1, 19800.5, 0], [95, nan, 19700, 2], [130, 1, 19750, nan]]
    return network.trace(np.array(rows), LABELS, SGD)


FAR = [[341_250, -2.375], [350_500, -2.5], [361_000, -3], [352_000, -2.25]]


def same_samples(layer: Any, hidden: Any) -> cr.Trace:
    """Normalized, a bias before it has a gradient of 0."""
    network = cr.Network([cr.Dense(2, 3), layer, hidden, cr.Dense(3, 2), cr.Softmax()], seed=2)
    return network.trace(np.array(FOUR) / 3, LABELS, SGD)


CASES: dict[str, Case] = {
    "worked example": Case(example, 36),
    "by hand": Case(example, 36, 3),
    "by hand, 4 digits": Case(example, 36, 4),
    "batch of four": Case(lambda: example(x=FOUR, y=LABELS), 40),
    "batch of four by hand": Case(lambda: example(x=FOUR, y=LABELS), 40, 3),
    "Adam": Case(lambda: example(cr.Adam(0.001)), 55),
    "Adam by hand": Case(lambda: example(cr.Adam(0.001)), 65, 3),
    "Adam, step 3": Case(
        lambda: third_step(cr.Network([2, 3, 2], parameters=PARAMETERS), cr.Adam(0.001)), 55
    ),
    "Adam, step 3 by hand": Case(
        lambda: third_step(cr.Network([2, 3, 2], parameters=PARAMETERS), cr.Adam(0.001)), 65, 3
    ),
    "Momentum": Case(lambda: example(cr.Momentum(0.01)), 42),
    "Momentum, step 3": Case(
        lambda: third_step(cr.Network([2, 3, 2], parameters=PARAMETERS), cr.Momentum(0.01)), 42
    ),
    "tanh": Case(lambda: example(hidden="tanh"), 36),
    "tanh by hand": Case(lambda: example(hidden="tanh"), 36, 3),
    "tanh, four samples": Case(lambda: example(hidden="tanh", x=FOUR, y=LABELS), 36),
    "sigmoid with cross-entropy": Case(lambda: example(hidden="sigmoid", output="sigmoid", y=[[0, 1]]), 34),
    "sigmoid by hand": Case(lambda: example(output="sigmoid", y=[[0, 1]]), 34, 3),
    "sigmoid, four samples": Case(lambda: example(output="sigmoid", x=FOUR, y=BOTH), 34),
    "one sigmoid output": Case(
        lambda: cr.Network([2, 3, 1], output="sigmoid", seed=1).trace(FOUR, [[1], [0], [1], [0]], SGD), 34
    ),
    "mean squared error": Case(
        lambda: example(output="identity", loss="mean_squared_error", y=[[0.2, 0.8]]), 28
    ),
    "mean squared error, four samples": Case(
        lambda: example(output="identity", loss="mean_squared_error", x=FOUR, y=FOUR), 28
    ),
    "half squared error": Case(
        lambda: example(output="identity", loss="half_squared_error", y=[[0.2, 0.8]]), 28
    ),
    "half squared error by hand": Case(
        lambda: example(output="identity", loss="half_squared_error", x=FOUR, y=FOUR), 28, 3
    ),
    "own function": Case(lambda: example(hidden=mish), 36),
    "own function, four samples": Case(lambda: example(hidden=lambda z: mish(z), x=FOUR, y=LABELS), 36),
    "own function by hand": Case(lambda: example(hidden=mish), 36, 3),
    **{
        f"own function, {name}": Case(lambda rule=rule: example(hidden=rule, x=FOUR, y=LABELS), 36)
        for name, rule in OWN.items()
    },
    "scaled, deep, frozen": Case(lambda: third_step(deep(), cr.Adam(0.001)), 70),
    "scaled, deep, frozen by hand": Case(lambda: third_step(deep(), cr.Adam(0.001)), 80, 3),
    "forward only": Case(lambda: deep().trace(FOUR), 16),
    "forward only, one sample": Case(lambda: deep().trace(FOUR[:1]), 16),
    "scaled target": Case(lambda: scaled_target().trace(FOUR, FAR, cr.Adam(0.001)), 40),
    "scaled target, step 3": Case(
        lambda: list(
            scaled_target(scaling=cr.Standardize([1, 2], [0.5, 2])).steps(
                np.array(FOUR), np.array(FAR), epochs=3, optimizer="sgd"
            )
        )[-1],
        40,
    ),
    "scaled target in float32": Case(lambda: scaled_target("float32").trace(FOUR, FAR, SGD), 36),
    "scaled target by hand": Case(lambda: scaled_target().trace(FOUR[:1], FAR[:1], SGD), 30, 5),
    "scaled target, held": Case(
        lambda: scaled_target().trace(FOUR, FAR, SGD).what_if({"y[1, 0]": 0.5, "a2[0, 1]": 1}), 36
    ),
    "scaled target, forward only": Case(lambda: scaled_target(sizes=(2, 3, 4, 4, 3, 2)).trace(FOUR), 17),
    "table": Case(of_table, 36),
    "dust": Case(dusty, 40),
    "dust, one sample": Case(lambda: dusty([[1, -3]]), 30),
    "dust in float32": Case(lambda: dusty(dtype="float32"), 40),
    "dust, leaky": Case(lambda: dusty(hidden=OWN["leaky"]), 40),
    "held": Case(lambda: example(x=FOUR, y=LABELS).what_if({"a1[1, 1]": 0, "a1[2, 0]": 0.5, "L": 2}), 40),
    "held by hand": Case(lambda: example(x=FOUR, y=LABELS).what_if({"a1[1, 1]": 0, "z2[3, 1]": 0.5}), 40, 3),
    "held, softmax": Case(lambda: example(x=FOUR, y=LABELS).what_if({"e2[1, 1]": 2, "a2[3, 0]": 0.5}), 40),
    "held, softmax by hand": Case(lambda: example(x=FOUR, y=LABELS).what_if({"a2[3, 0]": 0.5}), 40, 3),
    "held, losses": Case(lambda: example(x=FOUR, y=LABELS).what_if({"log_a2[0, 1]": -2, "l[2]": 0.5}), 40),
    "784-128-10": Case(mnist_like, 55),
    "784-128-10, three samples": Case(lambda: mnist_like(3), 60),
    "784-128-10 by hand": Case(mnist_like, 50, 3),
}


@cache
def made(name: str) -> tuple[cr.Trace, str]:
    return CASES[name].page()
