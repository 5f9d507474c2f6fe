"""Expressions as Python: the text computes what the rule does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rules_written import written

from chainrule.notation import code

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
