"""What is taken for what, whether probabilities keep what they say, numbers met or missed."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from drawn import assert_tidy, texts
from matplotlib.colors import to_rgb

import chainrule as cr
from chainrule import plots
from chainrule.errors import ChainruleError, InputError, KindError

RNG = np.random.default_rng(5)
X, Y = RNG.standard_normal((50, 2)), RNG.integers(0, 3, 50)
NET = cr.Network([2, 4, 3], classes=["red", "green", "blue"])
NUMBERS = cr.Network([2, 4, 1], output="identity", loss="mean_squared_error")


def test_confusion_has_every_count_in_its_place() -> None:
    found = NET.evaluate(X, Y)
    ax = plots.confusion(found)
    assert found.confusion is not None
    assert texts(ax) == [str(count) for count in found.confusion.ravel()]
    for text, (i, j) in zip(ax.texts, np.ndindex(3, 3), strict=True):
        assert text.get_position() == (j, i)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["red", "green", "blue"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("said", "true")
    shares = np.asarray(ax.images[0].get_array())
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    for text, share in zip(ax.texts, shares.ravel(), strict=True):
        assert (sum(to_rgb(text.get_color())) > 1.5) == (share > 0.5)
    assert_tidy(ax)


def test_many_classes_have_no_numbers() -> None:
    net = cr.Network([2, 30])
    assert texts(plots.confusion(net.evaluate(RNG.standard_normal((60, 2)), np.arange(60) % 30))) == []


def test_calibration() -> None:
    net = cr.Network([2, 2], seed=1, classes=["no", "yes"])
    found = net.evaluate(X, Y % 2)
    ax = plots.calibration(found)
    drawn = ax.lines[1]
    np.testing.assert_allclose(drawn.get_xdata(), [each.said for each in found.calibration])
    np.testing.assert_allclose(drawn.get_ydata(), [each.true for each in found.calibration])
    assert ax.get_xlabel() == "probability of yes"
    assert plots.calibration(NET.evaluate(X, Y)).get_xlabel() == "probability of the answer"
    sizes = ax.collections[0].get_sizes()
    assert np.argmax(sizes) == np.argmax([each.samples for each in found.calibration])
    assert_tidy(ax)


def test_predicted() -> None:
    y = X[:, 0]
    NUMBERS.metadata["target"] = "price"
    ax = plots.predicted(NUMBERS, X, y)
    points = np.asarray(ax.collections[0].get_offsets())
    np.testing.assert_allclose(points, np.column_stack([y, NUMBERS.predict(X)[:, 0]]))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("price, true", "price, predicted")
    assert_tidy(ax)


@pytest.mark.parametrize(
    ("draw", "kind", "message"),
    [
        (
            lambda: plots.confusion(NUMBERS.evaluate(X, X[:, 0])),
            InputError,
            "confusion draws classes, and this is an evaluation of numbers.",
        ),
        (
            lambda: plots.calibration(NUMBERS.evaluate(X, X[:, 0])),
            InputError,
            "calibration draws the probabilities of classes, and this evaluation has none.",
        ),
        (
            lambda: plots.confusion(3),  # type: ignore[arg-type]
            KindError,
            "3 is no Evaluation: give what net.evaluate(X, y) returned.",
        ),
        (
            lambda: plots.predicted(NET, X, Y),
            InputError,
            "predicted draws one number a sample, and this network gives something else.",
        ),
        (
            lambda: plots.predicted(NUMBERS, X, X[:3, 0]),
            InputError,
            "y has 3 numbers for 50 samples: give one for each.",
        ),
    ],
)
def test_errors(draw: Any, kind: type[ChainruleError], message: str) -> None:
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        draw()


def test_samples_that_predict_refuses_are_not_drawn() -> None:
    """Where a layer makes a number of NaN, the outputs alone don't tell."""
    net = cr.Network(
        [2, 3, 1], hidden=lambda z: (z > 0) * 1.0, output="identity", loss="half_squared_error", seed=0
    )
    X = np.array([[0.5, np.nan], [1.0, 2.0]] * 20)
    with pytest.raises(InputError) as predicted:
        net.predict(X, engine="numpy")
    with pytest.raises(InputError) as drawn:
        cr.plot.predicted(net, X, np.arange(40.0))
    assert str(drawn.value) == str(predicted.value)
