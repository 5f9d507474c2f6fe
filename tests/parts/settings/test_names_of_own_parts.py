"""What a part of one's own may call its settings and helpers, and how it is told where it may not."""

from __future__ import annotations

from typing import Any

import pytest

import chainrule as cr
from chainrule.errors import Fixed, InputError, LanguageError
from chainrule.parts.contract import Optimizer


@pytest.mark.parametrize("name", ["w", "dw", "t"])
def test_a_clipping_can_not_call_a_setting_as_the_step_calls_its_own(name: str) -> None:
    body = {
        "__annotations__": {name: float}, name: cr.setting(1.0),
        "clip": lambda self, q: setattr(q, "dw_clipped", 0.5 * q.dw),
    }  # fmt: skip
    clip = type("Mine", (cr.Clipping,), body)()
    with pytest.raises(InputError) as caught:
        cr.Network([2, 2]).program(cr.SGD(clip=clip))
    assert str(caught.value) == (
        f"Mine(1.0): a setting can't be called {name}, which the step has already: rename the field."
    )


def test_a_setting_that_has_a_letter_is_to_be_read_by_it() -> None:
    class Mine(cr.Optimizer):
        learning_rate: float = cr.setting(0.1)

        def update(self, q: Any) -> None:
            q.w_new = q.w - self.learning_rate * q.dw

    with pytest.raises(LanguageError) as caught:
        cr.Network([2, 2]).program(Mine())
    assert str(caught.value) == (
        "Mine(0.1): update(q) reads self.learning_rate, and one program serves every learning_rate: read it as q.eta."
    )


def test_what_a_part_keeps_for_itself_can_be_deleted_and_its_settings_not() -> None:
    part: Any = cr.LeakyReLU()
    part._kept = 3
    del part._kept
    assert not hasattr(part, "_kept")
    with pytest.raises(Fixed) as caught:
        del part.slope
    assert str(caught.value) == (
        "LeakyReLU: slope can't be deleted: make a new LeakyReLU, and a new network with it; Network(…, "
        "parameters=net.parameters) keeps the weights."
    )


def test_helpers_may_be_called_nearly_as_what_no_rule_is() -> None:
    """`of` and `kind` are the package's own ways to a part, and nobody means them."""
    body = {
        "off": lambda self: None,
        "kinds": ("steep",),
        "forward": lambda self, q: setattr(q, "a", 2 * q.z),
    }
    part = type("Mine", (cr.Activation,), body)()
    assert cr.Network([2, 3, 2], hidden=part).title() == "2 → 3 mine → 2 softmax"


def test_a_whole_number_behind_a_name_is_whole() -> None:
    made: Any = Optimizer.of("lbfgs:7")
    assert made.pairs == 7
    assert type(made.pairs) is int


def test_a_layer_that_only_says_what_it_takes_gives_x() -> None:
    class Halved(cr.Layer):
        takes = "x_raw"

        def forward(self, q: Any) -> None:
            q.x = q.x_raw / 2

    net = cr.Network([Halved(), cr.Dense(2, 2), cr.Softmax()], seed=1)
    assert net.trace([[2.0, 4.0]], [0])["x"].tolist() == [[1.0, 2.0]]
