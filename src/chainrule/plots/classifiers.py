"""What a classifier does with its inputs: the boundary, and images with their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InputError
from chainrule.model import arguments
from chainrule.model.model import Model
from chainrule.model.samples import check
from chainrule.parts.contract import Activation, Array
from chainrule.plots import read
from chainrule.plots.canvas import (
    INK,
    LETTER,
    MARKERS,
    ORANGE,
    SMALL,
    THICK,
    Canvas,
    above,
    axes_for,
    check_network,
    clip,
    longest,
    muted,
    palette,
    shade,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _classified(net: Model, X: Any, y: Any, what: str) -> tuple[Array, Array, list[str]]:
    """X (m, inputs), the labels (m,) and the names of the classes; raises if the network is no classifier."""
    output = net.layers[-1]
    if not getattr(output, "probabilities", False):
        known = [name for name, part in Activation.registry().items() if part.probabilities]
        raise InputError(
            f"{what} draws a classifier, and the output of this network is {output.name()}: "
            f"it needs {' or '.join(known)}."
        )
    if net.answers.count > 1:
        raise InputError(
            f"{what} draws a classifier that takes one class of several, and each of the {net.outputs} outputs of this "
            "network says yes or no by itself: draw one label at a time, by a network of one output, or take softmax."
        )
    X, targets, _ = check(net, X, y)
    names = net.classes or list(map(str, range(max(net.outputs, 2))))
    return X, net.answers.given(targets[:]), [clip(name, 14) for name in names]


def _probabilities(net: Model, X: Array) -> Array:
    """The probability of each class (m, classes); of a single output, of no and of yes."""
    outputs = read.outputs(net, X)
    return np.hstack([1 - outputs, outputs]) if net.outputs == 1 else outputs


def boundary(net: Model, X: Any, y: Any, *, ax: Axes | None = None) -> Axes:
    """A classifier of two inputs with its data: the surer, the deeper the shade, and a line between classes.

    Each class has a colour and a marker; points that the network gets wrong are ringed.

    Parameters
    ----------
    net : with 2 inputs, and softmax or sigmoid as its output
    X : inputs (m, 2)
    y : labels (m,), or targets (m, outputs)
    ax : where to draw; a new figure unless given

    Returns
    -------
    the Axes

    Raises
    ------
    InputError, KindError : for another network, or bad data
    MissingPackage : without matplotlib
    """
    check_network(net)
    if net.inputs != 2:
        raise InputError(f"boundary draws 2 inputs as a plane, and this network has {net.inputs}.")
    X, labels, names = _classified(net, X, y, "boundary")
    ax = axes_for(ax, (6, 5.2))
    colors = palette(len(names))
    _draw_plane(ax, net, X, colors)
    for k, name in enumerate(names):
        of, title = X[labels == k], name if net.classes else f"class {name}"
        look: dict[str, Any] = {"color": colors[[k]], "marker": MARKERS[k % len(MARKERS)], "label": title}
        ax.scatter(of[:, 0], of[:, 1], s=36, edgecolors=INK, linewidths=0.8, zorder=3, **look)
    wrong = X[read.answers(net, X) != labels]
    if len(wrong):
        ring: dict[str, Any] = {"facecolors": "none", "label": f"wrong: {len(wrong)} of {len(X)}"}
        ax.scatter(wrong[:, 0], wrong[:, 1], s=130, edgecolors=shade(1), linewidths=1.8, zorder=4, **ring)
    ax.plot([], [], color=shade(1), lw=THICK, label="boundary")
    xlabel, ylabel = net.features or ["x[0]", "x[1]"]
    ax.set(xlabel=clip(xlabel, 40), ylabel=clip(ylabel, 40))
    handles, words = ax.get_legend_handles_labels()
    above(ax, handles, columns=min(len(words), max(1, 52 // (max(map(len, words)) + 6))))
    return ax


def _draw_plane(ax: Axes, net: Model, X: Array, colors: Array, cells: int = 250) -> None:
    """The shading and the boundary, a little beyond the data."""
    from matplotlib.colors import to_rgb

    low, high = X.min(axis=0).astype(float), X.max(axis=0).astype(float)
    margin = np.where(high > low, 0.08 * (high - low), 1)
    across, up = np.linspace(low - margin, high + margin, cells).T
    grid = np.stack(np.meshgrid(across, up), axis=-1)
    p = _probabilities(net, grid.reshape(-1, 2)).astype(float).reshape(cells, cells, -1)
    even = 1 / len(colors)
    sure = np.clip((p.max(axis=-1) - even) / (1 - even), 0, 1)
    limit = net.decisions.last_above
    said = p.argmax(axis=-1) if limit is None else (p[..., -1] > limit).astype(int)
    paper = np.array(to_rgb(shade(0)))
    tinted = paper - (paper - colors[said]) * (0.05 + 0.4 * sure[..., None])
    extent = float(across[0]), float(across[-1]), float(up[0]), float(up[-1])
    ax.imshow(tinted, origin="lower", aspect="auto", interpolation="bilinear", extent=extent)
    for k in range(len(colors) if len(colors) > 2 else 1):
        ahead = p[..., k] - np.delete(p, k, axis=-1).max(axis=-1) if limit is None else limit - p[..., -1]
        if ahead.min() < 0 < ahead.max():  # where a class wins everywhere or nowhere, it has no boundary
            ax.contour(across, up, ahead, levels=[0], colors=shade(1), linewidths=THICK, zorder=2)


def digits(
    net: Model,
    X: Any,
    y: Any,
    *,
    shape: tuple[int, int] | None = None,
    count: int = 16,
    ax: Axes | None = None,
) -> Axes:
    """The first images, each with what it is and what the network says; wrong ones have a frame and a cross.

    Parameters
    ----------
    net : a classifier whose inputs are the pixels of an image
    X : images (m, inputs)
    y : labels (m,), or targets (m, outputs)
    shape : (height, width) of an image; unless given, square
    count : how many images, at most
    ax : where to draw; a new figure unless given

    Returns
    -------
    the Axes

    Raises
    ------
    InputError, KindError : for inputs that are no image of that shape, for another network, or bad data
    MissingPackage : without matplotlib
    """
    check_network(net)
    height, width = _image_shape(net.inputs, shape)
    X, labels, names = _classified(net, X, y, "digits")
    count = min(arguments.whole(count, "count"), len(X))
    X, labels, p = X[:count], labels[:count], _probabilities(net, X[:count])
    said = read.answers(net, X)
    texts = [
        f"is {names[label]}\nsays {names[k]}, {100 * row[k]:.0f} %"
        for label, k, row in zip(labels, said, p, strict=True)
    ]
    tall, per_row = height / width, int(np.ceil(np.sqrt(count)))
    across, down = 1.3, tall + 0.55  # an image is 1 wide
    canvas = Canvas(ax, -0.2, across * per_row - 0.1, 0.05 - down * -(-count // per_row), 0.45)
    canvas.write((across * per_row - 0.3) / 2, 0.22, f"{(said == labels).sum()} of {count} right")
    size = min(SMALL, 1.2 / (LETTER * longest(texts)))
    for k, text in enumerate(texts):
        x, y = across * (k % per_row), -down * (k // per_row)
        box, limits = (x, x + 1, y - tall, y), (float(X.min()), float(X.max()))
        canvas.ax.imshow(X[k].reshape(height, width), cmap="gray_r", clim=limits, extent=box)
        _draw_frame(canvas, x, y, tall, bool(said[k] != labels[k]))
        canvas.write(x + 0.5, y - tall - 0.07, text, size, va="top")
    return canvas.ax


def _image_shape(inputs: int, shape: tuple[int, int] | None) -> tuple[int, int]:
    side = round(inputs**0.5)
    height, width = shape or (side, side)
    if height * width != inputs and shape is None:
        raise InputError(f"the network's {inputs} inputs make no square: give shape=(height, width).")
    if height * width != inputs:
        raise InputError(f"shape = {shape} has {height * width} pixels, and the network {inputs} inputs.")
    return height, width


def _draw_frame(canvas: Canvas, x: float, top: float, tall: float, wrong: bool) -> None:
    """The edge of an image; around a wrong answer a broad one, with a cross at its corner."""
    from matplotlib.patches import Rectangle

    color, width = (ORANGE, 0.045) if wrong else (muted(), 0.012)
    frame = Rectangle((x, top - tall), 1, tall, fill=False, edgecolor=color, lw=width * canvas.points)
    canvas.ax.add_patch(frame)
    if wrong:
        look: dict[str, Any] = {"ms": 0.24 * canvas.points, "markeredgecolor": "white"}
        canvas.ax.plot(x + 0.97, top - 0.03, "X", color=color, zorder=4, **look)
