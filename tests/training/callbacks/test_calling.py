"""When callbacks are called, and what they see."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from callbacks_at_work import ENGINES, HELD, Diary, X, Y, network


@pytest.mark.parametrize("engine", ENGINES)
def test_the_order_of_calls_and_what_each_sees(engine: str) -> None:
    diary = Diary()
    network().fit(X, Y, epochs=2, batch_size=20, callbacks=[diary], engine=engine)
    assert diary.calls == [
        ("start", 0, 0, 0, 0),
        ("batch", 0, 1, 1, 0),
        ("batch", 0, 2, 2, 0),
        ("batch", 0, 3, 3, 0),
        ("epoch", 1, 3, 3, 1),
        ("batch", 1, 1, 4, 1),
        ("batch", 1, 2, 5, 1),
        ("batch", 1, 3, 6, 1),
        ("epoch", 2, 3, 6, 2),
        ("end", 2, 3, 6, 2),
    ]


def test_several_are_called_in_the_order_of_the_list() -> None:
    calls = []

    class Tell(cr.Callback):
        def __init__(self, name: str) -> None:
            self.name = name

        def start(self, run: cr.Run) -> None:
            calls.append(f"start {self.name}")

        def epoch(self, run: cr.Run) -> None:
            calls.append(f"epoch {self.name}")

        def end(self, run: cr.Run) -> None:
            calls.append(f"end {self.name}")

    network().fit(X, Y, callbacks=(Tell("a"), lambda run: calls.append("function"), Tell("b")))
    assert calls == ["start a", "start b", "epoch a", "function", "epoch b", "end a", "end b"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", [Diary, lambda: lambda run: None])
@pytest.mark.parametrize("size", [None, 7, 50])
def test_callbacks_that_only_look_change_no_bit(size: int | None, kind: Any, engine: str) -> None:
    looked, left = network(), network()
    a, b = cr.Adam(0.01), cr.Adam(0.01)
    how: dict[str, Any] = {"epochs": 40, "batch_size": size, "validation_data": HELD, "engine": engine}
    with_one = looked.fit(X, Y, optimizer=a, callbacks=[kind()], **how)
    without = left.fit(X, Y, optimizer=b, **how)
    assert looked.parameters.flat.tobytes() == left.parameters.flat.tobytes()
    assert a.t == b.t
    for name in ("loss", "accuracy", "validation_loss", "validation_accuracy"):
        assert getattr(with_one, name) == getattr(without, name)
    assert len(with_one.seconds) == 40


@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_run_shows(engine: str) -> None:
    seen: list[cr.Run] = []
    losses: list[float] = []

    class Look(cr.Callback):
        def start(self, run: cr.Run) -> None:
            seen.append(run)
            assert math.isnan(run.loss)

        def batch(self, run: cr.Run) -> None:
            losses.append(run.loss)

        def epoch(self, run: cr.Run) -> None:
            assert run.history.validation_loss[-1] == pytest.approx(net.loss(*HELD), rel=1e-9)
            assert len(run.history.seconds) == run.epoch

    net, other, optimizer = network(), network(), cr.SGD(0.1)
    history = net.fit(
        X,
        Y,
        epochs=2,
        batch_size=20,
        optimizer=optimizer,
        validation_data=HELD,
        callbacks=[Look()],
        engine=engine,
    )
    (run,) = seen
    assert run.network is net
    assert run.optimizer is optimizer
    assert run.history is history
    assert (run.epochs, run.batches, run.step, run.learning_rate, run.error) == (2, 3, 6, 0.1, None)
    assert run.series == ("loss", "accuracy", "validation_loss", "validation_accuracy")
    assert repr(run) == "Run(epoch 2 of 2, step 6)"
    stepped = [trace.loss for trace in other.steps(X, Y, epochs=2, batch_size=20, optimizer=cr.SGD(0.1))]
    np.testing.assert_allclose(losses, stepped, rtol=1e-9)


def test_without_classes_or_validation_there_are_fewer_series() -> None:
    seen: list[tuple[str, ...]] = []

    class Look(cr.Callback):
        def start(self, run: cr.Run) -> None:
            seen.append(run.series)

    net = cr.Network([3, 2], output="identity", loss="mean_squared_error")
    net.fit(X, X[:, :2], callbacks=[Look()])
    net.fit(X, X[:, :2], callbacks=[Look()], validation_data=(X, X[:, :2]))
    network().fit(X, Y, callbacks=[Look()])
    assert seen == [("loss",), ("loss", "validation_loss"), ("loss", "accuracy")]


def test_the_rate_of_a_schedule_is_that_of_the_step() -> None:
    rates: list[Any] = []

    class Look(cr.Callback):
        def start(self, run: cr.Run) -> None:
            rates.append(run.learning_rate)

        def batch(self, run: cr.Run) -> None:
            rates.append(run.learning_rate)

    network().fit(
        X,
        Y,
        epochs=2,
        batch_size=20,
        optimizer=cr.SGD(cr.StepDecay(0.1, every=2, factor=0.5)),
        callbacks=[Look()],
    )
    np.testing.assert_allclose(rates, [0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025], rtol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_callback_sets_is_trained_on(engine: str) -> None:
    """Weights and the rate set after each step, and the same by hand between traced steps."""

    class Meddle(cr.Callback):
        def batch(self, run: cr.Run) -> None:
            run.network.parameters["W1"][0] = 0.5
            run.optimizer.learning_rate = 0.3 / (run.step + 1)  # type: ignore[attr-defined]

    net, other, its = network(), network(), cr.Momentum(0.3)
    net.fit(X, Y, epochs=3, batch_size=20, optimizer=cr.Momentum(0.3), callbacks=[Meddle()], engine=engine)
    for step, _ in enumerate(other.steps(X, Y, epochs=3, batch_size=20, optimizer=its), 1):
        other.parameters["W1"][0] = 0.5
        its.learning_rate = 0.3 / (step + 1)
    if engine == "numpy":
        assert net.parameters.flat.tobytes() == other.parameters.flat.tobytes()
    np.testing.assert_allclose(net.parameters.flat, other.parameters.flat, rtol=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_limit_that_a_callback_sets_counts_from_the_next_step_on(engine: str) -> None:
    def tighten(run: cr.Run) -> None:
        run.optimizer.clip.limit = 0.1 / run.epoch

    net, other = network(), network()
    its = cr.SGD(0.5, clip=cr.ClipNorm(1.0))
    net.fit(X, Y, epochs=4, optimizer=cr.SGD(0.5, clip=cr.ClipNorm(1.0)), callbacks=[tighten], engine=engine)
    for step, _ in enumerate(other.steps(X, Y, epochs=4, optimizer=its), 1):
        its.clip.limit = 0.1 / step
    if engine == "numpy":
        assert net.parameters.flat.tobytes() == other.parameters.flat.tobytes()
    np.testing.assert_allclose(net.parameters.flat, other.parameters.flat, rtol=1e-9)
