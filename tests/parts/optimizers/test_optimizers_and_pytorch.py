"""Each optimizer against PyTorch's over 200 steps."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from optimizers_made import OWN, TORCHS, check_200_steps, network, torch_steps

import chainrule as cr


@pytest.mark.some(6)
@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("decay", [0.0, 0.03])
@pytest.mark.parametrize("name", list(TORCHS))
def test_200_steps_are_pytorchs(name: str, decay: float, engine: str) -> None:
    penalty = cr.L2(decay, biases=True) if decay and name != "adamw" else None
    expected = torch_steps(network(), lambda tensors: TORCHS[name](tensors, decay))
    check_200_steps(network(penalty=penalty), OWN[name](), expected, engine)


@pytest.mark.parametrize(
    ("own", "torchs", "names"),
    [
        (cr.AMSGrad, torch.optim.Adam, {}),
        (cr.Adam, torch.optim.Adam, {}),
        (cr.AdamW, torch.optim.AdamW, {}),
        (cr.NAdam, torch.optim.NAdam, {}),
        (cr.RAdam, torch.optim.RAdam, {}),
        (cr.Adamax, torch.optim.Adamax, {}),
        (cr.RMSprop, torch.optim.RMSprop, {"rho": "alpha"}),
        (cr.Adagrad, torch.optim.Adagrad, {}),
        (cr.Adadelta, torch.optim.Adadelta, {}),
    ],
)
def test_defaults_are_pytorchs(own: Any, torchs: Any, names: dict[str, str]) -> None:
    theirs = torchs([torch.zeros(1)]).defaults
    theirs |= dict(zip(("beta1", "beta2"), theirs.get("betas", ()), strict=False))
    names = {"learning_rate": "lr", "epsilon": "eps", **names}
    settings = own().settings()
    assert {name: theirs[names.get(name, name)] for name in settings if name != "clip"} == {
        name: value for name, value in settings.items() if name != "clip"
    }
