"""Penalties, clipping and sample weights: what they add to a step, against PyTorch and the formulas."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch

import chainrule as cr
from chainrule.errors import InputError, KindError
from chainrule.parts.contract import Array

RNG = np.random.default_rng(6)
X, Y = RNG.standard_normal((9, 3)), RNG.integers(0, 2, 9)


def theirs(net: cr.Network) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(array, requires_grad=True) for name, array in net.parameters.items()}


def data_loss(p: dict[str, torch.Tensor], weight: Array | None = None) -> torch.Tensor:
    a = torch.tanh(torch.tensor(X) @ p["W1"] + p["b1"])
    each = torch.nn.functional.cross_entropy(a @ p["W2"] + p["b2"], torch.tensor(Y), reduction="none")
    return (each if weight is None else each * torch.tensor(weight)).mean()


def cost(kind: str, w: torch.Tensor) -> torch.Tensor:
    return {
        "l1": 0.1 * w.abs().sum(),
        "l2": 0.05 * w.square().sum(),
        "shared": 0.05 * w.square().sum() / len(X),
        "elastic": 0.2 * w.abs().sum() + 0.15 * w.square().sum(),
    }[kind]


PENALTIES = {"l1": lambda **k: cr.L1(0.1, **k), "l2": lambda **k: cr.L2(0.1, **k),
             "shared": lambda **k: cr.SharedL2(0.1, **k),
             "elastic": lambda **k: cr.ElasticNet(0.2, 0.3, **k)}  # fmt: skip


@pytest.mark.parametrize("biases", [False, True])
@pytest.mark.parametrize("kind", list(PENALTIES))
def test_a_penalty_is_part_of_the_loss_and_of_each_gradient(kind: str, biases: bool) -> None:
    net = cr.Network([3, 4, 2], hidden="tanh", penalty=PENALTIES[kind](biases=biases), seed=1)
    net.parameters["b1"] = [0.3, -0.2, 0.0, 1.0]
    net.parameters["W1"][0, 0] = 0  # where |w| has its kink, the slope is taken as 0
    trace, p = net.trace(X, Y, "sgd"), theirs(net)
    data = data_loss(p)
    extra = sum(cost(kind, w) for name, w in p.items() if biases or name[0] == "W")
    (data + extra).backward()
    assert trace["L_data"] == pytest.approx(float(data.detach()), abs=1e-12)
    assert trace["L_penalty"] == pytest.approx(float(extra.detach()), abs=1e-12)  # type: ignore[union-attr]
    assert trace.loss == net.loss(X, Y) == pytest.approx(float((data + extra).detach()), abs=1e-12)
    for name, w in p.items():
        np.testing.assert_allclose(trace[f"d{name}"], w.grad, atol=1e-12)
        assert (f"d{name}_penalty" in trace) == (biases or name[0] == "W")
    np.testing.assert_array_equal(trace["dW1"], trace["dW1_data"] + trace["dW1_penalty"])
    assert trace.why("dW2[1, 0]").nudge.agrees  # type: ignore[union-attr]


def test_a_penalty_of_ones_own_is_a_function() -> None:
    own = cr.Network([3, 4, 2], hidden="tanh", penalty=lambda w: 0.05 * np.square(w).sum())
    known = cr.Network([3, 4, 2], hidden="tanh", penalty=cr.L2(0.1))
    a, b = own.trace(X, Y), known.trace(X, Y)
    for name in ("L", "dW1", "dW2_penalty", "db1"):
        np.testing.assert_allclose(a[name], b[name], rtol=1e-14)
    assert "penalty_W1 = 0.05 × Σ W1²" in str(a.explain())
    assert str(a.explain("dW1_penalty")).count("dW1_penalty =") == 1


def test_penalties_that_can_not_be() -> None:
    with pytest.raises(KindError) as caught:
        cr.Network([2, 2], penalty=3)
    assert str(caught.value) == "3 is no penalty: give its name, such as 'l1', or a part."
    with pytest.raises(InputError) as bad:
        cr.L2(-1)
    assert str(bad.value) == "L2: strength = -1 is out of range: it must be at least 0."
    with pytest.raises(cr.ChainruleError, match=re.escape("one number, as by .sum()")):
        cr.Network([2, 2], penalty=lambda w: np.abs(w))


@pytest.mark.parametrize("limit", [0.05, 1e3])
@pytest.mark.parametrize("frozen", [(), ("W1",)])
def test_clipping_by_global_norm_equals_pytorchs(limit: float, frozen: tuple[str, ...]) -> None:
    net = cr.Network([3, 4, 2], hidden="tanh", seed=1).freeze(*frozen)
    trace, p = net.trace(X, Y, cr.SGD(0.1, clip=cr.ClipNorm(limit))), theirs(net)
    data_loss(p).backward()
    moving = {name: w for name, w in p.items() if name not in frozen}
    norm = torch.nn.utils.clip_grad_norm_(moving.values(), limit)
    assert trace["norm"] == pytest.approx(float(norm), abs=1e-12)
    for name, w in moving.items():
        np.testing.assert_allclose(trace[f"d{name}_clipped"], w.grad, atol=1e-12)
        np.testing.assert_array_equal(trace[f"{name}_new"], trace[name] - 0.1 * trace[f"d{name}_clipped"])


def test_clipping_by_value_equals_pytorchs() -> None:
    net = cr.Network([3, 4, 2], hidden="tanh", seed=1)
    trace, p = net.trace(X, Y, cr.Adam(0.1, clip=cr.ClipValue(0.01))), theirs(net)
    data_loss(p).backward()
    torch.nn.utils.clip_grad_value_(p.values(), 0.01)
    for name, w in p.items():
        np.testing.assert_allclose(trace[f"d{name}_clipped"], w.grad, atol=1e-12)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("clip", ["clip_norm", "clip_value"])
def test_every_reading_takes_the_clipped_gradients(clip: str, engine: str) -> None:
    how: dict[str, Any] = {"epochs": 4, "batch_size": 4}
    make = lambda: cr.Adam(0.1, clip=clip)  # noqa: E731
    fitted, stepped = (cr.Network([3, 4, 2], penalty=cr.ElasticNet(0.1, 0.1), seed=1) for _ in range(2))
    script = fitted.code(optimizer=make(), **how)
    start = {name: array.copy() for name, array in fitted.parameters.items()}
    fitted.fit(X, Y, optimizer=make(), engine=engine, **how)
    for _ in stepped.steps(X, Y, optimizer=make(), **how):
        pass
    namespace: dict[str, Any] = {"__name__": "script"}
    exec(script, namespace)
    trained, _ = namespace["train"](X, Y, start)
    for name, array in stepped.parameters.items():
        np.testing.assert_array_equal(trained[name], array)
        np.testing.assert_allclose(fitted.parameters[name], array, rtol=1e-9 if engine == "compiled" else 0)


def test_another_limit_is_another_step_of_the_same_program() -> None:
    net = cr.Network([3, 4, 2], seed=1)
    a, b = (net.trace(X, Y, cr.SGD(0.1, clip=cr.ClipNorm(limit))) for limit in (0.1, 0.2))
    assert a.program is b.program
    np.testing.assert_allclose(2 * (a["W1"] - a["W1_new"]), b["W1"] - b["W1_new"], rtol=1e-12)


# --- weights ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["by hand", "derived"])
def test_weights_multiply_the_loss_of_each_sample(how: str) -> None:
    loss: Any = "cross_entropy"
    if how == "derived":
        loss = type("Derived", (cr.CrossEntropy,), {"paired": lambda self, output, outputs: _Derived()})()
    net = cr.Network([3, 4, 2], hidden="tanh", loss=loss, seed=1)
    weight = np.array([0, 1, 2, 0.5, 0, 3, 1, 1, 0.1])
    trace, p = net.trace(X, Y, sample_weight=weight), theirs(net)
    data_loss(p, weight).backward()
    assert trace.loss == pytest.approx(float(data_loss(p, weight).detach()), abs=1e-12)
    for name, w in p.items():
        np.testing.assert_allclose(trace[f"d{name}"], w.grad, atol=1e-12)
    for entry in ("dz2[2, 1]", "dW1[0, 1]", "da1[3, 0]"):
        assert trace.why(entry).nudge.agrees, entry  # type: ignore[union-attr]


class _Derived(cr.CrossEntropy):
    def forward(self, q: Any) -> None:
        q.l = -(q.y * np.log(q.a)).sum(axis=1)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_sample_that_weighs_two_counts_as_two(engine: str) -> None:
    twice, weighed = (cr.Network([3, 4, 2], seed=1) for _ in range(2))
    twice.fit(np.r_[X, X[:3]], np.r_[Y, Y[:3]], epochs=20, optimizer=cr.SGD(0.5 * 12 / 9), engine=engine)
    weight = np.r_[np.full(3, 2.0), np.ones(6)]
    history = weighed.fit(X, Y, epochs=20, optimizer=cr.SGD(0.5), sample_weight=weight, engine=engine)
    assert history.engine == engine
    np.testing.assert_allclose(weighed.parameters.flat, twice.parameters.flat, rtol=1e-9, atol=1e-12)


def test_class_weights_are_sample_weights() -> None:
    from sklearn.utils.class_weight import compute_sample_weight

    y = np.array([0, 0, 0, 0, 1, 2, 2, 1, 0])
    for given in ("balanced", {0: 0.5, 2: 3.0}):
        by_class, by_sample = (cr.Network([3, 4, 3], seed=1) for _ in range(2))
        by_class.fit(X, y, epochs=3, batch_size=4, class_weight=given)
        full = given if isinstance(given, str) else {0: 0.5, 1: 1, 2: 3.0}
        by_sample.fit(X, y, epochs=3, batch_size=4, sample_weight=compute_sample_weight(full, y))
        np.testing.assert_array_equal(by_class.parameters.flat, by_sample.parameters.flat)
    both, product = (cr.Network([3, 4, 3], seed=1) for _ in range(2))
    weight = np.arange(1.0, 10)
    both.fit(X, y, epochs=2, sample_weight=weight, class_weight={1: 2})
    product.fit(X, y, epochs=2, sample_weight=np.where(y == 1, 2 * weight, weight))
    np.testing.assert_array_equal(both.parameters.flat, product.parameters.flat)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"sample_weight": np.ones(3)}, InputError,
         "sample_weight has the shape (3,) for 9 samples: it must be (9,)."),
        ({"sample_weight": np.r_[-1.0, np.ones(8)]}, InputError,
         "sample_weight[0] is -1.0: how much a sample counts is at least 0."),
        ({"sample_weight": np.zeros(9)}, InputError,
         "sample_weight is 0 for all samples: give at least one above 0."),
        ({"sample_weight": np.full(9, np.nan)}, InputError,
         "sample_weight[0] is nan (and 8 more): every entry must be finite."),
        ({"class_weight": "equal"}, KindError,
         "class_weight = 'equal': give 'balanced', or a dict such as {0: 1, 1: 5}."),
        ({"class_weight": {5: 1}}, InputError, "class_weight names the class 5: there is 0, 1."),
        ({"class_weight": {0: -2}}, InputError, "class_weight[0] is -2: give a number of at least 0."),
        ({"transform": 3}, KindError,
         "transform = 3 is no function: give one of the samples and a random generator."),
    ],
)  # fmt: skip
def test_bad_weights(given: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        cr.Network([3, 2]).fit(X, Y, **given)
    assert str(caught.value) == message


def test_class_weights_need_classes() -> None:
    net = cr.Network([3, 1], output="identity", loss="half_squared_error")
    with pytest.raises(InputError) as caught:
        net.fit(X, RNG.standard_normal(9), class_weight="balanced")
    assert str(caught.value) == "class_weight weighs classes, and y holds no class labels."


def test_a_transform_is_part_of_every_step_in_both_engines() -> None:
    def noisy(x: Array, rng: np.random.Generator) -> Array:
        return x + 0.1 * rng.standard_normal(x.shape)

    how: dict[str, Any] = {"epochs": 3, "batch_size": 4, "transform": noisy, "seed": 7}
    nets = [cr.Network([3, 4, 2], seed=1) for _ in range(4)]
    nets[0].fit(X, Y, optimizer=cr.SGD(0.1), engine="numpy", **how)
    nets[1].fit(X, Y, optimizer=cr.SGD(0.1), engine="compiled", **how)
    for _ in nets[2].steps(X, Y, optimizer=cr.SGD(0.1), **how):
        pass
    nets[3].fit(X, Y, optimizer=cr.SGD(0.1), engine="numpy", **{**how, "transform": None})
    np.testing.assert_array_equal(nets[2].parameters.flat, nets[0].parameters.flat)
    np.testing.assert_allclose(nets[1].parameters.flat, nets[0].parameters.flat, rtol=1e-9)
    assert not np.allclose(nets[3].parameters.flat, nets[0].parameters.flat)
    with pytest.raises(InputError) as caught:
        nets[0].fit(X, Y, transform=lambda x, rng: x[:, :1], engine="numpy")
    assert str(caught.value) == (
        "the transform gave the shape (9, 1) for samples of the shape (9, 3): it must keep it."
    )


def test_clipping_goes_with_scaled_inputs() -> None:
    scaled = (X - X.mean(axis=0)) / X.std(axis=0)
    net, plain = (
        cr.Network([3, 4, 2], scaling=cr.Standardize.fitted(X), seed=1),
        cr.Network([3, 4, 2], seed=1),
    )
    for clip in (cr.ClipNorm(0.01), cr.ClipValue(0.01)):
        trace, right = net.trace(X, Y, cr.SGD(0.1, clip=clip)), plain.trace(scaled, Y, cr.SGD(0.1, clip=clip))
        assert np.abs(trace["dW1"]).max() > 0.01 >= np.abs(trace["dW1_clipped"]).max()
        np.testing.assert_allclose(trace["dW1_clipped"], right["dW1_clipped"], rtol=1e-12)
        np.testing.assert_array_equal(trace["W1_new"], trace["W1"] - 0.1 * trace["dW1_clipped"])


def test_clipping_is_a_step_of_its_own_and_named_in_the_heading() -> None:
    net = cr.Network([3, 4, 2])
    explanation = net.trace(X, Y, cr.SGD(cr.Cosine(0.1, steps=5), clip="clip_norm")).explain()
    titles = [step.title for _, steps in explanation.sections for step in steps if step.title]
    assert titles[-4:] == [
        "the chain rule, from L back to the weights", "clipping, before the optimizer gets the gradients",
        "SGD updates the parameters", "repeat",
    ]  # fmt: skip
    numbers = [step.number for _, steps in explanation.sections for step in steps if step.number]
    assert numbers == list(range(1, len(numbers) + 1))
    heading = " ".join(str(explanation).split("one a row")[0].split())
    assert "SGD, cosine, clip norm, η0 = 0.1, steps = 5, η_min = 0, limit = 1" in heading


def test_what_is_frozen_whole_has_nothing_to_clip() -> None:
    net = cr.Network([3, 2]).freeze("W1", "b1")
    assert "norm" not in net.trace(X, Y, cr.SGD(0.1, clip="clip_norm"))


def test_names_may_be_asked_for_as_they_are_shown() -> None:
    net = cr.Network([cr.Dense(3, 4), cr.BatchNorm(), cr.ReLU(), cr.Dense(4, 2), cr.Softmax()])
    trace = net.trace(X, Y, "sgd")
    np.testing.assert_array_equal(trace["dγ1"], trace["dgamma1"])
    assert trace["μ1[0]"] == trace["mu1"][0]
    assert "dγ1 = Σ dn1 ⊙ ẑ1" in str(trace.explain("dγ1"))


def test_class_weights_that_leave_nothing_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        cr.Network([3, 2]).fit(X, Y, class_weight={0: 0, 1: 0})
    assert str(caught.value) == (
        "with class_weight every sample counts 0: give at least one class of y a weight above 0."
    )
