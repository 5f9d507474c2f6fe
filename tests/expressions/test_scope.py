from __future__ import annotations

import numpy as np
import pytest

from chainrule.errors import UnknownName
from chainrule.expressions import Scope


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
