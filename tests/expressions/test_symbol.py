"""What a rule may not do, and how it is told; what it may do is in test_operations."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import LanguageError
from chainrule.expressions import Const, Name, Node, Symbol, evaluate, names
from chainrule.expressions import operations as ops
from chainrule.expressions.node import Operation
from chainrule.expressions.symbol import _apply

LANGUAGE = f"A rule may use {ops.language()}."
CAPTURED = np.ones(3)
CONFIG = SimpleNamespace(factor=1)


def symbol(value: Any = ((0.3, -1.2, 0.5), (0.8, 0.1, -0.4))) -> Symbol:
    return Symbol(Name("z"), np.array(value))


def place(function: Any, line: int = 1) -> str:
    """Where the body of a function stands, as messages name it."""
    code = function.__code__
    return f"{code.co_filename}, line {code.co_firstlineno + line}, in {code.co_name}: "


def refusal(function: Any) -> str:
    """The message of a network whose hidden layer is the function."""
    with pytest.raises(LanguageError) as caught:
        cr.Network([2, 3, 2], hidden=function).predict([[1.0, 2.0]])
    assert isinstance(caught.value, TypeError)
    return str(caught.value)


# --- each with the file, the line, the function, and what is allowed ----------------------------------------


def uses_if(z: Any) -> Any:
    return z if z > 0 else 0 * z


def uses_and(z: Any) -> Any:
    return z * ((z > 0) and (z < 1))


def uses_while(z: Any) -> Any:
    while z > 0:
        z = z - 1
    return z


def uses_for(z: Any) -> Any:
    return sum(row for row in z)


def uses_unpacking(z: Any) -> Any:
    first, second = z
    return first + second


def uses_iadd(z: Any) -> Any:
    z += 1
    return z


def uses_imul(z: Any) -> Any:
    z *= 2
    return z


def uses_item_assignment(z: Any) -> Any:
    z[z < 0] = 0
    return z


def uses_an_entry(z: Any) -> Any:
    return z * z[0]


def uses_a_mask(z: Any) -> Any:
    return z[z > 0]


def uses_a_few_rows(z: Any) -> Any:
    return z[:2]


def uses_rows_from_the_end(z: Any) -> Any:
    return z[-1::2]


def uses_a_function_outside(z: Any) -> Any:
    return np.cbrt(z)


def uses_an_operator_outside(z: Any) -> Any:
    return z % 2


def uses_an_array_function_outside(z: Any) -> Any:
    return np.cumsum(z, axis=1)


def uses_a_reduction_outside(z: Any) -> Any:
    return np.multiply.reduce(z, axis=1)


def uses_outer(z: Any) -> Any:
    return np.add.outer(z, z)


def uses_math(z: Any) -> Any:
    return math.exp(z)


def uses_float(z: Any) -> Any:
    return z * float(z.sum())


def uses_where_keyword(z: Any) -> Any:
    return np.exp(z, where=z > 0)


def uses_out(z: Any) -> Any:
    return np.exp(z, out=CAPTURED)


def uses_a_captured_array(z: Any) -> Any:
    return z * CAPTURED


def uses_a_captured_array_on_the_left(z: Any) -> Any:
    return CAPTURED * z


def uses_random_numbers(z: Any) -> Any:
    return z * (np.random.default_rng(0).random((2, 3)) < 0.5)


def uses_a_list(z: Any) -> Any:
    return z * [1, 2, 3]


def uses_text(z: Any) -> Any:
    return z + "1"


def uses_len(z: Any) -> Any:
    return z / len(z)


def uses_shape(z: Any) -> Any:
    return z / z.shape[0]


def uses_a_method_outside(z: Any) -> Any:
    return z.clip(0, 1)


def uses_asarray(z: Any) -> Any:
    return np.asarray(z) * 2


def uses_a_mean_over_samples(z: Any) -> Any:
    return z - z.mean(axis=0)


IN_PLACE = "A quantity can't be changed in place (+=, out=): write a new one."
BRANCH = "Python's if, and, or, not and while can't see a quantity's value: use np.where."
ITERATION = "A quantity can't be iterated over: write the rule for whole arrays."
PICKED = "Entries of a quantity can't be picked: write the rule for whole arrays."
NUMBER = "A quantity can't be turned into a Python number while its rule is written down."
OUTSIDE = "An array from outside the rule can't be part of it: only numbers can."


def not_there(name: str) -> str:
    return f"np.{name} is not in the table of operations."


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (uses_if, BRANCH),
        (uses_and, BRANCH),
        (uses_while, BRANCH),
        (uses_for, ITERATION),
        (uses_unpacking, ITERATION),
        (uses_iadd, IN_PLACE),
        (uses_imul, IN_PLACE),
        (uses_item_assignment, "Entries of a quantity can't be assigned: use np.where."),
        (uses_an_entry, PICKED),
        (uses_a_mask, PICKED),
        (uses_a_few_rows, PICKED),
        (uses_rows_from_the_end, PICKED),
        (uses_a_function_outside, not_there("cbrt")),
        (uses_an_operator_outside, not_there("remainder")),
        (uses_an_array_function_outside, not_there("cumsum")),
        (uses_a_reduction_outside, not_there("multiply.reduce")),
        (uses_outer, not_there("add.outer")),
        (uses_math, NUMBER),
        (uses_float, NUMBER),
        (uses_where_keyword, "np.exp(where=…) is not possible on a quantity."),
        (uses_out, IN_PLACE),
        (uses_a_captured_array, OUTSIDE),
        (uses_a_captured_array_on_the_left, OUTSIDE),
        (uses_random_numbers, OUTSIDE),
        (uses_a_list, "List [1, 2, 3] from outside the rule can't be part of it: only numbers can."),
        (uses_text, "Str '1' from outside the rule can't be part of it: only numbers can."),
        (uses_len, "A quantity has no len(): the number of samples is q.m."),
        (uses_shape, "A quantity has no .shape in a rule."),
        (uses_a_method_outside, "A quantity has no .clip in a rule."),
        (uses_asarray, "A quantity can't be turned into an array while its rule is written down."),
        (
            uses_a_mean_over_samples,
            "A mean over the samples is written .sum(axis=0) / q.m: their number varies.",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_the_language_does_not_have(function: Any, what: str) -> None:
    assert refusal(function) == f"{place(function)}{what} {LANGUAGE}"


def test_a_lambda_and_a_helper_are_named_by_their_own_line() -> None:
    bad = lambda z: z % 2  # noqa: E731
    assert refusal(bad) == f"{place(bad, 0)}{not_there('remainder')} {LANGUAGE}"
    assert refusal(lambda z: uses_math(z) + 1) == f"{place(uses_math)}{NUMBER} {LANGUAGE}"


def test_a_rule_of_a_part_is_named_by_its_line_too() -> None:
    class Wrong(cr.Layer):
        takes, gives = "z", "a"

        def forward(self, q: Any) -> None:
            q.a = q.z / len(q.z)

    with pytest.raises(LanguageError) as caught:
        cr.Network([cr.Dense(2, 3), Wrong(), cr.Dense(3, 2), cr.Softmax()])
    what = "A quantity has no len(): the number of samples is q.m."
    assert str(caught.value) == f"{place(Wrong.forward)}{what} {LANGUAGE}"


# --- functions that would be written down wrongly -----------------------------------------------------------


def branches_on_type(z: Any) -> Any:
    return 2 * z if isinstance(z, np.ndarray) else 3 * z


def draws_a_number(z: Any) -> Any:
    return z * np.random.default_rng().random()


def counts_its_calls(z: Any) -> Any:
    CONFIG.factor += 1
    return z * CONFIG.factor


def gives_nothing(z: Any) -> None:
    z + 1


def gives_a_number(z: Any) -> Any:
    return 3


def gives_a_sum(z: Any) -> Any:
    return z.sum()


SAME = (
    "gives other numbers on an array than by the rule that was written down from it: it must do the same for "
    "every input, without a branch on type, state or chance."
)
EACH = "it must give one value for each entry of its input."
CAUGHT = [
    (branches_on_type, SAME),
    (draws_a_number, SAME),
    (counts_its_calls, SAME),
    (gives_nothing, f"gives None: {EACH}"),
    (gives_a_number, f"gives 3: {EACH}"),
    (gives_a_sum, f"gives shape (): {EACH}"),
]


@pytest.mark.parametrize(("function", "what"), CAUGHT, ids=lambda v: getattr(v, "__name__", ""))
def test_what_is_not_a_rule_is_caught(function: Any, what: str) -> None:
    message = refusal(function)
    assert message.removeprefix(place(function, 0)).startswith(f"{function.__name__} {what}")


@pytest.mark.parametrize(("function", "what"), CAUGHT, ids=lambda v: getattr(v, "__name__", ""))
def test_and_named_by_its_line(function: Any, what: str) -> None:
    assert refusal(function) == f"{place(function, 0)}{function.__name__} {what} {LANGUAGE}"


MEAN = "A mean over the samples is written .sum(axis=0) / q.m: their number varies."
CONDITIONS = "Conditions can't be added or subtracted: multiply numbers by them, or use np.where."


def numpy_says(act: Callable[[Any], Any]) -> str:
    """What NumPy says where it is done to an array."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        act(np.ones((2, 3)))
    return f"NumPy says: {str(caught.value).rstrip('.')}."


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (lambda z: z - z.mean(), MEAN),
        (lambda z: z - np.mean(z), MEAN),
        (
            lambda z: z - z.sum(axis=1, keepdims=True, dtype=float),
            "A .sum() takes axis= and keepdims= alone, not dtype=.",
        ),
        (
            lambda z: z - np.max(z, axis=1, initial=0, where=True),
            "A .max() takes axis= and keepdims= alone, not initial, where=.",
        ),
        (lambda z: z - z.sum(axis=2), numpy_says(lambda z: np.add.reduce(z, axis=2))),
        (lambda z: z * (1 in z), "Python's in can't see a quantity's values: use a comparison."),
        (lambda z: z * ((z > 0) - (z > 1)), CONDITIONS),
        (lambda z: z * -(z > 0), CONDITIONS),
        (lambda z: z * ((z > 0) + (z > 1)), CONDITIONS),
        (lambda z: z @ z, numpy_says(lambda z: z @ z)),
        (lambda z: z / 0, "A division by 0 gives no number."),
    ],
)
def test_wrong_settings_are_named_by_their_line(function: Any, what: str) -> None:
    assert refusal(function) == f"{place(function, 0)}{what} {LANGUAGE}"


# --- what may stand in a rule -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "function",
    [
        np.tanh,
        abs,
        lambda z: +z,
        lambda z: z.transpose().T * 2,
        lambda z: np.transpose(np.transpose(z)) + z.sum(axis=1)[:, None],
        lambda z: np.clip(z, -0.5, 0.5),
        lambda z: np.add.reduce(z, axis=1, keepdims=True) * z,
        lambda z: z - np.mean(z, axis=-1, keepdims=True),
        lambda z: np.sum(z, axis=1, keepdims=True) - np.max(z, axis=0),
        lambda z: z * np.float64(0.5) + np.array(2.0) + np.int64(3) + True,
        lambda z: z**2 + z**1 + (z * z) ** 0.5 + (z + 9) ** -1 + (z * z) ** 1.5 + 2.0**z,
        lambda z: (z > 0) * z + z * (z <= -1) - z * (z >= 2) + (z < 3) * 0.5 * z + (z == 0),
        lambda z: np.where(z > 0, z, np.where(z < -1, -1, 0.5 * z)),
        lambda z: np.where(z, z + 1, 2.0),  # a number that chooses: 0 is no
    ],
)
def test_written_down_and_called_it_gives_the_same(function: Callable[[Any], Any]) -> None:
    z = symbol()
    written = function(z)
    assert {n.name for n in names(written.expr)} == {"z"}
    other = np.array([[-1.5, 0.0, 2.5], [3.5, -0.2, 1e-3], [1.0, 1.0, 1.0]])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(evaluate(written.expr, {"z": other}), function(other))


@pytest.mark.parametrize(
    ("power", "row"), [(2, ops.SQUARE), (0.5, ops.SQRT), (-1, ops.RECIPROCAL), (3, ops.POWER)]
)
def test_powers_are_those_that_numpy_computes(power: float, row: Operation) -> None:
    node = (symbol() ** power).expr
    assert isinstance(node, Node)
    assert node.op is row


def test_scalars_stay_python_numbers() -> None:
    beta, t = Symbol(Name("beta", scalar=True), 0.999), Symbol(Name("t", scalar=True), 3)
    correction = 1 - beta**t
    assert correction.expr.scalar
    assert type(correction.value) is float
    assert correction.value == 1 - 0.999**3
    single = Symbol(Name("g"), np.ones(2, np.float32)) / correction
    assert single.value.dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_condition_that_meets_numbers_has_the_dtype_of_what_it_compares(dtype: Any) -> None:
    """By NumPy, a condition times a Python number were in double precision."""
    z = Symbol(Name("z"), np.array([-1.0, 2.0], dtype))
    for counted in ((z > 0) * 0.5, 0.5 + (z > 0), np.where(z > 0, 0.5, -1.0), (z > 0) * (z < 1) * 0.5):
        assert counted.value.dtype == dtype
        assert evaluate(counted.expr, {"z": z.value}).dtype == dtype


def test_a_network_stays_in_single_precision_where_two_conditions_meet() -> None:
    net = cr.Network([2, 3, 2], hidden=lambda z: z * ((z > 0) * (z < 1) * 0.5), dtype="float32", seed=0)
    trace = net.trace([[0.5, 0.2], [1.0, -3.0]], [1, 0], "sgd")
    assert {str(trace[name].dtype) for name in ("z1", "a1", "z2", "da1", "dz1", "dW1", "W1_new")} == {
        "float32"
    }


def test_numbers_become_constants_and_equality_is_written_down() -> None:
    z = symbol()
    assert (z * np.float32(0.5)).expr.args[1] == Const(0.5)  # type: ignore[union-attr]
    assert (z == z).expr.op is ops.EQUAL  # type: ignore[union-attr]
    with pytest.raises(TypeError, match="unhashable type: 'Symbol'"):
        hash(z)
    assert repr(z) == "Symbol(Name(name='z', scalar=False, index=None))"


# --- how each may be written ------------------------------------------------------------------------------------

Z = np.array([[0.3, -1.2, 0.5], [0.8, 0.1, -0.4]])


@pytest.mark.parametrize(
    "function",
    [
        lambda z: np.clip(z, -0.5, 0.5), lambda z: np.clip(z, a_min=-0.5, a_max=0.5),
        lambda z: np.clip(z, min=-0.5, max=0.5), lambda z: np.clip(z, None, 0.5), lambda z: np.clip(z, -0.5, None),
        lambda z: np.sum(z), lambda z: np.sum(z, 1), lambda z: np.sum(z, axis=0), lambda z: np.sum(z, 1, keepdims=True),
        lambda z: np.max(z), lambda z: np.max(z, 0), lambda z: np.max(z, axis=1, keepdims=True),
        lambda z: z.sum(), lambda z: z.sum(1), lambda z: z.sum(0, keepdims=True), lambda z: z.sum(axis=-1),
        lambda z: z.max(), lambda z: z.max(1), lambda z: z.max(0, keepdims=True),
        lambda z: z.mean(1), lambda z: z.mean(-1, keepdims=True), lambda z: np.mean(z, 1), lambda z: z.mean(axis=1),
        lambda z: np.add.reduce(z), lambda z: np.add.reduce(z, axis=1),
        lambda z: np.add.reduce(z, axis=0, keepdims=True),
        lambda z: np.maximum.reduce(z), lambda z: np.maximum.reduce(z, axis=1, keepdims=True),
        lambda z: np.transpose(z), lambda z: z.T, lambda z: z.transpose(), lambda z: z @ z.T, lambda z: z.T @ z,
        lambda z: z.sum(axis=1)[:, None], lambda z: z[::2], lambda z: z[1::2], lambda z: z[0::2],
        lambda z: np.where(z > 0, 1, z), lambda z: np.positive(z), lambda z: abs(z) + np.absolute(z) + np.fabs(1.0),
        lambda z: z ** 2 + z ** 2.0, lambda z: abs(z) ** 0.5, lambda z: z ** -1, lambda z: z ** -1.0,
        lambda z: abs(z) ** z, lambda z: 2 ** z, lambda z: 2 - z, lambda z: 2 / z, lambda z: True * z,
        lambda z: np.float32(0.5) * z, lambda z: np.bool_(True) * z, lambda z: np.array(2) * z,
        lambda z: np.int8(2) - z,
        lambda z: (z > 0) == (z < 1), lambda z: (z > 0) * (z < 1), lambda z: (z > 0) * 2, lambda z: 3 - (z > 0),
        lambda z: (z > 0) / 2, lambda z: -(1 * (z > 0)), lambda z: np.where((z > 0) * (z < 0.4), 1.0, 2.0),
        lambda z: np.where(z, 1.0, 2.0), lambda z: np.where(z - z, z, 2 * z), lambda z: np.where(z > 0, z > 0.4, z),
        lambda z: np.isnan(z) * 1, lambda z: z != 0.5, lambda z: z == 0.5, lambda z: z >= 0.1, lambda z: z <= 0.1,
    ],
)  # fmt: skip
def test_numpys_way_of_writing_it_is_understood(function: Callable[[Any], Any]) -> None:
    written = function(symbol())
    with np.errstate(all="ignore"):
        numpys = np.asarray(function(Z))
        np.testing.assert_allclose(written.value, numpys, rtol=1e-15)
        np.testing.assert_allclose(evaluate(written.expr, {"z": Z}), numpys, rtol=1e-15)
    assert written.ndim == numpys.ndim
    assert isinstance(written.ndim, int)


def refused(act: Callable[[Any], Any], value: Any = Z) -> str:
    """What is said after the place and before what is allowed."""
    with pytest.raises(LanguageError) as caught:
        act(Symbol(Name("z"), np.asarray(value)))
    return str(caught.value).removesuffix(f" {LANGUAGE}").removeprefix(place(act, 0))


SIX = np.ones((6, 2))


def test_of_the_rows_every_so_many_th_one_is_picked_and_nothing_else() -> None:
    for act in (
        lambda z: z[0], lambda z: z[0:2], lambda z: z[::1], lambda z: z[::-2], lambda z: z[1:6:2], lambda z: z[2::2],
        lambda z: z[-1::2], lambda z: z[3::2], lambda z: z[::4], lambda z: z[::2.0], lambda z: z[0.0::2],
        lambda z: z[:], lambda z: z[:, None], lambda z: z[None, :], lambda z: z[:, 0], lambda z: z[::2, None],
        lambda z: z[:, None, None], lambda z: z[...], lambda z: z.sum()[::2], lambda z: z.sum(axis=1)[None, :],
        lambda z: z.sum(axis=1)[:2, None],
    ):  # fmt: skip
        assert refused(act, SIX) == PICKED
    for start, step in ((0, 2), (1, 2), (0, 3), (2, 3), (5, 6)):
        picked = symbol(SIX)[start::step].expr
        assert isinstance(picked, Node)
        assert (picked.op, picked.settings) == (ops.PICK_ROWS, {"start": start, "step": step})
    assert symbol(SIX)[::3].expr.settings == {"start": 0, "step": 3}  # type: ignore[union-attr]
    put = symbol(SIX).put_rows(1, 3)
    assert isinstance(put.expr, Node)
    assert (put.expr.op, put.expr.settings) == (ops.PUT_ROWS, {"start": 1, "step": 3})
    assert put.value.shape == (18, 2)


def test_what_comes_from_outside_is_named_by_its_kind() -> None:
    for given, kind in (
        (np.ones(1), "An array"), (np.ones((1, 1)), "An array"), ([1.0], "List [1.0]"), ((1,), "Tuple (1,)"),
        (None, "NoneType None"), ({}, "Dict {}"), (1j, "Complex 1j"),
    ):  # fmt: skip
        assert refused(lambda z, given=given: np.maximum(z, given)) == (
            f"{kind} from outside the rule can't be part of it: only numbers can."
        )


def test_what_numpy_would_do_otherwise_is_named() -> None:
    for act, what in (
        (lambda z: np.exp(z, dtype="f4"), "np.exp(dtype=…) is not possible on a quantity."),
        (lambda z: np.exp(z, where=True, casting="no"), "np.exp(where, casting=…) is not possible on a quantity."),
        (lambda z: np.add(z, 1, out=Z), IN_PLACE),
        (lambda z: np.minimum.reduce(z), not_there("minimum.reduce")),
        (lambda z: np.add.accumulate(z), not_there("add.accumulate")),
        (lambda z: np.cbrt(z), not_there("cbrt")),
        (lambda z: np.where(z > 0), not_there("where")),
        (lambda z: np.concatenate([z, z]), not_there("concatenate")),
        (lambda z: np.sum(z, axis=1, dtype="f4"), "A .sum() takes axis= and keepdims= alone, not dtype=."),
        (lambda z: z.max(axis=1, where=True), "A .max() takes axis= and keepdims= alone, not where=."),
        (lambda z: z.mean(axis=0), MEAN), (lambda z: z.mean(), MEAN), (lambda z: z.sum(axis=1).mean(), MEAN),
        (lambda z: z.sum(axis=1).mean(axis=1), MEAN), (lambda z: np.mean(z, axis=0, keepdims=True), MEAN),
        (lambda z: int(z), NUMBER), (lambda z: complex(z), NUMBER), (lambda z: [1, 2][z], NUMBER),
        (lambda z: np.array(z), "A quantity can't be turned into an array while its rule is written down."),
        (lambda z: z.__setitem__(0, 1), "Entries of a quantity can't be assigned: use np.where."),
        (lambda z: z.shape, "A quantity has no .shape in a rule."),
        (lambda z: z._x, "A quantity has no ._x in a rule."),
        (lambda z: (z > 0) + (z < 1), CONDITIONS), (lambda z: (z > 0) - (z < 1), CONDITIONS),
        (lambda z: -(z > 0), CONDITIONS),
    ):  # fmt: skip
        assert refused(act) == what
    for change in ("__iadd__", "__isub__", "__imul__", "__itruediv__", "__ipow__", "__imatmul__"):
        assert refused(lambda z, change=change: getattr(z, change)(1)) == IN_PLACE
    with pytest.raises(AttributeError, match=r"^__array_interface__$"):
        symbol().__array_interface__  # noqa: B018  # which Python and NumPy ask for themselves


def test_what_numpy_says_ends_with_one_full_stop() -> None:
    for error in (ValueError, TypeError):
        for told in ("it has no axis X", "it has no axis X.", "it has no axis X..."):

            def broken(*_: Any, error: type[Exception] = error, told: str = told) -> Any:
                raise error(told)

            row = Operation("broken", broken, 100, "", "", "", lambda *of: (), broken, broken)
            assert refused(lambda z, row=row: _apply(row, z)) == "NumPy says: it has no axis X."


# --- what a symbol carries ------------------------------------------------------------------------------------


def test_a_condition_knows_the_dtype_of_what_it_compares() -> None:
    for dtype in (np.float32, np.float64):
        z = Symbol(Name("z"), np.array([-1.0, 2.0], dtype))
        assert z.real == dtype
        both = (z > 0) * (z < 1)
        for condition in (z > 0, z == z, np.isnan(z), both):
            assert (condition.value.dtype, condition.real) == (bool, dtype)
        assert ((z > 0) * z).real == dtype
        indicator = (2 * both).expr.args[1]  # type: ignore[union-attr]
        assert isinstance(indicator, Node)
        assert (indicator.op, indicator.settings) == (ops.INDICATOR, {"dtype": dtype})
        chosen = np.where(both, 1, 0).expr
        assert isinstance(chosen, Node)
        assert chosen.settings == {"dtype": dtype}
        assert np.where(z > 0, z, 0).expr.settings == {}
    mixed = Symbol(Name("a"), np.ones(2, np.float32)) > Symbol(Name("b"), np.ones(2))
    assert mixed.real == np.float64
    assert Symbol(Name("eta", scalar=True), 0.5).real is None
    given = Symbol(Name("c"), np.array([True, False]))
    assert (1.0 * given).value.dtype == np.float64  # of which nothing is known
    assert Symbol(Name("z"), np.ones(2), np.float32).real == np.float64  # a number has its own


def test_numbers_alone_are_counted_and_quantities_stay_written() -> None:
    eta, t = Symbol(Name("eta", scalar=True), 0.5), Symbol(Name("t", scalar=True), 3)
    assert (eta * t).expr.args == (Name("eta", scalar=True), Name("t", scalar=True))  # type: ignore[union-attr]
    two = Symbol(Const(1.5), 1.5) + 0.5
    assert (two.expr, two.value) == (Const(2.0), 2.0)
    for found, value in (
        (eta > 0.25, True), (np.where(eta > 0.75, eta, t), 3), (np.exp(eta), math.exp(0.5)), (-eta, -0.5),
        (np.maximum(eta, t), 3), (eta**2, 0.25), (t ** eta, 3**0.5), (abs(eta - 1), 0.5), (np.sqrt(eta), 0.5**0.5),
    ):  # fmt: skip
        assert found.value == value
        assert found.expr.scalar
        assert not isinstance(found.value, np.generic)
    power = (eta**2).expr
    assert isinstance(power, Node)
    assert power.op is ops.POWER  # on numbers Python's own, as is every power
    assert isinstance((symbol() ** 1).expr, Name)
    assert (symbol() ** t).expr.op is ops.POWER  # type: ignore[union-attr]


def test_both_forms_of_an_and() -> None:
    z = symbol()
    both = (z > 0) * (z < 1)
    assert isinstance(both.expr, Node)
    assert both.expr.op is ops.MULTIPLY
    assert [arg.op for arg in both.expr.args] == [ops.GREATER, ops.LESS]  # type: ignore[union-attr]
    compared = (z > 0) == (z < 1)
    assert [arg.op for arg in compared.expr.args] == [ops.GREATER, ops.LESS]  # type: ignore[union-attr]
    counted = ((z > 0) / 2).expr
    assert isinstance(counted, Node)
    assert (counted.op, counted.args[0].op) == (ops.DIVIDE, ops.INDICATOR)  # type: ignore[union-attr]
    chosen = np.where(z, z > 0, z < 1).expr
    assert [arg.op for arg in chosen.args] == [ops.NOT_EQUAL, ops.INDICATOR, ops.INDICATOR]
