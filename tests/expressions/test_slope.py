"""The slope of a function of single entries: right, and short."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule.expressions import Name, Symbol, erf, evaluate, slope
from chainrule.notation import formula

Z = np.array([[-1.7, -0.4, 0.3], [0.9, 1.6, 2.8]])

SHORT: dict[str, tuple[Callable[[Any], Any], str]] = {
    "cube": (lambda z: z**3, "3 × z²"),
    "leaky": (lambda z: np.where(z > 0, z, 0.1 * z), "1 if z > 0, otherwise 0.1"),
    "exponential": (lambda z: np.where(z > 0, z, np.exp(z)), "1 if z > 0, otherwise e^z"),
    "size": (lambda z: np.abs(z), "sign(z)"),
    "soft sign": (lambda z: z / (1 + np.abs(z)), "1 / (1 + |z|) - z / (1 + |z|) / (1 + |z|) ⊙ sign(z)"),
    "square": (lambda z: z * z, "2 × z"),
    "kept": (lambda z: np.maximum(z, 0) + z, "1 + 1{z >= 0}"),
    "sine": (lambda z: z + np.sin(z), "1 + cos(z)"),
    "fall": (lambda z: np.exp(-z), "-e^(-z)"),
}
LONG: dict[str, Callable[[Any], Any]] = {
    "mish": lambda z: z * np.tanh(np.log1p(np.exp(z))),
    "logistic": lambda z: 1 / (1 + np.exp(-z)),
    "root": lambda z: np.sqrt(z * z + 1) - 1,
    "bell": lambda z: erf(z) * np.exp(-np.square(z)),
    "both": lambda z: np.where(z > 0, 2 * z, z) * np.where(z > 0, z, -z),
    "gated": lambda z: z * (z < 2) * np.minimum(z, 1),
}


def found(function: Callable[[Any], Any], z: Any = Z) -> Symbol | None:
    return slope(function(Symbol(Name("z"), z)).expr, "z", {"z": z})


@pytest.mark.parametrize("name", [*SHORT, *LONG])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_it_is_that_of_finite_differences(name: str, dtype: Any) -> None:
    function = LONG[name] if name in LONG else SHORT[name][0]
    symbol = found(function, Z.astype(dtype))
    assert symbol is not None
    h = 1e-6
    expected = (function(Z + h) - function(Z - h)) / (2 * h)
    value = evaluate(symbol.expr, {"z": Z.astype(dtype)})
    assert value.dtype == dtype
    np.testing.assert_allclose(value, expected, rtol=1e-5 if dtype == np.float32 else 1e-8, atol=1e-6)
    np.testing.assert_array_equal(value, symbol.value)


@pytest.mark.parametrize("name", SHORT)
def test_it_is_written_shortly(name: str) -> None:
    function, text = SHORT[name]
    symbol = found(function)
    assert symbol is not None
    assert formula(symbol.expr) == text


@pytest.mark.parametrize(
    "function",
    [
        lambda z: 2 * z,  # one number for all entries
        lambda z: np.where(z > 0, 1, 0),  # a step
        lambda z: z - z.mean(axis=1, keepdims=True),  # an entry needs others
        lambda z: z.T.T,
    ],
)
def test_none_where_it_is_no_slope_of_entries(function: Any) -> None:
    assert found(function) is None


def test_a_long_chain_of_shared_terms_takes_no_long_time() -> None:
    def folded(z: Any) -> Any:
        for _ in range(40):
            z = z * 0.5 + z * 0.5
        return z * z

    symbol = found(folded)
    assert symbol is not None
    np.testing.assert_allclose(evaluate(symbol.expr, {"z": Z}), 2 * Z, rtol=1e-9)
