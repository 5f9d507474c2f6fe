"""Training: the steps of `fit` are those that are traced, bit for bit; what its history says; how it ends early."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.engines.batches import Batches
from chainrule.errors import ChainruleError, Diverged, InputError, KindError
from chainrule.model.streams import RandomStreams
from chainrule.parts.contract import Array, Optimizer
from chainrule.training.history import History
from strategies import Case, cases, optimizers
from thorough import examples

RNG = np.random.default_rng(9)
X = RNG.standard_normal((50, 3))
Y = RNG.integers(0, 3, 50)


def bits(net: cr.Network, optimizer: Optimizer | None = None) -> bytes:
    """The parameters, and what the optimizer remembers of them, to the last bit."""
    arrays = [net.parameters.flat]
    if optimizer is not None:
        memory = optimizer.state_arrays(net.parameters)
        arrays += list(memory.values())
    return b"".join(array.tobytes() for array in arrays)


# --- the same steps, bit for bit ----------------------------------------------------------------------------


@examples(150)
@given(cases(freeze=True), optimizers(), st.data())
def test_fit_takes_the_steps_that_are_traced(
    case: Case, make: Callable[[], Optimizer], data: st.DataObject
) -> None:
    """In place and kept: two epochs, shuffled or not, with a shorter last batch where the sizes give one."""
    X, y = case.data()
    size = data.draw(st.one_of(st.none(), st.integers(1, case.samples)))
    how: dict[str, Any] = {"epochs": 2, "batch_size": size, "shuffle": data.draw(st.booleans()), "seed": 3}
    fitted, stepped, a, b = case.network(), case.network(), make(), make()
    try:
        history = fitted.fit(X, y, optimizer=a, **how)
    except Diverged:
        steps = stepped.steps(X, y, optimizer=b, **how)
        for _ in range(a.t):
            next(steps)
        assert bits(fitted, a) == bits(stepped, b)
        broken = next(steps)
        assert not all(np.isfinite(value).all() for value in broken.values())
        return
    traces = list(stepped.steps(X, y, optimizer=b, **how))
    assert bits(fitted, a) == bits(stepped, b)
    assert a.t == b.t == len(traces)
    half = len(traces) // 2
    for epoch in range(2):
        own = traces[epoch * half : (epoch + 1) * half]
        assert sum(trace.samples for trace in own) == case.samples
        mean = sum(trace.loss * trace.samples for trace in own) / case.samples
        np.testing.assert_allclose(history.loss[epoch], mean, rtol=1e-12)


@examples(40)
@given(cases(freeze=True), optimizers())
def test_frozen_parameters_stay_put_and_the_others_move(case: Case, make: Callable[[], Optimizer]) -> None:
    net, (X, y) = case.network(), case.data()
    before = {name: array.copy() for name, array in net.parameters.items()}
    gradients = net.gradients(X, y)
    net.fit(X, y, optimizer=make())
    seen = (
        1e-3 if case.dtype == "float64" else 0.1
    )  # what a rate of 1e-4 leaves of it is more than rounding hides
    for name, array in net.parameters.items():
        if name in case.frozen:
            np.testing.assert_array_equal(array, before[name])
        elif np.abs(gradients[name]).max() > seen and np.abs(before[name]).max() < 10:
            assert not np.array_equal(array, before[name])
    assert set(gradients) == set(before)


def test_a_large_network_is_updated_in_pieces_with_the_same_bits() -> None:
    """More parameters than one piece of the flat buffers holds, with a frozen one between."""
    nets = [cr.Network([300, 150, 3], seed=1, dtype="float32").freeze("b1") for _ in range(2)]
    inputs = RNG.standard_normal((50, 300))
    optimizer, other = cr.Adam(0.01), cr.Adam(0.01)
    nets[0].fit(inputs, Y, epochs=2, batch_size=20, optimizer=optimizer)
    for _ in nets[1].steps(inputs, Y, epochs=2, batch_size=20, optimizer=other):
        pass
    assert bits(nets[0], optimizer) == bits(nets[1], other)
    assert not nets[0].parameters["b1"].any()


@pytest.mark.parametrize("make", [cr.SGD, cr.Momentum, cr.Adam])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_second_fit_goes_on_where_the_first_ended(make: type[Optimizer], dtype: str) -> None:
    once, twice = (cr.Network([3, 5, 3], dtype=dtype) for _ in range(2))
    a, b = make(), make()
    whole = once.fit(X, Y, epochs=5, batch_size=16, shuffle=False, optimizer=a)
    parts = [twice.fit(X, Y, epochs=n, batch_size=16, shuffle=False, optimizer=b) for n in (2, 3)]
    assert bits(once, a) == bits(twice, b)
    assert a.t == b.t == 20
    assert whole.loss == parts[0].loss + parts[1].loss


def test_the_seed_decides_the_order_and_nothing_else_does() -> None:
    def trained(seed: int) -> bytes:
        net = cr.Network([3, 5, 3])
        net.fit(X, Y, epochs=3, batch_size=16, seed=seed)
        return bits(net)

    assert trained(1) == trained(1)
    assert trained(1) != trained(2)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", ["float64", "float32", "int16"])
def test_the_layout_and_kind_of_the_inputs_change_no_bit(order: Any, kind: str) -> None:
    whole = np.round(10 * X)
    nets = [cr.Network([3, 5, 3]) for _ in range(3)]
    given_ = np.asarray(whole, dtype=kind, order=order)
    nets[0].fit(whole, Y, epochs=2, batch_size=16)
    nets[1].fit(given_, Y, epochs=2, batch_size=16)
    for _ in nets[2].steps(given_, Y, epochs=2, batch_size=16, optimizer="adam"):
        pass
    assert bits(nets[0]) == bits(nets[1]) == bits(nets[2])


def test_each_trace_of_steps_shows_what_was_applied() -> None:
    net, optimizer = cr.Network([3, 5, 3]), cr.Adam()
    for number, trace in enumerate(net.steps(X, Y, batch_size=20, optimizer=optimizer), 1):
        assert trace.step_number == optimizer.t == number
        np.testing.assert_array_equal(net.parameters["W1"], trace["W1_new"])
    assert number == 3


# --- batches ------------------------------------------------------------------------------------------------


@given(st.integers(1, 40), st.integers(1, 50), st.integers(1, 3), st.booleans(), st.integers(0, 9))
def test_every_epoch_has_every_sample_once(
    samples: int, size: int, epochs: int, shuffle: bool, seed: int
) -> None:
    zeros = np.zeros((samples, 1))
    size = min(size, samples)
    found = list(Batches(zeros, zeros, size, shuffle, 0, streams=RandomStreams(seed), epochs=epochs).each())
    assert len(found) == epochs
    for rows in found:
        parts = [np.arange(samples)[batch] for batch in rows]
        assert sorted(np.concatenate(parts)) == list(range(samples))
        assert [len(part) for part in parts[:-1]] == [size] * (len(parts) - 1)
        assert len(parts[-1]) == (samples - 1) % size + 1
        if not shuffle:
            assert np.concatenate(parts).tolist() == list(range(samples))


def test_each_epoch_is_shuffled_anew() -> None:
    zeros = np.zeros((40, 1))
    found = Batches(zeros, zeros, 8, True, 0, epochs=2).each()
    first, second = (np.concatenate([np.arange(40)[b] for b in rows]) for rows in found)
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, np.arange(40))


# --- what the history says ----------------------------------------------------------------------------------


def outputs(p: dict[str, Array], X: Array) -> Array:
    """3 → 5 tanh → 3 softmax, written out."""
    z2 = np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def test_loss_and_accuracy_are_means_over_samples_also_of_a_shorter_last_batch() -> None:
    """50 samples by 20, 20 and 10, in plain NumPy, each batch measured before its step."""
    net = cr.Network([3, 5, 3], hidden="tanh", seed=4)
    p = {name: array.copy() for name, array in net.parameters.items()}
    losses, rights = [], []
    for _ in range(2):
        loss, right = 0.0, 0
        for i in (0, 20, 40):
            x, y = X[i : i + 20], Y[i : i + 20]
            m = len(x)
            a1, a2 = np.tanh(x @ p["W1"] + p["b1"]), outputs(p, x)
            loss += -np.log(a2[np.arange(m), y]).sum()
            right += int((a2.argmax(axis=1) == y).sum())
            dz2 = (a2 - np.eye(3)[y]) / m
            dz1 = dz2 @ p["W2"].T * (1 - a1**2)
            gradients = {"W1": x.T @ dz1, "b1": dz1.sum(0), "W2": a1.T @ dz2, "b2": dz2.sum(0)}
            p = {name: p[name] - 0.5 * gradients[name] for name in p}
        losses.append(loss / 50)
        rights.append(right / 50)
    history = net.fit(X, Y, epochs=2, batch_size=20, shuffle=False, optimizer=cr.SGD(0.5))
    np.testing.assert_allclose(history.loss, losses, rtol=1e-12)
    assert history.accuracy == rights
    for name, array in net.parameters.items():
        np.testing.assert_allclose(array, p[name], rtol=1e-11, atol=1e-13)
    assert (history.samples, history.epochs, history.stopped) == (50, 2, "")
    assert len(history.seconds) == 2


def test_validation_is_measured_after_the_epoch() -> None:
    net = cr.Network([3, 5, 3], hidden="tanh", seed=4)
    held = RNG.standard_normal((5000, 3)), RNG.integers(0, 3, 5000)  # more than are predicted at once
    history = net.fit(X, Y, epochs=3, batch_size=20, validation_data=held)
    a2 = outputs(dict(net.parameters), held[0])
    loss = -np.log(a2[np.arange(5000), held[1]]).mean()
    assert (len(history.validation_loss), len(history.validation_accuracy)) == (3, 3)
    assert history.validation_loss[-1] == pytest.approx(loss, rel=1e-12)
    assert history.validation_accuracy[-1] == (a2.argmax(axis=1) == held[1]).mean()


def test_validation_does_not_change_the_training() -> None:
    with_it, without = cr.Network([3, 5, 3]), cr.Network([3, 5, 3])
    with_it.fit(X, Y, epochs=2, batch_size=20, validation_data=(X[:7], Y[:7]))
    without.fit(X, Y, epochs=2, batch_size=20)
    assert bits(with_it) == bits(without)


@pytest.mark.parametrize("output", ["identity", "tanh", "relu", "sigmoid", "softmax", lambda z: z])
def test_accuracy_is_that_of_the_outputs_before_the_step(output: Any) -> None:
    net = cr.Network([3, 3], output=output, loss="mean_squared_error", seed=1)
    right = (net.predict(X).argmax(axis=1) == Y).mean()
    assert net.fit(X, Y).accuracy == [right]


def test_accuracy_of_yes_or_no() -> None:
    labels = (X[:, 0] > 0).astype(int)
    net = cr.Network([3, 1], output="sigmoid", seed=1)
    right = ((X @ net.parameters["W1"])[:, 0] > 0) == (labels == 1)
    history = net.fit(X, labels, validation_data=(X, labels))
    assert history.accuracy == [right.mean()]
    after = ((X @ net.parameters["W1"] + net.parameters["b1"])[:, 0] > 0) == (labels == 1)
    assert history.validation_accuracy == [after.mean()]


def test_regression_has_no_accuracy() -> None:
    net = cr.Network([3, 2], output="identity", loss="mean_squared_error")
    history = net.fit(X, X[:, :2], epochs=2, validation_data=(X, X[:, :2]))
    assert (history.accuracy, history.validation_accuracy) == ([], [])
    assert history.last() == {
        "loss": history.loss[-1],
        "validation_loss": history.validation_loss[-1],
    }
    assert history.validation_loss[-1] == pytest.approx(((net.predict(X) - X[:, :2]) ** 2).mean(), rel=1e-12)


def test_how_a_history_is_written() -> None:
    history = History(50, [0.7, 0.25], [0.5, 0.75], [0.9, 0.5], [0.25, 0.5], [0.5, 0.5])
    assert str(history) == (
        "History: 2 epochs of 50 samples  loss 0.25  accuracy 0.75  validation loss 0.5  validation accuracy 0.5  "
        "100 samples/s"
    )
    history.engine, history.threads, history.stopped = "compiled", 1, "stopped by Ctrl-C after epoch 2 of 9"
    assert str(history).endswith("  100 samples/s  compiled, 1 thread  stopped by Ctrl-C after epoch 2 of 9")
    history.stopped, history.restored = "", 2
    assert str(history).endswith("  compiled, 1 thread  the weights of epoch 2 are restored")
    history.stopped = "loss did not improve for 5 epochs; the weights of epoch 2 are restored"
    assert str(history).endswith("  compiled, 1 thread  " + history.stopped)
    assert str(History(stopped="stopped by Ctrl-C in epoch 1 of 9")) == (
        "History: no epoch finished, stopped by Ctrl-C in epoch 1 of 9"
    )


def test_fit_is_quiet_where_there_is_no_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    cr.Network([3, 5, 3]).fit(X, Y, epochs=2)
    assert capfd.readouterr() == ("", "")


# --- samples that are changed before each step --------------------------------------------------------------


def jitter(X: Array, rng: np.random.Generator) -> Array:
    return X + 0.1 * rng.standard_normal(X.shape)


@pytest.mark.parametrize("size", [None, 16])
@pytest.mark.parametrize("shuffle", [True, False])
def test_samples_are_changed_in_each_step_by_the_seed(size: int | None, shuffle: bool) -> None:
    """The traces hold what the function made of the batch, and `fit` takes the same steps."""
    nets = [cr.Network([3, 5, 3]) for _ in range(4)]
    how: dict[str, Any] = {"epochs": 3, "batch_size": size, "shuffle": shuffle}
    plain = [trace["x"] for trace in nets[0].steps(X, Y, **how)]
    changed = [trace["x"] for trace in nets[1].steps(X, Y, transform=jitter, **how)]
    rng = np.random.default_rng(0).spawn(2)[1]
    for before, after in zip(plain, changed, strict=True):
        np.testing.assert_array_equal(after, jitter(before, rng))
    nets[2].fit(X, Y, transform=jitter, engine="numpy", **how)
    assert bits(nets[1]) == bits(nets[2])
    nets[3].fit(X, Y, transform=jitter, engine="numpy", seed=1, **how)
    assert bits(nets[2]) != bits(nets[3])


def test_a_divergence_under_a_transform_is_found_again() -> None:
    """The steps of the block are taken again with the same chance."""
    net, other = (cr.Network([3, 1], output="identity", loss="mean_squared_error") for _ in range(2))
    optimizer, its = cr.SGD(1e6), cr.SGD(1e6)
    how: dict[str, Any] = {"epochs": 99, "batch_size": 20, "transform": jitter}
    with pytest.raises(Diverged, match=r"Training stopped there"):
        net.fit(X, X[:, 0] + 1, optimizer=optimizer, engine="numpy", **how)
    steps = other.steps(X, X[:, 0] + 1, optimizer=its, **how)
    for _ in range(optimizer.t):
        next(steps)
    assert bits(net) == bits(other)


def test_what_is_no_transform() -> None:
    net = cr.Network([3, 5, 3])
    before = bits(net)
    for transform, kind, message in (
        (3, KindError, "transform = 3 is no function: give one of the samples and a random generator."),
        (
            lambda X, rng: X[:, :2],
            InputError,
            "the transform gave the shape (50, 2) for samples of the shape (50, 3): it must keep it.",
        ),
    ):
        with pytest.raises(kind, match=f"^{re.escape(message)}$"):
            net.fit(X, Y, transform=transform)
    assert bits(net) == before


def test_a_transform_may_look_at_the_number_of_inputs_before_training() -> None:
    class Choosy:
        def check(self, inputs: int) -> None:
            raise InputError(f"not {inputs}")

        def __call__(self, X: Array, rng: np.random.Generator) -> Array:
            raise AssertionError("it was checked before")

    for call in (cr.Network([3, 5, 3]).fit, cr.Network([3, 5, 3]).steps):
        with pytest.raises(InputError, match=r"^not 3$"):
            call(X, Y, transform=Choosy())


# --- it explodes --------------------------------------------------------------------------------------------

HELP = "A smaller learning rate, or inputs scaled to mean 0 and standard deviation 1, usually helps."


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning", "ignore:invalid:RuntimeWarning")
@pytest.mark.parametrize("make", [lambda: cr.SGD(1e6), lambda: cr.Momentum(1e6)])
def test_a_loss_that_explodes_stops_before_the_step_that_broke(make: Callable[[], Optimizer]) -> None:
    """A linear regression by 8, 8 and 4 samples: l = (a - y)² is the first to leave what float64 holds."""
    inputs, y = X[:20], X[:20, :1] + 1
    net, optimizer = cr.Network([3, 1], output="identity", loss="mean_squared_error"), make()
    w, b, v, u = net.parameters["W1"].copy(), np.zeros(1), np.zeros((3, 1)), np.zeros(1)
    mu = getattr(optimizer, "momentum", 0)
    step, found = 0, None
    while found is None:
        for i in (0, 8, 16):
            x, target = inputs[i : i + 8], y[i : i + 8]
            a = x @ w + b
            l = ((a - target) ** 2)[:, 0]
            if not np.isfinite(l).all():
                found = step, int(np.flatnonzero(~np.isfinite(l))[0]), i // 8 + 1
                break
            g = 2 * (a - target) / len(x)
            v, u = mu * v + x.T @ g, mu * u + g.sum(axis=0)
            w, b = w - 1e6 * v, b - 1e6 * u
            step += 1
    steps, entry, batch = found
    assert steps > 3
    with pytest.raises(Diverged) as caught:
        net.fit(inputs, y, epochs=99, batch_size=8, shuffle=False, optimizer=optimizer)
    message = str(caught.value)
    assert isinstance(caught.value, ArithmeticError)
    assert message.startswith(
        f"epoch {steps // 3 + 1}, batch {batch} of 3: the first number that is not finite is l[{entry}] = "
        f"(a1[{entry}, 0] - y[{entry}, 0])² = ("
    )
    assert message.endswith(
        " = inf. Training stopped there, and the parameters are as they were before that step "
        f"(step {steps + 1}). {HELP}"
    )
    np.testing.assert_allclose(net.parameters["W1"], w, rtol=1e-9)
    np.testing.assert_allclose(net.parameters["b1"], b, rtol=1e-9)
    # and bit for bit those of a run that stops there, in the middle of an epoch
    other, its = cr.Network([3, 1], output="identity", loss="mean_squared_error"), make()
    generator = other.steps(inputs, y, epochs=99, batch_size=8, shuffle=False, optimizer=its)
    for _ in range(steps):
        next(generator)
    assert optimizer.t == its.t == steps
    assert bits(net, optimizer) == bits(other, its)


def test_the_quantity_and_the_operands_that_broke_are_told() -> None:
    net = cr.Network(
        [2, 1, 1], hidden=np.log, output="identity", loss="half_squared_error",
        parameters={"W1": [[1.0], [0.0]], "W2": [[1.0]]},
    )  # fmt: skip
    before = net.parameters.flat.copy()
    optimizer = cr.Adam(0)
    with pytest.raises(Diverged) as caught:
        net.fit(
            [[1, 0], [2, 0], [3, 0], [-0.5, 0]],
            np.zeros((4, 1)),
            batch_size=2,
            shuffle=False,
            optimizer=optimizer,
        )
    assert str(caught.value) == (
        "epoch 1, batch 2 of 2: the first number that is not finite is a1[1, 0] = log(z1[1, 0]) = log(-0.5) = nan. "
        f"Training stopped there, and the parameters are as they were before that step (step 2). {HELP}"
    )
    np.testing.assert_array_equal(net.parameters.flat, before)
    assert optimizer.t == 1


def test_training_goes_on_after_a_divergence_with_a_smaller_rate() -> None:
    net = cr.Network([3, 1], output="identity", loss="mean_squared_error")
    with pytest.raises(Diverged):
        net.fit(X, X[:, 0], epochs=99, optimizer=cr.SGD(1e6))
    assert np.isfinite(net.parameters.flat).all()
    net.parameters["W1"] = np.zeros((3, 1))
    net.parameters["b1"] = [0]
    history = net.fit(X, X[:, 0], epochs=500, optimizer=cr.SGD(0.3))
    assert history.loss[-1] < 1e-12


def test_a_divergence_in_the_last_step_is_found() -> None:
    """The loss of the last batch is finite; what the step makes of the parameters is not."""
    net = cr.Network([3, 1], output="identity", loss="mean_squared_error", dtype="float32")
    before = net.parameters.flat.copy()
    with pytest.raises(Diverged) as caught:
        net.fit(X, 1e9 * X[:, 0], optimizer=cr.SGD(1e30))
    assert str(caught.value).startswith(
        "epoch 1, batch 1 of 1: the first number that is not finite is W1_new[0, 0] = W1[0, 0] - eta×dW1[0, 0] = "
    ) or str(caught.value).startswith(
        "epoch 1, batch 1 of 1: the first number that is not finite is W1_new[0, 0] = W1[0, 0] - η×dW1[0, 0] = "
    )
    np.testing.assert_array_equal(net.parameters.flat, before)


def test_losses_whose_sum_is_not_finite() -> None:
    net = cr.Network([3, 1], output="identity", loss="mean_squared_error")
    try:
        history = net.fit(X, np.full(50, 1e154), batch_size=1, optimizer=cr.SGD(1e-300))
        assert history.loss == [pytest.approx(1e308)]
    except ChainruleError:
        pass


def test_the_message_of_a_divergence_stays_readable() -> None:
    net = cr.Network([3, 4, 1], output="identity", loss="mean_squared_error")
    with pytest.raises(Diverged) as caught:
        net.fit(X, X[:, 0], epochs=99, optimizer=cr.Momentum(1e6))
    assert not re.search(r"\d{30}", str(caught.value))


# --- Ctrl-C -------------------------------------------------------------------------------------------------

SCRIPT = """
import signal, sys, threading, time
import numpy as np
import chainrule as cr

rng = np.random.default_rng(9)
X, y = rng.standard_normal((200_000, 3)), rng.integers(0, 3, 200_000)
if sys.argv[1] == "full":
    X, y = X[:50], y[:50]
net, optimizer = cr.Network([3, 5, 3]), cr.Adam()


def tell():
    while optimizer.t < 20:
        time.sleep(0.01)
    print("training", flush=True)


threading.Thread(target=tell).start()
history = net.fit(X, y, epochs=10**9, batch_size=None if sys.argv[1] == "full" else 1,
                  shuffle=False, optimizer=optimizer, engine=sys.argv[2])
print(history.stopped)
print(history.epochs, optimizer.t)
print(net.parameters.flat.tobytes().hex())
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""


@pytest.mark.some(2)
@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to a process alone")
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("how", ["full", "mini"])
def test_ctrl_c_ends_soon_and_keeps_the_network(how: str, engine: str) -> None:
    path = {**os.environ, "PYTHONPATH": str(Path(cr.__file__).parents[1]), "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, how, engine],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=path,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "training\n"
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        stopped = process.stdout.readline().strip()
        waited = time.monotonic() - sent
        counts, kept, back = (process.stdout.readline().strip() for _ in range(3))
        assert process.stderr.read() == ""
        assert process.wait(timeout=10) == 0
    assert waited < 20  # of years
    assert back == "True"
    epochs, steps = map(int, counts.split())
    assert steps >= 20
    if how == "full":
        assert stopped == f"stopped by Ctrl-C after epoch {epochs} of 1000000000"
        assert epochs == steps
    else:
        assert stopped == f"stopped by Ctrl-C in epoch {epochs + 1} of 1000000000"
        assert epochs == steps // 200_000
    # the parameters are those of a run of just so many steps
    rng = np.random.default_rng(9)
    inputs, y = rng.standard_normal((200_000, 3)), rng.integers(0, 3, 200_000)
    net = cr.Network([3, 5, 3])
    if how == "full":
        net.fit(inputs[:50], y[:50], epochs=steps, shuffle=False, engine=engine)
    else:
        rows = np.arange(steps) % len(y)
        net.fit(inputs[rows], y[rows], batch_size=1, shuffle=False, engine=engine)
    assert net.parameters.flat.tobytes().hex() == kept


def test_training_in_a_thread_leaves_signals_alone() -> None:
    import threading

    net, found = cr.Network([3, 5, 3]), []
    thread = threading.Thread(target=lambda: found.append(net.fit(X, Y, epochs=2)))
    handler = signal.getsignal(signal.SIGINT)
    thread.start()
    thread.join(timeout=30)
    assert found[0].epochs == 2
    assert signal.getsignal(signal.SIGINT) is handler
