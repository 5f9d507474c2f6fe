"""The walk-through: one step of any network, told quantity by quantity.

`explain` reads a trace into an `Explanation`: sections, steps and lines, each line with its formula, the
formula with the numbers put in, and the result. The writers (text, Markdown, LaTeX, HTML, JSON) read that and
compute nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.expressions import Const, Expr, Name, Node, evaluate, names, nodes, rebuild
from chainrule.expressions import operations as ops
from chainrule.expressions.entry import Entries
from chainrule.notation.formula import display, entry_text, formula
from chainrule.notation.numerals import numeral, printed, setting_numeral
from chainrule.parts.contract import Clipping
from chainrule.program.program import Quantity
from chainrule.walkthrough.by_hand import by_hand, decimals, evaluate_by_hand
from chainrule.writers.boxes import HARD_SPACE

if TYPE_CHECKING:
    from chainrule.trace import Trace
from chainrule.explain.explanation import Explanation, Line, Step, Worked
from chainrule.walkthrough.rounding import DUST, Rounding
from chainrule.walkthrough.simplify import Simplifier, cut

CLIPPING = "clipping, before the optimizer gets the gradients"
SMALL = 6  # rows and columns up to which a matrix is shown whole and numbers are put in


def explain(
    trace: Trace, quantity: str | None = None, arithmetic: str = "exact", digits: int | None = None
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
    def __init__(self, trace: Trace, digits: int | None) -> None:
        self.trace, self.digits = trace, digits
        self.program = trace.program
        self.values: Mapping[str, Any] = trace.results
        if digits is not None:
            self.values = by_hand(trace, digits)
        self.simplify = Simplifier(trace.program, self.values, trace.samples)
        self.hidden = self.simplify.hidden
        self.rounding: Rounding | None = None  # by hand nothing is counted in floats

    # --- what is told ---------------------------------------------------------------------------------

    def explanation(self, quantity: str | None) -> Explanation:
        if quantity is not None:
            return self._single(quantity)
        if self.digits is None:
            self.rounding = Rounding(self.trace)
        sections = []
        for title, steps in (
            ("FORWARD", tuple(self._forward())),
            ("LOSS", tuple(self._loss())),
            ("BACKWARD", tuple(self._backward())),
            ("UPDATE", tuple(self._update())),
        ):
            if steps:
                sections.append((title, steps))
        return Explanation(self.trace, tuple(self._heading()), tuple(sections), self.values)

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
            self.rounding = Rounding(self.trace, self.program.needed([name]))
        line = self._line(stated, "")
        title = stated.section.upper()
        return Explanation(
            self.trace, tuple(self._heading()[:1]), ((title, (Step(None, "", (line,)),)),), self.values
        )

    def _heading(self) -> list[str]:
        trace = self.trace
        parts = [trace.network.title(), trace.network.loss_part.label()]
        if trace.optimizer is not None:
            scalars = trace.program.scalars
            settings = ", ".join(f"{display(n)} = {setting_numeral(trace.results[n])}" for n in scalars)
            step = f", step {trace.step_number}" if trace.step_number > 1 else ""
            with_it = [p.title() for p in (trace.optimizer.schedule, trace.optimizer.clip) if p is not None]
            named = ", ".join([trace.optimizer.label(), *with_it])
            parts.append(f"{named}{', ' if settings else ''}{settings}{step}")
        parts.append("exact, 6 decimals" if self.digits is None else f"by hand, {self.digits} digits")
        lines = ["    ".join(part.replace(" ", HARD_SPACE) for part in parts)]
        if trace.replaced:
            lines.append(f"What if {_put_in(trace.replaced)}")
        lines.append(self._samples_line())
        if self.digits is not None:
            lines.append(
                f"Each line is rounded to {self.digits} significant digits, halves to even, and carried on rounded; "
                "an update keeps all its digits (eight, where there are more)."
            )
        if "L" in self.values:
            first = next((n for n in self.program.leaves if f"d{n}" in self.values), "W1")
            lines.append(f"d{first} is short for ∂L/∂{first}: how fast L grows as {first} grows.")
        return lines

    def _samples_line(self) -> str:
        trace = self.trace
        data, y = self.values[self.program.data], self.values.get("y")
        if trace.samples > 1:
            group = trace.network.paired_loss.group
            rows = f"{trace.samples} samples, one a row" + (f", in groups of {group}" if group > 1 else "")
            return (
                f"{rows}; every gradient is the mean over {'the groups' if group > 1 else 'them'}: "
                f"the 1/{trace.samples // group} enters once, at d{self.program.output}."
                if y is not None
                else f"{rows}."
            )
        text = f"one sample  {self.program.data} = {_row(data[0])}"
        if y is not None:
            label = self._label(y[0])
            long = label and len(y[0]) > SMALL
            text += f"   {label}y = " + (
                f"1 at class {int(y[0].argmax())}, otherwise 0" if long else _row(y[0])
            )
        return text

    def _label(self, y: Any) -> str:
        classes = self.trace.network.classes
        exclusive = self.trace.network.paired_loss.exclusive
        if not exclusive or sorted(map(float, y)) != [0.0] * (len(y) - 1) + [1.0]:
            return ""
        label = int(np.argmax([float(v) for v in y]))
        if classes and classes[label] != str(label):
            name = f" ({classes[label]})"
        else:
            name = f" (classes 0 to {len(y) - 1})" if len(y) > 2 else " (classes 0, 1)"
        return f"label {label}{name}   "

    def _forward(self) -> Iterator[Step]:
        layers = self.trace.network.layers
        for place, layer in enumerate(layers):
            lines = [self._line(q, "") for q in self._told("forward") if q.place == place]
            title = _title(layers, place) if layer.counts else layer.label()
            yield Step(place + 1, title, tuple(lines))

    def _loss(self) -> Iterator[Step]:
        lines = [self._line(q, "") for q in self._told("loss")]
        if lines:
            yield Step(None, "", tuple(lines), tuple(self._predictions()))

    def _backward(self) -> Iterator[Step]:
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
                lines = [self._line(q, f"{number}.{i}") for i, q in enumerate(quantities, 1)]
                yield Step(
                    number, title, tuple(lines), tuple(self._held_remarks()) if title != CLIPPING else ()
                )
                number += 1

    def _update(self) -> Iterator[Step]:
        after = self.trace.after()
        if after is None:
            return
        clips = any(isinstance(q.part, Clipping) for q in self._told("backward"))
        number = len(self.trace.network.layers) + 2 + clips
        lines = [self._line(q, "") for q in self._told("update")]
        frozen = [n for n in self.trace.network.parameters if f"{n}_new" not in self.values]
        remarks = (f"frozen, so it stays put: {', '.join(frozen)}",) if frozen else ()
        yield Step(number, "every parameter moves against its gradient", tuple(lines), remarks)
        yield Step(number + 1, "repeat", (), tuple(self._after(after)))

    def _told(self, section: str) -> Iterator[Quantity]:
        for quantity in self.program.quantities.values():
            if quantity.section == section and quantity.name not in self.hidden:
                yield quantity

    def _predictions(self) -> Iterator[str]:
        """Which answers are right, for a batch of labelled samples."""
        y, a = self.trace.results["y"], self.trace.results[self.program.output]
        answers = self.trace.network.answers
        if self.trace.samples < 2 or not answers.named_by(y):
            return
        right = answers.right(a, y)
        what = "samples have the right class" if answers.count == 1 else "labels are right"
        text = f"{np.count_nonzero(right)} of {right.size} {what}"
        wrong = np.argwhere(~right).tolist()
        if wrong:
            shown = [str(at[0]) if len(at) == 1 else entry_text("y", at) for at in wrong[:8]]
            text += "; wrong: " + ", ".join(shown) + (", …" if len(wrong) > 8 else "")
        if self.rounding is not None:
            close = np.flatnonzero(self.rounding.close_rows(answers))
            text += f"; decided by rounding: {_first(close)}" if len(close) else ""
        yield text

    def _after(self, after: Trace) -> Iterator[str]:
        samples = self.trace.samples
        what = "The same sample now gives" if samples == 1 else f"The same {samples} samples now give"
        exactly = ", counted exactly" if self.digits is not None else ""
        held = f", both with {_put_in(after.replaced)}" if after.replaced else ""
        dust = f", {DUST}" if Rounding(after, after.program.needed(["L"])).dust("L") else ""
        yield f"{what} L = {numeral(after.loss)}{dust} (was {numeral(self.trace.loss)}){exactly}{held}."
        y, output = self.trace.results["y"], self.program.output
        if samples == 1 and self._label(y[0]):
            label = int(y[0].argmax())
            new, old = after.results[output][0, label], self.trace.results[output][0, label]
            yield f"The right class, {label}, gets {output}[0, {label}] = {numeral(new)} (was {numeral(old)})."

    # --- one line -------------------------------------------------------------------------------------

    def _line(self, quantity: Quantity, number: str) -> Line:
        value = self.values[quantity.name]
        stated = quantity.rule
        if self.trace.put_in(quantity.name):
            return Line(
                number, quantity.name, None, stated, True, False, "=", value, "put in by what_if", None
            )
        chain = None
        if quantity.also is not None:
            if quantity.section == "backward":
                chain = self.simplify(quantity.also)
            elif self.digits is not None:
                stated = quantity.also
        rule = self.simplify(stated)
        numbers = (
            np.size(value) > 1 and not isinstance(rule, Name) and self._fits(rule) and not _reduces(rule)
        )
        worked = None
        if not isinstance(rule, Name | Const):
            worked = self._worked(quantity, stated, self._example(quantity, value))
        dust, choices = self._dust(quantity.name)
        relation = self._relation(rule, value, bool(dust)) if numbers else "="
        note = self._held_note(quantity) or quantity.part.notes.get(quantity.local, "")
        if self.trace.samples > 1 and not note:
            note = _summed_over(rule)
        said = [] if self.rounding is None else self.rounding.words(quantity.name)
        note = "; ".join(filter(None, [note, *said]))
        obvious = _same_words(rule, quantity.name)
        return Line(
            number, quantity.name, chain, rule, obvious, numbers, relation, value, note, worked, dust, choices
        )

    def _dust(self, name: str) -> tuple[tuple[tuple[int, ...], ...], tuple[str, ...]]:
        """What rounding has made of a quantity: entries that are 0 but for it, and choices that it decided."""
        if self.rounding is None:
            return (), ()
        entries = np.argwhere(self.rounding.dust(name))
        return tuple(tuple(map(int, at)) for at in entries), tuple(self.rounding.choices(name))

    def _held_note(self, quantity: Quantity) -> str:
        """Why a gradient is 0 from here on, for what a `what_if` holds."""
        name = quantity.name.removeprefix("d").removesuffix("_passed")
        return _held(self.trace, name) if quantity.name == f"d{name}_passed" else ""

    def _held_remarks(self) -> Iterator[str]:
        """The same of a term of the loss, whose gradient has no line of its own."""
        for name in (leaf[5:] for leaf, kind in self.program.leaves.items() if kind == "held"):
            if f"d{name}_passed" not in self.program.quantities:
                yield f"{_held(self.trace, name)}."

    def _fits(self, expr: Expr) -> bool:
        """Whether all matrices of a formula are small enough to be shown whole."""
        return all(
            name.scalar or all(n <= SMALL for n in np.shape(self.values[name.name])) for name in names(expr)
        )

    def _relation(self, rule: Expr, value: Any, dust: bool) -> str:
        if self.digits is not None:
            return "=" if _exactly(rule, self.values, value) else "≈"
        env = {
            name.name: self.values[name.name] if _in_full(name) else _printed(self.values[name.name])
            for name in names(rule)
        }
        with np.errstate(all="ignore"):
            # In floats the printed numbers would make the same dust.
            again = _in_decimals(rule, env) if dust else evaluate(rule, env)
        return "=" if _looks_same(again, value) else "≈"

    def _worked(self, quantity: Quantity, stated: Expr, index: tuple[int, ...]) -> Worked:
        """One entry with its numbers: long sums are cut to their largest terms."""
        expr = stated
        if "l" in self.hidden:
            expr = rebuild(
                stated,
                lambda i: self.program.quantities["l"].rule if isinstance(i, Name) and i.name == "l" else i,
            )
        entries = Entries(expr, self.trace.results)
        entry = self.simplify(entries.at(index))
        value = self.values[quantity.name]
        result = value[index] if isinstance(value, np.ndarray) else value
        dust = self.rounding is not None and bool(self.rounding.dust(quantity.name)[index])
        return Worked(index, entry, self._entry_relation(entry, result, dust), result)

    def _example(self, quantity: Quantity, value: Any) -> tuple[int, ...]:
        """The entry that is worked: the largest one; in an update, that with the largest gradient all along."""
        updates = quantity.section == "update" and quantity.parameter
        return _largest(self.values[f"d{quantity.parameter}"] if updates else value)

    def _entry_relation(self, entry: Expr, result: Any, dust: bool) -> str:
        if self.digits is not None:
            return "=" if _exactly(entry, self.values, result) else "≈"
        printed = _with_printed(entry, self.values)
        with np.errstate(all="ignore"):
            again = _in_decimals(printed, {}) if dust else evaluate(printed, {})
        return "=" if numeral(again) == numeral(result) else "≈"


def _with_printed(entry: Expr, values: Mapping[str, Any]) -> Expr:
    """The entry with the numbers that a reader sees in place of its names, long sums cut as they are shown."""
    if isinstance(entry, Name):
        value = values[entry.name] if entry.index is None else values[entry.name][entry.index]
        return Const(np.float64(value if _in_full(entry) else printed(value)))
    if not isinstance(entry, Node):
        return entry
    # The rest of a cut sum is printed from the numbers themselves, so it is cut before they are rounded.
    short = cut(entry, values) if entry.op is ops.TOTAL else None
    if short is not None:
        shown = [_with_printed(term, values) for term in short.shown]
        return ops.total([*shown, Const(np.float64(printed(short.rest)))])
    return Node(entry.op, tuple(_with_printed(arg, values) for arg in entry.args), entry.settings)


def _in_full(name: Name) -> bool:
    """Whether a number is shown in full, as it was set."""
    return name.scalar and not name.computed


def _printed(value: Any) -> Any:
    flat = [printed(v) for v in np.ravel(value)]
    return np.array(flat).reshape(np.shape(value))


def _looks_same(a: Any, b: Any) -> bool:
    return [numeral(v) for v in np.ravel(a)] == [numeral(v) for v in np.ravel(b)]


def _in_decimals(rule: Expr, values: Mapping[str, Any]) -> Any:
    """What printed numbers give on paper."""
    try:
        found = evaluate_by_hand(rule, {name: decimals(value) for name, value in values.items()})
        return np.asarray(found, dtype=np.float64)
    except ArithmeticError:  # 0 / 0
        return np.nan


def _exactly(rule: Expr, values: Mapping[str, Any], result: Any) -> bool:
    """By hand: whether the line came out without rounding."""
    again = evaluate_by_hand(rule, values)
    return bool(np.all(np.ravel(again) == np.ravel(result)))


def _reduces(expr: Expr) -> bool:
    return any(node.op in (ops.SUM, ops.MAX) for node in nodes(expr))


def _summed_over(expr: Expr) -> str:
    """What a Σ in a formula runs over, where there is more than one sample."""
    axes = {node.settings["axis"] for node in nodes(expr) if node.op is ops.SUM}
    if axes == {0}:
        return "Σ over the samples"
    return "Σ over each sample's outputs" if axes == {1} else ""


def _largest(value: Any) -> tuple[int, ...]:
    """The entry that is worked as an example: the largest one."""
    array = np.nan_to_num(np.abs(np.asarray(value, dtype=np.float64)), nan=0.0, posinf=0.0)
    return tuple(int(i) for i in np.unravel_index(int(array.argmax()), array.shape))


def _same_words(rule: Expr, name: str) -> bool:
    return formula(rule).replace("(", " ").replace(")", "") == display(name)


def _title(layers: Any, place: int) -> str:
    """``input → hidden``; with several hidden layers they are numbered."""
    dense = [i for i, layer in enumerate(layers) if layer.counts]
    hidden = len(dense) - 1

    def name(i: int) -> str:
        if i == 0:
            return "input"
        return "output" if i == len(dense) else "hidden" if hidden == 1 else f"hidden {i}"

    i = dense.index(place)
    return f"{name(i)} → {name(i + 1)}"


def _first(samples: Any) -> str:
    """The numbers of the first few samples."""
    return ", ".join(map(str, samples[:8])) + (", …" if len(samples) > 8 else "")


def _put_in(replaced: Mapping[str, Any]) -> str:
    """What a `what_if` put in, by name."""
    return ", ".join(
        f"{name} = {numeral(new) if np.ndim(new) == 0 else _row(np.ravel(new))}"
        for name, new in replaced.items()
    )


def _held(trace: Trace, name: str) -> str:
    """That a quantity is held, and what follows."""
    first, *more = trace.held_entries(name)
    if more:
        what = (
            f"{first}, {more[0]} are held"
            if len(more) == 1
            else f"{1 + len(more)} entries of {name} are held"
        )
    else:
        new = trace.replaced[first]
        what = f"{first} is held" + (f" at {numeral(new)}" if np.ndim(new) == 0 else "")
    return f"{what}: no gradient passes through {'their' if more else 'its'} rule"


def _row(values: Any) -> str:
    """A vector in a line, shortened if it is long."""
    shown = [numeral(v) for v in values]
    if len(shown) > SMALL:
        shown = [*shown[:3], "…", *shown[-2:]]
    return f"[{'  '.join(shown)}]"
