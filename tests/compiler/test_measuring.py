"""The loss over many samples: machine code where a prediction of as many is, the same number as NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.compiler import measuring
from chainrule.training import engine_choice

RNG = np.random.default_rng(5)
X, Y = RNG.standard_normal((1000, 4)), RNG.integers(0, 3, 1000)


def cross_entropy(net: cr.Network) -> float:
    """By its definition, from the parameters."""
    p = net.parameters
    z = np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]
    shares = np.exp(z - z.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return float(-np.log(shares[np.arange(len(Y)), Y]).mean())


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_large_loss_is_measured_in_machine_code(
    monkeypatch: pytest.MonkeyPatch, threads: int, dtype: str
) -> None:
    net = cr.Network([4, 8, 3], hidden="tanh", dtype=dtype)
    calls: list[Any] = []
    asked = measuring.Measurer.__call__

    def watched(*args: Any) -> Any:
        calls.append(args)
        return asked(*args)

    monkeypatch.setattr(measuring.Measurer, "__call__", watched)
    monkeypatch.setattr(engine_choice, "_threads", lambda work: threads)
    monkeypatch.setattr(engine_choice, "_missing", lambda: "")  # also as for a processor without AVX
    few = net.loss(X, Y)
    assert not calls
    monkeypatch.setattr(engine_choice, "COMPILE_THRESHOLD_S", 1e-12)
    many = net.loss(X, Y)
    assert len(calls) == 1
    near = 1e-12 if dtype == "float64" else 1e-5
    assert few == pytest.approx(cross_entropy(net), rel=near)
    assert many == pytest.approx(cross_entropy(net), rel=near)


def test_what_can_not_be_compiled_is_measured_in_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_choice, "COMPILE_THRESHOLD_S", 1e-12)
    net = cr.Network([4, 8, 3], output="identity", loss="triplet")
    rows = X[:999]
    found = net.loss(rows, None)
    monkeypatch.undo()
    assert found == net.loss(rows, None)
