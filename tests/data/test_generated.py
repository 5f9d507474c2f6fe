from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_circles, make_moons

from chainrule.data import blobs, circles, moons, spiral, xor
from chainrule.errors import InputError, KindError

ALL = [blobs, moons, circles, xor, spiral]
NOISY = [moons, circles, xor, spiral]


@pytest.mark.parametrize("make", ALL)
@pytest.mark.parametrize("n", [2, 7, 100])
def test_shapes_kinds_and_balance(make: Callable[..., Any], n: int) -> None:
    X, y = make(n)
    assert (X.shape, X.dtype, y.dtype) == ((n, 2), np.float64, np.int64)
    assert y.tolist() == [0] * ((n + 1) // 2) + [1] * (n // 2)


@pytest.mark.parametrize("make", ALL)
def test_a_seed_decides_the_samples(make: Callable[..., Any]) -> None:
    assert np.array_equal(make(50, seed=3)[0], make(50, seed=3)[0])
    assert not np.array_equal(make(50, seed=3)[0], make(50, seed=4)[0])


def test_blobs_are_those_of_the_worked_example() -> None:
    rng = np.random.default_rng(0)
    first = rng.standard_normal((100, 2)) + np.array([2, 2])
    second = rng.standard_normal((100, 2)) + np.array([-2, -2])
    X, y = blobs(200, seed=0)
    assert np.array_equal(X, np.concatenate([first, second]))
    assert y.tolist() == [0] * 100 + [1] * 100


def test_moons_are_those_of_scikit_learn() -> None:
    theirs, labels = make_moons(50, shuffle=False)
    X, y = moons(50, noise=0)
    np.testing.assert_allclose(X, theirs, atol=1e-15)
    assert np.array_equal(y, labels)


def test_circles_are_those_of_scikit_learn() -> None:
    theirs, labels = make_circles(50, shuffle=False, factor=0.5)
    X, y = circles(50, noise=0)
    np.testing.assert_allclose(X, theirs, atol=1e-15)
    assert np.array_equal(y, labels)


def test_xor_without_noise_is_the_truth_table() -> None:
    X, y = xor(9, noise=0)
    assert [a ^ b for a, b in X.astype(int).tolist()] == y.tolist()
    assert np.unique(X, axis=0).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_spiral_arms_are_turns_of_each_other() -> None:
    X, y = spiral(30, noise=0, classes=3)
    assert np.bincount(y).tolist() == [10, 10, 10]
    turn = 2 * np.pi / 3
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    np.testing.assert_allclose(X[y == 0] @ rotation, X[y == 1], atol=1e-15)
    np.testing.assert_allclose(X[y == 1] @ rotation, X[y == 2], atol=1e-15)
    assert len(np.unique(X.round(12), axis=0)) == 30  # no point belongs to two classes


def test_spiral_gives_the_rest_to_the_first_classes() -> None:
    assert np.bincount(spiral(11, classes=4)[1]).tolist() == [3, 3, 3, 2]


@pytest.mark.parametrize("make", NOISY)
def test_noise_is_the_standard_deviation_around_the_shape(make: Callable[..., Any]) -> None:
    difference = make(20_000, noise=0.3)[0] - make(20_000, noise=0)[0]
    assert difference.std() == pytest.approx(0.3, rel=0.02)
    assert difference.mean() == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: blobs(1), InputError, "n is 1. It takes a whole number of at least 2."),
        (lambda: blobs(10.0), KindError, "n is 10.0, a float. It takes a whole number, as an int."),
        (lambda: xor(True), KindError, "n is True, a bool. It takes a whole number, as an int."),
        (lambda: spiral(3, classes=4), InputError, "n is 3. It takes a whole number of at least 4."),
        (lambda: spiral(9, classes=1), InputError, "classes is 1. It takes a whole number of at least 2."),
        (lambda: moons(9, seed=-1), InputError, "seed is -1. It takes a whole number of at least 0."),
        (lambda: moons(9, noise=-0.1), InputError, "noise is -0.1. It takes a finite number of at least 0."),
        (lambda: xor(9, noise=np.nan), InputError, "noise is nan. It takes a finite number of at least 0."),
        (lambda: xor(9, noise=np.inf), InputError, "noise is inf. It takes a finite number of at least 0."),
        (lambda: circles(9, noise="a"), KindError, "noise is 'a', a str. It takes a number of at least 0."),
    ],
)
def test_bad_numbers(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message
