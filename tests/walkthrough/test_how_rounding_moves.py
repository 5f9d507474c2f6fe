"""How far rounding moves a result: by its own last place, and as textbooks have errors go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.expressions import Const, Name, Node
from chainrule.expressions import operations as ops
from chainrule.walkthrough.rounding import Rounding, _cancels


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("terms", [2, 3, 8])
def test_a_sum_is_rounded_by_half_a_unit_of_what_its_parts_add_up_to_at_random(
    dtype: str, terms: int
) -> None:
    """As a walk of n steps goes: √(n (1 + n/4)) times the numbers for products, √(n · n/4) for a sum."""
    half = np.finfo(dtype).eps / 2
    layer = cr.Dense(terms, 1, bias=False)
    ones = cr.Network([layer], loss="half_squared_error", parameters={"W1": [[1.0]] * terms}, dtype=dtype)
    trace = ones.trace([[1.0] * terms, [-4.0] * terms], [[0.0]] * 2)
    moved = Rounding(trace, zeros=False).moved("z1").ravel() / half
    np.testing.assert_allclose(moved, np.sqrt(terms * (1 + terms / 4)) * np.array([1, 4]), rtol=1e-6)
    wide = cr.Network(
        [cr.Dense(1, terms, bias=False)], loss=summed(lambda q: q.a), parameters={"W1": [[0.0] * terms]}
    )
    trace = wide.trace([[0.0]], [[0.0] * terms]).what_if({"a1": np.full((1, terms), 3.0)})
    moved = Rounding(trace, zeros=False).moved("l").ravel() / (np.finfo(float).eps / 2)
    np.testing.assert_allclose(moved, 3 * np.sqrt(terms * terms / 4), rtol=1e-12)


def summed(stated: Callable[[Any], Any]) -> cr.Loss:
    """The loss l = Σ v, where v is what is stated."""

    class Of(cr.Loss):
        def forward(self, q: Any) -> None:
            q.v = stated(q)
            q.l = q.v.sum(axis=1)

    return Of()


def magnified(stated: Callable[[Any], Any], u: float) -> tuple[Any, Any]:
    """How far u is moved, which rounding has left few digits of, and how far what is stated of it is."""

    class Of(cr.Loss):
        def forward(self, q: Any) -> None:
            q.u = 2.0**30 * q.a
            q.v = stated(q.u)
            q.l = q.v.sum(axis=1)

    net = cr.Network([cr.Dense(2, 1, bias=False)], loss=Of(), parameters={"W1": [[1.0], [1.0]]})
    trace = net.trace([[1.0, -1.0 + u * 2.0**-30]], [[0.0]])
    assert trace["u1"].item() == u
    rounding = Rounding(trace, zeros=False)
    return rounding.moved("u1").item(), rounding.moved("v1").item()


@pytest.mark.parametrize(
    ("stated", "u", "slope"),
    [
        (np.exp, 0.5, np.exp(0.5)), (np.log, 0.5, 2.0), (np.log1p, 0.5, 1 / 1.5), (np.expm1, 0.5, np.exp(0.5)),
        (np.sqrt, 0.25, 1.0), (np.square, -1.5, 3.0), (np.tanh, 0.5, 1 - np.tanh(0.5) ** 2),
        (np.sin, 0.5, np.cos(0.5)), (np.cos, 0.5, np.sin(0.5)), (np.abs, -0.5, 1.0), (np.negative, 0.5, 1.0),
        (np.reciprocal, 0.5, 4.0), (lambda u: 3 / u, 0.5, 12.0), (lambda u: u / 4, 0.5, 0.25),
        (lambda u: u**3, 0.5, 0.75), (lambda u: u * u, 0.5, 1.0), (lambda u: u + u, 0.5, 2.0),
        (lambda u: 3 * u - u, 0.5, 2.0), (lambda u: np.maximum(u, 0.25), 0.5, 1.0),
        (lambda u: np.maximum(u, 0.75), 0.5, 0.0), (lambda u: np.minimum(u, 0.75), 0.5, 1.0),
        (lambda u: np.where(u > 0, 5 * u, 7 * u), 0.5, 5.0), (lambda u: np.where(u > 0, 5 * u, 7 * u), -0.5, 7.0),
        (lambda u: np.logaddexp(0, u), 0.5, 1 / (1 + np.exp(-0.5))), (lambda u: u - u, 0.5, 0.0),
        (lambda u: u.max(axis=1, keepdims=True), 0.5, 1.0), (lambda u: 3 * u.sum(axis=1, keepdims=True), 0.5, 3.0),
        (lambda u: 2 * u.T.T, 0.5, 2.0), (lambda u: u * (u > 0), 0.5, 1.0),
        (lambda u: 3.0 * (u > 0), 0.5, 0.0), (lambda u: np.sign(u) + 0 * u, 0.5, 0.0),
    ],
)  # fmt: skip
def test_a_result_moves_by_the_slope_times_what_its_operand_does(
    stated: Callable[[Any], Any], u: float, slope: float
) -> None:
    """To first order, as textbooks have errors go on; its own rounding is a millionth of that."""
    before, after = magnified(stated, u)
    assert 1e-8 < before < 1e-6
    assert after == pytest.approx(slope * before, rel=1e-6, abs=1e-14)


def test_only_the_largest_of_several_moves_them() -> None:
    net = cr.Network(
        [cr.Dense(2, 2, bias=False)], loss=summed(lambda q: q.a.max(axis=1, keepdims=True)),
        parameters={"W1": [[1.0, 0.0], [1.0, 1.0]]},
    )  # fmt: skip
    trace = net.trace([[1.0, -1.0 + 2.0**-30], [-1.0, 2.0]], [[0.0, 0.0]] * 2)
    rounding = Rounding(trace, zeros=False)
    moved = rounding.moved("a1")
    assert np.argmax(trace["a1"], axis=1).tolist() == [0, 1]
    np.testing.assert_array_equal(rounding.moved("v1").ravel(), [moved[0, 0], moved[1, 1]])


def test_single_numbers_of_an_update_move_as_they_are_made() -> None:
    """RAdam's first step: of β = 0.999, rounded once, √(1 - β) moves by β h / 2 √(1 - β), 2 β / (1 - β) by 2 β h /
    (1 - β)², where h is half a unit; all else is a thousandth of that.
    """
    trace = cr.Network([1, 2], seed=1).trace([[1.0]], [1], cr.RAdam(0.01))
    rounding, half = Rounding(trace, zeros=False), np.finfo(float).eps / 2
    assert rounding.moved("c") == pytest.approx(0.999 * half / (2 * np.sqrt(0.001)), rel=0.01)
    assert rounding.moved("rho") == pytest.approx(2 * 0.999 * half / 0.001**2, rel=0.01)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_decimals_from_outside_were_rounded_once_before_they_came(dtype: str) -> None:
    """|y| is not rounded itself: of 0.3 it may be half a unit off, of 0.5 not at all."""

    class Of(cr.Loss):
        def forward(self, q: Any) -> None:
            q.v = np.abs(q.y)
            q.l = (q.v * q.a).sum(axis=1)

    net = cr.Network([1, 3], output="identity", loss=Of(), dtype=dtype, seed=1)
    trace = net.trace([[1.0]], [[0.3, -0.7, 0.5]])
    half = float(np.finfo(dtype).eps) / 2
    moved = Rounding(trace, zeros=False).moved("v1").ravel()
    np.testing.assert_allclose(moved, [0.3 * half, 0.7 * half, 0], rtol=1e-6)
    as_they_are = Rounding(trace, trace.program.needed(["v1"]), exact=True, zeros=False)
    assert as_they_are.moved("v1").tolist() == [[0, 0, 0]]


U, V = Name("u"), Name("v")


@pytest.mark.parametrize(
    ("op", "u", "v", "settings", "cancels"),
    [
        (ops.ADD, [1.0, 2.0], [-1 + 1e-9, 1.0], {}, True), (ops.ADD, [1.0, 2.0], [-1 + 1e-7, 1.0], {}, False),
        (ops.ADD, [1.0], [-1.0], {}, False),  # 0 is a fact
        (ops.ADD, [1e-9], [2e-9], {}, False),  # small, and no smaller than what it is made of
        (ops.SUBTRACT, [1.0], [1 + 1e-9], {}, True), (ops.SUBTRACT, [1e-9], [-1.0], {}, False),
        (ops.MULTIPLY, [1e-20], [1.0], {}, False), (ops.DIVIDE, [1e-20], [1.0], {}, False),
        (ops.SUM, [[1.0, -1 + 1e-9]], None, {"axis": 1, "keepdims": False}, True),
        # each row against its own entries, not against another's
        (ops.SUM, [[1e-3, 1e-3], [1e10, 1e10]], None, {"axis": 1, "keepdims": False}, False),
        (ops.SUM, [[1e-3, 1e10], [1e-3, 1e10]], None, {"axis": 0, "keepdims": False}, False),
        (ops.MATMUL, [[1.0, 1.0]], [[1.0], [-1 + 1e-9]], {}, True),
        (ops.MATMUL, [[1.0, 1.0]], [[1.0], [-0.5]], {}, False),
        (ops.LOG, [1 + 1e-9], None, {}, True), (ops.LOG, [1e-9], None, {}, False), (ops.SIN, [1e-9], None, {}, True),
        (ops.EXPM1, [1e-9], None, {}, True), (ops.EXP, [-30.0], None, {}, False),
        # compared with something near, whether it is more or less
        (ops.GREATER, [1.0], [1 + 1e-9], {}, True), (ops.GREATER, [1 + 1e-9], [1.0], {}, True),
        (ops.GREATER, [1.0], [1 + 1e-7], {}, False), (ops.LESS_EQUAL, [5.0], [5 + 1e-8], {}, True),
        (ops.GREATER, [1.0], [1.0], {}, False), (ops.MAXIMUM, [1.0], [1 + 1e-9], {}, False),
        (ops.FLOOR, [3 - 1e-9], None, {}, True), (ops.FLOOR, [3.4], None, {}, False),
    ],
)  # fmt: skip
def test_what_a_sum_that_cancels_is_and_a_comparison_that_is_near(
    op: Any, u: Any, v: Any, settings: dict[str, Any], cancels: bool
) -> None:
    args = (U,) if v is None else (U, V)
    values = {"u": np.array(u), "v": np.array(v)}
    assert _cancels(Node(op, args, settings), values) is cancels
    assert (
        _cancels(Node(ops.MULTIPLY, (Const(2.0), Node(op, args, settings)), {}), values) is cancels
    )  # wherever it stands


def test_three_typical_moves_are_dust_and_more_are_a_number() -> None:
    seen = []
    for units in range(1, 12):
        u = units * 2.0**-23  # as fine as 1 - u 2^-30 can be
        net = cr.Network(
            [cr.Dense(2, 1, bias=False)], loss="half_squared_error", parameters={"W1": [[1.0], [1.0]]}
        )
        trace = net.trace([[1.0, -1.0 + u * 2.0**-30]], [[0.0]])
        rounding = Rounding(trace)
        moves = trace["z1"].item() / rounding.moved("z1").item()
        assert bool(rounding.dust("z1").item()) == (moves <= 3)
        seen.append(moves)
    assert any(2 < moves < 3 for moves in seen)
    assert any(3 < moves < 4 for moves in seen)
