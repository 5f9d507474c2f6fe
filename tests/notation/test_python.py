"""Expressions as Python: the text computes what the rule does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rules_written import written

from chainrule.notation import code, lines

CODE: list[tuple[Callable[..., Any], str]] = [
    (lambda a, b, c: (a + b) * c, "(a + b) * c"),
    (lambda a, b, c: a - (b - c), "a - (b - c)"),
    (lambda a: -a, "-a"),
    (lambda a: (-a) ** 3, "(-a) ** 3.0"),
    (lambda a: a * -2.0, "a * (-2.0)"),
    (lambda A, B: A @ B, "A @ B"),
    (lambda A, C: (A + C).T, "(A + C).T"),
    (lambda A: A.sum(axis=1, keepdims=True), "A.sum(axis=1, keepdims=True)"),
    (lambda A: A.max(axis=1), "A.max(axis=1)"),
    (lambda a: np.exp(a + 1), "np.exp(a + 1)"),
    (lambda a, b: np.maximum(a, b), "np.maximum(a, b)"),
    # in a product with an array NumPy converts a condition by itself; with a number it would choose the dtype
    (lambda a, b: (a > 0) * b, "(a > 0) * b"),
    (lambda a, b: (a > 0) * (b > 0), "(a > 0) * (b > 0)"),
    (lambda a: 2 * (a > 0), "2 * (a > 0).astype(DTYPE)"),
    # a scalar of NumPy's would turn float32 into float64
    (lambda a, eta: a * np.sqrt(eta), "a * float(np.sqrt(eta))"),
    (lambda eta: np.sqrt(eta), "float(np.sqrt(eta))"),
    (lambda a, eta: a * (eta + 1), "a * (eta + 1)"),
]


@pytest.mark.parametrize(("rule", "text"), CODE, ids=[text for _, text in CODE])
def test_a_rule_as_code(rule: Callable[..., Any], text: str) -> None:
    found = code(written(rule))
    assert found.replace(".0", "") == text.replace(".0", "")
    rng = np.random.default_rng(0)
    shapes = {"A": (2, 3), "B": (3, 2), "C": (2, 3), "m": (), "eta": ()}
    letters = rule.__code__.co_varnames[: rule.__code__.co_argcount]
    values = {name: rng.uniform(0.5, 2, shapes.get(name, 3))[()] for name in letters}
    computed = eval(found, {"np": np, "DTYPE": np.float64, **values})
    np.testing.assert_allclose(computed, rule(*values.values()), rtol=1e-15)


def test_names_and_the_dtype_are_the_readers() -> None:
    expr = written(lambda a, b: 2 * (a > b))
    assert code(expr, str.upper, "np.float32") == "2 * (A > B).astype(np.float32)"


def test_what_is_read_twice_is_a_line_of_its_own() -> None:
    def rule(a: Any, b: Any) -> Any:
        for _ in range(60):
            a = np.tanh(a * 0.9 + b * 0.1) + a * (b > 0)
        return a

    found = lines("z", written(rule), taken={"z_part1"})
    assert max(map(len, found)) < 400
    assert [line.partition(" = ")[0] for line in found][:2] == ["z_part1_", "z_part2"]
    a, b = np.random.default_rng(0).normal(size=(2, 3))
    space = {"np": np, "a": a, "b": b}
    exec("\n".join(found), space)
    np.testing.assert_array_equal(space["z"], rule(a, b))


def test_a_long_chain_is_cut_before_python_has_too_many_brackets() -> None:
    def rule(a: Any) -> Any:
        for _ in range(500):
            a = np.sin(a)
        return a

    space = {"np": np, "a": np.array([0.5, 1.0])}
    exec("\n".join(lines("z", written(rule))), space)
    np.testing.assert_array_equal(space["z"], rule(np.array([0.5, 1.0])))


def test_short_rules_stay_one_line() -> None:
    expr = written(lambda a, b: (a + b) * (a + b))
    assert lines("z", expr) == [f"z = {code(expr)}"]
