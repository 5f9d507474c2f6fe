"""The sentences of a walk-through: its heading, and what is said beside the lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from chainrule.model.record import Record
from chainrule.notation import HARD_SPACE, display, entry_text, numeral, setting_numeral
from chainrule.walkthrough.lines import SMALL
from chainrule.walkthrough.rounding import DUST, Rounding


class Remarks:
    """The sentences about one record.

    Parameters
    ----------
    trace : what is explained
    values : every quantity's value as it is shown
    digits : for what is counted by hand
    """

    def __init__(self, trace: Record, values: Mapping[str, Any], digits: int | None) -> None:
        self.trace, self.values, self.digits = trace, values, digits

    def heading(self) -> list[str]:
        """The lines at the top."""
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
            first = next((n for n in self.trace.program.leaves if f"d{n}" in self.values), "W1")
            lines.append(f"d{first} is short for ∂L/∂{first}: how fast L grows as {first} grows.")
        return lines

    def _samples_line(self) -> str:
        trace = self.trace
        data, y = self.values[self.trace.program.data], self.values.get("y")
        if trace.samples > 1:
            group = trace.network.paired_loss.group
            rows = f"{trace.samples} samples, one a row" + (f", in groups of {group}" if group > 1 else "")
            return (
                f"{rows}; every gradient is the mean over {'the groups' if group > 1 else 'them'}: "
                f"the 1/{trace.samples // group} enters once, at d{self.trace.program.output}."
                if y is not None
                else f"{rows}."
            )
        text = f"one sample  {self.trace.program.data} = {_row(data[0])}"
        if y is not None:
            label = self._label(y[0])
            long = label and len(y[0]) > SMALL
            text += f"   {label}y = " + (
                f"1 at class {int(y[0].argmax())}, otherwise 0" if long else _row(y[0])
            )
        return text

    def _label(self, y: Any) -> str:
        classes = self.trace.network.classes
        exclusive = self.trace.network.paired_loss.single_label
        if not exclusive or sorted(map(float, y)) != [0.0] * (len(y) - 1) + [1.0]:
            return ""
        label = int(np.argmax([float(v) for v in y]))
        if classes and classes[label] != str(label):
            name = f" ({classes[label]})"
        else:
            name = f" (classes 0 to {len(y) - 1})" if len(y) > 2 else " (classes 0, 1)"
        return f"label {label}{name}   "

    def predictions(self, rounding: Rounding | None) -> Iterator[str]:
        """Which answers are right, for a batch of labelled samples."""
        y, a = self.trace.results["y"], self.trace.results[self.trace.program.output]
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
        if rounding is not None:
            close = np.flatnonzero(rounding.close_rows(answers))
            text += f"; decided by rounding: {_first(close)}" if len(close) else ""
        yield text

    def after(self, after: Record) -> Iterator[str]:
        """What the same samples give after the update."""
        samples = self.trace.samples
        what = "The same sample now gives" if samples == 1 else f"The same {samples} samples now give"
        exactly = ", counted exactly" if self.digits is not None else ""
        held = f", both with {_put_in(after.replaced)}" if after.replaced else ""
        dust = f", {DUST}" if Rounding(after, after.program.needed(["L"])).dust("L") else ""
        yield f"{what} L = {numeral(after.loss)}{dust} (was {numeral(self.trace.loss)}){exactly}{held}."
        y, output = self.trace.results["y"], self.trace.program.output
        if samples == 1 and self._label(y[0]):
            label = int(y[0].argmax())
            new, old = after.results[output][0, label], self.trace.results[output][0, label]
            yield f"The right class, {label}, gets {output}[0, {label}] = {numeral(new)} (was {numeral(old)})."

    def held(self) -> Iterator[str]:
        """The same of a term of the loss, whose gradient has no line of its own."""
        for name in (leaf[5:] for leaf, kind in self.trace.program.leaves.items() if kind == "held"):
            if f"d{name}_passed" not in self.trace.program.quantities:
                yield f"{held_sentence(self.trace, name)}."


def _first(samples: Any) -> str:
    """The numbers of the first few samples."""
    return ", ".join(map(str, samples[:8])) + (", …" if len(samples) > 8 else "")


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
