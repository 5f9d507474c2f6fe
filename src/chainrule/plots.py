"""Pictures: the network, the curves of a training, a decision boundary, images with their answers.

Every function takes the Axes to draw on, or makes a figure with pyplot, so that it shows itself in a notebook;
it returns the Axes. What colour says, a marker, a line style or a shade of grey says too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule import arguments
from chainrule.errors import InputError, KindError, MissingPackage
from chainrule.network import Network, decide
from chainrule.parts.contract import Activation, Array, Layer
from chainrule.trace import Trace
from chainrule.training import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE, INK, MUTED = "#00609c", "#d55e00", "#1a1a1a", "#6b6b6b"
DASHES = ("-", "--", "-.", ":")
MARKERS = "os^DvPX*<>"

# The network is drawn in units that all sizes below count in: UNIT inches each, less in a picture so LARGE.
UNIT, LARGE = 0.8, (13.0, 9.0)
RADIUS, COLUMN = 0.45, 3.1
TEXT, SMALL, LETTER = 0.19, 0.16, 0.6  # the sizes of text, and the width of a letter of size 1
WHOLE, HEAD, TAIL = 10, 4, 2  # wider layers than WHOLE show their first HEAD and last TAIL units
LABELLED = 12  # with more edges between two layers, no weights are written


def _axes(ax: Axes | None, size: tuple[float, float], *, bare: bool = False) -> Axes:
    """The given Axes, or those of a new figure; bare ones fill it to its edges."""
    try:
        from matplotlib import pyplot as plt
    except ModuleNotFoundError:
        raise MissingPackage("matplotlib", "drawing") from None
    if ax is None and bare:
        ax = plt.figure(figsize=size).add_axes((0, 0, 1, 1))
    elif ax is None:
        ax = plt.subplots(figsize=size, layout="constrained")[1]
    if bare:
        ax.set_axis_off()
        ax.set_aspect("equal")
    return ax


def _points_per_unit(ax: Axes, width: float, height: float) -> float:
    """How many points a unit has where width × height units are to fit into the Axes."""
    box = ax.get_window_extent()
    return float(min(box.width / width, box.height / height) * 72 / ax.figure.dpi)


def _palette(count: int) -> Array:
    """Colours (count, 3) from dark blue to bright orange: they differ in lightness too."""
    import matplotlib

    return np.asarray(matplotlib.colormaps["plasma"](np.linspace(0, 0.82, count)))[:, :3]


def _number(value: float) -> str:
    """A number in few letters: three digits, with a real minus sign."""
    size = abs(value)
    if size == 0 or 0.01 <= size < 1000:
        text = f"{value:.3g}"
    elif 1000 <= size < 10_000:
        text = f"{value:.0f}"
    else:
        digits, _, power = f"{value:.1e}".partition("e")
        text = f"{digits}e{int(power)}" if power else digits
    return text.replace("-", "−")


def _clip(text: object, letters: int) -> str:
    return text if len(text := str(text)) <= letters else text[: letters - 1] + "…"


# --- the network ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Column:
    """A layer as it is drawn: of its units those that are shown, and what is written at each of them."""

    title: str
    width: int
    shown: list[int]
    x: float
    heights: Array
    inside: list[str]
    beneath: list[str]
    beside: list[str]
    silent: list[bool]


def network(source: Network | Trace, *, sample: int = 0, ax: Axes | None = None) -> Axes:
    """The network as a textbook draws it: neurons, and weights by colour and width, negative ones dashed.

    With a trace, the numbers of a sample are written into the neurons: z over a, the targets beside the
    outputs, the loss beneath. Units of a ReLU that give 0 are drawn in grey. Biases stand beneath their neurons,
    and weights on their edges where there are at most 12 of them. Layers of more than 10 units are shortened.

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
    InputError : if the trace has no such sample
    KindError : if `source` is neither a network nor a trace
    MissingPackage : without matplotlib
    """
    net, values = _values(source, sample)
    columns = _columns(net, values, isinstance(source, Trace))
    caption = _caption(source, sample) if isinstance(source, Trace) else []
    left, right, bottom, top = _extent(columns, _beneath(caption))
    width, height = right - left, top - bottom
    unit = min(UNIT, LARGE[0] / width, LARGE[1] / height)
    ax = _axes(ax, (width * unit, height * unit), bare=True)
    ax.set(xlim=(left, right), ylim=(bottom, top))
    points = _points_per_unit(ax, width, height)

    for number, (before, after) in enumerate(pairwise(columns), 1):
        if f"W{number}" in values:
            _draw_edges(ax, before, after, f"W{number}", values[f"W{number}"], points)
        middle, floor = (before.x + after.x) / 2, bottom + _beneath(caption) - 0.2
        _write(ax, middle, floor, _matrix(net, number), points, color=MUTED, va="top", linespacing=1.3)
    inside = _size_inside(columns) * points
    for column in columns:
        _draw_column(ax, column, points, inside, last=column is columns[-1])
        _write(ax, column.x, top - 0.4, column.title, points, va="baseline", linespacing=1.3)
    if caption:
        at = (left + right) / 2, bottom + _beneath(caption) - 0.85
        _write(ax, *at, "\n".join(caption), points, va="top", linespacing=1.3)
    _legend(ax, columns, points)
    return ax


def _values(source: Network | Trace, sample: int) -> tuple[Network, dict[str, Array]]:
    """The network, and by name its parameters and, of a trace, the sample's row of every quantity drawn."""
    if isinstance(source, Network):
        return source, dict(source.parameters)
    if not isinstance(source, Trace):
        raise KindError(f"{source!r} is no network and no trace: give a Network, or net.trace(X, y).")
    sample = arguments.whole(sample, "sample", least=0)
    if sample >= source.samples:
        raise InputError(f"sample = {sample} is out of range: the trace has {_range(source.samples)}.")
    net = source.network
    values = {name: source.values[name] for name in net.parameters}
    rows = ["x_raw", "x", "y", *(f"{local}{i}" for i in range(1, len(net.layers) + 1) for local in "za")]
    return net, values | {name: source.values[name][sample] for name in rows if name in source.values}


def _range(samples: int) -> str:
    return f"the samples 0 to {samples - 1}" if samples > 1 else "one sample, 0"


def _columns(net: Network, values: Mapping[str, Array], traced: bool) -> list[_Column]:
    """The input, and one column for each layer with weights."""
    places = [i for i, layer in enumerate(net.layers) if layer.counts]
    widths = [net.inputs, *(int(net.layers[i].width(None) or 0) for i in places)]
    columns = []
    for number, (width, (start, stop)) in enumerate(zip(widths, pairwise([-1, *places, None]), strict=True)):
        shown = list(range(width)) if width <= WHOLE else [*range(HEAD), *range(width - TAIL, width)]
        within = net.layers[start + 1 : stop]
        activations = [layer for layer in within if isinstance(layer, Activation)]
        name = f"{'a' if activations else 'z'}{number}" if number else "x"
        outer = "input" if number == 0 else "output" if number == len(places) else "hidden"
        word = ", ".join(_layer_name(layer) for layer in (activations if number else within))
        count = f"{width} {'unit' if number else 'value'}{'' if width == 1 else 's'}"
        bias = values.get(f"b{number}")
        silent = traced and word == "relu"
        columns.append(
            _Column(
                title="\n".join(line for line in (f"{outer} {name}", word, count) if line),
                width=width,
                shown=shown,
                x=number * COLUMN,
                heights=_heights(len(shown), len(shown) < width, 1.35 if traced else 1.15),
                inside=[_inside(values, name, word, i) if traced else f"{name}[{i}]" for i in shown],
                beneath=[] if bias is None or not traced else [f"b {_number(bias[i])}" for i in shown],
                beside=[_beside(net, values, number, i) for i in shown] if outer != "hidden" else [],
                silent=[silent and values[name][i] == 0 for i in shown],
            )
        )
    return columns


def _heights(count: int, shortened: bool, row: float) -> Array:
    """The heights of a column's neurons, its middle at 0; a shortened one has a row for dots."""
    rows = np.arange(count, dtype=float)
    if shortened:
        rows[HEAD:] += 1
    return (rows[-1] / 2 - rows) * row


def _layer_name(layer: Layer) -> str:
    name = layer.name()
    return _clip(str(layer) if name == "function" else name, 18)


def _inside(values: Mapping[str, Array], name: str, activation: str, unit: int) -> str:
    result = _number(values[name][unit])
    if name[0] != "a" or activation == "identity":
        return result
    return f"z {_number(values['z' + name[1:]][unit])}\na {result}"


def _beside(net: Network, values: Mapping[str, Array], number: int, unit: int) -> str:
    """What stands beside an input (its name, and its value before scaling) or an output (its class, its target)."""
    if number == 0:
        names, given = net.features, values.get("x_raw")
        value = None if given is None else _number(given[unit])
    else:
        names, given = net.classes and net.classes[-net.outputs :], values.get("y")
        value = None if given is None else f"y {_number(given[unit])}"
    lines = [_clip(names[unit], 14) if names else "", value or ""]
    return "\n".join(line for line in lines if line)


def _caption(trace: Trace, sample: int) -> list[str]:
    """The label, what the network says, and the loss."""
    net, lines = trace.network, []
    words = [f"sample {sample} of {trace.samples}"] if trace.samples > 1 else []
    if net.loss_part.compares_classes:
        outputs = {"label": trace.get("y"), "predicted": trace.values[trace.program.output]}
        for word, rows in outputs.items():
            if rows is not None:
                found = int(decide(rows[[sample]])[0])
                words.append(f"{word} {_clip(net.classes[found], 14) if net.classes else found}")
    lines.append(", ".join(words))
    if "L" in trace and trace.samples == 1:
        lines.append(f"loss L = {trace.loss:.6g}")
    elif "L" in trace:
        lines.append(
            f"its loss {float(trace.values['l'][sample]):.6g}, mean of the batch L = {trace.loss:.6g}"
        )
    return [line.replace("-", "−") if "L =" in line else line for line in lines if line]


def _beneath(caption: Sequence[str]) -> float:
    """The room beneath the lowest neuron: for the names of the weights, the caption and the legend."""
    return 1.2 + 0.28 * len(caption)


def _extent(columns: Sequence[_Column], beneath: float) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of the picture in units."""

    def room(column: _Column) -> float:
        letters = max((len(line) for text in column.beside for line in text.split("\n")), default=0)
        return RADIUS + 0.35 + max(0.5, letters * LETTER * TEXT)

    left, right = columns[0].x - room(columns[0]), columns[-1].x + room(columns[-1])
    missing = max(0.0, 6.8 - (right - left)) / 2  # so that caption and legend have room
    reach = max(column.heights[0] for column in columns) + RADIUS
    return left - missing, right + missing, -reach - beneath, reach + 1.15


def _size_inside(columns: Sequence[_Column]) -> float:
    """The size of text with which everything inside neurons fits."""
    letters = max(len(line) for column in columns for text in column.inside for line in text.split("\n"))
    return min(0.5 * RADIUS, 1.8 * RADIUS / (LETTER * letters))


def _write(ax: Axes, x: float, y: float, text: str, points: float, **style: Any) -> None:
    settings = {"fontsize": TEXT * points, "ha": "center", "va": "center", "color": INK} | style
    ax.text(x, y, text, **settings)


def _matrix(net: Network, number: int) -> str:
    """What is written between two columns: the weights with their shape, and which parameters are frozen."""
    frozen = [name for name in (f"W{number}", f"b{number}") if name in net.frozen]
    shape = arguments.shape_text(net.parameters[f"W{number}"].shape)
    return f"W{number} {shape}" + (f"\nfrozen: {', '.join(frozen)}" if frozen else "")


def _draw_edges(ax: Axes, before: _Column, after: _Column, name: str, W: Array, points: float) -> None:
    """A line for each weight; their numbers too where they are few."""
    pairs = list(product(range(len(before.shown)), range(len(after.shown))))
    edges = np.array([((before.x, before.heights[i]), (after.x, after.heights[j])) for i, j in pairs])
    labelled = before.width * after.width <= LABELLED
    places = _clear_places(edges) if labelled else edges[:, 0]
    largest = float(np.abs(W).max()) or 1.0
    for (i, j), edge, place in zip(pairs, edges, places, strict=True):
        weight = W[before.shown[i], after.shown[j]]
        width = (0.008 + 0.042 * abs(weight) / largest) * points
        color, silent = ORANGE if weight < 0 else BLUE, before.silent[i]
        dashes: Any = (0, (0.1 * points / width, 0.06 * points / width)) if weight < 0 else "-"
        ax.plot(
            *edge.T, color=color, linewidth=width, linestyle=dashes, alpha=0.35 if silent else 1.0, zorder=1,
            gid=f"{name}[{before.shown[i]}, {after.shown[j]}]",
        )  # fmt: skip
        if labelled:
            slope = np.degrees(np.arctan2(*(edge[1] - edge[0])[::-1]))
            _write(
                ax, *place, _number(weight), points, fontsize=SMALL * points, rotation=slope,
                color=MUTED if silent else color, zorder=2, bbox=_plate(0.25),
            )  # fmt: skip


def _plate(pad: float) -> dict[str, Any]:
    """The white ground that keeps text readable over edges."""
    return {"boxstyle": f"square,pad={pad}", "facecolor": "white", "edgecolor": "none"}


def _clear_places(edges: Array) -> Array:
    """For each edge (n, 2 ends, 2), the place (n, 2) on it that is farthest from other edges and their places."""
    along = np.linspace(0.3, 0.7, 41)[:, None]
    places = edges.mean(axis=1)
    label = np.array([6 * LETTER * SMALL, 1.8 * SMALL])  # as wide as −0.123, and as high
    for k in [*range(len(edges))] * 5:  # each in turn, several times, for each depends on the others
        here = edges[k, 0] + along * (edges[k, 1] - edges[k, 0])
        free = np.ones(len(here)) - 0.1 * np.abs(along[:, 0] - 0.5)
        for (a, b), place in zip(np.delete(edges, k, axis=0), np.delete(places, k, axis=0), strict=True):
            nearest = a + np.clip((here - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)[:, None] * (b - a)
            free = np.minimum(free, np.linalg.norm(here - nearest, axis=1) / label[0])
            free = np.minimum(free, (np.abs(here - place) / label).max(axis=1) - 1)
        places[k] = here[free.argmax()]
    return places


def _draw_column(ax: Axes, column: _Column, points: float, inside: float, *, last: bool) -> None:
    from matplotlib.patches import Circle

    for k, y in enumerate(column.heights):
        silent = column.silent[k]
        face, edge = ("#ececec", "#9a9a9a") if silent else ("white", INK)
        ax.add_patch(
            Circle(
                (column.x, y), RADIUS, facecolor=face, edgecolor=edge, linewidth=0.022 * points,
                linestyle=":" if silent else "-", zorder=3,
            )
        )  # fmt: skip
        color = MUTED if silent else INK
        _write(ax, column.x, y, column.inside[k], points, fontsize=inside, color=color, zorder=4)
        if column.beneath:
            _write(
                ax, column.x, y - RADIUS - 0.16, column.beneath[k], points, fontsize=SMALL * points,
                zorder=4, bbox=_plate(0.05),
            )  # fmt: skip
        if column.beside:
            side = 1 if last else -1
            _write(
                ax,
                column.x + side * (RADIUS + 0.15),
                y,
                column.beside[k],
                points,
                ha="left" if last else "right",
            )
    if column.width > len(column.shown):
        middle = (column.heights[HEAD - 1] + column.heights[HEAD]) / 2
        dots = middle + np.array([0.16, 0, -0.16]) - 0.05
        ax.plot([column.x] * 3, dots, "o", color=INK, markersize=0.07 * points, zorder=4)


def _legend(ax: Axes, columns: Sequence[_Column], points: float) -> None:
    from matplotlib.lines import Line2D

    wedge: Any = [(-1, -0.05), (-1, 0.05), (1, 0.25), (1, -0.25)]
    handles = [
        Line2D([], [], color=BLUE, linewidth=0.04 * points, label="weight > 0"),
        Line2D([], [], color=ORANGE, linewidth=0.04 * points, linestyle=(0, (2.5, 1.5)), label="weight < 0"),
        Line2D(
            [], [], linestyle="", marker=wedge, markersize=0.4 * points, color=MUTED, label="size of weight"
        ),
    ]
    if any(any(column.silent) for column in columns):
        grey = Line2D(
            [], [], linestyle="", marker="o", markersize=TEXT * points, markerfacecolor="#ececec",
            markeredgecolor="#9a9a9a", label="relu gives 0",
        )  # fmt: skip
        handles.append(grey)
    ax.legend(
        handles=handles, loc="lower center", ncols=len(handles), frameon=False, fontsize=SMALL * points,
        borderaxespad=0.3, columnspacing=1.2, handletextpad=0.5,
    )  # fmt: skip


# --- training -------------------------------------------------------------------------------------------


def curves(history: History | Mapping[str, History], *, ax: Axes | None = None) -> Axes:
    """Loss and accuracy by epoch, of training and of validation where there was one.

    Accuracy has the axis on the right. Several histories by name are compared by their losses alone:
    a colour and line style each, validation in a thin line.

    Parameters
    ----------
    history : what `fit` returned, or several of them by name
    ax : where to draw; a new figure unless given

    Returns
    -------
    the Axes of the loss

    Raises
    ------
    InputError : if there is no finished epoch to draw
    KindError : if it is no History
    MissingPackage : without matplotlib
    """
    several = dict(history) if isinstance(history, Mapping) else {"": history}
    for name, one in several.items():
        _check_history(name, one)
    if not several:
        raise InputError("there is no history to draw: give at least one.")
    ax = _axes(ax, (6.4, 4.2))
    lines = _compare(ax, several) if isinstance(history, Mapping) else _one_history(ax, history)
    ax.set(xlabel="epoch", ylabel="loss")
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend(handles=lines, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)
    return ax


def _check_history(name: str, history: Any) -> None:
    of = f" of {name!r}" if name else ""
    if not isinstance(history, History):
        raise KindError(f"the history{of} is {history!r}: give what net.fit(…) returned.")
    if history.epochs == 0:
        raise InputError(f"the history{of} has no finished epoch: there is nothing to draw.")


def _curve(ax: Axes, values: Sequence[float], **style: Any) -> list[Any]:
    """One line over the epochs, from 1; with a dot for each where there are few."""
    marker = "o" if len(values) <= 20 else None
    return (
        ax.plot(range(1, len(values) + 1), values, marker=marker, markersize=3.5, **style) if values else []
    )


def _one_history(ax: Axes, history: History) -> list[Any]:
    lines = _curve(ax, history.loss, color=BLUE, linestyle="-", label="loss")
    lines += _curve(ax, history.validation_loss, color=BLUE, linestyle="--", label="validation loss")
    ax.yaxis.label.set_color(BLUE)
    if history.accuracy:
        right = ax.twinx()
        lines += _curve(right, history.accuracy, color=ORANGE, linestyle="-.", label="accuracy")
        lines += _curve(
            right, history.validation_accuracy, color=ORANGE, linestyle=":", label="validation accuracy"
        )
        right.set_ylabel("accuracy", color=ORANGE)
        right.set_ylim(top=min(right.get_ylim()[1], 1.01))
    return lines


def _compare(ax: Axes, histories: Mapping[str, History]) -> list[Any]:
    from matplotlib.lines import Line2D

    lines = []
    for k, (name, history) in enumerate(histories.items()):
        style = {"color": _palette(len(histories))[k], "linestyle": DASHES[k % len(DASHES)]}
        lines += _curve(ax, history.loss, linewidth=2.2, label=_clip(name, 28), **style)
        _curve(ax, history.validation_loss, linewidth=0.9, **style)
    if any(history.validation_loss for history in histories.values()):
        lines.append(Line2D([], [], color=MUTED, linewidth=0.9, label="validation (thin)"))
    return lines


# --- classifiers ----------------------------------------------------------------------------------------


def _classified(net: Network, X: Any, y: Any, what: str) -> tuple[Array, Array, list[str]]:
    """X (m, inputs), the labels (m,) and the names of the classes; raises if the network is no classifier."""
    output = net.layers[-1].name()
    if output not in ("softmax", "sigmoid"):
        raise InputError(
            f"{what} draws a classifier, and the output of this network is {output}: it needs softmax or sigmoid."
        )
    X, rows, _ = net.check(X, y)
    names = net.classes or [str(i) for i in range(max(net.outputs, 2))]
    return X, decide(rows), [_clip(name, 14) for name in names]


def _probabilities(net: Network, X: Array) -> Array:
    """The probability of each class (m, classes); of a single output, of no and of yes."""
    outputs = net.predict(X)
    return np.hstack([1 - outputs, outputs]) if net.outputs == 1 else outputs


def boundary(net: Network, X: Any, y: Any, *, ax: Axes | None = None) -> Axes:
    """A classifier of two inputs with its data: the surer, the deeper the shade; a line where it is undecided.

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
    if net.inputs != 2:
        raise InputError(f"boundary draws 2 inputs as a plane, and this network has {net.inputs}.")
    X, labels, names = _classified(net, X, y, "boundary")
    ax = _axes(ax, (6, 5.2))
    colors = _palette(len(names))
    _draw_plane(ax, net, X, colors)
    wrong = net.classify(X) != labels
    for k, name in enumerate(names):
        of = X[labels == k]
        ax.scatter(
            *of.T, color=colors[[k]], marker=MARKERS[k % len(MARKERS)], s=30, edgecolors=INK,
            linewidths=0.6, label=name if net.classes else f"class {name}", zorder=3,
        )  # fmt: skip
    if wrong.any():
        label = f"wrong: {wrong.sum()} of {len(X)}"
        ax.scatter(
            *X[wrong].T, s=110, facecolors="none", edgecolors="black", linewidths=1.3, label=label, zorder=4
        )
    ax.plot([], [], color="black", linewidth=1.5, label="boundary")
    xlabel, ylabel = net.features or ["x[0]", "x[1]"]
    ax.set(xlabel=_clip(xlabel, 40), ylabel=_clip(ylabel, 40))
    labels = ax.get_legend_handles_labels()[1]
    ncols = len(labels) if sum(len(label) + 5 for label in labels) < 64 else 3
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=ncols, frameon=False, columnspacing=1.2)
    return ax


def _draw_plane(ax: Axes, net: Network, X: Array, colors: Array, cells: int = 250) -> None:
    """The shading and the boundary, a little beyond the data."""
    low, high = X.min(axis=0).astype(float), X.max(axis=0).astype(float)
    margin = np.where(high > low, 0.08 * (high - low), 1)
    low, high = low - margin, high + margin
    across, up = np.linspace(low[0], high[0], cells), np.linspace(low[1], high[1], cells)
    grid = np.stack(np.meshgrid(across, up), axis=-1)
    p = _probabilities(net, grid.reshape(-1, 2)).astype(float).reshape(cells, cells, -1)
    even = 1 / len(colors)
    sure = np.clip((p.max(axis=-1) - even) / (1 - even), 0, 1)
    shade = 1 - (1 - colors[p.argmax(axis=-1)]) * (0.05 + 0.4 * sure[..., None])
    ax.imshow(
        shade,
        origin="lower",
        aspect="auto",
        interpolation="bilinear",
        extent=(low[0], high[0], low[1], high[1]),
    )
    for k in range(len(colors) if len(colors) > 2 else 1):
        ahead = p[..., k] - np.delete(p, k, axis=-1).max(axis=-1)
        if ahead.min() < 0 < ahead.max():
            ax.contour(across, up, ahead, levels=[0], colors="black", linewidths=1.5, zorder=2)


def digits(
    net: Network,
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
    height, width = _image_shape(net.inputs, shape)
    X, labels, names = _classified(net, X, y, "digits")
    count = min(arguments.whole(count, "count"), len(X))
    X, labels, p = X[:count], labels[:count], _probabilities(net, X[:count])
    said = net.classify(X)
    texts = [
        f"is {names[t]}\nsays {names[s]}, {100 * row[s]:.0f} %"
        for t, s, row in zip(labels, said, p, strict=True)
    ]

    per_row = int(np.ceil(np.sqrt(count)))
    rows = -(-count // per_row)
    tall = height / width
    step = np.array([1.3, tall + 0.55])
    total = step * (per_row, rows) + (0.1, 0.45)
    unit = min(0.95, LARGE[0] / total[0], LARGE[1] / total[1])
    ax = _axes(ax, tuple(total * unit), bare=True)
    points = _points_per_unit(ax, *total)
    size = min(0.16, 1.2 / (LETTER * max(len(text.split("\n")[1]) for text in texts))) * points
    for k, text in enumerate(texts):
        x, y_top = step * (k % per_row, -(k // per_row))
        image = X[k].reshape(height, width)
        ax.imshow(image, cmap="gray_r", vmin=X.min(), vmax=X.max(), extent=(x, x + 1, y_top - tall, y_top))
        _frame(ax, x, y_top, tall, said[k] != labels[k], points)
        _write(ax, x + 0.5, y_top - tall - 0.07, text, points, fontsize=size, va="top", linespacing=1.25)
    right = int((said == labels).sum())
    title = f"{right} of {count} right"
    _write(ax, total[0] / 2 - 0.2, 0.2, title, points, fontsize=0.2 * points)
    ax.set(xlim=(-0.2, total[0] - 0.2), ylim=(0.45 - total[1], 0.45))
    return ax


def _image_shape(inputs: int, shape: tuple[int, int] | None) -> tuple[int, int]:
    side = round(inputs**0.5)
    if shape is None and side * side != inputs:
        raise InputError(
            f"the network has {inputs} inputs, which make no square: give shape=(height, width)."
        )
    height, width = shape or (side, side)
    if height * width != inputs:
        raise InputError(
            f"shape = {shape} makes {height * width} pixels, and the network has {inputs} inputs."
        )
    return height, width


def _frame(ax: Axes, x: float, top: float, tall: float, wrong: bool, points: float) -> None:
    """The edge of an image; around a wrong answer a broad one, with a cross at its corner."""
    from matplotlib.patches import Rectangle

    color, width = (ORANGE, 0.045) if wrong else ("#b0b0b0", 0.01)
    ax.add_patch(
        Rectangle((x, top - tall), 1, tall, fill=False, edgecolor=color, linewidth=width * points, zorder=3)
    )
    if wrong:
        ax.plot(
            x + 0.97, top - 0.03, "X", markersize=0.24 * points, color=ORANGE, markeredgecolor="white",
            markeredgewidth=0.02 * points, zorder=4,
        )  # fmt: skip
