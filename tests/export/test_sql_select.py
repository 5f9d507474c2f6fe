"""The SELECT: run by SQLite, it says what the network says, and notices where it does not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
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
from hypothesis import assume, given

import chainrule as cr
from chainrule.errors import InputError
from thorough import examples


def run(net: cr.Network, source: str, X: Any) -> list[tuple[Any, ...]]:
    names = net.features or [f"x{i}" for i in range(net.inputs)]
    columns = ", ".join('"{}" REAL'.format(name.replace('"', '""')) for name in names)
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            database.execute("SELECT LN(EXP(1))")
        except sqlite3.OperationalError:
            pytest.skip("needs an SQLite with mathematical functions")
        database.execute(f"CREATE TABLE samples (id INTEGER, {columns})")
        marks = ", ".join("?" * (net.inputs + 1))
        database.executemany(
            f"INSERT INTO samples VALUES ({marks})", [(i, *row) for i, row in enumerate(X.tolist())]
        )
        return sorted(database.execute(source).fetchall())


def same(net: cr.Network, count: int = 1000) -> list[tuple[Any, ...]]:
    X = rows(net, count)
    found = run(net, net.export("sql"), X)
    assert [row[0] for row in found] == list(range(count))
    assert {row[-1] for row in found} == {1}
    close(net, np.array([row[1 : 1 + net.outputs] for row in found], float), X)
    return found


def activations() -> list[str]:
    return [name for name in cr.Activation.registry() if name != "gelu"]


def with_tanh(net: cr.Network) -> cr.Network:
    """The same network, with the tanh form of GELU."""
    layers = [cr.Activation.of("gelu_tanh") if isinstance(layer, cr.GELU) else layer for layer in net.layers]
    return filled(cr.Network(layers, dtype=str(net.dtype), features=net.features, classes=net.classes))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_layer_of_each_kind(dtype):
    net = with_tanh(everything(dtype))
    said = [row[1 + net.outputs] for row in same(net)]
    assert said == [(net.classes or ())[i] for i in net.classify(rows(net))]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_outputs_in_the_unit_of_the_target(dtype):
    assert {len(row) for row in same(scaled_target(dtype))} == {4}  # the number, two outputs, the check


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_rows_of_a_table(dtype):
    net, X = of_table(dtype)
    found = run(net, net.export("sql"), X)  # what is missing is NULL there
    assert {row[-1] for row in found} == {1}
    close(net, np.array([row[1:3] for row in found], float), X)


@pytest.mark.parametrize("name", activations())
def test_every_activation(name):
    same(filled(cr.Network([2, 4, 3], hidden=name)))


@pytest.mark.parametrize("outputs", [1, 2])
def test_a_threshold_decides(outputs):
    net = parted(outputs)
    assert [row[1 + outputs] for row in same(net)] == [["no", "yes"][i] for i in net.classify(rows(net))]


@pytest.mark.some(1)
@pytest.mark.parametrize("hidden", UNUSUAL)
def test_parts_of_ones_own(hidden):
    same(unusual(hidden), 100)


@given(net=networks(width=4))
@examples(25)
def test_any_network(net):
    assume(not any(isinstance(layer, cr.GELU) for layer in net.layers))
    same(net, 100)


def test_names_are_any_text():
    classes = NASTY[:5]
    net = filled(cr.Network([3, 5], features=NASTY[2:5], classes=classes))
    assert [row[6] for row in same(net)] == [classes[i] for i in net.classify(rows(net))]


def test_what_is_missing_gives_nothing():
    net = filled(cr.Network([2, 3, 2], hidden=lambda z: np.maximum(z, 0)))
    X = rows(net, 3)
    X[1, 0] = np.nan  # which SQLite takes for NULL
    found = run(net, net.export("sql"), X)
    assert found[1][1:] == (None, None, None, 1)
    close(net, np.array([found[0][1:3], found[2][1:3]]), X[[0, 2]])


def test_large_letters_are_small_ones():
    def forward(self: Any, q: Any) -> None:
        q.B = np.tanh(q.x_raw)
        q.b = q.B * 2
        q.x = q.b + q.B

    layer = type("Probe", (cr.Layer,), {"forward": forward, "takes": "x_raw", "gives": "x"})()
    same(filled(cr.Network([layer, cr.Dense(2, 3), cr.ReLU(), cr.Dense(3, 1), cr.Sigmoid()])))


def test_it_notices_a_changed_weight():
    net = filled(cr.Network([2, 3, 2], hidden="tanh"))
    source = net.export("sql")
    changed = source.replace(repr(float(net.parameters["W1"][0, 0])), "0.125", 1)
    assert changed != source
    assert {row[-1] for row in run(net, changed, rows(net, 3))} == {0}


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (
            lambda: cr.Network([2, 3, 2], hidden="gelu"),
            "erf can't be written in SQL: this network can't be exported.",
        ),
        (
            lambda: cr.Network([784, 32, 10]),
            "the network has 25,450 weights and up to 784 numbers in a line: one SELECT is for at most 20,000 and "
            "900. Take another kind of file.",
        ),
        (
            lambda: cr.Network([1, 2], features=["a\0b"]),
            "the feature 'a\\x00b' can't be written in SQL: it holds a zero character. Give it another name.",
        ),
        (
            lambda: cr.Network([cr.Dense(2, 3), cr.ReLU(), cr.Dense(3, 2), OverSamples(), cr.Softmax()]),
            "n2 of OverSamples() goes over all samples, and a file takes one row at a time: this network can't be "
            "exported.",
        ),
    ],
)
def test_what_has_no_place_in_a_select(net, message):
    with pytest.raises(InputError) as caught:
        net().export("sql")
    assert str(caught.value) == message
