"""The module of JavaScript: run by Node, it says what the network says, and notices where it does not."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from exported import (
    NASTY,
    UNUSUAL,
    OverSamples,
    close,
    everything,
    filled,
    networks,
    of_table,
    parted,
    rows,
    scaled_target,
    unusual,
)
from hypothesis import HealthCheck, given

import chainrule as cr
from chainrule.errors import InputError
from thorough import examples

NODE = shutil.which("node")
run_by_node = pytest.mark.skipif(NODE is None, reason="needs Node")
RUN = """
import { readFileSync } from "node:fs";
const module = await import(process.argv[1]);
const rows = JSON.parse(readFileSync(process.argv[2]));
const said = module.classify ? rows.map((row) => module.classify(row)) : null;
const found = rows.map((row) => Array.from(module.predict(row)));
console.log(JSON.stringify({ check: module.check(), classes: module.classes, said, found }));
"""


def run(sources: list[str], X: list[Any], folder: Path) -> list[dict[str, Any]]:
    found = []
    for number, (source, inputs) in enumerate(zip(sources, X, strict=True)):
        path, given = folder / f"n{number}.mjs", folder / f"x{number}.json"
        path.write_text(source, encoding="ascii")
        given.write_text(json.dumps(inputs.tolist()))
        words = [str(NODE), "--input-type=module", "-e", RUN, str(path), str(given)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
        found.append(json.loads(done.stdout))
    return found


def same(net: cr.Network, folder: Path) -> dict[str, Any]:
    X = rows(net)
    (got,) = run([net.export("js")], [X], folder)
    assert got["check"] is True
    close(net, np.array(got["found"]), X)
    return got


@run_by_node
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_layer_of_each_kind(tmp_path, dtype):
    net = everything(dtype)
    got = same(net, tmp_path)
    np.testing.assert_array_equal(got["said"], net.classify(rows(net)))
    assert got["classes"] == list(net.classes or ())


@run_by_node
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_activation(tmp_path, dtype):
    layers: list[Any] = []
    for name in cr.Activation.registry():
        layers += [cr.Dense(3, 3), cr.LayerNorm(), cr.Activation.of(name)]
    net = cr.Network([*layers, cr.Dense(3, 2), cr.Sigmoid()], dtype=dtype)
    got = same(filled(net), tmp_path)
    np.testing.assert_array_equal(got["said"], net.classify(rows(net)))


@run_by_node
@pytest.mark.parametrize("outputs", [1, 2])
def test_a_threshold_decides(tmp_path, outputs):
    net = parted(outputs)
    np.testing.assert_array_equal(same(net, tmp_path)["said"], net.classify(rows(net)))


@run_by_node
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_outputs_in_the_unit_of_the_target(tmp_path, dtype):
    assert same(scaled_target(dtype), tmp_path)["said"] is None


@run_by_node
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_rows_of_a_table(tmp_path, dtype):
    net, X = of_table(dtype)
    asked = net.export("js")
    assert "Number.isNaN" in asked
    whole = np.where(np.isnan(X), 1.0, X)  # JSON has no NaN
    (got,) = run([asked], [whole], tmp_path)
    assert got["check"] is True
    close(net, np.array(got["found"]), whole)


@pytest.mark.some(1)
@run_by_node
@pytest.mark.parametrize("hidden", UNUSUAL)
def test_parts_of_ones_own(tmp_path, hidden):
    same(unusual(hidden), tmp_path)


@run_by_node
@given(net=networks())
@examples(25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_network(tmp_path, net):
    same(net, tmp_path)


@run_by_node
def test_labels_are_any_text(tmp_path):
    classes = [*NASTY, "\0"]
    net = cr.Network([2, len(classes)], classes=classes, features=NASTY[:2])
    assert same(net, tmp_path)["classes"] == classes


@run_by_node
@pytest.mark.parametrize("names", [["function", "Math", "i"], ["row", "erf", "eval"], ["é", "e", "outputs"]])
def test_names_of_ones_own(tmp_path, names):
    def forward(self: Any, q: Any) -> None:
        last = q.x_raw
        for name in names:
            setattr(q, name, np.tanh(last))
            last = getattr(q, name)
        q.x = q.x_raw * last

    layer = type("Probe", (cr.Layer,), {"forward": forward, "takes": "x_raw", "gives": "x"})()
    same(filled(cr.Network([layer, cr.Dense(2, 3), cr.GELU(), cr.Dense(3, 2), cr.Softmax()])), tmp_path)


@run_by_node
def test_it_notices_a_changed_weight(tmp_path):
    net = filled(cr.Network([2, 3, 2], hidden="tanh"))
    source = net.export("js")
    changed = source.replace(repr(float(net.parameters["W1"][0, 0])), "0.125", 1)
    assert changed != source
    assert run([changed], [rows(net, 1)], tmp_path)[0]["check"] is False


@run_by_node
def test_a_row_of_another_length_is_refused(tmp_path):
    path = tmp_path / "network.mjs"
    path.write_text(cr.Network([2, 3, 2]).export("js"))
    code = (
        "const m = await import(process.argv[1]); try { m.predict([1]) } catch (e) { console.log(String(e)) }"
    )
    done = subprocess.run(
        [str(NODE), "--input-type=module", "-e", code, str(path)], capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "RangeError: a row has 2 numbers, not 1\n"


def test_what_has_no_place_in_a_file():
    net = cr.Network([cr.Dense(2, 3), cr.ReLU(), cr.Dense(3, 2), OverSamples(), cr.Softmax()])
    with pytest.raises(InputError) as caught:
        net.export("js")
    assert str(caught.value) == (
        "n2 of OverSamples() goes over all samples, and a file takes one row at a time: this network can't be exported."
    )
