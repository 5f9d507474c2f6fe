"""Data larger than memory: what is read from a file is never copied as a whole, and gives the same bits."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines.batches import Batches
from chainrule.engines.numpy_engine import Stepper, measure
from chainrule.errors import ChainruleError, InputError, UnknownName
from chainrule.model.labels import Labels
from chainrule.model.samples import check
from chainrule.parts.contract import Array, Loss
from chainrule.utils.chunks import ENTRIES, pieces

SAMPLES = 200_000
INPUTS, CLASSES = 20, 10
INDEX = 8 * SAMPLES  # bytes of the order in which an epoch goes through the samples
RNG = np.random.default_rng(12)
X = RNG.integers(0, 256, (SAMPLES, INPUTS), dtype=np.uint8)
Y = RNG.integers(0, CLASSES, SAMPLES)


def network(dtype: str = "float32", **more: Any) -> cr.Network:
    return cr.Network([INPUTS, 4, CLASSES], scaling=cr.Standardize(0, 255), dtype=dtype, seed=1, **more)


def mapped(folder: Path, array: Array, order: Any = "C") -> Array:
    """The array as a file that is read where it is needed."""
    path = folder / f"{len(list(folder.iterdir()))}.bin"
    file = np.memmap(path, array.dtype, "w+", shape=array.shape, order=order)
    file[...] = array
    file.flush()
    return np.memmap(path, array.dtype, "r", shape=array.shape, order=order)


def peak(call: Callable[[], Any]) -> int:
    """The most bytes that were allocated at one time, beyond those before."""
    network().fit(X[:50], Y[:50], batch_size=20)  # what a first call imports belongs to no data
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def told(call: Callable[[], Any], kind: type[ChainruleError] = InputError) -> str:
    with pytest.raises(kind) as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize(
    "shape", [(0, 3), (1,), (ENTRIES,), (2 * ENTRIES + 1,), (70_000, 3), (3, 70_000), (4, 0)]
)
def test_pieces_are_all_rows_in_order(shape: tuple[int, ...]) -> None:
    found = list(pieces(shape))
    assert [i for rows in found for i in range(rows.start, rows.stop)] == list(range(shape[0]))
    width = int(np.prod(shape[1:]))
    assert all((rows.stop - rows.start) * width <= max(ENTRIES, width) for rows in found)


# --- memory -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["uint8", "float32", "float64"])
def test_a_file_is_checked_and_measured_in_little_memory(tmp_path: Path, kind: str) -> None:
    x, y = mapped(tmp_path, X.astype(kind)), mapped(tmp_path, Y)
    net = network()
    assert peak(lambda: check(net, x, y)) < 1e6
    assert peak(lambda: net.loss(x, y)) < 5e6  # for a few thousand samples at once
    assert peak(lambda: measure(net, *check(net, x, y))) < 5e6
    assert peak(lambda: cr.Standardize.fitted(x)) < 2e6
    assert peak(lambda: net.predict(x)) < 5e6 + 4 * SAMPLES * CLASSES


@pytest.mark.some(1)
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", ["uint8", "float32"])
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_training_needs_the_shuffled_index_and_little_more(
    tmp_path: Path, kind: str, order: Any, engine: str
) -> None:
    x, y = mapped(tmp_path, X.astype(kind), order), mapped(tmp_path, Y.astype(np.uint8))
    net = network()
    network().fit(X[:100], Y[:100], engine=engine)  # so that no module is loaded while memory is measured
    little = 1e6 if engine == "numpy" else 3e6  # compiling takes 2 MB, whatever there is to train on
    assert peak(lambda: net.fit(x, y, batch_size=1000, optimizer=cr.SGD(0.1), engine=engine)) < INDEX + little
    assert peak(lambda: next(net.steps(x, y, batch_size=1000))) < INDEX + 2e6
    # The next order is drawn while the last one is still there.
    both = peak(lambda: net.fit(x, y, batch_size=1000, epochs=2, validation_data=(x, y), engine=engine))
    assert both < 2 * INDEX + 5e6


def test_labels_that_are_no_integers_and_targets_in_rows_are_not_copied(tmp_path: Path) -> None:
    x, numbers, net = mapped(tmp_path, X), mapped(tmp_path, Y.astype(float)), network()
    assert peak(lambda: check(net, x, numbers)) < 1e6 + SAMPLES
    rows = np.zeros((SAMPLES, CLASSES), np.uint8)
    rows[np.arange(SAMPLES), Y] = 1
    for kind in ("uint8", "float32", "float64"):
        y = mapped(tmp_path, rows.astype(kind))
        assert peak(lambda y=y: check(net, x, y)) < 3e6
        assert np.shares_memory(check(net, x, y)[1], y)
    one = cr.Network([INPUTS, 1], output="sigmoid")
    for kind in ("uint8", "float32", "bool"):
        y = mapped(tmp_path, (Y > 4).astype(kind))
        assert peak(lambda y=y: check(one, x, y)) < 3e6
        assert np.shares_memory(check(one, x, y)[1], y)
    named = network(classes=list("abcdefghij"))
    names = np.array(list("abcdefghij"))[Y]
    assert peak(lambda: check(named, x, names)) < SAMPLES + 10e6  # a piece's names as Python's text
    np.testing.assert_array_equal(check(named, x, names)[1][:9], rows[:9])


@pytest.mark.parametrize("layout", ["F", "every other row", "not aligned"])
def test_a_batch_of_any_layout_is_gathered_by_itself(layout: str) -> None:
    small = X[:20_000].astype(np.float32)
    if layout == "F":
        source = np.asfortranarray(small)
    elif layout == "every other row":
        source = np.repeat(small, 2, axis=0)[::2]
    else:
        source = np.zeros(small.nbytes + 1, np.uint8)[1:].view(np.float32).reshape(small.shape)
        source[...] = small
        assert not source.flags.aligned
    net = network()
    rows, labels = RNG.permutation(20_000)[:10], check(net, source, Y[:20_000])[1]
    data = Batches(source, labels, 10, False, False)
    stepper = Stepper(net, cr.SGD(0.1), 10, np.zeros_like(net.parameters.flat), data)
    assert peak(lambda: stepper.load(rows)) < 100_000
    np.testing.assert_array_equal(stepper.x, small[rows])
    np.testing.assert_array_equal(stepper.y, np.eye(CLASSES)[Y[rows]])


# --- the same bits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["uint8", "float32"])
def test_a_file_gives_the_bits_of_an_array(tmp_path: Path, kind: str, dtype: str) -> None:
    n = 9_000  # more than are measured at once
    x, y = X[:n].astype(kind), Y[:n]
    first, second = network(dtype), network(dtype)
    histories = []
    for net, (a, b) in ((first, (x, y)), (second, (mapped(tmp_path, x), mapped(tmp_path, y)))):
        histories.append(net.fit(a, b, epochs=2, batch_size=400, validation_data=(a, b)))
        assert histories[-1].validation_loss[-1] == net.loss(a, b)
        assert histories[-1].validation_accuracy[-1] == (net.classify(a) == b).mean()
    assert first.parameters.flat.tobytes() == second.parameters.flat.tobytes()
    np.testing.assert_array_equal(first.predict(x), second.predict(mapped(tmp_path, x)))
    for name in ("loss", "accuracy", "validation_loss", "validation_accuracy"):
        assert getattr(histories[0], name) == getattr(histories[1], name)


def trained(outputs: int, y: Any) -> tuple[bytes, list[float], list[float]]:
    net = cr.Network([INPUTS, 4, outputs], output="softmax" if outputs > 1 else "sigmoid", seed=1)
    history = net.fit(X[: len(y)] / 255, y, epochs=2, batch_size=30)
    return net.parameters.flat.tobytes(), history.loss, history.accuracy


KINDS = ["int8", "uint8", "int32", "int64", "uint64", ">i4", "float16", "float32", "float64", "bool"]


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_labels_of_any_kind_of_number_train_the_same(kind: str, outputs: int) -> None:
    y = Y[:100] % 2
    weights, loss, accuracy = trained(outputs, y)
    assert trained(outputs, y.astype(kind)) == (weights, loss, accuracy)
    assert trained(outputs, np.repeat(y.astype(kind), 3)[::3]) == (weights, loss, accuracy)
    rows = np.eye(2)[y] if outputs == 2 else y[:, None]
    assert trained(outputs, rows.astype(kind)) == (weights, loss, accuracy)


def test_the_loss_of_many_samples_is_the_mean_over_all() -> None:
    net, n = network("float64"), 10_000
    a = net.predict(X[:n])
    expected = -np.log(a[np.arange(n), Y[:n]]).mean()
    assert net.loss(X[:n], Y[:n]) == pytest.approx(expected, rel=1e-12)
    assert net.loss(X[:100], Y[:100]) == net.trace(X[:100], Y[:100]).loss


# --- labels -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_labels_keep_the_integers_that_they_were_given(kind: str) -> None:
    given = (Y[:100] % 2).astype(kind)
    _, labels, classes = check(cr.Network([INPUTS, 3]), X[:100], given)
    assert isinstance(labels, Labels)
    assert classes == 1  # of each sample one answer is right or wrong
    assert (len(labels), labels.shape) == (100, (100, 3))
    kept = given.dtype.kind in "iub" and given.dtype.isnative
    assert np.shares_memory(labels.codes, given) == kept
    assert labels.codes.dtype == (np.dtype(kind) if kept and kind != "bool" else np.uint8)
    for rows in (slice(None), slice(10, 30), np.array([5, 99, 5]), np.array([], int)):
        np.testing.assert_array_equal(labels[rows], np.eye(3)[Y[:100] % 2][rows])
        assert labels[rows].dtype == np.float64
        buffer = np.full(labels[rows].shape, np.nan, np.float32)
        labels.put(rows, buffer)
        np.testing.assert_array_equal(buffer, labels[rows])


def test_many_classes_take_two_bytes_a_label() -> None:
    y = np.arange(300.0)
    labels = check(cr.Network([1, 300]), np.zeros((300, 1)), y)[1]
    assert isinstance(labels, Labels)
    assert labels.codes.dtype == np.uint16
    np.testing.assert_array_equal(labels[:], np.eye(300))


# --- what is wrong far from the beginning -------------------------------------------------------------------


FAR = SAMPLES - 3


def with_value(array: Array, index: Any, value: Any, kind: str = "float64") -> Array:
    array = array.astype(kind)
    array[index] = value
    return array


@pytest.mark.parametrize(
    ("index", "value", "message"),
    [
        ((FAR, 7), np.nan, f"X[{FAR}, 7] is nan: every entry must be finite."),
        (([9, FAR], 7), -np.inf, "X[9, 7] is -inf (and 1 more): every entry must be finite."),
        (
            ([100_000, FAR, FAR + 1], 7),
            np.inf,
            "X[100000, 7] is inf (and 2 more): every entry must be finite.",
        ),
        (
            ([FAR, FAR + 1], 7),
            1e300,
            f"X[{FAR}, 7] is 1e+300, more than float32 can hold: scale it, or take dtype='float64'.",
        ),
        (([FAR, FAR + 1], 7), [-1e39, np.nan], f"X[{FAR + 1}, 7] is nan: every entry must be finite."),
    ],
)
def test_an_input_is_named_by_its_own_row(index: Any, value: Any, message: str) -> None:
    bad, net = with_value(X, index, value), network()
    before = net.parameters.flat.copy()
    for call in (
        lambda: check(net, bad, Y),
        lambda: net.loss(bad, Y),
        lambda: net.predict(bad),
        lambda: net.fit(bad, Y, batch_size=1000),
    ):
        assert told(call) == message
    np.testing.assert_array_equal(net.parameters.flat, before)


def test_what_rounds_to_the_largest_float32_is_taken() -> None:
    most = float(np.finfo(np.float32).max)
    net = cr.Network([1, 1], output="identity", loss="half_squared_error", dtype="float32")
    check(net, [[np.nextafter(most, np.inf)]], [-most])
    beyond = "is 3.5e+38, more than float32 can hold: scale it, or take dtype='float64'."
    assert told(lambda: check(net, [[1.0]], [3.5e38])) == f"y[0] {beyond}"
    assert told(lambda: net.parameters.__setitem__("W1", [[3.5e38]])) == f"W1[0, 0] {beyond}"
    assert np.isfinite(net.parameters.flat).all()


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (with_value(Y, FAR, 0.5), f"y[{FAR}] is 0.5: class labels are whole numbers 0 to 9."),
        (with_value(Y, FAR, -0.5), f"y[{FAR}] is -0.5: class labels are whole numbers 0 to 9."),
        (
            with_value(Y, [FAR, FAR + 1], [10, 0.5]),
            f"y[{FAR + 1}] is 0.5: class labels are whole numbers 0 to 9.",
        ),
        (
            with_value(Y, FAR, 10, "uint8"),
            f"y[{FAR}] is 10: the network has 10 outputs, so labels go from 0 to 9.",
        ),
        (
            with_value(Y, [FAR, FAR + 1], [-1, 10], "int8"),
            f"y[{FAR}] is -1: the network has 10 outputs, so labels go from 0 to 9.",
        ),
        (
            with_value(Y, FAR, 1e30),
            f"y[{FAR}] is 1e+30: the network has 10 outputs, so labels go from 0 to 9.",
        ),
        (
            with_value(Y, FAR, 2**63, "uint64"),
            f"y[{FAR}] is 9.22337e+18: the network has 10 outputs, so labels go from 0 to 9.",
        ),
        (
            with_value(Y, FAR, -(2**63), "int64"),
            f"y[{FAR}] is -9.22337e+18: the network has 10 outputs, so labels go from 0 to 9.",
        ),
        (with_value(Y, FAR, np.nan), f"y[{FAR}] is nan: every entry must be finite."),
        (
            with_value(np.eye(CLASSES)[Y], (FAR, Y[FAR]), 0.5),
            f"y[{FAR}] sums to 0.5: with softmax and cross_entropy the targets of a sample are "
            "probabilities that sum to 1, or give y as class labels.",
        ),
        (
            with_value(np.eye(CLASSES)[Y], (FAR, 3), 2, "int8"),
            f"y[{FAR}, 3] is 2: targets of cross_entropy lie between 0 and 1.",
        ),
    ],
)
def test_a_target_is_named_by_its_own_row(y: Array, message: str) -> None:
    assert told(lambda: check(network(), X, y)) == message


def test_a_class_is_named_also_where_it_stands_late() -> None:
    names = np.array(list("abcdefghij"))[Y]
    names[FAR] = "k"
    message = told(lambda: check(network(classes=list("abcdefghij")), X, names), UnknownName)
    assert message.startswith("there is no class 'k'.")


class NoThrees(Loss):
    """A loss of one's own that does not take class 3, and says which row has it."""

    is_classification = True

    def check_targets(self, y: Array) -> None:
        assert y.dtype.kind == "f"
        if len(wrong := np.flatnonzero(y[:, 3])):
            raise InputError(f"y[{wrong[0]}] is a three.")

    def forward(self, q: Any) -> None:
        q.l = np.square(q.a - q.y).sum(axis=1)


def test_an_own_loss_looks_at_labels_and_at_rows() -> None:
    net = network(loss=NoThrees())
    y = np.where(Y == 3, 4, Y)
    check(net, X, y)  # a class that would be refused, and does not occur
    check(net, X, np.eye(CLASSES, dtype=int)[y])
    y[FAR] = 3
    assert told(lambda: check(net, X, y)) == f"y[{FAR}] is a three."
    assert told(lambda: check(net, X, np.eye(CLASSES, dtype=bool)[y])) == f"y[{FAR}] is a three."
    assert told(lambda: check(net, X[:4], [1, 2, 3, 4])) == "y[2] is a three."


def test_labels_that_suit_a_loss_cost_it_one_row_of_each_class() -> None:
    seen = []

    class Counting(NoThrees):
        def check_targets(self, y: Array) -> None:
            seen.append(len(y))

    check(network(loss=Counting()), X, Y)
    assert seen == [CLASSES]
