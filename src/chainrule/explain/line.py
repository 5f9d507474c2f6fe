"""One line of a walk-through: formula, formula with numbers, result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.explain.relation import entry_relation, relation_of
from chainrule.explain.remarks import held_sentence
from chainrule.expressions import Const, Expr, Name, names, nodes, rebuild
from chainrule.expressions import operations as ops
from chainrule.expressions.entry import Entries
from chainrule.model.record import Record
from chainrule.notation import display, formula
from chainrule.parts.contract import Loss
from chainrule.program.program import Quantity
from chainrule.walkthrough.lines import SMALL, Line, Worked
from chainrule.walkthrough.rounding import Rounding
from chainrule.walkthrough.simplify import Simplifier
from chainrule.walkthrough.told_form import told_form
from chainrule.walkthrough.undefined import undefined


class LineMaker:
    """Makes the lines of one walk-through.

    Parameters
    ----------
    trace : what is explained
    values : every quantity's value as it is shown
    by_hand : whether they are counted by hand
    simplify : the formulas as they are shown
    rounding : what rounding may have moved; None by hand, where nothing is counted in floats
    """

    def __init__(
        self,
        trace: Record,
        values: Mapping[str, Any],
        by_hand: bool,
        simplify: Simplifier,
        rounding: Rounding | None,
    ) -> None:
        self.trace, self.values, self.by_hand = trace, values, by_hand
        self.simplify, self.rounding = simplify, rounding

    def brief(self, quantity: Quantity, number: str, like: str) -> Line:
        """What comes out of a formula that is told in full for another parameter, in the line `like`."""
        value = self.values[quantity.name]
        dust, choices = self._dust(quantity.name)
        said = [] if self.rounding is None else self.rounding.words(quantity.name)
        note = "; ".join([f"as {display(like)}", *said])
        rule = self.simplify(quantity.rule)
        return Line(number, quantity.name, None, rule, True, False, "=", value, note, None, dust, choices)

    def line(self, quantity: Quantity, number: str) -> Line:
        """A quantity with its formula, numbers, result and remark."""
        value = self.values[quantity.name]
        stated = quantity.rule
        if self.trace.put_in(quantity.name):
            return Line(
                number, quantity.name, None, stated, True, False, "=", value, "put in by what_if", None
            )
        chain = None
        if not quantity.by_chain_rule:
            stated = quantity.form(True) if self.by_hand else told_form(quantity, self.values)
        elif quantity.textbook_form is not None:
            chain = self.simplify(quantity.textbook_form)
        rule = self.simplify(stated)
        numbers = (
            np.size(value) > 1 and not isinstance(rule, Name) and self._fits(rule) and not _reduces(rule)
        )
        worked = None
        if not isinstance(rule, Name | Const):
            worked = self._worked(quantity, stated, self._example(quantity, value))
        dust, choices = self._dust(quantity.name)
        relation = relation_of(rule, self.values, value, self.by_hand) if numbers else "="
        computed = "" if stated is quantity.rule or self.by_hand else self._computed(quantity)
        note = self._held_note(quantity) or quantity.note or quantity.part.notes.get(quantity.local, "")
        summed = _summed_over(rule, quantity) if self.trace.samples > 1 else ""
        said = [] if self.rounding is None else self.rounding.words(quantity.name)
        note = "; ".join(
            filter(None, [note, computed, summed, *said, undefined(self.trace, quantity, self.values)])
        )
        obvious = same_words(rule, quantity.name)
        return Line(
            number, quantity.name, chain, rule, obvious, numbers, relation, value, note, worked, dust, choices,
            "" if chain is None else self._chain_note(quantity, chain),
        )  # fmt: skip

    def _dust(self, name: str) -> tuple[tuple[tuple[int, ...], ...], tuple[str, ...]]:
        """What rounding has made of a quantity: entries that are 0 but for it, and choices that it decided."""
        if self.rounding is None:
            return (), ()
        entries = np.argwhere(self.rounding.dust(name))
        return tuple(tuple(map(int, at)) for at in entries), tuple(self.rounding.choices(name))

    def _chain_note(self, quantity: Quantity, chain: Expr) -> str:
        """What the chain-rule form rests on, where a loss collapses with the output: the output's slope."""
        output = self.trace.network.layers[-1]
        slope = output.notes.get(f"d{output.takes}", "") if isinstance(quantity.part, Loss) else ""
        summed = _summed_over(chain, quantity) if self.trace.samples > 1 else ""
        return "; ".join(filter(None, [f"the chain rule: {slope}" if slope else "the chain rule", summed]))

    def _computed(self, quantity: Quantity) -> str:
        """How training computes what the textbook's form says, so that it stays finite."""
        return f"computed as {formula(self.simplify(quantity.rule))}"

    def _held_note(self, quantity: Quantity) -> str:
        """Why a gradient is 0 from here on, for what a `what_if` holds."""
        name = quantity.name.removeprefix("d").removesuffix("_passed")
        return held_sentence(self.trace, name) if quantity.name == f"d{name}_passed" else ""

    def _fits(self, expr: Expr) -> bool:
        """Whether all matrices of a formula are small enough to be shown whole."""
        return all(
            name.scalar or all(n <= SMALL for n in np.shape(self.values[name.name])) for name in names(expr)
        )

    def _worked(self, quantity: Quantity, stated: Expr, index: tuple[int, ...]) -> Worked:
        """One entry with its numbers: long sums are cut to their largest terms."""
        expr = stated
        if "l" in self.simplify.hidden:
            expr = rebuild(
                stated,
                lambda i: (
                    self.trace.program.quantities["l"].rule if isinstance(i, Name) and i.name == "l" else i
                ),
            )
        entries = Entries(expr, self.trace.results)
        entry = self.simplify(entries.at(index))
        value = self.values[quantity.name]
        result = value[index] if isinstance(value, np.ndarray) else value
        return Worked(index, entry, entry_relation(entry, self.values, result, self.by_hand), result)

    def _example(self, quantity: Quantity, value: Any) -> tuple[int, ...]:
        """The entry that is worked: the largest one; in an update, that with the largest gradient all along."""
        updates = quantity.section == "update" and quantity.parameter
        return _largest(self.values[f"d{quantity.parameter}"] if updates else value)


def _reduces(expr: Expr) -> bool:
    return any(node.op in (ops.SUM, ops.MAX) for node in nodes(expr))


def _summed_over(expr: Expr, quantity: Quantity) -> str:
    """What a Σ in a formula runs over, where there is more than one sample."""
    axes = {node.settings["axis"] for node in nodes(expr) if node.op is ops.SUM}
    units = "outputs" if quantity.section == "loss" or isinstance(quantity.part, Loss) else "units"
    samples = "the samples" if quantity.local in ("L", "L_data") else "all entries"
    over = {0: "the samples", 1: f"each sample's {units}", None: samples}
    return "Σ over " + over[axes.pop()] if len(axes) == 1 else ""


def _largest(value: Any) -> tuple[int, ...]:
    """The entry that is worked as an example: the largest one."""
    array = np.nan_to_num(np.abs(np.asarray(value, dtype=np.float64)), nan=0.0, posinf=0.0)
    return tuple(int(i) for i in np.unravel_index(int(array.argmax()), array.shape))


def same_words(rule: Expr, name: str) -> bool:
    """Whether a formula says no more than the name of what it gives: log a2 = log(a2)."""
    words = formula(rule)
    return display(name) in (words, words.replace("(", " ").replace(")", ""))
