"""The optimizers that PyTorch does not have, against their papers over 200 steps."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from optimizers_made import OWN, TORCHS, check_200_steps, network, torch_steps

import chainrule as cr


class _Lion(torch.optim.Optimizer):
    """Algorithm 2 of X. Chen et al., 2023, in its own letters."""

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for theta in group["params"]:
                m = self.state[theta].setdefault("m", torch.zeros_like(theta))
                g = theta.grad
                update = torch.sign(group["beta1"] * m + (1 - group["beta1"]) * g)
                with torch.no_grad():
                    theta -= group["eta"] * (update + group["lambda"] * theta)
                m.mul_(group["beta2"]).add_((1 - group["beta2"]) * g)


class _Lookahead:
    """Algorithm 1 of M. Zhang et al., 2019, around an optimizer of PyTorch, in its own letters."""

    def __init__(self, inner: torch.optim.Optimizer, k: int, alpha: float) -> None:
        self.inner, self.k, self.alpha, self.count = inner, k, alpha, 0
        self.theta = [theta for group in inner.param_groups for theta in group["params"]]
        self.phi = [theta.detach().clone() for theta in self.theta]

    def zero_grad(self) -> None:
        self.inner.zero_grad()

    def step(self) -> None:
        self.inner.step()
        self.count += 1
        if self.count % self.k == 0:
            for phi, theta in zip(self.phi, self.theta, strict=True):
                phi += self.alpha * (theta.detach() - phi)
                theta.data.copy_(phi)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("decay", [0.0, 0.2])
def test_200_steps_of_lion_are_its_papers(decay: float, engine: str) -> None:
    settings = {"eta": 0.003, "beta1": 0.8, "beta2": 0.95, "lambda": decay}
    expected = torch_steps(network(), lambda tensors: _Lion(tensors, settings))
    check_200_steps(network(), cr.Lion(0.003, 0.8, 0.95, decay), expected, engine)


@pytest.mark.some(3)
@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("name", ["sgd", "adam", "nadam", "rmsprop with both"])
def test_200_steps_of_lookahead_are_its_papers(name: str, engine: str) -> None:
    expected = torch_steps(network(), lambda tensors: _Lookahead(TORCHS[name](tensors, 0), 3, 0.7))
    check_200_steps(network(), cr.Lookahead(OWN[name](), 3, 0.7), expected, engine)
