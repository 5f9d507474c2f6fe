"""Noise, weights and changed samples in compiled steps: NumPy's numbers bit by bit, and NumPy's training."""

from __future__ import annotations

import itertools
import re
from typing import Any, ClassVar

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import Diverged
from chainrule.parts.contract import Array, Layer, Rule

RNG = np.random.default_rng(8)
N, BATCH = 53, 16  # the last batch of an epoch is a shorter one
X, Y = RNG.standard_normal((N, 3)), RNG.integers(0, 2, N)
KEY = np.random.SeedSequence(3).spawn(2)[0].generate_state(2, np.uint64)  # of the noise by seed 3

DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])


def drawn(spread: str, rows: int, width: int, dtype: str, layer: int, step: int) -> Array:
    """The noise of a step, drawn by hand: each row of uniform numbers begins with a block of 32 bytes of its own."""
    generator = np.random.Generator(np.random.Philox(key=KEY, counter=[0, layer, step, 0]))
    kind: Any = np.dtype(dtype).type
    if spread == "normal":
        return generator.standard_normal((rows, width), kind)
    each = 32 // np.dtype(dtype).itemsize
    return generator.random((rows, -(-width // each) * each), kind)[:, :width]


class Shown(Layer):
    """Adds up what it draws: of each step the largest number of each column, which no order of summing changes."""

    takes: ClassVar[str] = "a"
    gives: ClassVar[str] = "s"
    noise: ClassVar = {"flat": "uniform", "bell": "normal", "again": "uniform"}

    def buffers(self, width: int) -> dict[str, Array]:
        return {"flat_sum": np.zeros(width), "bell_sum": np.zeros(width), "again_sum": np.zeros(width)}

    def forward(self, q: Rule) -> None:
        q.s = q.a * (1 + 0.1 * q.flat + 0.1 * q.bell + 0.1 * q.again)
        q.flat_sum_new = q.flat_sum + q.flat.max(axis=0)
        q.bell_sum_new = q.bell_sum + q.bell.max(axis=0)
        q.again_sum_new = q.again_sum + q.again.max(axis=0)

    def evaluate(self, q: Rule) -> None:
        q.s = q.a * 1.0


@pytest.mark.some(5)
@pytest.mark.parametrize(
    ("engine", "threads", "width"),
    [
        ("numpy", None, 5),
        ("numpy", None, 33),
        *(("compiled", 1, width) for width in (1, 5, 8)),
        ("compiled", 2, 33),
    ],
)
@DTYPES
def test_every_number_is_the_one_that_was_drawn_by_hand(
    dtype: str, engine: str, threads: Any, width: int
) -> None:
    net = cr.Network([cr.Dense(3, width), Shown(), cr.Dense(width, 2), cr.Softmax()], dtype=dtype, seed=0)
    net.fit(X, Y, epochs=3, batch_size=BATCH, seed=3, engine=engine, threads=threads)
    sizes = [16, 16, 16, 5] * 3
    for layer, (name, spread) in enumerate({"flat": "uniform", "bell": "normal", "again": "uniform"}.items()):
        total = np.zeros(width, dtype)
        for step, rows in enumerate(sizes):
            total += drawn(spread, rows, width, dtype, layer, step).max(axis=0)
        np.testing.assert_array_equal(net.buffers[f"{name}1_sum"], total)


class Jitter(Layer):
    """Normal noise on what it takes."""

    takes: ClassVar[str] = "a"
    gives: ClassVar[str] = "j"
    noise: ClassVar = {"v": "normal"}

    def forward(self, q: Rule) -> None:
        q.j = q.a + 0.1 * q.v

    def evaluate(self, q: Rule) -> None:
        q.j = q.a * 1.0

    def backward(self, q: Rule) -> None:
        q.da = q.dj


NETWORKS: dict[str, list[Any]] = {
    "batch norm and dropout": [
        cr.Dense(3, 41),
        cr.BatchNorm(),
        cr.ReLU(),
        cr.Dropout(0.2),
        cr.Dense(41, 24),
        cr.BatchNorm(),
        cr.ReLU(),
        cr.Dropout(0.3),
        cr.Dense(24, 2),
        cr.Softmax(),
    ],
    "normal noise": [
        cr.Dense(3, 30),
        cr.Tanh(),
        Jitter(),
        cr.Dense(30, 30),
        cr.ReLU(),
        cr.Dropout(0.1),
        cr.Dense(30, 2),
        cr.Softmax(),
    ],
    "none": [cr.Dense(3, 30), cr.Tanh(), cr.Dense(30, 30), cr.ReLU(), cr.Dense(30, 2), cr.Softmax()],
    "none, small": [cr.Dense(3, 5), cr.Tanh(), cr.Dense(5, 2), cr.Softmax()],
    "dropout, small": [cr.Dense(3, 5), cr.Dropout(0.4), cr.Dense(5, 2), cr.Softmax()],
}


def moved(x: Array, rng: np.random.Generator) -> Array:
    """A transform."""
    changed: Array = x + 0.1 * rng.standard_normal(x.shape)
    return changed


def trained(kind: str, engine: str, dtype: str = "float64", threads: Any = None, **how: Any) -> cr.Network:
    net = cr.Network(NETWORKS[kind], dtype=dtype, seed=1)
    how = {"epochs": 15, "batch_size": BATCH, "seed": 5, "optimizer": cr.Momentum(0.05, 0.9)} | how
    assert net.fit(X, Y, engine=engine, threads=threads, **how).engine == engine
    return net


def near(found: cr.Network, right: cr.Network) -> None:
    """Sixty steps, each within the bound: what they leave is near, too."""
    single = found.dtype == np.float32
    for name, array in [*right.parameters.items(), *right.buffers.items()]:
        mine = found.buffers[name] if name in found.buffers else found.parameters[name]
        largest = np.abs(array).max()
        assert np.abs(mine - array).max() <= (
            1e-3 * max(1, largest) if single else 1e-9 * max(1e-3, largest)
        ), name


WEIGHTS: dict[str, dict[str, Any]] = {
    "all alike": {},
    "weighed": {"sample_weight": np.linspace(0, 2, N), "class_weight": {0: 0.5, 1: 1.5}},
}


@pytest.mark.some(4)
@pytest.mark.parametrize(("weights", "change"), [("all alike", None), ("weighed", None), ("weighed", moved)])
@pytest.mark.parametrize(
    ("kind", "threads"),
    [*((kind, 1) for kind in NETWORKS), ("batch norm and dropout", 2), ("normal noise", 2)],
)
def test_the_training_is_numpys(kind: str, weights: str, change: Any, threads: int) -> None:
    how: dict[str, Any] = {**WEIGHTS[weights], "transform": change, "shuffle": kind != "none"}
    near(trained(kind, "compiled", threads=threads, **how), trained(kind, "numpy", **how))


@pytest.mark.some(3)
@pytest.mark.parametrize("kind", ["batch norm and dropout", "normal noise"])
@pytest.mark.parametrize("batch", [None, 1, BATCH])
def test_in_single_precision_and_in_batches_of_any_size(kind: str, batch: int | None) -> None:
    if batch == 1 and "batch norm" in kind:
        return  # which is refused
    how: dict[str, Any] = {"epochs": 3, "batch_size": batch, "class_weight": "balanced", "transform": moved}
    near(trained(kind, "compiled", "float32", **how), trained(kind, "numpy", "float32", **how))


def test_images_that_are_moved_while_steps_are_taken_are_those_of_numpy() -> None:
    """A thread of its own makes them ahead, in blocks of several steps."""
    images, digits = RNG.integers(0, 256, (1_000, 784)).astype(np.uint8), RNG.integers(0, 10, 1_000)
    change = cr.data.Augment((28, 28), shift=2, rotation=10, noise=2)
    found = []
    for engine in ("numpy", "compiled", "compiled"):
        net = cr.Network([784, 10], dtype="float64", scaling=cr.Standardize(0.0, 255.0), seed=0)
        net.fit(images, digits, epochs=2, batch_size=64, transform=change, engine=engine, seed=2)
        found.append(net.parameters.flat.copy())
    np.testing.assert_array_equal(found[1], found[2])
    assert np.abs(found[1] - found[0]).max() < 1e-12


def test_the_same_seed_and_number_of_threads_give_the_same_bits() -> None:
    for threads in (1, 2):
        first, second = (
            trained("normal noise", "compiled", threads=threads, transform=moved) for _ in range(2)
        )
        np.testing.assert_array_equal(first.parameters.flat, second.parameters.flat)


# --- what goes wrong on the way ------------------------------------------------------------------------------


class Failing:
    """A transform that is at its end after some calls."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def __call__(self, x: Array, rng: np.random.Generator) -> Array:
        if not self.left:
            raise ValueError("no more samples")
        self.left -= 1
        return x


@pytest.mark.parametrize("ahead", [False, True])
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_an_error_of_a_transform_comes_out_after_the_steps_before_it(engine: str, ahead: bool) -> None:
    net, plain = (cr.Network(NETWORKS["dropout, small"], seed=1) for _ in range(2))
    optimizer, failing = cr.SGD(0.1), Failing(7)
    if ahead:
        failing.ahead = True  # type: ignore[attr-defined]
    how: dict[str, Any] = {"epochs": 9, "batch_size": BATCH}
    with pytest.raises(ValueError, match=r"^no more samples$"):
        net.fit(X, Y, transform=failing, optimizer=optimizer, engine=engine, **how)
    assert (optimizer.t, failing.left) == (7, 0)
    for _ in itertools.islice(plain.steps(X, Y, optimizer=cr.SGD(0.1), **how), 7):
        pass
    np.testing.assert_allclose(net.parameters.flat, plain.parameters.flat, rtol=0, atol=1e-12)


@pytest.mark.parametrize("change", [None, moved, cr.data.Augment((1, 3), shift=0.5)])
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_divergence_is_found_again_with_the_noise_of_its_step(engine: str, change: Any) -> None:
    """The block's steps are taken again up to the one that broke, which is told and undone."""
    layers = [cr.Dense(3, 9), cr.Dropout(0.3), cr.Dense(9, 1)]
    net, other = (cr.Network(layers, loss="mean_squared_error", seed=2) for _ in range(2))
    optimizer = cr.SGD(3.0)
    how: dict[str, Any] = {"epochs": 99, "batch_size": BATCH, "transform": change}
    with pytest.raises(Diverged, match=r"Training stopped there"):
        net.fit(X, X[:, 0] + 1, optimizer=optimizer, engine=engine, **how)
    for _ in itertools.islice(other.steps(X, X[:, 0] + 1, optimizer=cr.SGD(3.0), **how), optimizer.t):
        pass
    assert optimizer.t > 2
    np.testing.assert_allclose(
        net.parameters.flat, other.parameters.flat, rtol=1e-6 if engine == "compiled" else 0
    )


def test_a_label_that_changed_is_told_by_its_row() -> None:
    """Where steps also take weights and changed samples."""
    labels, net = Y.copy(), cr.Network(NETWORKS["none"], seed=1)

    def spoil(run: Any) -> None:
        labels[20] = 7

    with pytest.raises(cr.ChainruleError, match=re.escape("y[20]")):
        net.fit(
            X, labels, epochs=9, batch_size=BATCH, sample_weight=np.ones(N), transform=moved, callbacks=[spoil],
            engine="compiled",
        )  # fmt: skip


def test_a_users_transform_sees_the_network_of_its_own_step() -> None:
    found = []
    for engine in ("numpy", "compiled"):
        net, seen = cr.Network([3, 5, 2], hidden="tanh"), []

        def look(samples: Array, rng: np.random.Generator, net: cr.Network = net, seen: Any = seen) -> Array:
            seen.append(net.parameters["W1"][0, 0])
            return samples

        net.fit(
            X[:, :3],
            Y,
            epochs=4,
            batch_size=10,
            transform=look,
            optimizer=cr.SGD(0.1),
            progress=False,
            engine=engine,
        )
        found.append(seen)
    assert len(set(found[1])) == len(found[1]) == len(found[0]) > 10
    np.testing.assert_allclose(found[1], found[0], rtol=1e-9)
