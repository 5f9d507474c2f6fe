"""An engine that is kept between calls of fit: the same bits as one made anew, and nothing that stays behind."""

from __future__ import annotations

import copy
import gc
import os
import pickle
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines.numpy_engine import NumpyEngine
from chainrule.training import engine_choice

RNG = np.random.default_rng(12)
X, Y = RNG.standard_normal((40, 3)), RNG.integers(0, 2, 40)
OPTIONS: dict[str, Any] = {"progress": False}
ENGINES = pytest.mark.parametrize("engine", ["numpy", "compiled"])


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A line for each engine that is made."""
    found, choose = [], engine_choice.choose

    def counting(*args: Any) -> Any:
        found.append(args)
        return choose(*args)

    monkeypatch.setattr(engine_choice, "choose", counting)
    return found


def network(*between: Any) -> cr.Network:
    return cr.Network([cr.Dense(3, 5), *between, cr.Tanh(), cr.Dense(5, 2), cr.Softmax()], seed=3)


def fed(fit: Callable[[cr.Network, Any, Any], Any], net: cr.Network, times: int = 6) -> None:
    for i in range(times):
        fit(net, X[4 * i : 4 * i + 8].copy(), Y[4 * i : 4 * i + 8].copy())


@ENGINES
def test_batch_after_batch_takes_one_engine(engine: str, chosen: list[Any]) -> None:
    net, optimizer = network(), cr.Adam(0.05)
    fed(lambda net, x, y: net.fit(x, y, optimizer=optimizer, engine=engine, **OPTIONS), net)
    assert len(chosen) == 1
    assert optimizer.t == 6


def test_left_to_itself_it_compiles_after_many_steps(chosen: list[Any]) -> None:
    net, optimizer = network(), cr.Adam(0.05)
    short = net.fit(X[:8], Y[:8], optimizer=optimizer, **OPTIONS)
    assert (short.engine, short.why) == ("numpy", "the run is too short to repay compiling")
    for steps in (1, 10_000, 10_001):
        optimizer.t = steps
        history = net.fit(X[:8], Y[:8], optimizer=optimizer, **OPTIONS)
    assert history.engine == "compiled"
    assert history.why == "the run is short, and the steps before it were enough to repay compiling"
    assert len(chosen) == 2


def test_they_are_the_steps_of_the_debugger_bit_for_bit() -> None:
    one, two = network(), network()
    first, second = cr.Adam(0.05), cr.Adam(0.05)
    fed(lambda net, x, y: net.fit(x, y, optimizer=first, engine="numpy", **OPTIONS), one)
    fed(lambda net, x, y: list(net.steps(x, y, optimizer=second)), two)
    np.testing.assert_array_equal(one.parameters.flat, two.parameters.flat)


def _as_it_is(net: cr.Network, optimizer: Any) -> None: ...


def _frozen(net: cr.Network, optimizer: Any) -> None:
    (net.unfreeze if net.frozen else net.freeze)("W1")


def _rate(net: cr.Network, optimizer: Any) -> None:
    optimizer.learning_rate *= 0.7


def _weights(net: cr.Network, optimizer: Any) -> None:
    net.parameters["W1"] = net.parameters["W1"] * 0.5


def _counted_anew(net: cr.Network, optimizer: Any) -> None:
    optimizer.t = 0


@pytest.mark.some(30)
@ENGINES
@pytest.mark.parametrize("between", [_as_it_is, _frozen, _rate, _weights, _counted_anew])
@pytest.mark.parametrize(
    "how",
    [
        {},
        {"epochs": 2, "batch_size": 3},
        {"sample_weight": np.linspace(0, 2, 8)},
        {"validation_data": (X[:9], Y[:9])},
        {"threads": 2},
        {"order": lambda: np.arange(8)[::-1]},
        {"transform": lambda x, rng: x + rng.standard_normal(x.shape)},
    ],
    ids=lambda how: next(iter(how), "plain"),
)
def test_it_gives_the_bits_of_one_made_anew(
    engine: str, between: Callable[..., None], how: dict[str, Any]
) -> None:
    if engine == "numpy" and "threads" in how:
        return
    kept = network(cr.Dropout(0.2)), cr.Adam(0.05)
    anew: tuple[cr.Network, Any] = copy.deepcopy(kept)
    histories: list[list[float]] = [[], []]
    for i in range(5):
        x, y = X[4 * i : 4 * i + 8], Y[4 * i : 4 * i + 8]
        for (net, optimizer), losses in zip((kept, anew), histories, strict=True):
            history = net.fit(x, y, optimizer=optimizer, engine=engine, seed=i, **how, **OPTIONS)
            losses += history.loss + history.validation_loss
        for pair in (kept, anew):
            between(*pair)
        anew = copy.deepcopy(anew)  # a copy has no engine
    np.testing.assert_array_equal(kept[0].parameters.flat, anew[0].parameters.flat)
    assert histories[0] == histories[1]


@ENGINES
def test_samples_that_lie_otherwise_in_memory_are_read_as_they_lie(engine: str) -> None:
    kept = network(), cr.SGD(0.1)
    anew: tuple[cr.Network, Any] = copy.deepcopy(kept)
    wide = np.repeat(X, 2, axis=1)
    kinds = [
        (X[:8], Y[:8]), (X[:8].astype(np.float32), Y[:8]), (np.asfortranarray(X[:8]), Y[:8]), (wide[:8, ::2], Y[:8]),
        (X[:8], Y[:8].astype(np.uint8)), (X[:8], np.eye(2)[Y[:8]]), (X[:9], Y[:9]), (X[::5], Y[::5]),
        (X[8::-1], Y[8::-1]), (X[:8].tolist(), Y[:8].tolist()),
    ]  # fmt: skip
    for x, y in kinds:
        for net, optimizer in (kept, anew):
            net.fit(x, y, optimizer=optimizer, engine=engine, **OPTIONS)
        anew = copy.deepcopy(anew)
    np.testing.assert_array_equal(kept[0].parameters.flat, anew[0].parameters.flat)


@ENGINES
def test_nothing_of_a_training_is_kept_alive(engine: str) -> None:
    net, optimizer = network(), cr.Adam(0.05)
    x, y, weight = X[:8].copy(), Y[:8].copy(), np.ones(8)
    held = (X[:5].copy(), Y[:5].copy())
    net.fit(x, y, optimizer=optimizer, engine=engine, sample_weight=weight, validation_data=held, **OPTIONS)
    moments = weakref.ref(next(iter(optimizer.state_arrays(net.parameters).values())))
    gone = [weakref.ref(each) for each in (x, y, *held, weight)]
    del x, y, held, weight
    gc.collect()
    assert [each() for each in gone] == [None] * 5
    assert moments() is not None
    left = weakref.ref(optimizer)
    del optimizer
    gc.collect()
    assert left() is None
    assert moments() is None
    whole = weakref.ref(net)
    del net
    gc.collect()
    assert whole() is None


@ENGINES
def test_another_optimizer_takes_another_engine(engine: str, chosen: list[Any]) -> None:
    net, one, two = network(), cr.SGD(0.1), cr.SGD(0.1)
    for optimizer in (one, one, two, one):
        net.fit(X, Y, optimizer=optimizer, engine=engine, **OPTIONS)
    assert len(chosen) == 3


@ENGINES
def test_what_is_kept_is_in_no_copy(engine: str) -> None:
    net, optimizer = network(), cr.Adam(0.05)
    net.fit(X, Y, optimizer=optimizer, engine=engine, **OPTIONS)
    copies = [copy.deepcopy((net, optimizer)), pickle.loads(pickle.dumps((net, optimizer))), (net, optimizer)]
    for each, its in copies:
        each.fit(X, Y, optimizer=its, engine=engine, **OPTIONS)
        np.testing.assert_array_equal(each.parameters.flat, copies[0][0].parameters.flat)


@ENGINES
def test_after_an_error_the_next_training_is_whole(engine: str) -> None:
    net, optimizer = network(), cr.SGD(0.1)
    net.fit(X, Y, optimizer=optimizer, engine=engine, **OPTIONS)
    with pytest.raises(ZeroDivisionError):
        net.fit(X, Y, optimizer=optimizer, engine=engine, epochs=5, callbacks=[lambda run: 1 / 0], **OPTIONS)
    again, its = copy.deepcopy((net, optimizer))
    for each, moved in ((net, optimizer), (again, its)):
        each.fit(X, Y, optimizer=moved, engine=engine, **OPTIONS)
    np.testing.assert_array_equal(net.parameters.flat, again.parameters.flat)


def test_a_large_batch_leaves_no_buffers() -> None:
    made: list[Any] = []

    class Watching(NumpyEngine):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            made.append(weakref.ref(self))

    many = np.tile(X, (30, 1)), np.tile(Y, 30)
    net, optimizer = network(), cr.SGD(0.1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_choice, "NumpyEngine", Watching)
        net.fit(*many, optimizer=optimizer, engine="numpy", **OPTIONS)
    gc.collect()
    assert [each() for each in made] == [None]


@pytest.mark.parametrize("threads", [True, 1.0])
def test_what_is_kept_does_not_spare_the_checks(threads: Any) -> None:
    net, optimizer = network(), cr.SGD(0.1)
    net.fit(X, Y, optimizer=optimizer, engine="compiled", threads=1, **OPTIONS)
    with pytest.raises(cr.errors.KindError) as caught:
        net.fit(X, Y, optimizer=optimizer, engine="compiled", threads=threads, **OPTIONS)
    assert str(caught.value) == f"threads = {threads} is no whole number: give one that is at least 1."


@ENGINES
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_goes_on_with_it(engine: str) -> None:
    net, optimizer = network(), cr.Adam(0.05)
    net.fit(X, Y, optimizer=optimizer, engine=engine, **OPTIONS)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            net.fit(X, Y, optimizer=optimizer, engine=engine, **OPTIONS)
            os.write(writing, net.parameters.flat.tobytes())
        finally:
            os._exit(0)
    os.close(writing)
    theirs = np.frombuffer(os.read(reading, 10_000))
    os.close(reading)
    os.waitpid(child, 0)
    net.fit(X, Y, optimizer=optimizer, engine=engine, **OPTIONS)
    np.testing.assert_array_equal(theirs, net.parameters.flat)
