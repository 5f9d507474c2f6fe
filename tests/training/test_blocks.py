"""Callbacks that look at epochs late do what they do at once, and what is not finite may be gone on with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.errors import Diverged
from thorough import examples

RNG = np.random.default_rng(8)
X, Y = RNG.standard_normal((30, 3)), RNG.integers(0, 2, 30)


class AtOnce(cr.EarlyStopping):
    """The same, of a class of one's own, which is told of each epoch before the next one."""


class RateAtOnce(cr.ReduceOnPlateau):
    """The same."""


def trained(engine: str, callbacks: list[Any], epochs: int, **how: Any) -> tuple[Any, ...]:
    net = cr.Network([3, 4, 2], hidden="tanh")
    options = {"batch_size": 8, "optimizer": cr.SGD(0.5), "progress": False, **how}
    history = net.fit(X, Y, epochs=epochs, engine=engine, callbacks=callbacks, **options)
    return (
        net.parameters.flat.tolist(),
        history.loss,
        history.accuracy,
        history.validation_loss,
        history.stopped,
    )


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@given(
    patience=st.integers(1, 6), min_delta=st.sampled_from([0.0, 1e-3, 0.1]), borne=st.integers(0, 4),
    epochs=st.integers(1, 40), validated=st.booleans(), size=st.sampled_from([1, 8, 30]),
)  # fmt: skip
@examples(25)
def test_no_step_more_is_taken_than_if_each_epoch_was_told(
    engine: str, patience: int, min_delta: float, borne: int, epochs: int, validated: bool, size: int
) -> None:
    how: dict[str, Any] = {"batch_size": size, **({"validation_data": (X[:9], Y[:9])} if validated else {})}

    def both(stopping: Callable[..., Any], rate: Callable[..., Any]) -> tuple[Any, ...]:
        monitor = "validation_loss" if validated else "loss"
        return trained(
            engine,
            [
                stopping(monitor, patience=patience, min_delta=min_delta, restore_best=False),
                rate(monitor, factor=0.5, patience=borne, min_delta=min_delta),
            ],
            epochs,
            optimizer=cr.SGD(0.5),
            **how,
        )

    assert both(cr.EarlyStopping, cr.ReduceOnPlateau) == both(AtOnce, RateAtOnce)


class Counting:
    """Counts how often an engine is asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from chainrule.compiler import CompiledEngine

        self.calls, asked = 0, CompiledEngine.run

        def run(engine: Any, *args: Any) -> Any:
            self.calls += 1
            return asked(engine, *args)

        monkeypatch.setattr(CompiledEngine, "run", run)


def test_epochs_are_taken_many_a_call_where_nothing_has_to_be_seen_between_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counting = Counting(monkeypatch)
    trained("compiled", [cr.EarlyStopping("loss", patience=50, restore_best=False)], 50)
    few, counting.calls = counting.calls, 0
    trained("compiled", [AtOnce("loss", patience=50, restore_best=False)], 50)
    assert few <= 10 < 50 <= counting.calls


def test_a_log_is_whole_and_its_times_add_up(tmp_path: Any) -> None:
    net = cr.Network([3, 4, 2])
    path = tmp_path / "log.csv"
    options = {"epochs": 20, "batch_size": 8, "progress": False, "engine": "compiled"}
    history = net.fit(X, Y, callbacks=[cr.CSVLog(path)], **options)
    rows = [line.split(",") for line in path.read_text().splitlines()]
    assert [int(row[0]) for row in rows[1:]] == list(range(1, 21))
    assert [float(row[1]) for row in rows[1:]] == history.loss
    assert [float(row[-1]) for row in rows[1:]] == history.seconds
    assert all(seconds > 0 for seconds in history.seconds)


# --- batches of one -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_an_epoch_of_batches_of_one_sums_the_losses_one_after_the_other(engine: str) -> None:
    net, by_hand = cr.Network([3, 2]), cr.Network([3, 2])
    how = {"epochs": 2, "batch_size": 1, "shuffle": False, "progress": False}
    history = net.fit(X, Y, optimizer=cr.SGD(0.1), engine=engine, **how)
    for loss in history.loss:
        total = 0.0
        for step in by_hand.steps(X, Y, batch_size=1, optimizer=cr.SGD(0.1), shuffle=False):
            total += step.loss * (1 / 30)
        if engine == "numpy":
            assert loss == total
        assert loss == pytest.approx(total, rel=1e-12)


# --- what is not finite -------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_training_may_go_on_after_what_is_not_finite(engine: str) -> None:
    net = cr.Network([3, 4, 1], output="identity", loss="mean_squared_error")
    y = 1e3 * X[:, 0]
    options: dict[str, Any] = {"epochs": 60, "optimizer": cr.SGD(10.0), "progress": False, "engine": engine}
    with pytest.raises(Diverged):
        cr.Network([3, 4, 1], output="identity", loss="mean_squared_error").fit(
            X, y, **{**options, "optimizer": cr.SGD(10.0)}
        )
    history = net.fit(X, y, check_finite=False, **options)
    assert history.epochs == 60
    assert np.isfinite(history.loss[0])
    assert not np.isfinite(history.loss[-1])
    assert not np.isfinite(net.parameters.flat).all()


def test_it_is_a_truth_value() -> None:
    with pytest.raises(cr.errors.KindError) as caught:
        cr.Network([3, 2]).fit(X, Y, progress=False, check_finite="no")  # type: ignore[arg-type]
    assert str(caught.value) == "check_finite = 'no' is neither True nor False."
