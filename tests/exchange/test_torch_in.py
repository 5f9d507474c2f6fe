"""Networks from PyTorch: predictions, gradients and running averages are torch's own; what is no chain is named."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import chainrule as cr
from chainrule.errors import InputError, KindError

RNG = np.random.default_rng(3)
X, LABELS = RNG.normal(size=(20, 5)), RNG.integers(0, 3, 20)
ACTIVATIONS = [
    nn.ReLU(), nn.LeakyReLU(0.2), nn.ELU(0.7), nn.SELU(), nn.Sigmoid(), nn.Tanh(), nn.Softplus(), nn.SiLU(),
    nn.Hardswish(), nn.GELU(), nn.GELU("tanh"), nn.Mish(), nn.Softmax(dim=1), nn.LogSoftmax(dim=-1), nn.Identity(),
    nn.PReLU(6),
]  # fmt: skip


def module(activation: nn.Module) -> nn.Sequential:
    """Two normalizations, a nested Sequential, dropout that drops nothing; logits at the end."""
    torch.manual_seed(0)
    made = nn.Sequential(
        nn.Flatten(),
        nn.Linear(5, 6), nn.BatchNorm1d(6, momentum=0.3, eps=1e-4), copy.deepcopy(activation), nn.Dropout(0.0),
        nn.Sequential(nn.Linear(6, 6, bias=False), nn.LayerNorm(6, eps=1e-3), nn.Tanh()),
        nn.Linear(6, 3),
    ).double()  # fmt: skip
    with torch.no_grad():
        for array in [*made.parameters(), made[2].running_mean]:
            array.normal_(0, 0.7)
        made[2].running_var.uniform_(0.5, 2)
    return made


def torch_names() -> dict[str, tuple[str, ...]]:
    return {
        "W1": ("1", "weight"), "b1": ("1", "bias"), "gamma1": ("2", "weight"), "beta1": ("2", "bias"),
        "alpha1": ("3", "weight"), "W2": ("5.0", "weight"), "gamma2": ("5.1", "weight"), "beta2": ("5.1", "bias"),
        "W3": ("6", "weight"), "b3": ("6", "bias"),
    }  # fmt: skip


@pytest.mark.parametrize("output", [None, "softmax"])
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_its_gradients_are_those_of_torch(activation: nn.Module, output: str | None) -> None:
    made = module(activation)
    net = cr.from_torch(made, output=output)
    trace = net.trace(X, LABELS)

    made.train()
    loss = nn.functional.cross_entropy(made(torch.tensor(X)), torch.tensor(LABELS))
    loss.backward()
    assert trace.loss == pytest.approx(loss.item(), rel=1e-12)
    names = torch_names()
    assert set(net.parameters) - {"b2"} <= set(names)
    for name in set(net.parameters) - {"b2"}:
        place, local = names[name]
        expected = getattr(made.get_submodule(place), local).grad.numpy().T
        np.testing.assert_allclose(trace[f"d{name}"], expected, rtol=1e-10, atol=1e-13, err_msg=name)
    # The averages that the step leaves behind, too.
    np.testing.assert_allclose(trace["mu1_run_new"], made[2].running_mean.numpy(), rtol=1e-12)
    np.testing.assert_allclose(trace["var1_run_new"], made[2].running_var.numpy(), rtol=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_it_predicts_what_the_module_does(activation: nn.Module) -> None:
    made = module(activation)
    expected = made.eval()(torch.tensor(X)).detach()
    np.testing.assert_allclose(cr.from_torch(made).predict(X), expected, rtol=1e-11, atol=1e-13)
    probable = cr.from_torch(made, output="softmax").predict(X)
    np.testing.assert_allclose(probable, expected.softmax(1), rtol=1e-11)


def test_a_network_trained_elsewhere_is_explained() -> None:
    page = str(cr.from_torch(module(nn.ReLU())).trace(X[:2], [0, 2]).explain())
    assert "LOSS" in page
    assert "p3 = e3 / s3" in page


def test_training_goes_on_as_in_torch() -> None:
    made = module(nn.Tanh())
    net = cr.from_torch(made)
    net.fit(X, LABELS, epochs=5, optimizer=cr.SGD(0.1), engine="numpy")
    optimizer = torch.optim.SGD(made.parameters(), 0.1)
    for _ in range(5):
        optimizer.zero_grad()
        nn.functional.cross_entropy(made.train()(torch.tensor(X)), torch.tensor(LABELS)).backward()
        optimizer.step()
    np.testing.assert_allclose(net.parameters["W1"], made[1].weight.detach().numpy().T, rtol=1e-10)
    np.testing.assert_allclose(net.buffers["var1_run"], made[2].running_var.numpy(), rtol=1e-10)
    assert "b2" not in net.parameters  # as the Linear has none


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_dtype_is_kept_and_numbers_are_copied(dtype: torch.dtype) -> None:
    made = nn.Linear(3, 2, dtype=dtype)
    net = cr.from_torch(made)
    assert str(net.dtype) == str(dtype).removeprefix("torch.")
    net.parameters["W1"][...] = 7
    assert not (made.weight == 7).any()


def test_what_requires_no_gradient_is_frozen() -> None:
    made = nn.Sequential(
        nn.Linear(3, 4, bias=False), nn.BatchNorm1d(4, affine=False), nn.ReLU(), nn.Linear(4, 2),
        nn.LayerNorm(2, elementwise_affine=False),
    )  # fmt: skip
    made[3].weight.requires_grad_(False)
    net = cr.from_torch(made)
    assert net.frozen == {"gamma1", "beta1", "W2", "gamma2", "beta2"}
    assert "b1" not in net.parameters
    assert (net.parameters["gamma1"] == 1).all()
    assert (net.parameters["beta2"] == 0).all()


@pytest.mark.parametrize(
    ("last", "given", "loss"),
    [
        ([nn.Linear(3, 2)], {}, "CrossEntropy(from_logits=True)"),
        ([nn.Linear(3, 2), nn.Identity()], {}, "CrossEntropy(from_logits=True)"),
        ([nn.Linear(3, 1)], {}, "MeanSquaredError()"),
        ([nn.Linear(3, 2)], {"output": "identity"}, "MeanSquaredError()"),
        ([nn.Linear(3, 2)], {"output": "softmax"}, "CrossEntropy()"),
        ([nn.Linear(3, 1)], {"output": "sigmoid"}, "CrossEntropy()"),
        ([nn.Linear(3, 2), nn.Softmax(dim=1)], {}, "CrossEntropy()"),
        ([nn.Linear(3, 2), nn.LogSoftmax(dim=1)], {}, "CrossEntropy()"),
        ([nn.Linear(3, 1), nn.Sigmoid()], {}, "CrossEntropy()"),
        ([nn.Linear(3, 2), nn.ReLU()], {}, "MeanSquaredError()"),
        ([nn.Linear(3, 2)], {"loss": "huber"}, "Huber(1.0)"),
    ],
)
def test_the_loss_goes_with_the_end(last: list[nn.Module], given: dict[str, Any], loss: str) -> None:
    assert str(cr.from_torch(nn.Sequential(*last), **given).loss_part) == loss


def test_names_of_features_and_classes() -> None:
    net = cr.from_torch(nn.Linear(2, 2), features=["length", "width"], classes=["no", "yes"])
    assert (net.features, net.classes) == (("length", "width"), ("no", "yes"))


class Custom(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(4, 3), nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(torch.tanh(self.first(x)))


def test_a_state_dict_of_any_module(tmp_path: Path) -> None:
    made = Custom()
    torch.save(made.state_dict(), tmp_path / "weights.pt")
    state = torch.load(tmp_path / "weights.pt", weights_only=True)
    net = cr.from_torch(state, hidden="tanh", output="softmax")
    inputs = RNG.normal(size=(9, 4)).astype("float32")
    expected = made(torch.tensor(inputs)).softmax(1).detach()
    np.testing.assert_allclose(net.predict(inputs), expected, rtol=1e-5)
    arrays = {name: tensor.numpy() for name, tensor in state.items()}
    assert np.array_equal(
        cr.from_torch(arrays, hidden=["tanh"], output="softmax").predict(inputs), net.predict(inputs)
    )


def message(source: Any, kind: type[Exception] = InputError, **given: Any) -> str:
    with pytest.raises(kind) as raised:
        cr.from_torch(source, **given)
    return str(raised.value)


LINEAR = "Linear(in_features=2, out_features=3, bias=True)"


def hooked() -> nn.Module:
    made = nn.Linear(2, 3)
    made.register_forward_hook(lambda *_: None)
    return made


def patched() -> nn.Module:
    made = nn.Linear(2, 3)
    made.forward = lambda x: x  # type: ignore[method-assign]
    return made


class Derived(nn.Linear):
    pass


class Chain(nn.Sequential):
    pass


TWICE = nn.Linear(2, 2)
LAYERS = (
    "Sequential, Flatten, Linear, BatchNorm1d, LayerNorm, Dropout, Identity, ReLU, LeakyReLU, PReLU, ELU, SELU, "
    "Sigmoid, "
    "Tanh, Softplus, SiLU, Hardswish, GELU, Mish, Softmax, LogSoftmax"
)
INSIDE = (
    "is none that chainrule has: what its forward does can't be read, so build an nn.Sequential of its layers, or give "
    "its state_dict() with hidden= and output=."
)


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ([nn.Sequential(nn.Linear(2, 3), nn.Softsign())], f"module 0.1, Softsign() is none that chainrule has: "
         f"it has {LAYERS}."),
        ([Derived(2, 3)], f"module 0, {LINEAR.replace('Linear', 'Derived')} is none that chainrule has: it has "
         f"{LAYERS}."),
        ([Custom()], f"module 0, Custom(…) {INSIDE}"),
        ([Chain(nn.Linear(2, 3))], f"module 0, Chain(…) {INSIDE}"),
        ([nn.utils.parametrizations.weight_norm(nn.Linear(2, 3))], f"module 0, ParametrizedLinear(…) {INSIDE}"),
        ([hooked()], f"module 0, {LINEAR} has hooks (forward_hooks), which may change its numbers: remove them, and "
         "weight_norm by remove_weight_norm."),
        ([patched()], f"module 0, {LINEAR} has a forward of its own, which can't be read."),
        ([], "the module is empty: it needs a Linear at least."),
        ([nn.ReLU()], "there is no layer with weights, such as Linear or Gemm: a network needs one."),
        ([nn.Linear(2, 3), nn.Linear(4, 2)], "module 1, Linear(in_features=4, out_features=2, bias=True): Dense(4, 2) "
         "takes 4 inputs, and the layer before it gives 3."),
        ([nn.Linear(2, 3), nn.LayerNorm(4)], "module 1, LayerNorm((4,), eps=1e-05, elementwise_affine=True, "
         "bias=True): "
         "gamma1 has the shape (3,), and what was given has (4,)."),
        ([nn.Linear(2, 3), nn.ReLU(), nn.Tanh(), nn.Linear(3, 2)], "module 2, Tanh() gives what module 1, ReLU() gives "
         "already: between two layers with weights chainrule has one activation, one normalization and one dropout."),
        ([nn.Linear(2, 3), nn.PReLU()], "module 1, PReLU(num_parameters=1) has one α for 3 units, and "
         "chainrule's PReLU "
         "learns one for each: make nn.PReLU(3)."),
        ([nn.Linear(2, 3), nn.LeakyReLU(-1)], "module 1, LeakyReLU(negative_slope=-1): LeakyReLU: slope = -1 is out of "
         "range: it must be at least 0."),
        ([nn.Linear(2, 3), nn.Softplus(2)], "module 1, Softplus(beta=2, threshold=20.0): chainrule's softplus is "
         "log(1 + e^z): take beta = 1 and a threshold of at least 20."),
        ([nn.Linear(2, 3), nn.Softmax(dim=0)], "module 1, Softmax(dim=0): chainrule's goes over the outputs of "
         "a sample: "
         "take dim=1."),
        ([nn.Linear(2, 3), nn.Dropout(1.0)], "module 1, Dropout(p=1.0, inplace=False): of p = 1 nothing is left."),
        ([nn.Flatten(0), nn.Linear(2, 3)], "module 0, Flatten(start_dim=0, end_dim=-1): chainrule's samples are rows "
         "already: take start_dim=1 and end_dim=-1."),
        ([nn.Linear(2, 3), nn.BatchNorm1d(3, momentum=None)], "module 1, BatchNorm1d(3, eps=1e-05, momentum=None, "
         "affine=True, bias=True, track_running_stats=True): chainrule keeps running averages, each step's by "
          "one rate: "
         "set track_running_stats=True and a momentum."),
        ([TWICE, nn.ReLU(), TWICE], "module 2, Linear(in_features=2, out_features=2, bias=True) shares its weight with "
         "module 0, Linear(in_features=2, out_features=2, bias=True): chainrule's layers have each their own."),
        ([nn.Linear(2, 3).half()], f"module 0, {LINEAR}: weight is float16: a network is float32 or float64, as "
         "module.float() makes it."),
        ([nn.Linear(2, 3, device="meta")], f"module 0, {LINEAR}: weight is on the device meta and has no numbers."),
        ([nn.Linear(2, 3).double(), nn.Linear(3, 3)], f"module 0, {LINEAR}: weight is float64 and module 1, "
         "Linear(in_features=3, out_features=3, bias=True): weight is float32: a network has one dtype."),
    ],
    ids=lambda value: None,
)  # fmt: skip
def test_what_is_no_chain(layers: list[nn.Module], told: str) -> None:
    assert message(nn.Sequential(*layers)) == told


def test_a_weight_that_is_not_finite() -> None:
    made = nn.Linear(2, 3)
    made.weight.data[2, 1] = float("nan")
    assert message(made) == f"the module, {LINEAR}: W1[1, 2] is nan: every entry must be finite."


def test_the_output_is_said_once() -> None:
    assert message(nn.Sequential(nn.Linear(2, 3), nn.Sigmoid()), output="softmax") == (
        "output = 'softmax' says what the last sums are for, and module 1, Sigmoid() is there for that already: leave "
        "output out."
    )
    assert message(nn.Linear(2, 3), hidden="relu") == (
        "hidden = 'relu' goes with a state_dict; a module has its activations: leave it out."
    )


ORDER = "a state_dict with other layers doesn't tell in what order their activations come. Give the module itself."


@pytest.mark.parametrize(
    ("state", "given", "told"),
    [
        ({}, {}, "the state_dict is empty: it needs the weight of a Linear at least."),
        ({"0.weight": np.ones((2, 3))}, {}, "a state_dict doesn't tell what the last sums are for: give "
         'output="softmax", "sigmoid" or "identity".'),
        ({"0.weight": np.ones((2, 3)), "2.weight": np.ones((2, 2))}, {"output": "softmax"}, "a state_dict doesn't tell "
         'the activations of its 1 hidden layer: give hidden="relu", or a list with one for each.'),
        ({"0.weight": np.ones((2, 3))}, {"output": "softmax", "hidden": ["relu"]},
         "hidden names 1 activations, and there are 0 hidden layers."),
        (nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)).state_dict(), {"output": "softmax"},
         f"1.weight, of shape (3,), belongs to no Linear: {ORDER}"),
        (nn.Conv2d(1, 2, 3).state_dict(), {"output": "softmax"},
         f"weight, of shape (2, 1, 3, 3), belongs to no Linear: {ORDER}"),
        ({"fc1.weight": np.ones((2, 3)), "fc2.weight": np.ones((2, 3))}, {"output": "softmax", "hidden": "relu"},
         "fc2: Dense(3, 2, bias=False) takes 3 inputs, and the layer before it gives 2."),
        ({"a.bias": np.ones(3)}, {"output": "softmax"}, "a.bias comes without a.weight: a state_dict with other layers "
         "than Linear doesn't tell in what order their activations come. Give the module itself."),
    ],
)  # fmt: skip
def test_a_state_dict_that_does_not_do(state: Any, given: dict[str, Any], told: str) -> None:
    assert message(state, **given) == told


def test_a_checkpoint_around_a_state_dict() -> None:
    assert message({"state_dict": {}, "epoch": 3}, KindError) == "state_dict is dict, no tensor."


class Dangerous:
    def __reduce__(self) -> Any:
        return exec, ("raise SystemExit('code of a file was run')",)


def test_a_file_is_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(pickle.dumps(Dangerous()))
    assert message(str(path), KindError) == (
        f"{str(path)!r} is no PyTorch module and no state_dict: give one; a file of a state_dict is read by "
        "torch.load(path, weights_only=True)."
    )
