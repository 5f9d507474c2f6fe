"""The derivative of a rule, by the chain rule over its own expression (reverse mode)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.expressions.node import Const, Expr, Name, Node, evaluate, nodes, rebuild
from chainrule.expressions.operations import (
    ADD,
    DIVIDE,
    MULTIPLY,
    NEGATIVE,
    POWER,
    SQUARE,
    SUBTRACT,
    SUM,
    WHERE,
)
from chainrule.expressions.symbol import Symbol

ZERO, ONE = Const(0), Const(1)


def derive(expr: Expr, gradient: Symbol, env: Mapping[str, Any], whole: bool = True) -> dict[str, Symbol]:
    """Go back through an expression: what each name in it receives of the gradient of its result.

    Source: R. E. Wengert, A simple automatic derivative evaluation program, CACM 7 (1964); S. Linnainmaa (1970).

    Parameters
    ----------
    expr : the rule of a quantity u
    gradient : ∂L/∂u as a symbol, shaped like u
    env : an example value for every name in the expression
    whole : whether a gradient that is one number is spread over all entries that it is for

    Returns
    -------
    ∂L/∂(name) for each name that is not a scalar, as symbols that write themselves down
    """
    memo: dict[Expr, Any] = {}
    with np.errstate(all="ignore"):
        evaluate(expr, env, memo)

    def symbol(item: Expr) -> Symbol:
        if isinstance(item, Name):
            return Symbol(item, env[item.name])
        return Symbol(item, memo[item] if isinstance(item, Node) else item.value)

    received: dict[Expr, Symbol] = {expr: gradient}
    tidied: dict[Expr, Expr] = {}

    def receive(item: Expr, amount: Symbol) -> None:
        received[item] = received[item] + amount if item in received else amount

    for node in reversed(list(nodes(expr))):
        if node not in received:
            continue
        operands = [symbol(arg) for arg in node.args]
        result, arriving = symbol(node), received[node]
        elementwise = node.op.elementwise
        stretched = any(np.shape(o.value) != np.shape(result.value) for o in operands if not o.expr.scalar)
        if stretched and node.op is not SUM:
            arriving = _full(arriving, result)
        amounts = [_tidy(a, tidied) for a in node.op.derivative(arriving, result, *operands, **node.settings)]
        for arg, operand, amount in zip(node.args, operands, amounts, strict=True):
            if amount is not None and not arg.scalar:
                receive(arg, unbroadcast(amount, np.shape(operand.value)) if elementwise else amount)
    return {
        item.name: _full(amount, symbol(item)) if whole else amount
        for item, amount in received.items()
        if isinstance(item, Name)
    }


@np.errstate(all="ignore")
def slope(expr: Expr, name: str, env: Mapping[str, Any]) -> Symbol | None:
    """f′(z) of a function f of z, entry by entry, simplified; None if an entry needs others, or if f′ is one number.

    Parameters
    ----------
    expr : f, in which no other array stands
    name : of z
    env : an example value for every name in the expression
    """
    shape = np.shape(env[name])
    if not all(node.op.elementwise for node in nodes(expr)) or np.shape(evaluate(expr, env)) != shape:
        return None
    found = derive(expr, Symbol(ONE, 1), env, whole=False).get(name)
    if found is None or np.shape(found.value) != shape:
        return None
    dtype = np.asarray(env[name]).dtype

    def typed(item: Expr) -> Expr:
        """A choice of two numbers has the function's dtype: they have none."""
        if isinstance(item, Node) and item.op is WHERE and item.args[1].scalar and item.args[2].scalar:
            return Node(item.op, item.args, {"dtype": dtype})
        return item

    expr = rebuild(rebuild(found.expr, _simpler), typed)
    return Symbol(expr, np.asarray(evaluate(expr, env)))


def _simpler(item: Expr) -> Expr:
    """Without factors that are 1, and shorter where that changes no bit of the result."""
    item = _minus_outwards(item)
    if not isinstance(item, Node):
        return item
    args = item.args
    if item.op is MULTIPLY and ONE in args:
        return args[1 - args.index(ONE)]
    if item.op is MULTIPLY and args[0] == Const(-1):
        return Node(NEGATIVE, args[1:], {})
    if item.op is DIVIDE and args[1] == ONE:
        return args[0]
    if item.op is POWER and args[1] == Const(2):
        return Node(SQUARE, args[:1], {})  # as NumPy computes it
    if item.op is MULTIPLY:
        for choice, other in (args, args[::-1]):
            if isinstance(choice, Node) and choice.op is WHERE and set(choice.args[1:]) <= {ONE, ZERO}:
                return _choice(choice, *(other if case == ONE else ZERO for case in choice.args[1:]))
    return _one_term(*args) or item if item.op is ADD else item


def _one_term(a: Expr, b: Expr) -> Expr | None:
    """A sum as a single term: twice the same, a difference, a choice of two by one condition; None for others."""
    if _same(a, b):
        return Node(MULTIPLY, (Const(2), a), {})
    if isinstance(b, Node) and b.op is NEGATIVE:
        return Node(SUBTRACT, (a, b.args[0]), {})
    if isinstance(a, Node) and isinstance(b, Node) and a.op is b.op is WHERE and a.args[0] is b.args[0]:
        (yes, zero), (nothing, no) = a.args[1:], b.args[1:]
        return _choice(a, yes, no) if zero == nothing == ZERO else None
    return None


def _same(a: Expr, b: Expr) -> bool:
    """Whether two expressions are written alike."""
    compared: set[tuple[Expr, Expr]] = set()
    pairs = [(a, b)]
    while pairs:
        one, other = pairs.pop()
        if one is other or (one, other) in compared:
            continue
        compared.add((one, other))
        if not (isinstance(one, Node) and isinstance(other, Node)):
            if one != other:
                return False
        elif one.op is not other.op or one.settings != other.settings:
            return False
        else:
            pairs += zip(one.args, other.args, strict=True)
    return True


def _choice(of: Expr, yes: Expr, no: Expr) -> Expr:
    """Another choice by the same condition."""
    assert isinstance(of, Node)
    return Node(WHERE, (of.args[0], yes, no), of.settings if yes.scalar and no.scalar else {})


def _tidy(amount: Symbol | None, tidied: dict[Expr, Expr]) -> Symbol | None:
    """Pull minus signs outwards, where they cancel; that changes no bit of the result.

    What is tidy stays as it is, so of a long rule each node is gone through once: `tidied` has what became of it.
    """
    if amount is None:
        return None

    def change(item: Expr) -> Expr:
        found = tidied[item] = _minus_outwards(item)
        tidied[found] = found
        return found

    return Symbol(rebuild(amount.expr, change, tidied), amount.value)


def _minus_outwards(item: Expr) -> Expr:
    """A minus sign before a product or quotient, in place of one before a factor."""
    if not isinstance(item, Node):
        return item
    minus = [isinstance(arg, Node) and arg.op is NEGATIVE for arg in item.args]
    if item.op is NEGATIVE and minus[0]:
        return item.args[0].args[0]  # type: ignore[union-attr]
    if item.op in (MULTIPLY, DIVIDE) and any(minus):
        args = tuple(a.args[0] if m else a for a, m in zip(item.args, minus, strict=True))  # type: ignore[union-attr]
        product = Node(item.op, args, item.settings)
        return product if all(minus) else Node(NEGATIVE, (product,), {})
    return item


def _full(gradient: Symbol, of: Symbol) -> Symbol:
    """A gradient in the shape of what it belongs to: the gradient of a sum is one number for all its terms."""
    return gradient if np.shape(gradient.value) == np.shape(of.value) else gradient + 0 * of


def unbroadcast(gradient: Symbol, shape: tuple[int, ...]) -> Symbol:
    """Sum a gradient over the axes along which its operand was stretched."""
    if gradient.ndim == 0:  # one number for all entries; it is made full at the end
        return gradient
    if gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0) if shape else gradient.sum()
    for axis, size in enumerate(shape):
        if size == 1 and np.shape(gradient.value)[axis] != 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient
