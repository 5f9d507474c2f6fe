"""The schedule of a step: its shapes, what is fused with what, and where threads wait for each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.compiler.schedule import WIDE, KernelSchedule, M, NotCompiled, Shape, width_of
from chainrule.expressions import Name, Node, Symbol
from chainrule.expressions import operations as ops
from chainrule.program.program import Quantity

SAMPLES = 2  # in the examples that rules are called on; in no shape of a plan
LEAVES: dict[str, Shape] = {"x": (M, 3), "y": (M, 4), "W": (3, 4), "b": (4,), "V": (4, 5)}

Rules = dict[str, Callable[..., Any]]


def planned(rules: Rules, results: list[str], threaded: bool = False, **leaves: Shape) -> KernelSchedule:
    """The plan of some lines; each rule's operands are leaves, and lines before it, by name."""
    shapes = LEAVES | leaves
    examples: dict[str, Any] = {
        name: np.ones([SAMPLES if n == M else int(n) for n in shape]) for name, shape in shapes.items()
    }
    quantities = []
    for name, rule in rules.items():
        operands = rule.__code__.co_varnames[: rule.__code__.co_argcount]
        symbol = rule(*(Symbol(Name(operand), examples[operand]) for operand in operands))
        examples[name] = symbol.value
        quantities.append(Quantity(name, name, symbol.expr, "forward", cr.ReLU(), 0))
    return KernelSchedule(quantities, shapes, results, threaded)


def told(plan: KernelSchedule) -> list[str]:
    """Each item, by what it is and its operations in order."""
    return [f"{item.what}: {' '.join(node.op.name for node in item.nodes)}" for item in plan.items]


def phases(plan: KernelSchedule) -> list[int]:
    return [item.phase for item in plan.items]


# --- shapes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "shape"),
    [
        (lambda x, W: x @ W, (M, 4)),
        (lambda x, y: x.T @ y, (3, 4)),
        (lambda y, b: y + b, (M, 4)),
        (lambda W, b: W * b, (3, 4)),
        (lambda y: y.sum(axis=0), (4,)),
        (lambda y: y.sum(axis=1), (M,)),
        (lambda y: y.sum(axis=1, keepdims=True), (M, 1)),
        (lambda y: y.sum(), ()),
        (lambda y: y / y.sum(axis=1, keepdims=True), (M, 4)),
    ],
)
def test_shapes_hold_for_any_number_of_samples(rule: Callable[..., Any], shape: Shape) -> None:
    assert planned({"r": rule}, ["r"]).shape(Name("r")) == shape


def test_the_entries_of_a_row() -> None:
    assert [width_of(shape) for shape in ((M, 4), (3, 1), (M,), (7,), ())] == [4, 1, 1, 1, 1]


def test_a_transposition_within_is_done_away_with() -> None:
    plan = planned({"s": lambda y: y.sum(axis=1), "r": lambda y, s: (y.T / s).T}, ["r"])
    assert plan.shape(Name("r")) == (M, 4)
    (quotient,) = [node for node in plan.lines() if node.op is ops.DIVIDE]
    divisor = quotient.args[1]
    assert isinstance(divisor, Node)
    assert divisor.op is ops.COLUMN  # (yᵀ / s)ᵀ is y / s[:, None]


# --- items --------------------------------------------------------------------------------------------------


def test_a_layer_is_a_product_and_one_kernel() -> None:
    plan = planned({"p": lambda x, W: x @ W, "z": lambda p, b: p + b, "a": lambda z: np.tanh(z)}, ["a"])
    assert told(plan) == ["product: matmul", "kernel: add tanh"]
    product, kernel = plan.items
    assert (product.lead, kernel.lead) == (M, M)
    assert product.reads == [Name("x"), Name("W")]
    assert kernel.reads == [product.nodes[0], Name("b")]
    # z is in no one's memory: only the tanh is left
    assert plan.stored == {product.nodes[0], kernel.nodes[1]}
    assert plan.results == {"a": kernel.nodes[1]}


def test_softmax_is_one_kernel_of_its_rows() -> None:
    plan = planned(
        {
            "c": lambda y: y.max(axis=1, keepdims=True),
            "e": lambda y, c: np.exp(y - c),
            "a": lambda e: e / e.sum(axis=1, keepdims=True),
        },
        ["a"],
    )
    assert told(plan) == ["kernel: max subtract exp sum divide"]


def test_a_sum_over_the_samples_comes_after_what_it_sums() -> None:
    plan = planned({"s": lambda y: np.square(y), "t": lambda s: s.sum(axis=0)}, ["t"])
    assert told(plan) == ["kernel: square", "total: sum"]
    assert plan.items[1].lead == 4  # threads share its columns
    plan = planned({"s": lambda y: np.square(y), "t": lambda s: s.sum()}, ["t"])
    assert plan.items[1].lead == 1  # one of them does it


def test_lines_after_a_sum_over_the_samples_are_a_kernel_of_their_own() -> None:
    plan = planned(
        {"mu": lambda y: y.sum(axis=0) / 2, "c": lambda y, mu: y - mu, "r": lambda c: np.tanh(c)}, ["r"]
    )
    assert told(plan) == ["total: sum", "kernel: divide", "kernel: subtract tanh"]


def test_a_condition_is_asked_again_where_it_is_needed() -> None:
    rules: Rules = {
        "z": lambda y: np.tanh(y), "on": lambda z: z > 0, "p": lambda z, V: z @ V,
        "q": lambda p, V: p @ V.T, "r": lambda q, on: q * on,
    }  # fmt: skip
    plan = planned(rules, ["r"])
    kernels = [item for item in plan.items if item.what == "kernel"]
    assert [[node.op.name for node in item.nodes] for item in kernels] == [
        ["tanh", "greater"], ["greater", "indicator", "multiply"],
    ]  # fmt: skip
    assert all(node.op is not ops.GREATER for node in plan.stored if isinstance(node, Node))


def test_a_kernel_of_weights_takes_matrices_or_vectors() -> None:
    plan = planned({"r": lambda W: W * 2.0, "s": lambda c: c * 2.0}, ["r", "s"], c=(3,))
    assert [len(item.nodes) for item in plan.items] == [1, 1]


# --- phases -------------------------------------------------------------------------------------------------

STEP: Rules = {
    "z": lambda x, W: x @ W,
    "a": lambda z: np.tanh(z),
    "g": lambda a, y: a - y,
    "dW": lambda x, g: x.T @ g,
    "db": lambda g: g.sum(axis=0),
}


def test_threads_wait_before_what_needs_all_samples() -> None:
    plan = planned(STEP, ["dW", "db"], threaded=True)
    assert told(plan) == ["product: matmul", "kernel: tanh subtract", "product: matmul", "total: sum"]
    assert phases(plan) == [0, 0, 1, 1]


def test_items_come_in_the_order_of_their_phases() -> None:
    late: Rules = {"early": lambda g: g.sum(axis=0), "late": lambda y: np.exp(y)}
    rules = {name: rule for name, rule in STEP.items() if name in ("z", "a", "g")} | late
    for threaded in (False, True):
        plan = planned(rules, ["early", "late"], threaded)
        if threaded:
            assert phases(plan) == sorted(phases(plan))
        made = [node for item in plan.items for node in item.nodes]
        for item in plan.items:  # nothing is read before it is made
            for read in item.reads:
                assert not isinstance(read, Node) or made.index(read) < made.index(item.nodes[0])


def test_wide_layers_are_shared_by_columns() -> None:
    columns = WIDE // 3 + 1
    rules: Rules = {"p": lambda x, U: x @ U}
    for threaded, width, across in ((True, columns, True), (True, 4, False), (False, columns, False)):
        (item,) = planned(rules, ["p"], threaded, U=(3, width)).items
        assert (item.across, item.lead) == (across, width if across else M)


# --- what can't be ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"r": lambda x, c: x @ c}, "a product of a matrix with a vector"),
        ({"r": lambda y: 1.0 * y.T}, "a transposition outside a product"),
        ({"r": lambda y: y.put_rows(0, 2)}, "put_rows has no compiled form"),
    ],
)
def test_what_is_outside_the_language_is_said(rules: Rules, message: str) -> None:
    with pytest.raises(NotCompiled) as caught:
        planned(rules, list(rules), c=(3,))
    assert str(caught.value) == message


def test_a_result_must_be_computed() -> None:
    with pytest.raises(NotCompiled, match=r"^x is no operation of its own$"):
        planned({"r": lambda x: x * 2.0}, ["x"])
