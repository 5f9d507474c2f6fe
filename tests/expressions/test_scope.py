from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import ChainruleError, InputError, LanguageError, UnknownName
from chainrule.expressions import Namespace, Renamed, Scope, check_local
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


def test_without_a_place_names_are_as_they_are() -> None:
    values = {"z": np.array([3.0])}
    q = Scope(Namespace(values))
    q.a = q.z
    assert list(values) == ["z", "a"]


def test_another_name_stands_for_it_in_all_that_a_rule_may_call() -> None:
    class Asked(Namespace):
        asked: ClassVar[list[Any]] = []

        def also(self, forms: Any) -> None:
            self.asked.append(dict(forms))

        def apply(self, function: Any, inputs: Any, axes: Any) -> Any:
            self.asked.append((inputs, axes))
            return function(*inputs)

        def total(self, local: str) -> Any:
            self.asked.append(local)
            return 6.0

        def derive_backward(self) -> None:
            self.asked.append("back")

    values = {"w": 5.0, "w_fast": 7.0}
    q: Any = Renamed(Scope(Asked(values)), w_new="w_fast")
    assert (q.w, q.w_new) == (5.0, 7.0)
    q.w_new = 8.0
    assert values == {"w": 5.0, "w_fast": 8.0}
    assert q.apply(lambda a, b: a - b, q.w, 2.0, axes=1) == 3.0
    assert q.apply(abs, -1.0) == 1.0
    q.also(w_new=9.0, w=1.0)
    assert (q.total("w_new"), q.total("w")) == (6.0, 6.0)
    q.derive_backward()
    assert Asked.asked == [
        ((5.0, 2.0), 1), ((-1.0,), None), {"w_fast": 9.0, "w": 1.0}, "w_fast", "w", "back",
    ]  # fmt: skip


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


# --- what may be called how ---------------------------------------------------------------------------------------


def refused(act: Any, error: type[ChainruleError] = LanguageError) -> str:
    with pytest.raises(error) as caught:
        act()
    return str(caught.value)


def test_what_a_rule_may_call_is_no_quantity() -> None:
    q = Scope({})
    for name in ("also", "apply", "derive_backward", "total"):
        assert refused(lambda name=name: setattr(q, name, 1.0)) == (
            f"this rule: q.{name} is what a rule may call, and nothing else has that name: rename it."
        )
        assert refused(lambda name=name: check_local(name, "the noise of Mine()")) == (
            f"the noise of Mine(): q.{name} is what a rule may call, and nothing else has that name: rename it."
        )
        assert callable(getattr(q, name))


def test_a_name_is_one_that_python_could_have_and_begins_with_a_letter() -> None:
    for name in ("_a", "__a", "1a", "a b", "", "a-b", "lambda", "if", "None", "a.b", "a\n"):
        assert refused(lambda name=name: check_local(name, "Mine()")) == (
            f"Mine(): {name!r} is no name of a quantity: it begins with a letter, goes on with letters, digits or "
            "underscores, and is no word of Python's."
        )
    for name in ("a", "a1", "a_", "a_b", "μ", "A", "match", "values", "place", "state", "read", "self"):
        check_local(name, "Mine()")
        values: dict[str, Any] = {}
        setattr(Scope(values), name, 2.0)
        assert values == {name: 2.0}


def test_what_a_part_reads_already_is_not_stated_by_another_name() -> None:
    assert refused(lambda: check_local("w", "Mine()", ("w", "dw")), InputError) == (
        "Mine(): q.w is something else for this part already: rename it."
    )
    check_local("w", "Mine()", ("dw",))
    check_local("w", "Mine()")


def test_what_python_asks_for_itself_is_no_quantity() -> None:
    q = Scope({"__array__": 1, "_Scope__x": 2, "_a": 3, "Scope": 4})
    for name in ("__array__", "__len__", "_Scope__x", "__x"):
        with pytest.raises(AttributeError, match=f"^{name}$"):
            getattr(q, name)
    assert (q._a, q.Scope) == (3, 4)
    assert not hasattr(q, "__dict__")
    with pytest.raises(UnknownName):
        _ = q._b


def test_over_arrays_each_of_what_a_rule_may_call_does_the_plain_thing() -> None:
    values = {"w2": 3.0}
    q: Any = Scope(values, lambda local: f"{local}2")
    assert q.total("w") == 3.0
    assert q.apply(lambda a, b: a - b, 5.0, 2.0, axes=0) == 3.0
    assert q.also(w=4.0) is None
    assert values == {"w2": 3.0}
    assert refused(q.derive_backward) == (
        "this part has no backward rule of its own, and bare arrays give none: a network derives it from forward(q). "
        "Make a network with the part, and ask its trace for the gradients."
    )
    assert refused(lambda: q.x, UnknownName) == "there is no quantity 'x2'. There is: w2."
    inner = Namespace(values, lambda local: f"{local}2")
    assert (inner.place("w"), inner.read("w"), Namespace(values).place("w")) == ("w2", 3.0, "w")
    inner.state("v", 1.0)
    assert Scope(inner).v == values["v2"] == 1.0


def test_other_names_leave_those_that_they_are_not_for() -> None:
    values = {"a": 1.0, "b": 2.0}
    q: Any = Renamed(Renamed(Scope(values), x="a"), y="x", a="b")
    assert (q.x, q.y, q.a, q.b) == (1.0, 1.0, 2.0, 2.0)
    q.y = 5.0
    q.c = 6.0
    assert values == {"a": 5.0, "b": 2.0, "c": 6.0}
