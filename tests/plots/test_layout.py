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


@pytest.mark.some(6)
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
