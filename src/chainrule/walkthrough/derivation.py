"""The rule of one entry: by names, and with numbers put in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.expressions import Expr, Name, Node, evaluate, names, nodes
from chainrule.expressions import operations as ops
from chainrule.expressions.entry import Entries
from chainrule.model.record import Record
from chainrule.notation import SUM_STRENGTH, join_strings, numeral, text_leaf, write
from chainrule.program.program import Quantity
from chainrule.walkthrough.simplify import Simplifier, cut
from chainrule.walkthrough.substitution import Substitution


class Derivation:
    """Writes the rules of entries of a record."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.simplify = Simplifier(record.program, record.results, record.samples)
        self.put = Substitution(record.results, "text", numeral, list, join_strings, str)
        self._entries: dict[str, Entries] = {}

    def rule(self, quantity: Quantity, index: tuple[int, ...]) -> Expr:
        """The simplified rule of an entry, of entries."""
        if quantity.name not in self._entries:
            self._entries[quantity.name] = Entries(quantity.rule, self.record.results)
        return self.simplify(self._entries[quantity.name].at(index))

    def numbers(self, rule: Expr) -> str:
        """A rule with numbers put in."""
        return self.put.entry(rule)

    def names(self, expr: Expr) -> tuple[str, list[Name]]:
        """The rule by names, long sums cut, and the entries that it shows."""
        hidden: set[Expr] = set()

        def leaf(item: Expr) -> tuple[str, int] | None:
            if isinstance(item, Node) and item.op is ops.TOTAL:
                short = cut(item, self.record.results)
                if short is not None:
                    hidden.update(set(item.args) - set(short.shown))
                    shown = write(Node(ops.TOTAL, short.shown, {}), "text", leaf, numbers=True)
                    return f"{shown} + … (the other {short.count})", SUM_STRENGTH
            return text_leaf(item)

        text = str(write(expr, "text", leaf))
        skip = {name for item in hidden for name in names(item)}
        counts = _counting(expr, self.record.results)
        kept = [n for n in names(expr) if (not n.scalar or n.computed) and n in counts]
        shown_in = {
            arg
            for node in nodes(expr)
            if node not in hidden
            for arg in node.args
            if isinstance(arg, Name) and not (node.op is ops.TOTAL and arg in hidden)
        }
        return text, [n for n in kept if n not in skip or n in shown_in]


def _counting(expr: Expr, values: Mapping[str, Any]) -> set[Name]:
    """The names that what is 0 anyway doesn't keep from counting: of 0 × b only what makes the 0."""
    memo: dict[Expr, Any] = {}
    with np.errstate(all="ignore"):
        evaluate(expr, values, memo)
    found: set[Name] = set()
    stack = [expr]
    while stack:
        item = stack.pop()
        if isinstance(item, Name):
            found.add(item)
        elif isinstance(item, Node):
            known = [memo[arg] if isinstance(arg, Node) else evaluate(arg, values) for arg in item.args]
            zero = [arg for arg, value in zip(item.args, known, strict=True) if np.all(value == 0)]
            stack += zero if zero and item.op is ops.MULTIPLY else item.args
    return found
