"""Each schedule against PyTorch's, step by step, and how a training takes them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import chainrule as cr
from chainrule.errors import InputError, KindError
from chainrule.expressions import Scope
from chainrule.parts.contract import Optimizer, Schedule

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((50, 4)), RNG.integers(0, 3, 50)


def network(dtype: str = "float64") -> cr.Network:
    return cr.Network([4, 8, 3], hidden="tanh", seed=1, dtype=dtype)


def rates(schedule: Schedule, steps: int) -> list[float]:
    """The rates of the first steps, by the rule over bare numbers."""
    found = []
    for t in range(1, steps + 1):
        q = Scope({**schedule.scalars(), "t": t})
        schedule.prepare(q)
        found.append(float(q.eta))
    return found


def torchs(make: Callable[[torch.optim.Optimizer], Any], rate: float, steps: int) -> list[float]:
    optimizer = torch.optim.SGD([torch.zeros(1)], rate)
    schedule, found = make(optimizer), []
    for _ in range(steps):
        found.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return found


SCHEDULES = torch.optim.lr_scheduler
CASES: dict[str, tuple[Schedule, Callable[[Any], Any], int]] = {
    "step": (cr.StepDecay(0.3, 7, 0.5), lambda o: SCHEDULES.StepLR(o, 7, 0.5), 40),
    "every step": (cr.StepDecay(0.3, 1), lambda o: SCHEDULES.StepLR(o, 1, 0.1), 5),
    "exponential": (cr.Exponential(0.3, 0.9), lambda o: SCHEDULES.ExponentialLR(o, 0.9), 40),
    "cosine": (cr.Cosine(0.3, 30), lambda o: SCHEDULES.CosineAnnealingLR(o, 30), 31),
    "cosine down to a rate": (
        cr.Cosine(0.3, 12, 0.01), lambda o: SCHEDULES.CosineAnnealingLR(o, 12, 0.01), 13,
    ),
    "one cycle": (cr.OneCycle(0.3, 40), lambda o: SCHEDULES.OneCycleLR(o, 0.3, 40, cycle_momentum=False), 40),
    "one cycle, all set": (
        cr.OneCycle(0.3, 23, 10, 100, 0.45),
        lambda o: SCHEDULES.OneCycleLR(
            o, 0.3, 23, pct_start=0.45, div_factor=10, final_div_factor=100, cycle_momentum=False
        ),
        23,
    ),
    "one cycle of few steps": (
        cr.OneCycle(0.3, 5), lambda o: SCHEDULES.OneCycleLR(o, 0.3, 5, cycle_momentum=False), 5,
    ),
    "one cycle that only falls": (
        cr.OneCycle(0.3, 9, pct_start=0),
        lambda o: SCHEDULES.OneCycleLR(o, 0.3, 9, pct_start=0.0, cycle_momentum=False),
        9,
    ),
    "warm-up": (
        cr.WarmUp(0.3, 6), lambda o: SCHEDULES.LinearLR(o, 1 / 6, 1, total_iters=5), 20,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(CASES))
def test_rates_are_pytorchs(name: str) -> None:
    schedule, make, steps = CASES[name]
    np.testing.assert_allclose(rates(schedule, steps), torchs(make, 0.3, steps), rtol=1e-12, atol=1e-16)


def test_a_cosine_stays_at_its_least_after_its_end() -> None:
    assert rates(cr.Cosine(0.3, 4, 0.01), 8)[4:] == pytest.approx([0.01] * 4)


def test_a_cycle_of_one_step_and_one_whose_peak_is_the_first() -> None:
    assert rates(cr.OneCycle(0.3, 1), 2) == pytest.approx([0.3 / 25 / 1e4] * 2)
    assert rates(cr.OneCycle(0.3, 2, pct_start=0.5), 1) == pytest.approx([0.3 / 25])
    assert rates(cr.OneCycle(0.3, 40), 60)[39:] == pytest.approx([0.3 / 25 / 1e4] * 21)


@pytest.mark.parametrize("name", list(CASES))
def test_warmup_multiplies_each_by_the_part_of_it_that_is_over(name: str) -> None:
    schedule = CASES[name][0]
    plain = rates(schedule, 12)
    warm = rates(type(schedule)(**{**schedule.settings(), "warmup": 5}), 12)
    np.testing.assert_allclose(warm, [min(1, t / 5) * rate for t, rate in enumerate(plain, 1)], rtol=1e-14)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_200_steps_under_a_schedule_are_pytorchs(engine: str) -> None:
    net = network()
    tensors = [torch.from_numpy(a.copy()).requires_grad_() for a in net.parameters.values()]
    optimizer = torch.optim.Adam(tensors, 0.02)
    schedule = SCHEDULES.OneCycleLR(optimizer, 0.02, 200, cycle_momentum=False)
    for step in range(200):
        rows = slice(10 * (step % 5), 10 * (step % 5) + 10)
        W1, b1, W2, b2 = tensors
        z2 = torch.tanh(torch.from_numpy(X[rows]) @ W1 + b1) @ W2 + b2
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(z2, torch.from_numpy(Y[rows])).backward()
        optimizer.step()
        schedule.step()
    own = cr.Adam(cr.OneCycle(0.02))
    net.fit(X, Y, epochs=40, batch_size=10, shuffle=False, optimizer=own, engine=engine)
    for array, tensor in zip(net.parameters.values(), tensors, strict=True):
        np.testing.assert_allclose(array, tensor.detach().numpy(), rtol=0, atol=1e-9)


def test_steps_left_open_are_those_of_the_training() -> None:
    for make in (cr.Cosine, cr.OneCycle):
        schedule = make(0.1)
        with pytest.raises(InputError) as caught:
            network().trace(X, Y, cr.SGD(schedule))
        assert str(caught.value) == (
            f"{make.__name__}(0.1) has no steps: give steps=…, or train by fit, which knows it."
        )
        optimizer, net = cr.SGD(schedule), network()
        seen: list[int | None] = []
        watch = [lambda run, schedule=schedule, seen=seen: seen.append(schedule.steps)]
        net.fit(X, Y, epochs=3, batch_size=20, optimizer=optimizer, callbacks=watch)
        assert (seen, optimizer.t) == ([9] * 3, 9)
        # a second training goes on: the way is then the one over both
        net.fit(X, Y, epochs=2, batch_size=20, optimizer=optimizer, callbacks=watch)
        assert seen[3:] == [15] * 2
        assert [trace["steps"] for trace in net.steps(X, Y, epochs=4, optimizer=optimizer)] == [19] * 4
        # and it is left as it was given, also where a training fails
        with pytest.raises(ZeroDivisionError):
            net.fit(X, Y, optimizer=optimizer, callbacks=[lambda run: 1 / 0])
        assert schedule.steps is None
        assert str(optimizer) == f"SGD({make.__name__}(0.1))"
    given = cr.Cosine(0.1, 100)
    network().fit(X, Y, epochs=3, batch_size=20, optimizer=cr.SGD(given))
    assert given.steps == 100


SOME: dict[str, Callable[[], Optimizer]] = {
    "cosine": lambda: cr.Adam(cr.Cosine(0.02, warmup=4)),
    "one cycle": lambda: cr.SGD(cr.OneCycle(0.3)),
    "step": lambda: cr.Momentum(cr.StepDecay(0.1, 4)),
    "exponential": lambda: cr.RAdam(cr.Exponential(0.05, 0.9)),
    "warm-up": lambda: cr.Lion(cr.WarmUp(0.01, 6, warmup=3)),
}


@pytest.mark.some(5)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", list(SOME))
def test_steps_script_and_compiled_engine_take_the_schedule_as_fit_does(name: str, dtype: str) -> None:
    net, other, compiled = (network(dtype) for _ in range(3))
    optimizer = SOME[name]()
    net.fit(X, Y, epochs=3, batch_size=15, optimizer=optimizer, engine="numpy")
    for _ in other.steps(X, Y, epochs=3, batch_size=15, optimizer=SOME[name]()):
        pass
    np.testing.assert_array_equal(other.parameters.flat, net.parameters.flat)
    compiled.fit(X, Y, epochs=3, batch_size=15, optimizer=SOME[name](), engine="compiled")
    bound = 1e-9 if dtype == "float64" else 1e-5
    np.testing.assert_allclose(compiled.parameters.flat, net.parameters.flat, rtol=0, atol=bound)
    script: dict[str, Any] = {}
    told = SOME[
        name
    ]()  # a script does not know how many samples there will be: its schedule says how long it is
    assert told.schedule is not None
    told.schedule.span(optimizer.t)
    exec(net.code(optimizer=told, epochs=3, batch_size=15), script)
    trained, _ = script["train"](X, Y, dict(network(dtype).parameters))
    for parameter, array in net.parameters.items():
        np.testing.assert_array_equal(trained[parameter], array)


def test_a_schedule_is_told_in_the_walk_through() -> None:
    net, optimizer = cr.Network([1, 1], output="sigmoid", seed=1), cr.SGD(cr.Cosine(0.1, 10, warmup=8))
    net.fit([[0.5]], [1], epochs=5, optimizer=optimizer, engine="numpy")
    trace = net.trace([[0.5]], [1], optimizer)
    assert trace["eta_full"] == pytest.approx(0.1 * (1 + math.cos(math.pi * 0.5)) / 2)
    text = str(trace.explain())
    assert "SGD, cosine, η0 = 0.1, steps = 10, η_min = 0, warmup = 8, step 6" in " ".join(text.split())
    assert (
        "  η_full = η_min + (η0 - η_min)×(1 + cos(π×min(1, (t - 1)/steps)))/2\n"
        "         = 0 + (0.1 - 0)×(1 + cos(π×min(1, (6 - 1)/10)))/2 = 0.05\n"
        "  η = η_full×min(1, t/warmup) = 0.05×min(1, 6/8) = 0.0375\n"
    ) in text
    assert "├─ η = 0.0375" in str(trace.why("W1_new[0, 0]"))


def test_one_program_serves_every_number_of_steps() -> None:
    net = network()
    first, second = cr.SGD(cr.Cosine(0.1, 10)), cr.SGD(cr.Cosine(0.2, 300, 0.01))
    assert net.program(first) is net.program(second)
    assert net.program(first) is not net.program(cr.SGD(cr.Cosine(0.1, 10, warmup=2)))


def test_a_schedule_of_ones_own() -> None:
    class Harmonic(cr.Schedule):
        learning_rate: float = cr.setting(0.1, ge=0)

        def rate(self, q: Any) -> None:
            q.eta = q.eta0 / q.t

    net, optimizer = network(), cr.SGD(Harmonic(0.3, warmup=4))
    traced = [trace["eta"] for trace in net.steps(X, Y, epochs=6, optimizer=optimizer)]
    assert traced == pytest.approx([0.3 / t * min(1, t / 4) for t in range(1, 7)])


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: cr.Cosine(-0.1), InputError,
         "Cosine: learning_rate = -0.1 is out of range: it must be at least 0."),
        (lambda: cr.Cosine(0.1, 0), InputError, "Cosine: steps = 0 is out of range: it must be at least 1."),
        (lambda: cr.Cosine(0.1, 2.5), KindError,
         "Cosine: steps = 2.5 is no whole number: give one that is at least 1."),
        (lambda: cr.Cosine(0.1, eta_min=-1), InputError,
         "Cosine: eta_min = -1 is out of range: it must be at least 0."),
        (lambda: cr.Cosine(0.1, warmup=-1), InputError,
         "Cosine: warmup = -1 is out of range: it must be at least 0."),
        (lambda: cr.OneCycle(0.1, pct_start=1), InputError,
         "OneCycle: pct_start = 1 is out of range: it must be at least 0 and below 1."),
        (lambda: cr.OneCycle(0.1, div_factor=0), InputError,
         "OneCycle: div_factor = 0 is out of range: it must be above 0."),
        (lambda: cr.OneCycle(0.1, final_div_factor="a"), KindError,
         "OneCycle: final_div_factor = 'a' is no number: give one that is above 0."),
        (lambda: cr.StepDecay(0.1, 0), InputError, "StepDecay: every = 0 is out of range: it must be at least 1."),
        (lambda: cr.StepDecay(0.1, None), KindError,
         "StepDecay: every = None is no whole number: give one that is at least 1."),
        (lambda: cr.StepDecay(0.1, 5, -1), InputError,
         "StepDecay: factor = -1 is out of range: it must be at least 0."),
        (lambda: cr.Exponential(0.1, -0.9), InputError,
         "Exponential: factor = -0.9 is out of range: it must be at least 0."),
        (lambda: cr.WarmUp(0.1, True), KindError,
         "WarmUp: steps = True is no whole number: give one that is at least 1."),
    ],
)  # fmt: skip
def test_bad_settings(make: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value) == message
