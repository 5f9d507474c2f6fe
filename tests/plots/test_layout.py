"""The layout of the drawn network: names, shortened layers, and no text on another."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import assert_tidy, circles, edges, texts

import chainrule as cr
from chainrule import plots


def test_wide_layers_are_shortened_with_dots_and_their_count() -> None:
    ax = plots.network(cr.Network([64, 32, 10]))
    assert len(circles(ax)) == 4 + 4 + 4
    names = [text for text in texts(ax) if text.startswith(("x[", "a1["))]
    assert names == [f"{q}[{i}]" for q, n in (("x", 64), ("a1", 32)) for i in (0, 1, 2, n - 1)]
    assert {"64 values", "32 units", "10 units"} <= set(texts(ax))
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert len(dots) == 3
    assert all(len(set(line.get_xdata())) == 1 and len(line.get_ydata()) == 3 for line in dots)
    assert len(edges(ax)) == 4 * 4 + 4 * 4
    assert "W1[63, 31]" in edges(ax)
    assert "W1[3, 0]" not in edges(ax)
    assert_tidy(ax)


def beside(net: cr.Network, x: list[float], y: object) -> list[str]:
    return [text for text in texts(plots.network(net.trace(x, y))) if "target" in text]


def test_of_a_wide_last_layer_the_label_and_the_answer_are_drawn_with_gaps_between() -> None:
    net = cr.Network([2, 3, 10], classes=[str(digit) for digit in range(10)])
    net.parameters["b2"][8] = 50  # so that it says 8
    ax = plots.network(net.trace([0.5, 0.5], 3))
    named = [text for text in texts(ax) if "target" in text]
    assert named == [f"class {k}\ntarget {int(k == 3)}" for k in (0, 3, 8, 9)]
    heights = [circle.center[1] for circle in circles(ax)[-4:]]
    dots = [float(np.mean(line.get_ydata())) for line in ax.lines if line.get_marker() == "o"]
    assert dots == pytest.approx([(heights[0] + heights[1]) / 2, (heights[1] + heights[2]) / 2])
    assert "W2[0, 8]" in edges(ax)
    assert "W2[0, 5]" not in edges(ax)
    assert_tidy(ax)


def test_units_without_names_say_which_they_are_where_some_are_left_out() -> None:
    net = cr.Network([2, 3, 10])
    net.parameters["b2"][4] = 50
    assert beside(net, [1, 1], 4) == [f"a2[{k}]\ntarget {int(k == 4)}" for k in (0, 1, 4, 9)]
    several = cr.Network([2, 7], output="sigmoid", loss="binary_cross_entropy")
    several.parameters["b1"][:] = -50
    several.parameters["b1"][5] = 50
    y = [[0, 0, 1, 0, 0, 0, 0]]
    assert beside(several, [0, 0], y) == [f"a1[{k}]\ntarget {int(k == 2)}" for k in (0, 2, 5, 6)]
    numbers = cr.Network([2, 8], output="identity", loss="mean_squared_error")
    assert beside(numbers, [0, 0], [np.zeros(8)]) == [f"a1[{k}]\ntarget 0" for k in (0, 1, 2, 7)]


@pytest.mark.parametrize("backward", [False, True])
def test_small_numbers_keep_inside_their_circles(backward: bool) -> None:
    net = cr.Network([2, 3, 3, 3, 3, 2], seed=1)
    assert_tidy(plots.network(net.trace([-0.0123, 0.0456], 1), backward=backward))


def test_scaled_inputs_own_functions_and_frozen_parameters_are_named() -> None:
    net = cr.Network(
        [4, 8, 6, 3],
        hidden=["relu", lambda z: z * np.tanh(z)],
        scaling=cr.Standardize([5, 3, 4, 1], [1, 0.5, 2, 0.5]),
        features=["sepal length", "sepal width", "petal length", "petal width"],
    ).freeze("W1", "b1")
    ax = plots.network(net.trace([6, 3.25, 3, 2], 1))
    for text in ("sepal length\n6", "sepal width\n3.25", "petal length\n3", "petal width\n2"):
        assert text in texts(ax)
    assert texts(ax).count("own function") == texts(ax).count("standardize") == 1
    assert [t for t in texts(ax) if t in ("1", "0.5", "−0.5", "2")] == ["1", "0.5", "−0.5", "2"]
    assert "W1 (4, 8)\nfrozen: W1, b1" in texts(ax)
    assert "W2 (8, 6)" in texts(ax)
    assert_tidy(ax)


@pytest.mark.some(3)
@pytest.mark.parametrize(
    "sizes", [[3, 4, 2], [1, 10, 1], [6, 2, 6], [2, 2], [3, 4, 4, 4, 4, 4, 4, 4, 2], [3, 4, 3, 2]]
)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_no_text_lies_on_another(sizes: list[int], seed: int) -> None:
    net = cr.Network(sizes, hidden="tanh", output="sigmoid" if sizes[-1] == 1 else "softmax", seed=seed)
    X = np.random.default_rng(seed).standard_normal((3, sizes[0]))
    assert_tidy(plots.network(net))
    assert_tidy(plots.network(net.trace(X, [0, 1, 0]), sample=1))


def test_deep_networks_shrink_into_the_page() -> None:
    figure = plots.network(cr.Network([3, *[4] * 12, 2])).figure
    assert figure.get_figwidth() == pytest.approx(13.33)
    assert figure.get_figheight() < 7.5
