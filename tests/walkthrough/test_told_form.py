"""On the way forward a page tells the textbook's form, wherever that gives the numbers that training has."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.walkthrough.told_form import told_form


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_logarithm_is_told_until_an_output_is_0_or_1(dtype: str) -> None:
    net = cr.Network([1, 1], output="sigmoid", parameters={"W1": [[1.0]]}, dtype=dtype)
    for z, told in ((0.5, True), (2.0, True), (50.0, False)):
        trace = net.trace([[z]], [[1]])
        quantity = trace.program.quantities["log_a1"]
        assert (told_form(quantity, trace.results) is quantity.textbook_form) == told
        page = str(trace.explain())
        assert ("computed as -log(1 + e^(-z1))" in page) == told
        assert ("log a1 = -log(1 + e^(-z1))" in page) != told


def test_hubers_loss_is_told_by_its_two_cases() -> None:
    net = cr.Network([1, 1], output="identity", loss=cr.Huber(0.5), parameters={"W1": [[1.0]]})
    page = str(net.trace([[0.25], [2.0]], [[0], [0]]).explain("l"))
    assert "l = Σ (r1² / 2 if |r1| <= 0.5, otherwise 0.5 × (|r1| - 0.25))" in page
    assert "= [0.03125  0.875]" in page


def test_the_chain_rule_stays_beside_the_gradient() -> None:
    trace = cr.Network([2, 2], seed=0).trace([[1, 2]], [1])
    quantity = trace.program.quantities["dz1"]
    assert told_form(quantity, trace.results) is quantity.rule
    assert np.allclose(trace["dz1"], trace["a1"] - trace["y"])


@pytest.mark.parametrize(
    ("dtype", "z", "told"),
    [("float64", 12.0, True), ("float64", 20.0, False), ("float32", 2.0, True), ("float32", 9.0, False)],
)
def test_a_logarithm_is_told_as_long_as_it_has_the_digits(dtype: str, z: float, told: bool) -> None:
    """1 - a is e^-z, and a has 16 digits or 7: of e^-20 log a has 8 left, of e^-9 3."""
    net = cr.Network([1, 1], output="sigmoid", parameters={"W1": [[1.0]]}, dtype=dtype)
    trace = net.trace([[z]], [[1]])
    quantity = trace.program.quantities["log_a1"]
    assert told_form(quantity, trace.results) is (quantity.textbook_form if told else quantity.rule)
