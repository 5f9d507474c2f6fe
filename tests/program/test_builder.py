"""A program that is being written: what it has so far, and what may not be added to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule import setting
from chainrule.errors import ChainruleError, InputError, LanguageError
from chainrule.expressions import Const, Name, Symbol
from chainrule.notation import formula
from chainrule.program.builder import Builder

MINE: Any = type("Mine", (cr.Activation,), {"forward": lambda self, q: None})()


def builder(**how: Any) -> Builder:
    """One with an input, and nothing made of it yet."""
    net = cr.Network([2, 3, 2], seed=1, **how)
    made = Builder(net.program().plan, net)
    made.leaf("x", "input", np.array([[1.0, 2.0], [3.0, -4.0]]))
    return made


def said(act: Any, error: type[ChainruleError] = InputError) -> str:
    with pytest.raises(error) as caught:
        act()
    return str(caught.value)


def test_at_first_there_are_the_arrays_names_alone() -> None:
    net = cr.Network([2, 3, 2], penalty="l2", seed=1)
    made = Builder(net.program().plan, net)
    assert made.parameters is net.parameters
    for empty in (
        made.quantities,
        made.values,
        made.leaves,
        made.state,
        made.scalars,
        made.noise,
        made.forms,
    ):
        assert not empty
    assert (made.penalized, made.untrained, made.held, made.samples) == (["W1", "W2"], set(), frozenset(), 2)
    assert "W1" in made.names
    assert made.names is not made.plan.names  # to which it may add


def test_without_a_loss_or_a_penalty_nothing_is_penalized() -> None:
    penalized = cr.Network([2, 3, 2], penalty="l2")
    assert Builder(penalized.program(targets=False).plan, penalized).penalized == []
    assert builder().penalized == []


def test_samples_are_two_or_two_groups_of_rows() -> None:
    grouped = cr.Network([2, 3, 2], output="identity", loss="triplet")
    assert Builder(grouped.program().plan, grouped).samples == 6
    assert Builder(grouped.program(targets=False).plan, grouped).samples == 2


def test_what_comes_from_outside_is_a_number_or_an_array() -> None:
    made = builder()
    made.leaf("eta", "scalar", 0.5)
    assert made.leaves == {"x": "input", "eta": "scalar"}
    assert (made.values["x"].expr, made.values["eta"].expr) == (Name("x"), Name("eta", scalar=True))
    assert made.values["eta"].value == 0.5


def test_a_setting_is_a_number_from_outside() -> None:
    made = builder()
    assert made.number("clip", cr.ClipNorm(2.0), "limit", 2.0, "limit_clip") == "limit_clip"
    assert made.scalars == {"limit_clip": ("clip", "limit")}
    assert made.leaves["limit_clip"] == "scalar"
    assert made.values["limit_clip"].value == 2.0
    assert made.names.owner("limit_clip") == "the setting limit of ClipNorm(2.0)"


def test_a_setting_is_not_called_like_what_every_step_has_or_what_a_rule_may_call() -> None:
    for name in ("m", "L", "L_penalty"):
        body = {"__annotations__": {name: float}, name: setting(0.5),
                "forward": lambda self, q, name=name: setattr(q, "penalty", getattr(q, name) * q.w.sum())}  # fmt: skip
        mine = type("Mine", (cr.Penalty,), body)()
        assert said(lambda mine=mine: builder(penalty=mine)) == (
            f"Mine(0.5): a setting can't be called {name}, which the step has already: rename the field."
        )
    assert said(lambda: builder().number("", cr.SGD(), "total", 1.0, "total"), LanguageError) == (
        "the setting total of SGD(0.01): q.total is what a rule may call, and nothing else has that name: rename it."
    )


def test_a_quantity_is_kept_with_all_that_is_known_of_it() -> None:
    made = builder()
    x = made.values["x"]
    assert made.define("h1", "h", 2 * x, "forward", MINE, 3, "W1", "the quantity h of Mine()") == "h1"
    kept = made.quantities["h1"]
    assert (kept.name, kept.local, kept.section, kept.part) == ("h1", "h", "forward", MINE)
    assert (kept.place, kept.parameter, kept.textbook_form, kept.note) == (3, "W1", None, "")
    assert formula(kept.rule) == "2 × x"
    assert made.values["h1"].expr == Name("h1")  # the next rule reads its name, and not how it was made
    np.testing.assert_array_equal(made.values["h1"].value, [[2.0, 4.0], [6.0, -8.0]])
    assert made.names.owner("h1") == "the quantity h of Mine()"
    made.define("l", "l", x.sum(axis=1), "loss", MINE)
    assert (made.quantities["l"].place, made.quantities["l"].parameter) == (-1, "")


def test_a_number_computed_of_numbers_is_one_that_is_computed() -> None:
    made = builder()
    made.leaf("t", "scalar", 3)
    made.define("half", "half", made.values["t"] / 2, "update", MINE)
    assert made.values["half"].expr == Name("half", scalar=True, computed=True)
    assert made.values["half"].value == 1.5


def test_a_second_layer_is_told_that_a_layer_with_weights_may_come_between() -> None:
    for place, advice in ((0, ", or put a layer with weights between the two."), (-1, ".")):
        made = builder()
        made.define("h1", "h", 2 * made.values["x"], "forward", MINE, place, owner="the quantity h of A()")
        assert said(
            lambda made=made, place=place: made.define(
                "h1", "h", 3 * made.values["x"], "forward", MINE, place, owner="the quantity h of B()"
            )
        ) == (
            "h1 is the quantity h of A(), and can't be the quantity h of B() as well: give one of them another name"
            f"{advice}"
        )


def test_before_the_gradients_nothing_takes_their_names() -> None:
    for section in ("forward", "loss", "backward", "update"):
        made = builder()
        made.define("dh1", "dh", 2 * made.values["x"], "forward", MINE, 0, owner="the quantity dh of A()")

        def late(made: Builder = made, section: Any = section) -> None:
            made.define("h1", "h", made.values["x"] * 1, section, MINE, 0, owner="the quantity h of B()")

        if section in ("backward", "update"):
            late()
        else:
            assert said(late) == (
                "dh1 is the quantity dh of A(), and would be the gradient of the quantity h of B(): give one of them "
                "another name."
            )


def test_another_rule_leaves_the_first_one_as_the_textbook_s() -> None:
    made = builder()
    made.define("h1", "h", 2 * made.values["x"], "forward", MINE, 0)
    made.replace_rule("h1", made.values["x"] + made.values["x"], "it is shorter")
    kept = made.quantities["h1"]
    assert kept.textbook_form is not None
    assert (formula(kept.rule), formula(kept.textbook_form), kept.note) == ("x + x", "2 × x", "it is shorter")
    assert (kept.local, kept.place, kept.part) == ("h", 0, MINE)


def test_nothing_is_held_so_all_of_a_gradient_passes() -> None:
    gradient = Symbol(Const(1), 1)
    assert builder().passed("h1", gradient) is gradient


def test_another_form_of_one_s_own_is_to_be_tried() -> None:
    ours = cr.Tanh()
    for first, second, tried in (
        (ours, ours, False),
        (ours, MINE, True),
        (MINE, ours, True),
        (MINE, MINE, True),
    ):
        made = builder()
        made.define("h1", "h", 2 * made.values["x"], "forward", first, 0)
        made.textbook("h1", made.values["x"] + made.values["x"], "h", second)
        form = made.quantities["h1"].textbook_form
        assert form is not None
        assert (formula(made.quantities["h1"].rule), formula(form)) == ("2 × x", "x + x")
        assert made.forms == ([("h1", f"{second}: another form of q.h")] if tried else [])
    assert said(lambda: made.textbook("h1", 3.0, "h", MINE), LanguageError) == (
        "Mine(): q.also(h=3.0) is not made from quantities of the network."
    )
