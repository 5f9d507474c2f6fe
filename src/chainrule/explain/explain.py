"""The walk-through: one step of any network, told quantity by quantity.

`explain` reads a trace into an `Explanation`: sections, steps and lines, each line with its formula, the
formula with the numbers put in, and the result. The writers (text, Markdown, LaTeX, HTML, JSON) read that and
compute nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chainrule.errors import InputError, KindError
from chainrule.explain.explanation import Explanation
from chainrule.explain.given import given, given_line
from chainrule.explain.line import LineMaker
from chainrule.explain.numbering import CLIPPING, Numbering, by_name, layer_title
from chainrule.explain.parts import formulas_alone, some_steps
from chainrule.explain.remarks import Remarks
from chainrule.explain.signs import signs_used
from chainrule.expressions import Name, Node, evaluate
from chainrule.expressions import operations as ops
from chainrule.model.record import Record
from chainrule.notation import DECIMALS, showing
from chainrule.parts.contract import Clipping
from chainrule.program.program import Quantity, of_section
from chainrule.utils import checks
from chainrule.walkthrough.by_hand import by_hand
from chainrule.walkthrough.lines import KINDS, Line, WorkedStep
from chainrule.walkthrough.rounding import Rounding
from chainrule.walkthrough.simplify import Simplifier

WITHOUT_STEPS = (
    "It takes no single steps to show: it asks for L and these gradients where it likes, and moves all parameters "
    "along a direction found from them (scipy's L-BFGS-B)."
)

IN_THEIR_UNIT = "This is the prediction, in the unit of the targets as they come."
OF_SCALED = "The loss is that of the scaled target, whose unit is y_scale."


def explain(
    trace: Record,
    quantity: str | None = None,
    arithmetic: str = "exact",
    digits: int | None = None,
    halves: str = "even",
    steps: str | int | None = None,
    formulas: bool = False,
) -> Explanation:
    """Read a trace into a walk-through; see `Trace.explain`."""
    if steps is not None and quantity is not None:
        raise InputError(f"{quantity} and steps = {steps!r}: ask for one of them.")
    if checks.truth(formulas, "formulas") and (arithmetic == "by_hand" or digits is not None):
        raise InputError("formulas=True tells no numbers: leave digits, and arithmetic='by_hand', out.")
    if not isinstance(arithmetic, str) or arithmetic not in ("exact", "by_hand"):
        raise InputError(f"arithmetic = {arithmetic!r}: it is 'exact' or 'by_hand'.")
    if not isinstance(halves, str) or halves not in ("even", "up"):
        raise InputError(f"halves = {halves!r}: they go to 'even' or 'up'.")
    if halves != "even" and arithmetic == "exact":
        raise InputError("halves belongs to arithmetic='by_hand': exact rounds for the page alone.")
    if digits is not None and (isinstance(digits, bool) or not isinstance(digits, int)):
        raise KindError(f"digits = {digits!r} is no whole number: give 1 to 15.")
    if digits is not None and not 1 <= digits <= 15:
        raise InputError(f"digits = {digits} is out of range: it must be 1 to 15.")
    decimals = digits if digits is not None and arithmetic == "exact" else DECIMALS
    with showing(decimals):
        told = _Explainer(trace, digits or 3 if arithmetic == "by_hand" else None, halves).explanation(
            quantity
        )
    told = replace(told, decimals=decimals)
    told = told if steps is None else some_steps(told, steps)
    return formulas_alone(told) if formulas else told


class _Explainer:
    """Tells which lines there are, section by section."""

    def __init__(self, trace: Record, digits: int | None, halves: str) -> None:
        self.trace, self.digits = trace, digits
        self.program = trace.program
        self.values: Mapping[str, Any] = trace.results if digits is None else by_hand(trace, digits, halves)
        simplify = Simplifier(trace.program, self.values, trace.samples)
        self.hidden = simplify.hidden
        self.numbering = Numbering(trace, self.values, self.hidden)
        self.remarks = Remarks(trace, self.values, digits, halves)
        self.lines = LineMaker(trace, self.values, digits is not None, simplify, None)

    def explanation(self, quantity: str | None) -> Explanation:
        if quantity is not None:
            return self._single(quantity)
        if self.digits is None:
            self.lines.rounding = Rounding(self.trace)
        sections: list[tuple[str, tuple[WorkedStep, ...]]] = [("GIVEN", (given(self.trace, self.values),))]
        for title, steps in (
            ("FORWARD", tuple(self._forward())),
            ("LOSS", tuple(self._loss())),
            ("BACKWARD", tuple(self._backward())),
            ("UPDATE", tuple(self._update())),
        ):
            if steps:
                sections.append((title, steps))
        all_steps = (step for _, steps in sections for step in steps)
        signs = tuple(signs_used(all_steps, self.trace.results, self.digits is not None))
        sections.append(("SIGNS", (WorkedStep(None, "", (), signs),)))
        return Explanation(self.trace, tuple(self.remarks.heading()), tuple(sections), self.values)

    def _single(self, quantity: str) -> Explanation:
        name, index = self.trace.locate(by_name(self.trace, quantity))
        if index is not None:
            raise InputError(f"{quantity} is one number: ask trace.why({quantity!r}), or explain {name}.")
        if name not in self.program.quantities:
            return self._alone("GIVEN", given_line(self.trace, self.values, name, self._given(name)))
        stated = self.program.quantities[name]
        self.hidden.discard(name)
        if self.digits is None:
            self.lines.rounding = Rounding(self.trace, self.program.needed([name]))
        return self._alone(stated.section.upper(), self.lines.line(stated, ""))

    def _alone(self, title: str, line: Line) -> Explanation:
        step = WorkedStep(None, "", (line,))
        return Explanation(self.trace, tuple(self.remarks.heading()[:1]), ((title, (step,)),), self.values)

    def _given(self, name: str) -> str:
        """What a number from outside is."""
        counted = {"m": "how many samples", "k": "how many outputs", "t": "the number of the step"}
        return counted.get(name, KINDS[self.program.leaves[name]])

    def _forward(self) -> Iterator[WorkedStep]:
        layers = self.trace.network.layers
        for place in range(len(layers)):
            lines = [self.lines.line(q, "") for q in self._told("forward") if q.place == place]
            title = layer_title(layers, place)
            yield WorkedStep(place + 1, title, tuple(lines))
        lines = [self.lines.line(q, "") for q in self._told("forward") if q.place == len(layers)]
        if lines:
            yield WorkedStep(None, "", tuple(lines), (IN_THEIR_UNIT,))

    def _loss(self) -> Iterator[WorkedStep]:
        lines = [self.lines.line(q, "") for q in self._told("loss")]
        if lines:
            scaled = [OF_SCALED] if self.program.target != "y" else []
            remarks = [*scaled, *self.remarks.predictions(self.lines.rounding)]
            yield WorkedStep(None, "", tuple(lines), tuple(remarks))

    def _backward(self) -> Iterator[WorkedStep]:
        for number, title, quantities in self.numbering.steps():
            clips = title == CLIPPING
            remarks = self.remarks.unclipped(self.numbering.unclipped) if clips else self.remarks.held()
            yield WorkedStep(number, title, tuple(self._alike(quantities, str(number))), tuple(remarks))

    def _update(self) -> Iterator[WorkedStep]:
        if self.trace.minimizer is not None:
            number = len(self.trace.network.layers) + 2
            yield WorkedStep(number, self.trace.minimizer.label(), (), (WITHOUT_STEPS,))
        after = self.trace.after()
        if after is None or self.trace.optimizer is None:
            return
        number = len(self.trace.network.layers) + 1 + len(list(self.numbering.steps()))
        told = list(self._told("update"))
        copies = {q: of for q in told if (of := self._copied(q)) and q.parameter != self._first(told)}
        lines = self._alike([q for q in told if q not in copies])
        frozen = [n for n in self.trace.network.parameters if f"{n}_new" not in self.values]
        remarks = [f"frozen, so it stays put: {', '.join(frozen)}"] if frozen else []
        remarks += self.remarks.copied({q.name: of for q, of in copies.items()})
        title = f"{self.trace.optimizer.label()} updates the parameters"
        yield WorkedStep(number, title, tuple(lines), tuple(remarks))
        yield WorkedStep(number + 1, "repeat", (), tuple(self.remarks.after(after)))

    def _alike(self, quantities: Sequence[Quantity], number: str = "") -> Iterator[Line]:
        """Lines in full and, where it takes several for each parameter alike, in full for the first one alone."""
        first = self._first(quantities)
        models = {q.local: q.name for q in quantities if q.parameter == first}
        for i, quantity in enumerate(quantities, 1):
            label = f"{number}.{i}" if number else ""
            alike = len(models) > 1 and (quantity.section == "update" or isinstance(quantity.part, Clipping))
            full = not alike or quantity.parameter in ("", first) or self.trace.put_in(quantity.name)
            if full:
                yield self.lines.line(quantity, label)
            else:
                yield self.lines.brief(quantity, label, models[quantity.local])

    def _first(self, quantities: Iterable[Quantity]) -> str:
        """The first parameter that quantities belong to."""
        return next((q.parameter for q in quantities if q.parameter), "")

    def _copied(self, quantity: Quantity) -> str:
        """What a quantity is, where the number of the step has chosen one: W1_fast in a step between two slow ones."""
        rule = quantity.rule
        if not isinstance(rule, Node) or rule.op is not ops.WHERE or not rule.args[0].scalar:
            return ""
        chosen = rule.args[1 if evaluate(rule.args[0], self.values) else 2]
        return chosen.name if isinstance(chosen, Name) and not self.trace.put_in(quantity.name) else ""

    def _told(self, section: str) -> Iterator[Quantity]:
        stated = of_section(self.program.quantities.values(), section)
        return (quantity for quantity in stated if quantity.name not in self.hidden)
