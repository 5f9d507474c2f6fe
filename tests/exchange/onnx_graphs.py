"""ONNX models made by hand, and what onnxruntime gives for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

RNG = np.random.default_rng(5)
KINDS = {
    "float32": onnx.TensorProto.FLOAT,
    "float64": onnx.TensorProto.DOUBLE,
    "int64": onnx.TensorProto.INT64,
}


class Made:
    """A graph in the making: each call of `add` is a node, on the last one's value unless inputs are named."""

    def __init__(self, dtype: str = "float64") -> None:
        self.dtype, self.last = dtype, "x"
        self.nodes: list[Any] = []
        self.arrays: dict[str, Any] = {}

    def constant(self, value: Any, dtype: Any = None) -> str:
        name = f"c{len(self.arrays)}"
        array = np.asarray(value)
        kind = dtype or (self.dtype if array.dtype.kind == "f" else array.dtype)
        self.arrays[name] = array.astype(kind)
        return name

    def add(self, kind: str, *inputs: Any, **attributes: Any) -> str:
        """Inputs are names, arrays, or numbers; without any it is the last value alone."""
        read = [each if isinstance(each, str) else self.constant(each) for each in inputs or (self.last,)]
        self.last = f"v{len(self.nodes)}"
        domain = (
            "ai.onnx.ml"
            if kind in ("Scaler", "ZipMap", "ArrayFeatureExtractor", "LabelEncoder", "Binarizer")
            else ""
        )
        self.nodes.append(
            helper.make_node(kind, read, [self.last], f"n{len(self.nodes)}", domain=domain, **attributes)
        )
        return self.last

    def dense(self, inputs: int, outputs: int) -> str:
        """A Gemm with weights and a bias by chance."""
        return self.add(
            "Gemm", self.last, RNG.normal(size=(inputs, outputs)) / 2, RNG.normal(size=outputs) / 2
        )

    def model(
        self,
        axes: Sequence[Any] = ("m", 3),
        outputs: Sequence[str] | None = None,
        opset: int = 20,
        ir_version: int = 9,
        input_kind: str | None = None,
    ) -> Any:
        kind = KINDS[input_kind or self.dtype]
        graph = helper.make_graph(
            self.nodes,
            "graph",
            [helper.make_tensor_value_info("x", kind, list(axes))],
            [helper.make_empty_tensor_value_info(name) for name in outputs or [self.last]],
            [numpy_helper.from_array(array, name) for name, array in self.arrays.items()],
        )
        opsets = [helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", 3)]
        return helper.make_model(graph, ir_version=ir_version, opset_imports=opsets)


def session(model: Any) -> onnxruntime.InferenceSession:
    content = model if isinstance(model, bytes) else model.SerializeToString()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    # Node by node: fused, onnxruntime 1.19 normalizes layers in float64 by an ε of its own.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def ran(model: Any, X: Any) -> list[Any]:
    """All outputs, as onnxruntime computes them."""
    made = session(model)
    return list(made.run(None, {made.get_inputs()[0].name: X}))
