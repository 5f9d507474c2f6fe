"""Models' files of another program: each command that takes a model takes an ONNX one."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

import chainrule as cr
from chainrule.cli import run


@pytest.fixture
def exported(chainrule, folder):
    shown = chainrule("export", "model.safetensors", "--to", "onnx", "--out", "iris.ONNX")
    assert (shown.code, shown.out, shown.err) == (0, "", "written to iris.ONNX\n")
    return folder / "iris.ONNX"


def test_info_explain_predict_and_code_are_those_of_the_model(chainrule, exported):
    for command in (
        ["info", "MODEL"],
        ["explain", "MODEL", "--data", "iris.csv", "--sample", "3"],
        ["why", "MODEL", "dW1", "0", "1", "--data", "iris.csv", "--sample", "3"],
        ["predict", "MODEL", "new.csv"],
        ["code", "MODEL", "--epochs", "2"],
        ["export", "MODEL", "--to", "c"],
    ):
        own, other = (
            chainrule(*[name if word == "MODEL" else word for word in command])
            for name in ("model.safetensors", "iris.ONNX")
        )
        assert own.code == 0
        assert other == own


def test_another_programs_model(chainrule, folder):
    rng = np.random.default_rng(0)
    arrays = [
        onnx.numpy_helper.from_array(rng.normal(size=shape), name)
        for name, shape in (("W", (4, 3)), ("b", 3))
    ]
    nodes = [
        onnx.helper.make_node("Gemm", ["x", "W", "b"], ["z"]),
        onnx.helper.make_node("Softmax", ["z"], ["p"]),
    ]
    info = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.DOUBLE, None) for name in ("x", "p")]
    graph = onnx.helper.make_graph(nodes, "g", info[:1], info[1:], arrays)
    onnx.save_model(
        onnx.helper.make_model(graph, ir_version=8, opset_imports=[onnx.helper.make_opsetid("", 17)]),
        "m.onnx",
    )
    assert "4 → 3 softmax" in chainrule("info", "m.onnx").out
    shown = chainrule("explain", "m.onnx", "dW1", "--x", "1,2,3,4", "--y", "1")
    assert (shown.code, shown.err) == (0, "")
    expected = cr.from_onnx("m.onnx").trace([1, 2, 3, 4], [1])["dW1"]
    assert f"{expected[0, 0]:.6g}" in shown.out


def test_what_is_no_model_or_no_chain(refused, folder):
    assert refused("info", "none.onnx") == "none.onnx can't be read: No such file or directory."
    Path("text.onnx").write_text("text")
    assert refused("predict", "text.onnx", "new.csv") == (
        "text.onnx is no ONNX model, or one that is damaged or cut short."
    )
    node = onnx.helper.make_node("Conv", ["x", "W"], ["y"], "first")
    array = onnx.numpy_helper.from_array(np.ones((1, 1, 3, 3), np.float32), "W")
    info = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["m", 1, 8, 8]) for name in "xy"]
    graph = onnx.helper.make_graph([node], "g", info[:1], info[1:], [array])
    onnx.save_model(
        onnx.helper.make_model(graph, ir_version=8, opset_imports=[onnx.helper.make_opsetid("", 17)]),
        "c.onnx",
    )
    assert refused("export", "c.onnx", "--to", "c").startswith(
        "node 0, Conv 'first' is none that chainrule has: "
    )


def test_bytes_go_to_a_pipe(folder, capsysbinary):
    capsysbinary.readouterr()
    assert run(["export", "model.safetensors", "--to", "onnx"]) == 0
    assert capsysbinary.readouterr() == (cr.load("model.safetensors").export("onnx"), b"")


def test_bytes_go_to_no_terminal(refused, folder, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert refused("export", "model.safetensors", "--to", "onnx") == (
        "this is no text, and a terminal can't show it: give a file with --out."
    )
