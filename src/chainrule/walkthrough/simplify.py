"""What a reader need not be told: factors that are 1, sums of one term, and the small terms of a long sum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from chainrule.expressions import Expr, Name, Node, evaluate, names, rebuild
from chainrule.expressions import operations as ops
from chainrule.program.program import Program
from chainrule.walkthrough.by_hand import evaluate_by_hand

TERMS = 6  # terms up to which a sum is written out; of a longer one the largest are shown
SHOWN_TERMS = 3


class Simplifier:
    """Takes out of an expression what changes nothing here: a division by m = 1, a sum over one sample, …

    `hidden` are the quantities that are therefore not told: those of a part that stand for safe computing
    only, where their last one is all 0, and the loss of each sample where there is one.
    """

    def __init__(self, program: Program, values: Mapping[str, Any], samples: int) -> None:
        self.program, self.values, self.samples = program, values, samples
        self.hidden = set(self._quiet())
        if samples == 1 and "l" in values and "weight" not in values:
            self.hidden.add("l")

    def _quiet(self) -> Iterator[str]:
        groups: dict[tuple[int, int], list[str]] = {}
        for quantity in self.program.quantities.values():
            if quantity.local in quantity.part.quiet:
                groups.setdefault((quantity.place, id(quantity.part)), []).append(quantity.name)
        for group in groups.values():
            if not np.any(self.values[group[-1]]):
                yield from group
                # Where a `what_if` has their gradients derived, nothing comes back through them either.
                yield from (name for name in (f"d{name}" for name in group) if name in self.values)

    def __call__(self, expr: Expr) -> Expr:
        return rebuild(expr, self._change)

    def _change(self, item: Expr) -> Expr:
        if not isinstance(item, Node):
            return item
        args = item.args
        if item.op is ops.MULTIPLY:
            return Node(item.op, tuple(map(self._single, args)), item.settings)
        if item.op is ops.CAST:
            return args[0]
        if item.op is ops.DIVIDE and self._is_one(args[1]):
            return args[0]
        if item.op in (ops.ADD, ops.SUBTRACT) and self._is_hidden_zero(args[1]):
            return args[0]
        if item.op is ops.SUM and self.samples == 1 and item.settings["axis"] == 0:
            return args[0]
        if item.op is ops.SUM and args[0] == Name("l") and "l" in self.hidden:
            return self(self.program.quantities["l"].rule)
        return item

    def _single(self, item: Expr) -> Expr:
        """A quantity that is one number, as one: it multiplies as numbers do."""
        alone = isinstance(item, Name) and not item.scalar and not np.ndim(self.values[item.name])
        return Name(item.name, index=()) if alone and isinstance(item, Name) else item

    def _is_one(self, item: Expr) -> bool:
        return isinstance(item, Name) and item.name in ("m", "k") and self.values[item.name] == 1

    def _is_hidden_zero(self, item: Expr) -> bool:
        while isinstance(item, Node) and item.op in (ops.MULTIPLY, ops.DIVIDE):
            item = item.args[0]
        return isinstance(item, Name) and item.name in self.hidden and not np.any(self.values[item.name])


@dataclass(frozen=True)
class Sum:
    """A long sum in a worked entry: its largest terms, and the rest as one number."""

    shown: tuple[Expr, ...]
    rest: Any
    count: int


def cut(total: Node, values: Mapping[str, Any]) -> Sum | None:
    """A long sum of entries as its largest terms and the rest; None if it is short enough to write out."""
    if len(total.args) <= TERMS:
        return None
    hand = any(
        isinstance(v if n.index is None else v[n.index], Decimal)
        for n in names(total)
        for v in [values[n.name]]
    )
    exact = [evaluate_by_hand(arg, values) for arg in total.args] if hand else _terms(total, values)
    amounts = [float(v) for v in exact]
    order = sorted(
        range(len(amounts)), key=lambda i: -abs(amounts[i]) if np.isfinite(amounts[i]) else -np.inf
    )
    keep = sorted(i for i in order[:SHOWN_TERMS] if amounts[i] != 0) or [0]
    rest = sum(amount for i, amount in enumerate(exact) if i not in keep)
    rest = rest if isinstance(rest, Decimal) else float(rest)
    return Sum(tuple(total.args[i] for i in keep), rest, len(amounts) - len(keep))


def _terms(total: Node, values: Mapping[str, Any]) -> list[Any]:
    """The numbers that a sum adds up, in one pass."""
    memo: dict[Expr, Any] = {}
    with np.errstate(all="ignore"):
        evaluate(total, values, memo)
    return [memo[arg] if isinstance(arg, Node) else evaluate(arg, values) for arg in total.args]
