"""The network, drawn."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.model import arguments
from chainrule.model.model import Model
from chainrule.model.record import Record
from chainrule.parts.contract import Array
from chainrule.plots.canvas import TEXT, Canvas, clip, muted, stacked
from chainrule.plots.layout import CAPTION, FOOT, HEADING, RADIUS, columns, extent
from chainrule.plots.shapes import draw_edges, draw_legend, draw_neurons
from chainrule.utils import checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def network(
    source: Model | Record, *, sample: int = 0, backward: bool = False, ax: Axes | None = None
) -> Axes:
    """The network as a textbook draws it: neurons, and weights by colour and width, negative ones dashed.

    With a trace, a sample's numbers are written in: z over a in the neurons, targets beside the outputs, the label and
    the loss below; a unit of ReLU that gives 0 is grey. Where there are at most 12 edges between two layers (6 in a
    deep network), they carry their weights, and where no layer has more than 4 units, biases stand beneath them. Of
    layers of more than 5 units the first and the last are shown, and of the last layer the label's and the predicted.

    Backward it is the step's gradients: da over dz of the sample in the neurons, and the edges are those of dW, the
    gradient of the batch.

    Parameters
    ----------
    source : a Network or a Trace
    sample : which sample of the trace, from 0
    backward : whether a trace's gradients are drawn
    ax : where to draw; a new figure unless given

    Returns
    -------
    the Axes

    Raises
    ------
    InputError : if the trace has no such sample, or no gradients to draw; if a weight is not finite
    KindError : if `source` is neither a network nor a trace
    MissingPackage : without matplotlib
    """
    backward = checks.truth(backward, "backward")
    net, values = _values(source, sample, backward)
    drawn = columns(net, values, backward)
    caption = _caption(source, sample, backward) if isinstance(source, Record) else ""
    left, right, low, high = extent(drawn, caption)
    canvas = Canvas(ax, left, right, low - FOOT - CAPTION * len(caption.splitlines()), high + HEADING)
    for number, (before, after) in enumerate(pairwise(drawn), 1):
        name = f"{'d' if backward else ''}W{number}"
        if name in values:
            draw_edges(canvas, before, after, name, values[name])
            canvas.write((before.x + after.x) / 2, low - 0.2, _matrix(net, name), color=muted(), va="top")
    size = min(TEXT, *(canvas.largest_inside(RADIUS - 0.06, n.inside) for c in drawn for n in c.neurons))
    for column in drawn:
        draw_neurons(canvas, column, size, outwards=1 if column is drawn[-1] else -1)
        for k, line in enumerate(reversed(column.title)):  # one by one, so that columns share their lines
            canvas.write(column.x, high + 0.3 + 0.33 * k, line, va="baseline")
    canvas.write((left + right) / 2, low - (1.0 if net.frozen else 0.7), caption, va="top")
    draw_legend(canvas, drawn, "gradient" if backward else "weight")
    return canvas.ax


def _values(source: Any, sample: int, backward: bool) -> tuple[Model, dict[str, Array]]:
    """The network, and by name its parameters and, of a trace, the sample's row of what is drawn."""
    if isinstance(source, Model):
        if backward:
            raise InputError("a network by itself has no gradients to draw backward: give net.trace(X, y).")
        return source, {name: arguments.finite(array, name) for name, array in source.parameters.items()}
    if not isinstance(source, Record):
        raise KindError(
            f"{checks.short(source)} is no network and no trace: give a Network, or net.trace(X, y)."
        )
    sample = arguments.whole(sample, "sample", ge=0)
    if sample >= source.samples:
        known = f"the samples 0 to {source.samples - 1}" if source.samples > 1 else "one sample, 0"
        raise InputError(f"sample = {sample} is out of range: the trace has {known}.")
    if backward and "L" not in source.results:
        raise InputError("this trace is forward only, without gradients: give trace(…) the targets y.")
    net, d = source.network, "d" if backward else ""
    names = [f"{d}{name}" for name in net.parameters]
    values = {name: arguments.finite(source.results[name], name) for name in names if name in source.results}
    ways = "z", "a", *(("dz", "da") if backward else ())
    rows = ["x_raw", "x", "y", "dx", *(f"{way}{i + 1}" for i in range(len(net.layers)) for way in ways)]
    return net, values | {name: source.results[name][sample] for name in rows if name in source.results}


def _caption(trace: Record, sample: int, backward: bool) -> str:
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
    told = "gradients: how L changes with each number" if backward else ""
    if backward and trace.samples > 1:
        told += "; units: of this sample, edges: of the batch"
    return stacked(", ".join(words), loss.replace("-", "−"), told)


def _answer_in_words(net: Model, answer: Any) -> str:
    """An answer by its class; one of several outputs that each say yes or no, by those that say yes."""
    names = net.classes or [str(i) for i in range(max(net.outputs, 2))]
    return names[answer] if np.ndim(answer) == 0 else ", ".join(np.array(names)[answer == 1]) or "none"


def _matrix(net: Model, name: str) -> str:
    """What is written between two columns: the weights or their gradient with the shape, and what is frozen."""
    weights = name.removeprefix("d")
    frozen = [each for each in (weights, weights.replace("W", "b")) if each in net.frozen]
    return stacked(
        f"{name} {net.parameters[weights].shape}", f"frozen: {', '.join(frozen)}" if frozen else ""
    )
