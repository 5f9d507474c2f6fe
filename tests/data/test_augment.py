"""Augmentation: each image gets its own map, as scipy.ndimage makes it one by one; same seed, same images."""

from __future__ import annotations

import re
import time
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

import chainrule as cr
from chainrule.errors import InputError, KindError
from chainrule.parts.contract import Array

Augment = cr.data.Augment


def images(count: int, *shape: int, dtype: Any = np.float64) -> Array:
    made: Array = np.random.default_rng(5).random((count, int(np.prod(shape)))).astype(dtype)
    return made


def by_scipy(
    X: Array, shape: tuple[int, ...], angles: Any, scales: Any, downs: Any, rights: Any, fill: float = 0
) -> Array:
    """The same maps, image by image and channel by channel."""
    height, width = shape[:2]
    centre = np.array([(height - 1) / 2, (width - 1) / 2])
    found = []
    for i, image in enumerate(X.reshape(len(X), *shape)):
        t = np.deg2rad(angles[i])
        matrix = np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]]) / scales[i]
        offset = centre - matrix @ (centre + np.array([downs[i], rights[i]]))
        planes = [
            ndimage.affine_transform(plane, matrix, offset, order=1, mode="grid-constant", cval=fill)
            for plane in np.moveaxis(np.atleast_3d(image), -1, 0)
        ]
        found.append(np.stack(planes, axis=-1).reshape(-1))
    return np.array(found)


# --- each map alone, by scipy's own function for it ---------------------------------------------------------


@pytest.mark.parametrize("shape", [(7, 5), (28, 28), (1, 9), (6, 8, 3)])
def test_shifts_are_those_of_scipy(shape: tuple[int, ...]) -> None:
    X = images(20, *shape)
    made = Augment(shape, shift=3)(X, np.random.default_rng(1))
    draws = np.random.default_rng(1)
    downs, rights = draws.uniform(-3, 3, 20), draws.uniform(-3, 3, 20)
    for i in range(20):
        by = (downs[i], rights[i], 0)[: len(shape)]
        right = ndimage.shift(X[i].reshape(shape), by, order=1, mode="grid-constant")
        np.testing.assert_allclose(made[i].reshape(shape), right, atol=1e-12)


@pytest.mark.parametrize("shape", [(7, 5), (28, 28), (6, 8, 3)])
def test_rotations_are_those_of_scipy(shape: tuple[int, ...]) -> None:
    X = images(20, *shape)
    made = Augment(shape, rotation=180)(X, np.random.default_rng(1))
    angles = np.random.default_rng(1).uniform(-180, 180, 20)
    for i in range(20):
        right = ndimage.rotate(
            X[i].reshape(shape), angles[i], axes=(1, 0), reshape=False, order=1, mode="grid-constant"
        )
        np.testing.assert_allclose(made[i].reshape(shape), right, atol=1e-11)


@pytest.mark.parametrize("shape", [(7, 5), (28, 28), (6, 8, 3)])
def test_scales_are_those_of_scipy(shape: tuple[int, ...]) -> None:
    X = images(20, *shape)
    made = Augment(shape, scaling=0.5)(X, np.random.default_rng(1))
    scales = 1 + np.random.default_rng(1).uniform(-0.5, 0.5, 20)
    still = np.zeros(20)
    np.testing.assert_allclose(made, by_scipy(X, shape, still, scales, still, still), atol=1e-12)


def test_a_larger_scale_makes_a_larger_image() -> None:
    square = np.zeros((1, 41, 41))
    square[0, 13:28, 13:28] = 1
    for seed in range(20):
        scale = 1 + np.random.default_rng(seed).uniform(-0.3, 0.3)
        made = Augment((41, 41), scaling=0.3)(square.reshape(1, -1), np.random.default_rng(seed))
        assert made.sum() == pytest.approx(15**2 * scale**2, rel=0.06)


# --- all together -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fill", [0.0, -1.5])
@pytest.mark.parametrize(("dtype", "bound"), [(np.float64, 1e-11), (np.float32, 3e-5), (np.uint8, 3e-3)])
@pytest.mark.parametrize("shape", [(28, 28), (9, 14, 3)])
def test_all_maps_at_once(shape: tuple[int, ...], dtype: Any, bound: float, fill: float) -> None:
    """More images than are moved at once."""
    X = (images(200, *shape) * (255 if dtype is np.uint8 else 1)).astype(dtype)
    before = X.copy()
    made = Augment(shape, shift=2, rotation=15, scaling=0.1, fill=fill)(X, np.random.default_rng(3))
    draws = np.random.default_rng(3)
    angles, scales = draws.uniform(-15, 15, 200), 1 + draws.uniform(-0.1, 0.1, 200)
    downs, rights = draws.uniform(-2, 2, 200), draws.uniform(-2, 2, 200)
    right = by_scipy(X.astype(np.float64), shape, angles, scales, downs, rights, fill)
    np.testing.assert_allclose(made, right, atol=bound)
    np.testing.assert_array_equal(X, before)
    assert made.dtype == (np.float64 if dtype is np.float64 else np.float32)


def test_what_moves_far_out_is_filled() -> None:
    X = images(30, 4, 4)
    made = Augment((4, 4), shift=1e6, fill=0.25)(X, np.random.default_rng(0))
    assert set(made.reshape(-1)) == {0.25}


def test_noise_is_normal_and_comes_last() -> None:
    X = images(400, 10, 10)
    moved = Augment((10, 10), shift=2)(X, np.random.default_rng(8))
    made = Augment((10, 10), shift=2, noise=0.3)(X, np.random.default_rng(8))
    draws = np.random.default_rng(8)
    draws.uniform(-2, 2, 800)
    np.testing.assert_allclose(made - moved, 0.3 * draws.standard_normal((400, 100)), atol=1e-12)
    assert abs((made - moved).std() - 0.3) < 0.005


def test_nothing_asked_for_changes_nothing_and_draws_nothing() -> None:
    rng = np.random.default_rng(2)
    X = images(3, 28, 28, dtype=np.float32)
    made = Augment()(X, rng)
    np.testing.assert_array_equal(made, X)
    assert made is not X
    assert not np.shares_memory(made, X)
    assert rng.bit_generator.state == np.random.default_rng(2).bit_generator.state


def test_float32_and_float64_see_the_same_maps() -> None:
    X = images(50, 28, 28, dtype=np.float32)
    change = Augment(shift=2, rotation=15, scaling=0.1)
    a, b = (change(X.astype(kind), np.random.default_rng(4)) for kind in (np.float32, np.float64))
    np.testing.assert_allclose(a, b, atol=3e-5)


def test_the_same_seed_gives_the_same_bits_and_each_call_other_images() -> None:
    X, change = images(50, 28, 28), Augment(shift=2, rotation=10, scaling=0.1, noise=0.1)
    one, other = np.random.default_rng(0), np.random.default_rng(0)
    first, second = change(X, one), change(X, one)
    assert first.tobytes() == change(X, other).tobytes()
    assert second.tobytes() == change(X, other).tobytes()
    assert not np.isclose(first, second).all(axis=1).any()


def test_images_of_one_batch_get_maps_of_their_own() -> None:
    X = np.repeat(images(1, 28, 28), 30, axis=0)
    made = Augment(shift=2)(X, np.random.default_rng(0))
    assert len(np.unique(made, axis=0)) == 30


def test_it_is_fast_enough_to_run_before_every_step() -> None:
    """About as long as it takes to sort the images' pixels a few times, measured beside it: 1 ms for MNIST's size."""
    X, rng = images(100, 28, 28, dtype=np.float32), np.random.default_rng(0)
    change = Augment(shift=2, rotation=15, scaling=0.1)
    times, sorting = [], []
    for _ in range(30):
        began = time.perf_counter()
        change(X, rng)
        times.append(time.perf_counter() - began)
        began = time.perf_counter()
        np.sort(rng.random(X.size))
        sorting.append(time.perf_counter() - began)
    print(min(times), min(sorting))
    assert min(times) < 5 * min(sorting)


# --- in training --------------------------------------------------------------------------------------------

X, Y = images(50, 6, 6), np.arange(50) % 3
CHANGE = Augment((6, 6), shift=1, rotation=20, scaling=0.1, noise=0.05)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_fit_and_steps_agree_bit_for_bit(dtype: str) -> None:
    nets = [cr.Network([36, 5, 3], dtype=dtype) for _ in range(2)]
    how: dict[str, Any] = {"epochs": 3, "batch_size": 16, "seed": 4, "transform": CHANGE}
    nets[0].fit(X, Y, optimizer=cr.Adam(), engine="numpy", **how)
    for _ in nets[1].steps(X, Y, optimizer=cr.Adam(), **how):
        pass
    assert nets[0].parameters.flat.tobytes() == nets[1].parameters.flat.tobytes()
    plain = cr.Network([36, 5, 3], dtype=dtype)
    plain.fit(X, Y, optimizer=cr.Adam(), epochs=3, batch_size=16, seed=4)
    assert not np.array_equal(plain.parameters.flat, nets[0].parameters.flat)


def test_the_compiled_engine_sees_the_same_images() -> None:
    nets = [cr.Network([36, 5, 3]) for _ in range(3)]
    histories = [
        net.fit(X, Y, epochs=3, batch_size=16, seed=4, transform=CHANGE, engine=engine)
        for net, engine in zip(nets, ["numpy", "compiled", "compiled"], strict=True)
    ]
    assert [history.engine for history in histories] == ["numpy", "compiled", "compiled"]
    np.testing.assert_allclose(nets[0].parameters.flat, nets[1].parameters.flat, rtol=1e-9, atol=1e-9)
    assert nets[1].parameters.flat.tobytes() == nets[2].parameters.flat.tobytes()


def test_a_whole_batch_is_changed_anew_in_each_step() -> None:
    nets = [cr.Network([36, 5, 3]) for _ in range(2)]
    nets[0].fit(X, Y, epochs=3, transform=CHANGE, engine="numpy")
    traces = list(nets[1].steps(X, Y, epochs=3, transform=CHANGE))
    assert nets[0].parameters.flat.tobytes() == nets[1].parameters.flat.tobytes()
    assert not np.array_equal(traces[0]["x"], traces[1]["x"])


# --- what can't be ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "kind", "message"),
    [
        ({"shift": -1}, InputError, "Augment: shift = -1 is out of range: it must be at least 0."),
        ({"shift": "2"}, KindError, "Augment: shift = '2' is no number: give one that is at least 0."),
        ({"rotation": np.inf}, InputError, "Augment: rotation = inf is out of range: it must be at least 0."),
        (
            {"scaling": 1},
            InputError,
            "Augment: scaling = 1 is out of range: it must be at least 0 and below 1.",
        ),
        ({"noise": -0.1}, InputError, "Augment: noise = -0.1 is out of range: it must be at least 0."),
        ({"fill": np.nan}, InputError, "Augment: fill = nan is out of range: it must be finite."),
        (
            {"shape": 784},
            KindError,
            "Augment: shape = 784 is no shape of an image: give (height, width) or (height, width, channels), whole "
            "numbers of at least 1.",
        ),
        (
            {"shape": (28, 28.0)},
            KindError,
            "Augment: shape = (28, 28.0) is no shape of an image: give (height, width) or (height, width, channels), "
            "whole numbers of at least 1.",
        ),
        (
            {"shape": (784,)},
            InputError,
            "Augment: shape = (784,) is out of range: it must be (height, width) or (height, width, channels), whole "
            "numbers of at least 1.",
        ),
        (
            {"shape": (28, 0)},
            InputError,
            "Augment: shape = (28, 0) is out of range: it must be (height, width) or (height, width, channels), whole "
            "numbers of at least 1.",
        ),
    ],
)
def test_bad_settings(settings: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        Augment(**settings)


def test_images_of_another_size_are_refused_before_training_starts() -> None:
    net = cr.Network([36, 5, 3])
    before = net.parameters.flat.copy()
    message = (
        "Augment: a sample has 36 inputs, and an image of the shape (28, 28) has 784: give shape=(height, width) or "
        "(height, width, channels) of your images."
    )
    for call in (net.fit, net.steps):
        with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
            call(X, Y, transform=Augment())
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        Augment()(X, np.random.default_rng(0))
    np.testing.assert_array_equal(net.parameters.flat, before)


def test_images_that_are_not_flat_are_refused() -> None:
    message = "Augment: the samples have the shape (3, 28, 28): give (samples, inputs)."
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        Augment()(np.zeros((3, 28, 28)), np.random.default_rng(0))


def test_how_it_is_written() -> None:
    assert str(Augment((28, 28), shift=2, rotation=15)) == "Augment((28, 28), shift=2.0, rotation=15.0)"


def test_another_call_put_in_the_class_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, ...]] = []

    def told(self: Any, X: Any, rng: np.random.Generator) -> Any:
        seen.append(X.shape)
        return 0 * X

    monkeypatch.setattr(cr.data.Augment, "__call__", told)
    net = cr.Network([4, 3, 2])
    X, y = np.random.default_rng(0).normal(size=(8, 4)), np.arange(8) % 2
    net.fit(
        X,
        y,
        epochs=2,
        batch_size=4,
        transform=cr.data.Augment((2, 2), shift=1),
        engine="compiled",
        progress=False,
    )
    assert seen == [(4, 4)] * 4
