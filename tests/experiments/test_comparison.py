"""The picture of a comparison."""

from __future__ import annotations

from typing import Any

import numpy as np
from compared import compare
from matplotlib import pyplot as plt

import chainrule as cr


def shown(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_the_picture_has_a_named_line_for_each_choice() -> None:
    found = compare(optimizers=["sgd", "sgd:1e200", "adam:0.05"], epochs=30)
    ax = found.plot()
    thick = {line.get_label(): line for line in ax.lines if line.get_lw() > 2 and line.get_marker() != "x"}
    names = ["sgd, η = 0.01", "sgd:1e200, η = 1e+200", "adam:0.05"]
    names[1] += " (diverged)"
    assert list(thick) == names
    for line, trial in zip(thick.values(), found, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), trial.training["loss"])
        assert line.get_xdata()[0] == 0
    thin = [line for line in ax.lines if line.get_lw() < 2 and line.get_marker() != "x"]
    assert [list(line.get_ydata()) for line in thin] == [trial.validation["loss"] for trial in found]
    assert shown(ax) == [names[0], names[2], names[1], "validation (thin)"]  # as they end
    looks = {(line.get_linestyle(), line.get_marker(), tuple(line.get_color())) for line in thick.values()}
    assert [len(set(each)) for each in zip(*looks, strict=True)] == [3, 3, 3]
    assert [line.get_marker() for line in ax.lines].count("x") == 1
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("epoch", "loss", "linear")
    assert ax.get_legend().get_title().get_text() == "optimizer"


def test_losses_far_apart_have_a_logarithmic_axis() -> None:
    found = compare(optimizers=["sgd", "adam:0.05"], epochs=200, validation_data=None)
    for trial in found:
        trial.training["loss"] = list(np.geomspace(1, 1e-3, 9))
    ax = found.plot()
    assert ax.get_yscale() == "log"
    ax.figure.canvas.draw()
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert {"0.001", "0.01", "0.1", "1"} <= set(labels)


def test_the_picture_of_losses_shows_the_measure_they_share() -> None:
    axes = plt.figure().add_subplot()
    ax = cr.plot.comparison(compare(losses=["cross_entropy", "hinge"], validation_data=None), ax=axes)
    assert ax is axes
    assert ax.get_ylabel() == "accuracy"
    assert set(shown(ax)) == {"cross_entropy", "hinge"}
