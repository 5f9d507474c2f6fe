"""Axes that are given, or new ones of pyplot; without matplotlib, what is missing."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from drawn import assert_tidy, worked_trace
from matplotlib import pyplot as plt
from sklearn.datasets import make_moons

import chainrule as cr
from chainrule import plots
from chainrule.errors import KindError, MissingPackage
from chainrule.training.history import History


def test_given_axes_are_drawn_on_and_returned_and_no_figure_is_opened() -> None:
    X, y = make_moons(20, random_state=0)
    net = cr.Network([2, 3, 2])
    figure, places = plt.subplots(2, 3, figsize=(12, 8))
    for ax, draw in zip(
        places.flat,
        [
            lambda ax: plots.network(net, ax=ax),
            lambda ax: plots.network(net.trace(X, y), sample=7, ax=ax),
            lambda ax: plots.curves(History(loss=[1.0, 0.5], accuracy=[0.5, 0.7]), ax=ax),
            lambda ax: plots.curves({"a": History(loss=[1.0, 0.5])}, ax=ax),
            lambda ax: plots.boundary(net, X, y, ax=ax),
            lambda ax: plots.digits(cr.Network([4, 2]), np.eye(4), [0, 1, 0, 1], ax=ax),
        ],
        strict=True,
    ):
        assert draw(ax) is ax
        assert ax.has_data() or ax.patches
    assert plt.get_fignums() == [figure.number]
    for ax in places.flat:
        assert_tidy(ax)


def test_without_axes_pyplot_knows_the_figure_so_that_a_notebook_shows_it() -> None:
    ax = plots.network(worked_trace())
    assert plt.gcf() is ax.figure
    assert len(plt.get_fignums()) == 1


def test_axes_that_are_none_are_told() -> None:
    with pytest.raises(KindError) as raised:
        plots.curves(History(loss=[1.0]), ax=plt.figure())  # type: ignore[arg-type]
    assert str(raised.value) == (
        "ax = <Figure size 640x480 with 0 Axes> is no Axes of matplotlib: give one, such as plt.gca()."
    )


def test_importing_does_not_import_matplotlib() -> None:
    code = "import sys, chainrule.plots; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_without_matplotlib_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for draw in (lambda: plots.network(worked_trace()), lambda: plots.curves(History(loss=[1.0]))):
        with pytest.raises(MissingPackage) as error:
            draw()
        assert (
            str(error.value)
            == "drawing needs the package matplotlib. Install it with: pip install matplotlib"
        )
