"""The curves of a training, or of several."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from drawn import assert_tidy, legend, luminance
from sklearn.datasets import make_moons

import chainrule as cr
from chainrule import plots
from chainrule.errors import InputError, KindError
from chainrule.training.history import History


def test_curves_of_a_training() -> None:
    X, y = make_moons(80, noise=0.2, random_state=0)
    history = cr.Network([2, 6, 2]).fit(
        X[:60], y[:60], epochs=25, validation_data=(X[60:], y[60:]), optimizer=cr.Adam(0.02), progress=False
    )
    ax = plots.curves(history)
    right = ax.figure.axes[1]
    drawn = {line.get_label(): line for line in [*ax.lines, *right.lines]}
    for label, values in (
        ("loss", history.loss),
        ("validation loss", history.validation_loss),
        ("accuracy", history.accuracy),
        ("validation accuracy", history.validation_accuracy),
    ):
        assert drawn[label].get_ydata().tolist() == values
        assert list(drawn[label].get_xdata()) == list(range(1, 26))
    assert len({line.get_linestyle() for line in drawn.values()}) == 4
    assert (ax.get_xlabel(), ax.get_ylabel(), right.get_ylabel()) == ("epoch", "loss", "accuracy")
    assert legend(ax) == ["loss", "validation loss", "accuracy", "validation accuracy"]
    assert right.get_ylim()[1] <= 1.01
    assert_tidy(ax)


def test_curves_of_one_epoch_without_accuracy_show_a_dot() -> None:
    ax = plots.curves(History(loss=[0.5]))
    assert len(ax.figure.axes) == 1
    (line,) = ax.lines
    assert (list(line.get_xdata()), list(line.get_ydata()), line.get_marker()) == ([1], [0.5], "o")
    assert [tick for tick in ax.get_xticks() if 0.5 <= tick <= 1.5] == [1]
    assert_tidy(ax)


def test_several_histories_are_compared_by_line_style_and_lightness() -> None:
    histories = {
        f"rate {k}": History(loss=[1.0, 0.5 / k], accuracy=[0.5, 0.9], validation_loss=[1.0, 0.6 / k])
        for k in (1, 2, 3, 4)
    }
    ax = plots.curves(histories)
    loss = [line for line in ax.lines if line.get_label() in histories]
    assert [line.get_ydata()[1] for line in loss] == [0.5, 0.25, 0.5 / 3, 0.125]
    assert len({line.get_linestyle() for line in loss}) == 4
    shades = [luminance(line.get_color()) for line in loss]
    assert np.diff(shades).min() > 0.1
    assert legend(ax) == [*histories, "validation (thin)"]
    thin = [line for line in ax.lines if line.get_linewidth() < 2]
    assert [line.get_ydata()[1] for line in thin] == [0.6, 0.3, 0.6 / 3, 0.15]
    assert len(ax.figure.axes) == 1  # no accuracy where several are compared


def test_histories_with_nothing_to_draw_are_refused() -> None:
    for history, message in (
        (History(), "the history has no finished epoch: there is nothing to draw."),
        ({"a": History()}, "the history of 'a' has no finished epoch: there is nothing to draw."),
        ({}, "there is no history to draw: give at least one."),
    ):
        with pytest.raises(InputError) as error:
            plots.curves(history)
        assert str(error.value) == message
    wrong: Any = [0.5, 0.4]
    with pytest.raises(KindError) as kind:
        plots.curves(wrong)
    assert str(kind.value) == "the history is [0.5, 0.4]: give what net.fit(…) returned."
