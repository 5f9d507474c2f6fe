"""One number, derived: a tree from an entry of a quantity down to inputs and parameters.

Beside every gradient of the loss stands a central difference: the program's own forward rules, run with that
entry nudged a little up and down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.expressions import Name
from chainrule.model.record import Record
from chainrule.notation.formula import display, entry_text
from chainrule.notation.numerals import numeral
from chainrule.utils import checks
from chainrule.walkthrough.derivation import Derivation
from chainrule.walkthrough.gradient_check import GradientCheck, check_gradient
from chainrule.walkthrough.rounding import DUST, Rounding
from chainrule.writers.boxes import wrap

Index = tuple[int, ...]
KINDS = {
    "input": "input", "target": "target", "weight": "the sample's weight", "noise": "drawn by chance",
    "parameter": "parameter", "constant": "constant", "memory": "the layer's memory",
    "state": "the optimizer's memory", "scalar": "setting", "held": "0 where what_if holds it, otherwise 1",
}  # fmt: skip


@dataclass(frozen=True, repr=False)
class Why:
    """A derivation. ``str`` is a tree in plain text.

    Parameters
    ----------
    entry : e.g. ``"dW1[0, 1]"``
    value : the number
    formula, numbers : the rule for this entry, by names and with numbers put in; empty for what is given
    kind : for what comes from outside, what it is; for a told entry, that it stands above
    nudge : for a gradient
    parts : the entries it is made of, derived likewise
    note : what rounding has to do with it
    """

    entry: str
    value: float
    formula: str
    numbers: str
    kind: str
    nudge: GradientCheck | None
    parts: tuple[Why, ...]
    note: str = ""

    def to_text(self, *, width: int = 80, ascii: bool = False) -> str:
        """The tree as plain text."""
        from chainrule.writers.text import plain

        lines = _tree(self, width)
        if self.nudge is not None:
            lines += ["", *_nudge_lines(self.nudge, width)]
        text = "\n".join(line.rstrip() for line in lines)
        return plain(text) if checks.truth(ascii, "ascii") else text

    def to_dict(self) -> dict[str, Any]:
        """The tree as plain data, ready for JSON."""
        found: dict[str, Any] = {"entry": self.entry, "value": _strict(self.value)}
        for key in ("formula", "numbers", "kind", "note"):
            if text := getattr(self, key):
                found[key] = text
        if self.nudge is not None:
            nudge = {k: _strict(v) if isinstance(v, float) else v for k, v in vars(self.nudge).items()}
            found["nudge"] = nudge
        found["parts"] = [part.to_dict() for part in self.parts]
        return found

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return str(self)  # in a console the tree shows itself


def why(trace: Record, entry: str, depth: int | None = None) -> Why:
    """Derive one number; see `Trace.why`."""
    name, index = trace.locate(entry)
    shape = np.shape(trace.results[name])
    if index is None:
        if np.size(trace.results[name]) != 1:
            example = entry_text(name, (0,) * len(shape))
            raise InputError(
                f"{name} has {np.size(trace.results[name])} entries: name one of them, such as {example}."
            )
        index = (0,) * len(shape)
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int) or depth < 0):
        raise InputError(f"depth = {depth!r}: it is a whole number of at least 0.")
    return _Derivations(trace, name).tell(name, index, depth)


class _Derivations:
    """Tells entries, each once, of the quantity asked for and of what it needs."""

    def __init__(self, trace: Record, asked: str) -> None:
        self.trace, self.asked = trace, asked
        self.told: set[tuple[str, Index]] = set()
        self.derivation = Derivation(trace)

    @cached_property
    def rounding(self) -> Rounding:
        return Rounding(self.trace, self.trace.program.needed([self.asked]))

    def tell(self, name: str, index: Index, depth: int | None) -> Why:
        value = self.trace.results[name]
        number = float(value[index] if np.ndim(value) else value)
        entry = entry_text(display(name), index)
        quantity = self.trace.program.quantities.get(name)
        if self.trace.put_in(name, index):
            self.told.add((name, index))
            return Why(entry, number, "", "", "put in by what_if", None, ())
        if quantity is None:
            self.told.add((name, index))
            return Why(entry, number, "", "", KINDS[self.trace.program.leaves[name]], None, ())
        if (name, index) in self.told:
            return Why(entry, number, "", "", "told above", None, ())
        self.told.add((name, index))
        expr = self.derivation.rule(quantity, index)
        shown, operands = self.derivation.names(expr)
        parts: tuple[Why, ...] = ()
        if depth is None or depth > 0:
            deeper = None if depth is None else depth - 1
            given = self.trace.program.leaves
            fresh = [n for n in operands if n.name not in given or (n.name, n.index) not in self.told]
            parts = tuple(self.tell(n.name, n.index or (), deeper) for n in fresh)
        numbers = "" if isinstance(expr, Name) else self.derivation.numbers(expr)
        note = self._note(name, index, shown)
        return Why(entry, number, shown, numbers, "", check_gradient(self.trace, name, index), parts, note)

    def _note(self, name: str, index: Index, shown: str) -> str:
        """Whether an entry is 0 but for rounding, or a comparison in its rule is decided by rounding."""
        dust = [DUST] if self.rounding.dust(name)[index] else []
        decided = [choice for choice in self.rounding.choices(name) if choice in shown]
        return "; ".join([*dust, *(f"{choice} is decided by rounding" for choice in decided)])


# --- as text ----------------------------------------------------------------------------------------------


def _tree(root: Why, width: int) -> list[str]:
    lines = _told(root, "", "  ", width)

    def add(parts: Sequence[Why], indent: str) -> None:
        for i, part in enumerate(parts):
            last = i == len(parts) - 1
            deeper = indent + ("   " if last else "│  ")
            lines.extend(
                _told(
                    part,
                    indent + ("└─ " if last else "├─ "),
                    deeper + ("│  " if part.parts else "   "),
                    width,
                )
            )
            add(part.parts, deeper)

    add(root.parts, "  ")
    return lines


def _told(part: Why, lead: str, indent: str, width: int) -> list[str]:
    """An entry with its remark, and below it its rule."""
    text = f"{lead}{part.entry} = {numeral(part.value)}"
    remark = part.kind
    if part.nudge is not None and lead:
        remark = f"nudge {numeral(part.nudge.slope)}, {part.nudge.verdict()}"
    both = "; ".join(filter(None, [part.note, remark]))
    fits = len(text) + 2 + len(both) <= width
    remark = both if fits else remark
    below = [] if fits or not part.note else wrap(part.note, max(width - len(indent), 24), "")
    if remark:
        room = width - len(remark)
        text = text.ljust(room) + remark if len(text) + 2 <= room else f"{text}  {remark}"
    return [text, *(indent + line for line in below), *_rule(part, indent, width)]


def _rule(part: Why, indent: str, width: int) -> list[str]:
    if not part.formula:
        return []
    both = f"= {part.formula} = {part.numbers}" if part.numbers else f"= {part.formula}"
    if len(indent) + len(both) <= width:
        return [indent + both]
    found: list[str] = []
    for text in (part.formula, part.numbers):
        if text:
            room = max(width - len(indent), 24)
            found += wrap(f"= {text}", room, "    ")
    return [indent + line for line in found]


def _nudge_lines(nudge: GradientCheck, width: int) -> list[str]:
    step = f"{nudge.step:.10f}".rstrip("0")
    double = f"{2 * nudge.step:.10f}".rstrip("0")
    difference = f"({nudge.above:.11f} - {nudge.below:.11f}) / {double} = {numeral(nudge.slope)}"
    lines = wrap(f"{difference}   {nudge.verdict()}", width - 2)
    return [f"nudge {nudge.entry} by ±{step}:", *(f"  {line}" for line in lines)]


def _strict(value: float) -> float | str:
    return value if np.isfinite(value) else str(value)
