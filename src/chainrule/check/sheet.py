"""The learner's sheet: what was given, what comes from outside, and the rest computed from these by the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.check.intervals import Array, Interval, run_on_intervals
from chainrule.expressions import Const, Expr, Name, Node, evaluate, names, rebuild
from chainrule.expressions import operations as ops
from chainrule.expressions.node import run_operation
from chainrule.model.record import Record
from chainrule.program.program import Quantity

ROUNDING = {
    np.dtype(np.float32): 2e-6,
    np.dtype(np.float64): 1e-9,
}  # of the largest entry, of what was computed
LEAF = 1e-13  # of each entry that comes from outside: sums in another order
LONGEST = 80  # operations up to which a rule is written out


@dataclass(frozen=True, eq=False)
class Given:
    """A quantity as the learner has it, in the orientation of the program.

    Parameters
    ----------
    value : its numbers
    radius : how far each may be from what was meant: half a unit of the last digit that is printed, or rounding
    note : how it was understood, if there is something to say
    turned : whether its shape alone, unlike the others', had to be transposed
    """

    value: Array
    radius: Any
    note: str = ""
    turned: bool = False


def _plain(value: Array) -> Any:
    return value if np.ndim(value) else float(value)


class Numbers(dict[str, Any]):
    """Values by name; one that is not there is computed by its rule when it is asked for."""

    def __init__(
        self, form: Callable[[str], Expr], apply: Callable[..., Any], known: Mapping[str, Any]
    ) -> None:
        super().__init__(known)
        self._form, self._apply = form, apply

    def __missing__(self, name: str) -> Any:
        value = evaluate(self._form(name), self, apply=self._apply)
        self[name] = value
        return value


class Sheet:
    """The numbers that a line is judged on: the learner's own, and what the rules make of them.

    Parameters
    ----------
    record : the step as it is
    given : what the learner has, by name
    biases : whether there are any; else they count as 0
    textbook : whether what is missing is computed in the textbook's form, where there is one: the logarithm of the
        learner's own outputs
    """

    def __init__(
        self, record: Record, given: Mapping[str, Given], textbook: bool = True, biases: bool = True
    ) -> None:
        self.record, self.program, self.given, self.textbook = record, record.program, dict(given), textbook
        self.chance = {
            q.name for q in self.program.quantities.values()
            if any(self.program.leaves.get(n.name) == "noise" for n in names(q.rule))
        }  # fmt: skip
        self.inlined: dict[Expr, Expr] = {}  # formulas of what is missing, where they were written out
        self._formulas: dict[str, Expr] = {}
        own = {name: _plain(each.value) for name, each in given.items()}
        outside = {
            name: np.asarray(value, np.float64) if isinstance(value, np.ndarray) else value
            for name, value in record.leaves.items()
        }
        for name in () if biases else biases_of(record):
            outside[name] = np.zeros_like(outside[name])
        self.values = Numbers(self.form, run_operation, {**outside, **own})
        spans = {
            name: Interval.around(value, LEAF * np.abs(value)) if isinstance(value, np.ndarray) else value
            for name, value in outside.items()
        }
        known = {
            name: Interval.around(each.value, np.maximum(each.radius, LEAF * np.abs(each.value)))
            if self.program.leaves.get(name) != "scalar"
            else own[name]
            for name, each in given.items()
        }
        self.spans = Numbers(self.form, run_on_intervals, {**spans, **known})

    def put(self, name: str, given: Given) -> None:
        """Take one quantity more as the learner has it; what was computed is computed anew from it."""
        self.given[name] = given
        for numbers in (self.values, self.spans):
            for known in [known for known in numbers if self.missing(known)]:
                del numbers[known]
        self.values[name] = _plain(given.value)
        self.spans[name] = Interval.around(given.value, given.radius)

    def form(self, name: str) -> Expr:
        """By which rule a quantity that was not given is computed."""
        quantity = self.program.quantities[name]
        return quantity.form(textbook=self.textbook and not quantity.by_chain_rule)

    def forms(self, quantity: Quantity) -> list[Expr]:
        """The forms of its rule, each of which makes a line right."""
        return [form for form in (quantity.rule, quantity.textbook_form) if form is not None]

    def value(self, expr: Expr) -> Any:
        """What an expression gives on this sheet's numbers."""
        return evaluate(expr, self.values)

    def span(self, expr: Expr) -> Any:
        """Between which numbers it lies, for all that the printed ones may stand for."""
        return evaluate(expr, self.spans, apply=run_on_intervals)

    def missing(self, name: str) -> bool:
        """Whether a quantity was computed here, and not given."""
        return name in self.program.quantities and name not in self.given

    def written_out(self, expr: Expr) -> Expr:
        """The rule with what is missing written out, and without what stands for safe computing only."""
        return rebuild(expr, self._written)

    def _written(self, item: Expr) -> Expr:
        if isinstance(item, Name) and self.missing(item.name) and item.name not in self.chance:
            return self._formula(item)
        if isinstance(item, Node) and item.op in (ops.SUBTRACT, ops.ADD) and item.args[1] == Const(0.0):
            return item.args[0]
        return item

    def _formula(self, item: Name) -> Expr:
        """The formula of a quantity that is missing, the same object each time; of a long one, its name."""
        if item.name not in self._formulas:
            quantity = self.program.quantities[item.name]
            if quantity.local in quantity.part.quiet and not np.any(self.values[item.name]):
                self._formulas[item.name] = Const(0.0)
            else:
                formula = self.written_out(self.form(item.name))
                self._formulas[item.name] = formula if sum(1 for _ in walk(formula)) <= LONGEST else item
                if isinstance(self._formulas[item.name], Node):
                    self.inlined[self._formulas[item.name]] = item
        return self._formulas[item.name]

    def folded(self, expr: Expr) -> Expr:
        """An expression with the names of what was written out in it and stayed as it is."""
        if expr in self.inlined:
            return self.inlined[expr]
        if not isinstance(expr, Node):
            return expr
        return Node(expr.op, tuple(self.folded(arg) for arg in expr.args), expr.settings)

    def unsure(self, expr: Expr) -> set[str]:
        """The quantities that were computed here on the way to an expression: a mistake may be in any of them."""
        found: set[str] = set()
        ahead = [expr]
        while ahead:
            for name in names(ahead.pop()):
                if self.missing(name.name) and name.name not in found:
                    found.add(name.name)
                    ahead.append(self.form(name.name))
        return found


def biases_of(record: Record) -> list[str]:
    """The names of the parameters that layers add to their sums."""
    own = zip(record.network.layers, record.program.plan.own, strict=True)
    return [names[layer.shift] for layer, names in own if layer.shift in names]


def walk(expr: Expr) -> Iterator[Expr]:
    """Every place of an expression, as often as it is written."""
    ahead = [expr]
    while ahead:
        item = ahead.pop()
        yield item
        if isinstance(item, Node):
            ahead += reversed(item.args)
