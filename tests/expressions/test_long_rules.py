"""A rule of ten thousand operations takes no stack of calls: not to be written down, derived, told or compiled."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pytest

import chainrule as cr
from chainrule.expressions import Const, Name, names, nodes
from chainrule.expressions import operations as ops
from chainrule.expressions.derivative import derive, slope
from chainrule.expressions.entry import Entries
from chainrule.expressions.node import Expr, Node
from chainrule.expressions.symbol import Symbol
from chainrule.notation import formula, latex_formula, lines
from chainrule.utils.walks import walk

LONG, SOME = 10_000, 400
SHALLOW = 250  # calls beyond those that the test stands in: less than the operations of any rule here


@pytest.fixture
def shallow() -> Iterator[None]:
    """A stack that holds few calls, as in a browser."""
    depth, frame = 0, sys._getframe()
    while frame is not None:
        depth, frame = depth + 1, frame.f_back  # type: ignore[assignment]
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(depth + SHALLOW)
    yield
    sys.setrecursionlimit(before)


def chain(count: int) -> Expr:
    """z + 1 + 1 + …"""
    rule: Expr = Name("z")
    for _ in range(count):
        rule = Node(ops.ADD, (rule, Const(1.0)), {})
    return rule


def test_a_recursion_would_be_found(shallow: None) -> None:
    def depth(rule: Expr) -> int:
        return 1 + depth(rule.args[0]) if isinstance(rule, Node) else 0

    with pytest.raises(RecursionError):
        depth(chain(2 * SHALLOW))


def test_walked(shallow: None) -> None:
    def depth(rule):
        return 1 + (yield rule.args[0]) if isinstance(rule, Node) else 0

    assert walk(depth, chain(LONG)) == LONG


def test_a_rule_of_ten_thousand_operations(shallow: None) -> None:
    rule, z = chain(LONG), np.array([[0.5, 2.0]])
    assert len(list(nodes(rule))) == LONG
    assert names(rule) == [Name("z")]
    for written in (formula(rule), latex_formula(rule)):
        assert written.replace(" ", "") == "z" + "+1" * LONG
    made = {"z": 0.5}
    exec("\n".join(lines("a", rule)), made)  # Python's own reader takes no line of that depth
    assert made["a"] == LONG + 0.5
    entries = Entries(rule, {"z": z})
    assert entries.value.tolist() == [[LONG + 0.5, LONG + 2.0]]
    entry = entries.at((0, 1))
    assert names(entry) == [Name("z", index=(0, 1))]
    found = derive(rule, Symbol(Name("da"), np.ones((1, 2))), {"z": z})["z"]
    assert (found.expr, found.value.tolist()) == (Name("da"), [[1.0, 1.0]])
    assert slope(rule, "z", {"z": z}) is None  # it is 1, whatever z is


def shifted(z):
    for _ in range(SOME):
        z = z + 0.001
    return z


def shrunk(z):
    a = z
    for _ in range(SOME // 10):
        a = 0.9 * a + z
    return a


@pytest.mark.parametrize("function", [shifted, shrunk])
def test_a_network_in_every_reading(function: object, shallow: None, tmp_path: object) -> None:
    net = cr.Network([2, 3, 2], hidden=function)
    plain = cr.Network([2, 3, 2], hidden=function)
    X, y = [[1.0, 2.0], [2.0, 1.0]], [0, 1]
    net.fit(X, y, epochs=2, engine="numpy")
    pytest.importorskip("llvmlite")
    plain.fit(X, y, epochs=2, engine="compiled")
    np.testing.assert_allclose(net.parameters.flat, plain.parameters.flat, rtol=1e-9)
    trace = net.trace(X[:1], [0])
    for told in (trace.explain("a1"), trace.explain("dz1"), trace.why("dW1[0, 0]")):
        for text in (told.to_text(), told.to_latex(), told.to_html(), told.to_markdown()):
            assert text
        assert told.to_dict()
    assert trace.explain("a1", arithmetic="by_hand", digits=3).to_text()
    assert str(trace)
    assert trace.check({"dz1": trace["dz1"]}).verdict == "Right: the line follows from its rule."
    assert net.code()
    for kind in ("c", "js", "sql", "numpy"):
        assert net.export(kind)
