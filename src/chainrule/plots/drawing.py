"""The network, drawn."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.model import arguments
from chainrule.model.model import Model
from chainrule.network import Network
from chainrule.parts.contract import Array
from chainrule.plots.canvas import LETTER, MUTED, RADIUS, Canvas, clip, longest, stacked
from chainrule.plots.layout import columns, extent
from chainrule.plots.shapes import draw_edges, draw_legend, draw_neurons
from chainrule.trace import Trace

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
    drawn = columns(net, values)
    caption = _caption(source, sample) if isinstance(source, Trace) else ""
    left, right, low, high = extent(drawn)
    room = 1.25 + 0.28 * len(caption.splitlines())  # for the names of the weights, the caption, the legend
    canvas = Canvas(ax, left, right, low - room, high + 1.15)
    for number, (before, after) in enumerate(pairwise(drawn), 1):
        if f"W{number}" in values:
            draw_edges(canvas, before, after, f"W{number}", values[f"W{number}"])
            canvas.write((before.x + after.x) / 2, low - 0.2, _matrix(net, number), color=MUTED, va="top")
    size = min(0.5 * RADIUS, 1.75 * RADIUS / (LETTER * longest([n.inside for c in drawn for n in c.neurons])))
    for column in drawn:
        draw_neurons(canvas, column, size, outwards=1 if column is drawn[-1] else -1)
        for k, line in enumerate(reversed(column.title)):  # one by one, so that columns share their lines
            canvas.write(column.x, high + 0.3 + 0.29 * k, line, va="baseline")
    canvas.write((left + right) / 2, low - 0.8, caption, va="top")
    draw_legend(canvas, drawn)
    return canvas.ax


def _values(source: Network | Trace, sample: int) -> tuple[Model, dict[str, Array]]:
    """The network, and by name its parameters and, of a trace, the sample's row of what is drawn."""
    if isinstance(source, Network):
        return source, {name: arguments.finite(array, name) for name, array in source.parameters.items()}
    if not isinstance(source, Trace):
        raise KindError(f"{source!r} is no network and no trace: give a Network, or net.trace(X, y).")
    sample = arguments.whole(sample, "sample", ge=0)
    if sample >= source.samples:
        known = f"the samples 0 to {source.samples - 1}" if source.samples > 1 else "one sample, 0"
        raise InputError(f"sample = {sample} is out of range: the trace has {known}.")
    net = source.network
    values = {name: arguments.finite(source.results[name], name) for name in net.parameters}
    rows = ["x_raw", "x", "y", *(f"{local}{i + 1}" for i in range(len(net.layers)) for local in "za")]
    return net, values | {name: source.results[name][sample] for name in rows if name in source.results}


def _caption(trace: Trace, sample: int) -> str:
    """The label, what the network says, and the loss."""
    words = [f"sample {sample} of {trace.samples}"] if trace.samples > 1 else []
    if trace.network.loss_part.is_classification:
        answers = trace.network.decisions
        for word, name, answer in (
            ("label", "y", answers.given),
            ("predicted", trace.program.activation, answers.decide),
        ):
            if name in trace.results:
                words.append(
                    f"{word} {clip(_answer_in_words(trace.network, answer(trace.results[name][[sample]])[0]), 14)}"
                )
    if "L" not in trace.results:
        return ", ".join(words)
    loss = f"loss L = {trace.loss:.6g}"
    if trace.samples > 1:
        loss = f"its loss {float(trace.results['l'][sample]):.6g}, mean of the batch L = {trace.loss:.6g}"
    return stacked(", ".join(words), loss.replace("-", "−"))


def _answer_in_words(net: Model, answer: Any) -> str:
    """An answer by its class; one of several outputs that each say yes or no, by those that say yes."""
    names = net.classes or [str(i) for i in range(max(net.outputs, 2))]
    return names[answer] if np.ndim(answer) == 0 else ", ".join(np.array(names)[answer == 1]) or "none"


def _matrix(net: Model, number: int) -> str:
    """What is written between two columns: the weights with their shape, and which parameters are frozen."""
    frozen = [name for name in (f"W{number}", f"b{number}") if name in net.frozen]
    shape = net.parameters[f"W{number}"].shape
    return stacked(f"W{number} {shape}", f"frozen: {', '.join(frozen)}" if frozen else "")
