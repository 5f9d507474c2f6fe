"""The numbers of optimizers, schedules and clippings may be set, and count from the next step on."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from set_later import X, Y, network, refused, set_to

import chainrule as cr
from chainrule.errors import InputError, LanguageError
from chainrule.parts.contract import (
    Clipping,
    Optimizer,
    Schedule,
)


def bits(net: cr.Network, optimizer: Optimizer) -> list[bytes]:
    memory = optimizer.state_arrays(net.parameters).values()
    return [net.parameters.flat.tobytes(), *(array.tobytes() for array in memory)]


def steered() -> list[tuple[str, Callable[[], Optimizer], Callable[[Any], Any], str, float]]:
    """Optimizers, where a number stands in them, its name, and another value of it."""
    found: list[tuple[str, Callable[[], Optimizer], Callable[[Any], Any], str, float]] = []
    made: dict[str, Callable[[], Optimizer]] = {
        name: kind for name, kind in Optimizer.registry().items() if not kind.full_batch and name != "rmsprop"
    }
    made["rmsprop"] = lambda: cr.RMSprop(momentum=0.5)
    for name, make in made.items():
        for field in dataclasses.fields(make()):
            if field.init and isinstance(getattr(make(), field.name), float):
                found.append(
                    (name, make, lambda its: its, field.name, 0.625 * getattr(make(), field.name) + 0.01)
                )
    schedules: dict[str, Callable[[], Schedule]] = {
        "warm_up": lambda: cr.WarmUp(0.1, 5),
        "step_decay": lambda: cr.StepDecay(0.1, 2, warmup=3.0),
        "exponential": lambda: cr.Exponential(0.1, 0.9),
        "cosine": lambda: cr.Cosine(0.1, 30, eta_min=0.01),
        "one_cycle": lambda: cr.OneCycle(0.1, 30),
    }
    assert set(schedules) == set(Schedule.registry())
    for name, of in schedules.items():
        for field in dataclasses.fields(of()):
            value = getattr(of(), field.name)
            if isinstance(value, float) and not (field.name == "warmup" and not value):
                found.append(
                    (name, lambda of=of: cr.SGD(of()), lambda its: its.learning_rate, field.name, 0.9 * value)
                )  # type: ignore[misc]
    for name, clip in Clipping.registry().items():
        found.append(
            (name, lambda clip=clip: cr.SGD(0.1, clip=clip(0.01)), lambda its: its.clip, "limit", 0.004)
        )  # type: ignore[misc]
    found.append(
        ("around another", lambda: cr.Lookahead(cr.SGD(0.1)), lambda its: its.inner, "learning_rate", 0.03)
    )
    found.append(("through", lambda: cr.Lookahead(cr.SGD(0.1)), lambda its: its, "learning_rate", 0.03))
    return found


STEERED = steered()


@pytest.mark.some(30)
@pytest.mark.parametrize(
    ("make", "place", "name", "value"), [c[1:] for c in STEERED], ids=[f"{c[0]}.{c[3]}" for c in STEERED]
)
def test_a_number_counts_from_the_next_step_on(
    make: Callable[[], Optimizer], place: Callable[[Any], Any], name: str, value: float
) -> None:
    """As if the optimizer had been made with it, in traces, steps, fit and the script's numbers."""

    def ready() -> tuple[cr.Network, Optimizer]:
        net, its = network(), make()
        net.fit(X, Y, epochs=2, batch_size=8, optimizer=its, engine="numpy")
        return net, its

    (net, its), (other, fresh) = ready(), ready()
    setattr(place(its), name, value)
    # One that was made with the value, and has come as far.
    at, change = place(fresh), {name: value}
    if isinstance(fresh, cr.Lookahead) and name == "learning_rate":
        twin = dataclasses.replace(fresh, inner=dataclasses.replace(fresh.inner, **change))
    elif at is fresh:
        twin = dataclasses.replace(fresh, **change)
    else:
        of = "clip" if isinstance(at, Clipping) else "learning_rate"
        twin = dataclasses.replace(fresh, **{of: dataclasses.replace(at, **change)})
    for local, array in twin.state_arrays(other.parameters).items():
        array[...] = fresh.state_arrays(other.parameters)[local]
    twin.t = fresh.t

    assert its.scalars() == twin.scalars()
    assert net.code(optimizer=its) == other.code(optimizer=twin)
    traced = net.trace(X, Y, its)
    for key, expected in other.trace(X, Y, twin).items():
        np.testing.assert_array_equal(traced[key], expected, err_msg=key)
    before = net.parameters.flat.tobytes()
    list(net.steps(X, Y, epochs=1, batch_size=8, optimizer=its))
    other.fit(X, Y, epochs=1, batch_size=8, optimizer=twin, engine="numpy")
    assert bits(net, its) == bits(other, twin)
    assert before != net.parameters.flat.tobytes()


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_number_set_between_steps_is_gradient_descents(engine: str) -> None:
    """Against descent by hand, with another rate at each step."""
    net, rates = cr.Network([3, 2], seed=1), [0.5, 0.0, 0.25, 0.125]
    W, b = (net.parameters[name].copy() for name in ("W1", "b1"))

    def set_rate(run: cr.Run) -> None:
        run.learning_rate = rates[min(run.epoch, 3)]

    net.fit(X, Y, epochs=4, optimizer=cr.SGD(rates[0]), callbacks=[set_rate], engine=engine)
    for rate in rates:
        e = np.exp(X @ W + b)
        d = (e / e.sum(axis=1, keepdims=True) - np.eye(2)[Y]) / len(X)
        W, b = W - rate * X.T @ d, b - rate * d.sum(axis=0)
    np.testing.assert_allclose(net.parameters["W1"], W, rtol=1e-12)
    np.testing.assert_allclose(net.parameters["b1"], b, rtol=1e-12, atol=1e-15)


def test_a_number_that_is_read_from_the_part_is_refused() -> None:
    """It would stand in the program as it was at first, whatever it is set to."""

    class Mine(cr.Optimizer):
        rate: float = cr.setting(0.1)

        def update(self, q: Any) -> None:
            q.w_new = q.w - self.rate * q.dw

    assert refused(lambda: network().trace(X, Y, Mine()), LanguageError) == (
        "Mine(0.1): update(q) reads self.rate, and one program serves every rate: read it as q.rate."
    )


def test_a_schedule_of_ones_own_may_fill_in_what_is_open_for_as_long_as_a_training_takes() -> None:
    class Line(cr.Schedule):
        learning_rate: float = cr.setting(0.1)
        steps: int | None = cr.setting(None, ge=1, whole=True)

        def over(self, steps: int) -> None:
            self.steps = steps

        def rate(self, q: Any) -> None:
            q.eta = q.eta0 * (1 - (q.t - 1) / q.steps)

    optimizer = cr.SGD(Line(0.5))
    net = network()
    rates: list[float | None] = []
    net.fit(X, Y, epochs=4, optimizer=optimizer, callbacks=[lambda run: rates.append(run.learning_rate)])
    assert rates == [0.5, 0.375, 0.25, 0.125]
    assert optimizer.learning_rate.steps is None  # type: ignore[union-attr]
    assert refused(lambda: net.trace(X, Y, optimizer), InputError) == (
        "Line(0.5) has no steps: give steps=…, or train by fit, which knows it."
    )
    assert refused(set_to(optimizer.learning_rate, "steps", 9)).startswith(
        "Line: steps can't be set to 9 once"
    )
