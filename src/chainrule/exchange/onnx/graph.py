"""An ONNX graph: its nodes with their attributes, its constants, and the steps of the way from the input on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.exchange.onnx import running
from chainrule.exchange.onnx.files import library
from chainrule.exchange.onnx.tensors import as_array
from chainrule.parts.contract import Array

MOST = 20_000  # nodes
FLOAT, STRING, TENSOR, FLOATS, STRINGS = 1, 3, 4, 6, 8  # ONNX's numbers of kinds of attributes


@dataclass(frozen=True, eq=False)
class OnnxNode:
    """A node: where it stands, for messages; its operator; what it reads, gives, and is set to."""

    place: str
    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Step:
    """Nodes that only together have one input, beside constants, and one output."""

    before: str
    after: str
    nodes: tuple[OnnxNode, ...]

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        if len(self.nodes) == 1:
            return self.nodes[0].place
        return f"{self.nodes[0].place} to {self.nodes[-1].place}"


@dataclass(eq=False)
class OnnxGraph:
    """A graph whose constants are worked out; what doesn't lead to an output is left out.

    Parameters
    ----------
    name : of the one input
    axes : the sizes of a sample's axes, as far as the graph says them; None where it doesn't
    outputs : the names of the outputs
    nodes : in order
    constants : numbers and texts by name
    """

    name: str
    axes: tuple[int | None, ...] | None
    outputs: list[str]
    nodes: list[OnnxNode]
    constants: dict[str, Array]
    producers: dict[str, OnnxNode] = field(init=False)

    def __post_init__(self) -> None:
        self.producers = {output: node for node in self.nodes for output in node.outputs}

    def varying(self, node: OnnxNode) -> list[str]:
        """What a node reads that is no constant, each once."""
        return list(dict.fromkeys(name for name in node.inputs if name and name not in self.constants))

    def constant(self, node: OnnxNode, place: int, what: str) -> Array | None:
        """A constant that a node reads, None if it reads none there; raises where it is computed from the input."""
        name = node.inputs[place] if place < len(node.inputs) else ""
        if name and name not in self.constants:
            raise InputError(f"{node.place}: its {what} depends on the input, and a layer's is a constant.")
        return self.constants[name] if name else None

    def leading_to(self, names: Iterable[str]) -> list[OnnxNode]:
        """The nodes that some values need, in order."""
        wanted, found = set(names), []
        for node in reversed(self.nodes):
            if wanted & set(node.outputs):
                found.append(node)
                wanted.update(self.varying(node))
        return found[::-1]

    def steps(self, end: str) -> list[Step]:
        """The way from the input to a value, in the smallest steps through which everything goes."""
        nodes = self.leading_to([end])
        last = {name: i for i, node in enumerate(nodes) for name in self.varying(node)}
        found: list[Step] = []
        before, since, open_ = self.name, 0, {self.name}
        for i, node in enumerate(nodes):
            open_ = {name for name in open_ | set(node.outputs) if last.get(name, -1) > i or name == end}
            if len(open_) == 1:
                (after,) = open_
                found.append(Step(before, after, tuple(nodes[since : i + 1])))
                before, since = after, i + 1
        return found


def read_graph(model: Any, folder: Path | None) -> OnnxGraph:
    """The graph of a checked onnx.ModelProto.

    Raises
    ------
    InputError : for a graph with several inputs, or with numbers that are not finite; naming them
    FileError : for tensors that are damaged
    """
    graph = model.graph
    if len(graph.node) > MOST:
        raise InputError(f"the graph has {len(graph.node):,} nodes, and chainrule reads at most {MOST:,}.")
    if graph.sparse_initializer:
        raise InputError("the graph has sparse initializers: write them out.")
    constants = {
        each.name: _finite(as_array(each, f"the initializer {each.name!r}", folder), each.name)
        for each in graph.initializer
    }
    nodes = [_node(i, each, folder) for i, each in enumerate(graph.node)]
    given = {each.name: each for each in graph.input if each.name not in constants}
    known = {*constants, *given}
    left: list[OnnxNode] = []
    for node in nodes:
        for name in node.inputs:
            if name and name not in known:
                raise InputError(
                    f"{node.place} reads {name!r}, which nothing before it gives: the model is damaged."
                )
        known.update(node.outputs)
        if not all(name in constants for name in node.inputs if name) or not _folded(node, constants):
            left.append(node)
    read = {name for node in left for name in node.inputs}
    inputs = [name for name in given if name in read]
    if len(inputs) != 1:
        raise InputError(
            f"the graph has {len(inputs)} inputs{': ' if inputs else ''}{', '.join(map(repr, inputs))}: a "
            "network has one, whose columns are the features."
        )
    outputs = [each.name for each in graph.output]
    found = OnnxGraph(inputs[0], _axes(given[inputs[0]]), outputs, left, constants)
    found.nodes = found.leading_to(outputs)
    for node in found.nodes:
        if not found.varying(node):
            raise InputError(
                f"{node.place} makes a constant in a way that chainrule can't work out: write it out."
            )
    return found


def _finite(array: Array, name: str) -> Array:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InputError(
            f"the initializer {name!r} has an entry that is not finite: every number of a network is."
        )
    return array


def _folded(node: OnnxNode, constants: dict[str, Array]) -> bool:
    """Work out a node that reads constants alone; False where that can't be done, or would make many of few numbers."""
    if node.kind not in running.FOLDED or len(node.outputs) != 1:
        return False
    given = [constants.get(name) for name in node.inputs]
    try:
        found = running.run(node, given)
    except running.CannotRun:
        return False
    most = max([running.SMALL, *(array.size for array in given if array is not None)])
    if given and found.size > most:
        return False
    constants[node.outputs[0]] = found
    return True


def _axes(info: Any) -> tuple[int | None, ...] | None:
    """The sizes of a sample's axes."""
    if not info.type.tensor_type.HasField("shape"):
        return None
    sizes = [
        axis.dim_value if axis.HasField("dim_value") else None for axis in info.type.tensor_type.shape.dim
    ]
    return tuple(sizes[1:])


def _node(i: int, node: Any, folder: Path | None) -> OnnxNode:
    kind = node.op_type if node.domain in ("", "ai.onnx", "ai.onnx.ml") else f"{node.domain}.{node.op_type}"
    called = f" {node.name!r}" if node.name else f", which gives {node.output[0]!r}" if node.output else ""
    place = f"node {i}, {kind}{called}"
    values = {each.name: _attribute(each, f"{place}: {each.name}", folder) for each in node.attribute}
    return OnnxNode(place, kind, tuple(node.input), tuple(node.output), values)


def _attribute(attribute: Any, place: str, folder: Path | None) -> Any:
    """An attribute's value; a number, which has single precision there, as the shortest decimal that means it."""
    readers: dict[int, Callable[[], Any]] = {
        FLOAT: lambda: _decimal(attribute.f),
        FLOATS: lambda: np.array(attribute.floats, np.float64),
        STRING: lambda: attribute.s.decode(errors="replace"),
        STRINGS: lambda: [text.decode(errors="replace") for text in attribute.strings],
        TENSOR: lambda: as_array(attribute.t, place, folder),
    }
    if attribute.type in readers:
        return readers[attribute.type]()
    return library().helper.get_attribute_value(attribute)


def _decimal(value: float) -> float:
    return float(str(np.float32(value)))
