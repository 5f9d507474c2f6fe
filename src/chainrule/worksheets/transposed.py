"""Samples as columns: the same walk-through, transposed, as many lectures write it: z = W · x + b."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.explain.explanation import Explanation
from chainrule.expressions import Expr, Name, Node, evaluate, rebuild
from chainrule.expressions import operations as ops
from chainrule.model.record import Record
from chainrule.walkthrough.lines import Line, Worked, WorkedStep

Index = tuple[int, ...]
WORDS = (
    ("Rows are samples and columns units", "Samples are columns and units rows"),
    ("one a row", "one a column"),
)


class Transposed:
    """Turns a walk-through, so that samples are columns.

    Matrices are transposed; what a unit has one of, such as a bias, becomes a column; what a sample has one of, such as
    its loss, is a row.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        self._of_samples = _of_samples(record)

    def walkthrough(self, told: Explanation) -> Explanation:
        """The walk-through, transposed.

        Raises
        ------
        InputError : for operations that pick rows
        """
        sections = tuple((title, tuple(map(self._step, steps))) for title, steps in told.sections)
        values = {name: self.value(name, value) for name, value in told.values.items()}
        return replace(told, heading=tuple(map(said, told.heading)), sections=sections, values=values)

    def value(self, name: str, value: Any) -> Any:
        """A quantity's value."""
        if np.ndim(value) == 2:
            return value.T
        return value[:, None] if np.ndim(value) == 1 and name not in self._of_samples else value

    def index(self, name: str, index: Index) -> Index:
        """Where an entry of a quantity is."""
        if len(index) == 2:
            return index[::-1]
        return (*index, 0) if len(index) == 1 and name not in self._of_samples else index

    def rule(self, expr: Expr) -> Expr:
        """A formula: of a product the factors change places, and Σ its axis."""
        if not isinstance(expr, Node):
            return expr
        args = tuple(map(self.rule, expr.args))
        if expr.op is ops.MATMUL:
            return Node(expr.op, args[::-1], {})
        if expr.op is ops.COLUMN:
            return args[0]
        if expr.op in (ops.PICK_ROWS, ops.PUT_ROWS):
            raise InputError(
                f"{self._record.network.paired_loss.title()} takes rows in groups: samples can't be columns there."
            )
        if (
            expr.op in (ops.SUM, ops.MAX)
            and self._ndim(expr.args[0]) == 2
            and expr.settings["axis"] is not None
        ):
            axis = 1 - expr.settings["axis"]
            return Node(
                expr.op,
                args,
                {**expr.settings, "axis": axis, "keepdims": axis == 1 or expr.settings["keepdims"]},
            )
        return Node(expr.op, args, expr.settings)

    def _ndim(self, expr: Expr) -> int:
        with np.errstate(all="ignore"):
            return int(np.ndim(evaluate(expr, self._record.results)))

    def _step(self, step: WorkedStep) -> WorkedStep:
        return replace(step, lines=tuple(map(self._line, step.lines)), remarks=tuple(map(said, step.remarks)))

    def _line(self, line: Line) -> Line:
        return replace(
            line,
            rule=self.rule(line.rule),
            chain=None if line.chain is None else self.rule(line.chain),
            value=self.value(line.name, line.value),
            worked=None if line.worked is None else self._worked(line.name, line.worked),
        )

    def _worked(self, name: str, worked: Worked) -> Worked:
        def turned(item: Expr) -> Expr:
            if not isinstance(item, Name) or not item.index:
                return item
            return Name(item.name, item.scalar, self.index(item.name, item.index), item.computed)

        return replace(worked, index=self.index(name, worked.index), entry=rebuild(worked.entry, turned))


def _of_samples(record: Record) -> set[str]:
    """The quantities with one number a sample: those that grow with the batch."""
    program = record.program
    twice: Mapping[str, Any] = {
        name: np.concatenate([record.leaves[name]] * 2) if kind in ("input", "target", "weight", "noise")
        else record.leaves[name]
        for name, kind in program.leaves.items()
    }  # fmt: skip
    with np.errstate(all="ignore"):
        more = program.run(twice)
    return {
        name for name, value in record.results.items()
        if np.ndim(value) == 1 and np.shape(value) != np.shape(more[name])
    }  # fmt: skip


def said(text: str) -> str:
    """A sentence about rows and columns, of samples as columns."""
    for rows, columns in WORDS:
        text = text.replace(rows, columns)
    return text
