"""The generated sets of the field: two features, and classes that take more than a line to tell apart.

Each function gives ``(X, y)`` with X float64 of shape (n, 2) and y int64 of shape (n,). The classes stand
one after the other and are equally large; where n leaves a remainder, the first ones get one sample more.
Shuffle before you split. The same seed gives the same samples.
"""

from __future__ import annotations

import math
from numbers import Integral, Real

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError, KindError
from chainrule.utils.checks import short

Generated = tuple[NDArray[np.float64], NDArray[np.int64]]

MOST = 10**8  # samples: 1.6 GB


def blobs(n: int, *, seed: int = 0) -> Generated:
    """Two round clouds, the data of the worked example: a line tells them apart but for a few points.

    Standard normal points around (2, 2) with label 0, then around (-2, -2) with label 1.

    >>> X, y = blobs(200, seed=0)
    >>> X.shape, y.shape, y[:2], y[-2:]
    ((200, 2), (200,), array([0, 0]), array([1, 1]))

    Parameters
    ----------
    n : the number of samples, at least 2
    seed : a whole number ≥ 0

    Raises
    ------
    KindError, InputError : n or seed is not such a number
    """
    y, rng = _labels(n), _generator(seed)
    return rng.standard_normal((n, 2)) + np.where(y == 0, 2.0, -2.0)[:, None], y


def moons(n: int, *, seed: int = 0, noise: float = 0.1) -> Generated:
    """Two half circles that reach into each other.

    >>> X, y = moons(4, noise=0)
    >>> X.round(6) + 0
    array([[ 1. ,  0. ],
           [-1. ,  0. ],
           [ 0. ,  0.5],
           [ 2. ,  0.5]])

    Parameters
    ----------
    n : the number of samples, at least 2
    seed : a whole number ≥ 0
    noise : the standard deviation of the normal noise on each coordinate, at least 0

    Raises
    ------
    KindError, InputError : n, seed or noise is not such a number

    Source: scikit-learn's ``make_moons``, whose points these are where noise is 0 and n even.
    """
    y = _labels(n)
    t = np.concatenate([np.linspace(0, np.pi, size) for size in np.bincount(y)])
    upper = np.column_stack([np.cos(t), np.sin(t)])
    lower = np.column_stack([1 - np.cos(t), 0.5 - np.sin(t)])
    return _noisy(np.where(y[:, None] == 0, upper, lower), noise, seed), y


def circles(n: int, *, seed: int = 0, noise: float = 0.05) -> Generated:
    """A circle of radius 1 with label 0 around one of radius ½ with label 1.

    >>> X, y = circles(4, noise=0)
    >>> X.round(6) + 0
    array([[ 1. ,  0. ],
           [-1. ,  0. ],
           [ 0.5,  0. ],
           [-0.5,  0. ]])

    Parameters
    ----------
    n : the number of samples, at least 2
    seed : a whole number ≥ 0
    noise : the standard deviation of the normal noise on each coordinate, at least 0

    Raises
    ------
    KindError, InputError : n, seed or noise is not such a number

    Source: scikit-learn's ``make_circles``, whose points these are where noise is 0, factor ½ and n even.
    """
    y = _labels(n)
    t = np.concatenate([np.linspace(0, 2 * np.pi, size, endpoint=False) for size in np.bincount(y)])
    radius = np.where(y == 0, 1.0, 0.5)
    return _noisy(np.column_stack([radius * np.cos(t), radius * np.sin(t)]), noise, seed), y


def xor(n: int, *, seed: int = 0, noise: float = 0.1) -> Generated:
    """The truth table of exclusive or: four clouds at the corners of the unit square, alike corners alike.

    >>> X, y = xor(4, noise=0)
    >>> X, y
    (array([[0., 0.],
           [1., 1.],
           [0., 1.],
           [1., 0.]]), array([0, 0, 1, 1]))

    Parameters
    ----------
    n : the number of samples, at least 2; the corners of a class take turns
    seed : a whole number ≥ 0
    noise : the standard deviation of the normal noise on each coordinate, at least 0

    Raises
    ------
    KindError, InputError : n, seed or noise is not such a number
    """
    y = _labels(n)
    first = np.concatenate([np.arange(size) % 2 for size in np.bincount(y)])
    return _noisy(np.column_stack([first, first ^ y]), noise, seed), y


def spiral(n: int, *, seed: int = 0, noise: float = 0.02, classes: int = 2) -> Generated:
    """Arms that wind once around each other, one a class, out to radius 1.

    >>> X, y = spiral(6, noise=0, classes=3)
    >>> np.hypot(X[:, 0], X[:, 1]), y
    (array([0.5, 1. , 0.5, 1. , 0.5, 1. ]), array([0, 0, 1, 1, 2, 2]))

    Parameters
    ----------
    n : the number of samples, at least one a class
    seed : a whole number ≥ 0
    noise : the standard deviation of the normal noise on each coordinate, at least 0
    classes : the number of arms, at least 2

    Raises
    ------
    KindError, InputError : n, seed, noise or classes is not such a number

    Source: the spirals of Stanford's CS231n, with noise across the arms as well as along them.
    """
    y = _labels(n, _whole("classes", classes, 2))
    # an arm starts beside the centre: at radius 0 all classes would share one point
    radius = np.concatenate([np.arange(1, size + 1) / size for size in np.bincount(y)])
    angle = 2 * np.pi * (radius + y / classes)
    return _noisy(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), noise, seed), y


def _labels(n: int, classes: int = 2) -> NDArray[np.int64]:
    if _whole("n", n, classes) > MOST:
        raise InputError(f"n is {n}. It takes a whole number of at most {MOST:,}.")
    sizes = n // classes + (np.arange(classes) < n % classes)  # the first classes get what is over
    return np.repeat(np.arange(classes, dtype=np.int64), sizes)


def _noisy(points: NDArray[np.float64], noise: float, seed: int) -> NDArray[np.float64]:
    if isinstance(noise, bool) or not isinstance(noise, Real):
        raise KindError(f"noise is {noise!r}, a {type(noise).__name__}. It takes a number of at least 0.")
    if not 0 <= noise < math.inf:
        raise InputError(f"noise is {noise}. It takes a finite number of at least 0.")
    return points + float(noise) * _generator(seed).standard_normal(points.shape)


def _generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(_whole("seed", seed, 0))


def _whole(name: str, value: int, minimum: int) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise KindError(
            f"{name} is {short(value)}, a {type(value).__name__}. It takes a whole number, as an int."
        )
    if value < minimum:
        raise InputError(f"{name} is {short(value)}. It takes a whole number of at least {minimum}.")
    return int(value)
