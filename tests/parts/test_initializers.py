"""How weights start: bounds, moments and seeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InputError, KindError
from chainrule.parts import Initializer
from chainrule.parts.contract import Array

INPUTS, OUTPUTS = 100, 50


def drawn(part: Initializer, inputs: int = INPUTS, outputs: int = OUTPUTS, seed: int = 0) -> Array:
    W = part.draw(np.random.default_rng(seed), inputs, outputs)
    assert W.shape == (inputs, outputs)
    assert W.dtype == np.float64
    return W


@pytest.mark.parametrize(
    ("part", "limit"),
    [
        (cr.Glorot(), np.sqrt(6 / 150)),
        (cr.He(normal=False), np.sqrt(6 / 100)),
        (cr.LeCun(normal=False), np.sqrt(3 / 100)),
        (cr.Uniform(), 0.05),
        (cr.Uniform(2), 2),
    ],
    ids=str,
)
def test_the_uniform_ones_fill_their_interval_evenly(part: Initializer, limit: float) -> None:
    W = drawn(part)
    assert limit * 0.99 < np.abs(W).max() < limit
    assert W.mean() == pytest.approx(0, abs=4 * limit / np.sqrt(3 * W.size))
    assert W.std() == pytest.approx(limit / np.sqrt(3), rel=0.03)


@pytest.mark.parametrize(
    ("part", "deviation"),
    [
        (cr.Glorot(normal=True), np.sqrt(2 / 150)),
        (cr.He(), np.sqrt(2 / 100)),
        (cr.LeCun(), np.sqrt(1 / 100)),
        (cr.Normal(), 0.01),
        (cr.Normal(0.5), 0.5),
    ],
    ids=str,
)
def test_the_normal_ones_have_their_deviation(part: Initializer, deviation: float) -> None:
    W = drawn(part)
    assert W.mean() == pytest.approx(0, abs=4 * deviation / np.sqrt(W.size))
    assert W.std() == pytest.approx(deviation, rel=0.04)
    assert (np.abs(W) < deviation).mean() == pytest.approx(0.6827, abs=0.03)


@pytest.mark.parametrize(("inputs", "outputs"), [(100, 50), (50, 100), (30, 30), (1, 7), (7, 1)])
@pytest.mark.parametrize("gain", [1.0, 1.5])
def test_orthogonal_columns_or_rows(inputs: int, outputs: int, gain: float) -> None:
    W = drawn(cr.Orthogonal(gain), inputs, outputs)
    product = W.T @ W if inputs >= outputs else W @ W.T
    np.testing.assert_allclose(product, gain**2 * np.eye(min(inputs, outputs)), rtol=0, atol=1e-12)


def test_every_orthogonal_matrix_is_as_likely() -> None:
    # of 2 x 2: as many turns as reflections, and the first column points everywhere
    drawn_ones = [drawn(cr.Orthogonal(), 2, 2, seed) for seed in range(2000)]
    assert np.mean([np.linalg.det(W) > 0 for W in drawn_ones]) == pytest.approx(0.5, abs=0.05)
    assert np.mean([W[:, 0] for W in drawn_ones], axis=0) == pytest.approx([0, 0], abs=0.07)


def test_the_constant_ones() -> None:
    assert not drawn(cr.Zeros()).any()
    assert not drawn(cr.Constant()).any()
    assert (drawn(cr.Constant(-0.25)) == -0.25).all()


def test_weights_are_drawn_in_order_by_one_seed_and_biases_start_at_0() -> None:
    net = cr.Network([3, 4, 2], initializer="normal", seed=7)
    rng = np.random.default_rng(7)
    np.testing.assert_array_equal(net.parameters["W1"], 0.01 * rng.standard_normal((3, 4)))
    np.testing.assert_array_equal(net.parameters["W2"], 0.01 * rng.standard_normal((4, 2)))
    assert not net.parameters["b1"].any()
    assert not net.parameters["b2"].any()


@pytest.mark.parametrize("name", list(Initializer.registry()))
def test_a_seed_gives_the_same_weights_and_another_one_others(name: str) -> None:
    first, again, other = (cr.Network([6, 5, 2], initializer=name, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.parameters.flat, again.parameters.flat)
    fixed = name in ("zeros", "constant")
    assert np.array_equal(first.parameters["W1"], other.parameters["W1"]) == fixed


def test_a_seed_gives_the_weights_that_it_always_gave() -> None:
    rng = np.random.default_rng(5)
    limit = np.sqrt(6 / 7)
    np.testing.assert_array_equal(drawn(cr.Glorot(), 4, 3, 5), rng.uniform(-limit, limit, (4, 3)))
    rng = np.random.default_rng(5)
    np.testing.assert_array_equal(drawn(cr.He(), 4, 3, 5), rng.normal(0, np.sqrt(2 / 4), (4, 3)))


def test_how_they_are_written_and_named() -> None:
    assert list(Initializer.registry()) == [
        "glorot", "he", "lecun", "orthogonal", "normal", "uniform", "constant", "zeros",
    ]  # fmt: skip
    assert [
        str(part) for part in (cr.Glorot(), cr.Glorot(normal=True), cr.He(normal=False), cr.Constant(2))
    ] == [
        "Glorot()",
        "Glorot(normal=True)",
        "He(normal=False)",
        "Constant(2.0)",
    ]


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: cr.Normal(-1), InputError, "Normal: std = -1 is out of range: it must be at least 0."),
        (lambda: cr.Uniform(-1), InputError, "Uniform: limit = -1 is out of range: it must be at least 0."),
        (lambda: cr.Orthogonal(np.inf), InputError,
         "Orthogonal: gain = inf is out of range: it must be at least 0."),
        (lambda: cr.Constant(np.nan), InputError,
         "Constant: value = nan is out of range: it must be finite."),
        (lambda: cr.Constant("1"), KindError, "Constant: value = '1' is no number: give one that is finite."),
        (lambda: cr.Glorot(normal=1), KindError, "Glorot: normal = 1 is neither True nor False."),
        (lambda: Initializer.of("ortogonal"), InputError,
         "there is no initializer 'ortogonal'. Did you mean 'orthogonal'? There is: glorot, he, lecun, orthogonal, "
         "normal, uniform, constant, zeros."),
    ],
)  # fmt: skip
def test_bad_settings(make: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value) == message
