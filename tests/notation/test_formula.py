"""Formulas by names, as one would write them by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rules_written import written

from chainrule.expressions import Const, Expr, Name, Node
from chainrule.expressions import operations as ops
from chainrule.notation import formula, latex_formula


def entry(name: str, *index: int) -> Name:
    return Name(name, index=index)


FORMULAS: list[tuple[Callable[..., Any], str, str]] = [
    # brackets where the binding is weaker, and nowhere else
    (lambda a, b, c: a + b + c, "a + b + c", "a + b + c"),
    (lambda a, b, c: a + (b + c), "a + (b + c)", r"a + \left(b + c\right)"),
    (lambda a, b, c: a - (b - c), "a - (b - c)", r"a - \left(b - c\right)"),
    (lambda a, b, c: (a + b) * c, "(a + b) ⊙ c", r"\left(a + b\right) \odot c"),
    (lambda a, b, c: a * b + c, "a ⊙ b + c", r"a \odot b + c"),
    (lambda a, b: a * -b, "a ⊙ (-b)", r"a \odot \left(-b\right)"),
    (lambda a, b: -(a + b), "-(a + b)", r"-\left(a + b\right)"),
    (lambda a, b: -a + b, "-a + b", "-a + b"),
    (lambda a: (a + 1) ** 2, "(a + 1)²", r"\left(a + 1\right)^2"),
    # products of matrices, of entries, and with a number
    (lambda A, B: A @ B, "A · B", r"A \cdot B"),
    (lambda A, B, C: (A + C) @ B, "(A + C) · B", r"\left(A + C\right) \cdot B"),
    (lambda A: A.T @ A, "Aᵀ · A", r"{A^\top} \cdot A"),
    (lambda A, C: (A + C).T, "(A + C)ᵀ", r"{\left(A + C\right)^\top}"),
    (lambda a, eta: eta * a, "η a", r"\eta\, a"),
    (lambda a: 2 * a, "2 × a", r"2\, a"),
    # quotients: a number under two matrices stands before them in LaTeX
    (lambda a, b: a / b, "a / b", r"\frac{a}{b}"),
    (lambda a, b, m: (a - b) / m, "(a - b) / m", r"\frac{1}{m}\,\left(a - b\right)"),
    # functions
    (lambda a: np.exp(a + 1), "e^(a + 1)", "e^{a + 1}"),
    (lambda a: np.log(a), "log(a)", r"\log\left(a\right)"),
    (lambda a: np.sqrt(a + 1), "√(a + 1)", r"\sqrt{a + 1}"),
    (lambda a: abs(a - 1), "|a - 1|", r"\left|a - 1\right|"),
    (lambda a, b: np.maximum(a, b), "max(a, b)", r"\max\left(a,\ b\right)"),
    (lambda a: (a > 0) * a, "1{a > 0} ⊙ a", r"\mathbf{1}\lbrace a > 0 \rbrace \odot a"),
    # a sum takes all that follows it, so what follows a finished one stands outside of brackets
    (lambda a: a.sum(), "Σ a", r"\sum a"),
    (lambda a, b: (a + b).sum(), "Σ (a + b)", r"\sum \left(a + b\right)"),
    (
        lambda A, B: A.sum(axis=0) * B.T.sum(axis=0),
        "(Σ A) ⊙ (Σ Bᵀ)",
        r"\left(\sum A\right) \odot \left(\sum {B^\top}\right)",
    ),
]


@pytest.mark.parametrize(("rule", "text", "latex"), FORMULAS, ids=[text for _, text, _ in FORMULAS])
def test_a_formula_in_text_and_in_latex(rule: Callable[..., Any], text: str, latex: str) -> None:
    assert formula(written(rule)) == text
    assert latex_formula(written(rule)) == latex


ENTRIES: list[tuple[Expr, str, str]] = [
    (entry("W1", 0, 1), "W1[0, 1]", "W_{1}[0, 1]"),
    (
        Node(ops.MULTIPLY, (entry("x", 0, 1), entry("W1", 1, 0)), {}),
        "x[0, 1]×W1[1, 0]",
        r"x[0, 1] \cdot W_{1}[1, 0]",
    ),
    (Node(ops.TOTAL, (entry("a", 0), entry("a", 1), entry("a", 2)), {}), "a[0] + a[1] + a[2]", "a[0] + a[1] + a[2]"),
    (
        Node(ops.TOTAL, (Node(ops.ADD, (entry("a", 0), Const(1.0)), {}),) * 2, {}),
        "a[0] + 1 + (a[0] + 1)",
        r"a[0] + 1 + \left(a[0] + 1\right)",
    ),
    (Node(ops.LARGEST, (entry("a", 0), entry("a", 1)), {}), "max(a[0], a[1])", r"\max\left(a[0], a[1]\right)"),
]  # fmt: skip


@pytest.mark.parametrize(("expr", "text", "latex"), ENTRIES, ids=[text for _, text, _ in ENTRIES])
def test_single_entries(expr: Expr, text: str, latex: str) -> None:
    assert formula(expr) == text
    assert latex_formula(expr) == latex


def test_a_negative_constant_gets_brackets_where_a_sum_would() -> None:
    assert formula(written(lambda a: a * Const(-2.0).value)) == "a × (-2)"
    assert formula(written(lambda a: a + 2)) == "a + 2"


def test_what_has_a_superscript_gets_no_second_one() -> None:
    new, gradient = Name("W1_new"), Name("dW1")
    assert latex_formula(Node(ops.SQUARE, (new,), {})) == r"\left(W_{1}^{\text{new}}\right)^2"
    assert latex_formula(Node(ops.SQUARE, (gradient,), {})) == (
        r"\left(\frac{\partial L}{\partial W_{1}}\right)^2"
    )
