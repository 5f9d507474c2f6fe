"""A prediction as an ONNX model: the program's lines as nodes, each value named as the quantity that it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.errors import InputError, KindError, MissingPackage
from chainrule.export.about import arrays_read, head, lines_of, refuse, trial
from chainrule.export.onnx_graph import BOOL, INDEX, SAMPLES, Graph, Operator
from chainrule.export.onnx_words import FORMS, IR_VERSION, OPERATORS, OPSET
from chainrule.export.shapes import M, Shapes
from chainrule.expressions import Expr, Name, Node, evaluate, nodes
from chainrule.expressions import operations as ops
from chainrule.files.document import describe
from chainrule.model.model import Model
from chainrule.notation import formula
from chainrule.parts.contract import Array
from chainrule.program.names import of_target
from chainrule.program.program import Quantity
from chainrule.training.predicting import decides

LARGEST = 2_000_000_000  # bytes that a message of Protocol Buffers may have, nearly
LONGEST = 60  # operations of a rule whose formula is told
HOW = [
    f"ONNX opset {OPSET}. The first output is the network's; a second one, where it says classes, is the class of each "
    "row, or 1 for yes and 0 for no.",
]
LOGICAL = (ops.EQUAL, ops.NOT_EQUAL, ops.MULTIPLY)  # what ONNX has for conditions, too
Dtype = np.dtype[Any]


def write_onnx(network: Model) -> bytes:
    """The file; see `Network.export`."""
    trial(network)
    size = sum(array.nbytes for array in arrays_read(network).values())
    if size > LARGEST:
        raise InputError(
            f"the network has {size:,} bytes of weights, and an ONNX file holds at most {LARGEST:,}: it can't be "
            "exported."
        )
    written: bytes = model_proto(network).SerializeToString(deterministic=True)
    return written


def model_proto(network: Model) -> Any:
    """The network as onnx.ModelProto, with all that chainrule knows of it in its metadata.

    Raises
    ------
    InputError : for a name that is no text, or a rule that ONNX can't say
    MissingPackage : if onnx is not installed
    """
    try:
        import onnx
    except ImportError as error:
        raise MissingPackage("onnx", "writing an ONNX file") from error

    lines = _Lines(network)
    graph = lines.proto(onnx.helper, onnx.numpy_helper)
    model = onnx.helper.make_model(
        graph,
        ir_version=IR_VERSION,
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
        producer_name="chainrule",
        doc_string="\n".join(head(network, lines.shapes.multiplications, HOW)),
    )
    metadata = _metadata(network)
    if (description := metadata.get("chainrule")) is not None:
        metadata["sha256"] = checksum(description, graph, lines.graph.arrays)
    onnx.helper.set_model_props(model, metadata)
    return model


def checksum(description: str, graph: Any, arrays: Mapping[str, Array]) -> str:
    """What tells that a model is as it was written: over the description, and the graph but for what is told beside it.

    Parameters
    ----------
    description : the text
    graph : onnx.GraphProto
    arrays : its initializers, wherever their numbers stand
    """
    found = hashlib.sha256(description.encode())
    for each in (*graph.input, "", *graph.output):
        found.update(repr(getattr(each, "name", each)).encode())
    for node in graph.node:
        attributes = sorted(each.SerializeToString(deterministic=True) for each in node.attribute)
        told = (node.op_type, node.domain, list(node.input), list(node.output), attributes)
        found.update(repr(told).encode())
    for name, array in sorted(arrays.items()):
        found.update(repr((name, array.dtype.name, array.shape)).encode())
        found.update(repr(array.tolist()).encode() if array.dtype == object else array.tobytes())
    return found.hexdigest()


def _constants(network: Model) -> tuple[dict[str, str], list[str]]:
    """What a network calls its layers' constants, by the names that they have in a description of it; and what it calls
    those that are made of a layer's settings.
    """
    found: dict[str, str] = {}
    made: list[str] = []
    number = 0
    for place, layer in enumerate(network.layers):
        number += layer.has_weights
        own = {name: f"{name}{number or ''}" for name in layer.constants()}
        if layer.stored:
            found |= {f"layers.{place}.{name}": here for name, here in own.items()}
        else:
            made += own.values()
    scaling = network.scale_target
    if scaling is not None:
        found |= {f"scale_target.{name}": of_target(name) for name in scaling.constants()}
    return found, made


def _metadata(network: Model) -> dict[str, str]:
    """Names of features and classes; and where all its parts are chainrule's, the description of the network."""
    told = {
        kind: json.dumps([_text(name) for name in names], ensure_ascii=False)
        for kind, names in (("features", network.features), ("classes", network.classes))
        if names
    }
    try:
        document, _ = describe(network)
    except KindError:  # code of one's own
        return told
    constants, made = _constants(network)
    description = {"network": document, "constants": constants, "made": made}
    return {**told, "chainrule": json.dumps(description)}


def _text(name: str) -> str:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise InputError(
            f"the name {name!r} holds half a character, which no file of text can: give it another one."
        ) from None
    return name


class _Lines:
    """The lines of a prediction as a graph."""

    def __init__(self, network: Model) -> None:
        self.network, self.graph = network, Graph()
        self.program = network.program(targets=False)
        self.quantities = lines_of(network)
        self.shapes = Shapes(network, self.quantities)
        self._numbers: dict[str, float] = {}  # quantities made of numbers of the rules alone
        self._made: dict[Expr, str] = {}
        self.graph.arrays |= arrays_read(network)
        for quantity in self.quantities:
            if quantity.rule.scalar:
                self._numbers[quantity.name] = evaluate(quantity.rule, self._numbers)
            else:
                self._line(quantity)
        self.label = self._label() if decides(network) else None

    # --- lines ----------------------------------------------------------------------------------------------

    def _line(self, quantity: Quantity) -> None:
        self.graph.begin(quantity.name)
        for node in nodes(quantity.rule):
            if not node.scalar:
                self._made[node] = self._node(node, quantity)
        result = self._value(quantity.rule, self.shapes.dtype(quantity.rule))
        self.graph.name(result, quantity.name, f"{quantity.name} = {_formula(quantity.rule)}")

    def _node(self, node: Node, quantity: Quantity) -> str:
        graph, op, dtype = self.graph, node.op, self.shapes.dtype(node)
        if op in (ops.INDICATOR, ops.CAST):
            return self._value(node.args[0], dtype)
        if op in (ops.SUM, ops.MAX):
            return self._reduced(node, dtype)
        if op is ops.COLUMN:
            return graph.add("Unsqueeze", self._value(node.args[0], dtype), graph.indices(1))
        if op is ops.WHERE:
            args = [self._value(node.args[0], BOOL), *(self._value(arg, dtype) for arg in node.args[1:])]
            return graph.add(OPERATORS[op], *args)
        kinds = [self.shapes.dtype(arg) for arg in node.args if not arg.scalar]
        real = np.result_type(*kinds) if dtype == BOOL else dtype
        if real == BOOL and op not in LOGICAL:
            real = np.dtype(np.float32)
        args = [self._value(arg, real) for arg in node.args]
        if real == BOOL and op is ops.MULTIPLY:
            return graph.add("And", *args)
        if op in FORMS:
            return FORMS[op](graph, real, args)
        if op not in OPERATORS:
            refuse(quantity, f"has {op.name}, which ONNX can't say")
        return graph.add(OPERATORS[op], *args)

    def _reduced(self, node: Node, dtype: Dtype) -> str:
        given, axis, keep = self._value(node.args[0], dtype), node.settings["axis"], node.settings["keepdims"]
        if node.op is ops.MAX:
            axes = {} if axis is None else {"axes": [axis]}
            return self.graph.add("ReduceMax", given, keepdims=int(keep), **axes)
        along = [] if axis is None else [self.graph.indices(axis)]
        return self.graph.add("ReduceSum", given, *along, keepdims=int(keep))

    def _value(self, item: Expr, dtype: Dtype) -> str:
        """The name of what is there already, as that kind of number."""
        if item.scalar or not isinstance(item, Name | Node):
            return self.graph.number(evaluate(item, self._numbers), dtype)
        name = item.name if isinstance(item, Name) else self._made[item]
        return name if self.shapes.dtype(item) == dtype else self.graph.add("Cast", name, to=dtype)

    # --- classes --------------------------------------------------------------------------------------------

    def _label(self) -> tuple[str, bool, int]:
        """The output that says classes: its name, whether these are text, and its number of axes."""
        graph, answers, output = self.graph, self.network.answers, self.program.output
        name = "label"
        while name in self.shapes or name in graph.arrays:
            name += "_"
        graph.begin(name)
        several = answers.count > 1
        if answers.separate:
            threshold = graph.number(answers.threshold, self.network.dtype)
            said = graph.add("Cast", graph.add("Greater", output, threshold), to=INDEX)
            said = said if several else graph.add("Squeeze", said, graph.indices(1))
        else:
            said = graph.add("ArgMax", output, axis=1, keepdims=0)
        words = self.network.classes is not None and not several
        if words:
            texts = np.array([_text(each) for each in self.network.classes or ()], object)
            said = graph.add("Gather", graph.array("classes of the label", texts), said)
        graph.name(said, name, "the class of each row")
        return name, words, 2 if several else 1

    # --- the messages of ONNX -------------------------------------------------------------------------------

    def proto(self, helper: Any, numpy_helper: Any) -> Any:
        """The graph as onnx.GraphProto."""
        network, program = self.network, self.program
        inputs = [self._info(helper, program.data, network.input_dtype, (M, network.inputs))]
        outputs = [self._info(helper, program.output, network.dtype, (M, network.outputs))]
        if self.label is not None:
            name, words, axes = self.label
            shape = [SAMPLES, network.outputs][:axes]
            kind = helper.np_dtype_to_tensor_dtype(np.dtype(object) if words else INDEX)
            outputs.append(helper.make_tensor_value_info(name, kind, shape))
        known = [
            self._info(helper, line.name, self.shapes.dtype(line.rule), self.shapes.of(line.rule))
            for line in self.quantities
            if not line.rule.scalar and line.name != program.output
        ]
        return helper.make_graph(
            [_node_proto(helper, each) for each in self.graph.operators],
            network.title(),
            inputs,
            outputs,
            [numpy_helper.from_array(array, name) for name, array in self.graph.arrays.items()],
            value_info=known,
        )

    def _info(self, helper: Any, name: str, dtype: Dtype, shape: Sequence[int | str]) -> Any:
        axes = [SAMPLES if size == M else size for size in shape]
        return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(dtype), axes)


def _node_proto(helper: Any, operator: Operator) -> Any:
    attributes = {
        name: helper.np_dtype_to_tensor_dtype(value) if isinstance(value, np.dtype) else value
        for name, value in operator.attributes.items()
    }
    return helper.make_node(
        operator.kind,
        operator.inputs,
        [operator.output],
        operator.output,
        operator.formula or None,
        **attributes,
    )


def _formula(rule: Expr) -> str:
    """A rule in text, unless it would be long: what is read twice is written twice."""
    sizes: dict[Expr, int] = {}
    for node in nodes(rule):
        sizes[node] = 1 + sum(sizes.get(arg, 0) for arg in node.args)
    return formula(rule) if sizes.get(rule, 0) <= LONGEST else "…"
