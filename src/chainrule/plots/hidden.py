"""What a hidden layer makes of the samples: its activations in the plane of their largest spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InputError
from chainrule.model import arguments
from chainrule.model.model import Model
from chainrule.model.samples import check
from chainrule.parts.contract import Array
from chainrule.plots import read
from chainrule.plots.canvas import INK, MARKERS, above, axes_for, check_network, clip, palette, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def pca(net: Model, X: Any, y: Any, *, layer: int | None = None, ax: Axes | None = None) -> Axes:
    """A hidden layer's outputs for all samples, by their first two principal components, coloured by the target.

    The outputs (m, units) minus their means, projected on the two directions in which they are spread the most; the
    axes say which part of the variance each has.

    Parameters
    ----------
    net : a Network with a hidden layer of at least 2 units
    X, y : samples, at least 3, and their targets
    layer : which hidden layer, from 1; the last one unless given
    ax : where to draw; a new figure unless given

    Returns
    -------
    the Axes

    Raises
    ------
    InputError, KindError : for another network or layer, bad data, or outputs that are all the same
    MissingPackage : without matplotlib
    """
    check_network(net)
    name = _output_of(net, layer)
    X, targets, counts = check(net, X, y)
    if counts != 1 and targets.shape[1] > 1:
        raise InputError(
            f"pca colours one class or one number a sample, and y has {targets.shape[1]} for each: give one column."
        )
    if len(X) < 3:
        raise InputError(
            f"pca needs at least 3 samples, and there {'is' if len(X) == 1 else 'are'} {len(X)}: give more."
        )
    placed, parts = principal(arguments.finite(read.quantity(net, X[:], name), name))
    ax = axes_for(ax, (6.4, 5.4))
    if counts == 1:
        _draw_classes(ax, net, placed, net.answers.given(np.asarray(targets[:])))
    else:
        _draw_numbers(ax, net, placed, np.asarray(targets[:]))
    first, second = (f"{100 * part:.3g} % of the variance of {name}" for part in parts)
    ax.set(xlabel=f"component 1, {first}", ylabel=f"component 2, {second}")
    return ax


def _output_of(net: Model, layer: int | None) -> str:
    """The name of what a hidden layer gives."""
    hidden = sum(part.has_weights for part in net.layers) - 1
    if hidden < 1:
        raise InputError("pca draws a hidden layer, and this network has none.")
    number = hidden if layer is None else arguments.whole(layer, "layer")
    if number > hidden:
        known = "one hidden layer, 1" if hidden == 1 else f"the hidden layers 1 to {hidden}"
        raise InputError(f"layer = {number} is out of range: the network has {known}.")
    if net.parameters[f"W{number}"].shape[1] < 2:
        raise InputError(f"pca draws two components, and hidden layer {number} has one unit.")
    return next(
        name for name in (f"a{number}", f"z{number}") if name in net.program(targets=False).quantities
    )


def principal(rows: Array) -> tuple[Array, Array]:
    """Rows (m, n) in the plane of their first two principal components (m, 2), and the parts of the variance (2,)."""
    centred = rows.astype(np.float64) - rows.mean(axis=0, dtype=np.float64)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    total = float((sizes**2).sum())
    if total <= 1e-24 * float(np.square(rows, dtype=np.float64).sum()):  # what rounding leaves of a mean
        raise InputError("the layer gives the same for all samples: there is no spread to draw.")
    return left[:, :2] * sizes[:2], sizes[:2] ** 2 / total


def _draw_classes(ax: Axes, net: Model, placed: Array, labels: Array) -> None:
    names = net.classes or list(map(str, range(max(net.outputs, 2))))
    colors = palette(len(names))
    for k, name in enumerate(names):
        of, title = placed[labels == k], clip(name, 14) if net.classes else f"class {name}"
        if len(of):
            look: dict[str, Any] = {"color": colors[[k]], "marker": MARKERS[k % len(MARKERS)], "label": title}
            ax.scatter(of[:, 0], of[:, 1], s=34, edgecolors=INK, linewidths=0.5, **look)
    handles, words = ax.get_legend_handles_labels()
    above(ax, handles, columns=min(len(words), max(1, 54 // (max(map(len, words)) + 6))))


def _draw_numbers(ax: Axes, net: Model, placed: Array, targets: Array) -> None:
    shown = ax.scatter(
        placed[:, 0], placed[:, 1], s=34, c=targets[:, 0], cmap="plasma", edgecolors=INK, linewidths=0.4
    )
    bar: Any = ax.figure.colorbar(shown, ax=ax)
    bar.set_label(f"{clip(net.metadata.get('target', 'y'), 30)}, target", fontsize=points(ax))
    bar.ax.tick_params(labelsize=points(ax) - 1)
