"""The gradients of a program against PyTorch, against finite differences, and against its own forward rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from torch.nn import functional as F

import chainrule as cr
from chainrule.errors import InputError, LanguageError
from chainrule.expressions import Name, Symbol, derive, evaluate
from chainrule.parts.contract import Activation, Array, Optimizer
from chainrule.program.program import Program
from strategies import KINKS, PROBABILITIES, Case, cases, own_activations
from thorough import examples

torch.set_num_threads(1)

TORCH: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "identity": lambda z: z,
    "relu": torch.relu,
    "leaky_relu": torch.nn.functional.leaky_relu,
    "elu": torch.nn.functional.elu,
    "selu": torch.selu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softplus": lambda z: torch.nn.functional.softplus(z, threshold=40),
    "swish": torch.nn.functional.silu,
    "hard_swish": torch.nn.functional.hardswish,
    "gelu": torch.nn.functional.gelu,
    "gelu_tanh": lambda z: torch.nn.functional.gelu(z, approximate="tanh"),
    "mish": torch.nn.functional.mish,
    "softmax": lambda z: torch.softmax(z, dim=1),
    "log_softmax": lambda z: torch.log_softmax(z, dim=1),
    "own mish": torch.nn.functional.mish,
    "leaky": lambda z: torch.nn.functional.leaky_relu(z, 0.1),
    "gated": lambda z: z / (1 + (z**2).sum(dim=1, keepdim=True)) * (z < 2),
}


def _binary(z: torch.Tensor, a: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return F.binary_cross_entropy_with_logits(z, y, reduction="none").sum(1)


def _focal(z: torch.Tensor, a: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return -(y * (1 - a) ** 2 * torch.log_softmax(z, 1)).sum(1)


def _binary_focal(z: torch.Tensor, a: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return -(y * (1 - a) ** 2 * F.logsigmoid(z) + (1 - y) * a**2 * F.logsigmoid(-z)).sum(1)


def _hinge(power: int) -> Callable[..., torch.Tensor]:
    def loss(z: torch.Tensor, a: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        if a.shape[1] == 1:
            return (F.relu(1 - (2 * y - 1) * a) ** power).sum(1)
        return F.multi_margin_loss(a, y.argmax(1), p=power, reduction="none")

    return loss


# By name, and by name and output, from z, a and y to one value a sample; those that PyTorch has not, by formula.
TORCH_LOSSES: dict[str, Callable[..., torch.Tensor]] = {
    "mean_squared_error": lambda z, a, y: F.mse_loss(a, y, reduction="none").mean(1),
    "half_squared_error": lambda z, a, y: 0.5 * ((a - y) ** 2).sum(1),
    "mean_absolute_error": lambda z, a, y: F.l1_loss(a, y, reduction="none").mean(1),
    "huber": lambda z, a, y: F.huber_loss(a, y, reduction="none").mean(1),
    "log_cosh": lambda z, a, y: torch.log(torch.cosh(a - y)).mean(1),
    "quantile": lambda z, a, y: torch.maximum(0.5 * (y - a), 0.5 * (a - y)).mean(1),
    "cross_entropy": lambda z, a, y: F.cross_entropy(z, y, reduction="none"),
    "cross_entropy, sigmoid": _binary,
    "binary_cross_entropy": _binary,
    "focal": _focal,
    "focal, sigmoid": _binary_focal,
    "kl_divergence": lambda z, a, y: F.kl_div(torch.log_softmax(z, 1), y, reduction="none").sum(1),
    "hinge": _hinge(1),
    "squared_hinge": _hinge(2),
}


def torch_loss(case: Case, parameters: Mapping[str, torch.Tensor], X: Array, y: Array) -> torch.Tensor:
    """The loss as the textbook defines it, written in PyTorch."""
    a = torch.from_numpy(X)
    target = torch.from_numpy(y)
    for number, name in enumerate((*case.hidden, case.output), 1):
        z = a @ parameters[f"W{number}"] + parameters[f"b{number}"]
        a = torch.prelu(z, parameters[f"alpha{number}"]) if name == "prelu" else TORCH[name](z)
    if case.labels:
        target = F.one_hot(target, z.shape[1]) if z.shape[1] > 1 else target[:, None]
    loss = TORCH_LOSSES.get(f"{case.loss}, {case.output}", TORCH_LOSSES[case.loss])
    return loss(z, a, target.to(z.dtype)).mean()


def away_from_kinks(case: Case, trace: cr.Trace, least: float) -> bool:
    """Whether no unit is within so little of a kink of its activation."""
    return all(
        np.abs(trace[f"z{number}"] - kink).min() > least
        for number, name in enumerate((*case.hidden, case.output), 1)
        for kink in KINKS.get(name, ())
    )


@examples(250)
@given(cases(dtypes=("float64",)))
def test_loss_and_gradients_equal_pytorchs(case: Case) -> None:
    net, (X, y) = case.network(), case.data()
    parameters = {n: torch.from_numpy(a.copy()).requires_grad_() for n, a in net.parameters.items()}
    loss = torch_loss(case, parameters, X, y)
    loss.backward()
    gradients = net.gradients(X, y)
    assert list(gradients) == list(parameters)
    assert abs(net.loss(X, y) - loss.item()) <= 1e-10
    for name, expected in parameters.items():
        assert expected.grad is not None
        np.testing.assert_allclose(gradients[name], expected.grad.numpy(), rtol=0, atol=1e-10, err_msg=name)


@examples(60)
@given(cases(dtypes=("float32",)))
def test_in_float32_they_equal_pytorchs_float64_to_single_precision(case: Case) -> None:
    net, (X, y) = case.network(), case.data()
    X = X.astype(np.float32).astype(np.float64)
    parameters = {
        n: torch.from_numpy(a.astype(np.float64)).requires_grad_() for n, a in net.parameters.items()
    }
    torch_loss(case, parameters, X, y).backward()
    trace = net.trace(X, y)
    assume(away_from_kinks(case, trace, 1e-4))
    gradients = net.gradients(X, y)
    for name, expected in parameters.items():
        assert expected.grad is not None
        scale = max(1.0, float(expected.grad.abs().max()))
        assert gradients[name].dtype == np.float32
        np.testing.assert_allclose(gradients[name], expected.grad.numpy(), rtol=0, atol=2e-4 * scale)


@examples(40)
@given(cases(dtypes=("float64",), width=4, samples=4))
def test_gradients_equal_finite_differences(case: Case) -> None:
    net, (X, y) = case.network(), case.data()
    trace = net.trace(X, y)
    assume(away_from_kinks(case, trace, 1e-3))
    for name, gradient in net.gradients(X, y).items():
        array = net.parameters[name]
        for entry in np.ndindex(array.shape):
            value, h = array[entry], 1e-5
            array[entry] = value + h
            above = net.loss(X, y)
            array[entry] = value - h
            below = net.loss(X, y)
            array[entry] = value
            slope = (above - below) / (2 * h)
            assert abs(gradient[entry] - slope) <= 1e-6 * max(1, abs(slope)), (name, entry)


# --- the hand-written backward rules against the forward ones -----------------------------------------------


def derived_gradients(program: Program, values: Mapping[str, Any], textbook: bool) -> dict[str, Array]:
    """∂L/∂(name) for everything that L depends on, from the forward rules alone, by `derive`.

    With `textbook`, by the other form of a quantity where it has one.
    """
    received: dict[str, Any] = {"L": 1.0}
    for quantity in reversed(program.quantities.values()):
        if quantity.section not in ("forward", "loss") or quantity.name not in received:
            continue
        rule = quantity.textbook_form if textbook and quantity.textbook_form is not None else quantity.rule
        arriving = np.asarray(received[quantity.name])
        env = {**values, "arriving": arriving}
        for name, amount in derive(rule, Symbol(Name("arriving"), arriving), env).items():
            received[name] = received.get(name, 0) + evaluate(amount.expr, env)
    return {name: np.asarray(value) for name, value in received.items()}


@examples(100)
@given(cases(dtypes=("float64",), samples=8))
def test_every_backward_rule_equals_the_derivative_of_the_forward_rules(case: Case) -> None:
    net, (X, y) = case.network(), case.data()
    trace = net.trace(X, y)
    a = trace[trace.program.output]
    # Near 0 and 1 the textbook's log(a) and log(1 - a) lose the digits that the stable forms are there for.
    sure = np.exp(a) if case.output == "log_softmax" else a
    assume(case.loss not in PROBABILITIES or (sure.min() > 1e-5 and sure.max() < 1 - 1e-5))
    compared = set()
    for textbook in (False, True):
        derived = derived_gradients(trace.program, trace.results, textbook)
        for name, quantity in trace.program.quantities.items():
            if quantity.section != "backward" or name[1:] not in derived:
                continue
            np.testing.assert_allclose(
                trace[name], derived[name[1:]], rtol=1e-9, atol=1e-10, err_msg=f"{name}, {textbook=}"
            )
            compared.add(name)
    stated = {q.name for q in trace.program.quantities.values() if q.section == "backward"}
    backward = {name for name in stated if name[1:] in trace.results}  # the others are on the way to these
    assert compared == backward


@examples(100)
@given(cases(dtypes=("float64",), samples=8))
def test_every_other_form_equals_its_rule(case: Case) -> None:
    trace = case.network().trace(*case.data())
    also = {q.name: q.textbook_form for q in trace.program.quantities.values() if q.textbook_form is not None}
    depth = len(case.hidden) + 1
    if case.loss in PROBABILITIES:
        logs = {"softmax": ["log_a"], "log_softmax": [], "sigmoid": ["log_a", "log_not_a"]}[case.output]
        focus = ["focus", "focus_no"][: len(logs)] if case.loss == "focal" else []
        pull = ["pull"] if case.loss == "focal" and case.output == "softmax" else []
        assert list(also) == [f"{name}{depth}" for name in (*logs, *focus, *pull, "dz")]
    else:
        assert list(also) == (["l"] if case.loss == "huber" else [])
    for name, form in also.items():
        np.testing.assert_allclose(evaluate(form, trace.results), trace[name], rtol=1e-9, atol=1e-12)


@examples(60)
@given(own_activations())
def test_the_derived_rule_of_an_own_activation_equals_finite_differences(
    activation: Callable[[Any], Any],
) -> None:
    net = cr.Network([2, 3, 2], hidden=activation, seed=1)
    net.parameters["b1"] = [0.3, -0.2, 0.1]
    X, y = np.random.default_rng(3).standard_normal((3, 2)), [0, 1, 1]
    gradient = net.gradients(X, y)["b1"]
    slopes, sides = np.zeros(3), np.zeros(3)
    for i in range(3):
        losses = []
        for h in (1e-5, -1e-5, 0):
            net.parameters["b1"][i] += h
            losses.append(net.loss(X, y))
            net.parameters["b1"][i] -= h
        slopes[i] = (losses[0] - losses[1]) / 2e-5
        sides[i] = abs((losses[0] - losses[2]) - (losses[2] - losses[1])) / 1e-5
    assume(sides.max() < 1e-3)  # away from the kinks: there the two sides differ
    np.testing.assert_allclose(gradient, slopes, rtol=1e-5, atol=1e-7)


# --- what a program is --------------------------------------------------------------------------------------


def test_the_names_and_sections_of_the_worked_example() -> None:
    program = cr.Network([2, 3, 2]).program(cr.SGD())
    sections: dict[str, list[str]] = {}
    for quantity in program.quantities.values():
        sections.setdefault(quantity.section, []).append(quantity.name)
    assert sections == {
        "forward": ["z1", "a1", "z2", "top2", "shift2", "e2", "s2", "a2"],
        "loss": ["log_a2", "l", "L"],
        "backward": ["da2", "dz2", "dW2", "db2", "da1", "dz1", "dW1", "db1"],
        "update": ["W1_new", "b1_new", "W2_new", "b2_new"],
    }
    assert program.leaves == {
        "x": "input", "W1": "parameter", "b1": "parameter", "W2": "parameter", "b2": "parameter",
        "y": "target", "m": "scalar", "k": "scalar", "eta": "scalar", "t": "scalar",
    }  # fmt: skip
    assert (program.data, program.output) == ("x", "a2")


def test_sections_follow_each_other_whatever_a_step_has() -> None:
    """Forward, loss, backward, update; a gradient is in the third, a new value in the last."""
    net = cr.Network(
        [cr.Dense(2, 3), cr.BatchNorm(), cr.PReLU(), cr.Dropout(0.5), cr.Dense(3, 1), cr.Identity()],
        loss="half_squared_error",
        penalty=cr.ElasticNet(0.1, 0.2),
    )
    optimizer = cr.Lookahead(cr.AdamW(cr.Cosine(0.01, steps=50, warmup=10), clip=cr.ClipNorm(1.0)), k=2)
    quantities = [*net.program(optimizer).quantities.values()]
    order = ["forward", "loss", "backward", "update"]
    places = [order.index(quantity.section) for quantity in quantities]
    assert places == sorted(places)
    sections: dict[str, set[str]] = {name: set() for name in order}
    for quantity in quantities:
        sections[quantity.section].add(quantity.name)
    assert sections["backward"] >= {
        "dW1", "dW1_data", "dW1_penalty", "dW1_clipped", "dW1_squares", "norm", "shrink", "dalpha1", "da2",
    }  # fmt: skip
    assert "penalty_W1" in sections["loss"]
    assert set(net.parameters) <= {name.removesuffix("_new") for name in sections["update"]}
    assert not {name for name in sections["update"] if name.startswith("d")}


def test_adams_state_and_lines_carry_the_parameters_name() -> None:
    program = cr.Network([2, 2]).program(cr.Adam())
    updates = [q.name for q in program.quantities.values() if q.section == "update"]
    assert updates[:5] == ["mW1_new", "vW1_new", "mW1_hat", "vW1_hat", "W1_new"]
    assert program.state == {
        "mW1": ("m", "W1"), "vW1": ("v", "W1"), "mb1": ("m", "b1"), "vb1": ("v", "b1"),
    }  # fmt: skip


def test_every_quantity_reads_only_what_comes_before_it() -> None:
    program = cr.Network([3, 4, 4, 2], hidden=["sigmoid", "softmax"]).program(cr.Adam())
    known = set(program.leaves)
    for quantity in program.quantities.values():
        for form in filter(None, (quantity.rule, quantity.textbook_form)):
            values = {name: np.ones((2, 2)) for name in known}
            assert {n.name for n in _names(form)} <= set(values)
        known.add(quantity.name)


def _names(form: Any) -> list[Name]:
    from chainrule.expressions import names

    return names(form)


def test_needed_leaves_out_what_no_target_reads() -> None:
    program = cr.Network([2, 3, 2]).program()
    trained = [q.name for q in program.needed(["dW1", "dW2"])]
    assert trained == [
        "z1",
        "a1",
        "z2",
        "top2",
        "shift2",
        "e2",
        "s2",
        "a2",
        "dz2",
        "dW2",
        "da1",
        "dz1",
        "dW1",
    ]
    assert [q.name for q in program.needed(["z1"])] == ["z1"]
    assert program.needed(["x"]) == []


def test_standardize_is_the_first_line_and_has_no_gradient() -> None:
    scaling = cr.Standardize([1.0, 2.0], [2.0, 4.0])
    net = cr.Network([2, 3, 2], scaling=scaling)
    program = net.program()
    assert (program.data, next(iter(program.quantities))) == ("x_raw", "x")
    assert not {"dx", "dx_raw", "dcenter", "dscale"} & set(program.names())
    np.testing.assert_array_equal(net.trace([[3.0, 10.0]])["x"], [[1.0, 2.0]])


# --- parts that break the contract --------------------------------------------------------------------------


class _NoOutput(Activation):
    kind = "own"

    def forward(self, q: Any) -> None:
        q.other = q.z * 2

    def __str__(self) -> str:
        return "NoOutput()"


class _WrongShape(_NoOutput):
    def forward(self, q: Any) -> None:
        q.a = q.z * 2

    def backward(self, q: Any) -> None:
        q.dz = q.da.sum(axis=0)

    def __str__(self) -> str:
        return "WrongShape()"


class _Constant(_NoOutput):
    def forward(self, q: Any) -> None:
        q.a = 3.0

    def __str__(self) -> str:
        return "Constant()"


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (_NoOutput(), "NoOutput() did not state its output q.a in forward(q)."),
        (
            _WrongShape(),
            "WrongShape(): q.dz has the shape (3,) for two samples, and a gradient has the shape of what it "
            "belongs to: (2, 3).",
        ),
        (_Constant(), "Constant(): q.a = 3.0 is not made from quantities of the network."),
    ],
)
def test_a_part_that_breaks_the_contract_is_named(part: Activation, message: str) -> None:
    with pytest.raises(LanguageError) as caught:
        cr.Network([cr.Dense(2, 3), part, cr.Dense(3, 2), cr.Softmax()])
    assert str(caught.value) == message


def test_an_optimizer_without_a_new_value_is_named() -> None:
    class _Lazy(Optimizer):
        kind = "own"

        def settings(self) -> dict[str, Any]:
            return {}

        def update(self, q: Any) -> None:
            q.step = 0.1 * q.dw

        def __str__(self) -> str:
            return "Lazy()"

    lazy = _Lazy()
    lazy.t = 0
    with pytest.raises(LanguageError) as caught:
        cr.Network([2, 2]).program(lazy)
    assert str(caught.value) == "Lazy() did not state q.w_new in update(q)."


def test_two_activations_in_a_row_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        cr.Network([cr.Dense(2, 3), cr.ReLU(), cr.Softmax()])
    assert str(caught.value) == (
        "a1 is the quantity a of ReLU(), and can't be the quantity a of Softmax() as well: give one of them another "
        "name, or put a layer with weights between the two."
    )
