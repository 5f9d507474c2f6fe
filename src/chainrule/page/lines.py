"""The program of a step, line by line, as the page tells it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule.errors import UnknownName
from chainrule.explain.explain import explain
from chainrule.explain.explanation import Explanation
from chainrule.expressions import Name, Node
from chainrule.model.record import Record
from chainrule.notation import display, formula
from chainrule.page.formulas import MarkedRows, Marks, shown
from chainrule.page.words import sentence, title
from chainrule.utils.lazy import cached
from chainrule.walkthrough.lines import Line, WorkedStep

SECTIONS = ("FORWARD", "LOSS", "BACKWARD", "UPDATE")


class Lines:
    """The lines of one step.

    Parameters
    ----------
    record : the step
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self._told: dict[str, dict[str, Any]] = {}
        self.marks = Marks()

    @cached
    def explanation(self) -> Explanation:
        """The walk-through that they are of."""
        return explain(self.record)

    @cached
    def by_name(self) -> dict[str, tuple[str, WorkedStep, Line]]:
        """Each line with its section and step, by the name of its quantity, in order."""
        return {line.name: (section, step, line) for section, step, line in self._lines()}

    def _lines(self) -> Iterator[tuple[str, WorkedStep, Line]]:
        for section, steps in self.explanation.sections:
            if section in SECTIONS:
                for step in steps:
                    for line in step.lines:
                        yield section.capitalize(), step, line

    def listing(self) -> dict[str, Any]:
        """All lines in short, what is said at the end, and the signs."""
        sections = dict(self.explanation.sections)
        last = sections.get("UPDATE", ())
        return {
            "heading": list(self.explanation.heading),
            "lines": [self._short(section, step, line) for section, step, line in self.by_name.values()],
            "after": [remark for step in last[-1:] for remark in step.remarks],
            "signs": [remark for step in sections["SIGNS"] for remark in step.remarks],
        }

    def _short(self, section: str, step: WorkedStep, line: Line) -> dict[str, Any]:
        rule = formula(line.rule)
        return {
            "name": line.name, "number": line.number, "section": section,
            "step": {"number": step.number, "title": step.title},
            "shown": display(line.name), "text": f"{display(line.name)} = {rule}", "rule": rule,
            "inputs": self._inputs(line), "shape": list(np.shape(line.value)),
        }  # fmt: skip

    def _inputs(self, line: Line) -> list[str]:
        """The quantities that a line's formula reads, in its order."""
        found: dict[str, None] = {}
        stack = [line.rule]
        while stack:
            item = stack.pop()
            if isinstance(item, Name) and not item.scalar:
                found[item.name] = None
            elif isinstance(item, Node):
                stack += reversed(item.args)
        return list(found)

    def line(self, name: str) -> dict[str, Any]:
        """A line in full.

        Raises
        ------
        UnknownName : where no line makes such a quantity
        """
        if name not in self.by_name:
            raise UnknownName("line", name, list(self.by_name), "", display)
        if name not in self._told:
            section, step, line = self.by_name[name]
            quantity = self.record.program.quantities[name]
            rows = shown(MarkedRows(self.explanation.values, self.marks).of(line), self.marks)
            self._told[name] = {
                **self._short(section, step, line), "title": title(quantity, self.record),
                "say": sentence(line, quantity, self.record), "rows": rows,
                "note": line.note, "chain_note": line.chain_note,
                "remarks": list(step.remarks) if line is step.lines[-1] else [],
            }  # fmt: skip
        return self._told[name]
