"""The rule of one entry, and the entries that it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.expressions import Expr, Name, Node, evaluate, names, nodes
from chainrule.expressions import operations as ops
from chainrule.expressions.entry import Entries
from chainrule.model.record import Record
from chainrule.program.program import Quantity
from chainrule.walkthrough.simplify import Simplifier, cut
from chainrule.walkthrough.told_form import told_form


class Derivation:
    """Finds the rules of entries of a record."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.simplify = Simplifier(record.program, record.results, record.samples)
        self._entries: dict[str, Entries] = {}

    def rule(self, quantity: Quantity, index: tuple[int, ...]) -> Expr:
        """The simplified rule of an entry, of entries, in the form that pages tell."""
        if quantity.name not in self._entries:
            form = told_form(quantity, self.record.results)
            self._entries[quantity.name] = Entries(form, self.record.results)
        return self.simplify(self._entries[quantity.name].at(index))

    def entries(self, rule: Expr) -> list[Name]:
        """The entries that count in a rule and that it shows: long sums are cut."""
        values = self.record.results
        hidden = {arg for node in nodes(rule) for arg in _left_out(node, values)}
        told = _counting(rule, values) & _shown(rule, hidden)
        return [n for n in names(rule) if (not n.scalar or n.computed) and n in told]


def _left_out(node: Node, values: Mapping[str, Any]) -> set[Expr]:
    """The terms of a long sum that are not shown."""
    short = cut(node, values) if node.op is ops.TOTAL else None
    return set() if short is None else set(node.args) - set(short.shown)


def _shown(expr: Expr, hidden: set[Expr]) -> set[Name]:
    """The names outside the terms that a cut sum leaves out."""
    return _reached(expr, lambda item: [a for a in item.args if item.op is not ops.TOTAL or a not in hidden])


def _counting(expr: Expr, values: Mapping[str, Any]) -> set[Name]:
    """The names that what is 0 anyway doesn't keep from counting: of 0 × b only what makes the 0."""
    memo: dict[Expr, Any] = {}
    with np.errstate(all="ignore"):
        evaluate(expr, values, memo)

    def is_zero(item: Expr) -> bool:
        return bool((memo[item] if isinstance(item, Node) else evaluate(item, values)) == 0)

    def counting(item: Node) -> Sequence[Expr]:
        zero = [arg for arg in item.args if is_zero(arg)] if item.op is ops.MULTIPLY else []
        return zero or item.args

    return _reached(expr, counting)


def _reached(expr: Expr, below: Callable[[Node], Sequence[Expr]]) -> set[Name]:
    """The names of an expression that one comes to by `below`."""
    seen: set[Expr] = set()
    stack = [expr]
    while stack:
        item = stack.pop()
        if item not in seen:
            seen.add(item)
            stack += below(item) if isinstance(item, Node) else ()
    return {item for item in seen if isinstance(item, Name)}
