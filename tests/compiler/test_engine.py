"""The compiled engine against NumPy's: the same steps from the same state, on random programs."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

import chainrule as cr
from chainrule.compiler import CompiledEngine
from chainrule.compiler import jit as machine
from chainrule.engines.batches import Batches
from chainrule.engines.numpy_engine import NumpyEngine
from chainrule.errors import ChainruleError, Diverged, InputError, MissingPackage
from chainrule.model.samples import check
from chainrule.parts.contract import Array
from strategies import cases, optimizers, own_activations, trained
from thorough import examples

NEAR = 1e-9  # of the largest of its kind, in float64
NEAR_32 = (
    1e-5  # in float32, of the largest or of 1: what meets in a step, a - y say, is rounded at its own size
)


def near(found: Array, right: Array, bound: float) -> None:
    """Within a bound of the largest entry; what overflows does so in both."""
    finite = np.isfinite(right)
    assert (np.isfinite(found) == finite).all()
    least = 1e-9 if bound == NEAR else 1  # below that, what should be 0 is what rounding left
    largest = np.abs(right[finite]).max(initial=least)
    assert np.abs(found[finite] - right[finite]).max(initial=0) <= bound * largest


def pair(case: Any, make: Any, threads: int, size: int | None = None) -> tuple[CompiledEngine, NumpyEngine]:
    """Both engines, each with a network of its own, on the same data."""
    engines = []
    for kind in (CompiledEngine, NumpyEngine):
        net, optimizer = case.network(), make()
        X, y, labels = check(net, *case.data())
        data = Batches(X, y, size or len(X), False, labels)
        engines.append(
            kind(net, optimizer, data, threads) if kind is CompiledEngine else kind(net, optimizer, data)
        )
    return tuple(engines)  # type: ignore[return-value]


def follow(compiled: CompiledEngine, plain: NumpyEngine, bound: float, steps: int) -> None:
    """Take steps with both, each from NumPy's state."""
    for _ in range(steps):
        before = plain.network.parameters.flat.copy()
        compiled.network.parameters.flat[:] = before
        for name, array in plain.optimizer.state_arrays(plain.network.parameters).items():
            compiled.optimizer.state_arrays(compiled.network.parameters)[name][:] = array
        losses, right = compiled.run(None, 0, 1)
        expected, expected_right = plain.run(None, 0, 1)
        if not np.isfinite(plain.network.parameters.flat).all():
            reject()
        near(1 + losses, 1 + expected, bound)  # a divergence near 0 is what is left of larger numbers
        assert (right == expected_right).all() or plain.network.dtype == np.float32
        moved = [e.network.parameters.flat - before for e in (compiled, plain)]
        near(before + moved[0], before + moved[1], bound)
        for name, array in plain.optimizer.state_arrays(plain.network.parameters).items():
            near(compiled.optimizer.state_arrays(compiled.network.parameters)[name], array, bound)


# Momentum that forgets at once remembers the gradient itself, so every gradient can be looked at.
GRADIENTS = st.just(lambda: cr.Momentum(0.1, 0.0))


@given(
    case=cases(dtypes=("float64",), width=20, freeze=True),
    make=GRADIENTS | optimizers(jumps=False),
    threads=st.integers(1, 3),
)
@examples(40, few=6)
def test_each_step_is_numpys(case: Any, make: Any, threads: int) -> None:
    compiled, plain = pair(case, make, threads)
    with np.errstate(all="ignore"):
        follow(compiled, plain, NEAR, 3)
    compiled.close()


@given(
    case=cases(dtypes=("float32",), width=20),
    make=st.sampled_from([lambda: cr.Momentum(0.1, 0.0), lambda: cr.SGD(0.1)]),
    threads=st.integers(1, 2),
)
@examples(30, few=5)
def test_each_step_in_float32(case: Any, make: Any, threads: int) -> None:
    assume("log_softmax" not in case.hidden)  # whose values are large and of one sign: what follows cancels
    compiled, plain = pair(case, make, threads)
    with np.errstate(all="ignore"):
        follow(compiled, plain, NEAR_32, 3)
    compiled.close()


@pytest.mark.some(4)
@pytest.mark.parametrize("outputs", [1, 3, 14, 40])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_loss_that_is_a_sum_and_nothing_more(outputs: int, threads: int) -> None:
    nets = [
        cr.Network([2, outputs], output="identity", loss=lambda a, y: np.abs(a - y).sum(axis=1))
        for _ in range(2)
    ]
    rng = np.random.default_rng(1)
    X, y, _ = check(nets[0], rng.standard_normal((7, 2)), rng.standard_normal((7, outputs)))
    data = Batches(X, y, 7, False, False)
    compiled = CompiledEngine(nets[0], cr.Momentum(0.1, 0.0), data, threads)
    follow(compiled, NumpyEngine(nets[1], cr.Momentum(0.1, 0.0), data), NEAR, 2)
    compiled.close()


@given(
    function=own_activations(),
    threads=st.integers(1, 2),
    width=st.sampled_from([3, 40, 200]),
    seed=st.integers(0, 99),
)
@examples(25, few=5)
def test_activations_of_ones_own_compile(function: Any, threads: int, width: int, seed: int) -> None:
    nets = [cr.Network([5, width, 4], hidden=function, seed=seed) for _ in range(2)]
    rng = np.random.default_rng(seed)
    X, y, _ = check(nets[0], rng.standard_normal((19, 5)), rng.integers(0, 4, 19))
    data = Batches(X, y, 19, False, True)
    compiled = CompiledEngine(nets[0], cr.Momentum(0.1, 0.0), data, threads)
    with np.errstate(all="ignore"):
        follow(compiled, NumpyEngine(nets[1], cr.Momentum(0.1, 0.0), data), NEAR, 2)
    compiled.close()


# Where a gradient is 0 but for rounding, Adam makes a whole step of what rounding left: such programs part, with any
# two ways to compute them. So it follows on data that it can't fit in so few steps.
STEADY = [lambda: cr.SGD(0.05), lambda: cr.Momentum(0.02, 0.9)]


@given(case=cases(dtypes=("float64",), width=12, depth=3, samples=40), make=st.sampled_from(STEADY))
@examples(25, few=5)
def test_predictions_after_fifty_steps(case: Any, make: Any) -> None:
    X, y = case.data()
    nets = [case.network(), case.network()]
    for net, engine in zip(nets, ("numpy", "compiled"), strict=True):
        history = trained(net, X, y, epochs=50, optimizer=make(), engine=engine)
        assert history.engine == engine
    a, b = (net.predict(X) for net in nets)
    assert np.abs(a - b).max() <= 1e-7 * max(1, np.abs(a).max())


@pytest.mark.some(2)
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("sizes", [[2, 3, 2], [20, 70, 30, 5], [64, 100, 10]])
@pytest.mark.parametrize(("dtype", "bound"), [("float64", 1e-9), ("float32", 1e-3)])
def test_adam_after_two_hundred_steps(sizes: list[int], threads: int, dtype: str, bound: float) -> None:
    rng = np.random.default_rng(3)
    X, y = rng.standard_normal((300, sizes[0])).astype(dtype), rng.integers(0, sizes[-1], 300)
    nets = [cr.Network(sizes, hidden="tanh", dtype=dtype, seed=4) for _ in range(2)]
    runs = [
        net.fit(X, y, epochs=20, batch_size=32, optimizer=cr.Adam(), engine=engine, threads=shared)
        for net, engine, shared in zip(nets, ("numpy", "compiled"), (None, threads), strict=True)
    ]
    assert [run.engine for run in runs] == ["numpy", "compiled"]
    assert (runs[1].threads, runs[1].why) == (threads, "asked for")
    np.testing.assert_allclose(runs[0].loss, runs[1].loss, rtol=bound)
    np.testing.assert_allclose(runs[0].accuracy, runs[1].accuracy, atol=0 if dtype == "float64" else 0.01)
    np.testing.assert_allclose(*(net.predict(X) for net in nets), atol=bound)
    assert runs[1].loss[-1] < runs[1].loss[0]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_wide_layers_whose_columns_are_shared(threads: int) -> None:
    sizes = [300, 500, 300, 4]
    nets = [cr.Network(sizes, seed=1) for _ in range(2)]
    rng = np.random.default_rng(2)
    X, y, _ = check(nets[0], rng.standard_normal((70, 300)), rng.integers(0, 4, 70))
    data = Batches(X, y, 31, False, True)
    compiled = CompiledEngine(nets[0], cr.Momentum(0.1, 0.0), data, threads)
    follow(compiled, NumpyEngine(nets[1], cr.Momentum(0.1, 0.0), data), NEAR, 2)
    compiled.close()


# --- the same bits ------------------------------------------------------------------------------------------


def bits(net: cr.Network) -> bytes:
    return net.parameters.flat.tobytes()


@pytest.mark.some(2)
@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("sizes", [[3, 4, 2], [30, 50, 1], [30, 50, 3]])
def test_a_seed_an_engine_and_a_number_of_threads_give_the_same_bits(sizes: list[int], threads: int) -> None:
    rng = np.random.default_rng(5)
    X, y = rng.standard_normal((103, sizes[0])), rng.integers(0, max(2, sizes[-1]), 103)
    found = set()
    for _ in range(3):
        net = cr.Network(sizes, output="softmax" if sizes[-1] > 1 else "sigmoid", seed=6)
        net.fit(X, y, epochs=30, batch_size=10, engine="compiled", threads=threads, seed=7)
        found.add(bits(net))
    assert len(found) == 1


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.booleans())
@examples(20, few=6)
def test_where_a_block_ends_changes_nothing(blocks: list[int], shuffled: bool) -> None:
    rng = np.random.default_rng(8)
    X, y = rng.standard_normal((50, 4)), rng.integers(0, 3, 50)
    order = np.concatenate([rng.permutation(50) for _ in range(20)]) if shuffled else None
    found = []
    for cuts in ([sum(blocks)], blocks):
        net = cr.Network([4, 20, 3], seed=1)
        data = Batches(X, check(net, X, y)[1], 8, shuffled, True)
        engine = CompiledEngine(net, cr.Adam(), data, 1)
        done, told = 0, []
        for steps in cuts:
            epoch, step = divmod(done, 7)  # 50 samples in batches of 8: 7 steps an epoch
            rows = None if order is None else order[50 * epoch :]
            losses, right = engine.run(rows, 8 * step, steps)
            told += list(zip(losses, right, strict=True))
            done += steps
        found.append((bits(net), told))
    assert found[0] == found[1]


# --- where samples come from --------------------------------------------------------------------------------


def layouts(array: Array) -> dict[str, Array]:
    """The same numbers, lying in memory in several ways."""
    wide = np.zeros((len(array), array.shape[1] + 3), array.dtype)
    wide[:, 1:-2] = array
    return {
        "as it is": np.ascontiguousarray(array),
        "columns first": np.asfortranarray(array),
        "part of a wider one": wide[:, 1:-2],
        "every other row": np.repeat(array, 2, axis=0)[::2],
        "backwards": np.ascontiguousarray(array[::-1])[::-1],
    }


KINDS = [
    "uint8",
    "int8",
    "uint16",
    "int16",
    "uint32",
    "int32",
    "uint64",
    "int64",
    "bool",
    "float32",
    "float64",
]


@pytest.mark.some(2)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sizes", [[3, 4, 3], [19, 33, 3]])
def test_samples_and_labels_of_any_kind_and_layout(kind: str, sizes: list[int]) -> None:
    rng = np.random.default_rng(9)
    X = rng.integers(0, 2 if kind == "bool" else 100, (40, sizes[0])).astype(kind)
    labels = rng.integers(0, 3, 40)
    code = labels.astype(kind if kind != "bool" else "uint8")
    rows = np.eye(3)[labels].astype(kind)

    def run(X: Array, y: Array, engine: str = "compiled") -> cr.Network:
        net = cr.Network(sizes, seed=2, scaling=cr.Standardize(50, 30))
        assert net.fit(X, y, epochs=2, batch_size=7, engine=engine).engine == engine
        return net

    expected = run(X.astype(float), labels)
    np.testing.assert_allclose(expected.parameters.flat, run(X, labels, "numpy").parameters.flat, rtol=1e-9)
    for source in layouts(X).values():
        assert bits(run(source, code)) == bits(expected)
    for target in layouts(rows).values():
        assert bits(run(X, target)) == bits(expected)
    assert bits(run(X, np.repeat(code, 2)[::2])) == bits(expected)


def test_a_memory_map_is_read_where_it_is(tmp_path: Any) -> None:
    rng = np.random.default_rng(10)
    X = rng.integers(0, 256, (500, 30)).astype(np.uint8)
    X.tofile(tmp_path / "x")
    mapped = np.memmap(tmp_path / "x", np.uint8, "r", shape=X.shape)
    nets = [cr.Network([30, 20, 3], seed=2, scaling=cr.Standardize(0, 255)) for _ in range(2)]
    y = rng.integers(0, 3, 500)
    for net, source in zip(nets, (X, mapped), strict=True):
        net.fit(source, y, epochs=3, batch_size=32, engine="compiled", validation_data=(source, y))
    assert bits(nets[0]) == bits(nets[1])


# --- looking ------------------------------------------------------------------------------------------------


@given(
    case=cases(dtypes=("float64",), width=40),
    rows=st.sampled_from([1, 2, 255, 256, 257, 1000]),
    threads=st.integers(1, 2),
)
@examples(20, few=6)
def test_predictions_are_numpys(case: Any, rows: int, threads: int) -> None:
    net, (X, _) = case.network(), case.data(rows)
    with np.errstate(all="ignore"):
        near(net.predict(X, engine="compiled", threads=threads), net.predict(X, engine="numpy"), NEAR)


@pytest.mark.parametrize("rows", [1, 16, 17, 600])
@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        ("X", np.nan, "X[0, 2] is nan: every entry must be finite."),
        ("X", -np.inf, "X[0, 2] is -inf: every entry must be finite."),
        ("W1", np.nan, "W1[2, 1] is nan: every entry must be finite."),
        ("b1", np.inf, "b1[1] is inf: every entry must be finite."),
        ("W2", np.nan, "W2[1, 2] is nan: every entry must be finite."),
    ],
)
def test_what_is_not_finite_is_told_as_by_numpy(rows: int, where: str, value: float, message: str) -> None:
    net, X = cr.Network([3, 5, 4], seed=1), np.ones((rows, 3))
    if where == "X":
        X[0, 2] = value
    elif where == "b1":
        net.parameters["b1"][1] = value
    else:
        net.parameters[where][(2, 1) if where == "W1" else (1, 2)] = value
    for engine in ("numpy", "compiled"):
        with pytest.raises(InputError) as error:
            net.predict(X, engine=engine)
        assert str(error.value) == message
    net, X = cr.Network([3, 5, 4], seed=1), np.ones((rows, 3))
    np.testing.assert_allclose(net.predict(X, engine="compiled"), net.predict(X, engine="numpy"), rtol=1e-12)


def test_a_copy_of_a_network_predicts_by_its_own_parameters() -> None:
    net, X = cr.Network([3, 5, 4], seed=1), np.ones((2, 3))
    before = net.predict(X, engine="compiled")
    other = copy.deepcopy(net)
    other.parameters["W1"][...] = 0
    assert (net.predict(X, engine="compiled") == before).all()
    assert (other.predict(X, engine="compiled") != before).any()


@pytest.mark.parametrize("threads", [1, 2])
def test_validation_is_measured_as_numpy_does(threads: int) -> None:
    rng = np.random.default_rng(11)
    X, y = rng.standard_normal((700, 9)), rng.integers(0, 4, 700)
    runs = [
        cr.Network([9, 30, 4], seed=1).fit(
            X[:90], y[:90], epochs=4, batch_size=16, validation_data=(X, y), engine=engine, threads=shared
        )
        for engine, shared in (("numpy", None), ("compiled", threads))
    ]
    np.testing.assert_allclose(runs[0].validation_loss, runs[1].validation_loss, rtol=1e-9)
    assert runs[0].validation_accuracy == runs[1].validation_accuracy


# --- what can't be ------------------------------------------------------------------------------------------


def test_what_is_outside_the_language_runs_in_numpy_and_says_so() -> None:
    X, y = np.ones((6, 3), ">f4"), [0, 1, 0, 1, 0, 1]
    history = cr.Network([3, 4, 2]).fit(X, y, engine="compiled")
    assert (history.engine, history.threads) == ("numpy", 0)
    assert history.why == "what stands outside the compiled language: X as an array of >f4 in this layout"


def test_auto_compiles_what_is_worth_it() -> None:
    rng = np.random.default_rng(12)
    X, y = rng.standard_normal((100, 5)), rng.integers(0, 2, 100)
    short = cr.Network([5, 8, 2]).fit(X, y, epochs=2)
    assert (short.engine, short.why) == ("numpy", "the run is too short to repay compiling")
    long = cr.Network([5, 8, 2]).fit(X, y, epochs=20_000)
    assert (long.engine, long.why) == ("compiled", "the run is long enough to repay compiling")
    assert len(long.loss) == len(long.accuracy) == len(long.seconds) == 20_000


def test_auto_without_llvm_is_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    def host() -> Any:
        raise MissingPackage("llvmlite", "The compiled engine")

    monkeypatch.setattr(machine, "host", host)
    rng = np.random.default_rng(12)
    history = cr.Network([5, 8, 2]).fit(rng.standard_normal((10, 5)), rng.integers(0, 2, 10), epochs=10_000)
    assert history.engine == "numpy"
    assert history.why == "llvmlite is not installed: pip install 'chainrule[fast]'"


@pytest.mark.parametrize("shuffle", [True, False])
def test_divergence_is_told_and_stops_before_the_step_that_broke(shuffle: bool) -> None:
    X, y = np.random.default_rng(13).standard_normal((25, 3)), np.arange(25) % 2
    net = cr.Network([3, 4, 1], hidden="tanh", output="identity", loss="mean_squared_error", seed=1)
    optimizer = cr.SGD(10.0)
    with pytest.raises(Diverged) as error:
        net.fit(X, y, epochs=5000, batch_size=10, optimizer=optimizer, engine="compiled", shuffle=shuffle)
    found = re.match(
        r"epoch (\d+), batch (\d) of 3: the first number that is not finite is .*\(step (\d+)\)",
        str(error.value),
    )
    assert found is not None
    epoch, batch, step = map(int, found.groups())
    assert step == 3 * (epoch - 1) + batch == optimizer.t + 1
    # the parameters are those of a run of just so many steps
    again = cr.Network([3, 4, 1], hidden="tanh", output="identity", loss="mean_squared_error", seed=1)
    X, y, _ = check(again, X, y)
    orders = np.concatenate([r for _, r in zip(range(epoch), orders_of(25, shuffle), strict=False)])
    CompiledEngine(again, cr.SGD(10.0), Batches(X, y, 10, True, False), 1).run(orders, 0, step - 1)
    assert bits(again) == bits(net)


def orders_of(samples: int, shuffle: bool) -> Iterator[Array]:
    """The order of each epoch, as `fit` shuffles with the seed 0."""
    rng = np.random.default_rng(0)
    while True:
        yield rng.permutation(samples) if shuffle else np.arange(samples)


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ({"engine": "fast"}, "UnknownName", "there is no engine 'fast'. There is: auto, numpy, compiled."),
        ({"threads": 0}, "InputError", "threads = 0 is out of range: it must be at least 1."),
        ({"threads": 65}, "InputError", "threads = 65 is out of range: it must be at most 64."),
        ({"threads": 1.5}, "KindError", "threads = 1.5 is no whole number: give one that is at least 1."),
        (
            {"engine": "numpy", "threads": 2},
            "InputError",
            "threads = 2 is for the compiled engine; NumPy's are set before Python starts, by OPENBLAS_NUM_THREADS.",
        ),
    ],
)
def test_nonsense_is_refused(given: dict[str, Any], kind: str, message: str) -> None:
    net = cr.Network([3, 4, 2])
    for call in (
        lambda: net.fit(np.ones((2, 3)), [0, 1], **given),
        lambda: net.predict(np.ones((2, 3)), **given),
    ):
        with pytest.raises(cr.ChainruleError) as error:
            call()
        assert (type(error.value).__name__, str(error.value)) == (kind, message)


@pytest.mark.parametrize("threads", [True, 0])
def test_threads_are_checked_also_where_a_predictor_is_kept(threads: Any) -> None:
    net, X = cr.Network([2, 3, 2]), np.ones((20, 2))
    net.predict(X, engine="compiled", threads=1)
    net.predict(X, engine="compiled")
    with pytest.raises(ChainruleError) as caught:
        net.predict(X, engine="compiled", threads=threads)
    assert str(caught.value) == (
        "threads = True is no whole number: give one that is at least 1."
        if threads is True
        else "threads = 0 is out of range: it must be at least 1."
    )
