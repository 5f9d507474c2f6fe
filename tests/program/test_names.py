"""A name in the network has one owner; who would be the second one is told of the first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule import setting
from chainrule.errors import ChainruleError, InputError, KindError, LanguageError
from chainrule.program.names import Names, buffer_name

X = np.array([[0.3, -0.7], [1.2, 0.4], [0.1, 0.9]])
y = np.array([0, 1, 1])


def _layer(name: str, takes: str, gives: str, **body: Any) -> cr.Layer:
    made: cr.Layer = type(name, (cr.Layer,), {"takes": takes, "gives": gives, **body})()
    return made


def _times(takes: str, gives: str, by: str) -> Any:
    return lambda self, q: setattr(q, gives, getattr(q, takes) * getattr(q, by))


def _between(*layers: cr.Layer) -> cr.Network:
    return cr.Network([cr.Dense(2, 3), cr.Identity(), *layers, cr.Dense(3, 2), cr.Softmax()], seed=1)


def _said(make: Any) -> str:
    with pytest.raises(ChainruleError) as caught:
        make()
    return str(caught.value)


ADVICE = "give one of them another name, or put a layer with weights between the two."


def test_a_second_owner_is_told_of_the_first() -> None:
    names = Names()
    assert names.claim("u1", "the noise u of Drop()") == "u1"
    with pytest.raises(InputError) as caught:
        names.claim("u1", "the quantity u of Mine()")
    assert str(caught.value) == (
        "u1 is the noise u of Drop(), and can't be the quantity u of Mine() as well: give one of them another name."
    )
    assert "u1" in names
    assert names.owner("u1") == "the noise u of Drop()"


def test_two_names_that_a_page_would_show_alike_are_refused() -> None:
    names = Names()
    names.claim("mu1", "the quantity mu of Mine()")
    with pytest.raises(InputError) as caught:
        names.claim("μ1", "the parameter μ of Mine()")
    assert str(caught.value) == (
        "μ1, the parameter μ of Mine(), and mu1, the quantity mu of Mine(), would both be told as μ1: give one of them "
        "another name."
    )
    names.release("mu1")
    assert names.claim("μ1", "the parameter μ of Mine()") == "μ1"


def test_a_copy_takes_names_of_its_own() -> None:
    names = Names()
    names.copy().claim("u", "a quantity")
    assert "u" not in names


def test_what_is_remembered_has_its_number_before_the_mark() -> None:
    assert buffer_name("mu_run", 1) == "mu1_run"
    assert buffer_name("mu_run", 0) == "mu_run"
    assert buffer_name("r", 12) == "r12"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("constant", {"constants": lambda self: {"c": np.full(3, 2.0)}}),
        ("parameter", {"parameters": lambda self, *_: {"c": np.full(3, 2.0)}}),
        ("buffer", {"buffers": lambda self, width: {"c": np.full(3, 2.0)}}),
        ("noise", {"noise": {"c": "uniform"}}),
    ],
)
def test_arrays_of_two_layers_don_t_meet(kind: str, body: dict[str, Any]) -> None:
    first = _layer("A", "a", "h", forward=_times("a", "h", "c"), **body)
    second = _layer("B", "h", "g", forward=_times("h", "g", "c"), **body)
    assert _said(lambda: _between(first, second)) == (
        f"c1 is the {kind} c of A(), and can't be the {kind} c of B() as well: {ADVICE}"
    )


def test_a_constant_does_not_take_the_place_of_a_bias() -> None:
    shift = _layer(
        "Shift", "a", "h", constants=lambda self: {"b": np.full(3, 5.0)}, forward=_times("a", "h", "b")
    )
    assert _said(lambda: _between(shift)) == (
        f"b1 is the parameter b of Dense(2, 3), and can't be the constant b of Shift() as well: {ADVICE}"
    )


def test_a_quantity_does_not_become_the_noise_of_dropout() -> None:
    class Mine(cr.Activation):
        def forward(self, q: Any) -> None:
            q.u = np.tanh(q.z)
            q.a = q.z * q.u

    layers = [cr.Dense(2, 3), Mine(), cr.Dropout(0.5), cr.Dense(3, 2), cr.Softmax()]
    assert _said(lambda: cr.Network(layers)) == (
        f"u1 is the noise u of Dropout(0.5), and can't be the quantity u of Mine() as well: {ADVICE}"
    )


@pytest.mark.parametrize(
    ("name", "what"),
    [("m", "the number of samples"), ("k", "the number of outputs"), ("t", "the number of the step")],
)
def test_what_every_step_has_keeps_its_name(name: str, what: str) -> None:
    first = _layer(
        "First", "x_raw", "x",
        constants=lambda self: {name: np.array([5.0, 7.0])}, forward=_times("x_raw", "x", name),
    )  # fmt: skip
    layers = [first, cr.Dense(2, 3), cr.ReLU(), cr.Dense(3, 2), cr.Softmax()]
    assert _said(lambda: cr.Network(layers)) == (
        f"{name} is {what}, and can't be the constant {name} of First() as well: give it another name."
    )


def test_a_loss_has_no_constant_called_as_what_it_reads() -> None:
    class Mine(cr.Loss):
        def constants(self) -> dict[str, Any]:
            return {"a": np.ones(2)}

    assert _said(lambda: cr.Network([2, 2], output="identity", loss=Mine())) == (
        "the constant a of Mine(): q.a is something else for this part already: rename it."
    )


def test_a_layer_does_not_state_what_every_step_has() -> None:
    def forward(self: Any, q: Any) -> None:
        q.weight = 2 * q.a.sum(axis=1)
        q.h = q.a * q.weight[:, None]

    assert _said(lambda: _between(_layer("Mine", "a", "h", forward=forward))) == (
        "Mine(): weight is the samples' weights, so q.weight can't be stated: give it another name."
    )


@pytest.mark.parametrize("late", [False, True])
def test_a_forward_quantity_is_not_called_like_a_gradient(late: bool) -> None:
    def forward(self: Any, q: Any) -> None:
        if late:
            q.dh = np.tanh(q.z)
            q.h = np.tanh(q.z)
            q.a = q.h * q.dh
        else:
            q.dz = np.tanh(q.z)
            q.a = q.z * q.dz

    part = type("Mine", (cr.Activation,), {"forward": forward})()
    assert _said(lambda: cr.Network([2, 3, 2], hidden=part)) == (
        "dh1 is the quantity dh of Mine(), and would be the gradient of the quantity h of Mine(): give one of them "
        "another name."
        if late
        else "Mine(): q.dz would be dz1, the gradient of z1, which is stated in backward(q): give it another name."
    )


def test_a_penalty_states_no_gradient_before_there_is_one() -> None:
    class Mine(cr.Penalty):
        def forward(self, q: Any) -> None:
            q.d = np.square(q.w)
            q.penalty = q.d.sum()

    assert _said(lambda: cr.Network([2, 3, 2], penalty=Mine())) == (
        "Mine(): q.d would be dW1, the gradient of W1, which is stated in backward(q): give it another name."
    )


def test_numbers_of_all_parameters_are_not_called_like_one_parameter_s() -> None:
    class Mine(cr.Optimizer):
        def prepare(self, q: Any) -> None:
            q.w = 0.1 / q.t

        def update(self, q: Any) -> None:
            q.w_new = q.w - 0.1 * q.dw

    net = cr.worked_example()
    assert _said(lambda: net.trace(net.x, net.y, Mine())) == (
        "Mine(): q.w is something else for this part already: rename it."
    )


def test_a_quantity_is_stated_once() -> None:
    class Mine(cr.Loss):
        def forward(self, q: Any) -> None:
            q.l = (q.a - q.y).sum(axis=1)
            q.l = np.square(q.a - q.y).sum(axis=1)

    assert _said(lambda: cr.Network([2, 2], output="identity", loss=Mine())) == (
        "Mine() states q.l twice: give one of them another name."
    )


# --- numbers of an optimizer, its schedule, its clipping ------------------------------------------------------


class _Clip(cr.Clipping):
    epsilon: float = setting(0.5)

    def clip(self, q: Any) -> None:
        q.dw_clipped = q.dw / (np.abs(q.dw) + q.epsilon)


def test_a_clipping_s_epsilon_is_not_adam_s() -> None:
    net = cr.worked_example()
    trace = net.trace(net.x, net.y, cr.Adam(0.01, clip=_Clip()))
    assert trace["epsilon"] == 1e-8
    assert trace["epsilon__clip"] == 0.5
    clipped = trace["dW1"] / (np.abs(trace["dW1"]) + 0.5)
    assert np.array_equal(trace["dW1_clipped"], clipped)
    m_hat, v_hat = clipped, np.square(clipped)  # of a first step
    expected = trace["W1"] - 0.01 * m_hat / (np.sqrt(v_hat) + 1e-8)
    assert np.allclose(trace["W1_new"], expected, rtol=1e-12)


def test_an_optimizer_within_lookahead_has_names_of_its_own() -> None:
    class Inner(cr.Optimizer):
        alpha: float = setting(0.125)

        def update(self, q: Any) -> None:
            q.w_new = q.w - q.alpha * q.dw

    assert _said(lambda: cr.Lookahead(Inner(), alpha=0.5)) == (
        "Inner(0.125): a setting can't be called alpha in Lookahead, which has one of that name: rename the field."
    )


def test_two_settings_are_not_read_by_one_letter() -> None:
    class Mine(cr.Optimizer):
        momentum: float = setting(0.9)
        mu: float = setting(0.1)

    assert _said(Mine) == "Mine: its rules would read both momentum and mu as q.mu: rename one of the fields."


def test_two_settings_of_a_schedule_are_not_read_by_one_letter() -> None:
    class Mine(cr.Schedule):
        learning_rate: float = setting(0.9)
        eta0: float = setting(0.1)

    assert _said(Mine) == (
        "Mine: its rules would read both learning_rate and eta0 as q.eta0: rename one of the fields."
    )


def test_a_setting_is_not_called_like_a_rule() -> None:
    with pytest.raises(KindError) as caught:
        type("Mine", (cr.Schedule,), {"__annotations__": {"rate": float}, "rate": setting(0.1)})
    assert str(caught.value) == (
        "Mine: a setting can't be called rate, which every Schedule has already: rename the field."
    )


def test_a_number_is_read_from_the_scope_so_that_it_counts_when_it_changes() -> None:
    class Mine(cr.Optimizer):
        rate: float = setting(0.1)

        def update(self, q: Any) -> None:
            q.w_new = q.w - self.rate * q.dw

    net = cr.worked_example()
    with pytest.raises(LanguageError) as caught:
        net.trace(net.x, net.y, Mine())
    assert str(caught.value) == (
        "Mine(0.1): update(q) reads self.rate, and one program serves every rate: read it as q.rate."
    )
