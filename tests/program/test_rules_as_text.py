"""Rules as text: by hand for a few lines, and another text for whatever is another rule."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

import chainrule as cr
from chainrule.expressions import Const, Expr, Name, Node
from chainrule.expressions import operations as ops
from chainrule.program.program import Quantity
from chainrule.program.written import written

PART = cr.Identity()


def text(**rules: Expr) -> list[str]:
    return list(written([Quantity(name, name, rule, "forward", PART, 0) for name, rule in rules.items()]))


def test_of_a_few_lines_by_hand() -> None:
    """As files have it: a training that goes on by an earlier file must find the same rules."""
    z = Node(ops.ADD, (Node(ops.MATMUL, (Name("x"), Name("W")), {}), Name("b")), {})
    squares = Node(ops.SQUARE, (Name("z"),), {})
    total = Node(ops.SUM, (squares,), {"keepdims": False, "axis": 1})
    share = Node(ops.DIVIDE, (Const(2.0), Name("m", scalar=True)), {})
    loss = Node(ops.MULTIPLY, (Name("share", scalar=True, computed=True), total), {})
    assert text(z=z, share=share, l=loss, both=Node(ops.ADD, (total, squares), {}), same=Name("z")) == [
        "matmul(x,W;)",
        "add(0,b;)",
        "z 1",
        "divide(=2.0,m!;)",
        "share 2",
        "square(z;)",
        "sum(3;axis:1,keepdims:False)",
        "multiply(share!?,4;)",
        "l 5",
        "add(4,3;)",
        "both 6",
        "same z",
        "",
    ]


def test_every_other_rule_is_told_by_another_text() -> None:
    a, b = Name("a"), Name("b")
    once = Node(ops.EXP, (a,), {})
    rules: list[dict[str, Any]] = [
        {"r": a}, {"r": b}, {"s": a}, {"r": Name("a", scalar=True)}, {"r": Name("a", scalar=True, computed=True)},
        {"r": Const(1)}, {"r": Const(1.0)}, {"r": Const(-0.0)}, {"r": Const(0.0)},
        *[{"r": Node(ops.SUBTRACT, pair, {})} for pair in ((a, b), (b, a), (a, a), (once, a), (a, once))],
        *[{"r": Node(row, (a, b), {})} for row in (ops.ADD, ops.MULTIPLY, ops.DIVIDE)],
        *[{"r": Node(ops.SUM, (a,), {"axis": axis, "keepdims": keep})} for axis in (None, 0, 1) for keep in (0, 1)],
        *[{"r": Node(ops.CAST, (a,), {"dtype": np.dtype(kind)})} for kind in ("f4", "f8")],
        {"r": a, "s": b}, {"s": b, "r": a}, {},
    ]  # fmt: skip
    for one, other in itertools.combinations(rules, 2):
        assert text(**one) != text(**other), (one, other)


def test_two_networks_of_one_form_have_one_text() -> None:
    made = [cr.Network([2, 3, 2], seed=seed, hidden=lambda z: z * np.tanh(z)) for seed in (1, 2)]
    first, second = (list(written([*net.program(cr.Adam()).quantities.values()])) for net in made)
    assert first == second
