"""L-BFGS: scipy's steps on our gradients, what does not go with it, and its script."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.optimize
import torch

import chainrule as cr
from chainrule.errors import Diverged, InputError, KindError, MissingPackage
from chainrule.parts.contract import Array, Optimizer

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((50, 4)), RNG.integers(0, 3, 50)


def network(**more: Any) -> cr.Network:
    return cr.Network([4, 8, 3], hidden="tanh", seed=1, **more)


def normalized(**more: Any) -> cr.Network:
    return cr.Network([cr.Dense(4, 8), cr.BatchNorm(), cr.Tanh(), cr.Dense(8, 3), cr.Softmax()], **more)


def torchs_loss(flat: Array) -> tuple[float, Array]:
    """The loss of the network over all samples, and its gradient, by PyTorch."""
    w = torch.tensor(flat, requires_grad=True)
    W1, b1, W2, b2 = w[:32].reshape(4, 8), w[32:40], w[40:64].reshape(8, 3), w[64:]
    z2 = torch.tanh(torch.from_numpy(X) @ W1 + b1) @ W2 + b2
    loss = torch.nn.functional.cross_entropy(z2, torch.from_numpy(Y))
    loss.backward()
    assert w.grad is not None
    return float(loss.detach()), w.grad.numpy()


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_it_takes_scipys_steps_on_pytorchs_gradients(engine: str) -> None:
    net, optimizer = network(), cr.LBFGS(pairs=7)
    path: list[float] = []
    expected = scipy.optimize.minimize(
        torchs_loss, net.parameters.flat.copy(), jac=True, method="L-BFGS-B",
        callback=lambda intermediate_result: path.append(intermediate_result.fun),
        options={"maxiter": 25, "maxcor": 7},
    )  # fmt: skip
    first = net.loss(X, Y)
    history = net.fit(X, Y, epochs=25, optimizer=optimizer, engine=engine)
    assert (history.epochs, optimizer.t, expected.nit, history.stopped) == (25, 25, 25, "")
    # as they were before each iteration
    np.testing.assert_allclose(history.loss, [first, *path[:-1]], rtol=1e-8)
    np.testing.assert_allclose(net.parameters.flat, expected.x, rtol=0, atol=1e-6)
    assert net.loss(X, Y) == pytest.approx(path[-1], rel=1e-8)
    assert len(history.seconds) == len(history.accuracy) == 25
    assert history.accuracy[0] == (network().classify(X) == Y).mean()
    assert (history.engine, history.threads, history.why) == (engine, int(engine == "compiled"), "asked for")
    assert (history.result.nit, history.result.nfev) == (expected.nit, expected.nfev)
    np.testing.assert_array_equal(history.result.x, net.parameters.flat)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_it_asks_for_the_loss_no_more_often_than_it_may(engine: str) -> None:
    net = network()
    history = net.fit(X, Y, epochs=200, optimizer=cr.LBFGS(max_fun=9), engine=engine)
    expected = scipy.optimize.minimize(
        torchs_loss,
        network().parameters.flat,
        jac=True,
        method="L-BFGS-B",
        options={"maxfun": 9, "maxiter": 200},
    )
    assert (history.result.nfev, history.epochs) == (expected.nfev, expected.nit)
    assert history.stopped == "the loss was asked for 9 times, the most that is allowed"
    np.testing.assert_allclose(net.parameters.flat, expected.x, rtol=0, atol=1e-6)


def test_a_compiled_network_in_float32_is_asked_in_float32() -> None:
    found = [network(dtype="float32") for _ in range(2)]
    for net, engine in zip(found, ("numpy", "compiled"), strict=True):
        net.fit(X, Y, epochs=5, optimizer="lbfgs", engine=engine)
        assert net.parameters.flat.dtype == np.float32
    np.testing.assert_allclose(found[0].parameters.flat, found[1].parameters.flat, rtol=0, atol=1e-3)


def test_batch_normalization_and_frozen_weights_go_compiled_too() -> None:
    found = []
    for engine in ("numpy", "compiled"):
        net = cr.Network(
            [cr.Dense(4, 8), cr.BatchNorm(), cr.Tanh(), cr.Dense(8, 3), cr.Softmax()], seed=2
        ).freeze("W1")
        before = net.parameters["W1"].copy()
        history = net.fit(X, Y, epochs=8, optimizer="lbfgs", engine=engine, validation_data=(X[:20], Y[:20]))
        np.testing.assert_array_equal(net.parameters["W1"], before)
        found.append((net, history))
    (one, first), (two, second) = found
    np.testing.assert_allclose(one.parameters.flat, two.parameters.flat, rtol=0, atol=1e-7)
    np.testing.assert_allclose(first.validation_loss, second.validation_loss, rtol=1e-7)
    for name, array in one.buffers.items():
        np.testing.assert_allclose(two.buffers[name], array, rtol=1e-7)


def test_it_ends_where_it_has_converged_and_says_why() -> None:
    net, optimizer = network(penalty=cr.L2(0.01)), cr.LBFGS(gradient_tolerance=1e-4, loss_tolerance=0)
    history = net.fit(X, Y, epochs=500, optimizer=optimizer)
    assert history.epochs < 500
    assert history.stopped == "converged: no gradient is above 0.0001"
    assert all(np.abs(gradient).max() <= 1e-4 for gradient in net.gradients(X, Y).values())
    again = net.fit(X, Y, epochs=500, optimizer=optimizer)
    assert (again.epochs, again.stopped) == (0, history.stopped)
    assert optimizer.t == history.epochs
    history = network().fit(X, Y, epochs=500, optimizer=cr.LBFGS(loss_tolerance=0.1))
    assert history.stopped == "converged: the loss falls by less than 0.1 of itself"


def test_validation_callbacks_and_a_batch_of_all_samples() -> None:
    net, seen = network(), []

    def look(run: cr.Run) -> None:
        seen.append((run.epoch, run.step, run.batch, run.loss, run.learning_rate, net.loss(X, Y)))
        if run.epoch == 6:
            run.stop("enough")

    history = net.fit(
        X, Y, epochs=20, batch_size=80, optimizer=cr.LBFGS(), validation_data=(X, Y), callbacks=[look]
    )
    assert (history.epochs, history.stopped) == (6, "enough")
    assert [each[:3] for each in seen] == [(n, n, 1) for n in range(1, 7)]
    assert [each[3] for each in seen] == history.loss
    assert [each[4] for each in seen] == [None] * 6
    assert [each[5] for each in seen] == history.validation_loss
    np.testing.assert_allclose(history.validation_loss[:-1], history.loss[1:], rtol=1e-12)
    other = network()
    other.fit(X, Y, epochs=6, optimizer=cr.LBFGS())
    np.testing.assert_array_equal(net.parameters.flat, other.parameters.flat)


def test_early_stopping_restores_the_best_weights() -> None:
    held_out = RNG.standard_normal((30, 4)), RNG.integers(0, 3, 30)
    net = network()
    stopping = cr.EarlyStopping(patience=3)
    history = net.fit(X, Y, epochs=200, optimizer=cr.LBFGS(), validation_data=held_out, callbacks=[stopping])
    assert history.restored == 1 + int(np.argmin(history.validation_loss))
    assert net.loss(*held_out) == min(history.validation_loss)


def test_an_error_of_a_callback_reaches_the_caller_with_the_network_as_the_last_iteration_left_it() -> None:
    net, other = network(), network()

    def fails(run: cr.Run) -> None:
        if run.epoch == 4:
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match=r"^no$"):
        net.fit(X, Y, epochs=20, optimizer=cr.LBFGS(), callbacks=[fails])
    other.fit(X, Y, epochs=4, optimizer=cr.LBFGS())
    np.testing.assert_array_equal(net.parameters.flat, other.parameters.flat)


def test_frozen_parameters_stay_and_weighted_samples_count() -> None:
    net = network().freeze("W1", "b2")
    before = {name: array.copy() for name, array in net.parameters.items()}
    weight = np.r_[np.ones(25), np.zeros(25)]
    history = net.fit(X, Y, epochs=5, optimizer=cr.LBFGS(), sample_weight=weight)
    assert [name for name, array in net.parameters.items() if np.array_equal(array, before[name])] == [
        "W1",
        "b2",
    ]
    assert history.loss[0] == pytest.approx(network().loss(X[:25], Y[:25]) / 2, rel=1e-12)
    assert net.loss(X[:25], Y[:25]) / 2 < history.loss[-1]


def test_batch_normalization_remembers_what_iterations_saw_and_nothing_that_was_only_tried() -> None:
    net = normalized()
    traces = []
    net.fit(X, Y, epochs=5, optimizer=cr.LBFGS(), callbacks=[lambda run: traces.append(net.trace(X, Y))])
    run = np.zeros(8)
    for trace in traces:
        run = 0.9 * run + 0.1 * trace["mu1"]
    np.testing.assert_allclose(net.buffers["mu1_run"], run, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "make",
    [
        network,
        lambda **more: network(penalty=cr.L2(0.01), **more).freeze("b1", "W2"),
        normalized,
        lambda **more: cr.Network([4, 6, 1], output="identity", loss="mean_squared_error", **more),
    ],
    ids=["plain", "penalty and frozen", "batch norm", "regression"],
)
def test_the_script_gives_the_bits_of_fit(make: Callable[..., cr.Network], dtype: str) -> None:
    net = make(dtype=dtype)
    y = Y if net.outputs > 1 else RNG.standard_normal((50, 1))
    text, script = net.code(optimizer=cr.LBFGS(4, 1e-7), epochs=12), {"__name__": "script"}
    assert "from scipy.optimize import minimize\n" in text
    exec(text, script)
    trained, losses = script["train"](X, y, dict(net.parameters))  # type: ignore[operator]
    history = net.fit(X, y, epochs=12, optimizer=cr.LBFGS(4, 1e-7))
    assert history.epochs > 2
    assert losses == history.loss
    for name, array in {**net.parameters, **net.buffers}.items():
        assert trained[name].dtype == dtype
        np.testing.assert_array_equal(trained[name], array)


def test_the_program_ends_at_the_gradients() -> None:
    net = network()
    trace = net.trace(X[:2], Y[:2], cr.LBFGS())
    assert net.program(cr.LBFGS()) is net.program()
    assert list(trace) == list(net.trace(X[:2], Y[:2]))
    assert not [name for name in trace if name.endswith("_new")]
    assert "It takes no single steps to show" in str(trace.explain())


def refused(how: Callable[[], Any], kind: type[Exception] = InputError) -> str:
    with pytest.raises(kind) as caught:
        how()
    return str(caught.value)


def test_what_does_not_go_with_it_is_said_before_training_starts() -> None:
    net = network()
    before = net.parameters.flat.copy()
    assert refused(lambda: net.fit(X, Y, batch_size=20, optimizer="lbfgs")) == (
        "LBFGS takes all 50 samples at once, and batch_size = 20: leave it out, or take another optimizer."
    )
    assert refused(lambda: net.fit(X, Y, transform=lambda x, rng: x, optimizer="lbfgs")) == (
        "LBFGS compares losses of the same samples, and transform changes them from step to step: leave it out, or "
        "take another optimizer."
    )
    assert refused(lambda: net.steps(X, Y, optimizer="lbfgs")) == (
        "LBFGS asks for the loss where it likes, and has no single steps to trace: take fit."
    )
    assert refused(lambda: net.code(optimizer="lbfgs", batch_size=20)) == (
        "LBFGS takes all samples at once: leave batch_size out."
    )
    assert refused(lambda: cr.LBFGS(clip="clip_norm")) == (
        "LBFGS takes no clip = ClipNorm(1.0): its line search needs the gradients as they are."
    )
    assert refused(lambda: cr.Lookahead("lbfgs")) == (
        "Lookahead goes around one of the other optimizers, not around LBFGS(10)."
    )
    np.testing.assert_array_equal(net.parameters.flat, before)
    dropping = cr.Network([cr.Dense(4, 8), cr.ReLU(), cr.Dropout(0.5), cr.Dense(8, 3), cr.Softmax()])
    noise = (
        "LBFGS compares losses of the same network, and Dropout(0.5) brings chance into them: take another "
        "optimizer, or leave the layer out."
    )
    assert refused(lambda: dropping.fit(X, Y, optimizer="lbfgs")) == noise
    assert refused(lambda: dropping.code(optimizer="lbfgs")) == noise
    assert refused(lambda: net.freeze("W1", "b1", "W2", "b2").fit(X, Y, optimizer="lbfgs")) == (
        "every parameter is frozen: LBFGS has nothing to train."
    )


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: cr.LBFGS(0), InputError, "LBFGS: pairs = 0 is out of range: it must be at least 1."),
        (lambda: cr.LBFGS(cr.Cosine(0.1)), KindError,
         "LBFGS: pairs = Cosine(0.1) is no whole number: give one that is at least 1."),
        (lambda: cr.LBFGS(loss_tolerance=-1), InputError,
         "LBFGS: loss_tolerance = -1 is out of range: it must be at least 0."),
        (lambda: cr.LBFGS(gradient_tolerance=-1), InputError,
         "LBFGS: gradient_tolerance = -1 is out of range: it must be at least 0."),
    ],
)  # fmt: skip
def test_bad_settings(make: Callable[[], Any], kind: type[Exception], message: str) -> None:
    assert refused(make, kind) == message


def test_an_optimizer_that_has_counted_stays_with_its_network() -> None:
    optimizer = cr.LBFGS()
    network().fit(X, Y, epochs=2, optimizer=optimizer)
    assert refused(lambda: network().fit(X, Y, optimizer=optimizer)) == (
        "this LBFGS has counted 2 steps of another network: give each network an optimizer of its own. "
        "A copy of both is made together: copy.deepcopy((network, optimizer))."
    )


def test_a_loss_that_is_not_finite_at_first_is_told_with_its_cause() -> None:
    net = cr.Network(
        [1, 1], output=lambda z: np.exp(z), loss="mean_squared_error", parameters={"W1": [[1000]]}
    )
    message = refused(lambda: net.fit([[1.0]], [[0.0]], optimizer="lbfgs"), Diverged)
    assert message == (
        "before the first step: the first number that is not finite is a1[0, 0] = e^z1[0, 0] = e^1000 = inf. Inputs "
        "scaled to mean 0 and standard deviation 1, or smaller weights, usually help."
    )
    assert net.parameters["W1"] == 1000


def test_without_scipy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    message = refused(lambda: network().fit(X, Y, optimizer="lbfgs"), MissingPackage)
    assert message == "training by L-BFGS needs the package scipy. Install it with: pip install scipy"


def test_its_name_and_settings() -> None:
    optimizer = Optimizer.of("lbfgs")
    assert type(optimizer) is cr.LBFGS
    assert str(cr.LBFGS(gradient_tolerance=1e-3)) == "LBFGS(10, gradient_tolerance=0.001)"
    assert cr.LBFGS().options(30) == {
        "maxiter": 30, "maxfun": 3000, "maxcor": 10, "ftol": 2.220446049250313e-09, "gtol": 1e-5,
    }  # fmt: skip
