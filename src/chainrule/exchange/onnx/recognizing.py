"""Composed forms: which activation or normalization some nodes compute, found by what they give.

Exporters write SiLU as x · sigmoid(x), GELU by erf or tanh, layer normalization as means and roots, in any order.
So the nodes are run, in double precision, on numbers near and far, and what they give is compared with each part.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from chainrule import parts
from chainrule.exchange.chain import Link
from chainrule.exchange.onnx import running
from chainrule.exchange.onnx.graph import OnnxGraph, OnnxNode, Step
from chainrule.expressions import Scope
from chainrule.parts.contract import Array, Layer

FIXED = (
    parts.ReLU, parts.SELU, parts.Sigmoid, parts.Tanh, parts.Softplus, parts.SiLU, parts.HardSwish, parts.GELU,
    parts.GELUTanh, parts.Mish, parts.LogSoftmax, parts.Softmax,
)  # fmt: skip
NEAR = 1e-6  # constants of graphs are often in single precision
ENTRIES = 2**21  # that a matrix of such numbers has at most, or so
FAR = 80.0  # beyond it a form that is not written with care may be infinite


def probes(width: int) -> Array:
    """Rows of numbers of all sizes; in each column there are all of them, in another order, unless there are many."""
    sizes = np.logspace(-8, 30, 58)
    values = np.concatenate([-sizes, [0.0], sizes, np.linspace(-8, 8, 65)])
    most = max(8, ENTRIES // width)
    rows, columns = np.ogrid[: min(len(values), most), :width]
    drawn = np.random.default_rng(0).standard_normal((min(24, most), width))
    drawn[::2] *= 4
    return np.concatenate([values[(rows + 7 * columns) % len(values)], drawn])


def recognize(graph: OnnxGraph, steps: Sequence[Step], width: int, normalizes: bool) -> list[Link] | None:
    """The layer that some steps together are, as a chain of none or one; None if they are none that chainrule has.

    Parameters
    ----------
    graph, steps : where they stand, and the steps
    width : how many numbers of a sample come in
    normalizes : whether a normalization is looked for, else an activation, or nothing at all
    """
    nodes = [node for step in steps for node in step.nodes]
    form = _Form(graph, nodes, steps[0].before, steps[-1].after, width)
    if any(node.kind not in running.FORMS for node in nodes):
        return None
    try:
        return form.link(normalizes)
    except running.CannotRun:
        return None


def identical(graph: OnnxGraph, steps: Sequence[Step], axes: Sequence[int]) -> bool:
    """Whether steps only give a sample's numbers another shape, in rows at the end."""
    given = np.random.default_rng(0).standard_normal((3, *axes))
    nodes = [node for step in steps for node in step.nodes]
    try:
        found = running.run_all(nodes, graph.constants, {steps[0].before: given})[steps[-1].after]
    except running.CannotRun:
        return False
    return np.array_equal(found, given.reshape(3, -1))


class _Form:
    """What nodes compute of a value with so many columns."""

    def __init__(
        self, graph: OnnxGraph, nodes: Sequence[OnnxNode], before: str, after: str, width: int
    ) -> None:
        self.graph, self.nodes, self.before, self.after, self.width = graph, nodes, before, after, width
        self.place = nodes[0].place if len(nodes) == 1 else f"{nodes[0].place} to {nodes[-1].place}"

    def link(self, normalizes: bool) -> list[Link] | None:
        """The chain of none or one; see `recognize`."""
        Z = probes(self.width)
        given = self(Z)
        if not normalizes and _near(given, Z, Z):
            return []
        for link in self._normalizations() if normalizes else self._activations():
            # Rows do not know of each other, so a few of them tell most that is something else.
            if all(
                _near(given[some], _computed(link, Z[some]), Z[some])
                for some in (slice(None, None, 13), slice(None))
            ):
                return [link]
        return None

    def __call__(self, Z: Array) -> Array:
        found = running.run_all(self.nodes, self.graph.constants, {self.before: Z})[self.after]
        if found.shape != Z.shape or found.dtype.kind != "f":
            raise running.CannotRun
        return found

    def _activations(self) -> Iterator[Link]:
        for part in FIXED:
            yield Link(self.place, part())
        below, far = -self(np.full((1, self.width), -1.0))[0], -self(np.full((1, self.width), -60.0))[0]
        if self._varies() and np.isfinite(below).all():
            yield Link(self.place, parts.PReLU(), {"alpha": below})
        else:
            if below[0] >= 0 and (below == below[0]).all():
                yield Link(self.place, parts.LeakyReLU(_rounded(below[0])))
            if far[0] > 0 and (far == far[0]).all():
                yield Link(self.place, parts.ELU(_rounded(far[0])))

    def _normalizations(self) -> Iterator[Link]:
        """Layer normalization: β of a constant row, γ of a large one, ε of a tiny one."""
        if self.width < 2:
            return
        u = np.linspace(-1, 1, self.width)
        variance = np.square(u - u.mean()).mean()
        beta = self(np.zeros((1, self.width)))[0]
        with np.errstate(all="ignore"):
            large, tiny = self(1e8 * u[None])[0] - beta, self(1e-9 * u[None])[0] - beta
            ends = np.array([0, -1])  # the middle of u is 0
            gamma = large[ends] / u[ends] * np.sqrt(variance)
            epsilon = np.square(1e-9 * u[ends] * gamma / tiny[ends]) - 1e-18 * variance
            clearest = float(epsilon[np.abs(gamma).argmax()])
            if not (np.isfinite(epsilon).all() and clearest > 0):
                return
            epsilon_found = _rounded(self._written_near(clearest))
            rows = np.random.default_rng(1).standard_normal((2, self.width))
            plain = _computed(
                Link("", parts.LayerNorm(epsilon_found), _scale(np.ones(self.width), 0.0)), rows
            )
            row = np.where(np.abs(plain[0]) > np.abs(plain[1]), 0, 1)
            at = row, np.arange(self.width)
            gammas = (self(rows)[at] - beta) / plain[at]
        if not np.isfinite(gammas).all():
            return
        frozen = frozenset() if self._varies() else frozenset({"gamma", "beta"})
        if frozen:
            gammas, beta = np.ones(self.width), np.zeros(self.width)
        else:
            gammas, beta = _as_written(self, gammas), _as_written(self, beta)
        yield Link(self.place, parts.LayerNorm(epsilon_found), {"gamma": gammas, "beta": beta}, frozen)

    def _written_near(self, value: float) -> float:
        """The constant of the graph that a number is which large others hid the digits of, or that number."""
        single = (float(array.item()) for array in self.arrays() if array.size == 1)
        return next((each for each in single if math.isclose(each, value, rel_tol=1e-3)), value)

    def _varies(self) -> bool:
        """Whether a constant has a number for each unit."""
        return any(array.dtype.kind == "f" and array.size == self.width > 1 for array in self.arrays())

    def arrays(self) -> list[Array]:
        """The constants that the nodes read."""
        names = {name for node in self.nodes for name in node.inputs if name in self.graph.constants}
        return [self.graph.constants[name] for name in sorted(names)]


def _as_written(form: _Form, found: Array) -> Array:
    """The constant of the graph that is what was found, but for rounding; or what was found."""
    for array in form.arrays():
        if (
            array.dtype.kind == "f"
            and array.size == found.size
            and np.allclose(array.ravel(), found, 1e-7, 1e-9)
        ):
            return np.asarray(array.ravel(), np.float64)
    return found


def _scale(gamma: Array, beta: float) -> dict[str, Array]:
    return {"gamma": gamma, "beta": np.full_like(gamma, beta)}


def _computed(link: Link, Z: Array) -> Array:
    """What a layer gives for rows."""
    layer: Layer = link.layer
    values = {layer.takes: Z, **link.arrays}
    with np.errstate(all="ignore"):
        layer.evaluate(Scope(values))
    return np.asarray(values[layer.gives])


def _near(given: Array, expected: Array, Z: Array) -> bool:
    """Whether two results are the same but for rounding, where the given one can be computed."""
    with np.errstate(all="ignore"):
        same = np.abs(given - expected) <= NEAR * (1 + np.abs(expected))
    overflown = ~np.isfinite(given) & (np.abs(Z).max(axis=1, keepdims=True) > FAR)
    return bool((same | overflown).all())


def _rounded(value: float) -> float:
    """The decimal of six digits that a number means, or itself."""
    short = float(f"{value:.6g}")
    return short if abs(short - value) <= NEAR * abs(value) else value
