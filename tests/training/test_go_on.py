"""A fit that goes on with the last one: 5 epochs and 5 more are those of 10, bit for bit."""

from __future__ import annotations

import copy
import pickle
import re
import signal
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from callbacks_at_work import HELD, X, Y, exactly
from chainrule.errors import Diverged, InputError
from strategies import Case, cases, optimizers
from thorough import examples


def network(seed: int = 0) -> cr.Network:
    layers = [cr.Dense(3, 8), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.3), cr.Dense(8, 3), cr.Softmax()]
    return cr.Network(layers, seed=seed)


def state(net: cr.Network, optimizer: Any) -> list[bytes]:
    arrays = [net.parameters.flat, *net.buffers.values(), *optimizer.state_arrays(net.parameters).values()]
    return [*(array.tobytes() for array in arrays), str(optimizer.t).encode()]


def told(history: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(history).items() if name not in ("seconds", "why")}


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("parts", [(5, 5), (1, 1, 8), (9, 1)])
def test_parts_are_the_whole(parts: tuple[int, ...], engine: str) -> None:
    how: dict[str, Any] = {
        "batch_size": 16, "seed": 4, "transform": lambda x, rng: x + 0.1 * rng.standard_normal(x.shape),
        "validation_data": HELD, "metrics": ["f1"],
    }  # fmt: skip
    whole, a = network(), cr.Adam(cr.StepDecay(0.05, 9, 0.9))
    right = whole.fit(X, Y, epochs=10, optimizer=a, engine=engine, **how)
    net, b = network(), cr.Adam(cr.StepDecay(0.05, 9, 0.9))
    for number, epochs in enumerate(parts):
        history = net.fit(X, Y, epochs=epochs, optimizer=b, engine=engine, go_on=number > 0, **how)
    assert state(net, b) == state(whole, a)
    assert told(history) == told(right)
    assert len(history.seconds) == 10


@examples(60)
@given(cases(freeze=True), optimizers(), st.data())
def test_any_network_and_optimizer_goes_on(case: Case, make: Callable[[], Any], data: st.DataObject) -> None:
    X, y = case.data()
    first, second = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    how: dict[str, Any] = {
        "batch_size": data.draw(st.integers(1, case.samples)),
        "seed": data.draw(st.integers(0, 9)),
    }
    (whole, a), (net, b) = [(case.network(), make()) for _ in range(2)]
    if a.schedule is not None and None in a.schedule.settings().values():
        return
    try:
        whole.fit(X, y, epochs=first + second, optimizer=a, **how)
        net.fit(X, y, epochs=first, optimizer=b, **how)
        net.fit(X, y, epochs=second, optimizer=b, go_on=True, **{**how, "seed": 0})  # the first one's counts
    except Diverged:
        return
    assert state(net, b) == state(whole, a)


def test_many_short_epochs_whose_orders_are_drawn_ahead() -> None:
    whole, net, a, b = network(), network(), cr.SGD(0.1), cr.SGD(0.1)
    whole.fit(X, Y, epochs=600, batch_size=10, optimizer=a, engine="compiled")
    for epochs, go_on in ((123, False), (400, True), (77, True)):
        net.fit(X, Y, epochs=epochs, batch_size=10, optimizer=b, engine="compiled", go_on=go_on)
    assert state(net, b) == state(whole, a)


@pytest.mark.parametrize("step", [1, 5, 6, 11])
def test_after_ctrl_c_the_running_epoch_is_finished_first(step: int) -> None:
    def press(run: cr.Run) -> None:
        if run.step == step:
            signal.raise_signal(signal.SIGINT)

    class Press(cr.Callback):
        def batch(self, run: cr.Run) -> None:
            press(run)

    whole, net, a, b = network(), network(), cr.Adam(0.01), cr.Adam(0.01)
    how: dict[str, Any] = {"batch_size": 16}
    first = net.fit(X, Y, epochs=5, optimizer=b, callbacks=[Press()], **how)
    assert first.interrupted
    done = first.epochs
    history = net.fit(X, Y, epochs=2, optimizer=b, go_on=True, **how)
    right = whole.fit(X, Y, epochs=done + 2, optimizer=a, **how)
    assert state(net, b) == state(whole, a)
    assert told(history) == told(right)


def test_callbacks_that_took_part_go_on_and_others_begin() -> None:
    def plateau() -> cr.ReduceOnPlateau:
        return cr.ReduceOnPlateau(monitor=lambda run: 0.0, mode="min", patience=3, factor=0.5)

    how: dict[str, Any] = {"batch_size": 16}
    whole, a = network(), cr.SGD(0.1)
    whole.fit(X, Y, epochs=10, optimizer=a, callbacks=[plateau()], **how)
    net, b, own = network(), cr.SGD(0.1), plateau()
    net.fit(X, Y, epochs=3, optimizer=b, callbacks=[own], **how)
    net.fit(X, Y, epochs=7, optimizer=b, callbacks=[own], go_on=True, **how)
    assert state(net, b) == state(whole, a)
    assert b.learning_rate == a.learning_rate == 0.025
    net, b = network(), cr.SGD(0.1)
    net.fit(X, Y, epochs=3, optimizer=b, callbacks=[plateau()], **how)
    net.fit(X, Y, epochs=7, optimizer=b, callbacks=[plateau()], go_on=True, **how)
    assert b.learning_rate == 0.05


def test_early_stopping_goes_on_with_the_best_it_knows() -> None:
    scores = [1, 5, 6, 2, 3, 4, 7, 0, 0, 0, 0, 0]

    def stopping() -> cr.EarlyStopping:
        return cr.EarlyStopping(monitor=lambda run: scores[run.epoch - 1], mode="max", patience=3)

    whole, a = network(), cr.SGD(0.1)
    right = whole.fit(X, Y, epochs=6, batch_size=16, optimizer=a, callbacks=[stopping()])
    net, b, own = network(), cr.SGD(0.1), stopping()
    net.fit(X, Y, epochs=3, batch_size=16, optimizer=b, callbacks=[own])
    history = net.fit(X, Y, epochs=3, batch_size=16, optimizer=b, callbacks=[own], go_on=True)
    assert (history.restored, right.restored) == (3, 3)
    assert net.parameters.flat.tobytes() == whole.parameters.flat.tobytes()
    with pytest.raises(InputError, match=exactly(
        "go_on = True goes on after the last step, and the last fit has restored the weights of epoch 3: leave go_on "
        "out, or have that fit keep its last weights, by restore_best=False."
    )):  # fmt: skip
        net.fit(X, Y, epochs=3, batch_size=16, optimizer=b, go_on=True)


@pytest.mark.parametrize("how", ["deepcopy", "pickle"])
def test_copies_of_network_and_optimizer_go_on_together(how: str, tmp_path: Any) -> None:
    whole, net, a, b = network(), network(), cr.Adam(0.01), cr.Adam(0.01)
    whole.fit(X, Y, epochs=7, batch_size=16, optimizer=a)
    net.fit(X, Y, epochs=4, batch_size=16, optimizer=b, callbacks=[cr.CSVLog(tmp_path / "log.csv")])
    pair = (net, b)
    other, c = copy.deepcopy(pair) if how == "deepcopy" else pickle.loads(pickle.dumps(pair))
    for one, its in ((other, c), (net, b)):
        one.fit(X, Y, epochs=3, batch_size=16, optimizer=its, go_on=True)
        assert state(one, its) == state(whole, a)


def test_log_of_both_parts(tmp_path: Any) -> None:
    net, optimizer, log = network(), cr.SGD(0.1), cr.CSVLog(tmp_path / "log.csv")
    for go_on in (False, True):
        net.fit(X, Y, epochs=2, batch_size=16, optimizer=optimizer, callbacks=[log], go_on=go_on)
    rows = (tmp_path / "log.csv").read_text().splitlines()
    assert [row.partition(",")[0] for row in rows] == ["epoch", "1", "2", "3", "4"]


def first(net: cr.Network, optimizer: Any, **how: Any) -> None:
    net.fit(X, Y, **{"epochs": 2, "batch_size": 16, "optimizer": optimizer, **how})


def test_what_can_t_be_gone_on_with() -> None:
    net, optimizer = network(), cr.SGD(0.1)
    none = (
        "go_on = True goes on with the last fit of this network, and there is none that came to an end: leave "
        "go_on out."
    )
    with pytest.raises(InputError, match=exactly(none)):
        first(net, optimizer, go_on=True)
    first(net, optimizer)
    before = state(net, optimizer)
    for how, message in (
        ({"optimizer": cr.SGD(0.1)}, "go_on = True goes on with the optimizer of the last fit, which has counted 8 "
         "steps, and this SGD is another one: make it before both fits, and give it to both."),
        ({"batch_size": 10, "shuffle": False}, "go_on = True goes on with the last fit, and samples a step: 16 then, "
         "10 now; shuffle: True then, False now: give the same, or leave go_on out."),
        ({"validation_data": HELD}, "go_on = True goes on with the last fit, and series: loss, accuracy then, loss, "
         "accuracy, validation_loss, validation_accuracy now: give the same, or leave go_on out."),
        ({"order": lambda: np.arange(50)}, "go_on = True has the orders of the samples go on, and order is a function "
         "of your own, which knows alone where it stands: leave one of them out."),
        ({"optimizer": cr.LBFGS(), "batch_size": None}, "LBFGS begins anew at each fit, without the steps of an "
         "earlier one, so there is no place to go on from: leave go_on = True out, or take another optimizer."),
    ):  # fmt: skip
        with pytest.raises(InputError, match=exactly(message)):
            first(net, how.pop("optimizer", optimizer), go_on=True, **how)
    assert state(net, optimizer) == before
    first(net, optimizer, go_on=True)  # and so it still can be
    net.reset()
    with pytest.raises(InputError, match=exactly(none)):
        first(net, optimizer, go_on=True)


def test_an_open_schedule_goes_to_an_end_that_was_another() -> None:
    net, optimizer = network(), cr.SGD(cr.Cosine(0.1))
    first(net, optimizer)
    with pytest.raises(
        InputError, match="^" + re.escape("go_on = True makes a training longer, and Cosine(0.1) goes")
    ):
        first(net, optimizer, go_on=True)


def test_a_step_between_belongs_to_no_fit() -> None:
    net, optimizer = network(), cr.SGD(0.1)
    first(net, optimizer)
    next(net.steps(X, Y, optimizer=optimizer))
    with pytest.raises(
        InputError, match="the optimizer of the last fit, which has counted 8 steps, and this SGD"
    ):
        first(net, optimizer, go_on=True)
