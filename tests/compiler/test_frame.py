"""The frame: a program's names and the engine's entries never meet, and what is used as an index is looked at."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.compiler import CompiledEngine
from chainrule.compiler.entries import Buffer, Leaf, Own, State
from chainrule.engines.batches import Batches
from chainrule.engines.numpy_engine import NumpyEngine
from chainrule.errors import InputError
from chainrule.model.samples import check
from chainrule.parts.contract import Array
from thorough import share

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((40, 3)), RNG.integers(0, 2, 40)


# --- names ----------------------------------------------------------------------------------------------------------

# What entries were called when they were found by bare names, and what the assembly calls its values.
NAMES = [
    "steps", "samples", "batch", "counter", "order", "losses", "right", "scalars", "parameters", "gradients",
    "position", "sound", "result", "panel", "packed", "rows", "buffer", "x_stride", "x_skip", "y_stride", "y_skip",
    "start", "stop", "p0", "s0", "frame", "number", "wait", "move", "arrived", "wrong_label", "wrong_order",
]  # fmt: skip


def loss_with(name: str) -> cr.Loss:
    """A loss that weighs the outputs by a constant of that name."""

    def forward(self: Any, q: Any) -> None:
        q.l = (getattr(q, name) * np.square(q.a - q.y)).sum(axis=1)

    def backward(self: Any, q: Any) -> None:
        q.da = 2 * getattr(q, name) * (q.a - q.y) / q.m

    members = {
        "forward": forward,
        "backward": backward,
        "constants": lambda self: {name: np.array([2.0, 0.25])},
    }
    return type("Weighing", (cr.Loss,), members)()


def optimizer_with(name: str) -> cr.Optimizer:
    """Momentum whose memory has that name."""

    def update(self: Any, q: Any) -> None:
        setattr(q, f"{name}_new", 0.5 * getattr(q, name) + q.dw)
        q.w_new = q.w - 0.1 * getattr(q, f"{name}_new")

    return type("Remembering", (cr.Optimizer,), {"update": update, "state": (name,)})()


def trained(name: str, sizes: list[int], threads: int) -> Array:
    net = cr.Network(sizes, hidden="tanh", output="identity", loss=loss_with(name), seed=1)
    history = net.fit(
        X,
        np.eye(2)[Y],
        epochs=3,
        batch_size=16,
        optimizer=optimizer_with(name),
        engine="compiled",
        threads=threads,
    )
    assert history.engine == "compiled"
    return net.parameters.flat


@pytest.mark.some(1)
@pytest.mark.parametrize(("sizes", "threads"), [([3, 4, 2], 1), ([3, 40, 2], 1), ([3, 40, 2], 2)])
def test_a_programs_names_do_not_matter(sizes: list[int], threads: int) -> None:
    right = trained("quantity", sizes, threads).tobytes()
    for name in share(list(dict.fromkeys(NAMES))):
        assert trained(name, sizes, threads).tobytes() == right, name


def test_no_name_of_a_program_gets_into_the_assembly(monkeypatch: pytest.MonkeyPatch) -> None:
    from chainrule.compiler import compiled

    texts: list[str] = []
    code = compiled.JitFunction
    monkeypatch.setattr(compiled, "JitFunction", lambda text: texts.append(text) or code(text))
    for name in ("quantity", "steps", "öde"):
        trained(name, [3, 40, 2], 2)
    assert texts == [texts[0]] * 3


def test_entries_of_different_types_are_never_the_same() -> None:
    entries = {Leaf("x"), State("x"), Leaf("0"), State("0"), Buffer(0), Buffer(5), *Own}
    assert len(entries) == 6 + len(Own)
    assert [own.value for own in Own] == list(range(len(Own)))


# --- labels that change ---------------------------------------------------------------------------------------------

BEFORE = (
    "y[7] is no class from 0 to 1 any more: it was one when y was checked, so y is written to meanwhile. Give labels "
    "that stay as they are, such as y.copy()."
)


def spoiled(net: cr.Network, y: Array, value: int, row: int, **options: Any) -> str:
    """What is told where a label changes between two epochs."""

    def change(run: cr.Run) -> None:
        if run.epoch == 2:
            kept.append(run.network.parameters.flat.copy())
            y[row] = value

    kept: list[Array] = []
    with pytest.raises(InputError) as caught:
        net.fit(X, y, epochs=5, callbacks=[change], **options)
    assert (net.parameters.flat == kept[0]).all()
    return str(caught.value)


@pytest.mark.some(16)
@pytest.mark.parametrize("value", [2, 100_000_000, -1, -(2**40)])
@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"engine": "numpy", "batch_size": 7}, id="numpy, batches"),
        pytest.param({"engine": "compiled"}, id="compiled"),
        pytest.param({"engine": "compiled", "batch_size": 7}, id="compiled, batches"),
        pytest.param({"engine": "compiled", "batch_size": 7, "shuffle": False}, id="compiled, in order"),
        pytest.param({"engine": "compiled", "threads": 2, "batch_size": 7}, id="compiled, two threads"),
        pytest.param(
            {"engine": "compiled", "batch_size": 7, "sample_weight": np.arange(40.0)}, id="with weights"
        ),
    ],
)
@pytest.mark.parametrize("sizes", [[3, 4, 2], [3, 40, 2]])
def test_a_label_that_changes_is_told_by_its_row(
    sizes: list[int], options: dict[str, Any], value: int
) -> None:
    steps = 6 if "batch_size" in options else 1
    message = spoiled(cr.Network(sizes, seed=1), Y.copy(), value, 7, optimizer="sgd", **options)
    if options["engine"] == "compiled":
        assert message == f"{BEFORE} The network is as before step {2 * steps + 1}."
    else:  # in the batch of its row
        assert re.fullmatch(re.escape(BEFORE) + r" The network is as before step 1[3-8]\.", message)


def test_unsigned_and_short_labels_are_looked_at_as_they_are() -> None:
    for kind in ("uint8", "int8", "uint64", "int16"):
        y = Y.astype(kind)
        message = spoiled(
            cr.Network([3, 40, 2], seed=1), y, 200 if kind[0] == "u" else -100, 7, engine="compiled"
        )
        assert message == f"{BEFORE} The network is as before step 3."


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_validation_labels_are_looked_at_too(engine: str) -> None:
    y, net = Y.copy(), cr.Network([3, 4, 2])

    def change(run: cr.Run) -> None:
        y[7] = 9

    with pytest.raises(InputError) as caught:
        net.fit(X, Y, epochs=3, validation_data=(X, y), engine=engine, callbacks=[change])
    assert str(caught.value) == f"validation_data: {BEFORE}"


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_labels_that_are_written_all_the_time_crash_nothing(engine: str, tmp_path: Path) -> None:
    import threading

    y = np.memmap(tmp_path / "y", np.int64, "w+", shape=40)
    y[:] = Y
    done = threading.Event()

    def write() -> None:
        other = np.memmap(tmp_path / "y", np.int64, "r+", shape=40)  # as another process has it
        while not done.is_set():
            other[:] = 2**62
            other[:] = Y

    writer = threading.Thread(target=write)
    net = cr.Network([3, 4, 2])

    def begin(run: cr.Run) -> None:
        if run.epoch == 1:
            writer.start()

    try:
        with pytest.raises(InputError, match=r"^y\[\d+\] is no class from 0 to 1 any more"):
            net.fit(X, y, epochs=10_000, batch_size=8, engine=engine, callbacks=[begin])
    finally:
        done.set()
        writer.join(60)
    assert np.isfinite(net.parameters.flat).all()


# --- the order ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [[3, 4, 2], [3, 40, 2]])
@pytest.mark.parametrize("row", [40, -1, 2**62])
def test_an_order_that_names_no_row_is_refused(sizes: list[int], row: int) -> None:
    net = cr.Network(sizes)
    x, y, _ = check(net, X, Y)
    data = Batches(x, y, 8, True, True)
    engine = CompiledEngine(net, cr.SGD(), data, 1)
    order = np.arange(40)
    order[9] = row
    with pytest.raises(InputError) as caught:
        engine.run(order, 0, 5)
    assert str(caught.value) == "order[9] names no sample: an order holds the numbers of rows, from 0."
    engine.run(np.arange(40), 0, 5)  # told once


@pytest.mark.parametrize(
    "make", [NumpyEngine, lambda *args: CompiledEngine(*args, 1)], ids=["numpy", "compiled"]
)
def test_the_last_class_and_the_last_row_are_right(make: Callable[..., Any]) -> None:
    net = cr.Network([3, 4, 2], seed=2)
    x, y, _ = check(net, X, np.ones(40, int))
    loss, answers = net.loss(X, np.ones(40, int)), net.predict(X, engine="numpy").argmax(axis=1)
    losses, right = make(net, cr.SGD(), Batches(x, y, 40, True, True)).run(np.arange(40)[::-1].copy(), 0, 1)
    assert losses[0] == pytest.approx(loss, rel=1e-12)
    assert right[0] == np.count_nonzero(answers == 1)
    assert 0 < right[0] < 40
