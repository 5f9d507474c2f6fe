"""A network from an ONNX model whose graph is a chain of layers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule import parts
from chainrule.errors import InputError
from chainrule.exchange.chain import links, network
from chainrule.exchange.onnx import running
from chainrule.exchange.onnx.files import opened
from chainrule.exchange.onnx.graph import OnnxGraph, read_graph
from chainrule.exchange.onnx.heads import Head, main_output
from chainrule.exchange.onnx.layers import Reader
from chainrule.exchange.onnx.own import own_network
from chainrule.expressions import Scope
from chainrule.network import Network
from chainrule.parts.contract import Activation, Array

ROWS, NEAR = 16, 1e-5  # what is tried, and how near it is to be, for outputs of about 1


def from_onnx(
    source: Any,
    *,
    output: Any = None,
    loss: Any = None,
    features: Sequence[str] | None = None,
    classes: Sequence[Any] | None = None,
) -> Network:
    """The network of an ONNX model, with its weights, copied, in their dtype.

    The graph is a chain: Gemm, or MatMul and Add, with activations and normalizations that chainrule has, also as
    exporters compose them of other operators, such as x · sigmoid(x) for SiLU; scaling of the inputs before; and after
    it nodes that only tell classes, whose names are read. What scales between layers, as a folded batch normalization
    does, is taken into the weights beside it. What was read is tried: it gives what the graph's nodes give. Nothing in
    a file is run as code.

    A model that `net.export("onnx")` wrote comes back as it was, with its loss and penalty, and what is frozen.

    Where the graph ends in sums, `output` says what they mean, as for `from_torch`.

    Parameters
    ----------
    source : a path, the bytes of a file, or an onnx.ModelProto; numbers beside it are read from its folder
    output : what the last sums are for: "softmax", "sigmoid", "identity" (numbers), …
    loss : a name or a part; unless given, by the output
    features, classes : names of the inputs and of the classes; unless given, those of the model

    Raises
    ------
    InputError : for a graph that is no such chain, naming the node and the reason
    FileError : for a file that is missing, damaged, no ONNX model, or newer than what chainrule reads
    KindError : for something else
    MissingPackage : if onnx is not installed

    >>> from_onnx("model.onnx").trace(X, y).explain()  # doctest: +SKIP
    """
    model, folder = opened(source)
    if (own := own_network(model, folder)) is not None:
        _name(
            own, own.features if features is None else features, own.classes if classes is None else classes
        )
        if output is None and loss is None:
            return own
        named: dict[str, Any] = {"features": own.features, "classes": own.classes}
        return network(links(own), output=output, loss=loss, dtype=own.dtype.name, **named)
    graph = read_graph(model, folder)
    main = main_output(graph)
    steps = graph.steps(main)
    axes = graph.axes
    read = Reader(graph, steps)
    chain = read.chain
    net = network(chain, output=output, loss=loss, dtype=read.dtype)
    _try(graph, main, axes, network(chain))
    last = chain[-1].layer
    head = Head(graph, main, read.sums if isinstance(last, Activation) else main)
    found = head.classes(lambda sums: _activated(last, sums), net.outputs)
    _name(
        net,
        _told(model, "features", net.inputs) if features is None else features,
        (found or _told(model, "classes", max(net.outputs, 2))) if classes is None else classes,
    )
    return net


def _name(net: Any, features: Any, classes: Any) -> None:
    net.features, net.classes = features, classes


def _told(model: Any, what: str, count: int) -> list[str] | None:
    """So many names in a model's metadata, None if there are none such."""
    given = {entry.key: entry.value for entry in model.metadata_props}
    try:
        found = json.loads(given.get(what, "null"))
    except (ValueError, RecursionError):
        return None
    good = (
        isinstance(found, list) and all(isinstance(each, str) for each in found) and len(set(found)) == count
    )
    return found if good and len(found) == count else None


def _activated(last: Any, sums: Array) -> Array:
    """What the last activation makes of sums."""
    if not isinstance(last, Activation) or isinstance(last, parts.PReLU):
        return sums
    values = {"z": sums}
    last.forward(Scope(values))
    return values["a"]


def _try(graph: OnnxGraph, main: str, axes: tuple[int | None, ...] | None, net: Network) -> None:
    """Raise where the network, in double precision, gives something else than the graph's nodes for some rows."""
    first: Any = net.layers[0]
    center, scale = getattr(first, "center", 0.0), getattr(first, "scale", 1.0)
    X = center + scale * np.random.default_rng(0).standard_normal((ROWS, net.inputs))
    shape = (ROWS, *axes) if axes is not None and None not in axes else X.shape
    nodes = graph.leading_to([main])
    try:
        expected = running.run_all(nodes, graph.constants, {graph.name: X.reshape(shape)})[main]
    except running.CannotRun as error:
        raise InputError(f"{error}: chainrule can't run it, to try what was read.") from error
    with np.errstate(all="ignore"):
        given = net.predict(X)
        apart = np.abs(given - expected).max() if given.shape == expected.shape else np.inf
    if not apart <= NEAR * (1 + np.abs(expected).max()):
        raise InputError(
            f"the graph was read as {net.title()}, which gives other numbers than its nodes do, by {apart:.3g}: "
            "so it is something else, and can't be read."
        )
