"""The walk-through: one step of any network, told quantity by quantity.

`explain` reads a trace into an `Explanation`: sections, steps and lines, each line with its formula, the
formula with the numbers put in, and the result. The writers (text, Markdown, LaTeX, HTML, JSON) read that and
compute nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chainrule.errors import InputError, KindError
from chainrule.explain.explanation import Explanation
from chainrule.explain.line import LineMaker
from chainrule.explain.remarks import Remarks
from chainrule.model.record import Record
from chainrule.parts.contract import Clipping
from chainrule.program.program import Quantity
from chainrule.walkthrough.by_hand import by_hand
from chainrule.walkthrough.lines import WorkedStep
from chainrule.walkthrough.rounding import Rounding
from chainrule.walkthrough.simplify import Simplifier

CLIPPING = "clipping, before the optimizer gets the gradients"


def explain(
    trace: Record, quantity: str | None = None, arithmetic: str = "exact", digits: int | None = None
) -> Explanation:
    """Read a trace into a walk-through; see `Trace.explain`."""
    if arithmetic not in ("exact", "by_hand"):
        raise InputError(f"arithmetic = {arithmetic!r}: it is 'exact' or 'by_hand'.")
    if digits is not None and arithmetic == "exact":
        raise InputError("digits belongs to arithmetic='by_hand'; exact shows six decimals.")
    if digits is not None and (isinstance(digits, bool) or not isinstance(digits, int)):
        raise KindError(f"digits = {digits!r} is no whole number: give 1 to 15.")
    if digits is not None and not 1 <= digits <= 15:
        raise InputError(f"digits = {digits} is out of range: it must be 1 to 15.")
    return _Explainer(trace, digits or 3 if arithmetic == "by_hand" else None).explanation(quantity)


class _Explainer:
    """Tells which lines there are, section by section."""

    def __init__(self, trace: Record, digits: int | None) -> None:
        self.trace, self.digits = trace, digits
        self.program = trace.program
        self.values: Mapping[str, Any] = trace.results if digits is None else by_hand(trace, digits)
        simplify = Simplifier(trace.program, self.values, trace.samples)
        self.hidden = simplify.hidden
        self.remarks = Remarks(trace, self.values, digits)
        self.lines = LineMaker(trace, self.values, digits is not None, simplify, None)

    def explanation(self, quantity: str | None) -> Explanation:
        if quantity is not None:
            return self._single(quantity)
        if self.digits is None:
            self.lines.rounding = Rounding(self.trace)
        sections = []
        for title, steps in (
            ("FORWARD", tuple(self._forward())),
            ("LOSS", tuple(self._loss())),
            ("BACKWARD", tuple(self._backward())),
            ("UPDATE", tuple(self._update())),
        ):
            if steps:
                sections.append((title, steps))
        return Explanation(self.trace, tuple(self.remarks.heading()), tuple(sections), self.values)

    def _single(self, quantity: str) -> Explanation:
        name, index = self.trace.locate(quantity)
        if index is not None:
            raise InputError(f"{quantity} is one number: ask trace.why({quantity!r}), or explain {name}.")
        if name not in self.program.quantities:
            kind = self.program.leaves[name]
            raise InputError(
                f"{name} is not computed: it comes from outside (its kind is {kind}); see trace[{name!r}]."
            )
        stated = self.program.quantities[name]
        self.hidden.discard(name)
        if self.digits is None:
            self.lines.rounding = Rounding(self.trace, self.program.needed([name]))
        line = self.lines.line(stated, "")
        title = stated.section.upper()
        return Explanation(
            self.trace,
            tuple(self.remarks.heading()[:1]),
            ((title, (WorkedStep(None, "", (line,)),)),),
            self.values,
        )

    def _forward(self) -> Iterator[WorkedStep]:
        layers = self.trace.network.layers
        for place, layer in enumerate(layers):
            lines = [self.lines.line(q, "") for q in self._told("forward") if q.place == place]
            title = _title(layers, place) if layer.has_weights else layer.label()
            yield WorkedStep(place + 1, title, tuple(lines))

    def _loss(self) -> Iterator[WorkedStep]:
        lines = [self.lines.line(q, "") for q in self._told("loss")]
        if lines:
            yield WorkedStep(None, "", tuple(lines), tuple(self.remarks.predictions(self.lines.rounding)))

    def _backward(self) -> Iterator[WorkedStep]:
        told = list(self._told("backward"))
        if not told:
            return
        number = len(self.trace.network.layers) + 1
        clipped = [q for q in told if isinstance(q.part, Clipping)]
        chained = [q for q in told if q not in clipped]
        for title, quantities in (
            ("the chain rule, from L back to the weights", chained),
            (CLIPPING, clipped),
        ):
            if quantities:
                lines = [self.lines.line(q, f"{number}.{i}") for i, q in enumerate(quantities, 1)]
                yield WorkedStep(
                    number, title, tuple(lines), tuple(self.remarks.held()) if title != CLIPPING else ()
                )
                number += 1

    def _update(self) -> Iterator[WorkedStep]:
        after = self.trace.after()
        if after is None:
            return
        clips = any(isinstance(q.part, Clipping) for q in self._told("backward"))
        number = len(self.trace.network.layers) + 2 + clips
        lines = [self.lines.line(q, "") for q in self._told("update")]
        frozen = [n for n in self.trace.network.parameters if f"{n}_new" not in self.values]
        remarks = (f"frozen, so it stays put: {', '.join(frozen)}",) if frozen else ()
        yield WorkedStep(number, "every parameter moves against its gradient", tuple(lines), remarks)
        yield WorkedStep(number + 1, "repeat", (), tuple(self.remarks.after(after)))

    def _told(self, section: str) -> Iterator[Quantity]:
        for quantity in self.program.quantities.values():
            if quantity.section == section and quantity.name not in self.hidden:
                yield quantity


def _title(layers: Any, place: int) -> str:
    """``input → hidden``; with several hidden layers they are numbered."""
    dense = [i for i, layer in enumerate(layers) if layer.has_weights]
    hidden = len(dense) - 1

    def name(i: int) -> str:
        if i == 0:
            return "input"
        return "output" if i == len(dense) else "hidden" if hidden == 1 else f"hidden {i}"

    i = dense.index(place)
    return f"{name(i)} → {name(i + 1)}"
