"""The network, drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.model import arguments
from chainrule.network import Network
from chainrule.parts.contract import Activation, Array, Layer
from chainrule.plots.canvas import (
    BLUE,
    COLUMN,
    HEAD,
    INK,
    LABELLED,
    LETTER,
    MUTED,
    ORANGE,
    PALE,
    RADIUS,
    SMALL,
    TAIL,
    TEXT,
    WHOLE,
    Canvas,
    clip,
    longest,
    short_number,
    stacked,
)
from chainrule.trace import Trace

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class _Neuron:
    """A unit as it is drawn: its number, its height, what is written at it, and whether it gives 0."""

    unit: int
    y: float
    inside: str
    beneath: str
    beside: str
    silent: bool


@dataclass(frozen=True)
class _Column:
    """A layer as it is drawn: `width` units, of which these neurons are shown."""

    title: list[str]
    x: float
    width: int
    neurons: list[_Neuron]


def network(source: Network | Trace, *, sample: int = 0, ax: Axes | None = None) -> Axes:
    """The network as a textbook draws it: neurons, and weights by colour and width, negative ones dashed.

    With a trace, a sample's numbers are written in: z over a in the neurons, biases beneath them, targets
    beside the outputs, the label and the loss below; a unit of ReLU that gives 0 is grey. Where there are at
    most 12 edges between two layers, they carry their weights. Layers of more than 10 units are shortened.

    Parameters
    ----------
    source : a Network or a Trace
    sample : which sample of the trace, from 0
    ax : where to draw; a new figure unless given

    Returns
    -------
    the Axes

    Raises
    ------
    InputError : if the trace has no such sample, or a weight is not finite
    KindError : if `source` is neither a network nor a trace
    MissingPackage : without matplotlib
    """
    net, values = _values(source, sample)
    columns = _columns(net, values)
    caption = _caption(source, sample) if isinstance(source, Trace) else ""
    left, right, low, high = _extent(columns)
    room = 1.25 + 0.28 * len(caption.splitlines())  # for the names of the weights, the caption, the legend
    canvas = Canvas(ax, left, right, low - room, high + 1.15)
    for number, (before, after) in enumerate(pairwise(columns), 1):
        if f"W{number}" in values:
            _draw_edges(canvas, before, after, f"W{number}", values[f"W{number}"])
            canvas.write((before.x + after.x) / 2, low - 0.2, _matrix(net, number), color=MUTED, va="top")
    size = min(
        0.5 * RADIUS, 1.75 * RADIUS / (LETTER * longest([n.inside for c in columns for n in c.neurons]))
    )
    for column in columns:
        _draw_neurons(canvas, column, size, outwards=1 if column is columns[-1] else -1)
        for k, line in enumerate(reversed(column.title)):  # one by one, so that columns share their lines
            canvas.write(column.x, high + 0.3 + 0.29 * k, line, va="baseline")
    canvas.write((left + right) / 2, low - 0.8, caption, va="top")
    _draw_legend(canvas, columns)
    return canvas.ax


def _values(source: Network | Trace, sample: int) -> tuple[Network, dict[str, Array]]:
    """The network, and by name its parameters and, of a trace, the sample's row of what is drawn."""
    if isinstance(source, Network):
        return source, {name: arguments.finite(array, name) for name, array in source.parameters.items()}
    if not isinstance(source, Trace):
        raise KindError(f"{source!r} is no network and no trace: give a Network, or net.trace(X, y).")
    sample = arguments.whole(sample, "sample", least=0)
    if sample >= source.samples:
        known = f"the samples 0 to {source.samples - 1}" if source.samples > 1 else "one sample, 0"
        raise InputError(f"sample = {sample} is out of range: the trace has {known}.")
    net = source.network
    values = {name: arguments.finite(source.results[name], name) for name in net.parameters}
    rows = ["x_raw", "x", "y", *(f"{local}{i + 1}" for i in range(len(net.layers)) for local in "za")]
    return net, values | {name: source.results[name][sample] for name in rows if name in source.results}


def _columns(net: Network, values: Mapping[str, Array]) -> list[_Column]:
    """The input, and one column for each layer with weights."""
    starts = [i for i, layer in enumerate(net.layers) if layer.counts]
    found = [_column(net, values, 0, net.inputs, net.layers[: starts[0]], "input")]
    for number, (start, stop) in enumerate(pairwise([*starts, len(net.layers)]), 1):
        activations = [layer for layer in net.layers[start:stop] if isinstance(layer, Activation)]
        width = net.layers[start].width(None)
        assert width is not None
        place = "output" if number == len(starts) else "hidden"
        found.append(_column(net, values, number, width, activations, place))
    return found


def _column(
    net: Network, values: Mapping[str, Array], number: int, width: int, layers: Sequence[Layer], place: str
) -> _Column:
    """Layer `number`, whose units come out of `layers`."""
    name = f"{'a' if layers else 'z'}{number}" if number else "x"
    parts = ", ".join(clip(layer if layer.name() == "function" else layer.name(), 18) for layer in layers)
    units = np.arange(width) if width <= WHOLE else np.r_[:HEAD, width - TAIL : width]
    rows = np.arange(len(units)) + ((units >= HEAD) & (width > WHOLE))  # a row is left for the dots
    traced = "x" in values
    heights = (rows[-1] / 2 - rows) * (1.35 if traced else 1.15)
    bias = values.get(f"b{number}") if traced else None
    neurons = [
        _Neuron(
            unit,
            y,
            _inside(values, name, unit) if traced else f"{name}[{unit}]",
            "" if bias is None else f"b {short_number(bias[unit])}",
            "" if place == "hidden" else _beside(net, values, number, unit),
            traced and place == "hidden" and _off(values, number, unit),
        )
        for unit, y in zip(units.tolist(), heights.tolist(), strict=True)
    ]
    count = f"{width} {'unit' if number else 'value'}{'s' if width > 1 else ''}"
    title = [line for line in (f"{place} {name}", parts, count) if line]
    return _Column(title, number * COLUMN, width, neurons)


def _off(values: Mapping[str, Array], number: int, unit: int) -> bool:
    """Whether an activation lets nothing of a unit through."""
    a, z = values.get(f"a{number}"), values[f"z{number}"]
    return a is not None and bool(a[unit] == 0 and z[unit] != 0)


def _inside(values: Mapping[str, Array], name: str, unit: int) -> str:
    """z over a; one number where there is no activation, or one that changes nothing."""
    z = values.get("z" + name[1:], values[name])
    result = short_number(values[name][unit])
    return result if np.array_equal(z, values[name]) else f"z {short_number(z[unit])}\na {result}"


def _beside(net: Network, values: Mapping[str, Array], number: int, unit: int) -> str:
    """An input's name, and its value before scaling; or an output's class, and its target."""
    names, given, mark = (net.features, "x_raw", "") if number == 0 else (net.classes, "y", "y ")
    name = clip(names[unit - (net.outputs if number else net.inputs)], 14) if names else ""
    return stacked(name, mark + short_number(values[given][unit]) if given in values else "")


def _caption(trace: Trace, sample: int) -> str:
    """The label, what the network says, and the loss."""
    words = [f"sample {sample} of {trace.samples}"] if trace.samples > 1 else []
    if trace.network.loss_part.compares_classes:
        answers = trace.network.answers
        for word, name, answer in (
            ("label", "y", answers.given),
            ("predicted", trace.program.output, answers.decide),
        ):
            if name in trace.results:
                words.append(
                    f"{word} {clip(_said(trace.network, answer(trace.results[name][[sample]])[0]), 14)}"
                )
    if "L" not in trace.results:
        return ", ".join(words)
    loss = f"loss L = {trace.loss:.6g}"
    if trace.samples > 1:
        loss = f"its loss {float(trace.results['l'][sample]):.6g}, mean of the batch L = {trace.loss:.6g}"
    return stacked(", ".join(words), loss.replace("-", "−"))


def _said(net: Network, answer: Any) -> str:
    """An answer by its class; one of several outputs that each say yes or no, by those that say yes."""
    names = net.classes or [str(i) for i in range(max(net.outputs, 2))]
    return names[answer] if np.ndim(answer) == 0 else ", ".join(np.array(names)[answer == 1]) or "none"


def _extent(columns: Sequence[_Column]) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of what stands at and between the neurons."""
    ends = columns[0], columns[-1]
    room = [RADIUS + 0.35 + max(0.5, TEXT * LETTER * longest([n.beside for n in c.neurons])) for c in ends]
    left, right = ends[0].x - room[0], ends[1].x + room[1]
    missing = max(0.0, 6.8 - (right - left)) / 2  # a caption and the legend need that much
    high = max(column.neurons[0].y for column in columns) + RADIUS
    return left - missing, right + missing, -high, high


def _matrix(net: Network, number: int) -> str:
    """What is written between two columns: the weights with their shape, and which parameters are frozen."""
    frozen = [name for name in (f"W{number}", f"b{number}") if name in net.frozen]
    shape = net.parameters[f"W{number}"].shape
    return stacked(f"W{number} {shape}", f"frozen: {', '.join(frozen)}" if frozen else "")


def _draw_edges(canvas: Canvas, before: _Column, after: _Column, name: str, W: Array) -> None:
    """A line for each weight; their numbers too where they are few."""
    pairs = list(product(before.neurons, after.neurons))
    edges = np.array([((before.x, a.y), (after.x, b.y)) for a, b in pairs])
    labels = [short_number(W[a.unit, b.unit]) for a, b in pairs]
    places = _clear_places(edges, labels) if before.width * after.width <= LABELLED else None
    largest = float(np.abs(W).max()) or 1.0
    for k, (a, b) in enumerate(pairs):
        weight = float(W[a.unit, b.unit])
        color, alpha = ORANGE if weight < 0 else BLUE, 0.35 if a.silent else 1.0
        width = (0.008 + 0.042 * abs(weight) / largest) * canvas.points
        # dashes count in line widths: so they are as long on a thin line as on a wide one
        style: Any = (0, (0.1 * canvas.points / width, 0.06 * canvas.points / width)) if weight < 0 else "-"
        (line,) = canvas.ax.plot(*edges[k].T, color=color, alpha=alpha, lw=width, ls=style, zorder=1)
        line.set_gid(f"{name}[{a.unit}, {b.unit}]")
        if places is not None:
            (x, y), (across, up) = places[k].tolist(), (edges[k, 1] - edges[k, 0]).tolist()
            look = {"color": MUTED if a.silent else color, "bbox": _plate(0.25), "zorder": 2}
            canvas.write(x, y, labels[k], SMALL, rotation=np.degrees(np.arctan2(up, across)), **look)


def _plate(pad: float) -> dict[str, Any]:
    """The white ground that keeps text readable over edges."""
    return {"boxstyle": f"square,pad={pad}", "facecolor": "white", "edgecolor": "none"}


def _clear_places(edges: Array, labels: Sequence[str]) -> Array:
    """For each edge (n, 2 ends, 2), the place (n, 2) on it for its label, clear of other labels and edges."""
    ways = edges[:, 1] - edges[:, 0]
    long = np.linalg.norm(ways, axis=1, keepdims=True)
    sides = np.stack([ways, ways[:, ::-1] * (-1, 1)], axis=1) / long[..., None]  # along and across a label
    halves = np.array([[LETTER * SMALL * len(label) / 2 + 0.04, 0.12] for label in labels])
    places: Array = edges.mean(axis=1)
    for k in [*range(len(edges))] * 6:  # each in turn, again and again, for each makes way for the others
        ends = (RADIUS + halves[k, 0] + 0.05) / long[k]
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


def _draw_neurons(canvas: Canvas, column: _Column, size: float, outwards: int) -> None:
    """Circles with their numbers; what stands beside them is on the outer side, left (-1) or right (1)."""
    from matplotlib.patches import Circle

    for neuron in column.neurons:
        at = column.x, neuron.y
        fill, edge, ink = (PALE, MUTED, MUTED) if neuron.silent else ("white", INK, INK)
        circle = Circle(at, RADIUS, facecolor=fill, edgecolor=edge, zorder=3)
        circle.set(linewidth=0.022 * canvas.points, linestyle=":" if neuron.silent else "-")
        canvas.ax.add_patch(circle)
        canvas.write(*at, neuron.inside, size, color=ink, zorder=4)
        if neuron.beneath:
            canvas.write(at[0], at[1] - RADIUS - 0.16, neuron.beneath, SMALL, zorder=4, bbox=_plate(0.05))
        if neuron.beside:
            side = "left" if outwards == 1 else "right"
            canvas.write(at[0] + outwards * (RADIUS + 0.15), at[1], neuron.beside, ha=side)
    if column.width > len(column.neurons):
        middle = (column.neurons[HEAD - 1].y + column.neurons[HEAD].y) / 2
        dots = middle + np.array([0.11, -0.05, -0.21])
        canvas.ax.plot([column.x] * 3, dots, "o", color=INK, markersize=0.07 * canvas.points, zorder=4)


def _draw_legend(canvas: Canvas, columns: Sequence[_Column]) -> None:
    from matplotlib.lines import Line2D

    points = canvas.points
    wedge: Any = [(-1, -0.04), (-1, 0.04), (1, 0.25), (1, -0.25)]
    handles = [
        Line2D([], [], color=BLUE, lw=0.04 * points, label="weight > 0"),
        Line2D([], [], color=ORANGE, lw=0.04 * points, ls=(0, (2.5, 1.5)), label="weight < 0"),
        Line2D([], [], color=MUTED, ls="", marker=wedge, ms=0.3 * points, label="size of weight"),
    ]
    if any(neuron.silent for column in columns for neuron in column.neurons):
        look: dict[str, Any] = {"color": PALE, "markeredgecolor": MUTED, "ls": "", "marker": "o"}
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
