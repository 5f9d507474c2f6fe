"""What a walk-through consists of: the records that `explain` makes and the writers read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chainrule.expressions import Expr, operands_first
from chainrule.model.record import Record
from chainrule.notation import DECIMALS
from chainrule.walkthrough.pictures import Pictures

# What a name from outside is, by its kind.
KINDS = {
    "input": "input", "target": "target", "weight": "the sample's weight", "noise": "drawn by chance",
    "parameter": "parameter", "constant": "constant", "buffer": "the layer's buffer",
    "state": "the optimizer's state", "scalar": "setting", "held": "0 where what_if holds it, otherwise 1",
}  # fmt: skip
SMALL = 6  # rows and columns up to which a matrix is shown whole and numbers are put in


@dataclass(frozen=True)
class Worked:
    """One entry of a quantity with its numbers put in, for a quantity too large to show them all."""

    index: tuple[int, ...]
    entry: Expr
    relation: str
    value: Any


@dataclass(frozen=True)
class Line:
    """One quantity.

    Parameters
    ----------
    number : ``"5.3"`` among the gradients, else empty
    name : of the quantity
    chain : the chain-rule form from which the textbook starts, where the rule is its collapsed form
    rule : the formula
    obvious : whether the formula need not be told: it says the name again (log a2 = log(a2)), or is another line's
    numbers : whether the formula is also shown with whole matrices put in
    relation : ``"="`` where the printed operands give the printed result, else ``"≈"``
    value : the result
    note : a remark beside the line
    worked : one entry with its numbers, for where the whole is too large
    dust : the entries that are 0 but for rounding
    choices : the comparisons, of single entries, that rounding has decided
    chain_note : a remark beside the chain-rule form
    pictures : what its samples look like, for inputs that are images
    result : whether the result is told, and not the formula alone
    """

    number: str
    name: str
    chain: Expr | None
    rule: Expr
    obvious: bool
    numbers: bool
    relation: str
    value: Any
    note: str
    worked: Worked | None
    dust: tuple[tuple[int, ...], ...] = ()
    choices: tuple[str, ...] = ()
    chain_note: str = ""
    pictures: Pictures | None = None
    result: bool = True


@dataclass(frozen=True)
class WorkedStep:
    """A step of the walk-through. Without a number it only belongs to its section, as the loss does."""

    number: int | None
    title: str
    lines: tuple[Line, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Walkthrough:
    """A step, told.

    Parameters
    ----------
    trace : what is explained
    heading : lines at the top
    sections : (title, steps) in order
    values : every quantity's value as it is shown, by name: the trace's own, or counted by hand
    decimals : how many are printed
    """

    trace: Record
    heading: tuple[str, ...]
    sections: tuple[tuple[str, tuple[WorkedStep, ...]], ...]
    values: Mapping[str, Any]
    decimals: int = DECIMALS

    def __getstate__(self) -> dict[str, Any]:
        formulas: list[Expr | None] = []
        for line in (line for _, steps in self.sections for step in steps for line in step.lines):
            formulas += [line.rule, line.chain, None if line.worked is None else line.worked.entry]
        inner = operands_first(formula for formula in formulas if formula is not None)
        return {"trace": self.trace, "nodes": inner, **self.__dict__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({name: value for name, value in state.items() if name != "nodes"})
