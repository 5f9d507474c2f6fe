"""The end of an ONNX graph: which value is the network's output, and what others only say about classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.exchange.onnx import running
from chainrule.exchange.onnx.graph import OnnxGraph, OnnxNode
from chainrule.parts.contract import Array

# Nodes that tell classes, or give numbers another shape, and what ends a chain of layers.
TELLING = {
    "ArgMax", "ArrayFeatureExtractor", "LabelEncoder", "Binarizer", "ZipMap", "Gather", "Greater", "GreaterOrEqual",
    "Less", "LessOrEqual", "Not", "Where", "Equal", "Cast", "Identity", "Reshape", "Squeeze", "Slice", "Flatten",
}  # fmt: skip
CHUNK = 256


def main_output(graph: OnnxGraph) -> str:
    """The value that is the network's output; what is after it only tells classes.

    Raises
    ------
    InputError : for outputs that don't come from one value
    """
    if not graph.outputs:
        raise InputError("the graph has no output: the model is damaged.")
    stems = {name: _stem(graph, name) for name in graph.outputs}
    order = {output: i for i, node in enumerate(graph.nodes) for output in node.outputs}
    main = max(stems.values(), key=lambda name: order.get(name, -1))
    if main not in order:
        raise InputError("the graph's output is its input, or a constant: a network has layers.")
    return main


def _stem(graph: OnnxGraph, name: str) -> str:
    """Where a value comes from, before nodes that only tell classes."""
    while (node := graph.producers.get(name)) is not None:
        read = graph.varying(node)
        if node.kind == "Concat" and (one := _complemented(graph, node)):
            name = one
        elif node.kind in TELLING and len(read) == 1:
            name = read[0]
        else:
            break
    return name


def _complemented(graph: OnnxGraph, node: OnnxNode) -> str | None:
    """p, where a node puts 1 - p beside it."""
    for p in node.inputs:
        for other in node.inputs:
            maker = graph.producers.get(other)
            if (
                maker is not None
                and maker.kind == "Sub"
                and graph.varying(maker) == [p]
                and maker.inputs[1] == p
            ):
                return p
    return None


class Head:
    """The nodes after the main output, and what they say of rows.

    Parameters
    ----------
    graph, main : the graph, and its main output
    sums : the name of what the last activation takes, by which some graphs tell classes; main, if there is none
    """

    def __init__(self, graph: OnnxGraph, main: str, sums: str) -> None:
        self.graph, self.main, self.sums = graph, main, sums
        done = set(graph.leading_to([main]))
        self.nodes = [node for node in graph.nodes if node not in done]
        self.maps = [node for node in self.nodes if node.kind == "ZipMap"]

    def classes(self, rows: Any, width: int) -> list[str] | None:
        """The names of the classes, None where there are none but their numbers.

        Parameters
        ----------
        rows : a function from the last sums (m, width) to the main output
        width : of the output

        Raises
        ------
        InputError : for an output that is neither a class nor the main output in another form
        """
        found: list[list[str]] = []
        for name in self.graph.outputs:
            if name == self.main:
                continue
            maker = self.graph.producers[name]
            told = _mapped(maker) if maker.kind == "ZipMap" else self._told(name, rows, width)
            if told is not None:
                found.append(told)
        names = found[0] if found else None
        if any(each != names for each in found):
            raise InputError(f"the graph's outputs name classes differently: {found[0]} and {found[1]}.")
        return None if names is None or names == [str(i) for i in range(len(names))] else names

    def _told(self, name: str, rows: Any, width: int) -> list[str] | None:
        place = f"the output {name!r}"
        drawn = np.random.default_rng(0).standard_normal((50, width))
        said = self._run(name, drawn, rows, place)
        if said.dtype.kind == "f":
            _check_same(place, said, rows(drawn))
            return None
        if width > 1 and said.size != len(drawn):  # yes or no for each output
            return None
        names: list[str] = []
        for sums in _deciding(width):
            names += [str(each) for each in self._run(name, sums, rows, place).ravel().tolist()]
        expected = drawn.argmax(axis=1) if width > 1 else (drawn[:, 0] > 0).astype(int)
        if len(set(names)) < len(names) or [names[i] for i in expected] != [
            str(v) for v in said.ravel().tolist()
        ]:
            raise InputError(
                f"{place} doesn't say which of the network's outputs is the largest, or whether one is above ½: "
                "chainrule's networks decide so. Leave this output out of the graph."
            )
        return names

    def _run(self, name: str, sums: Array, rows: Any, place: str) -> Array:
        known = {self.sums: sums, self.main: rows(sums)}
        try:
            return running.run_all(_within(self.nodes, self.graph, name), self.graph.constants, known)[name]
        except (running.CannotRun, KeyError) as error:
            where = str(error) if isinstance(error, running.CannotRun) and str(error) else place
            raise InputError(
                f"{where}: it is computed in a way that chainrule can't read from what the network gives. Leave "
                "this output out of the graph."
            ) from error


def _within(nodes: Sequence[OnnxNode], graph: OnnxGraph, name: str) -> list[OnnxNode]:
    """Of the nodes at the end those that a value needs."""
    needed = set(graph.leading_to([name]))
    return [node for node in nodes if node in needed]


def _deciding(width: int) -> list[Array]:
    """Sums that decide for each class in turn: for no and yes, close to where it changes."""
    if width == 1:
        return [np.array([[-0.01], [0.01]])]
    return [3.0 * np.eye(width)[start : start + CHUNK] for start in range(0, width, CHUNK)]


def _mapped(node: OnnxNode) -> list[str]:
    names = node.attributes.get("classlabels_strings", node.attributes.get("classlabels_int64s", []))
    return [str(name) for name in names]


def _check_same(place: str, said: Array, main: Array) -> None:
    """Raise where numbers of an output are neither the main output's nor, of one, those that add up to 1 with it."""
    columns = [*main.T, *(1 - main.T if main.shape[1] == 1 else [])]
    given = said.reshape(len(said), -1).T if said.size and said.shape[0] == len(main) else [said.ravel()]
    if not all(
        any(np.shape(one) == other.shape and np.allclose(one, other) for other in columns) for one in given
    ):
        raise InputError(
            f"{place} is something else than the network's output: give a graph with one output."
        )
