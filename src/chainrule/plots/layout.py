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
from chainrule.plots.units import answered_units, shown_units

RADIUS = 0.64
NEAREST, FARTHEST, SPREAD = 2.7, 4.4, 9.9  # from one column to the next, and from the first to the last
ROOMY = 4  # units up to which there is room for a bias beneath each
PITCH, CLOSE = 1.7, 1.36  # from one unit to the next: with a bias beneath, and without
GAP = 0.5  # more where some are left out
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
    units = shown_units(width, answered_units(net, values, name) if place == "output" else ())
    traced = "x" in values
    bias = values.get(f"{'d' if backward else ''}b{number}") if roomy else None
    neurons = [
        Neuron(
            unit,
            y,
            _inside(values, name, unit, backward) if traced else f"{name}[{unit}]",
            "" if bias is None else f"{'db' if backward else 'b'} {short_number(bias[unit])}",
            "" if place == "hidden" else _beside(net, values, name, unit, len(units) < width),
            traced and place == "hidden" and _off(values, number, unit),
        )
        for unit, y in zip(units, _heights(units, PITCH if roomy else CLOSE), strict=True)
    ]
    count = f"{width} {'unit' if number else 'value'}{'s' if width > 1 else ''}"
    shown = f"d{name}" if backward and f"d{name}" in values else name
    title = [line for line in (f"{place} {shown if number else name}", parts, count) if line]
    return Column(title, number * _apart(net), width, neurons)


def _heights(units: Sequence[int], pitch: float) -> list[float]:
    """Where units stand, around 0, from above; there is more room between two where others are left out."""
    steps = [0.0, *(pitch + GAP * (after - before > 1) for before, after in pairwise(units))]
    depths = np.cumsum(steps)
    heights: list[float] = (depths[-1] / 2 - depths).tolist()
    return heights


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


def _beside(net: Model, values: Mapping[str, Array], layer: str, unit: int, shortened: bool) -> str:
    """An input's name, and its value before scaling; or an output's class, and its target.

    Where some units are left out, one without a name says which it is.
    """
    inputs = layer == "x"
    names, given, mark = (net.features, "x_raw", "") if inputs else (net.classes, "y", "target ")
    count = net.inputs if inputs else net.outputs
    if inputs and reads_tables(net):  # what a column of a table became
        first: Any = net.layers[0]
        names, given, count = first.features, "", prepared_inputs(net)
    name = clip(names[unit - count], 14) if names else ""
    if name.isdigit() and not inputs:
        name = f"class {name}"  # a number alone would be taken for a value
    if shortened and not name and "x" in values:
        name = f"{layer}[{unit}]"
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
