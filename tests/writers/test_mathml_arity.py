"""The MathML that pages hold is valid by the number of children that its elements must have."""

from __future__ import annotations

import html
import re
from typing import Any
from xml.etree import ElementTree

import pytest

import chainrule as cr
from chainrule.parts.contract import Activation, Loss, Optimizer

# MathML Core, sections 3.3.2 (fractions), 3.4.1 (scripts), 3.4.2 (limits): https://www.w3.org/TR/mathml-core/
CHILDREN = {
    "mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3,
}  # fmt: skip
X = [[1.0, 2.0], [0.5, 0.3], [0.1, -0.2]]


def formulas(page: str) -> list[ElementTree.Element]:
    found = re.findall(r"<math.*?</math>", page, re.DOTALL)
    named = re.compile(r"&(?!#|lt;|gt;|amp;|quot;)(\w+);")
    return [
        ElementTree.fromstring(named.sub(lambda entity: html.unescape(entity[0]), each)) for each in found
    ]


def wrong(page: str) -> list[str]:
    """The elements with a number of children that is not theirs."""
    return [
        ElementTree.tostring(element, encoding="unicode")
        for formula in formulas(page)
        for element in formula.iter()
        if len(element) != CHILDREN.get(element.tag, len(element))
    ]


def test_a_wrong_number_of_children_would_be_found() -> None:
    page = "<p><math><msup><mo>[</mo><mn>1</mn><mo>]</mo><mn>2</mn></msup></math></p>"
    assert len(wrong(page)) == 1
    assert wrong(page.replace("<mo>[", "<mrow><mo>[").replace("]</mo>", "]</mo></mrow>")) == []


@pytest.mark.some(5)
@pytest.mark.parametrize("name", sorted(Activation.registry()))
def test_activations(name: str) -> None:
    whole = Activation.of(name).couples_outputs
    net = (
        cr.Network([2, 3, 2], output=name, loss="half_squared_error")
        if whole
        else cr.Network([2, 3, 2], hidden=name)
    )
    y: Any = [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]] if whole else [0, 1, 0]
    trace = net.trace(X, y)
    for page in (trace.explain().to_html(), trace.why("dW1[0, 1]").to_html()):
        assert formulas(page)
        assert wrong(page) == []


@pytest.mark.some(5)
@pytest.mark.parametrize("name", sorted(Optimizer.registry()))
def test_optimizers(name: str) -> None:
    if Optimizer.of(name).full_batch:
        return
    trace = cr.Network([2, 3, 2]).trace(X, [0, 1, 0], name)
    assert wrong(trace.explain().to_html()) == []


@pytest.mark.some(5)
@pytest.mark.parametrize("name", sorted(Loss.registry()))
def test_losses(name: str) -> None:
    pages = []
    for output in ("softmax", "sigmoid", "identity", "tanh"):
        for y in ([0, 1, 0], [[1.0, 2.0], [2.0, 1.0], [3.0, 1.0]]):
            try:
                pages.append(cr.Network([2, 3, 2], loss=name, output=output).trace(X, y).explain().to_html())
            except cr.ChainruleError:
                continue  # of those that don't go together
    assert pages
    assert [each for page in pages for each in wrong(page)] == []


def test_the_matrix_of_a_power_is_one_base() -> None:
    net = cr.Network([2, 3, 2], hidden="tanh")
    page = net.trace(X[:1], [0]).explain("dz1").to_html()
    powers = [
        each
        for formula in formulas(page)
        for each in formula.iter("msup")
        if each.find(".//mtable") is not None
    ]
    assert powers
    for power in powers:
        base, _ = power
        assert base.tag == "mrow"
        assert [child.tag for child in base] == ["mo", "mtable", "mo"]
