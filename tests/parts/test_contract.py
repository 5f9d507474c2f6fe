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


@pytest.mark.parametrize("rule", ["forward", "evaluate", "backward", "prepare", "update", "join"])
def test_a_class_with_another_rule_in_its_place_is_another_class(rule: str) -> None:
    """As in a notebook, where a cell that states the rule is run again."""
    kind: Any = type("Mine", (cr.Optimizer,), {"update": lambda self, q: None})
    before = kind().cache_key()
    assert kind().cache_key() == before
    setattr(kind, rule, lambda self, q: None)
    assert kind().cache_key() != before
    after = kind().cache_key()
    kind._helper = lambda self: None
    assert kind().cache_key() == after


def test_numbers_that_rules_read_by_name_make_no_other_lines_and_all_else_does() -> None:
    class Mine(cr.Activation):
        slope: float = 1.0
        count: int = 2
        sharp: bool = False
        inner: Any = None

    def key(**how: Any) -> Any:
        return Mine(**how).cache_key()

    assert key() == key(slope=3.0)
    inner = {"inner": cr.SGD(0.1)}
    assert key(**inner) == key(inner=cr.SGD(0.7))  # as its own key has it
    others = [key(), key(count=3), key(sharp=True), key(inner="a"), key(**inner), key(inner=cr.Adam(0.1))]
    assert all(a != b for place, a in enumerate(others) for b in others[:place])
    assert cr.ReLU().cache_key() != cr.Tanh().cache_key()
    one, other = (cr.Activation.of(lambda z: z) for _ in range(2))
    assert one.cache_key() != other.cache_key()


def test_numbers_by_the_letters_that_rules_read() -> None:
    class Mine(cr.Optimizer):
        learning_rate: float = cr.setting(0.1)
        momentum: float = cr.setting(0.2)
        gain: float = cr.setting(0.3)
        steps: int = 4
        sharp: bool = True
        word: str = "a"

    assert Mine().numbers() == {"eta": 0.1, "mu": 0.2, "gain": 0.3, "steps": 4}
    assert Mine().settings() == {
        "learning_rate": 0.1, "momentum": 0.2, "gain": 0.3, "steps": 4, "sharp": True, "word": "a", "clip": None,
    }  # fmt: skip
    assert cr.WarmUp(0.5, 3).numbers() == {"eta0": 0.5, "steps": 3, "warmup": 0.0}
    assert cr.WarmUp(0.5, 3).scalars() == {"eta0": 0.5, "steps": 3}
    assert cr.WarmUp(0.5, 3, warmup=2).scalars() == {"eta0": 0.5, "steps": 3, "warmup": 2.0}
    assert cr.ElasticNet(0.1, 0.2).numbers() == {"strength1": 0.1, "strength2": 0.2}


def test_a_part_is_written_by_its_first_setting_and_those_that_are_not_the_default() -> None:
    made = [
        cr.Adam(), cr.Adam(0.001, 0.8), cr.Adam(epsilon=1e-7), cr.RMSprop(centered=True), cr.ElasticNet(l2=0.5),
        cr.L1(0.5, biases=True), cr.SGD(clip="clip_value"), cr.Cosine(0.1), cr.Cosine(0.1, 7), cr.He(normal=False),
    ]  # fmt: skip
    assert [str(part) for part in made] == [
        "Adam(0.001)", "Adam(0.001, beta1=0.8)", "Adam(0.001, epsilon=1e-07)", "RMSprop(0.01, centered=True)",
        "ElasticNet(0.0001, l2=0.5)", "L1(0.5, biases=True)", "SGD(0.01, clip=ClipValue(1.0))", "Cosine(0.1)",
        "Cosine(0.1, steps=7)", "He(normal=False)",
    ]  # fmt: skip
    assert [repr(part) for part in made] == [str(part) for part in made]


def test_a_layer_with_weights_says_for_how_many_inputs() -> None:
    class Narrow(cr.Layer):
        takes, gives = "a", "z"
        has_weights = True

        def width(self, incoming: int | None) -> int:
            return 2

        def forward(self, q: Any) -> None:
            q.z = 2 * q.a

    with pytest.raises(LanguageError) as caught:
        cr.Network([Narrow(), cr.Softmax()])
    assert str(caught.value) == (
        "Narrow has weights, and does not say for how many inputs: give it a setting inputs, as Dense has."
    )
