"""How numbers are spread, layer by layer, and how large gradients are: NumPy counts them again."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from drawn import assert_tidy, legend, worked_trace

import chainrule as cr
from chainrule import plots
from chainrule.errors import ChainruleError, InputError, KindError

RNG = np.random.default_rng(3)
X, Y = RNG.standard_normal((40, 2)), RNG.integers(0, 2, 40)
NET = cr.Network([2, 7, 5, 2], seed=1)
TRACE = NET.trace(X, Y)


def bars(child: Any) -> tuple[list[float], list[float]]:
    """The heights of the bars, and their left edges with the last right one."""
    boxes = list(child.patches)
    edges = [box.get_x() for box in boxes] + [boxes[-1].get_x() + boxes[-1].get_width()]
    return [box.get_height() for box in boxes], edges


def by_hand() -> tuple[Any, Any]:
    """The activations by hand, from the network's weights."""
    P = NET.parameters
    a1 = np.maximum(0, X @ P["W1"] + P["b1"])
    return a1, np.maximum(0, a1 @ P["W2"] + P["b2"])


def test_activations_are_counted_and_zeros_are_told() -> None:
    ax = plots.activations(TRACE)
    assert len(ax.child_axes) == 3
    for child, name, array in zip(ax.child_axes, ("a1", "a2"), by_hand(), strict=False):
        counts, edges = np.histogram(array, 30)
        heights, drawn = bars(child)
        assert heights == counts.tolist()
        np.testing.assert_allclose(drawn, edges, atol=1e-12)
        share = 100 * np.mean(array == 0)
        assert child.get_title() == f"{name} {array.shape}, {share:.3g} % are 0"
    assert ax.child_axes[2].get_title() == "a3 (40, 2)"


def test_weights_and_gradients_are_counted() -> None:
    ax = plots.weights(NET)
    assert [child.get_title() for child in ax.child_axes] == ["W1 (2, 7)", "W2 (7, 5)", "W3 (5, 2)"]
    for child, W in zip(ax.child_axes, (NET.parameters[f"W{k}"] for k in (1, 2, 3)), strict=True):
        assert bars(child)[0] == np.histogram(W, 30)[0].tolist()
    ax = plots.gradients(TRACE)
    found = NET.gradients(X, Y)
    for child, name in zip(ax.child_axes, ("W1", "W2", "W3"), strict=True):
        assert child.get_title().startswith(f"d{name} ")
        assert bars(child)[0] == np.histogram(found[name], 30)[0].tolist()


def test_gradient_flow_at_a_step() -> None:
    ax = plots.gradient_flow(TRACE)
    found = NET.gradients(X, Y)
    norms = [np.sqrt((found[name] ** 2).sum()) for name in ("W1", "W2", "W3")]
    assert [box.get_height() for box in ax.patches] == pytest.approx(norms)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["dW1", "dW2", "dW3"]
    assert (ax.get_yscale(), ax.get_ylabel()) == ("log", "size of the gradient, ‖dW‖")
    assert ax.get_ylim()[0] < min(norms)
    assert_tidy(ax)


def test_gradient_flow_over_steps_falls_to_the_first_layer_where_gradients_vanish() -> None:
    net = cr.Network([2, 6, 6, 6, 6, 2], hidden="sigmoid", seed=0)
    steps = list(net.steps(X, Y, epochs=4, batch_size=20, optimizer="sgd"))
    ax = plots.gradient_flow(iter(steps))
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert legend(ax) == [f"dW{k}" for k in range(1, 6)]
    for name, values in drawn.items():
        assert list(values) == pytest.approx([np.linalg.norm(step[name]) for step in steps])
    assert list(ax.lines[0].get_xdata()) == list(range(1, 9))
    means = [np.mean(drawn[f"dW{k}"]) for k in range(1, 6)]
    assert means == sorted(means)
    assert_tidy(ax)


def test_a_gradient_of_0_has_no_axis_of_powers() -> None:
    net = cr.Network([2, 3, 2])
    net.parameters["W2"][...] = 0
    assert plots.gradient_flow(net.trace(X, Y)).get_yscale() == "linear"


def test_many_layers_take_several_rows() -> None:
    ax = plots.weights(cr.Network([2, *[3] * 6, 2]))
    assert len(ax.child_axes) == 7
    ax.figure.canvas.draw()
    boxes = [child.get_window_extent() for child in ax.child_axes]
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])
    assert len({round(box.y0) for box in boxes}) == 3


def broken() -> Any:
    net = cr.Network([2, 3, 2])
    net.parameters["W1"][0, 1] = np.nan
    return net


@pytest.mark.parametrize(
    ("draw", "kind", "message"),
    [
        (lambda: plots.activations([1]), KindError, "[1] is no trace: give what net.trace(X, y) returned."),  # type: ignore[arg-type]
        (lambda: plots.weights([1]), KindError, "[1] is no network: give a Network."),
        (
            lambda: plots.gradients(NET.trace(X)),
            InputError,
            "this trace is forward only, without gradients: give trace(…) the targets y.",
        ),
        (
            lambda: plots.gradient_flow([]),
            InputError,
            "there is no step to draw: give at least one trace.",
        ),
        (
            lambda: plots.gradient_flow(3),  # type: ignore[arg-type]
            KindError,
            "3 is no trace: give what net.trace(X, y) returned.",
        ),
        (
            lambda: plots.gradient_flow(np.array(2.0)),  # type: ignore[arg-type]
            KindError,
            "array(2.) is no trace: give what net.trace(X, y) returned.",
        ),
        (
            lambda: plots.weights(broken()),
            InputError,
            "W1[0, 1] is nan: every entry must be finite.",
        ),
    ],
)
def test_errors(draw: Any, kind: type[ChainruleError], message: str) -> None:
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        draw()


def test_a_picture_of_the_worked_example() -> None:
    titles = [child.get_title() for child in plots.activations(worked_trace()).child_axes]
    assert titles == ["a1 (1, 3), 33.3 % are 0", "a2 (1, 2)"]
