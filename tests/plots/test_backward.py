"""The network drawn with its gradients: what is drawn is what was traced."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import assert_tidy, edges, legend, texts, worked_trace

import chainrule as cr
from chainrule import plots
from chainrule.errors import InputError, KindError


def test_the_gradients_of_the_worked_example() -> None:
    ax = plots.network(worked_trace(), backward=True)
    # dz2 = a2 - y = (0.857, -0.857); da2 = -y / a2; dW = xᵀ dz; da1 = dz2 W2ᵀ: the walk-through's own numbers
    assert sorted(texts(ax)) == sorted(
        [
            *["input x", "2 values", "hidden da1", "relu", "3 units", "output da2", "softmax", "2 units"],
            *["x 0.5", "x 0.5", "da −1.2\ndz 0", "da 1.37\ndz 1.37", "da 0.857\ndz 0.857"],
            *["da 0\ndz 0.857", "da −6.99\ndz −0.857", "target 0", "target 1"],
            *["db 0", "db 1.37", "db 0.857", "db 0.857", "db −0.857"],
            *["0", "0.686", "0.428", "0", "0.686", "0.428", "0", "0", "0.985", "−0.985", "0.643", "−0.643"],
            *["dW1 (2, 3)", "dW2 (3, 2)"],
            "label 1, predicted 0\nloss L = 1.9444\ngradients: how L changes with each number",
        ]
    )
    assert legend(ax) == ["gradient > 0", "gradient < 0", "size of gradient", "relu gives 0"]
    assert_tidy(ax)


def test_edges_are_the_gradient_of_the_batch_and_units_those_of_the_sample() -> None:
    X, y = np.random.default_rng(1).standard_normal((4, 3)), [0, 1, 1, 0]
    net = cr.Network([3, 4, 2], hidden="tanh", seed=2)
    ax = plots.network(net.trace(X, y), sample=3, backward=True)
    found, lines = net.gradients(X, y), edges(ax)
    for index in np.ndindex(3, 4):
        assert lines[f"dW1[{index[0]}, {index[1]}]"].is_dashed() == (found["W1"][index] < 0)
    h = 1e-6
    z1 = X @ net.parameters["W1"] + net.parameters["b1"]

    def loss(bump: float, unit: int) -> float:
        moved = z1.copy()
        moved[3, unit] += bump
        logits = np.tanh(moved) @ net.parameters["W2"] + net.parameters["b2"]
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return float(-logs[range(4), y].mean())

    shown = [text for text in texts(ax) if "\ndz " in text][:4]
    for unit, text in enumerate(shown):
        slope = (loss(h, unit) - loss(-h, unit)) / (2 * h)
        assert float(text.partition("\ndz ")[2].replace("−", "-")) == pytest.approx(slope, rel=5e-3)
    assert texts(ax)[-1].endswith(
        "gradients: how L changes with each number; units: of this sample, edges: of the batch"
    )
    assert_tidy(ax)


def test_gradients_of_inputs_are_told_where_the_trace_has_them() -> None:
    net = cr.Network([2, 3, 2], seed=0)
    trace = net.trace([[0.5, 1.5]], [1], inputs=True)
    ax = plots.network(trace, backward=True)
    for k in range(2):
        value = f"{trace['dx'][0, k]:.3g}".replace("-", "−")
        assert f"x {(0.5, 1.5)[k]:g}\ndx {value}" in texts(ax)
    assert_tidy(ax)


def test_where_there_are_no_gradients_it_is_said() -> None:
    net = cr.Network([2, 3, 2])
    for source, message in (
        (net, "a network by itself has no gradients to draw backward: give net.trace(X, y)."),
        (
            net.trace([1, 2]),
            "this trace is forward only, without gradients: give trace(…) the targets y.",
        ),
    ):
        with pytest.raises(InputError) as error:
            plots.network(source, backward=True)
        assert str(error.value) == message
    with pytest.raises(KindError) as kind:
        plots.network(net, backward=1)  # type: ignore[arg-type]
    assert str(kind.value) == "backward = 1 is neither True nor False."
