"""Pictures: the network, the curves of a training, a decision boundary, images with their answers.

Every function draws on the Axes it is given, or on a new figure of pyplot, which shows itself in a notebook,
and returns the Axes. What a colour says, a marker, a line style or a shade of grey says too.
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

BLUE, ORANGE, INK, MUTED, PALE = "#00609c", "#d55e00", "#1a1a1a", "#6b6b6b", "#ececec"
DASHES = ("-", "--", "-.", ":")
MARKERS = "os^DvPX*<>"

# Drawings without axes count in units: UNIT inches each, less in a picture that would be larger than LARGE.
UNIT, LARGE = 0.8, np.array([13.0, 9.0])
TEXT, SMALL, LETTER = 0.19, 0.16, 0.6  # two sizes of text, and the width of a letter of size 1
RADIUS, COLUMN = 0.45, 3.1
WHOLE, HEAD, TAIL = 10, 4, 2  # wider layers than WHOLE show their first HEAD and last TAIL units
LABELLED = 12  # with more edges between two layers, no weights are written


def _axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """The given Axes, or those of a new figure of this size in inches."""
    try:
        from matplotlib import pyplot as plt
    except ModuleNotFoundError:
        raise MissingPackage("matplotlib", "drawing") from None
    return plt.subplots(figsize=size, layout="constrained")[1] if ax is None else ax


class _Canvas:
    """Axes for a drawing without axes, and how many points its units have."""

    def __init__(self, ax: Axes | None, left: float, right: float, bottom: float, top: float) -> None:
        size = np.array([right - left, top - bottom])
        inches = size * min(UNIT, *(LARGE / size))
        self.ax = _axes(ax, (float(inches[0]), float(inches[1])))
        if ax is None:
            self.ax.set_position((0, 0, 1, 1))  # from here on the layout leaves them alone
        self.ax.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
        self.ax.set_axis_off()
        box = self.ax.get_window_extent()
        self.points = min(box.width / size[0], box.height / size[1]) * 72 / self.ax.figure.dpi

    def write(self, x: float, y: float, text: str, size: float = TEXT, **style: Any) -> None:
        """Text, by default centred; its size in units."""
        usual: dict[str, Any] = {"ha": "center", "va": "center", "color": INK, "linespacing": 1.3}
        self.ax.text(x, y, text, fontsize=size * self.points, **(usual | style))


def _palette(count: int) -> Array:
    """Colours (count, 3) from dark blue to bright orange: they differ in lightness too."""
    import matplotlib

    return np.array(matplotlib.colormaps["plasma"](np.linspace(0, 0.82, count)))[:, :3]


def _number(value: float) -> str:
    """A number in few letters: two or three digits, and a real minus sign."""
    size = abs(value)
    if size == 0 or 0.01 <= size < 999.5:
        text = f"{value + 0.0:.3g}"  # + 0.0 makes a zero of minus zero
    elif 1 <= size < 10_000:
        text = f"{value:.0f}"
    else:
        digits, _, power = f"{value:.1e}".partition("e")
        text = f"{digits}e{int(power)}" if power else digits
    return text.replace("-", "−")


def _clip(text: object, letters: int) -> str:
    return text if len(text := str(text)) <= letters else text[: letters - 1] + "…"


def _lines(*lines: str) -> str:
    """Those of the lines that say something."""
    return "\n".join(line for line in lines if line)


def _longest(texts: Sequence[str]) -> int:
    """The letters of the longest line."""
    return max((len(line) for text in texts for line in text.split("\n")), default=0)


# --- the network ----------------------------------------------------------------------------------------


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
    canvas = _Canvas(ax, left, right, low - room, high + 1.15)
    for number, (before, after) in enumerate(pairwise(columns), 1):
        if f"W{number}" in values:
            _draw_edges(canvas, before, after, f"W{number}", values[f"W{number}"])
            canvas.write((before.x + after.x) / 2, low - 0.2, _matrix(net, number), color=MUTED, va="top")
    size = min(
        0.5 * RADIUS, 1.75 * RADIUS / (LETTER * _longest([n.inside for c in columns for n in c.neurons]))
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
    parts = ", ".join(_clip(layer if layer.name() == "function" else layer.name(), 18) for layer in layers)
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
            "" if bias is None else f"b {_number(bias[unit])}",
            "" if place == "hidden" else _beside(net, values, number, unit),
            traced and parts == "relu" and bool(values[name][unit] == 0),
        )
        for unit, y in zip(units.tolist(), heights.tolist(), strict=True)
    ]
    count = f"{width} {'unit' if number else 'value'}{'s' if width > 1 else ''}"
    title = [line for line in (f"{place} {name}", parts, count) if line]
    return _Column(title, number * COLUMN, width, neurons)


def _inside(values: Mapping[str, Array], name: str, unit: int) -> str:
    """z over a; one number where there is no activation, or one that changes nothing."""
    z = values.get("z" + name[1:], values[name])
    result = _number(values[name][unit])
    return result if np.array_equal(z, values[name]) else f"z {_number(z[unit])}\na {result}"


def _beside(net: Network, values: Mapping[str, Array], number: int, unit: int) -> str:
    """An input's name, and its value before scaling; or an output's class, and its target."""
    names, given, mark = (net.features, "x_raw", "") if number == 0 else (net.classes, "y", "y ")
    name = _clip(names[unit - (net.outputs if number else net.inputs)], 14) if names else ""
    return _lines(name, mark + _number(values[given][unit]) if given in values else "")


def _caption(trace: Trace, sample: int) -> str:
    """The label, what the network says, and the loss."""
    words = [f"sample {sample} of {trace.samples}"] if trace.samples > 1 else []
    if trace.network.loss_part.compares_classes:
        names = trace.network.classes or range(max(trace.network.outputs, 2))
        for word, name in (("label", "y"), ("predicted", trace.program.output)):
            if name in trace.results:
                words.append(f"{word} {_clip(names[decide(trace.results[name][[sample]])[0]], 14)}")
    if "L" not in trace.results:
        return ", ".join(words)
    loss = f"loss L = {trace.loss:.6g}"
    if trace.samples > 1:
        loss = f"its loss {float(trace.results['l'][sample]):.6g}, mean of the batch L = {trace.loss:.6g}"
    return _lines(", ".join(words), loss.replace("-", "−"))


def _extent(columns: Sequence[_Column]) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of what stands at and between the neurons."""
    ends = columns[0], columns[-1]
    room = [RADIUS + 0.35 + max(0.5, TEXT * LETTER * _longest([n.beside for n in c.neurons])) for c in ends]
    left, right = ends[0].x - room[0], ends[1].x + room[1]
    missing = max(0.0, 6.8 - (right - left)) / 2  # a caption and the legend need that much
    high = max(column.neurons[0].y for column in columns) + RADIUS
    return left - missing, right + missing, -high, high


def _matrix(net: Network, number: int) -> str:
    """What is written between two columns: the weights with their shape, and which parameters are frozen."""
    frozen = [name for name in (f"W{number}", f"b{number}") if name in net.frozen]
    shape = arguments.shape_text(net.parameters[f"W{number}"].shape)
    return _lines(f"W{number} {shape}", f"frozen: {', '.join(frozen)}" if frozen else "")


def _draw_edges(canvas: _Canvas, before: _Column, after: _Column, name: str, W: Array) -> None:
    """A line for each weight; their numbers too where they are few."""
    pairs = list(product(before.neurons, after.neurons))
    edges = np.array([((before.x, a.y), (after.x, b.y)) for a, b in pairs])
    labels = [_number(W[a.unit, b.unit]) for a, b in pairs]
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


def _draw_neurons(canvas: _Canvas, column: _Column, size: float, outwards: int) -> None:
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


def _draw_legend(canvas: _Canvas, columns: Sequence[_Column]) -> None:
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
    histories = history if isinstance(history, Mapping) else {"": history}
    if not histories:
        raise InputError("there is no history to draw: give at least one.")
    for name, one in histories.items():
        _check_history(name, one)
    ax = _axes(ax, (6.4, 4.2))
    from matplotlib.ticker import MaxNLocator

    ax.set(xlabel="epoch", ylabel="loss")
    lines = _compare(ax, histories) if histories is history else _one_history(ax, histories[""])
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(handles=lines, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)
    return ax


def _check_history(name: str, history: Any) -> None:
    of = f" of {name!r}" if name else ""
    if not isinstance(history, History):
        raise KindError(f"the history{of} is {history!r}: give what net.fit(…) returned.")
    if history.epochs == 0:
        raise InputError(f"the history{of} has no finished epoch: there is nothing to draw.")


def _curve(ax: Axes, values: Sequence[float], color: Any, style: str, **more: Any) -> list[Any]:
    """A line over the epochs, from 1, with a dot for each where they are few; none without values."""
    marker = "o" if len(values) <= 20 else ""
    epochs = range(1, len(values) + 1)
    return ax.plot(epochs, values, color=color, ls=style, marker=marker, ms=3.5, **more) if values else []


def _one_history(ax: Axes, history: History) -> list[Any]:
    lines = _curve(ax, history.loss, BLUE, "-", label="loss")
    lines += _curve(ax, history.validation_loss, BLUE, "--", label="validation loss")
    if history.accuracy:
        ax.yaxis.label.set_color(BLUE)
        right = ax.twinx()
        lines += _curve(right, history.accuracy, ORANGE, "-.", label="accuracy")
        lines += _curve(right, history.validation_accuracy, ORANGE, ":", label="validation accuracy")
        right.set_ylabel("accuracy", color=ORANGE)
        right.set_ylim(top=min(right.get_ylim()[1], 1.01))
    return lines


def _compare(ax: Axes, histories: Mapping[str, History]) -> list[Any]:
    from matplotlib.lines import Line2D

    lines = []
    for k, (name, history) in enumerate(histories.items()):
        look = _palette(len(histories))[k], DASHES[k % len(DASHES)]
        lines += _curve(ax, history.loss, *look, lw=2.2, label=_clip(name, 28))
        _curve(ax, history.validation_loss, *look, lw=0.9)
    if any(history.validation_loss for history in histories.values()):
        lines.append(Line2D([], [], color=MUTED, lw=0.9, label="validation (thin)"))
    return lines


# --- classifiers ----------------------------------------------------------------------------------------


def _classified(net: Network, X: Any, y: Any, what: str) -> tuple[Array, Array, list[str]]:
    """X (m, inputs), the labels (m,) and the names of the classes; raises if the network is no classifier."""
    output = net.layers[-1].name()
    if output not in ("softmax", "sigmoid"):
        raise InputError(
            f"{what} draws a classifier, and the output of this network is {output}: "
            "it needs softmax or sigmoid."
        )
    X, targets, _ = net.check(X, y)
    names = net.classes or list(map(str, range(max(net.outputs, 2))))
    return X, decide(targets), [_clip(name, 14) for name in names]


def _probabilities(net: Network, X: Array) -> Array:
    """The probability of each class (m, classes); of a single output, of no and of yes."""
    outputs = net.predict(X)
    return np.hstack([1 - outputs, outputs]) if net.outputs == 1 else outputs


def boundary(net: Network, X: Any, y: Any, *, ax: Axes | None = None) -> Axes:
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
    if net.inputs != 2:
        raise InputError(f"boundary draws 2 inputs as a plane, and this network has {net.inputs}.")
    X, labels, names = _classified(net, X, y, "boundary")
    ax = _axes(ax, (6, 5.2))
    colors = _palette(len(names))
    _draw_plane(ax, net, X, colors)
    for k, name in enumerate(names):
        of, title = X[labels == k], name if net.classes else f"class {name}"
        look: dict[str, Any] = {"color": colors[[k]], "marker": MARKERS[k % len(MARKERS)], "label": title}
        ax.scatter(of[:, 0], of[:, 1], s=30, edgecolors=INK, linewidths=0.6, zorder=3, **look)
    wrong = X[net.classify(X) != labels]
    if len(wrong):
        ring: dict[str, Any] = {"facecolors": "none", "label": f"wrong: {len(wrong)} of {len(X)}"}
        ax.scatter(wrong[:, 0], wrong[:, 1], s=110, edgecolors="black", linewidths=1.3, zorder=4, **ring)
    ax.plot([], [], color="black", lw=1.5, label="boundary")
    xlabel, ylabel = net.features or ["x[0]", "x[1]"]
    ax.set(xlabel=_clip(xlabel, 40), ylabel=_clip(ylabel, 40))
    words = ax.get_legend_handles_labels()[1]
    columns = len(words) if sum(len(word) + 5 for word in words) < 64 else 3  # as many as the axes are wide
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=columns, frameon=False, columnspacing=1.2)
    return ax


def _draw_plane(ax: Axes, net: Network, X: Array, colors: Array, cells: int = 250) -> None:
    """The shading and the boundary, a little beyond the data."""
    low, high = X.min(axis=0).astype(float), X.max(axis=0).astype(float)
    margin = np.where(high > low, 0.08 * (high - low), 1)
    across, up = np.linspace(low - margin, high + margin, cells).T
    grid = np.stack(np.meshgrid(across, up), axis=-1)
    p = _probabilities(net, grid.reshape(-1, 2)).astype(float).reshape(cells, cells, -1)
    even = 1 / len(colors)
    sure = np.clip((p.max(axis=-1) - even) / (1 - even), 0, 1)
    shade = 1 - (1 - colors[p.argmax(axis=-1)]) * (0.05 + 0.4 * sure[..., None])
    extent = float(across[0]), float(across[-1]), float(up[0]), float(up[-1])
    ax.imshow(shade, origin="lower", aspect="auto", interpolation="bilinear", extent=extent)
    for k in range(len(colors) if len(colors) > 2 else 1):
        ahead = p[..., k] - np.delete(p, k, axis=-1).max(axis=-1)
        if ahead.min() < 0 < ahead.max():  # where a class wins everywhere or nowhere, it has no boundary
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
        f"is {names[label]}\nsays {names[k]}, {100 * row[k]:.0f} %"
        for label, k, row in zip(labels, said, p, strict=True)
    ]
    tall, per_row = height / width, int(np.ceil(np.sqrt(count)))
    across, down = 1.3, tall + 0.55  # an image is 1 wide
    canvas = _Canvas(ax, -0.2, across * per_row - 0.1, 0.05 - down * -(-count // per_row), 0.45)
    canvas.write((across * per_row - 0.3) / 2, 0.22, f"{(said == labels).sum()} of {count} right")
    size = min(SMALL, 1.2 / (LETTER * _longest(texts)))
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


def _draw_frame(canvas: _Canvas, x: float, top: float, tall: float, wrong: bool) -> None:
    """The edge of an image; around a wrong answer a broad one, with a cross at its corner."""
    from matplotlib.patches import Rectangle

    color, width = (ORANGE, 0.045) if wrong else (MUTED, 0.008)
    frame = Rectangle((x, top - tall), 1, tall, fill=False, edgecolor=color, lw=width * canvas.points)
    canvas.ax.add_patch(frame)
    if wrong:
        look: dict[str, Any] = {"ms": 0.24 * canvas.points, "markeredgecolor": "white"}
        canvas.ax.plot(x + 0.97, top - 0.03, "X", color=color, zorder=4, **look)
