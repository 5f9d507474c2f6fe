from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

import chainrule as cr
from chainrule.errors import InputError, KindError
from chainrule.expressions import Name, Scope, Symbol, derive, evaluate

RNG = np.random.default_rng(3)


def test_dense_over_bare_arrays() -> None:
    x, W, b, dz = (RNG.standard_normal(s) for s in ((5, 3), (3, 2), (2,), (5, 2)))
    q = Scope({"x": x, "W": W, "b": b, "dz": dz})
    layer = cr.Dense(3, 2)
    layer.forward(q)
    layer.backward(q)
    np.testing.assert_allclose(q.z, np.einsum("ni,io->no", x, W) + b, rtol=1e-13)
    np.testing.assert_allclose(q.dW, np.einsum("ni,no->io", x, dz), rtol=1e-13)
    np.testing.assert_allclose(q.db, dz.sum(axis=0), rtol=1e-13)
    np.testing.assert_allclose(q.dx, np.einsum("no,io->ni", dz, W), rtol=1e-13)


def test_denses_backward_rules_are_the_derivatives_of_its_forward_rule() -> None:
    values: dict[str, Any] = {
        n: RNG.standard_normal(s) for n, s in (("x", (5, 3)), ("W", (3, 2)), ("b", (2,)), ("dz", (5, 2)))
    }
    symbols: dict[str, Any] = {n: Symbol(Name(n), v) for n, v in values.items()}
    cr.Dense(3, 2).forward(Scope(symbols))
    derived = derive(symbols["z"].expr, symbols["dz"], values)
    q = Scope(values)
    cr.Dense(3, 2).backward(q)
    for name in ("x", "W", "b"):
        np.testing.assert_allclose(values[f"d{name}"], evaluate(derived[name].expr, values), rtol=1e-12)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("norm", [[], [cr.BatchNorm()]])
def test_a_dense_without_a_bias_is_one_whose_bias_stays_0(norm: list[cr.Layer], engine: str) -> None:
    def network(bias: bool) -> cr.Network:
        layers = [cr.Dense(3, 8, bias=bias), *norm, cr.Tanh(), cr.Dense(8, 2, bias=bias), cr.Softmax()]
        return cr.Network(layers, seed=4)

    X, y = RNG.standard_normal((40, 3)), np.arange(40) % 2
    bare, held = network(bias=False), network(bias=True).freeze("b1", "b2")
    for net in (bare, held):
        net.fit(X, y, epochs=4, batch_size=10, optimizer=cr.Adam(0.01), engine=engine, progress=False)
    assert not {"b1", "b2"} & set(bare.parameters)
    for name in ("W1", "W2"):
        np.testing.assert_allclose(bare.parameters[name], held.parameters[name], rtol=1e-12)
    np.testing.assert_allclose(bare.predict(X, engine=engine), held.predict(X, engine=engine), rtol=1e-12)
    assert "  z1 = x · W1 = " in str(bare.trace(X[:2], y[:2]).explain("z1"))


def test_a_bias_is_there_or_not() -> None:
    with pytest.raises(KindError) as caught:
        cr.Dense(2, 3, bias=0)
    assert str(caught.value) == "Dense: bias = 0 is neither True nor False."
    assert str(cr.Dense(2, 3, bias=False)) == "Dense(2, 3, bias=False)"


def test_standardize_fitted_gives_mean_0_and_deviation_1() -> None:
    X = RNG.standard_normal((50, 3)) * [1, 10, 0] + [0, 5, 7]
    q: Any = Scope({"x_raw": X, **cr.Standardize.fitted(X).constants()})
    cr.Standardize.fitted(X).forward(q)
    np.testing.assert_allclose(q.x.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(q.x.std(axis=0), [1, 1, 0], atol=1e-12)


@pytest.mark.parametrize("kind", ["uint8", "int64", "float32", "float64", "bool"])
def test_standardize_is_fitted_a_piece_at_a_time_as_in_whole_numbers(kind: str) -> None:
    n = 30_000
    X = RNG.integers(0, 50, (n, 5)).astype(kind)
    columns = X.astype(int).T.tolist()
    deviation = [(n * sum(x * x for x in column) - sum(column) ** 2) ** 0.5 / n for column in columns]
    for given in (X, np.asfortranarray(X), X.tolist()):
        scaling = cr.Standardize.fitted(given)
        np.testing.assert_allclose(scaling.center, [sum(column) / n for column in columns], rtol=1e-14)
        np.testing.assert_allclose(scaling.scale, deviation, rtol=1e-12)


def test_standardize_keeps_its_digits_far_from_0_and_in_a_constant_column() -> None:
    near = RNG.integers(-8, 8, 100_000)
    X = np.column_stack([near + 2.0**40, np.full(len(near), 0.1), np.full(len(near), 1e300)])
    scaling = cr.Standardize.fitted(X)
    assert scaling.center.tolist() == [2.0**40 + near.mean(), 0.1, 1e300]
    np.testing.assert_allclose(scaling.scale, [near.std(), 1, 1], rtol=1e-9)


@pytest.mark.parametrize("power", [-300, -160, -20, 0, 20, 160, 300, 307])
@pytest.mark.parametrize("offset", [0, 3, 1e6])
def test_standardize_of_any_size_is_that_of_the_same_numbers_near_1(power: int, offset: float) -> None:
    X = RNG.standard_normal((50, 3)) + offset
    X = X / 1e7 if power == 307 else X
    expected, unit = StandardScaler().fit(X), 2.0 ** int(power * 3.3219)
    scaling = cr.Standardize.fitted(X * unit)
    np.testing.assert_allclose(scaling.center / unit, expected.mean_, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(scaling.scale / unit, expected.scale_, rtol=1e-9)


@pytest.mark.parametrize(
    "column",
    [[0.3, 0.30000000000000004], [0.1] * 7, [0.0] * 7, [5.0], [-1e100] * 3, [1e-320] * 4, [2.0**53] * 5],
)
def test_a_constant_column_is_scikit_learns(column: list[float]) -> None:
    X = np.array(column)[:, None]
    for given in (X, np.tile(X, (40, 1))):
        expected, scaling = StandardScaler().fit(given), cr.Standardize.fitted(given)
        assert scaling.scale.tolist() == expected.scale_.tolist() == [1.0]
        assert scaling.center.tolist() == pytest.approx(expected.mean_.tolist(), rel=1e-15)


def test_whole_numbers_a_step_apart_are_no_constant_column_however_large() -> None:
    X = 1e15 + RNG.integers(0, 5, (5000, 1))
    np.testing.assert_allclose(cr.Standardize.fitted(X).scale, np.std(X - 1e15), rtol=1e-9)


def test_standardize_at_the_ends_of_double_precision() -> None:
    largest, least = np.finfo(float).max, 5e-324
    assert cr.Standardize.fitted([[largest], [-largest]]).scale.tolist() == [largest]
    assert cr.Standardize.fitted([[largest], [-largest]]).center.tolist() == [0]
    assert cr.Standardize.fitted([[0.0], [2 * least], [4 * least]]).center.tolist() == [2 * least]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_standardize_is_not_fitted_to_what_is_not_finite(value: float) -> None:
    with pytest.raises(InputError) as caught:
        cr.Standardize.fitted([[1.0, value], [2.0, 1.0]])
    assert str(caught.value) == "Standardize: center must be finite and scale above 0 for every feature."


def test_a_scaled_network_is_the_same_network_on_scaled_inputs() -> None:
    X, y = RNG.standard_normal((20, 3)) * [1, 100, 0.1] + 3, RNG.integers(0, 2, 20)
    scaling = cr.Standardize.fitted(X)
    scaled, plain = cr.Network([3, 4, 2], scaling=scaling), cr.Network([3, 4, 2])
    other = (X - X.mean(axis=0)) / X.std(axis=0)
    np.testing.assert_allclose(scaled.predict(X), plain.predict(other), rtol=1e-12)
    scaled.fit(X, y, epochs=3, batch_size=8)
    plain.fit(other, y, epochs=3, batch_size=8)
    np.testing.assert_allclose(scaled.parameters.flat, plain.parameters.flat, rtol=1e-9)


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: cr.Dense(0, 1), InputError, "Dense: inputs = 0 is out of range: it must be at least 1."),
        (lambda: cr.Dense(1, -2), InputError, "Dense: outputs = -2 is out of range: it must be at least 1."),
        (
            lambda: cr.Dense(2.0, 1),  # type: ignore[arg-type]
            KindError,
            "Dense: inputs = 2.0 is no whole number: give the number of units.",
        ),
        (
            lambda: cr.Dense(2, True),
            KindError,
            "Dense: outputs = True is no whole number: give the number of units.",
        ),
        (
            lambda: cr.Standardize([0, 0], [1, 0]),
            InputError,
            "Standardize: center must be finite and scale above 0 for every feature.",
        ),
        (
            lambda: cr.Standardize.fitted(np.zeros((0, 3))),
            InputError,
            "X has no samples: its shape is (0, 3); give at least one row.",
        ),
        (
            lambda: cr.Standardize([0, np.nan], [1, 1]),
            InputError,
            "Standardize: center must be finite and scale above 0 for every feature.",
        ),
        (
            lambda: cr.Network([cr.Dense(2, 3), cr.ReLU(), cr.Dense(4, 2), cr.Softmax()]),
            InputError,
            "Dense(4, 2) takes 4 inputs, and the layer before it gives 3.",
        ),
        (
            lambda: cr.Network([cr.Standardize([0, 0, 0], [1, 1, 1]), cr.Dense(2, 2), cr.Softmax()]),
            InputError,
            "Dense(2, 2) takes 2 inputs, and the layer before it gives 3.",
        ),
    ],
)
def test_bad_settings(make: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("center", "scale", "fits"),
    [
        (0.5, 2.0, True), ([0.5], [2.0], True), ([0.5, 1.0], 2.0, True), (0.5, [2.0, 1.0], True),
        ([0.5, 1.0], [2.0, 1.0], True), ([0.5], [2.0, 1.0, 3.0], True), ([0.5, 1.0], [2.0, 1.0, 3.0], False),
        ([0.5, 1.0, 2.0], [2.0, 1.0], False), ([[0.5, 1.0]], [2.0, 1.0], False), ([0.5, 1.0], [[2.0, 1.0]], False),
    ],
)  # fmt: skip
def test_a_center_and_a_scale_are_numbers_or_one_for_each_feature(
    center: Any, scale: Any, fits: bool
) -> None:
    if fits:
        made = cr.Standardize(center, scale)
        size = max(np.size(center), np.size(scale))
        assert (made.width(None), made.width(7)) == ((size, size) if size > 1 else (None, 7))
        q: Any = Scope({"x_raw": np.full((2, size), 4.5), **made.constants()})
        made.forward(q)
        np.testing.assert_array_equal(q.x, (4.5 - np.array(center)) / np.array(scale) * np.ones((2, size)))
        made.restore(q)
        np.testing.assert_array_equal(q.x_raw, np.full((2, size), 4.5))
        return
    shapes = f"center has the shape {np.shape(center)} and scale {np.shape(scale)}"
    with pytest.raises(InputError) as caught:
        cr.Standardize(center, scale)
    assert str(caught.value) == f"Standardize: {shapes}: each is a number, or has one for each feature."


def test_how_layers_are_written_and_labelled() -> None:
    made = [cr.Dense(2, 3), cr.Dense(2, 3, bias=False), cr.BatchNorm(), cr.BatchNorm(0.2, 1e-3), cr.Dropout(0.25),
            cr.Standardize(0, 1), cr.LayerNorm()]  # fmt: skip
    assert [str(layer) for layer in made] == [
        "Dense(2, 3)", "Dense(2, 3, bias=False)", "BatchNorm(0.1)", "BatchNorm(0.2, epsilon=0.001)", "Dropout(0.25)",
        "Standardize(…)", "LayerNorm(1e-05)",
    ]  # fmt: skip
    assert [layer.label() for layer in made[::2]] == ["dense", "batch norm", "dropout", "layer norm"]
    assert (made[5].label(), made[5].settings(), made[2].signs) == ("scaling", {}, {"rate": "ρ"})
    assert made[0].settings() == {"inputs": 2, "outputs": 3}
    assert made[1].settings() == {"inputs": 2, "outputs": 3, "bias": False}


def test_parameters_and_buffers_as_they_start() -> None:
    rng = np.random.default_rng(0)
    for norm in (cr.BatchNorm(), cr.LayerNorm()):
        found = norm.parameters(3, None, rng)
        assert {name: array.tolist() for name, array in found.items()} == {"gamma": [1] * 3, "beta": [0] * 3}
    buffers = cr.BatchNorm().buffers(2)
    assert {name: array.tolist() for name, array in buffers.items()} == {"mu_run": [0, 0], "var_run": [1, 1]}
    dense = cr.Dense(2, 3).parameters(2, cr.Constant(0.5), rng)
    assert {name: array.tolist() for name, array in dense.items()} == {"W": [[0.5] * 3] * 2, "b": [0] * 3}
    assert list(cr.Dense(2, 3, bias=False).parameters(2, cr.Zeros(), rng)) == ["W"]
    assert cr.PReLU().parameters(2, None, rng)["alpha"].tolist() == [0.25, 0.25]
