"""What single optimizers do: steps worked by hand, what they remember, and one's own function."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from optimizers_made import X, Y, network

import chainrule as cr
from chainrule.errors import LanguageError
from chainrule.expressions import Scope
from chainrule.parts import UpdateFunction
from chainrule.parts.contract import Optimizer


def test_centered_rmsprop_stays_finite_where_the_gradient_stays_the_same() -> None:
    # s - g² is then 0, and rounding may bring it below
    q = Scope({"w": np.array([1.0]), "s": np.array([0.01]), "g": np.array([0.1]), "dw": np.array([0.1])})
    optimizer = cr.RMSprop(0.01, 0.9, 1e-3, centered=True)
    for name, value in optimizer.scalars().items():
        setattr(q, name, value)
    for _ in range(200):
        optimizer.update(q)
        q.w, q.s, q.g = q.w_new, q.s_new, q.g_new
        assert q.s_centered >= 0
    assert np.isfinite(q.w)


def test_rmsprop_remembers_what_its_settings_need() -> None:
    assert cr.RMSprop().state == ("s",)
    assert cr.RMSprop(momentum=0.5).state == ("s", "v")
    assert cr.RMSprop(centered=True).state == ("s", "g")
    assert cr.RMSprop(momentum=0.5, centered=True).state == ("s", "g", "v")
    net = network()  # one network, and each optimizer gets its own program of it
    assert [list(net.trace(X, Y, o)["sW1_new"].shape) for o in (cr.RMSprop(), cr.RMSprop(momentum=0.5))] == [
        [4, 8]
    ] * 2
    assert "vW1_new" in net.trace(X, Y, cr.RMSprop(momentum=0.5))
    assert "vW1_new" not in net.trace(X, Y, cr.RMSprop())


def test_nadams_product_of_momenta_starts_as_1() -> None:
    trace = network("float32").trace(X, Y, "nadam")
    assert trace["pW1"].dtype == np.float32
    np.testing.assert_array_equal(trace["pW1"], np.ones((4, 8)))
    np.testing.assert_allclose(trace["pb1_new"], np.full(8, 0.9 * (1 - 0.5 * 0.96**0.004)), rtol=1e-6)


def test_radam_trusts_v_from_the_sixth_step_on() -> None:
    net, optimizer = network(), cr.RAdam(0.01)
    traces = list(net.steps(X, Y, epochs=7, optimizer=optimizer))
    assert traces[0]["rho"] == pytest.approx(1)
    for step, trace in enumerate(traces, 1):
        plain = np.array_equal(trace["W1_step"], trace["mW1_hat"])
        assert plain == (trace["rho"] <= 5) == (step < 6)


def test_an_optimizer_of_ones_own_is_a_function() -> None:
    def plain(w: Any, dw: Any) -> Any:
        return w - 0.1 * dw

    net, other = network(), network()
    history = net.fit(X, Y, epochs=4, batch_size=10, optimizer=plain, engine="numpy")
    other.fit(X, Y, epochs=4, batch_size=10, optimizer=cr.SGD(0.1), engine="numpy")
    np.testing.assert_array_equal(net.parameters.flat, other.parameters.flat)
    assert history.epochs == 4
    trace = net.trace(X[:1], Y[:1], plain)
    assert "plain" in str(trace.explain()).splitlines()[0]
    assert (str(Optimizer.of(plain)), str(Optimizer.of(lambda w, dw: w))) == ("plain", "own function")
    assert Optimizer.of(plain).settings()["function"] is plain
    # each function has a program of its own
    faster = net.trace(X[:1], Y[:1], lambda w, dw: w - 0.2 * dw)
    np.testing.assert_array_equal(faster["W1_new"], trace["W1"] - 0.2 * trace["dW1"])
    clipped = net.trace(X, Y, UpdateFunction(plain, clip=cr.ClipValue(1e-3)))
    np.testing.assert_array_equal(clipped["W1_new"], trace["W1"] - 0.1 * np.clip(clipped["dW1"], -1e-3, 1e-3))


def test_a_function_that_is_no_update_is_refused() -> None:
    net = network()
    with pytest.raises(LanguageError, match="takes 1 positional argument but 2 were given"):
        net.trace(X, Y, lambda w: w)
    with pytest.raises(LanguageError) as caught:
        net.trace(X, Y, lambda w, dw: w - dw / np.square(dw).sum())
    assert str(caught.value) == (
        "own function: q.w_new has a sum. An update is the same line for every entry of a parameter, without sums, "
        "products of matrices or transpositions."
    )


def test_adams_second_step_by_hand() -> None:
    # after the first step with dw = 2: m = 0.2, v = 0.004; now dw = -1 and t = 2
    w, m, v = np.array([1.0]), np.array([0.2]), np.array([0.004])
    q = Scope({"w": w, "m": m, "v": v, "dw": np.array([-1.0]), **cr.Adam(0.1, epsilon=0.5).scalars(), "t": 2})
    cr.Adam().update(q)
    np.testing.assert_allclose(q.m_new, [0.08])
    np.testing.assert_allclose(q.v_new, [0.004996])
    np.testing.assert_allclose(q.m_hat, [0.08 / 0.19])
    np.testing.assert_allclose(q.v_hat, [0.004996 / 0.001999])
    np.testing.assert_allclose(q.w_new, [1 - 0.1 * (0.08 / 0.19) / (np.sqrt(0.004996 / 0.001999) + 0.5)])


def test_adams_first_step_is_the_learning_rate_against_the_gradients_sign() -> None:
    net = cr.Network([2, 2], seed=4)
    trace = net.trace([[0.5, -2.0]], [0], optimizer=cr.Adam(0.01, epsilon=0))
    np.testing.assert_allclose(trace["W1_new"] - trace["W1"], -0.01 * np.sign(trace["dW1"]), rtol=1e-10)


def test_momentums_second_step_by_hand() -> None:
    q = Scope({"w": np.array([1.0]), "v": np.array([2.0]), "dw": np.array([-1.0]), "eta": 0.1, "mu": 0.5})
    cr.Momentum().update(q)
    assert (q.v_new.tolist(), q.w_new.tolist()) == ([0.0], [1.0])


def test_a_learning_rate_of_0_moves_nothing() -> None:
    net = cr.Network([2, 3, 2], seed=4)
    before = net.parameters.flat.copy()
    net.fit([[1.0, 2.0]], [0], epochs=3, optimizer=cr.SGD(0))
    np.testing.assert_array_equal(net.parameters.flat, before)
