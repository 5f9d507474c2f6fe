"""A network as the page draws it: a column for the inputs, and one for each layer with weights."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from chainrule.model.model import Model
from chainrule.parts.contract import Activation


@dataclass(frozen=True)
class Column:
    """A column of units.

    Parameters
    ----------
    title : "input", "hidden", "hidden 2", "output"
    units : how many
    passes : the quantities that a unit's number goes through, such as z1, n1, a1; of the inputs x alone
    weights, bias : the names of the parameters before it; empty where there are none
    activation : its name
    also : what else lies in it, such as dropout
    """

    title: str
    units: int
    passes: tuple[str, ...]
    weights: str = ""
    bias: str = ""
    activation: str = ""
    also: tuple[str, ...] = ()

    @property
    def z(self) -> str:
        """What goes into the activation first."""
        return self.passes[0]

    @property
    def a(self) -> str:
        """What the next column gets."""
        return self.passes[-1]


def columns(model: Model) -> list[Column]:
    """The columns, the input's first."""
    starts = [i for i, layer in enumerate(model.layers) if layer.has_weights]
    data = model.program(targets=False).data
    before = model.layers[: starts[0]]
    found = [
        Column("input", model.inputs, (data, *(["x"] if data != "x" else [])), also=tuple(map(str, before)))
    ]
    for number, (start, stop) in enumerate(pairwise([*starts, len(model.layers)]), 1):
        layers = model.layers[start:stop]
        width = layers[0].width(None)
        assert width is not None
        parameters = model._owned[start]
        weights = next((name for name in parameters if model.parameters[name].ndim == 2), "")
        bias = next((name for name in parameters if model.parameters[name].ndim == 1), "")
        activations = [layer for layer in layers if isinstance(layer, Activation)]
        others = [layer for layer in layers[1:] if not isinstance(layer, Activation)]
        last, hidden = number == len(starts), len(starts) - 1
        title = "output" if last else "hidden" if hidden == 1 else f"hidden {number}"
        passes = tuple(dict.fromkeys(f"{layer.gives}{number}" for layer in layers))
        labels = ", ".join(layer.label() for layer in activations if layer.name() != "identity")
        found.append(Column(title, width, passes, weights, bias, labels, tuple(map(str, others))))
    return found


def described(model: Model) -> dict[str, Any]:
    """The structure of a network as the page gets it."""
    program = model.program()
    found = []
    for i, column in enumerate(columns(model)):
        named = model.features if i == 0 else model.classes if column.title == "output" else None
        names = named if named and len(named) == column.units else None
        found.append(
            {
                "title": column.title, "units": column.units, "passes": column.passes, "z": column.z, "a": column.a,
                "weights": column.weights, "bias": column.bias, "activation": column.activation, "also": column.also,
                "names": list(names) if names else [f"{column.a}[{j}]" for j in range(column.units)],
            }
        )  # fmt: skip
    return {
        "columns": found,
        "parameters": {name: list(array.shape) for name, array in model.parameters.items()},
        "output": program.activation,
        "task": task(model),
    }


def task(model: Model) -> str:
    """What the outputs are: one of "classes", "yes", "labels" and "numbers"."""
    answers = model.answers
    if not answers.of_classes:
        return "numbers"
    if answers.outputs == 1:
        return "yes"
    return "labels" if answers.separate else "classes"
