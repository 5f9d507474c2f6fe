"""The loss along two directions of the parameters, and the way of a training over it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.engines.forward import PREDICT_ROWS
from chainrule.errors import InputError, KindError, UnknownName
from chainrule.model import arguments
from chainrule.model.labels import Targets
from chainrule.model.leaves import leaves
from chainrule.model.model import Model
from chainrule.model.record import Record
from chainrule.model.samples import check
from chainrule.parts.contract import Array
from chainrule.plots.canvas import ORANGE, THICK, above, axes_for, check_network, points
from chainrule.utils import checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DIRECTIONS = ("random", "pca")
FAR = 8.0  # how many times the smallest loss the largest is, from where on colours go by powers


def loss_surface(
    net: Model,
    X: Any,
    y: Any,
    *,
    directions: str = "random",
    path: Iterable[Any] | None = None,
    span: float | None = None,
    cells: int = 25,
    seed: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """The loss at θ + α d₁ + β d₂ around a network's parameters θ, and the path of a training in that plane.

    Random directions are normalized filter by filter: the part of d that goes into a unit is as long as that unit's
    weights, and biases stay, so that scales of layers don't show. "pca" takes the two directions in which the path
    from its points to θ is spread the most. The path is drawn where its points fall at right angles onto the plane,
    which is where the loss is theirs only as far as they lie in it.

    Parameters
    ----------
    net : a Network, left as it is
    X, y : the samples whose loss it is, without dropout, as for `Network.loss`
    directions : "random", or "pca", which needs a path
    path : the parameters in order: a `WeightHistory`'s ``values``, arrays as ``net.parameters.flat``, or traces such as
        ``net.steps(X, y)``
    span : how far α and β go to both sides, above 0; unless given 1, and as far as the path goes
    cells : along each side, at least 3; the loss is counted cells² times
    seed : of random directions
    ax : where to draw; a new figure unless given

    Returns
    -------
    the Axes

    Raises
    ------
    InputError, KindError, UnknownName : for bad arguments; for a path that does not move, or is of another network
    MissingPackage : without matplotlib

    Source: H. Li et al., Visualizing the loss landscape of neural nets, NeurIPS 2018.
    """
    check_network(net)
    if directions not in DIRECTIONS:
        raise UnknownName("kind of directions", directions, DIRECTIONS)
    if span is not None and (not isinstance(span, int | float) or not 0 < span < np.inf):
        raise InputError(f"span = {checks.short(span)} is out of range: it must be above 0.")
    cells = arguments.whole(cells, "cells", ge=3)
    X, targets, _ = check(net, X, y)
    centre = net.parameters.flat.astype(np.float64)
    walked = np.empty((0, len(centre))) if path is None else _walked(net, path)
    plane, shares = _random(net, seed) if directions == "random" else _principal(walked - centre)
    placed = np.linalg.lstsq(plane.T, (walked - centre).T, rcond=None)[0].T
    across, up = (np.linspace(low, high, cells) for low, high in _sides(placed, span))
    losses = _losses(net, X, targets, centre, plane, across, up)
    ax = axes_for(ax, (7, 5.4))
    _draw(ax, across, up, losses)
    _draw_path(ax, placed)
    for axis, name, share in ((ax.xaxis, "α", shares[0]), (ax.yaxis, "β", shares[1])):
        told = f", {100 * share:.3g} % of the path" if directions == "pca" else ", random direction"
        axis.set_label_text(f"{name}{told}")
    return ax


def _no_path(given: Any) -> KindError:
    return KindError(f"path = {checks.short(given)} is no list of parameters: give a WeightHistory's values.")


def _walked(net: Model, path: Any) -> Array:
    """The points of a path (points, parameters)."""
    size, found = net.parameters.flat.size, []
    for point in checks.one_by_one(path, _no_path):
        if isinstance(point, Record):
            flat = [np.ravel(point.results[name]) for name in point.network.parameters]
            point = np.concatenate(flat) if flat else np.empty(0)
        array = checks.numbers(point, "path").astype(np.float64)
        if array.shape != (size,):
            raise InputError(
                f"path has a point of the shape {array.shape}, and the network {size} parameters: give ({size},)."
            )
        found.append(arguments.finite(array, "path"))
    if not found:
        raise InputError("path has no points: leave it out, or give the parameters of a training.")
    return np.array(found)


def _random(net: Model, seed: int) -> tuple[Array, tuple[float, float]]:
    """Two random directions (2, parameters), normalized filter by filter."""
    rng = np.random.default_rng(arguments.seed(seed))
    plane = np.zeros((2, net.parameters.flat.size))
    for direction in plane:
        parts = net.parameters.views(direction)
        for name, W in net.parameters.items():
            if W.ndim == 2 and name not in net.frozen:
                drawn = rng.standard_normal(W.shape)
                parts[name][...] = drawn * np.linalg.norm(W, axis=0) / np.linalg.norm(drawn, axis=0)
    if not plane.any(axis=1).all():
        raise InputError("all weights are 0 or frozen, so that no direction is as long as they are.")
    return plane, (0.0, 0.0)


def _principal(moves: Array) -> tuple[Array, tuple[float, float]]:
    """The two directions (2, parameters), each of length 1, in which a path is spread the most; their shares."""
    if len(moves) < 3:
        raise InputError(
            f"directions = 'pca' needs a path of at least 3 points, and there are {len(moves)}: give path=…"
        )
    _, sizes, ways = np.linalg.svd(moves, full_matrices=False)
    if sizes[1] <= 1e-9 * sizes[0] or sizes[0] == 0:
        raise InputError(
            "the path moves along one line or not at all: it spans no plane; take random directions."
        )
    shares = sizes[:2] ** 2 / (sizes**2).sum()
    return ways[:2], (float(shares[0]), float(shares[1]))


def _sides(placed: Array, span: float | None) -> list[tuple[float, float]]:
    """From where to where each direction goes, so that 0 and the path are within."""
    if span is not None:
        return [(-span, span)] * 2
    if not len(placed):
        return [(-1.0, 1.0)] * 2
    low, high = np.minimum(placed.min(axis=0), 0), np.maximum(placed.max(axis=0), 0)
    margin = 0.25 * max(float((high - low).max()), 1e-6)
    return [(float(a - margin), float(b + margin)) for a, b in zip(low, high, strict=True)]


def _losses(net: Model, X: Array, y: Targets, centre: Array, plane: Array, across: Array, up: Array) -> Array:
    """The loss (up, across) at each point of the plane, by the program that `Network.loss` runs."""
    program = net.program(training=False)
    rows = PREDICT_ROWS - PREDICT_ROWS % net.paired_loss.group
    total = np.zeros((len(up), len(across)))
    for start in range(0, len(X), rows):
        x, target = X[start : start + rows], y[start : start + rows]
        given = leaves(net, program, x, target)
        for (i, j), _ in np.ndenumerate(total):
            moved = (centre + across[j] * plane[0] + up[i] * plane[1]).astype(net.dtype)
            values = program.run({**given, **net.parameters.views(moved)}, wanted=["L"])
            total[i, j] += float(values["L"]) * (len(x) / len(X))
    return total


def _draw(ax: Axes, across: Array, up: Array, losses: Array) -> None:
    """The losses as colours and as lines of equal loss; what is not finite is left blank."""
    from matplotlib.colors import LogNorm

    shown = np.ma.masked_invalid(losses)
    if not shown.count():
        raise InputError("the loss is finite nowhere on this plane: give a smaller span.")
    low, high = float(shown.min()), float(shown.max())
    powers = low > 0 and high > FAR * low
    norm = LogNorm(low, high) if powers else None
    drawn = ax.pcolormesh(
        across, up, shown, shading="gouraud" if shown.count() == losses.size else "nearest", cmap="cividis",
        norm=norm, rasterized=True,
    )  # fmt: skip
    if high > low:
        levels = np.geomspace(low, high, 12) if powers else np.linspace(low, high, 12)
        ax.contour(across, up, shown, levels=levels[1:-1], colors="white", linewidths=0.8, alpha=0.7)
    bar: Any = ax.figure.colorbar(drawn, ax=ax)
    bar.set_label("loss", fontsize=points(ax))
    bar.ax.tick_params(labelsize=points(ax) - 1)


def _draw_path(ax: Axes, placed: Array) -> None:
    """The path with its first point, and the network as it is, at 0."""
    handles: list[Any] = []
    if len(placed):
        many = len(placed) > 40
        handles += ax.plot(
            *placed.T,
            color="black",
            lw=THICK,
            marker="" if many else "o",
            ms=5,
            mec="white",
            label="training",
        )
        handles += ax.plot(*placed[0], "s", color="white", mec="black", ms=10, mew=1.5, ls="", label="start")
    handles += ax.plot(0, 0, "*", color=ORANGE, mec="white", ms=18, mew=1.2, ls="", label="the network")
    above(ax, handles, columns=len(handles))
