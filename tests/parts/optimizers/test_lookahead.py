"""Lookahead goes around any optimizer, and takes from it what is its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from optimizers_made import X, Y, network

import chainrule as cr


def test_lookahead_of_alpha_1_in_every_step_is_its_inner_optimizer() -> None:
    nets = [network(), network()]
    for net, optimizer in zip(nets, (cr.Adam(0.02), cr.Lookahead(cr.Adam(0.02), k=1, alpha=1)), strict=True):
        net.fit(X, Y, epochs=5, batch_size=10, optimizer=optimizer, engine="numpy")
    np.testing.assert_allclose(nets[0].parameters.flat, nets[1].parameters.flat, rtol=0, atol=1e-14)


def test_lookahead_takes_schedule_clipping_and_learning_rate_from_its_inner_optimizer() -> None:
    inner = cr.Momentum(cr.Exponential(0.5, 0.9), clip=cr.ClipValue(0.01))
    outer = cr.Lookahead(inner, k=2)
    assert (outer.clip, outer.schedule, outer.learning_rate) == (
        inner.clip,
        inner.schedule,
        inner.learning_rate,
    )
    assert outer.state == ("v", "w_slow")
    assert outer.scalars() == {**inner.scalars(), "period": 2, "alpha": 0.5}
    assert str(
        outer
    ) == "Lookahead(Momentum(Exponential(0.5, factor=0.9), clip=ClipValue(1.0)), k=2)".replace("1.0", "0.01")
    net = network()
    net.fit(X, Y, epochs=3, optimizer=outer, engine="numpy")
    trace = net.trace(X, Y, outer)
    assert trace["eta"] == pytest.approx(0.5 * 0.9**3)
    assert np.abs(trace["dW1_clipped"]).max() == 0.01
    np.testing.assert_array_equal(trace["vW1_new"], 0.9 * trace["vW1"] + trace["dW1_clipped"])
    assert trace["since"] == 0
    assert inner.t == 0  # its count and memory are the outer one's
    plain = cr.Lookahead(cr.SGD(0.5))
    plain.learning_rate = 0.25
    assert plain.inner.learning_rate == 0.25


def test_lookaheads_slow_weights_start_as_the_weights_are_before_the_first_step() -> None:
    net, optimizer = network(), cr.Lookahead(cr.SGD(0.1), k=1, alpha=0.25)
    net.trace(X, Y, optimizer)  # its memory is there; then the weights are set anew
    net.parameters["W1"] = np.ones((4, 8))
    trace = net.trace(X, Y, optimizer)
    np.testing.assert_array_equal(trace["W1_start"], np.ones((4, 8)))
    np.testing.assert_allclose(trace["W1_new"], 1 + 0.25 * (trace["W1_fast"] - 1), rtol=0, atol=1e-15)


def test_lookahead_goes_around_an_optimizer_of_ones_own_too() -> None:
    class Quarter(cr.Optimizer):
        def update(self, q: Any) -> None:
            q.w_new = q.w - q.dw * 0.25
            q.also(w_new=q.w - q.dw / 4)

    trace = network().trace(X, Y, cr.Lookahead(Quarter(), k=2))
    np.testing.assert_array_equal(trace["W1_new"], trace["W1"] - 0.25 * trace["dW1"])
    assert trace.program.quantities["W1_fast"].textbook_form is not None
    trace = network().trace(X, Y, cr.Lookahead(lambda w, dw: w - 0.25 * dw, k=2))
    np.testing.assert_array_equal(trace["W1_new"], trace["W1"] - 0.25 * trace["dW1"])
