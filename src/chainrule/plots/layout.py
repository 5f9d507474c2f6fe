"""The drawn network as data: columns of neurons, where they stand and what is written at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from chainrule.model.model import Model, prepared_inputs, reads_tables
from chainrule.parts.contract import Activation, Array, Layer
from chainrule.plots.canvas import LETTER, TEXT, clip, longest, short_number, stacked

RADIUS = 0.58
NEAREST, FARTHEST, SPREAD = 2.6, 4.4, 9.9  # from one column to the next, and from the first to the last
WHOLE, HEAD, TAIL = 5, 3, 1  # wider layers than WHOLE show their first HEAD and last TAIL units
ROOMY = 4  # units up to which there is room for a bias beneath each
PITCH, CLOSE = 1.5, 1.24  # from one unit to the next: with a bias beneath, and without
# Room above for titles; below for names of weights and the legend, without the caption, and for a line of it.
HEADING, FOOT, CAPTION = 1.3, 1.4, 0.3


@dataclass(frozen=True)
class Neuron:
    """A unit as it is drawn: its number, its height, what is written at it, and whether it gives 0."""

    unit: int
    y: float
    inside: str
    beneath: str
    beside: str
    silent: bool


@dataclass(frozen=True)
class Column:
    """A layer as it is drawn: `width` units, of which these neurons are shown."""

    title: list[str]
    x: float
    width: int
    neurons: list[Neuron]


def columns(net: Model, values: Mapping[str, Array], backward: bool = False) -> list[Column]:
    """The input, and one column for each layer with weights; what goes backward, if asked for."""
    starts = [i for i, layer in enumerate(net.layers) if layer.has_weights]
    widths = [prepared_inputs(net), *(net.layers[start].width(None) or 0 for start in starts)]
    roomy = "x" in values and max(widths) <= ROOMY
    found = []
    for number, (start, stop) in enumerate(pairwise([0, *starts, len(net.layers)])):
        layers = list(net.layers[start:stop])
        place = "input" if number == 0 else "output" if number == len(starts) else "hidden"
        parts = layers if number == 0 else [layer for layer in layers if isinstance(layer, Activation)]
        found.append(_column(net, values, number, widths[number], parts, place, roomy, backward))
    return found


def _column(
    net: Model,
    values: Mapping[str, Array],
    number: int,
    width: int,
    layers: Sequence[Layer],
    place: str,
    roomy: bool,
    backward: bool,
) -> Column:
    """Layer `number`, whose units come out of `layers`."""
    name = f"{'a' if layers else 'z'}{number}" if number else "x"
    parts = ", ".join(clip(layer if layer.name() == "function" else layer.name(), 18) for layer in layers)
    units = np.arange(width) if width <= WHOLE else np.r_[:HEAD, width - TAIL : width]
    rows = np.arange(len(units)) + ((units >= HEAD) & (width > WHOLE))  # a row is left for the dots
    traced = "x" in values
    heights = (rows[-1] / 2 - rows) * (PITCH if roomy else CLOSE)
    bias = values.get(f"{'d' if backward else ''}b{number}") if roomy else None
    neurons = [
        Neuron(
            unit,
            y,
            _inside(values, name, unit, backward) if traced else f"{name}[{unit}]",
            "" if bias is None else f"{'db' if backward else 'b'} {short_number(bias[unit])}",
            "" if place == "hidden" else _beside(net, values, number, unit),
            traced and place == "hidden" and _off(values, number, unit),
        )
        for unit, y in zip(units.tolist(), heights.tolist(), strict=True)
    ]
    count = f"{width} {'unit' if number else 'value'}{'s' if width > 1 else ''}"
    shown = f"d{name}" if backward and f"d{name}" in values else name
    title = [line for line in (f"{place} {shown if number else name}", parts, count) if line]
    return Column(title, number * _apart(net), width, neurons)


def _apart(net: Model) -> float:
    """From one column to the next: as wide as a slide has room for, within reason."""
    count = sum(layer.has_weights for layer in net.layers)
    return min(FARTHEST, max(NEAREST, SPREAD / count))


def _off(values: Mapping[str, Array], number: int, unit: int) -> bool:
    """Whether an activation lets nothing of a unit through."""
    a, z = values.get(f"a{number}"), values[f"z{number}"]
    return a is not None and bool(a[unit] == 0 and z[unit] != 0)


def _inside(values: Mapping[str, Array], name: str, unit: int, backward: bool) -> str:
    """z over a; one number where there is no activation, or one that changes nothing; backward likewise da over dz."""
    if not backward:
        z = values.get("z" + name[1:], values[name])
        result = short_number(values[name][unit])
        return result if np.array_equal(z, values[name]) else f"z {short_number(z[unit])}\na {result}"
    if name == "x":
        return stacked(f"x {short_number(values[name][unit])}", _told(values, "dx", "dx", unit))
    told = [_told(values, f"d{local}{name[1:]}", f"d{local}", unit) for local in "az"]
    return stacked(*told)


def _told(values: Mapping[str, Array], name: str, short: str, unit: int) -> str:
    """A quantity's entry with its name; nothing where the step has no such quantity."""
    return f"{short} {short_number(values[name][unit])}" if name in values else ""


def _beside(net: Model, values: Mapping[str, Array], number: int, unit: int) -> str:
    """An input's name, and its value before scaling; or an output's class, and its target."""
    names, given, mark = (net.features, "x_raw", "") if number == 0 else (net.classes, "y", "target ")
    count = net.outputs if number else net.inputs
    if number == 0 and reads_tables(net):  # what a column of a table became
        first: Any = net.layers[0]
        names, given, count = first.features, "", prepared_inputs(net)
    name = clip(names[unit - count], 14) if names else ""
    return stacked(name, mark + short_number(values[given][unit]) if given in values else "")


def extent(columns: Sequence[Column], caption: str) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of the neurons, with room beside them for what stands there.

    A picture that is high is also wide, as a slide is.
    """
    ends = columns[0], columns[-1]
    room = [RADIUS + 0.35 + max(0.5, TEXT * LETTER * longest([n.beside for n in c.neurons])) for c in ends]
    left, right = ends[0].x - room[0], ends[1].x + room[1]
    high = max(column.neurons[0].y for column in columns) + RADIUS
    missing = max(0.0, 9.4 - (right - left), TEXT * LETTER * longest([caption]) - (right - left)) / 2
    return left - missing, right + missing, -high, high
