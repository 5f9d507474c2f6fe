"""What chainrule exports comes back: the same network, bit for bit; and what was damaged since is told."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pandas
import pytest
from nets import ACTIVATIONS, deep, shake

import chainrule as cr
from chainrule.errors import ChainruleError, FileError
from chainrule.files.document import FORMAT

ADVICE = 'Take another copy, or take "chainrule" out of its metadata to have it read as another program\'s.'


def same(net: cr.Network, again: cr.Network) -> None:
    assert str(again) == str(net)
    assert list(again.parameters) == list(net.parameters)
    for mine, other in ((net.parameters, again.parameters), (net.buffers, again.buffers)):
        for name, array in mine.items():
            np.testing.assert_array_equal(other[name], array)
    for one, other_layer in zip(net.layers, again.layers, strict=True):
        assert repr(one) == repr(other_layer)
        for name, array in one.constants().items():
            np.testing.assert_array_equal(other_layer.constants()[name], array)
    assert again.frozen == net.frozen
    assert (again.features, again.classes, again.metadata) == (net.features, net.classes, net.metadata)
    assert repr(again.loss_part) == repr(net.loss_part)
    assert repr(again.penalty) == repr(net.penalty)


@pytest.mark.some(15)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_there_and_back(activation: cr.Activation, dtype: str) -> None:
    net = deep(activation, dtype)
    net.features, net.classes = ["a", "β", "c d", '"', ""], ["no", "nö", "so-so"]
    again = cr.from_onnx(net.export("onnx"))
    same(net, again)
    assert again.export("onnx") == net.export("onnx")


def test_loss_penalty_metadata_and_what_is_frozen_come_along() -> None:
    net = cr.Network([3, 4, 1], output="sigmoid", loss=cr.Focal(gamma=1.5), penalty=cr.L2(0.01))
    net.freeze("W1", "b2")
    net.metadata = {"target": "species", "kind": "classification"}
    same(net, cr.from_onnx(net.export("onnx")))


def test_another_loss_or_output_can_be_given() -> None:
    net = cr.Network([3, 4, 2], output="identity", loss="mean_squared_error", features=["a", "b", "c"])
    again = cr.from_onnx(net.export("onnx"), output="softmax", classes=["u", "v"])
    assert again.title() == "3 → 4 relu → 2 softmax"
    assert again.features == net.features
    assert again.classes == ("u", "v")
    assert cr.from_onnx(net.export("onnx"), loss="huber").loss_part.name() == "huber"


@pytest.mark.some(5)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_without_its_description_the_graph_alone_is_read(activation: cr.Activation, dtype: str) -> None:
    net = deep(activation, dtype)
    net.classes = ["x", "y", "z"]
    model = onnx.load_from_string(net.export("onnx"))
    del model.metadata_props[:]
    again = cr.from_onnx(model)
    lost = (cr.BatchNorm, cr.Dropout, cr.Identity)  # folded, and nothing in a prediction
    kinds = [type(layer) for layer in net.layers if not isinstance(layer, lost)]
    assert [type(layer) for layer in again.layers] == [
        cr.SiLU if kind is cr.Swish else kind for kind in kinds
    ]
    assert again.classes == net.classes
    X = np.random.default_rng(1).normal(size=(50, 5))
    bound = 1e-12 if dtype == "float64" else 1e-6
    np.testing.assert_allclose(again.predict(X), net.predict(X), rtol=bound, atol=bound)


def test_parts_of_ones_own_have_no_description_and_may_be_read_from_the_graph() -> None:
    net = cr.Network([3, 4, 2], hidden=lambda z: z / (1 + np.exp(-z)), features=["a", "b", "c"])
    again = cr.from_onnx(net.export("onnx"))
    assert again.title() == "3 → 4 silu → 2 softmax"
    assert again.features == ("a", "b", "c")
    with pytest.raises(ChainruleError) as caught:
        cr.from_onnx(cr.Network([3, 4, 2], hidden=lambda z: np.sin(z)).export("onnx"))
    assert str(caught.value).startswith("node 2, Sin 'a1' is none that chainrule has: it has Gemm, ")


def small() -> cr.Network:
    net = cr.Network(
        [2, 3, 2], dtype="float32", classes=["no", "yes"], scaling=cr.Standardize([1.0, 2.0], [3.0, 4.0])
    )
    shake(net, np.random.default_rng(0))
    return net


def error(content: Any) -> str:
    with pytest.raises(FileError) as caught:
        cr.from_onnx(content)
    return str(caught.value)


CHANGED = (
    "the model is damaged, or another program has changed it: its graph is not what chainrule wrote (their SHA-256 "
    f"differs). {ADVICE}"
)


def test_changed_numbers_and_nodes_are_noticed() -> None:
    content = small().export("onnx")
    for i in range(4):
        model = onnx.load_from_string(content)
        if i == 0:
            array = onnx.numpy_helper.to_array(model.graph.initializer[1]).copy()
            array.flat[0] += 1
            model.graph.initializer[1].raw_data = array.tobytes()
        elif i == 1:
            model.graph.node[5].op_type = "Min"
        elif i == 2:
            model.graph.node[-2].attribute[0].i = 0
        else:
            model.graph.input[0].name = "other"
        assert error(model) == CHANGED


def test_what_is_told_beside_the_graph_may_change() -> None:
    model = onnx.load_from_string(small().export("onnx"))
    model.doc_string, model.producer_name = "mine", "me"
    del model.graph.value_info[:]
    for node in model.graph.node:
        node.doc_string = node.name = ""
    same(small(), cr.from_onnx(model))


def test_the_numbers_may_stand_in_another_file(tmp_path: Any) -> None:
    model = onnx.load_from_string(small().export("onnx"))
    onnx.save_model(
        model, tmp_path / "net.onnx", save_as_external_data=True, location="net.data", size_threshold=0
    )
    same(small(), cr.from_onnx(tmp_path / "net.onnx"))


def test_a_description_that_can_not_be_read() -> None:
    from chainrule.export.onnx_file import checksum

    content = small().export("onnx")

    def with_description(change: Any) -> Any:
        model = onnx.load_from_string(content)
        entries = {entry.key: entry for entry in model.metadata_props}
        text = entries["chainrule"].value = change(entries["chainrule"].value)
        arrays = {each.name: onnx.numpy_helper.to_array(each) for each in model.graph.initializer}
        entries["sha256"].value = checksum(text, model.graph, arrays)
        return model

    assert (
        cr.from_onnx(with_description(lambda text: text)).title() == small().title()
    )  # the sum is the right one
    damaged = f"the model's description is damaged. {ADVICE}"
    assert error(with_description(lambda text: text[:-1])) == damaged
    assert error(with_description(lambda text: "[]")) == damaged

    def newer(text: str) -> str:
        told = json.loads(text)
        told["network"]["format"] = 99
        return json.dumps(told)

    assert error(with_description(newer)) == (
        "the model's description can't be read: it was made by a newer chainrule (format 99, and this one reads "
        f"up to {FORMAT}). Update with: pip install --upgrade chainrule {ADVICE}"
    )


def test_no_cut_and_no_changed_byte_gives_other_numbers() -> None:
    net = small()
    content = net.export("onnx")
    X = np.random.default_rng(1).normal(size=(5, 2))
    expected = net.predict(X)

    def harmless(changed: bytes) -> None:
        try:
            found = cr.from_onnx(changed)
        except ChainruleError:
            return
        np.testing.assert_array_equal(found.predict(X), expected)

    for end in range(0, len(content), 7):
        harmless(content[:end])
    rng = np.random.default_rng(2)
    for at in rng.integers(0, len(content), 300):
        changed = bytearray(content)
        changed[at] ^= 1 << int(rng.integers(8))
        harmless(bytes(changed))


def test_a_target_in_its_own_unit_comes_back() -> None:
    rng = np.random.default_rng(4)
    X, y = rng.standard_normal((20, 3)), 350_000 + 2_000 * rng.standard_normal(20)
    net = cr.Network(
        [3, 4, 1], output="identity", loss="half_squared_error", scaling=cr.Standardize.fitted(X),
        scale_target=cr.Standardize.fitted(y),
    )  # fmt: skip
    again = cr.from_onnx(net.export("onnx"))
    np.testing.assert_array_equal(again.predict(X), net.predict(X))
    assert again.loss(X, y) == net.loss(X, y)


def test_a_network_of_a_table_comes_back() -> None:
    table = {"size": [1.5, np.nan, 3.0, 9.0, 4.0], "colour": ["red", "blue", "red", "green", "red"]}
    frame = pandas.DataFrame(table)
    columns = cr.Columns.fitted(frame)
    net = cr.Network([columns, cr.Dense(len(columns.features), 4), cr.Tanh(), cr.Dense(4, 2), cr.Softmax()])
    content = net.export("onnx")
    again = cr.from_onnx(content)
    np.testing.assert_array_equal(again.predict(frame), net.predict(frame))
    session = onnxruntime.InferenceSession(content)
    found = session.run(None, {session.get_inputs()[0].name: columns.encode(frame)})[0]
    np.testing.assert_allclose(found, net.predict(frame), rtol=1e-12)
