"""A plain function as a part: how it is named, and what it must give, whichever part it becomes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import LanguageError
from chainrule.expressions import Symbol
from chainrule.expressions.operations import language


class Doubled:
    """A callable without a name."""

    def __init__(self, gives: Callable[..., Any]) -> None:
        self.gives = gives

    def __call__(self, *inputs: Any) -> Any:
        return self.gives(*inputs)

    def __repr__(self) -> str:
        return "Doubled()"


def activation(function: Any) -> None:
    cr.Network([2, 3, 2], hidden=function)


def loss(function: Any) -> None:
    cr.Network([2, 3, 2], output="identity", loss=function)


def penalty(function: Any) -> None:
    cr.Network([2, 3, 2], penalty=function)


def said(make: Callable[[Any], None], function: Any) -> str:
    with pytest.raises(LanguageError) as caught:
        make(function)
    return str(caught.value)


def place(function: Any) -> str:
    code = function.__code__
    return f"{code.co_filename}, line {code.co_firstlineno}, in {code.co_name}: {function.__name__}"


EACH = "one value for each entry of its input"
SAMPLE = "one value for each sample, as by .sum(axis=1)"
ONE = "one number, as by .sum()"


@pytest.mark.parametrize(
    ("make", "function", "given", "must"),
    [
        (activation, lambda z: z.sum(), "shape ()", EACH),
        (activation, lambda z: z.sum(axis=1), "shape (2,)", EACH),
        (activation, lambda z: 3, "3", EACH),
        (loss, lambda a, y: np.square(a - y), "shape (2, 2)", SAMPLE),
        (loss, lambda a, y: np.square(a - y).sum(), "shape ()", SAMPLE),
        (loss, lambda a, y: np.square(a - y).sum(axis=0, keepdims=True), "shape (1, 2)", SAMPLE),
        (loss, lambda a, y: None, "None", SAMPLE),
        (penalty, lambda w: np.square(w), "shape (2, 3)", ONE),
        (penalty, lambda w: np.square(w).sum(axis=1), "shape (2,)", ONE),
        (penalty, lambda w: 0.5, "0.5", ONE),
    ],
)
def test_it_gives_as_many_values_as_its_part_must(make: Any, function: Any, given: str, must: str) -> None:
    says = f"gives {given}: it must give {must}. A rule may use {language()}."
    assert said(make, function) == f"{place(function)} {says}"
    assert said(make, Doubled(function)) == f"Doubled() {says}"
    made = functools.partial(function)
    assert said(make, made) == f"{made!r} {says}"


@pytest.mark.parametrize(
    ("make", "function", "taken"),
    [(activation, lambda z, more: z, "z"), (loss, lambda a: a, "a and y"), (penalty, lambda: 0, "w")],
)
def test_it_takes_what_its_part_reads(make: Any, function: Any, taken: str) -> None:
    with pytest.raises(TypeError) as caught:
        function(*taken.split(" and "))
    taken = "W" if taken == "w" else taken  # as the network has it
    assert said(make, function) == f"{place(function)} can't be called on {taken}: {caught.value}."


def test_what_it_raises_of_its_own_is_told() -> None:
    def mine(z: Any) -> Any:
        raise ValueError("no")

    assert said(activation, mine) == f"{place(mine)} can't be called on z: no."
    assert said(activation, Doubled(mine)) == "Doubled() can't be called on z: no."


@pytest.mark.parametrize(
    ("make", "function"),
    [
        (activation, lambda z: 2 * z if isinstance(z, Symbol) else 3 * z),
        (activation, lambda z: z if isinstance(z, Symbol) else z[::-1]),
        (loss, lambda a, y: np.square(a - y).sum(axis=1) * (1 if isinstance(a, Symbol) else 2)),
        (
            loss,
            lambda a, y: np.square(a - y).sum(axis=1) if isinstance(a, Symbol) else np.square(a).sum(axis=1),
        ),
        (penalty, lambda w: w.sum() if isinstance(w, Symbol) else w.sum() + 1),
    ],
)
def test_on_arrays_it_gives_what_it_wrote_down(make: Any, function: Any) -> None:
    assert said(make, function) == (
        f"{place(function)} gives other numbers on an array than by the rule that was written down from it: it must do "
        f"the same for every input, without a branch on type, state or chance. A rule may use {language()}."
    )


def test_a_condition_is_counted_as_1_and_0() -> None:
    for dtype in ("float32", "float64"):
        net = cr.Network([1, 1], output=lambda z: z > 0, loss="half_squared_error", dtype=dtype,
                         parameters={"W1": [[1.0]]})  # fmt: skip
        found = net.predict([[-2.0], [3.0]])
        assert found.tolist() == [[0.0], [1.0]]
        assert found.dtype == dtype


def test_where_it_is_no_number_nothing_is_said() -> None:
    """A warning would be an error here: the numbers it is tried on are no one's data."""
    with np.errstate(all="raise"):
        activation(lambda z: np.sqrt(z - 100) + z.sum(axis=1, keepdims=True))
        activation(
            lambda z: np.sqrt(z - 100) + np.log(z - 100)
        )  # of each entry, which is derived by its slope
        activation(lambda z: np.exp(z * 1e6) / (z - z))
        loss(lambda a, y: np.log(a - a).sum(axis=1))
        penalty(lambda w: np.log(w - w).sum())


def test_it_is_told_what_it_was_called_on_without_the_number() -> None:
    flux = type("Flux", (cr.Layer,), {"takes": "z", "gives": "fluX12",
                "forward": lambda self, q: setattr(q, "fluX12", 2 * q.z)})()  # fmt: skip

    def make(function: Any) -> None:
        cr.Network([cr.Dense(2, 3), flux, cr.Activation.of(function), cr.Dense(3, 2), cr.Softmax()])

    assert said(make, Doubled(lambda: 0)).startswith("Doubled() can't be called on fluX: ")
