"""A trace in a page: every quantity with its shape, its rule and what it holds."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.model.record import Record
from chainrule.notation import display, formula, numeral
from chainrule.parts.contract import Activation
from chainrule.program.program import Quantity, of_section
from chainrule.utils.columns import aligned, cut
from chainrule.walkthrough.rounding import DUST, Rounding

WHOLE = 10  # entries up to which all are shown
BARS = "▁▂▃▄▅▆▇█"
BINS = 10


def summary(trace: Record) -> str:
    """The page that ``print(trace)`` shows."""
    if trace.base is not None:
        return _changes(trace)
    lines = [repr(trace)]
    rounding = Rounding(trace)
    rows: list[tuple[str, str, str, str, str]] = []
    for section in ("forward", "loss", "backward", "update"):
        for i, quantity in enumerate(of_section(trace.program.quantities.values(), section)):
            value = trace.results[quantity.name]
            rule = formula(quantity.rule)
            rows.append(
                (section if i == 0 else "", display(quantity.name), str(np.shape(value)),
                 cut(rule, 28),
                 " ".join([*_holds(trace, quantity, value), *_dust(rounding, quantity.name)]))
            )  # fmt: skip
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for row in rows:
        lines.append(
            "  " + "  ".join(cell.ljust(w) for cell, w in zip(row, [*widths, 0], strict=True)).rstrip()
        )
    if "dW1" in trace.results:
        lines.append('  next: trace.explain("dW1")  trace.why("dW1[0, 1]")  trace.explain()')
    return "\n".join(lines)


def _dust(rounding: Rounding, name: str) -> list[str]:
    count = int(rounding.dust(name).sum())
    return [f"  {count} {'is' if count == 1 else 'are'} {DUST}"] if count else []


def _holds(trace: Record, quantity: Quantity, value: Any) -> list[str]:
    parts = [describe(value)]
    if isinstance(quantity.part, Activation) and quantity.section == "forward" and quantity.local == "a":
        off = int(np.count_nonzero(np.asarray(value) == 0))
        if off:
            parts.append(f"  {off} of {np.size(value)} off")
    if quantity.local == "w_new":
        old = trace.results[quantity.parameter]
        size = float(np.linalg.norm(old))
        if size > 0:
            parts.append(f"  change/size {float(np.linalg.norm(value - old)) / size:.1e}")
    return parts


def describe(value: Any) -> str:
    """What an array holds, in a line: its numbers if they are few, else a picture of how they lie.

    >>> describe(np.array([0.5, -0.25]))
    '[0.5, -0.25]'
    """
    array = np.asarray(value, dtype=np.float64)
    if array.ndim == 0:
        return numeral(array)
    bad = array.size - int(np.isfinite(array).sum())
    if array.size <= WHOLE:
        return _nested(array)
    finite = array[np.isfinite(array)] + 0.0  # no -0
    if finite.size == 0 or np.ptp(finite) == 0:
        text = f"all {numeral(finite[0])}" if finite.size else ""
    else:
        counts, _ = np.histogram(finite, bins=BINS)
        bars = "".join(BARS[round(c / counts.max() * (len(BARS) - 1))] for c in counts)
        text = (
            f"{finite.min():.3g} {bars} {finite.max():.3g}  mean {finite.mean():.2g}  sd {finite.std():.2g}"
        )
    return f"{text}  NOT FINITE: {bad}" if bad else text


def _nested(array: Any) -> str:
    if array.ndim == 1:
        return "[" + ", ".join(numeral(v) for v in array) + "]"
    if len(array) == 1:
        return _nested(array[0])
    return "[" + ", ".join(_nested(row) for row in array) + "]"


def _changes(trace: Record) -> str:
    """For a `what_if`: what was put in, and what came out differently."""
    assert trace.base is not None
    put = ", ".join(f"{name} = {describe(new)}" for name, new in trace.replaced.items())
    lines = [f"What if {put}", f"  {trace!r}"]
    if "L" in trace.results:
        lines.append(f"  L was {numeral(trace.base.loss)}, and is {numeral(trace.loss)}.")
    if any(kind == "held" for kind in trace.program.leaves.values()):
        lines.append(
            f"  {', '.join(trace.held)} {'is' if len(trace.held) == 1 else 'are'} held: no gradient passes there."
        )
    changed = trace.changed()
    if not changed:
        lines.append("  Nothing changed.")
        return "\n".join(lines)
    values = {n: [describe(of.results[n]) for of in (trace.base, trace)] for n in changed}
    rows = [[display(name), "  →  ".join(both)] for name, both in values.items()]
    lines += [f"  {line}" for line in aligned(rows, left=True)]
    same = [n for n in trace.program.quantities if n not in changed and n in trace.base.results]
    if same:
        lines.append(f"  unchanged: {', '.join(display(n) for n in same)}")
    return "\n".join(lines)
