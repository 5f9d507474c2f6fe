"""Networks as PyTorch modules: the same predictions, the same gradients, and back again bit by bit."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
import torch
from nets import ACTIVATIONS, deep
from torch import nn

import chainrule as cr
from chainrule.errors import InputError, KindError, MissingPackage

X = np.random.default_rng(5).normal(size=(30, 5))


@pytest.mark.parametrize(("dtype", "bound"), [("float64", 1e-14), ("float32", 2e-6)])
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_it_gives_what_the_network_predicts(activation: Any, dtype: str, bound: float) -> None:
    net = deep(activation, dtype)
    module = cr.to_torch(net)
    assert not module.training
    assert {p.dtype for p in module.parameters()} == {getattr(torch, dtype)}
    out = module(torch.tensor(X))
    assert out.dtype == getattr(torch, dtype)
    np.testing.assert_allclose(out.detach(), net.predict(X), atol=bound, rtol=0)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_there_and_back_changes_no_bit(activation: Any, dtype: str) -> None:
    net = deep(activation, dtype)
    net.freeze("W1", "gamma2")
    back = cr.from_torch(cr.to_torch(net))
    assert back.frozen == net.frozen
    for name, array in {**net.parameters, **net.buffers}.items():
        assert array.tobytes() == {**back.parameters, **back.buffers}[name].tobytes()
    assert np.array_equal(back.predict(X), net.predict(X))


def test_what_it_is_made_of() -> None:
    net = cr.Network(
        [cr.Dense(2, 3), cr.BatchNorm(), cr.PReLU(), cr.Dropout(0.2), cr.Dense(3, 1)], loss="huber"
    )
    assert str(cr.to_torch(net)) == (
        "Sequential(\n"
        "  (0): Linear(in_features=2, out_features=3, bias=True)\n"
        "  (1): BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)\n"
        "  (2): PReLU(num_parameters=3)\n"
        "  (3): Dropout(p=0.2, inplace=False)\n"
        "  (4): Linear(in_features=3, out_features=1, bias=True)\n"
        ")"
    )


def test_torch_trains_it_on_from_its_logits() -> None:
    net = cr.Network([5, 4, 3], hidden="gelu", seed=1)
    module = cr.to_torch(net)
    y = np.arange(30) % 3
    nn.functional.cross_entropy(module[:-1](torch.tensor(X)), torch.tensor(y)).backward()
    np.testing.assert_allclose(
        module[0].weight.grad.numpy().T, net.trace(X, y)["dW1"], rtol=1e-10, atol=1e-15
    )


def test_softplus_far_out() -> None:
    net = cr.Network([1, 1, 1], hidden="softplus", output="identity", loss="huber")
    net.parameters["W1"][...] = net.parameters["W2"][...] = 1
    x = np.linspace(-60, 60, 241)[:, None]
    np.testing.assert_allclose(cr.to_torch(net)(torch.tensor(x)).detach(), net.predict(x), rtol=1e-15)


def test_large_raw_inputs_keep_their_digits() -> None:
    seconds = 1.7e9 + np.arange(10.0)[:, None]
    net = cr.Network([1, 2], scaling=cr.Standardize.fitted(seconds), dtype="float32")
    out = cr.to_torch(net)(torch.tensor(seconds)).detach().numpy()
    assert len({*out[:, 0]}) == 10
    np.testing.assert_allclose(out, net.predict(seconds), rtol=1e-6)


def test_numbers_are_copied() -> None:
    net = cr.Network([2, 2])
    module = cr.to_torch(net)
    before = net.parameters["W1"].copy()
    with torch.no_grad():
        module[0].weight.fill_(7)
    assert np.array_equal(net.parameters["W1"], before)


class Mine(cr.Dense):
    pass


@pytest.mark.parametrize(
    ("layers", "place"),
    [
        ([cr.Dense(2, 3), lambda z: z * z], "layer 1, own function"),
        ([Mine(2, 3), cr.Softmax()], "layer 0, Mine(2, 3)"),
    ],
)
def test_code_of_ones_own(layers: list[Any], place: str) -> None:
    with pytest.raises(KindError) as raised:
        cr.to_torch(cr.Network(layers))
    assert str(raised.value) == (
        f"{place}, has no module in torch, since it is code of your own: take layers of chainrule's own, or write its "
        "module yourself."
    )


def test_no_network() -> None:
    with pytest.raises(KindError) as raised:
        cr.to_torch([2, 3])
    assert str(raised.value) == "[2, 3] is no network: give one that cr.Network made."


def test_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingPackage) as raised:
        cr.to_torch(cr.Network([2, 2]))
    assert (
        str(raised.value)
        == "making a PyTorch module needs the package torch. Install it with: pip install torch"
    )


@pytest.mark.parametrize(("dtype", "bound"), [("float64", 1e-15), ("float32", 1e-7)])
def test_outputs_in_the_unit_of_the_target(dtype: str, bound: float) -> None:
    scale = cr.Standardize([350_000, -7, 1], [20_000, 1e-3, 2])
    net = cr.Network([5, 4, 3], output="identity", loss="huber", dtype=dtype, scale_target=scale, seed=3)
    module = cr.to_torch(net)
    assert str(module[-1]) == "Restore(3 targets)"
    out = module(torch.tensor(X, dtype=getattr(torch, dtype)))
    assert out.dtype == getattr(torch, dtype)
    # Near 0, a · scale + center is a difference of larger numbers: what is lost counts in spreads of the target.
    spreads = np.array([20_000, 1e-3, 2])
    np.testing.assert_allclose(
        out.detach().numpy() / spreads, net.predict(X) / spreads, rtol=10 * bound, atol=30 * bound
    )
    np.testing.assert_allclose(
        module[:-1](torch.tensor(X, dtype=out.dtype)).detach(),
        net.trace(X)["a2"],
        rtol=bound,
        atol=30 * bound,
    )
    back = cr.from_torch(module)
    np.testing.assert_array_equal(back.predict(X), net.predict(X))
    assert back.loss_part.name() == "mean_squared_error"
    with pytest.raises(InputError) as raised:
        cr.from_torch(nn.Sequential(*module, nn.ReLU()))
    assert str(raised.value) == (
        "module 4, ReLU() comes after what gives outputs their unit, which is the last thing there is."
    )


class Undone(cr.Standardize):
    pass


def test_a_scaling_of_the_target_that_is_ones_own() -> None:
    net = cr.Network([2, 1], output="identity", loss="huber", scale_target=Undone(1, 2))
    with pytest.raises(KindError) as raised:
        cr.to_torch(net)
    assert str(raised.value) == (
        "scale_target, Standardize(…), has no module in torch, since it is code of your own: take Standardize, or "
        "write its module yourself."
    )
