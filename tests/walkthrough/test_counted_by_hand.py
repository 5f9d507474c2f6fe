"""Counting by hand: roots and divisions that come out, one number that is the largest, numbers near 0."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

import chainrule as cr
from chainrule.expressions import Const, Name, Node
from chainrule.expressions import operations as ops
from chainrule.notation import numeral
from chainrule.walkthrough.by_hand import evaluate_by_hand, sure


def test_a_root_that_comes_out_is_exact() -> None:
    root = Node(ops.SQRT, (Name("v"),), {})
    assert evaluate_by_hand(root, {"v": Decimal("0.223729")}) == Decimal("0.473")
    array = np.array([[Decimal("0.25"), Decimal(-1)]], dtype=object)
    half, none = evaluate_by_hand(root, {"v": array}).ravel()
    assert half == Decimal("0.5")
    assert none.is_nan()


def test_a_third_times_three_is_one() -> None:
    third = Node(ops.DIVIDE, (Const(1.0), Const(3.0)), {})
    again = evaluate_by_hand(Node(ops.MULTIPLY, (third, Const(3.0)), {}), {})
    assert again != 1
    assert sure(again) == 1


def test_the_largest_of_one_is_it() -> None:
    assert evaluate_by_hand(Node(ops.LARGEST, (Const(2.0),), {}), {}) == 2


@pytest.mark.parametrize(
    ("value", "text"), [("1.5461674e-31", "1.5461674e-31"), ("0.0000012", "0.0000012"), ("120", "120")]
)
def test_a_number_next_to_0_is_written_with_its_power(value: str, text: str) -> None:
    assert numeral(Decimal(value)) == text


def test_a_sum_of_the_chain_rule_over_the_samples_says_so() -> None:
    layers = [cr.Dense(2, 2), cr.BatchNorm(), cr.Tanh(), cr.Dense(2, 2), cr.Softmax()]
    trace = cr.Network(layers, seed=1).trace([[1.0, 2], [0.5, -1], [2, 0.3]], [0, 1, 0])
    page = " ".join(trace.explain().to_text().split())
    assert "db1 = Σ dz1 the chain rule; Σ over the samples = 0 × b1" in page
