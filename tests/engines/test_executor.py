"""The reading that trains, against the reading that keeps every quantity; and what it allocates: no arrays."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.engines.batches import Batches
from chainrule.engines.executor import Executor
from chainrule.engines.numpy_engine import Stepper
from chainrule.model.samples import check
from chainrule.parts.contract import Array, Optimizer
from strategies import Case, cases, optimizers, own_activations
from thorough import examples

RNG = np.random.default_rng(6)


def bits(net: cr.Network) -> bytes:
    return net.parameters.flat.tobytes()


@examples(80)
@given(cases(), st.data())
def test_kept_quantities_equal_a_run_that_keeps_all(case: Case, data: st.DataObject) -> None:
    """Several batches in the same buffers: nothing of an earlier run may shine through."""
    net, (X, y) = case.network(), case.data(2 * case.samples)
    program, m = net.program(), case.samples
    gradients = [f"d{name}" for name in net.parameters]
    keep = sorted({"L", *data.draw(st.lists(st.sampled_from(sorted(program.quantities))))})
    x, target = np.zeros((m, net.inputs), net.dtype), np.zeros((m, net.outputs), net.dtype)
    outputs = {f"d{name}": np.empty_like(array) for name, array in net.parameters.items()}
    tape = program.tape([*keep, *gradients])
    line = Executor(
        tape,
        {program.data: x, "y": target, **net.parameters, **net.constants},
        {"m": m, "k": net.outputs},
        [(tape.places[name], array) for name, array in outputs.items()],
    )
    X, y, _ = check(net, X, y)
    for rows in (slice(0, m), slice(m, 2 * m)):
        x[...], target[...] = X[rows], y[rows]
        with np.errstate(all="ignore"):
            line.run({"m": m, "k": net.outputs})
        trace = net.trace(X[rows], y[rows])
        for name in [*keep, *gradients]:
            found = outputs[name] if name in outputs else line.values[name]
            np.testing.assert_array_equal(found, trace[name], err_msg=name)


@examples(100)
@given(own_activations(), st.sampled_from(["float64", "float32"]), optimizers())
def test_buffers_that_are_used_again_do_not_mix_up_an_activation_of_several_lines(
    activation: Callable[[Any], Any], dtype: str, make: Callable[[], Optimizer]
) -> None:
    X, y = RNG.standard_normal((7, 3)), RNG.integers(0, 2, 7)
    fast, slow = (cr.Network([3, 4, 4, 2], hidden=activation, dtype=dtype) for _ in range(2))
    fast.fit(X, y, epochs=2, batch_size=3, optimizer=make())
    for trace in slow.steps(X, y, epochs=2, batch_size=3, optimizer=make()):
        assert trace["dW1"].dtype == np.dtype(dtype)
    assert bits(fast) == bits(slow)


def batches(net: cr.Network, X: Array, y: Any) -> Batches:
    return Batches(X, check(net, X, y)[1], ROWS, False, False)


def test_numbers_that_change_from_step_to_step_are_read_at_each_step() -> None:
    """Adam's 1 - β^t, computed in double precision before it meets a float32 array."""
    for dtype in ("float64", "float32"):
        net, optimizer = cr.Network([2, 2], dtype=dtype, seed=3), cr.Adam(0.1)
        X, y = RNG.standard_normal((4, 2)), [0, 1, 1, 0]
        gradients = np.zeros_like(net.parameters.flat)
        stepper = Stepper(net, optimizer, 4, gradients, batches(net, X, y))
        stepper.load(slice(0, 4))
        w, m, v = net.parameters.flat.copy(), *np.zeros((2, 6), dtype)
        kind = np.dtype(dtype).type
        for t in range(1, 6):
            stepper.step()
            m = kind(0.9) * m + kind(1 - 0.9) * gradients
            v = kind(0.999) * v + kind(1 - 0.999) * (gradients * gradients)
            m_hat, v_hat = m / kind(1 - 0.9**t), v / kind(1 - 0.999**t)
            w = w - kind(0.1) * m_hat / (np.sqrt(v_hat) + kind(1e-8))
            np.testing.assert_array_equal(net.parameters.flat, w)


@pytest.mark.parametrize(
    ("function", "dtype"),
    [
        (lambda z: np.where((z > 0) * (z < 1), z, 0.1 * z), "float64"),
        (lambda z: z * np.where(z > 0, 1.0, 0.1), "float32"),
        (lambda z: z * (1 - (z > 0)), "float32"),
    ],
)
def test_conditions_in_arithmetic_are_1_and_0(function: Callable[[Any], Any], dtype: str) -> None:
    X, y = RNG.standard_normal((7, 3)), RNG.integers(0, 2, 7)
    fast, slow = (cr.Network([3, 4, 2], hidden=function, dtype=dtype) for _ in range(2))
    fast.fit(X, y, epochs=2, batch_size=3)
    for _ in slow.steps(X, y, epochs=2, batch_size=3):
        pass
    assert bits(fast) == bits(slow)


# --- no arrays are allocated --------------------------------------------------------------------------------

ARRAYS = np.lib.tracemalloc_domain
ROWS = 2048
SMALLEST = 4 * ROWS  # bytes: an array with one number a sample in float32


def allocated(stepper: Stepper, buffer: int) -> tuple[int, int]:
    """By three steps: the most memory in use at once beyond that before them, and arrays' memory left after them.

    NumPy copies a stretched operand, such as b in z + b, piece by piece through a buffer of its own, of up to
    `buffer` numbers (8192 unless told).
    """
    usual = np.setbufsize(buffer)
    try:
        with np.errstate(all="ignore"):
            stepper.step()
            tracemalloc.start()
            stepper.step()
            before, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            for _ in range(3):
                stepper.step()
            _, peak = tracemalloc.get_traced_memory()
            snapshot = tracemalloc.take_snapshot().filter_traces(
                [tracemalloc.DomainFilter(inclusive=True, domain=ARRAYS)]
            )
    finally:
        tracemalloc.stop()
        np.setbufsize(usual)
    return peak - before, sum(trace.size for trace in snapshot.traces)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    ("hidden", "output", "loss", "optimizer"),
    [
        ("relu", "softmax", "cross_entropy", cr.Adam),
        ("tanh", "sigmoid", "cross_entropy", cr.SGD),
        ("sigmoid", "identity", "mean_squared_error", cr.Momentum),
        ("softmax", "tanh", "half_squared_error", cr.Adam),
        (lambda z: np.where(z > 0, z, 0.1 * z) * (z < 3), "softmax", "cross_entropy", cr.SGD),
    ],
)
def test_steps_allocate_no_arrays(
    hidden: Any, output: str, loss: str, optimizer: type[Optimizer], dtype: str
) -> None:
    net = cr.Network([10, 8, 6], hidden=hidden, output=output, loss=loss, dtype=dtype).freeze("b1")
    X, y = RNG.standard_normal((ROWS, 10)), RNG.integers(0, 6, ROWS)
    stepper = Stepper(net, optimizer(), ROWS, np.zeros_like(net.parameters.flat), batches(net, X, y))
    stepper.load(slice(0, ROWS))
    beyond, left = allocated(stepper, 16)
    assert left == 0
    assert beyond < SMALLEST  # about 3 kB of Python's objects and NumPy's iterators
    beyond, left = allocated(stepper, 8192)
    assert left == 0
    assert beyond < 8192 * np.dtype(dtype).itemsize + SMALLEST


def test_the_measurement_sees_one_small_array() -> None:
    class OneMore(Stepper):
        def step(self) -> float:
            np.zeros(ROWS, np.float32)
            return super().step()

    net = cr.Network([10, 8, 6], dtype="float32")
    X, y = RNG.standard_normal((ROWS, 10)), RNG.integers(0, 6, ROWS)
    stepper = OneMore(net, cr.SGD(), ROWS, np.zeros_like(net.parameters.flat), batches(net, X, y))
    beyond, _ = allocated(stepper, 16)
    assert beyond >= SMALLEST


def test_loading_a_batch_into_a_float32_network_needs_no_copy_of_the_data() -> None:
    net = cr.Network([10, 8, 6], dtype="float32")
    X, y = (
        RNG.standard_normal((20 * ROWS, 10)).astype(np.float32),
        np.eye(6, dtype=np.float32)[[0] * 20 * ROWS],
    )
    stepper = Stepper(net, cr.SGD(), ROWS, np.zeros_like(net.parameters.flat), batches(net, X, y))
    rows = RNG.permutation(20 * ROWS)[:ROWS]
    stepper.load(rows)
    np.testing.assert_array_equal(stepper.x, X[rows])
    tracemalloc.start()
    try:
        stepper.load(rows)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < SMALLEST
