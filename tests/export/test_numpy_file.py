"""The prediction as one file of Python: the network's own numbers, bit for bit, with NumPy alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from exported import (
    NASTY,
    UNUSUAL,
    OverSamples,
    everything,
    filled,
    networks,
    of_table,
    parted,
    rows,
    scaled_target,
    unusual,
)
from hypothesis import given

import chainrule as cr
from thorough import examples


def run(source: str) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "exported"}
    exec(compile(source, "network.py", "exec"), space)
    return space


def same(net: cr.Network) -> dict[str, Any]:
    space, X = run(net.export("numpy")), rows(net)
    found = space["predict"](X)
    assert found.dtype == net.dtype
    np.testing.assert_array_equal(found, net.predict(X, engine="numpy"))
    if net.answers.of_classes:
        np.testing.assert_array_equal(space["classify"](X), net.classify(X))
    return space


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_layer_of_each_kind(dtype):
    net = everything(dtype)
    assert same(net)["CLASSES"] == list(net.classes or ())


@pytest.mark.parametrize("outputs", [1, 2])
def test_a_threshold_decides(outputs):
    same(parted(outputs))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_outputs_in_the_unit_of_the_target(dtype):
    assert "classify" not in same(scaled_target(dtype))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_rows_of_a_table(dtype):
    net, X = of_table(dtype)
    np.testing.assert_array_equal(run(net.export("numpy"))["predict"](X), net.predict(X, engine="numpy"))


@pytest.mark.some(1)
@pytest.mark.parametrize("hidden", UNUSUAL)
def test_parts_of_ones_own(hidden):
    same(unusual(hidden))


@given(net=networks())
@examples(60)
def test_any_network(net):
    same(net)


@pytest.mark.parametrize("name", ["predict", "X", "np", "λ", "CLASSES", "DTYPE", "check"])
def test_names_of_ones_own(name):
    def forward(self: Any, q: Any) -> None:
        setattr(q, name, np.tanh(q.x_raw))
        q.x = q.x_raw * getattr(q, name)

    layer = type("Probe", (cr.Layer,), {"forward": forward, "takes": "x_raw", "gives": "x"})()
    same(filled(cr.Network([layer, cr.Dense(2, 3), cr.GELU(), cr.Dense(3, 2), cr.Softmax()])))


def test_it_imports_numpy_alone_and_checks_itself(tmp_path):
    net = filled(
        cr.Network([2, 3, len(NASTY)], hidden="tanh", classes=NASTY, features=NASTY[:2], dtype="float32")
    )
    source, path = net.export("numpy"), tmp_path / "network.py"
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [ast.unparse(node) for node in imports] == ["import numpy as np"]
    assert same(net)["CLASSES"] == NASTY
    changed = source.replace(repr(float(net.parameters["W1"][0, 0])), "0.125", 1)
    assert changed != source
    for text, code, said in [
        (source, 0, ""),
        (changed, 1, "the outputs are not those of the network that was exported\n"),
    ]:
        path.write_text(text, encoding="ascii")
        done = subprocess.run(
            [sys.executable, "-W", "error", str(path)], capture_output=True, text=True, timeout=60
        )
        assert (done.returncode, done.stdout, done.stderr) == (code, "", said)


def test_a_rule_over_all_rows_is_written_too():
    same(filled(cr.Network([cr.Dense(2, 3), cr.ReLU(), cr.Dense(3, 2), OverSamples(), cr.Softmax()])))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_weights_beside_it_are_the_same_bits(dtype, tmp_path):
    net = everything(dtype)
    source = net.export("numpy", weights=tmp_path / "the weights.npz")
    assert "the prediction of one row, with the weights in the weights.npz beside it." in source.replace(
        "\n#     ", " "
    )
    path = tmp_path / "network.py"
    path.write_text(source, encoding="utf-8")
    space: dict[str, Any] = {"__name__": "exported", "__file__": str(path)}
    exec(compile(source, str(path), "exec"), space)
    np.testing.assert_array_equal(space["predict"](rows(net)), net.predict(rows(net), engine="numpy"))
    done = subprocess.run(
        [sys.executable, "-W", "error", str(path)], capture_output=True, text=True, timeout=60, cwd="/"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert repr(net.parameters["W1"][0, 0].item()) not in source
    with np.load(tmp_path / "the weights.npz") as weights:
        np.testing.assert_array_equal(weights["W1"], net.parameters["W1"])


def test_any_name_is_one_in_the_file_beside_it(tmp_path):
    def forward(self: Any, q: Any) -> None:
        q.x = q.x_raw * q.file + q.weights

    constants = {"file": np.array([2.0]), "weights": np.array([3.0])}
    layer = type(
        "Probe", (cr.Layer,),
        {"forward": forward, "takes": "x_raw", "gives": "x", "constants": lambda self: constants},
    )()  # fmt: skip
    net = cr.Network([layer, cr.Dense(2, 2), cr.Softmax()])
    source = net.export("numpy", weights=tmp_path / "w.npz")
    space: dict[str, Any] = {"__name__": "exported", "__file__": str(tmp_path / "network.py")}
    exec(compile(source, "network.py", "exec"), space)
    np.testing.assert_array_equal(space["predict"](rows(net)), net.predict(rows(net), engine="numpy"))


def test_other_kinds_have_their_weights_inside(tmp_path):
    with pytest.raises(cr.ChainruleError) as caught:
        cr.Network([2, 2]).export("c", weights=tmp_path / "w.npz")
    assert str(caught.value) == "weights goes with 'numpy', and this is 'c': leave it out."
    assert list(tmp_path.iterdir()) == []
