"""The ONNX model: onnxruntime says what the network says, and each value has the name of its quantity."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import onnx
import onnx.reference
import onnxruntime
import pytest
from exported import NASTY, UNUSUAL, OverSamples, close, everything, filled, networks, rows, unusual
from hypothesis import HealthCheck, given

import chainrule as cr
from chainrule.errors import InputError, MissingPackage
from chainrule.expressions import nodes
from chainrule.expressions import operations as ops
from thorough import examples


def session(content: bytes) -> onnxruntime.InferenceSession:
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def ran(net: cr.Network, X: Any) -> list[Any]:
    """All outputs; where onnxruntime has no kernel, arctan in double precision, by ONNX's own reference."""
    content = net.export("onnx")
    given = {net.program(targets=False).data: X}
    program = net.program(targets=False)
    used = {node.op for line in program.quantities.values() for node in nodes(line.rule)}
    if net.dtype == np.float64 and ops.ARCTAN in used:
        return list(onnx.reference.ReferenceEvaluator(onnx.load_from_string(content)).run(None, given))
    return list(session(content).run(None, given))


def near(net: cr.Network, count: int = 1000) -> list[Any]:
    """The other outputs; the first is near to the network's: 1e-6 of the largest one in float32, 1e-12 in float64."""
    X = rows(net, count)
    outputs, *others = ran(net, X)
    expected = net.predict(X)
    assert outputs.dtype == net.dtype
    bound = (1e-6 if net.dtype == np.float32 else 1e-12) * np.abs(expected).max()
    np.testing.assert_allclose(outputs, expected, rtol=0, atol=bound)
    return others


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_layer_of_each_kind(dtype):
    net = everything(dtype)
    (said,) = near(net)
    assert said.tolist() == np.array(net.classes)[net.classify(rows(net))].tolist()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", [*cr.Activation.registry()])
def test_every_activation(name, dtype):
    near(filled(cr.Network([5, 16, 3], hidden=name, dtype=dtype)))
    layers = [cr.Dense(3, 3), cr.LayerNorm(), cr.Activation.of(name), cr.Dense(3, 2), cr.Identity()]
    near(filled(cr.Network(layers, loss="mean_squared_error", dtype=dtype)))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_numbers_near_0_and_far_from_it(dtype):
    """Where 1 + x or e^x - 1 would lose their digits, or e^x be too large."""
    for function in (np.expm1, np.log1p, lambda z: np.tanh(np.log1p(np.exp(z))) * z, cr.erf):
        net = cr.Network(
            [1, 1, 1], hidden=function, output="identity", loss="mean_squared_error", dtype=dtype
        )
        net.parameters["W1"][...] = net.parameters["W2"][...] = 1
        sizes = np.logspace(-30, 1.9, 500)
        X = np.concatenate([sizes, -0.01 * sizes])[:, None].astype(dtype)
        expected, (found, *_) = net.predict(X), ran(net, X)
        np.testing.assert_allclose(found, expected, rtol=1e-6 if dtype == "float32" else 2e-14)


@pytest.mark.some(1)
@pytest.mark.parametrize("hidden", UNUSUAL)
def test_parts_of_ones_own(hidden):
    near(unusual(hidden), 200)


@given(net=networks())
@examples(40, suppress_health_check=[HealthCheck.too_slow])
def test_any_network(net):
    X = rows(net, 100)
    outputs, *said = ran(net, X)
    close(net, outputs, X)
    several = net.outputs > 1 and net.scale_target is None  # one number for each class
    assert len(said) == (net.answers.of_classes or several)


def test_a_layer_that_looks_at_other_rows():
    """A file of ONNX takes all rows at once, so it may."""
    layers = [cr.Dense(3, 4), OverSamples(), cr.ReLU(), cr.Dense(4, 2), cr.Softmax()]
    near(filled(cr.Network(layers)), 50)


def test_any_number_of_rows():
    net = everything()
    made = session(net.export("onnx"))
    for count in (1, 2, 17):
        X = rows(net, count)
        np.testing.assert_allclose(made.run(["a4"], {"x_raw": X})[0], net.predict(X), rtol=1e-12)


def test_the_graph_is_the_program():
    net = everything("float32")
    model = onnx.load_from_string(net.export("onnx"))
    assert model.producer_name == "chainrule"
    assert (model.opset_import[0].domain, model.opset_import[0].version, model.ir_version) == ("", 17, 8)
    program = net.program(targets=False)
    lines = program.needed([program.output])
    made = {name for node in model.graph.node for name in node.output}
    assert {line.name for line in lines} <= made
    formulas = {node.output[0]: node.doc_string for node in model.graph.node}
    assert formulas["z1"] == "z1 = x · W1 + b1"
    assert formulas["h1"] == "h1 = a1"
    kinds = {node.op_type for node in model.graph.node}
    assert {"MatMul", "Add", "Erf", "Where", "ReduceMax"} <= kinds
    given, outputs = model.graph.input, model.graph.output
    assert [each.name for each in (*given, *outputs)] == ["x_raw", "a4", "label"]
    assert given[0].type.tensor_type.elem_type == onnx.TensorProto.DOUBLE  # scaled in double precision
    assert outputs[0].type.tensor_type.elem_type == onnx.TensorProto.FLOAT
    arrays = {each.name: onnx.numpy_helper.to_array(each) for each in model.graph.initializer}
    for name, array in {**net.parameters, **net.buffers, **net.constants}.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype


def test_names_of_features_and_classes():
    net = everything()
    told = {entry.key: entry.value for entry in onnx.load_from_string(net.export("onnx")).metadata_props}
    assert (json.loads(told["features"]), json.loads(told["classes"])) == (NASTY[:3], NASTY[3:6])
    bare = {entry.key for entry in onnx.load_from_string(cr.Network([2, 2]).export("onnx")).metadata_props}
    assert bare == {"chainrule", "sha256"}


def label(net: cr.Network) -> Any:
    return near(net)[0]


def test_what_a_network_says():
    net = filled(cr.Network([3, 4, 1], output="sigmoid"))
    np.testing.assert_array_equal(label(net), net.classify(rows(net)))
    net.classes = ["never", "ever"]
    assert label(net).tolist() == np.array(net.classes)[net.classify(rows(net))].tolist()
    net = filled(cr.Network([3, 4, 3], output="sigmoid", classes=["a", "b", "c"]))
    np.testing.assert_array_equal(label(net), net.classify(rows(net)))
    net = filled(cr.Network([3, 4, 1], output="tanh", loss="hinge"))
    np.testing.assert_array_equal(label(net), net.classify(rows(net)))
    assert near(filled(cr.Network([3, 4, 1], output="identity", loss="huber"))) == []


def test_a_quantity_that_is_called_label():
    class Labelled(cr.Activation):
        gives = "label"

        def forward(self, q: Any) -> None:
            q.label = q.z * 2

        def backward(self, q: Any) -> None:
            q.dz = q.dlabel * 2

    layers = [cr.Dense(2, 3), Labelled(), cr.Dense(3, 2), cr.Softmax()]
    net = filled(cr.Network(layers))
    names = [each.name for each in onnx.load_from_string(net.export("onnx")).graph.output]
    assert names == ["a2", "label"]  # the quantity is label1
    np.testing.assert_array_equal(label(net), net.classify(rows(net)))


def refused(net: cr.Network) -> str:
    with pytest.raises(InputError) as caught:
        net.export("onnx")
    return str(caught.value)


def test_what_can_not_be_exported(monkeypatch):
    net = cr.Network([2, 3, 2])
    net.parameters["W1"][1, 2] = np.nan
    assert refused(net) == "W1[1, 2] is nan: every entry must be finite."
    half = "the name '\\ud800' holds half a character, which no file of text can: give it another one."
    assert refused(cr.Network([2, 2], classes=["a", "\ud800"])) == half
    assert refused(cr.Network([2, 2], features=["a", "\ud800"])) == half

    class Halves(cr.Layer):
        takes, gives = "z", "n"

        def forward(self, q: Any) -> None:
            q.n = q.z - q.z[0::2].sum(axis=0)

        def backward(self, q: Any) -> None:
            q.dz = q.dn

    assert refused(cr.Network([cr.Dense(2, 2), Halves(), cr.Softmax()])) == (
        "n1 of Halves() has pick_rows, which ONNX can't say: this network can't be exported."
    )
    monkeypatch.setattr("chainrule.export.onnx_file.LARGEST", 100)
    assert refused(cr.Network([4, 8, 2])) == (
        "the network has 464 bytes of weights, and an ONNX file holds at most 100: it can't be exported."
    )


def test_a_package_that_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingPackage) as caught:
        cr.Network([2, 2]).export("onnx")
    assert (
        str(caught.value) == "writing an ONNX file needs the package onnx. Install it with: pip install onnx"
    )


def test_the_same_network_gives_the_same_bytes():
    assert everything().export("onnx") == everything().export("onnx")
