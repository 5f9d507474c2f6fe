"""The prediction as one file of Python: the network's own numbers, bit for bit, with NumPy alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from exported import NASTY, UNUSUAL, OverSamples, everything, filled, networks, rows, unusual
from hypothesis import given, settings

import chainrule as cr


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


@pytest.mark.parametrize("hidden", [part for part in UNUSUAL if part.__name__ != "shared"])
def test_parts_of_ones_own(hidden):
    same(unusual(hidden))


@given(net=networks())
@settings(max_examples=60, deadline=None)
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
