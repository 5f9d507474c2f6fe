"""Compiled predictions refuse samples and parameters that are not finite, also where the outputs hide them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InputError

X = np.random.default_rng(0).standard_normal((40, 3))
NETWORKS: dict[str, Any] = {
    "relu": lambda dtype: cr.Network([3, 5, 4, 2], dtype=dtype),
    "one layer": lambda dtype: cr.Network([3, 2], dtype=dtype),
    "sigmoid": lambda dtype: cr.Network([3, 5, 1], hidden="sigmoid", output="sigmoid", dtype=dtype),
    "numbers": lambda dtype: cr.Network(
        [3, 5, 1], hidden="tanh", output="identity", loss="mean_squared_error", dtype=dtype
    ),
    "scaled": lambda dtype: cr.Network([3, 5, 2], scaling=cr.Standardize([0, 1, 2], [1, 2, 3]), dtype=dtype),
    "normalized": lambda dtype: cr.Network(
        [cr.Dense(3, 5), cr.BatchNorm(), cr.PReLU(), cr.Dense(5, 4), cr.LayerNorm(), cr.Dense(4, 2), cr.Softmax()],
        dtype=dtype,
    ),
}  # fmt: skip


@pytest.mark.some(8)
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("made", NETWORKS.values(), ids=NETWORKS)
def test_no_number_that_is_not_finite_goes_in_unseen(made: Any, dtype: str, threads: int) -> None:
    net = made(dtype)
    how: dict[str, Any] = {"engine": "compiled", "threads": threads}
    before = net.predict(X, **how)
    np.testing.assert_allclose(before, net.predict(X, engine="numpy"), rtol=1e-4, atol=1e-6)
    for name, array in net.parameters.items():
        for value in (np.nan, np.inf, -np.inf):
            kept = array.copy()
            array.reshape(-1)[-1] = value
            with pytest.raises(InputError, match=name):
                net.predict(X, **how)
            array[...] = kept
    for value in (np.nan, np.inf, -np.inf):
        wrong = X.copy()
        wrong[37, 1] = value
        with pytest.raises(InputError, match="X"):
            net.predict(wrong, **how)
    np.testing.assert_array_equal(net.predict(X, **how), before)
