"""Rules that don't come with chainrule are tried on other numbers than those that they were written down with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule import setting
from chainrule.errors import LanguageError
from chainrule.expressions import Symbol
from chainrule.expressions.operations import language
from chainrule.program.trial import _other


def said(make: Callable[[], Any]) -> str:
    with pytest.raises(LanguageError) as caught:
        make()
    return str(caught.value)


def step(optimizer: cr.Optimizer) -> cr.Trace:
    net = cr.worked_example()
    return net.trace(net.x, net.y, optimizer)


OTHER = (
    "gets other numbers on an array than by the rule that was written down from it: it must do the same for every "
    f"input, without a branch on type, state or chance. A rule may use {language()}."
)


def test_what_is_right_for_two_samples_alone_is_noticed() -> None:
    class Mine(cr.Loss):
        def forward(self, q: Any) -> None:
            q.l = np.square(q.a - q.y).sum(axis=1)

        def backward(self, q: Any) -> None:
            q.da = 2 * (q.a - q.y) / (q.m if isinstance(q.a, Symbol) else 2)

    assert said(lambda: cr.Network([2, 2], output="identity", loss=Mine())) == f"Mine(): q.da {OTHER}"


def test_what_is_right_for_the_first_step_alone_is_noticed() -> None:
    class Mine(cr.Optimizer):
        def update(self, q: Any) -> None:
            q.w_new = q.w - 0.1 * q.dw / (q.t if isinstance(q.dw, Symbol) else 1)

    assert said(lambda: step(Mine())) == f"Mine(): q.w_new {OTHER}"


@pytest.mark.parametrize(
    ("name", "letter"), [("learning_rate", "eta"), ("momentum", "mu"), ("decay", "decay")]
)
@pytest.mark.parametrize("number", [0.0, 0.02, 0.1, 1.0])
def test_a_number_that_a_rule_reads_from_self_is_named_as_the_rule_should_read_it(
    name: str, letter: str, number: float
) -> None:
    def update(self: Any, q: Any) -> None:
        q.w_new = q.w - getattr(self, name) * q.dw

    fields = {"__annotations__": {name: float}, name: setting(0.5)}
    made = type("Mine", (cr.Optimizer,), {"update": update, **fields})(number)
    assert said(lambda: step(made)) == (
        f"{made}: update(q) reads self.{name}, and one program serves every {name}: read it as q.{letter}."
    )


def test_nor_from_the_self_of_a_schedule_or_of_a_clipping() -> None:
    class Falling(cr.Schedule):
        learning_rate: float = setting(0.1)
        by: float = setting(0.5)

        def rate(self, q: Any) -> None:
            q.eta = q.eta0 / (1 + self.by * q.t)

    class Half(cr.Clipping):
        part: float = setting(0.5)

        def clip(self, q: Any) -> None:
            q.dw_clipped = self.part * q.dw

    assert said(lambda: step(cr.SGD(Falling()))) == (
        "Falling(0.1): prepare(q) reads self.by, and one program serves every by: read it as q.by."
    )
    assert said(lambda: step(cr.SGD(0.1, clip=Half()))) == (
        "Half(0.5): clip(q) reads self.part, and one program serves every part: read it as q.part."
    )


def test_what_decides_which_lines_there_are_is_read_from_self() -> None:
    class Mine(cr.Optimizer):
        momentum: float = setting(0.5)
        twice: bool = False
        times: int = setting(3, whole=True)

        def cache_key(self) -> Any:
            return (*super().cache_key(), bool(self.momentum))

        def update(self, q: Any) -> None:
            moved = 0.1 * q.dw * (q.mu if self.momentum else 1) * self.times
            q.w_new = q.w - (2 * moved if self.twice else moved)

    net = cr.worked_example()
    for made, by in ((Mine(), 0.15), (Mine(0.0), 0.3), (Mine(0.25, True), 0.15)):
        trace = net.trace(net.x, net.y, made)
        np.testing.assert_allclose(trace["W1_new"], trace["W1"] - by * trace["dW1"], rtol=1e-12)


SHARES = np.array([[0.2, 0.8], [0.7, 0.3]])


@pytest.mark.parametrize("kind", ["input", "target", "weight", "noise"])
def test_another_batch_is_one_that_might_come(kind: Any) -> None:
    """The other row first: shares still make a whole, and noise is as it is spread."""
    np.testing.assert_array_equal(_other("y", kind, SHARES), [[0.7, 0.3], [0.2, 0.8]])


@pytest.mark.parametrize("kind", ["parameter", "constant", "buffer", "state"])
def test_another_array_keeps_its_signs_and_what_is_0(kind: Any) -> None:
    example = np.array([[-2.0, 0.0], [0.5, 3.0]], np.float32)
    other = _other("W1", kind, example)
    np.testing.assert_array_equal(np.sign(other), np.sign(example))
    assert (other[example != 0] != example[example != 0]).all()
    assert other.dtype == np.float32


def test_the_counts_are_others_and_settings_stay_as_they_are() -> None:
    assert _other("m", "scalar", 2) not in (1, 2)
    assert _other("t", "scalar", 1) not in (0, 1)
    assert [_other(name, "scalar", 0.25) for name in ("eta", "k", "mu")] == [0.25, 0.25, 0.25]


class Logarithm(cr.Activation):
    """Which is no number for half of what it is tried on."""

    def forward(self, q: Any) -> None:
        q.a = np.log(q.z)
        q.also(a=np.log(q.z * 1))

    def backward(self, q: Any) -> None:
        q.dz = q.da / q.z


def test_where_a_rule_gives_no_number_nothing_is_said() -> None:
    """A warning would speak of numbers that are no one's data; here it would be an error."""
    with np.errstate(all="raise"):
        program = cr.Network([2, 3, 2], hidden=Logarithm()).program()
    assert program.quantities["a1"].textbook_form is not None
