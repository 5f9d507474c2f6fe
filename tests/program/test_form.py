"""Which parts, and settings of parts, share a program: those that write the same lines, and no others."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.program.form import OwnForm, form


class Mine(cr.Activation):
    """A user's, whose rule may be another one tomorrow."""

    def forward(self, q: Any) -> None:
        q.a = 2 * q.z


SAME = [
    (cr.ReLU(), cr.ReLU()),
    (cr.LeakyReLU(0.2), cr.LeakyReLU(0.2)),
    (cr.L2(0.1), cr.L2(0.5)),  # a penalty's number comes from outside
    (cr.L2(0.1, biases=True), cr.L2(0.5, biases=True)),
    (
        cr.Standardize([1.0, 2.0], [3.0, 4.0]),
        cr.Standardize([0.0, 7.0], [3.0, 5.0]),
    ),  # as do a layer's constants
    (np.array([1.0, math.nan]), np.array([1.0, math.nan])),
    ((1, "a", None, (cr.Tanh(),)), (1, "a", None, (cr.Tanh(),))),
    (math.nan, float("nan")),
]
# Whatever two of these are, they are two forms: of other classes, settings, types, dtypes, shapes or numbers.
OTHERS = [
    cr.ReLU(), cr.Tanh(), cr.LeakyReLU(0.1), cr.LeakyReLU(0.2), cr.L2(0.1), cr.L2(0.1, biases=True), cr.L1(0.1),
    cr.Standardize([1.0, 2.0], [3.0, 4.0]), cr.Dropout(0.5), cr.Dropout(0.25),
    None, True, 1, 1.0, np.float32(1), np.float64(1), "1", 0.0, -0.0, math.inf, math.nan, "", "None",
    np.zeros(2), np.zeros(2, np.float32), np.zeros(1), np.zeros((2, 1)), np.zeros((1, 2)), np.zeros(2, int),
    np.zeros(2, np.uint64), np.zeros(2, bool), np.array([0.0, -0.0]), np.array([0.0, 1.0]),
    (), (1,), (1, 1), (1, 2), (2, 1), (1.0, 1), ((1,), 1),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME, ids=str)
def test_what_writes_the_same_lines_has_one_form(one: Any, other: Any) -> None:
    assert form(one) == form(other)
    assert hash(form(one)) == hash(form(other))  # programs are kept by it


def test_what_writes_other_lines_has_another() -> None:
    for one, other in itertools.combinations(OTHERS, 2):
        assert form(one) != form(other), (one, other)


@pytest.mark.parametrize(
    "given",
    [
        Mine(), (cr.ReLU(), Mine()), (1, (Mine(),)), cr.Activation.of(lambda z: 2 * z),
        cr.Penalty.of(lambda w: w.sum()), math.sin, {"a": 1}, {1, 2}, [1], b"a", 1j,
        np.array([Mine()], object), np.array(["a"]), np.array([1j]),
    ],
    ids=str,
)  # fmt: skip
def test_what_may_be_another_rule_tomorrow_has_none(given: Any) -> None:
    with pytest.raises(OwnForm):
        form(given)


def test_a_rule_put_in_a_class_of_ours_makes_another_form(monkeypatch: pytest.MonkeyPatch) -> None:
    before = form(cr.Tanh()), form((cr.Tanh(),))
    monkeypatch.setattr(cr.Tanh, "forward", lambda self, q: setattr(q, "a", 2 * np.tanh(q.z)))
    after = form(cr.Tanh()), form((cr.Tanh(),))
    assert all(one != other for one, other in zip(before, after, strict=True))
