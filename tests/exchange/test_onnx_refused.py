"""Graphs that are no chain of layers: the message names the node and the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
from onnx_graphs import RNG, Made

import chainrule as cr
from chainrule.errors import FileError, InputError, KindError

HAS = "it has Gemm, MatMul, Add, BatchNormalization, LayerNormalization, Dropout, and activations that chainrule has"


def refused(model: Any) -> str:
    with pytest.raises(InputError) as caught:
        cr.from_onnx(model)
    return str(caught.value)


def after_dense(build: Callable[[Made], Any], axes: Any = ("m", 3)) -> str:
    graph = Made()
    graph.dense(3, 4)
    build(graph)
    graph.dense(4, 2)
    return refused(graph.model(axes))


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [("Softsign", {}), ("Selu", {"alpha": 2.0}), ("Celu", {"alpha": 2.0}), ("Softmax", {"axis": 0}),
     ("Swish", {"alpha": 2.0}), ("LeakyRelu", {"alpha": -0.5}), ("Exp", {}), ("Abs", {}), ("HardSigmoid", {}),
     ("LpNormalization", {"axis": 1}), ("ThresholdedRelu", {})],
)  # fmt: skip
def test_activations_that_chainrule_lacks(kind: str, attributes: dict[str, Any]) -> None:
    assert after_dense(lambda graph: graph.add(kind, **attributes)) == (
        f"node 1, {kind} 'n1' is none that chainrule has: {HAS}."
    )


def test_composed_forms_that_are_no_layer() -> None:
    def quick_gelu(graph: Made) -> None:
        z = graph.last
        graph.add("Mul", z, graph.add("Sigmoid", graph.add("Mul", z, 1.702)))

    assert after_dense(quick_gelu) == (
        "node 1, Mul 'n1' to node 3, Mul 'n3' (Mul, Sigmoid, Mul) together are no layer of chainrule's: "
        + HAS
        + "."
    )

    def residual(graph: Made) -> None:
        z = graph.last
        graph.add("Relu")
        graph.add("Add", z, graph.dense(4, 4))

    assert after_dense(residual) == (
        "node 1, Relu 'n1' to node 3, Add 'n3' (Relu, Gemm, Add) together are no layer of chainrule's: "
        + HAS
        + "."
    )

    def six(graph: Made) -> None:
        graph.add("Clip", graph.last, 0.0, 6.0)

    assert after_dense(lambda graph: graph.add("Cast", to=onnx.TensorProto.INT32)) == (
        f"node 1, Cast 'n1' is none that chainrule has: {HAS}."
    )
    assert after_dense(six) == f"node 1, Clip 'n1' is none that chainrule has: {HAS}."


def test_layers_that_chainrule_computes_otherwise() -> None:
    ones = np.ones(4)
    assert after_dense(
        lambda g: g.add("BatchNormalization", g.last, ones, ones, ones, ones, training_mode=1)
    ) == ("node 1, BatchNormalization 'n1' is in training mode: export the model for predictions.")
    assert after_dense(
        lambda g: g.add("BatchNormalization", g.last, ones, ones, ones, ones, momentum=1.0)
    ) == (
        "node 1, BatchNormalization 'n1': BatchNorm: rate = 0.0 is out of range: it must be above 0 and at most 1."
    )
    assert after_dense(lambda g: g.add("LayerNormalization", g.last, ones, axis=0)) == (
        "node 1, LayerNormalization 'n1' goes along axis 0, and chainrule's over the units of a sample."
    )
    assert after_dense(lambda g: g.add("Dropout", g.last, np.float64(0.5), np.array(True))) == (
        "node 1, Dropout 'n1' is in training mode: export the model for predictions."
    )
    assert after_dense(lambda g: g.add("Dropout", g.last, np.float64(1.0))) == (
        "node 1, Dropout 'n1': Dropout: rate = 1.0 is out of range: it must be at least 0 and below 1."
    )


def test_products_that_are_no_layer() -> None:
    graph = Made()
    graph.add("MatMul", RNG.normal(size=(4, 3)), "x")
    left = "its weights stand on the left, and chainrule's samples are rows: x · W + b."
    assert refused(graph.model((3, "m"))) == f"node 0, MatMul 'n0': {left}"
    graph = Made()
    graph.add("Gemm", "x", RNG.normal(size=(3, 4)), transA=1)
    assert refused(graph.model()) == f"node 0, Gemm 'n0': {left}"
    graph = Made()
    graph.add("MatMul", "x", RNG.normal(size=(2, 3, 4)))
    assert refused(graph.model()) == (
        "node 0, MatMul 'n0': its weights have the shape (2, 3, 4), and a layer's are a matrix."
    )
    graph = Made()
    graph.add("Gemm", "x", RNG.normal(size=(3, 4)), RNG.normal(size=(3, 1)))
    assert refused(graph.model()) == (
        "node 0, Gemm 'n0': its bias has the shape (3, 1), and a layer of 4 units has a number for each."
    )
    graph = Made()
    graph.dense(3, 4)
    graph.dense(5, 2)
    assert refused(graph.model()) == "node 1, Gemm 'n1': it takes 5 numbers a sample, and gets 4."
    graph = Made()
    graph.dense(3, 4)
    assert refused(graph.model(("m", 7))) == "node 0, Gemm 'n0': it takes 3 numbers a sample, and gets 7."
    assert refused(graph.model(("m", 2, 3))) == (
        "node 0, Gemm 'n0': a sample has the axes (2, 3), and chainrule's are rows: flatten it first."
    )


def test_what_stands_in_the_wrong_place() -> None:
    graph = Made()
    graph.dense(3, 2)
    graph.add("Softmax")
    graph.add("Mul", graph.last, 2.0)
    assert refused(graph.model()) == (
        "node 2, Mul 'n2' scales what an activation gives, and there is no layer with weights right after it to "
        "take that in."
    )
    graph = Made()
    graph.add("Add", "x", np.ones(5))
    graph.dense(3, 2)
    assert refused(graph.model()) == (
        "node 0, Add 'n0': its constant has the shape (5,), and a layer of 3 units has a number for each."
    )
    graph = Made()
    graph.add("Mul", "x", np.array([1.0, 0.0, 2.0]))
    graph.dense(3, 2)
    assert refused(graph.model()) == "node 0, Mul 'n0' multiplies what it gets by 0."
    graph = Made()
    graph.add("Div", "x", np.array([1.0, 0.0, 2.0]))
    graph.dense(3, 2)
    assert refused(graph.model()) == "node 0, Div 'n0' divides by 0."


def test_graphs_that_are_no_network() -> None:
    graph = Made()
    graph.add("Mul", "x", 2.0)
    assert (
        refused(graph.model()) == "the graph has no Gemm and no MatMul: a network has a layer with weights."
    )
    graph = Made()
    graph.dense(3, 2)
    model = graph.model()
    model.graph.input.add(name="z")
    model.graph.node.add(op_type="Add", input=[graph.last, "z"], output=["w"])
    model.graph.output[0].name = "w"
    assert refused(model) == (
        "the graph has 2 inputs: 'x', 'z': a network has one, whose columns are the features."
    )
    model = graph.model()
    model.graph.node[0].input[0] = "nothing"
    assert refused(model) == (
        "node 0, Gemm 'n0' reads 'nothing', which nothing before it gives: the model is damaged."
    )
    model = graph.model()
    model.graph.output[0].name = "x"
    assert refused(model) == "the graph's output is its input, or a constant: a network has layers."


def test_operators_of_others_and_of_control() -> None:
    graph = Made()
    graph.dense(3, 4)
    model = graph.model()
    model.graph.node.add(op_type="FusedGelu", domain="com.other", input=[graph.last], output=["y"])
    model.opset_import.add(domain="com.other", version=1)
    model.graph.output[0].name = "y"
    assert (
        refused(model) == f"node 1, com.other.FusedGelu, which gives 'y' is none that chainrule has: {HAS}."
    )

    body = onnx.helper.make_graph([], "body", [], [])
    model = graph.model()
    model.graph.node.append(onnx.helper.make_node("Loop", ["", "", graph.last], ["y"], "again", body=body))
    model.graph.output[0].name = "y"
    assert refused(model) == f"node 1, Loop 'again' is none that chainrule has: {HAS}."


@pytest.mark.parametrize("dtype", ["float16", "uint8", "int8"])
def test_weights_that_are_neither_single_nor_double(dtype: str) -> None:
    graph = Made()
    graph.add("MatMul", "x", "W")
    graph.arrays["W"] = np.ones((3, 2), dtype)
    assert refused(graph.model()) == (
        f"the initializer 'W' is {dtype}: a network is float32 or float64, so export it so."
    )


def test_weights_of_two_kinds_or_not_finite() -> None:
    graph = Made()
    graph.dense(3, 2)
    graph.add("Cast", graph.last, to=onnx.TensorProto.FLOAT)
    graph.add("MatMul", graph.last, "W")
    graph.arrays["W"] = np.ones((2, 2), np.float32)
    assert refused(graph.model()) == (
        "node 0, Gemm 'n0': its matrix is float64 and node 2, MatMul 'n2': its matrix is float32: a network has one "
        "dtype."
    )
    graph.arrays["W"][1, 1] = np.nan
    assert refused(graph.model()) == (
        "the initializer 'W' has an entry that is not finite: every number of a network is."
    )


def test_an_output_that_is_said_twice() -> None:
    graph = Made()
    graph.dense(3, 2)
    graph.add("Softmax")
    with pytest.raises(InputError) as caught:
        cr.from_onnx(graph.model(), output="sigmoid")
    assert str(caught.value) == (
        "output = 'sigmoid' says what the last sums are for, and node 1, Softmax 'n1' is there for that already: leave "
        "output out."
    )


def test_what_is_no_model() -> None:
    with pytest.raises(KindError) as caught:
        cr.from_onnx(3)
    assert str(caught.value) == (
        "int is no ONNX model: give a file's name, the bytes of a file, or an onnx.ModelProto."
    )
    for content in (b"\xff" * 40, b"some text", b'{"a": 1}'):
        with pytest.raises(FileError) as file:
            cr.from_onnx(content)
        assert str(file.value) == "the bytes are no ONNX model, or one that is damaged or cut short."
    with pytest.raises(FileError) as file:
        cr.from_onnx(b"")
    assert str(file.value) == "the bytes are empty: give an ONNX model."


def test_versions_that_are_too_new_or_too_old() -> None:
    graph = Made()
    graph.dense(3, 2)
    newer = "export it with an older opset, or update with: pip install --upgrade chainrule"
    older = "bring it up to date with onnx.version_converter, or export it again"
    for wanted, told in [
        ({"opset": 99}, f"the model is an ONNX model of opset 99, and chainrule reads 7 to 28: {newer}."),
        ({"opset": 5}, f"the model is an ONNX model of opset 5, and chainrule reads 7 to 28: {older}."),
        ({"ir_version": 50},
         f"the model is an ONNX model of the format's version 50, and chainrule reads 3 to 14: {newer}."),
    ]:  # fmt: skip
        with pytest.raises(FileError) as caught:
            cr.from_onnx(graph.model(**wanted))  # type: ignore[arg-type]
        assert str(caught.value) == told
    model = graph.model()
    del model.opset_import[:]
    with pytest.raises(FileError) as caught:
        cr.from_onnx(model)
    assert str(caught.value) == "the model is an ONNX model that names no opset: it is damaged or cut short."
    model = graph.model()
    model.opset_import[1].version = 77
    with pytest.raises(FileError) as caught:
        cr.from_onnx(model)
    assert str(caught.value) == (
        f"the model is an ONNX model of opset 77 of ai.onnx.ml, and chainrule reads 1 to 5: {newer}."
    )
