"""onnxruntime, which predicts: the same network, written as an ONNX model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from chainrule.bench.workloads import Array, Task


def predictor(task: Task) -> Callable[[Array], Array]:
    """A session with all graph optimizations, which are its default."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = task.threads
    session = onnxruntime.InferenceSession(
        model(task).SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return lambda X: np.asarray(session.run(None, {"x": X})[0])


def model(task: Task) -> Any:
    """Gemm and Relu for each layer, and a softmax."""
    nodes, tensors, last = [], [], "x"
    for i, (W, b) in enumerate(task.layers, 1):
        tensors += [numpy_helper.from_array(W, f"W{i}"), numpy_helper.from_array(b, f"b{i}")]
        nodes.append(helper.make_node("Gemm", [last, f"W{i}", f"b{i}"], [f"z{i}"]))
        hidden = i < len(task.layers)
        last = f"a{i}"
        nodes.append(helper.make_node("Relu" if hidden else "Softmax", [f"z{i}"], [last]))
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(task.workload.dtype)) or TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("x", kind, ["m", task.workload.sizes[0]])],
        [helper.make_tensor_value_info(last, kind, ["m", task.workload.sizes[-1]])],
        tensors,
    )
    # Versions that every onnxruntime of the last years reads, whatever the onnx beside it would write.
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
