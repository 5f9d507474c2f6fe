"""A gradient beside a difference of losses: the program's own forward rules, run with an entry nudged up and down.

What is checked is the rule: a gradient of a float32 network is counted again in double precision beside it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from chainrule.expressions import Const, Expr, Node, evaluate, names, nodes
from chainrule.expressions import operations as ops
from chainrule.model.entry import parse_entry
from chainrule.model.record import Record
from chainrule.notation import display, entry_text
from chainrule.utils.lazy import cached
from chainrule.walkthrough.doubled import doubled
from chainrule.walkthrough.judge import Finding, Judge
from chainrule.walkthrough.nudged import Form, Index, Nudged, Side
from chainrule.walkthrough.rounding import SURE, Rounding

FLOOR = 1e-6  # the largest number that only keeps a divisor away from 0


@dataclass(frozen=True)
class GradientCheck:
    """∂L/∂(entry) by a difference of losses, beside the gradient that the program computes.

    Parameters
    ----------
    entry : what is nudged, e.g. ``"W1[0, 1]"``
    gradient : the program's
    finding : ``"agrees"``; ``"a kink"``, where L has no slope; ``"cannot be told here"``; ``"differs"``, as it has to,
        such as behind a gradient that a `what_if` put in; or ``"DIFFERS"``
    reason : what else there is to say of it
    slope : by the losses; None where they give none
    step : by how much the entry is nudged
    side : ``"both"``; ``"above"`` or ``"below"`` where L is finite on that side alone
    losses : for both sides L with the entry raised and lowered, and slope = (losses[0] - losses[1]) / (2 step); for
        one side L with the entry unmoved, moved by the step and by two: ±(-3 losses[0] + 4 losses[1] - losses[2]) /
        (2 step). All in double precision.
    slope_below, slope_above : at a kink, on either side of it; else None
    """

    entry: str
    gradient: float
    finding: Finding
    reason: str = ""
    slope: float | None = None
    step: float | None = None
    side: Side = "both"
    losses: tuple[float, ...] = ()
    slope_below: float | None = None
    slope_above: float | None = None

    @property
    def agrees(self) -> bool:
        """Whether the two are the same, within what can be told."""
        return self.finding == "agrees"

    @property
    def wrong(self) -> bool:
        """Whether the gradient is not that of the rules, and nothing explains it."""
        return self.finding == "DIFFERS"

    def verdict(self) -> str:
        """In words."""
        between = {"agrees": ", but for ", "differs": ", for ", "DIFFERS": " "}.get(self.finding, ": ")
        return self.finding + (between + self.reason if self.reason else "")

    def to_dict(self) -> dict[str, Any]:
        """As plain data; a gradient that is not finite is told in words."""
        found = {
            **asdict(self),
            "losses": list(self.losses),
            "agrees": self.agrees,
            "verdict": self.verdict(),
        }
        return {
            key: str(value) if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in found.items()
        }


def check_gradient(trace: Record, name: str, index: Index) -> GradientCheck | None:
    """The check for an entry of a gradient ∂L/∂u; None for anything else."""
    return GradientChecks(trace).of(name, index)


class GradientChecks:
    """Checks gradients of a trace; of a float32 network by its rules in double precision."""

    def __init__(self, trace: Record) -> None:
        self.trace = trace
        self._paths: dict[str, list[Form]] = {}
        self._roundings: dict[str, Rounding] = {}
        self._single = trace.network.dtype == np.float32

    @cached
    def _record(self) -> Record:
        return doubled(self.trace) if self._single else self.trace

    def of(self, name: str, index: Index) -> GradientCheck | None:
        """See `check_gradient`."""
        of = name[1:]
        if not name.startswith("d") or of not in self.trace.results or "L" not in self.trace.results:
            return None
        told, gradient = (_number(record.results[name], index) for record in (self.trace, self._record))
        entry = entry_text(display(of), index)
        if not (math.isfinite(told) and math.isfinite(gradient)):
            return GradientCheck(entry, told, "cannot be told here", "the gradient is not finite")
        nudged = self.nudged(of, index)
        if not math.isfinite(nudged.loss(0.0)):
            return GradientCheck(entry, told, "cannot be told here", f"L is not finite by way of {entry}")
        rounding, excuse = lambda: self._rounding(name, index), lambda: self._excuse(name)
        verdict = Judge(nudged, gradient, told, rounding, excuse).verdict()
        d = verdict.difference
        slope = () if d is None else (d.slope, d.step, d.side, d.losses, verdict.below, verdict.above)
        return GradientCheck(entry, told, verdict.finding, verdict.reason, *slope)

    def nudged(self, of: str, index: Index) -> Nudged:
        """The loss as a function of an entry."""
        return Nudged(self._record, of, index, self._path(of))

    def _rounding(self, name: str, index: Index) -> float:
        """How far rounding may have moved an entry of a gradient, in double precision."""
        if name not in self._roundings:
            record = self._record
            self._roundings[name] = Rounding(record, record.program.needed([name]), zeros=False)
        return SURE * _number(self._roundings[name].moved(name), index)

    def _excuse(self, name: str) -> str:
        """What lets a gradient, or one that it is computed from, differ from the slope of L; else empty."""
        rules = [q for q in self._record.program.needed([name]) if q.section == "backward"]
        read = {q.name for q in rules}
        for of in (parse_entry(text)[0] for text in self.trace.replaced):
            if of in read:
                return f"{of} was put in by what_if"
        for quantity in rules:
            if floor := _floor(quantity.rule, self._record.results):
                return f"the rule of {display(quantity.name)} divides by {floor:g} at least"
        return ""

    def _path(self, of: str) -> list[Form]:
        """What lies between a quantity and L, by rules that lead from it to there."""
        if of in self._paths:
            return self._paths[of]
        program = self._record.program
        needed = program.needed(["L"])
        # A loss that reads the logits goes around the output: its textbook form reads it.
        around = any(
            of in _read(q.textbook_form) and of not in _read(q.rule)
            for q in needed
            if q.textbook_form is not None
        )
        textbook = around or not any(of in _read(q.rule) for q in needed)
        if textbook:
            needed = [q for q in program.quantities.values() if q.section in ("forward", "loss")]
        moved, path = {of}, []
        for quantity in needed:
            form = quantity.form(textbook)
            if quantity.name != of and moved & _read(form):
                moved.add(quantity.name)
                path.append((quantity.name, form))
        read = {"L"}
        for name, form in reversed(path):
            if name in read:
                read |= _read(form)
        self._paths[of] = [(name, form) for name, form in path if name in read]
        return self._paths[of]


def _floor(rule: Expr, values: Mapping[str, Any]) -> float:
    """The small number that a rule divides by in the place of a smaller one, as in a / max(b, 1e-12); else 0."""
    for node in nodes(rule):
        divisor = node.args[-1]
        if node.op is not ops.DIVIDE or not isinstance(divisor, Node) or divisor.op is not ops.MAXIMUM:
            continue
        of, floor = divisor.args
        if isinstance(floor, Const) and 0 < floor.value <= FLOOR:
            with np.errstate(all="ignore"):
                if np.any(np.less(evaluate(of, values), floor.value)):
                    return floor.value
    return 0.0


def _read(form: Expr) -> set[str]:
    return {name.name for name in names(form)}


def _number(value: Any, index: Index) -> float:
    return float(value[index] if np.ndim(value) else value)
