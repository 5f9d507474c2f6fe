"""Noise of any step from the seed and its number: `fit`, `steps`, the trace and the script take the same."""

from __future__ import annotations

import pickle
from typing import Any, ClassVar

import numpy as np
import pytest

import chainrule as cr
from chainrule.model.noise import drawn_noise
from chainrule.model.streams import RandomStreams
from chainrule.parts.contract import Layer, Rule

RNG = np.random.default_rng(4)
X, Y = RNG.standard_normal((21, 3)), RNG.integers(0, 2, 21)


class Bell(Layer):
    """Normal noise, and uniform noise through a logarithm."""

    takes: ClassVar[str] = "a"
    gives: ClassVar[str] = "j"
    noise: ClassVar = {"v": "normal", "w": "uniform"}

    def forward(self, q: Rule) -> None:
        q.j = q.a + 0.1 * q.v + 0.01 * np.log(q.w + 0.5)

    def evaluate(self, q: Rule) -> None:
        q.j = q.a * 1.0


def layers(width: int) -> list[Any]:
    return [
        cr.Dense(3, width),
        cr.Tanh(),
        Bell(),
        cr.Dense(width, 7),
        cr.Dropout(0.4),
        cr.Dense(7, 2),
        cr.Softmax(),
    ]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("width", [1, 8, 11])
def test_fit_steps_and_script_take_the_same(dtype: str, width: int) -> None:
    how: dict[str, Any] = {"epochs": 3, "batch_size": 8, "seed": 5}
    net, stepped = (cr.Network(layers(width), dtype=dtype, seed=0) for _ in range(2))
    start = {name: array.copy() for name, array in net.parameters.items()}
    space: dict[str, Any] = {"__name__": "script"}
    exec(net.code(**how), space)
    script, _ = space["train"](X, Y, start)
    net.fit(X, Y, engine="numpy", **how)
    traces = list(stepped.steps(X, Y, **how))
    for name, array in net.parameters.items():
        np.testing.assert_array_equal(stepped.parameters[name], array)
        np.testing.assert_array_equal(script[name], array)
    first = cr.Network(layers(width), dtype=dtype, seed=0).trace(traces[0]["x"], Y[:8], seed=5)
    for name in ("v1", "w1", "u2"):
        np.testing.assert_array_equal(first[name], traces[0][name])
        assert not np.array_equal(traces[0][name], traces[1][name])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_rows_uniform_numbers_do_not_depend_on_the_others(dtype: str) -> None:
    net, stream = cr.Network(layers(11), dtype=dtype), RandomStreams(1).noise
    few, many = (drawn_noise(net, stream, rows) for rows in (3, 20))
    for name in ("w1", "u2"):
        np.testing.assert_array_equal(many[name][:3], few[name])
        assert len(np.unique(many[name])) == many[name].size  # none is drawn twice


def test_the_noise_of_a_step_is_drawn_without_that_of_others() -> None:
    net = cr.Network(layers(11))
    through, there = RandomStreams(1), RandomStreams(1)
    for _ in range(4):
        through.noise.step += 1
        drawn_noise(net, through.noise, 5)
    there.restore(through.state())
    assert there.noise.step == 4
    for name, array in drawn_noise(net, through.noise, 5).items():
        np.testing.assert_array_equal(drawn_noise(net, there.noise, 5)[name], array)
        np.testing.assert_array_equal(
            drawn_noise(net, pickle.loads(pickle.dumps(there.noise)), 5)[name], array
        )


def test_noise_is_even_and_normal() -> None:
    """Of 100,000 numbers each: means within five standard deviations."""
    net = cr.Network(layers(500), dtype="float32")
    noise = drawn_noise(net, RandomStreams(9).noise, 200)
    even, normal = noise["w1"], noise["v1"]
    assert 0 <= even.min() < 1e-4
    assert 1 - 1e-4 < even.max() < 1
    assert even.mean() == pytest.approx(0.5, abs=0.0046)
    assert even.var() == pytest.approx(1 / 12, abs=0.0012)
    assert normal.mean() == pytest.approx(0, abs=0.016)
    assert normal.var() == pytest.approx(1, abs=0.023)
