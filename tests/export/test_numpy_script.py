"""The script: standalone, readable, and bit for bit the same training as `fit`."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr


def run_script(source: str, X, y, start):
    space: dict = {"__name__": "script"}
    exec(compile(source, "script.py", "exec"), space)
    return space["train"](X, y, start)


def compare(net: cr.Network, X, y, optimizer, **options) -> None:
    start = {name: array.copy() for name, array in net.parameters.items()}
    source = net.code(optimizer=optimizer, **options)
    history = net.fit(X, y, optimizer=optimizer, engine="numpy", **options)
    trained, losses = run_script(source, X, y, start)
    for name, array in net.parameters.items():
        assert trained[name].dtype == array.dtype
        np.testing.assert_array_equal(trained[name], array, err_msg=name)
    assert losses == history.loss


@given(
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=5),
    hidden=st.sampled_from([*cr.Activation.known(), lambda z: z / (1 + np.exp(-z)), lambda z: z + cr.erf(z)]),
    pair=st.sampled_from(
        [
            ("softmax", "cross_entropy"),
            ("sigmoid", "cross_entropy"),
            ("identity", "mean_squared_error"),
            ("tanh", "half_squared_error"),
        ]
    ),
    optimizer=st.sampled_from([cr.SGD, cr.Momentum, cr.Adam]),
    dtype=st.sampled_from(["float32", "float64"]),
    batch=st.sampled_from([None, 7, 32]),
    shuffle=st.booleans(),
    frozen=st.booleans(),
    scaled=st.booleans(),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=100, deadline=None)
def test_ten_epochs_give_the_same_weights(
    sizes, hidden, pair, optimizer, dtype, batch, shuffle, frozen, scaled, seed
):
    output, loss = pair
    if output == "softmax":
        sizes = [*sizes[:-1], max(2, sizes[-1])]
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((40, sizes[0]))
    if loss == "cross_entropy" and sizes[-1] > 1:
        y = rng.integers(0, sizes[-1], 40)
    elif loss == "cross_entropy":
        y = rng.integers(0, 2, 40)
    else:
        y = rng.standard_normal((40, sizes[-1]))
    net = cr.Network(
        sizes, hidden=hidden, output=output, loss=loss, dtype=dtype,
        scaling=cr.Standardize.fitted(X) if scaled else None,
    )  # fmt: skip
    if frozen and len(sizes) > 2:
        net.freeze("b1", "W2")
    compare(net, X, y, optimizer(), epochs=10, batch_size=batch, shuffle=shuffle, seed=3)


def test_on_digits():
    (X, y), _ = cr.data.load("digits")
    net = cr.Network([64, 32, 10], dtype="float32")
    compare(net, X[:500], y[:500], cr.Adam(), epochs=10, batch_size=64, seed=1)


def test_it_imports_numpy_alone_and_runs_by_itself(tmp_path: Path):
    path = tmp_path / "network.py"
    path.write_text(cr.worked_example().code(optimizer=cr.SGD(0.01), epochs=50), encoding="utf-8")
    imports = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert [ast.unparse(node) for node in imports] == ["import numpy as np"]
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    first, last = (float(word.strip(",")) for word in done.stdout.split() if word[0].isdigit())
    assert last < first


def test_a_function_that_numpy_lacks_is_defined_where_a_rule_calls_it():
    def defined(**net) -> list[str]:
        tree = ast.parse(cr.Network([2, 3, 2], **net).code())
        return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]

    always = ["forward", "loss", "backward", "update", "train"]
    assert defined() == always
    assert defined(hidden="gelu") == ["erf", *always]
    source = cr.Network([2, 3, 3, 2], hidden=["gelu", lambda z: z * cr.erf(z)]).code()
    assert source.count("def erf(") == 1
    assert "    g1 = (1 + erf(z1 / 1.4142135623730951)) / 2" in source.splitlines()
    assert max(map(len, source.splitlines())) <= 120
    assert "fmt" not in source


def test_it_reads_as_if_a_careful_person_had_written_it():
    source = cr.worked_example().code(optimizer=cr.SGD(0.01), epochs=1000)
    for line in (
        "    z1 = x @ W1 + b1",
        "    a1 = np.maximum(0, z1)",
        "    l = -(y * log_a2).sum(axis=1)",
        "    dz2 = (a2 - y) / m",
        "    dW1 = x.T @ dz1",
        "        w_new = w - eta * dw",
        "def train(X, y, parameters, epochs=1000, batch_size=None, seed=0):",
    ):
        assert line in source.splitlines()
    assert max(map(len, source.splitlines())) <= 120
    assert "da2" not in source  # a line that no update needs


def test_a_script_for_other_labels_than_trained_for_takes_rows_too():
    net = cr.Network([2, 3, 2])
    X = np.eye(2)
    start = {name: array.copy() for name, array in net.parameters.items()}
    source = net.code(optimizer=cr.SGD(0.1), epochs=3)
    by_label, _ = run_script(source, X, [0, 1], start)
    by_row, _ = run_script(source, X, np.eye(2), start)
    np.testing.assert_array_equal(by_label["W1"], by_row["W1"])


@pytest.mark.parametrize(("option", "message"), [
    ({"epochs": 0}, "epochs = 0 is out of range: it must be at least 1."),
    ({"batch_size": 0}, "batch_size = 0 is out of range: it must be at least 1."),
])  # fmt: skip
def test_bad_options(option, message):
    with pytest.raises(cr.ChainruleError) as caught:
        cr.worked_example().code(**option)
    assert str(caught.value) == message
