"""Predictions in NumPy: the bits of a trace, whatever runs beside, and nothing that is not finite goes unseen."""

from __future__ import annotations

import copy
import gc
import pickle
import threading
import warnings
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.engines.batches import FEW
from chainrule.engines.forward import told_by
from chainrule.errors import InputError
from strategies import Case, cases
from thorough import examples

NETWORKS: dict[str, Callable[[str], cr.Network]] = {
    "relu, softmax": lambda dtype: cr.Network([3, 4, 4, 2], dtype=dtype),
    "sigmoid": lambda dtype: cr.Network([3, 4, 1], hidden="sigmoid", output="sigmoid", dtype=dtype),
    "regression": lambda dtype: cr.Network(
        [3, 4, 2], hidden="gelu", output="identity", loss="mean_squared_error", dtype=dtype
    ),
    "normalized": lambda dtype: cr.Network(
        [
            *(cr.Dense(3, 4), cr.BatchNorm(), cr.PReLU()), *(cr.Dense(4, 4), cr.LayerNorm(), cr.Tanh()),
            *(cr.Dense(4, 2), cr.Softmax()),
        ],
        dtype=dtype,
    ),
    "scaled": lambda dtype: cr.Network([3, 4, 2], scaling=cr.Standardize([0, 1, 2], [1, 2, 3]), dtype=dtype),
    "own": lambda dtype: cr.Network([3, 4, 2], hidden=lambda z: np.where(z > 0, z, 0), dtype=dtype),
}  # fmt: skip
DTYPES = ("float32", "float64")


@examples(60)
@given(case=cases(), rows=st.sampled_from([1, 2, FEW, FEW + 1, 40]))
def test_predictions_are_those_of_a_trace(case: Case, rows: int) -> None:
    net, (X, _) = case.network(), case.data(rows + rows % 2)
    for _ in range(2):
        found = net.predict(X)
        np.testing.assert_array_equal(found, net.trace(X)[net.program(targets=False).output])
        assert found.flags.owndata
        assert found.flags.writeable
        net.parameters.flat[:] /= 2


@pytest.mark.some(24)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("rows", [1, 2, FEW + 1])
@pytest.mark.parametrize("fill", [0.0, 0.5])
def test_no_parameter_that_is_not_finite_goes_unseen(name: str, dtype: str, rows: int, fill: float) -> None:
    """Above all not -inf, of which relu makes 0, nor what softmax makes a probability of."""
    net, X = NETWORKS[name](dtype), np.full((rows, 3), fill)
    for parameter, array in net.parameters.items():
        for place in np.ndindex(array.shape):
            for value in (np.nan, np.inf, -np.inf):
                kept, array[place] = array[place], value
                with pytest.raises(InputError) as error:
                    net.predict(X)
                assert str(error.value) == f"{parameter}{list(place)} is {value}: every entry must be finite."
                array[place] = kept
    assert np.isfinite(net.predict(X)).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("rows", [1, 2, FEW + 1])
def test_nor_does_any_entry_of_a_sample(name: str, dtype: str, rows: int) -> None:
    net, X = NETWORKS[name](dtype), np.zeros((rows, 3))
    for place in np.ndindex(X.shape):
        for value in (np.nan, np.inf, -np.inf):
            X[place] = value
            with pytest.raises(InputError) as error:
                net.predict(X)
            assert str(error.value) == f"X{list(place)} is {value}: every entry must be finite."
            X[place] = 0


@pytest.mark.parametrize("rows", [1, FEW + 1])
def test_large_numbers_whose_squares_are_infinite_are_predicted_with(rows: int) -> None:
    net = cr.Network([2, 2], output="identity", loss="mean_squared_error", dtype="float32")
    net.parameters["W1"] = [[1e30, 0], [0, 1]]
    np.testing.assert_array_equal(net.predict(np.ones((rows, 2))), np.array([[1e30, 1]] * rows, np.float32))
    net.parameters["W1"] = [[3e38, 0], [3e38, 1]]  # all that is finite, but for what comes of it
    with pytest.raises(InputError, match="the output for row 0 is inf"):
        net.predict(np.ones((rows, 2)))


def test_what_tells_of_all_is_as_little_as_can_be() -> None:
    assert told_by(cr.Network([3, 4, 4, 2]).program(targets=False)) == ["z1", "z2", "z3"]
    gelu = cr.Network([3, 4, 2], hidden="gelu", output="identity", loss="mean_squared_error")
    assert told_by(gelu.program(targets=False)) == ["a2"]


def test_any_number_of_threads_predict_at_once() -> None:
    net = cr.Network([20, 30, 4], dtype="float32", seed=1)
    X = np.random.default_rng(0).standard_normal((64, 20))
    right = [net.trace(X[i : i + 1])["a2"].tobytes() for i in range(64)]
    wrong: list[int] = []

    def ask(first: int) -> None:
        for i in (*range(first, 64), *range(first)):
            if net.predict(X[i : i + 1]).tobytes() != right[i]:
                wrong.append(i)

    threads = [threading.Thread(target=ask, args=(8 * i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_default_prediction_is_numpys_whatever_was_asked_before() -> None:
    net, X = cr.Network([3, 4, 2], seed=1), np.ones((1, 3)) / 3
    before = net.predict(X)
    net.predict(X, engine="compiled")
    assert net.predict(X).tobytes() == before.tobytes() == net.predict(X, engine="numpy").tobytes()


@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_copy_predicts_by_its_own_parameters(how: Callable[[Any], Any]) -> None:
    net, X = cr.Network([3, 4, 2], seed=1), np.ones((1, 3))
    before = net.predict(X)
    other = how(net)
    assert (other.predict(X) == before).all()
    other.parameters["W1"][...] = 0
    assert (other.predict(X) != before).any()


def test_a_network_that_has_predicted_is_let_go_at_once() -> None:
    net = cr.Network([3, 4, 2])
    net.predict(np.ones((1, 3)))
    seen = weakref.ref(net)
    gc.disable()
    try:
        del net
        assert seen() is None
    finally:
        gc.enable()


def test_numpy_warns_of_nothing_and_is_left_as_it_was() -> None:
    net = cr.Network([2, 2], output="sigmoid", dtype="float32")
    net.parameters["W1"] = 1e4 * np.ones((2, 2))
    usual = np.geterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for rows in (1, FEW + 1):
            np.testing.assert_array_equal(net.predict(np.full((rows, 2), -1.0)), np.zeros((rows, 2)))
            with np.errstate(all="raise"):
                net.predict(np.full((rows, 2), -1.0))
    assert np.geterr() == usual
