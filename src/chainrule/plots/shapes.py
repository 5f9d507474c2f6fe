"""The shapes of the drawn network: edges with their weights, neurons with their numbers, and the legend."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np

from chainrule.parts.contract import Array
from chainrule.plots.canvas import (
    CLOSE_SPACING,
    ORANGE,
    SMALL,
    TEXT,
    Canvas,
    blue,
    muted,
    pale,
    shade,
    short_number,
)
from chainrule.plots.layout import RADIUS, Column

LABELLED, CROWDED, NEAR = (
    12,
    6,
    2.9,
)  # edges between two layers up to which weights are written; where they are near
BROAD = 0.63  # letters of a number with its sign, of size 1
FINEST, BROADEST = 0.022, 0.055  # lines of weights


def draw_edges(canvas: Canvas, before: Column, after: Column, name: str, W: Array) -> None:
    """A line for each weight; their numbers too where they are few."""
    pairs = list(product(before.neurons, after.neurons))
    edges = np.array([((before.x, a.y), (after.x, b.y)) for a, b in pairs])
    labels = [short_number(W[a.unit, b.unit]) for a, b in pairs]
    most = CROWDED if after.x - before.x < NEAR else LABELLED
    places = _clear_places(edges, labels) if before.width * after.width <= most else None
    largest = float(np.abs(W).max()) or 1.0
    for k, (a, b) in enumerate(pairs):
        weight = float(W[a.unit, b.unit])
        color, alpha = ORANGE if weight < 0 else blue(), 0.35 if a.silent else 1.0
        width = (FINEST + (BROADEST - FINEST) * abs(weight) / largest) * canvas.points
        # dashes count in line widths: so they are as long on a thin line as on a wide one
        style: Any = (0, (0.1 * canvas.points / width, 0.06 * canvas.points / width)) if weight < 0 else "-"
        (line,) = canvas.ax.plot(*edges[k].T, color=color, alpha=alpha, lw=width, ls=style, zorder=1)
        line.set_gid(f"{name}[{a.unit}, {b.unit}]")
        if places is not None:
            (x, y), (across, up) = places[k].tolist(), (edges[k, 1] - edges[k, 0]).tolist()
            look = {"color": muted() if a.silent else color, "bbox": _plate(0.25), "zorder": 2}
            canvas.write(x, y, labels[k], SMALL, rotation=np.degrees(np.arctan2(up, across)), **look)


def _plate(pad: float) -> dict[str, Any]:
    """The ground that keeps text readable over edges."""
    return {"boxstyle": f"square,pad={pad}", "facecolor": shade(0), "edgecolor": "none"}


def _clear_places(edges: Array, labels: Sequence[str]) -> Array:
    """For each edge (n, 2 ends, 2), the place (n, 2) on it for its label, clear of other labels and edges."""
    ways = edges[:, 1] - edges[:, 0]
    long = np.linalg.norm(ways, axis=1, keepdims=True)
    sides = np.stack([ways, ways[:, ::-1] * (-1, 1)], axis=1) / long[..., None]  # along and across a label
    halves = np.array([[BROAD * SMALL * len(label) / 2 + 0.04, 0.135] for label in labels])
    places: Array = edges.mean(axis=1)
    for k in [*range(len(edges))] * 12:  # each in turn, again and again, for each makes way for the others
        ends = (RADIUS + halves[k, 0] + 0.06) / long[k]
        here = edges[k, 0] + np.linspace(ends, 1 - ends, 60) * ways[k]
        free = -0.01 * np.linalg.norm(here - edges[k].mean(axis=0), axis=1)  # else in the middle
        for j in set(range(len(edges))) - {k}:
            t = np.clip((here - edges[j, 0]) @ ways[j] / long[j] ** 2, 0, 1)
            away = np.linalg.norm(here - edges[j, 0] - t[:, None] * ways[j], axis=1)
            axes = np.concatenate([sides[k], sides[j]])  # boxes are apart where their shadows on an axis are
            need = np.abs(axes @ sides[k].T) @ halves[k] + np.abs(axes @ sides[j].T) @ halves[j]
            gap = (np.abs((here - places[j]) @ axes.T) - need).max(axis=1)
            free -= np.maximum(0, 0.4 - away) ** 2 + 20 * np.maximum(0, 0.03 - gap)
        places[k] = here[free.argmax()]
    return places


def draw_neurons(canvas: Canvas, column: Column, size: float, outwards: int) -> None:
    """Circles with their numbers; what stands beside them is on the outer side, left (-1) or right (1)."""
    from matplotlib.patches import Circle

    for neuron in column.neurons:
        at = column.x, neuron.y
        fill, edge, ink = (pale(), muted(), muted()) if neuron.silent else (shade(0), shade(1), shade(1))
        circle = Circle(at, RADIUS, facecolor=fill, edgecolor=edge, zorder=3)
        circle.set(linewidth=0.026 * canvas.points, linestyle=":" if neuron.silent else "-")
        canvas.ax.add_patch(circle)
        canvas.write(*at, neuron.inside, size, color=ink, zorder=4, linespacing=CLOSE_SPACING)
        if neuron.beneath:
            canvas.write(at[0], at[1] - RADIUS - 0.18, neuron.beneath, SMALL, zorder=4, bbox=_plate(0.05))
        if neuron.beside:
            side = "left" if outwards == 1 else "right"
            canvas.write(at[0] + outwards * (RADIUS + 0.15), at[1], neuron.beside, ha=side)
    for above, below in pairwise(column.neurons):
        if below.unit - above.unit > 1:
            dots = (above.y + below.y) / 2 + np.array([0.16, 0, -0.16])
            canvas.ax.plot(
                [column.x] * 3, dots, "o", color=shade(1), markersize=0.09 * canvas.points, zorder=4
            )


def draw_legend(canvas: Canvas, columns: Sequence[Column], what: str) -> None:
    """What colours, lines and grey units mean, of a weight or a gradient."""
    from matplotlib.lines import Line2D

    points = canvas.points
    wedge: Any = [(-1, -0.04), (-1, 0.04), (1, 0.25), (1, -0.25)]
    handles = [
        Line2D([], [], color=blue(), lw=0.04 * points, label=f"{what} > 0"),
        Line2D([], [], color=ORANGE, lw=0.04 * points, ls=(0, (2.5, 1.5)), label=f"{what} < 0"),
        Line2D([], [], color=muted(), ls="", marker=wedge, ms=0.3 * points, label=f"size of {what}"),
    ]
    if any(neuron.silent for column in columns for neuron in column.neurons):
        look: dict[str, Any] = {"color": pale(), "markeredgecolor": muted(), "ls": "", "marker": "o"}
        handles.append(Line2D([], [], ms=TEXT * points, label="relu gives 0", **look))
    canvas.ax.legend(
        handles=handles,
        ncols=len(handles),
        loc="lower center",
        fontsize=SMALL * points,
        frameon=False,
        borderaxespad=0.2,
        columnspacing=1.2,
        handletextpad=0.6,
    )
