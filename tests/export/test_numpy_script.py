"""The script: standalone, readable, and bit for bit the same training as `fit`."""

from __future__ import annotations

import ast
import itertools
import keyword
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.export.reads import OWN
from thorough import examples


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
    hidden=st.sampled_from(
        [*cr.Activation.registry(), lambda z: z / (1 + np.exp(-z)), lambda z: z + cr.erf(z)]
    ),
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
@examples(100)
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


# --- names that Python or the script has already --------------------------------------------------------------


def quantity_of_first_layer(name: str):
    def forward(self, q):
        setattr(q, name, np.tanh(q.x_raw))
        q.x = q.x_raw * getattr(q, name)

    layer = type("Probe", (cr.Layer,), {"forward": forward, "takes": "x_raw", "gives": "x"})()
    return cr.Network([layer, cr.Dense(2, 3), cr.ReLU(), cr.Dense(3, 2), cr.Softmax()]), cr.SGD(0.1)


def constant_of_loss(name: str):
    def forward(self, q):
        q.l = (getattr(q, name) * np.square(q.a - q.y)).sum(axis=1)

    def backward(self, q):
        q.da = 2 * getattr(q, name) * (q.a - q.y) / q.m

    constants = {"constants": lambda self: {name: np.array([2.0, 0.25])}}
    loss = type("Probe", (cr.Loss,), {"forward": forward, "backward": backward, **constants})()
    return cr.Network([2, 3, 2], output="identity", loss=loss), cr.SGD(0.1)


def quantity_of_update(name: str):
    def update(self, q):
        setattr(q, name, 0.1 * np.sign(q.dw))
        q.w_new = q.w - getattr(q, name)

    return cr.Network([2, 3, 2]), type("Probe", (cr.Optimizer,), {"update": update})()


def number_of_all_updates(name: str):
    def prepare(self, q):
        setattr(q, name, 0.1 / q.t)

    def update(self, q):
        q.w_new = q.w - getattr(q, name) * q.dw

    return cr.Network([2, 3, 2]), type("Probe", (cr.Optimizer,), {"update": update, "prepare": prepare})()


def state(name: str):
    def update(self, q):
        setattr(q, f"{name}_new", 0.5 * getattr(q, name) + q.dw)
        q.w_new = q.w - 0.1 * getattr(q, f"{name}_new")

    return cr.Network([2, 3, 2]), type("Probe", (cr.Optimizer,), {"update": update, "state": (name,)})()


def hyper_parameter(name: str):
    def update(self, q):
        q.step = getattr(q, name) * q.dw
        q.w_new = q.w - q.step

    members = {"__annotations__": {name: float}, name: cr.setting(0.1), "update": update}
    return cr.Network([2, 3, 2]), type("Probe", (cr.Optimizer,), members)()


TAKEN = sorted({*OWN, *keyword.kwlist, "x", "losses_", "step", "eta", "größe", "ﬁt", "max"} - {"w", "dw"})


@pytest.mark.some(2)
@pytest.mark.parametrize(
    "make",
    [
        quantity_of_first_layer,
        constant_of_loss,
        quantity_of_update,
        number_of_all_updates,
        state,
        hyper_parameter,
    ],
)
def test_a_quantity_may_be_called_as_what_the_script_has(make):
    X, y = np.random.default_rng(0).standard_normal((20, 2)), np.arange(20) % 2
    worked = 0
    # what Python, or an optimizer, does not take as the name of a field
    no_field = {*keyword.kwlist, *dir(cr.Optimizer), "ﬁt"} if make is hyper_parameter else set()
    # words of Python's and names that begin with an underscore are refused where the network is made
    names = [n for n in TAKEN if not (n in no_field or keyword.iskeyword(n) or n.startswith("_"))]
    for name in names:
        try:
            net, optimizer = make(name)
            net.program(optimizer)
        except cr.ChainruleError:
            continue  # refused where the network is made, not here
        compare(net, X, y, optimizer, epochs=2, batch_size=6)
        worked += 1
    assert worked > 0.8 * len(names)


def test_what_the_script_calls_its_own_is_known():
    """Every variable is one of the program's, or stands among those that the program's keep away from."""
    scaling = cr.Standardize([1.0, 2.0], 3.0)
    nets = [
        cr.Network([2, 3, 2], hidden="gelu", penalty="l2", scaling=scaling),
        cr.Network([2, 3, 1], output="identity", loss="mean_squared_error", dtype="float32"),
        cr.Network([2, 3], output="identity", loss="triplet"),
        cr.Network(
            [cr.Dense(2, 3), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.5), cr.Dense(3, 2), cr.Softmax()]
        ),
        cr.Network([cr.Dense(2, 3), cr.BatchNorm(), cr.ReLU(), cr.Dense(3, 2), cr.Softmax()]),
    ]
    tried = 0
    for net, optimizer in itertools.product(
        nets, ["sgd", "adam", "nadam", "lookahead", cr.SGD(cr.Cosine(0.1, 9)), "lbfgs"]
    ):
        part = cr.Optimizer.of(optimizer)
        try:
            source = net.code(optimizer=part)
        except cr.ChainruleError:
            continue
        tree, program = ast.parse(source), net.program(part)
        definitions = [
            n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name in ("erf", "put_rows")
        ]
        inside = {id(n) for each in definitions for n in ast.walk(each)}
        found = {
            getattr(n, "id", getattr(n, "arg", getattr(n, "name", None)))
            for n in ast.walk(tree)
            if isinstance(n, ast.Name | ast.arg | ast.FunctionDef) and id(n) not in inside
        }
        local = {q.local for q in program.quantities.values()} | {*part.state}
        assert found - {*program.names(), *net.program(targets=False).names(), *local} <= OWN
        tried += 1
    assert tried > 25


def test_a_function_whose_lines_are_read_twice_stays_short() -> None:
    def shared(z):
        for _ in range(20):  # written out it would have a million terms, and its gradient more
            z = np.tanh(z * 0.9) + z * 0.1
        return z

    net = cr.Network([2, 3, 2], hidden=shared)
    X, y = np.random.default_rng(0).normal(size=(30, 2)), np.arange(30) % 2
    assert len(net.code()) < 60_000
    compare(net, X, y, cr.Adam(0.01), epochs=3, batch_size=8)


def test_an_optimizer_whose_lines_are_read_twice_stays_short() -> None:
    def step(w, dw):
        for _ in range(20):
            dw = np.tanh(dw * 0.9) + dw * 0.1
        return w - 0.01 * dw

    net = cr.Network([2, 3, 2])
    X, y = np.random.default_rng(0).normal(size=(30, 2)), np.arange(30) % 2
    assert len(net.code(optimizer=step)) < 60_000
    compare(net, X, y, cr.Optimizer.of(step), epochs=3, batch_size=8)
