"""The drawn network as data: columns of neurons, where they stand and what is written at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from chainrule.model.model import Model, prepared_inputs, reads_tables
from chainrule.parts.contract import Activation, Array, Layer
from chainrule.plots.canvas import (
    COLUMN,
    HEAD,
    LETTER,
    RADIUS,
    TAIL,
    TEXT,
    WHOLE,
    clip,
    longest,
    short_number,
    stacked,
)


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


def columns(net: Model, values: Mapping[str, Array]) -> list[Column]:
    """The input, and one column for each layer with weights."""
    starts = [i for i, layer in enumerate(net.layers) if layer.has_weights]
    found = [_column(net, values, 0, prepared_inputs(net), net.layers[: starts[0]], "input")]
    for number, (start, stop) in enumerate(pairwise([*starts, len(net.layers)]), 1):
        activations = [layer for layer in net.layers[start:stop] if isinstance(layer, Activation)]
        width = net.layers[start].width(None)
        assert width is not None
        place = "output" if number == len(starts) else "hidden"
        found.append(_column(net, values, number, width, activations, place))
    return found


def _column(
    net: Model, values: Mapping[str, Array], number: int, width: int, layers: Sequence[Layer], place: str
) -> Column:
    """Layer `number`, whose units come out of `layers`."""
    name = f"{'a' if layers else 'z'}{number}" if number else "x"
    parts = ", ".join(clip(layer if layer.name() == "function" else layer.name(), 18) for layer in layers)
    units = np.arange(width) if width <= WHOLE else np.r_[:HEAD, width - TAIL : width]
    rows = np.arange(len(units)) + ((units >= HEAD) & (width > WHOLE))  # a row is left for the dots
    traced = "x" in values
    heights = (rows[-1] / 2 - rows) * (1.35 if traced else 1.15)
    bias = values.get(f"b{number}") if traced else None
    neurons = [
        Neuron(
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
    return Column(title, number * COLUMN, width, neurons)


def _off(values: Mapping[str, Array], number: int, unit: int) -> bool:
    """Whether an activation lets nothing of a unit through."""
    a, z = values.get(f"a{number}"), values[f"z{number}"]
    return a is not None and bool(a[unit] == 0 and z[unit] != 0)


def _inside(values: Mapping[str, Array], name: str, unit: int) -> str:
    """z over a; one number where there is no activation, or one that changes nothing."""
    z = values.get("z" + name[1:], values[name])
    result = short_number(values[name][unit])
    return result if np.array_equal(z, values[name]) else f"z {short_number(z[unit])}\na {result}"


def _beside(net: Model, values: Mapping[str, Array], number: int, unit: int) -> str:
    """An input's name, and its value before scaling; or an output's class, and its target."""
    names, given, mark = (net.features, "x_raw", "") if number == 0 else (net.classes, "y", "target ")
    count = net.outputs if number else net.inputs
    if number == 0 and reads_tables(net):  # what a column of a table became
        first: Any = net.layers[0]
        names, given, count = first.features, "", prepared_inputs(net)
    name = clip(names[unit - count], 14) if names else ""
    return stacked(name, mark + short_number(values[given][unit]) if given in values else "")


def extent(columns: Sequence[Column]) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of what stands at and between the neurons."""
    ends = columns[0], columns[-1]
    room = [RADIUS + 0.35 + max(0.5, TEXT * LETTER * longest([n.beside for n in c.neurons])) for c in ends]
    left, right = ends[0].x - room[0], ends[1].x + room[1]
    missing = max(0.0, 6.8 - (right - left)) / 2  # a caption and the legend need that much
    high = max(column.neurons[0].y for column in columns) + RADIUS
    return left - missing, right + missing, -high, high
