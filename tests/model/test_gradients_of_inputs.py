"""Gradients that go back to the inputs, on request."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import chainrule as cr
from chainrule.errors import InputError, KindError, UnknownName

RNG = np.random.default_rng(5)
X = RNG.standard_normal((6, 4)) * [1, 50, 0.1, 3] + [0, 20, 1, -4]
Y = np.array([0, 1, 2, 1, 0, 2])


def torch_gradient(net: cr.Network) -> Any:
    """∂L/∂X by autograd, L the mean cross-entropy of the module's probabilities."""
    module = cr.to_torch(net).train()
    x = torch.tensor(X, dtype=torch.float64, requires_grad=True)
    torch.nn.functional.nll_loss(torch.log(module(x)), torch.tensor(Y)).backward()
    return x.grad.numpy()


@pytest.mark.parametrize(
    "between",
    [
        [cr.Tanh()],
        [cr.LayerNorm(), cr.SiLU()],
        [cr.BatchNorm(), cr.LeakyReLU()],
        [cr.PReLU()],
    ],
    ids=str,
)
@pytest.mark.parametrize("scaled", [False, True])
def test_they_are_autograds(between: list[cr.Layer], scaled: bool) -> None:
    scaling = cr.Standardize.fitted(X) if scaled else None
    net = cr.Network([cr.Dense(4, 5), *between, cr.Dense(5, 3), cr.Softmax()], scaling=scaling, seed=2)
    trace = net.trace(X, Y, inputs=True)
    found = trace["dx_raw" if scaled else "dx"]
    np.testing.assert_allclose(found, torch_gradient(net), rtol=1e-8, atol=1e-12)
    plain = net.trace(X, Y)
    for name in plain:
        np.testing.assert_array_equal(trace[name], plain[name])  # all else is as it was
    assert set(trace) - set(plain) == ({"dx", "dx_raw"} if scaled else {"dx"})


def half_of_fourth(q: Any) -> Any:
    q.l = ((q.a - q.y) ** 4).sum(axis=1) / 2


class Fourth(cr.Loss):
    """A loss of one's own, whose gradient is derived."""

    def forward(self, q: Any) -> None:
        half_of_fourth(q)


def test_parts_of_ones_own_and_weights_too() -> None:
    net = cr.Network(
        [4, 5, 3], hidden=lambda z: z / (1 + np.exp(-z)), output="identity", loss=Fourth(), seed=3
    )
    x, targets, weight = RNG.standard_normal((6, 4)), RNG.standard_normal((6, 3)), RNG.uniform(0.5, 2, 6)
    found = net.trace(x, targets, sample_weight=weight, inputs=True)["dx"]

    def loss(inputs: Any) -> Any:
        return float(net.trace(inputs, targets, sample_weight=weight)["L"])

    step = 1e-5
    for i, j in np.ndindex(x.shape):
        moved = np.zeros_like(x)
        moved[i, j] = step
        assert found[i, j] == pytest.approx(
            (loss(x + moved) - loss(x - moved)) / (2 * step), rel=1e-6, abs=1e-9
        )


def test_in_float32_raw_inputs_have_theirs_in_double_precision() -> None:
    scaling = cr.Standardize.fitted(X)
    one, two = (cr.Network([4, 5, 3], scaling=scaling, dtype=dtype) for dtype in ("float32", "float64"))
    found = one.trace(X, Y, inputs=True)["dx_raw"]
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, two.trace(X, Y, inputs=True)["dx_raw"], rtol=1e-4, atol=1e-7)


def test_a_walk_through_ends_with_them_and_why_goes_through_them() -> None:
    net = cr.worked_example()
    trace = net.trace(net.x, net.y, "sgd", inputs=True)
    page = str(trace.explain())
    # by hand: dz1 = (0, 1.371084, 0.856927), W1 = ((-0.6, 0.6, 0.4), (-0.6, 0.7, 0.5))
    assert "  5.9  dx = dz1 · W1ᵀ\n" in page
    assert "[1.165421  1.388222]" in page
    assert page.index("5.9  dx") < page.index("UPDATE")
    derived = str(trace.why("dx[0, 1]"))
    assert "nudge x[0, 1] by ±" in derived
    assert derived.rstrip().endswith("= 1.388222   agrees")


def test_what_is_held_lets_nothing_pass() -> None:
    net = cr.worked_example()
    trace = net.trace(net.x, net.y, inputs=True)
    held = trace.what_if({"a1": trace["a1"]})
    np.testing.assert_array_equal(held["dx"], np.zeros((1, 2)))


def test_without_a_request_they_are_not_there() -> None:
    net = cr.worked_example()
    with pytest.raises(UnknownName) as caught:
        net.trace(net.x, net.y)["dx"]
    assert str(caught.value).endswith(" Gradients of inputs are there on request: trace(…, inputs=True).")


def test_what_can_not_be() -> None:
    net = cr.worked_example()
    with pytest.raises(InputError) as caught:
        net.trace(net.x, inputs=True)
    assert str(caught.value) == (
        "a trace without y is forward only, without gradients: give y, or leave inputs out."
    )
    with pytest.raises(KindError) as wrong:
        net.trace(net.x, net.y, inputs="yes")
    assert str(wrong.value) == "inputs = 'yes' is neither True nor False."
