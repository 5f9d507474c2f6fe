"""The sentences of a walk-through: its heading, and what is said beside the lines."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.model.model import reads_tables
from chainrule.model.record import Record
from chainrule.notation import HARD_SPACE, display, entry_text, numeral, setting_numeral, shown_decimals
from chainrule.notation.greek import LETTERS
from chainrule.parts.contract import Part
from chainrule.program.program import PENALTY, Quantity
from chainrule.utils.counts import counted
from chainrule.walkthrough.lines import SMALL
from chainrule.walkthrough.rounding import DUST, Rounding

LONG = 56  # columns of a part that fits on a line in ASCII, too


class Remarks:
    """The sentences about one record.

    Parameters
    ----------
    trace : what is explained
    values : every quantity's value as it is shown
    digits, halves : for what is counted by hand
    """

    def __init__(self, trace: Record, values: Mapping[str, Any], digits: int | None, halves: str) -> None:
        self.trace, self.values, self.digits, self.halves = trace, values, digits, halves

    def heading(self) -> list[str]:
        """The lines at the top."""
        trace = self.trace
        parts = [trace.network.title(), *self._settings()]
        if trace.minimizer is not None:
            parts.append(_with_settings(trace.minimizer))
        if trace.optimizer is not None:
            scalars = [name for name, (role, _) in trace.program.scalars.items() if role != PENALTY]
            settings = ", ".join(f"{display(n)} = {setting_numeral(trace.results[n])}" for n in scalars)
            step = f", step {trace.step_number}" if trace.step_number > 1 else ""
            with_it = [p.title() for p in (trace.optimizer.schedule, trace.optimizer.clip) if p is not None]
            named = ", ".join([trace.optimizer.label(), *with_it])
            parts.append(f"{named}{', ' if settings else ''}{settings}{step}")
        exact = f"exact, {shown_decimals()} decimal" + ("" if shown_decimals() == 1 else "s")
        parts.append(exact if self.digits is None else f"by hand, {counted(self.digits, 'digit')}")
        # A line is broken between its parts and, where one is too long for a line, between its settings.
        kept = [
            ", ".join(item.replace(" ", HARD_SPACE) for item in part.split(", ")) if len(part) > LONG
            else part.replace(" ", HARD_SPACE)
            for part in parts
        ]  # fmt: skip
        lines = ["    ".join(kept)]
        if trace.replaced:
            lines.append(f"What if {_put_in(trace.replaced)}")
        lines.append(self._samples_line())
        if self.digits is not None:
            halves = "to even" if self.halves == "even" else "up"
            lines.append(
                f"Each line is rounded to {counted(self.digits, 'significant digit')}, halves {halves}, and carried on "
                "rounded; the weights of an update keep theirs (eight, where there are more)"
                f"{', and so do the cells of a table' if reads_tables(trace.network) else ''}."
            )
        if "L" in self.values:
            first = next((n for n in self.trace.program.leaves if f"d{n}" in self.values), "W1")
            lines.append(f"d{first} is short for ∂L/∂{first}: how fast L grows as {first} grows.")
        return lines

    def _settings(self) -> Iterator[str]:
        """The layers that have settings, the loss and the penalty, each with its settings."""
        network = self.trace.network
        layers = (_with_settings(layer) for layer in network.layers if not layer.has_weights)
        yield from dict.fromkeys(text for text in layers if "=" in text)
        yield _with_settings(network.loss_part)
        if network.penalty is not None and "L_penalty" in self.values:
            yield _with_settings(network.penalty)

    def _samples_line(self) -> str:
        trace = self.trace
        y = self.values.get("y")
        if trace.samples > 1:
            group = trace.network.paired_loss.group
            rows = f"{trace.samples} samples, one a row" + (f", in groups of {group}" if group > 1 else "")
            if y is None:
                return f"{rows}."
            if trace.summed:
                return f"{rows}; L is the sum of their losses, so nothing is divided by their number."
            loss = "L_data" if "L_data" in self.values else "L"
            return f"{rows}; the 1/{trace.samples // group} of {loss} enters once, at d{self.trace.program.activation}."
        label = "" if y is None else self._label(y[0])
        return "one sample" + (f", {label}" if label else "")

    def _label(self, y: Any) -> str:
        label = label_of(self.trace, y)
        if label is None:
            return ""
        named = named_label(self.trace, label)
        if named.endswith(")"):
            return named
        return named + (f" (classes 0 to {len(y) - 1})" if len(y) > 2 else " (classes 0, 1)")

    def predictions(self, rounding: Rounding | None) -> Iterator[str]:
        """Which answers are right, for a batch of labelled samples."""
        y, a = self.trace.results["y"], self.trace.results[self.trace.program.activation]
        answers = self.trace.network.decisions
        if self.trace.samples < 2 or not answers.named_by(y):
            return
        right = answers.right(a, y)
        one = np.count_nonzero(right) == 1
        if answers.count == 1:
            what = f"samples {'has' if one else 'have'} the right class"
        else:
            what = f"labels {'is' if one else 'are'} right"
        text = f"{np.count_nonzero(right)} of {right.size} {what}"
        wrong = np.argwhere(~right).tolist()
        if wrong:
            kind = "sample" if answers.count == 1 else "label"
            shown = [str(at[0]) if len(at) == 1 else entry_text("y", at) for at in wrong]
            text += f"; {_these(kind, shown)} wrong"
        if rounding is not None:
            close = np.flatnonzero(rounding.close_rows(answers))
            text += (
                f"; {_these('sample', [str(at) for at in close])} decided by rounding" if len(close) else ""
            )
        yield text

    def after(self, after: Record) -> Iterator[str]:
        """What the same samples give after the update."""
        samples = self.trace.samples
        drawn = [display(n) for n, kind in self.trace.program.leaves.items() if kind == "noise"]
        again = f", with the same {', '.join(drawn)}," if drawn else ""
        what = (
            f"The same sample{again} now gives"
            if samples == 1
            else f"The same {samples} samples{again} now give"
        )
        exactly = ", counted exactly" if self.digits is not None else ""
        held = f", both with {_put_in(after.replaced)}" if after.replaced else ""
        dust = f", {DUST}" if Rounding(after, after.program.needed(["L"])).dust("L") else ""
        yield f"{what} L = {numeral(after.loss)}{dust} (was {numeral(self.trace.loss)}){exactly}{held}."
        y, output = self.trace.results["y"], self.trace.program.activation
        if samples == 1 and self._label(y[0]):
            label = int(y[0].argmax())
            new, old = after.results[output][0, label], self.trace.results[output][0, label]
            yield f"The right class, {label}, gets {output}[0, {label}] = {numeral(new)} (was {numeral(old)})."

    def unclipped(self, gradients: Sequence[Quantity]) -> Iterator[str]:
        """That a clipping clips nothing."""
        if gradients:
            same = ", ".join(f"{display(q.name)} = {display(f'd{q.parameter}')}" for q in gradients)
            yield f"Nothing is clipped: {same}."

    def copied(self, copies: Mapping[str, str]) -> Iterator[str]:
        """What is another quantity in this step."""
        if copies:
            yield f"Likewise {', '.join(f'{display(name)} = {display(of)}' for name, of in copies.items())}."

    def held(self) -> Iterator[str]:
        """The same of a term of the loss, whose gradient has no line of its own."""
        for name in (leaf[5:] for leaf, kind in self.trace.program.leaves.items() if kind == "held"):
            if f"d{name}_passed" not in self.trace.program.quantities:
                yield f"{held_sentence(self.trace, name)}."


def _with_settings(part: Part) -> str:
    """A part with its settings, by the signs of the textbooks; those that are off, at 0 unless set, are left out."""
    numbers, words = [], []
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        letter = part.signs.get(field.name) or _letter(part.letters.get(field.name, field.name))
        name = letter.replace("_", " ")
        if isinstance(value, bool):
            words += [name if value else f"no {name}"] if value != field.default else []
        elif isinstance(value, int | float) and (value or field.default != 0):
            numbers.append(f"{name} = {setting_numeral(value)}")
    return ", ".join([part.label(), *numbers, *words])


def _letter(name: str) -> str:
    """The letter of that name, or what pages show of it."""
    return LETTERS[name][0] if name in LETTERS else display(name)


def label_of(trace: Record, y: Any) -> int | None:
    """The class that a row of targets names; None where it names none, or the loss asks for more than one."""
    exclusive = trace.network.paired_loss.single_label
    if not exclusive or sorted(map(float, y)) != [0.0] * (len(y) - 1) + [1.0]:
        return None
    return int(np.argmax([float(v) for v in y]))


def named_label(trace: Record, label: int) -> str:
    """``label 2 (virginica)``; ``label 2`` where the class has no other name."""
    classes = trace.network.classes
    name = f" ({classes[label]})" if classes and classes[label] != str(label) else ""
    return f"label {label}{name}"


def _these(kind: str, which: Sequence[str]) -> str:
    """``sample 0 is``, ``samples 0, 2 are``; of many, the first few."""
    first = ", ".join(which[:8]) + (", …" if len(which) > 8 else "")
    return f"{kind} {first} is" if len(which) == 1 else f"{kind}s {first} are"


def _put_in(replaced: Mapping[str, Any]) -> str:
    """What a `what_if` put in, by name."""
    return ", ".join(
        f"{name} = {numeral(new) if np.ndim(new) == 0 else _row(np.ravel(new))}"
        for name, new in replaced.items()
    )


def held_sentence(trace: Record, name: str) -> str:
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
