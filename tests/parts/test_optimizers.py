"""Each optimizer against PyTorch's over 200 steps, and one step by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import chainrule as cr
from chainrule.errors import InputError, KindError
from chainrule.expressions import Scope
from chainrule.parts.contract import Optimizer

torch.set_num_threads(1)


@pytest.mark.parametrize(
    ("own", "torchs"),
    [
        (lambda: cr.SGD(0.3), lambda p: torch.optim.SGD(p, lr=0.3)),
        (lambda: cr.Momentum(0.05, 0.9), lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)),
        (lambda: cr.Momentum(0.05, 0.0), lambda p: torch.optim.SGD(p, lr=0.05)),
        (lambda: cr.Adam(0.01), lambda p: torch.optim.Adam(p, lr=0.01)),
        (
            lambda: cr.Adam(0.02, 0.8, 0.95, 1e-4),
            lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-4),
        ),
    ],
)
def test_200_steps_are_pytorchs(own: Callable[[], Optimizer], torchs: Callable[[Any], Any]) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((50, 4)), rng.integers(0, 3, 50)
    net = cr.Network([4, 8, 3], hidden="tanh", seed=1)
    tensors = [torch.from_numpy(a.copy()).requires_grad_() for a in net.parameters.values()]
    optimizer = torchs(tensors)
    start = net.parameters.flat.copy()
    for _ in range(40):
        for i in range(0, 50, 10):
            W1, b1, W2, b2 = tensors
            z2 = torch.tanh(torch.from_numpy(X[i : i + 10]) @ W1 + b1) @ W2 + b2
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(z2, torch.from_numpy(y[i : i + 10])).backward()
            optimizer.step()
    mine = own()
    net.fit(X, y, epochs=40, batch_size=10, shuffle=False, optimizer=mine)
    assert mine.t == 200
    assert np.abs(net.parameters.flat - start).max() > 0.1
    for array, tensor in zip(net.parameters.values(), tensors, strict=True):
        np.testing.assert_allclose(array, tensor.detach().numpy(), rtol=0, atol=1e-9)


def test_adams_second_step_by_hand() -> None:
    # after the first step with dw = 2: m = 0.2, v = 0.004; now dw = -1 and t = 2
    w, m, v = np.array([1.0]), np.array([0.2]), np.array([0.004])
    q = Scope({"w": w, "m": m, "v": v, "dw": np.array([-1.0]), **cr.Adam(0.1, epsilon=0.5).scalars(), "t": 2})
    cr.Adam().update(q)
    np.testing.assert_allclose(q.m_new, [0.08])
    np.testing.assert_allclose(q.v_new, [0.004996])
    np.testing.assert_allclose(q.m_hat, [0.08 / 0.19])
    np.testing.assert_allclose(q.v_hat, [0.004996 / 0.001999])
    np.testing.assert_allclose(q.w_new, [1 - 0.1 * (0.08 / 0.19) / (np.sqrt(0.004996 / 0.001999) + 0.5)])


def test_adams_first_step_is_the_learning_rate_against_the_gradients_sign() -> None:
    net = cr.Network([2, 2], seed=4)
    trace = net.trace([[0.5, -2.0]], [0], optimizer=cr.Adam(0.01, epsilon=0))
    np.testing.assert_allclose(trace["W1_new"] - trace["W1"], -0.01 * np.sign(trace["dW1"]), rtol=1e-10)


def test_momentums_second_step_by_hand() -> None:
    q = Scope({"w": np.array([1.0]), "v": np.array([2.0]), "dw": np.array([-1.0]), "eta": 0.1, "mu": 0.5})
    cr.Momentum().update(q)
    assert (q.v_new.tolist(), q.w_new.tolist()) == ([0.0], [1.0])


def test_a_learning_rate_of_0_moves_nothing() -> None:
    net = cr.Network([2, 3, 2], seed=4)
    before = net.parameters.flat.copy()
    net.fit([[1.0, 2.0]], [0], epochs=3, optimizer=cr.SGD(0))
    np.testing.assert_array_equal(net.parameters.flat, before)


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: cr.SGD(-1), InputError, "SGD: learning_rate = -1 is out of range: it must be at least 0."),
        (
            lambda: cr.SGD(np.nan),
            InputError,
            "SGD: learning_rate = nan is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.SGD(np.inf),
            InputError,
            "SGD: learning_rate = inf is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.SGD("a"),
            KindError,
            "SGD: learning_rate = 'a' is no number: give one that is at least 0.",
        ),
        (
            lambda: cr.SGD(True),
            KindError,
            "SGD: learning_rate = True is no number: give one that is at least 0.",
        ),
        (
            lambda: cr.Adam(beta1=1),
            InputError,
            "Adam: beta1 = 1 is out of range: it must be at least 0 and below 1.",
        ),
        (
            lambda: cr.Momentum(momentum=-0.1),
            InputError,
            "Momentum: momentum = -0.1 is out of range: it must be at least 0.",
        ),
        (
            lambda: Optimizer.of("adm"),
            InputError,
            "there is no optimizer 'adm'. Did you mean 'adam'? There is: sgd, momentum, adam.",
        ),
        (lambda: Optimizer.of(cr.Adam), KindError, "Adam is a class: write Adam(), with brackets."),
        (lambda: Optimizer.of(3), KindError, "3 is no optimizer: give its name, such as 'sgd', or a part."),
    ],
)
def test_bad_settings(make: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value) == message


def test_an_optimizer_that_has_counted_stays_with_its_network() -> None:
    optimizer = cr.Adam()
    cr.Network([2, 3, 2]).fit([[1, 2]], [0], epochs=2, optimizer=optimizer)
    other = cr.Network([2, 3, 2])
    with pytest.raises(InputError) as caught:
        other.fit([[1, 2]], [0], optimizer=optimizer)
    assert str(caught.value) == (
        "this Adam has counted 2 steps of another network: give each network an optimizer of its own."
    )


def test_an_optimizer_that_has_not_counted_goes_to_any_network() -> None:
    used, fresh = cr.Adam(), cr.Adam()
    cr.Network([2, 3, 2]).trace([[1, 2]], [0], optimizer=used)
    nets = [cr.Network([2, 3, 2], dtype="float32") for _ in range(2)]
    for net, optimizer in zip(nets, (used, fresh), strict=True):
        trace = net.trace([[1, 2]], [0], optimizer=optimizer)
        assert trace["mW1_new"].dtype == np.float32
        net.fit([[1, 2]], [0], epochs=3, optimizer=optimizer)
    np.testing.assert_array_equal(nets[0].parameters.flat, nets[1].parameters.flat)


def test_settings_scalars_and_how_it_is_written() -> None:
    adam = cr.Adam(0.01, beta2=0.99)
    assert adam.settings() == {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8}
    assert adam.scalars() == {"eta": 0.01, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8}
    assert (str(adam), str(cr.SGD()), str(cr.Momentum(momentum=0.5))) == (
        "Adam(0.01, beta2=0.99)",
        "SGD(0.01)",
        "Momentum(0.01, momentum=0.5)",
    )
    assert all(type(value) is float for value in cr.SGD(np.float32(0.5)).scalars().values())
