from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import LanguageError, UnknownName
from chainrule.expressions import Scope
from chainrule.parts import Function, PenaltyFunction


def test_over_arrays_a_scope_reads_and_writes_a_dictionary() -> None:
    values = {"z": np.array([1.0, -2.0])}
    q = Scope(values)
    q.a = np.maximum(0, q.z)
    assert values["a"].tolist() == [1, 0]
    assert q.a is values["a"]


def test_a_local_name_gets_its_place() -> None:
    values = {"z2": np.array([3.0])}
    q = Scope(values, lambda local: f"{local}2")
    q.a = q.z + 1
    assert sorted(values) == ["a2", "z2"]


def test_another_form_costs_nothing_over_arrays() -> None:
    values = {"a": np.array([1.0])}
    q = Scope(values)
    q.also(a=np.array([2.0]))
    assert values["a"].tolist() == [1]


def test_an_unknown_name_is_told_with_its_place_and_the_nearest() -> None:
    q = Scope({"zhat2": np.array([3.0]), "a2": np.array([1.0])}, lambda local: f"{local}2")
    with pytest.raises(UnknownName) as caught:
        _ = q.zhta
    assert str(caught.value) == "there is no quantity 'zhta2'. Did you mean 'zhat2'? There is: zhat2, a2."
    assert isinstance(caught.value, KeyError)
    assert isinstance(caught.value, ValueError)


def test_bare_arrays_have_no_backward_rule_that_is_derived() -> None:
    class Bent(cr.Activation):
        def forward(self, q: Any) -> None:
            q.a = q.z * np.abs(q.z)

    q: Any = Scope({"z": np.array([[2.0]]), "da": np.array([[1.0]])})
    Bent().forward(q)
    with pytest.raises(LanguageError) as caught:
        Bent().backward(q)
    assert str(caught.value) == (
        "this part has no backward rule of its own, and bare arrays give none: a network derives it from forward(q). "
        "Make a network with the part, and ask its trace for the gradients."
    )


def test_functions_and_clippings_run_on_bare_arrays_too() -> None:
    q: Any = Scope({"z": np.array([[2.0, -3.0]]), "w": np.eye(2), "dw": np.array([3.0, 4.0]), "limit": 1.0})
    Function(lambda z: z**2).forward(q)
    assert q.a.tolist() == [[4, 9]]
    PenaltyFunction(lambda w: 0.5 * w.sum()).forward(q)
    assert q.penalty == 1
    clip = cr.ClipNorm(1.0)
    clip.measure(q)
    clip.join(q)
    clip.clip(q)
    assert np.linalg.norm(q.dw_clipped) == pytest.approx(1, abs=1e-6)
    with pytest.raises(UnknownName):
        _ = q.applied
