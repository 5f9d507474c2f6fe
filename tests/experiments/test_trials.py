"""Comparisons: same start, same batches, and bad arguments before anything is trained."""

from __future__ import annotations

import math
import os
import signal
import threading
from typing import Any

import numpy as np
import pytest
from compared import HELD, HOW, SIZES, X, compare, y

import chainrule as cr
from chainrule.errors import InputError, UnknownName

ONE_OF = "give one of optimizers, activations, losses, initializers, regularizers."


def test_what_network_and_fit_take_goes_through() -> None:
    how = {"hidden": "tanh", "penalty": cr.L2(0.01), "dtype": "float32", "initializer": "he"}
    fitting = {"class_weight": "balanced", "shuffle": False}
    found = compare(optimizers=["adam"], **how, **fitting)
    net = cr.Network(SIZES, **how)
    net.fit(X, y, optimizer="adam", **HOW, **fitting)
    assert (found["adam"].network.parameters.flat == net.parameters.flat).all()
    assert found["adam"].network.dtype == np.float32


def test_trainings_run_where_joblib_was_told() -> None:
    """Each in another thread, with the bits of one after the other; an error names its choice, as ever."""
    import joblib

    threads: list[int] = []

    def look(run: Any) -> None:
        threads.append(threading.get_ident())

    alone = compare(optimizers=["sgd", "adam"], callbacks=[look])
    assert set(threads) == {threading.get_ident()}
    threads.clear()
    with joblib.parallel_config("threading", n_jobs=2):
        found = compare(optimizers=["sgd", "adam"], callbacks=[look])
    assert threading.get_ident() not in threads
    assert [trial.name for trial in found] == ["sgd", "adam"]
    for here, there in zip(alone, found, strict=True):
        assert (here.network.parameters.flat == there.network.parameters.flat).all()
        assert here.training == there.training


def test_all_begin_alike_and_see_the_same_batches() -> None:
    batches: list[bytes] = []

    def remember(samples: Any, rng: Any) -> Any:
        batches.append(samples.tobytes())
        return samples

    found = compare(optimizers=["sgd", "adam", "lion"], transform=remember, engine="numpy")
    each = len(batches) // 3
    assert each == 4 * math.ceil(120 / 16)
    assert batches[:each] == batches[each : 2 * each] == batches[2 * each :]
    assert len({trial.training["loss"][0] for trial in found}) == 1
    assert len({trial.validation["loss"][0] for trial in found}) == 1
    assert found["sgd"].training["loss"][0] == cr.Network(SIZES).loss(X, y)


def test_dropout_changes_neither_the_start_nor_the_order() -> None:
    batches: list[bytes] = []

    def remember(samples: Any, rng: Any) -> Any:
        batches.append(samples.tobytes())
        return samples

    found = compare(regularizers=["none", "dropout:0.3", "l2:0.1"], transform=remember, engine="numpy")
    each = len(batches) // 3
    assert batches[:each] == batches[each : 2 * each] == batches[2 * each :]
    assert len({trial.training["loss"][0] for trial in found}) == 1


def test_initial_weights_are_the_same_unless_initializers_are_compared() -> None:
    def start(**how: Any) -> list[Any]:
        """The weights before the first step: with a learning rate of 0 there is no other."""
        found = compare(learning_rate=0.0, optimizer="sgd", epochs=1, **how)
        return [{n: a for n, a in trial.network.parameters.items() if n[0] in "Wb"} for trial in found]

    plain = cr.Network(SIZES)
    kinds = {
        "activations": ["relu", "tanh", "prelu"],
        "losses": ["cross_entropy", "hinge"],
        "regularizers": ["none", "batch_norm", "layer_norm", "l1:1"],
    }
    for kind, names in kinds.items():
        for weights in start(**{kind: names}):
            assert all((weights[name] == plain.parameters[name]).all() for name in plain.parameters), kind
    glorot, he = start(initializers=["glorot", "he"])
    assert (glorot["W1"] == plain.parameters["W1"]).all()
    assert (he["W1"] == cr.Network(SIZES, initializer="he").parameters["W1"]).all()
    assert (glorot["W1"] != he["W1"]).all()


def test_without_a_seed_the_start_is_still_the_same() -> None:
    found = compare(optimizers=["sgd", "adam"], seed=None)
    assert found["sgd"].training["loss"][0] == found["adam"].training["loss"][0]


def test_what_was_given_is_left_alone() -> None:
    optimizer = cr.Adam(0.01)
    compare(optimizers={"a": optimizer, "b": optimizer})
    compare(activations=["relu", "tanh"], optimizer=optimizer)
    assert optimizer.t == 0
    assert compare(optimizers={"a": optimizer, "b": optimizer})["a"].rate == 0.01


def test_ctrl_c_shows_what_there_is() -> None:
    def interrupt(run: Any) -> None:
        if run.epoch == 2:
            os.kill(os.getpid(), signal.SIGINT)

    found = compare(optimizers=["sgd", "adam", "lion"], callbacks=[interrupt])
    assert list(found.trials) == ["sgd"]
    assert found.left == ("adam", "lion")
    assert found.notes()[-2].startswith("sgd: stopped by Ctrl-C ")
    assert found.notes()[-1] == "Not trained: adam and lion."


def test_an_argument_that_is_not_there_is_named() -> None:
    with pytest.raises(
        UnknownName, match=r"^there is no argument 'optimiser'\. Did you mean 'optimizers?'\?"
    ):
        compare(losses=["hinge"], optimiser="adam")


def test_nothing_is_trained_before_all_is_checked() -> None:
    with pytest.raises(InputError):
        compare(
            regularizers=["none", "batch_norm"], batch_size=7, callbacks=[lambda run: pytest.fail("trained")]
        )


def test_activations_need_sizes_and_hidden_layers_a_place() -> None:
    layers = [cr.Dense(2, 2), cr.Softmax()]
    with pytest.raises(InputError) as raised:
        cr.compare(layers, X, y, activations=["relu"], **HOW)
    assert str(raised.value) == "activations are varied: give the network as sizes, such as [2, 8, 2]."
    with pytest.raises(InputError) as raised:
        cr.compare(layers, X, y, regularizers=["dropout"], validation_data=HELD, **HOW)
    assert str(raised.value) == (
        "dropout: Dropout(0.5) stands at hidden activations, and the network has none: give it hidden layers."
    )
