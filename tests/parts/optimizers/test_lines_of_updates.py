"""How an update is told: its lines are the textbook's, with their numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from optimizers_made import EVERY, network

import chainrule as cr
from chainrule.expressions import Node, nodes
from chainrule.notation import display, formula
from chainrule.parts.contract import Optimizer
from chainrule.program.program import Quantity
from pages_read import check_every_format

ADAM = ["mW1_new = β1 mW1 + (1 - β1) dW1", "vW1_new = β2 vW1 + (1 - β2) dW1²"]
CORRECTED = ["mW1_hat = mW1_new / (1 - β1^t)", "vW1_hat = vW1_new / (1 - β2^t)"]
LINES = {
    "nesterov": ["vW1_new = μ vW1 + dW1", "W1_new = W1 - η (dW1 + μ vW1_new)"],
    "amsgrad": [
        *ADAM,
        "vW1_max_new = max(vW1_max, vW1_new)",
        "mW1_hat = mW1_new / (1 - β1^t)",
        "vW1_hat = vW1_max_new / (1 - β2^t)",
        "W1_new = W1 - η mW1_hat / (√vW1_hat + ε)",
    ],
    "adamw": [
        *ADAM,
        *CORRECTED,
        "W1_decayed = W1 - η×λ W1",
        "W1_new = W1_decayed - η mW1_hat / (√vW1_hat + ε)",
    ],
    "nadam": [
        "μ_t = β1×(1 - 0.5×0.96^(t×momentum_decay))",
        "μ_next = β1×(1 - 0.5×0.96^((t + 1)×momentum_decay))",
        *ADAM,
        "pW1_new = pW1 × μ_t",
        "mW1_hat = μ_next mW1_new / (1 - pW1_new × μ_next) + (1 - μ_t) dW1 / (1 - pW1_new)",
        "vW1_hat = vW1_new / (1 - β2^t)",
        "W1_new = W1 - η mW1_hat / (√vW1_hat + ε)",
    ],
    "radam": [
        "ρ_inf = max(5, 2/(1 - β2) - 1)",
        "ρ = ρ_inf - 2×t×β2^t/(1 - β2^t)",
        "r = √max(0, (ρ - 4)×(ρ - 2)×ρ_inf/((ρ_inf - 4)×(ρ_inf - 2)×ρ))",
        "c = √(1 - β2^t)",
        *ADAM,
        "mW1_hat = mW1_new / (1 - β1^t)",
        "W1_step = r×c mW1_hat / (√vW1_new + ε) if ρ > 5, otherwise mW1_hat",
        "W1_new = W1 - η W1_step",
    ],
    "adamax": [
        ADAM[0],
        "uW1_new = max(β2 uW1, |dW1| + ε)",
        "mW1_hat = mW1_new / (1 - β1^t)",
        "W1_new = W1 - η mW1_hat / uW1_new",
    ],
    "rmsprop": [
        "sW1_new = ρ sW1 + (1 - ρ) dW1²",
        "dW1_scaled = dW1 / (√sW1_new + ε)",
        "W1_new = W1 - η dW1_scaled",
    ],
    "rmsprop with both": [
        "sW1_new = ρ sW1 + (1 - ρ) dW1²",
        "gW1_new = ρ gW1 + (1 - ρ) dW1",
        "sW1_centered = max(0, sW1_new - gW1_new²)",
        "dW1_scaled = dW1 / (√sW1_centered + ε)",
        "vW1_new = μ vW1 + dW1_scaled",
        "W1_new = W1 - η vW1_new",
    ],
    "adagrad": ["sW1_new = sW1 + dW1²", "W1_new = W1 - η dW1 / (√sW1_new + ε)"],
    "adadelta": [
        "sW1_new = ρ sW1 + (1 - ρ) dW1²",
        "W1_step = √(uW1 + ε) / √(sW1_new + ε) ⊙ dW1",
        "uW1_new = ρ uW1 + (1 - ρ) W1_step²",
        "W1_new = W1 - η W1_step",
    ],
    "lion": [
        "cW1 = β1 mW1 + (1 - β1) dW1",
        "W1_decayed = W1 - η×λ W1",
        "W1_new = W1_decayed - η sign(cW1)",
        "mW1_new = β2 mW1 + (1 - β2) dW1",
    ],
    "lookahead": [
        "μ_t = β1×(1 - 0.5×0.96^(t×momentum_decay))",
        "μ_next = β1×(1 - 0.5×0.96^((t + 1)×momentum_decay))",
        "since = t - period×floor(t/period)",
        *ADAM,
        "pW1_new = pW1 × μ_t",
        "mW1_hat = μ_next mW1_new / (1 - pW1_new × μ_next) + (1 - μ_t) dW1 / (1 - pW1_new)",
        "vW1_hat = vW1_new / (1 - β2^t)",
        "W1_fast = W1 - η mW1_hat / (√vW1_hat + ε)",
        "W1_start = W1 if t == 1, otherwise W1_slow",
        "W1_slow_new = (W1_start + α (W1_fast - W1_start)) if since == 0, otherwise W1_start",
        "W1_new = W1_slow_new if since == 0, otherwise W1_fast",
    ],
    "own": ["W1_new = W1 - 0.1 × sign(dW1) ⊙ |dW1|^0.8"],
}


def update_lines(make: Callable[[], Optimizer]) -> list[Quantity]:
    program = network().program(make())
    return [*program.shared, *program.update_of("W1")]


@pytest.mark.parametrize("name", list(LINES))
def test_the_lines_of_an_update_are_the_textbooks(name: str) -> None:
    assert [f"{display(q.name)} = {formula(q.rule)}" for q in update_lines(EVERY[name])] == LINES[name]


@pytest.mark.parametrize("name", list(EVERY))
def test_what_an_update_needs_twice_has_a_name(name: str) -> None:
    parts = [formula(node) for q in update_lines(EVERY[name]) for node in nodes(q.rule) if not node.scalar]
    whole = {formula(q.rule) for q in update_lines(EVERY[name]) if isinstance(q.rule, Node)}
    assert not [part for part in parts if parts.count(part) > 1 and part not in whole]
    assert len(whole) == len([q for q in update_lines(EVERY[name]) if isinstance(q.rule, Node)])


@pytest.mark.some(10)
@pytest.mark.parametrize("name", list(EVERY))
def test_each_line_is_told_with_its_numbers_in_every_form(name: str) -> None:
    net, optimizer = cr.Network([1, 1], output="sigmoid", seed=1), EVERY[name]()
    net.fit([[0.5]], [1], epochs=6, optimizer=optimizer, engine="numpy")
    trace = net.trace([[0.5]], [1], optimizer)
    told = trace.explain()
    text = str(told)
    for quantity in trace.program.quantities.values():
        if quantity.section == "update":
            assert f" {display(quantity.name)} = " in " ".join(text.split())
    check_every_format(told)
    why = str(trace.why("W1_new[0, 0]"))
    for quantity in trace.program.needed(["W1_new"]):
        if quantity.section == "update":
            assert f"{display(quantity.name)}{'' if quantity.rule.scalar else '[0, 0]'} = " in why


def test_a_computed_number_is_shown_rounded_and_a_setting_in_full() -> None:
    net, optimizer = cr.Network([1, 1], output="sigmoid", seed=1), cr.SGD(cr.Exponential(0.123456789, 0.7))
    net.fit([[0.5]], [1], epochs=3, optimizer=optimizer, engine="numpy")
    told = str(net.trace([[0.5]], [1], optimizer).explain())
    assert "SGD, exponential, η0 = 0.123456789, factor = 0.7, step 4" in told
    assert "  η = η0×factor^(t - 1) = 0.123456789×0.7^(4 - 1) = 0.042346\n" in told
    assert "  W1_new = W1 - η dW1 = 0.106064 - 0.042346×(-0.227157) = 0.115683\n" in told
