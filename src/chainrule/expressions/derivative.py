"""The derivative of a rule, by the chain rule over its own expression (reverse mode)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.expressions.node import Expr, Name, Node, evaluate, nodes, rebuild
from chainrule.expressions.operations import DIVIDE, MULTIPLY, NEGATIVE, SUM
from chainrule.expressions.symbol import Symbol


def derive(expr: Expr, gradient: Symbol, env: Mapping[str, Any]) -> dict[str, Symbol]:
    """Go back through an expression: what each name in it receives of the gradient of its result.

    Source: R. E. Wengert, A simple automatic derivative evaluation program, CACM 7 (1964); S. Linnainmaa (1970).

    Parameters
    ----------
    expr : the rule of a quantity u
    gradient : ∂L/∂u as a symbol, shaped like u
    env : an example value for every name in the expression

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
        amounts = [_tidy(a) for a in node.op.derivative(arriving, result, *operands, **node.settings)]
        for arg, operand, amount in zip(node.args, operands, amounts, strict=True):
            if amount is not None and not arg.scalar:
                receive(arg, unbroadcast(amount, np.shape(operand.value)) if elementwise else amount)
    return {
        item.name: _full(amount, symbol(item)) for item, amount in received.items() if isinstance(item, Name)
    }


def _tidy(amount: Symbol | None) -> Symbol | None:
    """Pull minus signs outwards, where they cancel; that changes no bit of the result."""
    if amount is None:
        return None

    def change(item: Expr) -> Expr:
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

    return Symbol(rebuild(amount.expr, change), amount.value)


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
