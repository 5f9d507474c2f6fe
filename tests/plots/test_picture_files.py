"""Pictures as files by their ending, on slides, and in notebooks that may be dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from drawn import worked_trace
from matplotlib import pyplot as plt

import chainrule as cr
from chainrule import plots
from chainrule.errors import InputError

X, Y = cr.data.moons(40, seed=0)
NET = cr.Network([2, 16, 2], seed=0)
WIDE = cr.Network([784, 128, 10], seed=0)
KEPT = cr.WeightHistory()
HISTORY = NET.fit(X, Y, epochs=5, validation_data=(X, Y), progress=False, callbacks=[KEPT])
TRACE = NET.trace(X, Y)
FOUND = NET.evaluate(X, Y)
COMPARED = cr.compare([2, 3, 2], X, Y, optimizers=["sgd", "adam"], epochs=2, progress=False)
ALL: dict[str, Callable[[], Any]] = {
    "worked": lambda: plots.network(worked_trace()),
    "backward": lambda: plots.network(worked_trace(), backward=True),
    "network": lambda: plots.network(TRACE),
    "wide": lambda: plots.network(WIDE.trace(np.full((2, 784), 0.25), [1, 9])),
    "curves": lambda: plots.curves(HISTORY),
    "several": lambda: plots.curves({"a": HISTORY, "b": HISTORY}),
    "comparison": lambda: plots.comparison(COMPARED),
    "boundary": lambda: plots.boundary(NET, X, Y),
    "confusion": lambda: plots.confusion(FOUND),
    "calibration": lambda: plots.calibration(FOUND),
    "activations": lambda: plots.activations(TRACE),
    "weights": lambda: plots.weights(NET),
    "gradients": lambda: plots.gradients(TRACE),
    "gradient_flow": lambda: plots.gradient_flow(TRACE),
    "flow of steps": lambda: plots.gradient_flow(NET.steps(X, Y, epochs=2)),
    "pca": lambda: plots.pca(NET, X, Y),
    "activation_functions": lambda: plots.activation_functions("relu", "tanh"),
    "loss_surface": lambda: plots.loss_surface(NET, X, Y, cells=5, path=KEPT.values),
}
SLIDE = (13.33, 7.5)


def everything(axes: Any) -> list[Any]:
    """Axes with those within and beside them."""
    return [each for ax in axes for each in (ax, *everything(ax.child_axes))]


@pytest.mark.some(6)
@pytest.mark.parametrize("name", ALL)
def test_text_and_lines_survive_a_projector(name: str) -> None:
    """On a slide, which a figure fills at most in its own size: text of 12 points, lines of 1.5."""
    figure = ALL[name]().figure
    figure.canvas.draw()
    assert figure.get_figwidth() <= SLIDE[0] + 0.01
    assert figure.get_figheight() <= SLIDE[1] + 0.01
    larger = min(SLIDE[0] / figure.get_figwidth(), SLIDE[1] / figure.get_figheight())
    sizes: dict[str, float] = {}
    for ax in everything(figure.axes):
        told = [*ax.texts, ax.title]
        if ax.axison:
            told += [ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels()]
        if ax.get_legend() is not None:
            told += [*ax.get_legend().get_texts(), ax.get_legend().get_title()]
        sizes |= {text.get_text(): text.get_fontsize() * larger for text in told if text.get_text()}
        thin = [
            line.get_linewidth() * larger for line in ax.lines if line.get_linestyle() not in ("None", "")
        ]
        assert min([*thin, 1.5]) >= 1.2  # an axis through 0 may be finer than what is shown
        curves = [line for line in ax.lines if len(line.get_xdata()) > 2 and line.get_linestyle() != "None"]
        assert min([line.get_linewidth() * larger for line in curves] or [1.5]) >= 1.5
    assert sizes
    small = {text: size for text, size in sizes.items() if size < 11.75}  # 12, but for rounding
    assert small == {}


@pytest.mark.some(1)
@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_files_are_of_their_kind_and_the_same_each_time(ending: str) -> None:
    begins = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}[ending]
    one, two = (plots.written(ALL["worked"], ending) for _ in range(2))
    assert one.startswith(begins)
    assert one == two
    assert plt.get_fignums() == []  # no window, and nothing of pyplot's


def test_other_endings_are_refused() -> None:
    for path in ("x.jpg", "x"):
        with pytest.raises(InputError) as error:
            plots.ending_of(path)
        assert (
            str(error.value) == f"{path}: a picture is saved as .png, .svg or .pdf; give a name that ends so."
        )


@pytest.mark.some(2)
@pytest.mark.parametrize("name", ["worked", "curves", "confusion", "calibration", "comparison"])
def test_in_a_page_text_and_ground_have_the_page_s_colours(name: str) -> None:
    html = plots.shown("told <here>", ALL[name])
    assert html.startswith('<pre style="margin: 0; overflow-x: auto">told &lt;here&gt;</pre>\n<div ')
    svg = html[html.index("<svg") : html.index("</svg>") + 6]
    ElementTree.fromstring(svg)  # well formed
    assert "<style" not in svg  # which would be the whole page's
    white = {"#ffffff"} if name == "confusion" else set()  # upon dark blue
    mixed = set(re.findall(r"color-mix\(in srgb, (#\w+) 78%, currentColor", svg))
    assert set(re.findall(r"#[0-9a-f]{6}", svg)) == mixed | white
    greys = {color for color in mixed if color[1:3] == color[3:5] == color[5:]}
    assert greys == set()  # they are between the page's ink and its ground
    assert ("var(--paper))" in svg) == (name in ("worked", "calibration"))
    assert "currentColor" in svg
    assert len(html) < 20_000


@pytest.mark.some(2)
@pytest.mark.parametrize("name", ["worked", "backward", "curves", "confusion", "activations"])
def test_in_a_page_every_text_stands_as_it_was_written(name: str) -> None:
    html = plots.shown("", ALL[name])
    svg = ElementTree.fromstring(html[html.index("<svg") : html.index("</svg>") + 6])
    shown = [each.text for each in svg.iter() if each.tag.endswith("}text") and each.text]
    ax = ALL[name]()
    ax.figure.canvas.draw()
    for each in everything(ax.figure.axes):
        for text in (
            [*each.texts, each.title, each.xaxis.label, each.yaxis.label] if each.axison else each.texts
        ):
            for line in text.get_text().split("\n"):
                assert not line or line in shown, line


def test_what_can_not_be_drawn_is_left_out_of_a_page() -> None:
    net = cr.Network([2, 3, 2])
    net.parameters["W1"][0, 0] = np.nan
    assert net._repr_html_() == f'<pre style="margin: 0; overflow-x: auto">{net}</pre>'


def test_on_a_dark_style_nothing_is_drawn_in_the_colour_of_the_ground() -> None:
    with plt.style.context("dark_background"):
        for name in ("worked", "curves", "several", "confusion", "calibration", "gradient_flow"):
            ax = ALL[name]()
            ax.figure.canvas.draw()
            for each in everything(ax.figure.axes):
                told = [text for text in each.texts if text.get_text()]
                lines = [line.get_color() for line in each.lines]
                for color in [*(text.get_color() for text in told), *lines]:
                    from matplotlib.colors import to_rgb

                    assert np.dot(to_rgb(color), [0.299, 0.587, 0.114]) > 0.2, (name, color)
