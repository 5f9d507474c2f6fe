"""The strengths of penalties are numbers of the step: asked for by name, told by their sign, not part of a program."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import chainrule as cr

RNG = np.random.default_rng(6)
X, Y = RNG.standard_normal((9, 3)), RNG.integers(0, 2, 9)


@pytest.mark.parametrize(
    ("penalty", "numbers", "formula"),
    [
        (cr.L1(0.25), {"strength": 0.25}, "dW2_penalty = λ sign(W2)"),
        (cr.L2(0.25), {"strength": 0.25}, "dW2_penalty = λ W2"),
        (
            cr.ElasticNet(0.25, 0.5),
            {"strength1": 0.25, "strength2": 0.5},
            "dW2_penalty = λ1 sign(W2) + λ2 W2",
        ),
    ],
)
def test_a_strength_is_asked_for_and_told(penalty: Any, numbers: dict[str, float], formula: str) -> None:
    net = cr.Network([3, 4, 2], penalty=penalty)
    trace = net.trace(X, Y, "sgd")
    assert {name: trace[name] for name in numbers} == numbers
    assert formula in str(trace.explain("dW2_penalty"))
    if len(numbers) == 1:
        assert trace["λ"] == 0.25


def test_another_strength_is_another_step_of_the_same_program() -> None:
    weak, strong = (cr.Network([3, 4, 2], penalty=cr.L2(strength)) for strength in (0.1, 0.5))
    assert weak.program(cr.SGD()) is strong.program(cr.SGD())
    for net, strength in ((weak, 0.1), (strong, 0.5)):
        gradient = torch.tensor(net.parameters["W2"], requires_grad=True)
        (strength / 2 * gradient.square().sum()).backward()
        np.testing.assert_allclose(net.trace(X, Y)["dW2_penalty"], gradient.grad, rtol=1e-12)


def test_a_strength_and_an_optimizers_decay_keep_apart() -> None:
    net = cr.Network([3, 4, 2], penalty=cr.L2(0.25))
    trace = net.trace(X, Y, cr.AdamW(weight_decay=0.125))
    assert (trace["strength"], trace["weight_decay_adamw"]) == (0.25, 0.125)
    told = str(trace.explain("W1_decayed"))
    assert "λ_adamw" in told
    np.testing.assert_allclose(trace["W1_decayed"], trace["W1"] * (1 - 0.001 * 0.125), rtol=1e-15)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_penalty_of_ones_own_reads_its_numbers_and_the_samples(engine: str) -> None:
    class PerSample(cr.Penalty):
        """Weight decay as scikit-learn has it: α / (2m) · Σ w²."""

        alpha: float = 0.5

        def forward(self, q: Any) -> None:
            q.penalty = q.alpha * np.square(q.w).sum() / (2 * q.m)

    net = cr.Network([3, 4, 2], hidden="tanh", penalty=PerSample(0.75))
    trace = net.trace(X, Y)
    assert trace["alpha"] == 0.75
    weights = {name: torch.tensor(array, requires_grad=True) for name, array in net.parameters.items()}
    outputs = torch.tanh(torch.tensor(X) @ weights["W1"] + weights["b1"]) @ weights["W2"] + weights["b2"]
    cost = 0.75 / (2 * 9) * (weights["W1"].square().sum() + weights["W2"].square().sum())
    loss = torch.nn.functional.cross_entropy(outputs, torch.tensor(Y)) + cost
    loss.backward()
    assert trace.loss == pytest.approx(loss.item(), rel=1e-12)
    for name, weight in weights.items():
        np.testing.assert_allclose(trace[f"d{name}"], weight.grad, atol=1e-14)
    net.fit(X, Y, epochs=1, batch_size=9, optimizer=cr.SGD(1.0), progress=False, engine=engine)
    for name, weight in weights.items():
        assert weight.grad is not None
        np.testing.assert_allclose(
            net.parameters[name], (weight - weight.grad).detach().numpy(), rtol=0, atol=1e-14
        )


def test_a_number_that_a_rule_reads_from_its_part_is_no_number_of_the_step() -> None:
    class Own(cr.Penalty):
        t: float = 2.0  # the step's name for its number, which this penalty does not read by it

        def forward(self, q: Any) -> None:
            q.penalty = self.t * np.square(q.w).sum()

    for strength in (2.0, 3.0):
        net = cr.Network([3, 4, 2], penalty=Own(strength))
        trace = net.trace(X, Y)
        np.testing.assert_allclose(trace["dW1_penalty"], 2 * strength * net.parameters["W1"], rtol=1e-15)


def test_the_script_names_the_strength() -> None:
    code = cr.Network([3, 4, 2], penalty=cr.L2(0.25)).code()
    assert "\nstrength = 0.25\n" in code
    assert "dW1_penalty = strength * W1" in code
