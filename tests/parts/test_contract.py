from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import KindError, LanguageError, UnknownName
from chainrule.parts.contract import Activation, Initializer, Layer, Loss, Optimizer, Part, snake_case


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ReLU", "relu"),
        ("LeakyReLU", "leaky_relu"),
        ("MeanSquaredError", "mean_squared_error"),
        ("SGD", "sgd"),
        ("Adam", "adam"),
    ],
)
def test_snake_case(name: str, expected: str) -> None:
    assert snake_case(name) == expected


@pytest.mark.parametrize(
    ("kind", "name", "part"),
    [
        (Activation, "relu", cr.ReLU),
        (Loss, "half_squared_error", cr.HalfSquaredError),
        (Optimizer, "adam", cr.Adam),
        (Initializer, "he", cr.He),
    ],
)
def test_of_gives_the_part_of_that_name_or_the_part_itself(
    kind: type[Part], name: str, part: type[Part]
) -> None:
    assert type(kind.of(name)) is part
    own = part()
    assert kind.of(own) is own


def test_every_known_name_makes_its_part() -> None:
    for kind in (Activation, Loss, Optimizer, Initializer):
        for name, part in kind.registry().items():
            assert name == part.name()
            assert type(kind.of(name)) is part
    assert {"identity", "relu", "sigmoid", "tanh", "softmax"} <= set(Activation.registry())
    assert not any(name.startswith("_") for name in Loss.registry())


def test_parts_of_a_user_are_no_strangers_names() -> None:
    class Mine(cr.Activation):
        pass

    assert "mine" not in Activation.registry()
    assert Mine.name() == "mine"


@pytest.mark.parametrize(
    ("kind", "given", "error", "message"),
    [
        (
            Loss,
            "crossentropy",
            UnknownName,
            "there is no loss 'crossentropy'. Did you mean 'cross_entropy'? There is: "
            + ", ".join(Loss.registry()) + ".",
        ),
        (
            Activation,
            "xyz",
            UnknownName,
            f"there is no activation 'xyz'. There is: {', '.join(Activation.registry())}.",
        ),
        (Layer, cr.ReLU, KindError, "ReLU is a class: write ReLU(), with brackets."),
        (
            Loss,
            cr.SGD(),
            KindError,
            "SGD(0.01) is no loss: give its name, such as 'mean_squared_error', or a part.",
        ),
        (cr.parts.Columns, 3, KindError, "3 is no layer: give a part."),
        (cr.parts.Columns, "sgd", UnknownName, "there is no layer 'sgd'."),
    ],
)  # fmt: skip
def test_what_is_no_part(kind: type[Part], given: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        kind.of(given)
    assert str(caught.value) == message


def test_a_new_forward_rule_does_not_inherit_the_old_backward_rule() -> None:
    class Doubled(cr.Dense):
        def forward(self, q: Any) -> None:
            q.z = 2 * (q.x @ q.W) + q.b

    net = cr.Network([Doubled(2, 3), cr.Softmax()], seed=1)
    X, y = np.array([[0.3, -0.7]]), [1]
    gradient = net.gradients(X, y)["W1"]
    for index in np.ndindex(2, 3):
        losses = []
        for step in (1e-5, -1e-5):
            net.parameters["W1"][index] += step
            losses.append(net.loss(X, y))
            net.parameters["W1"][index] -= step
        assert gradient[index] == pytest.approx((losses[0] - losses[1]) / 2e-5, rel=1e-6)


@pytest.mark.parametrize("written", [bool, "bool"])
def test_a_truth_value_without_a_default_is_known_by_its_annotation(written: Any) -> None:
    """As it stands under ``from __future__ import annotations``, and without."""
    kind: Any = type("Mine", (cr.Activation,), {"__annotations__": {"open": written}})
    assert kind(np.True_).open is True
    with pytest.raises(KindError) as caught:
        kind("no")
    assert str(caught.value) == "Mine: open = 'no' is neither True nor False."


@pytest.mark.parametrize(
    ("kind", "rule", "written", "states"),
    [
        (Layer, "forward", "forward(q)", "its output"),
        (Layer, "restore", "restore(q)", "its input from its output"),
        (Layer, "encode", "encode(table)", "the numbers of a table"),
        (Layer, "told", "told(row)", "the cells of a row"),
        (cr.Clipping, "clip", "clip(q)", "q.dw_clipped"),
        (cr.Schedule, "rate", "rate(q)", "q.eta"),
        (Optimizer, "update", "update(q)", "q.w_new"),
    ],
)
def test_a_rule_that_a_part_lacks_is_asked_for(kind: Any, rule: str, written: str, states: str) -> None:
    part = type("Mine", (kind,), {})()
    with pytest.raises(LanguageError) as caught:
        getattr(part, rule)(None)
    assert str(caught.value) == f"Mine has no {written}, which states {states}: write one."


def test_an_array_among_the_settings_is_written_where_it_is_not_the_default() -> None:
    class Mine(cr.Activation):
        slope: float = 1.0
        knots: Any = None

    assert str(Mine()) == "Mine(1.0)"
    assert str(Mine(knots=np.array([1.0, 2.0]))) == "Mine(1.0, knots=[1. 2.])"
    assert str(Mine(2.0, knots=None)) == "Mine(2.0)"


def test_what_each_layer_takes_and_gives() -> None:
    made: list[Layer] = [cr.Dense(2, 3), cr.BatchNorm(), cr.LayerNorm(), cr.Dropout(0.5)]
    assert [(type(layer).__name__, layer.takes, layer.gives) for layer in made] == [
        ("Dense", "x", "z"),
        ("BatchNorm", "z", "n"),
        ("LayerNorm", "z", "n"),
        ("Dropout", "a", "h"),
    ]
    assert {(part.takes, part.gives) for part in Activation.registry().values()} == {("z", "a")}
