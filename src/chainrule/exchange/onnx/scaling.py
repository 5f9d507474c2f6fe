"""What scales in an ONNX graph: a sum, difference, product or quotient with a constant, for each column."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from chainrule import parts
from chainrule.errors import InputError
from chainrule.exchange.chain import Link
from chainrule.exchange.onnx.graph import OnnxGraph, OnnxNode, Step
from chainrule.parts.contract import Array

SCALES = ("Add", "Sub", "Mul", "Div", "Neg", "Scaler")


@dataclass(frozen=True)
class Line:
    """x becomes x · factor / divisor + summand, column by column; whether it only shifts."""

    factor: Array = field(default_factory=lambda: np.ones(1))
    divisor: Array = field(default_factory=lambda: np.ones(1))
    summand: Array = field(default_factory=lambda: np.zeros(1))
    shifts: bool = False


@dataclass(frozen=True)
class Scaling:
    """x becomes (x - center) / scale, column by column: what steps do before weights that it goes into."""

    center: Array
    scale: Array
    step: Step

    def then(self, line: Line) -> Scaling:
        """The same with what comes after it."""
        factor, divisor, summand = line.factor, line.divisor, line.summand
        place, sizes = self.step.place, {self.center.size, factor.size, divisor.size, summand.size} - {1}
        if len(sizes) > 1:
            raise InputError(
                f"{place}: its constant has {max(sizes)} numbers, and there are {min(sizes)} columns."
            )
        size = max({1, *sizes})
        scale = self.scale * divisor / factor
        center = np.broadcast_to(self.center - summand * scale, size)
        return Scaling(center, np.broadcast_to(scale, size), self.step)

    def layer(self) -> Link:
        """The layer that scales the inputs."""
        return Link(self.step.place, parts.Standardize(self.center, self.scale))

    def taken_in(self, link: Link) -> Link:
        """A layer with weights that gets scaled numbers, as one that gets them before that."""
        W, b = link.arrays["W"], link.arrays["b"]
        factor = np.broadcast_to(1 / self.scale, len(W))
        arrays = {"W": factor[:, None] * W, "b": b - (self.center * factor) @ W}
        return replace(link, arrays=arrays, frozen=frozenset() if self.center.any() else link.frozen)


def nothing(step: Step) -> Scaling:
    """What changes no number, since a step."""
    return Scaling(np.zeros(1), np.ones(1), step)


def scaled(link: Link, line: Line) -> Link:
    """A layer whose results are scaled, or shifted, by its own arrays, which training moves then."""
    arrays = dict(link.arrays)
    W, b = ("W", "b") if "W" in arrays else ("gamma", "beta")
    factor = line.factor / line.divisor
    arrays[W], arrays[b] = arrays[W] * factor, arrays[b] * factor + line.summand
    moved = {b} if line.shifts else {W, b} if line.summand.any() else {W}
    return replace(link, arrays=arrays, frozen=link.frozen - moved)


def line_of(graph: OnnxGraph, step: Step, width: int) -> Line | None:
    """What a step makes of each column, if that is a line.

    Raises
    ------
    InputError : for a constant that has another shape, or one that is divided by 0
    """
    node, one = step.nodes[0], np.ones(1)
    if len(step.nodes) > 1 or node.kind not in SCALES:
        return None
    if node.kind == "Neg":
        return Line(factor=-one)
    if node.kind == "Scaler":
        factor = np.atleast_1d(node.attributes.get("scale", 1.0)).astype(np.float64)
        return Line(factor, summand=-np.atleast_1d(node.attributes.get("offset", 0.0)) * factor)
    left = node.inputs[0] == step.before
    name = node.inputs[1 if left else 0]
    if name == step.before or not (left or node.kind != "Div"):
        return None
    row = row_of(node, graph.constants[name], width, "constant")
    if node.kind == "Div":
        if not row.all():
            raise InputError(f"{node.place} divides by 0.")
        return Line(divisor=row)
    if node.kind == "Mul":
        return Line(row)
    if node.kind == "Add":
        return Line(summand=row, shifts=True)
    return Line(summand=-row, shifts=True) if left else Line(-one, summand=row)


def row_of(node: OnnxNode, array: Array, width: int, what: str) -> Array:
    """A constant as a number for each column; a single one as it is."""
    whole = array.size in (1, width) and (array.ndim == 0 or array.shape[-1] == array.size)
    if array.dtype.kind not in "fi" or not whole:
        raise InputError(
            f"{node.place}: its {what} has the shape {array.shape}, and a layer of {width} units has a number for each."
        )
    return np.asarray(array, np.float64).ravel().copy()
