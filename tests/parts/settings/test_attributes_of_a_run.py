"""What callbacks may set while a training runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from set_later import X, Y, network, refused

import chainrule as cr
from chainrule.errors import Fixed, InputError


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_rate_of_0_stops_all_movement(engine: str) -> None:
    net, seen = network(), []

    def still(run: cr.Run) -> None:
        run.learning_rate = 0
        seen.append((run.learning_rate, run.network.parameters.flat.copy()))

    net.fit(X, Y, epochs=3, optimizer="adam", callbacks=[still], engine=engine)
    np.testing.assert_array_equal(net.parameters.flat, seen[0][1])
    assert [rate for rate, _ in seen] == [0, 0, 0]


def told_in(act: Callable[[cr.Run], Any], error: type[Exception], **how: Any) -> str:
    net = network()
    return refused(
        lambda: net.fit(X, Y, **{"epochs": 3, "optimizer": "sgd", "callbacks": [act], **how}), error
    )


def test_what_of_a_run_can_not_be_set() -> None:
    for name in ("step", "loss", "epochs", "network", "optimizer", "stop", "epoch", "stop_training"):
        assert told_in(lambda run, name=name: setattr(run, name, True), Fixed) == (  # type: ignore[misc]
            f"run.{name} can't be set: of a run only its learning_rate can. A callback keeps what it remembers itself, "
            f"self.{name}, and run.stop(reason) ends the training."
        )
    bad = told_in(lambda run: setattr(run, "learning_rate", -1), InputError)
    assert bad == "SGD: learning_rate = -1 is out of range: it must be at least 0."
    assert told_in(
        lambda run: setattr(run, "learning_rate", 0.1), InputError, optimizer=cr.SGD(cr.Cosine(0.1))
    ) == (
        "run.learning_rate sets the learning rate from epoch to epoch, and SGD has one that goes by the step, "
        "Cosine(0.1, steps=3): give the optimizer a number, or leave run.learning_rate out."
    )
    assert told_in(
        lambda run: setattr(run, "learning_rate", 0.1), InputError, optimizer=lambda w, dw: w - dw
    ) == ("run.learning_rate sets the learning rate, and UpdateFunction has none: leave it out.")


@pytest.mark.parametrize("when", ["start", "batch", "epoch"])
def test_freezing_in_a_running_fit_is_refused(when: str) -> None:
    freezing = type("Freezing", (cr.Callback,), {when: lambda self, run: run.network.freeze("W1", "b2")})
    assert told_in(freezing(), InputError) == (
        "Freezing froze or unfroze W1, b2, and a training goes on with what was frozen when it began: end it here with "
        "run.stop(reason), and fit again."
    )


def test_freezing_where_a_training_ends_is_fine() -> None:
    def phase(run: cr.Run) -> None:
        if run.epoch == 2:
            run.network.freeze("W1")
            run.stop("the first phase is over")

    net = network()
    history = net.fit(X, Y, epochs=9, optimizer="sgd", callbacks=[phase])
    assert (history.epochs, net.frozen) == (2, {"W1"})


def test_callbacks_remember_what_they_like() -> None:
    class Mine(cr.MetricMonitor):
        def start(self, run: cr.Run) -> None:
            super().start(run)
            self.seen: list[int] = []

        def epoch(self, run: cr.Run) -> None:
            super().epoch(run)
            self.seen = [*self.seen, self.since]

    mine = Mine(monitor="loss")
    network().fit(X, Y, epochs=3, callbacks=[mine])
    assert mine.seen == [0, 0, 0]
