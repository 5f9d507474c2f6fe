"""One number, derived: a tree from an entry of a quantity down to inputs and parameters.

Beside every gradient of the loss stands a difference: the program's own forward rules, run with that entry nudged a
little up and down.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.explain.relation import entry_relation
from chainrule.expressions import Const, Expr, Name
from chainrule.model.record import Record
from chainrule.notation import display, entry_text
from chainrule.utils import checks
from chainrule.walkthrough.derivation import Derivation
from chainrule.walkthrough.derived_entry import DerivedEntry
from chainrule.walkthrough.gradient_check import GradientChecks
from chainrule.walkthrough.lines import KINDS
from chainrule.walkthrough.rounding import DUST, Rounding

Index = tuple[int, ...]
ENTRIES = 40  # that are told where no depth is asked for: about two screens


@dataclass(frozen=True, repr=False)
class Why(DerivedEntry):
    """A derivation. ``str`` is a tree in plain text; its fields are those of `DerivedEntry`."""

    parts: tuple[Why, ...]

    def to_text(self, *, width: int = 80, ascii: bool = False) -> str:
        """The tree as plain text."""
        from chainrule.writers.tree import write_tree

        return write_tree(self, width, checks.truth(ascii, "ascii"))

    def to_dict(self) -> dict[str, Any]:
        """The tree as plain data, ready for JSON."""
        found: dict[str, Any] = {"entry": self.entry, "value": _strict(self.value)}
        for key in ("formula", "numbers", "kind", "note"):
            if text := getattr(self, key):
                found[key] = text
        if self.cut is not None:
            found["cut"] = self.cut
        if self.numbers:
            found["relation"] = self.relation
        if self.nudge is not None:
            found["nudge"] = self.nudge.to_dict()
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
    derivations = _Derivations(trace, name)
    fits, whole = derivations.fitting(name, index) if depth is None else (depth, True)
    told = derivations.tell(name, index, fits)
    return told if whole else replace(told, cut=fits)


class _Derivations:
    """Tells entries, each once, of the quantity asked for and of what it needs."""

    def __init__(self, trace: Record, asked: str) -> None:
        self.trace, self.asked = trace, asked
        self.told: set[tuple[str, Index]] = set()
        self.derivation, self.checks = Derivation(trace), GradientChecks(trace)
        self.rules: dict[tuple[str, Index], tuple[Expr, str, list[Name]]] = {}

    @cached_property
    def rounding(self) -> Rounding:
        return Rounding(self.trace, self.trace.program.needed([self.asked]))

    def fitting(self, name: str, index: Index) -> tuple[int, bool]:
        """How many levels down a derivation stays short enough to be read, and whether that is all of it."""
        seen, level = {(name, index)}, [(name, index)]
        for depth in count():
            below = {(n.name, n.index or ()) for entry in level for n in self._rule(*entry)[2]} - seen
            if not below or len(seen) + len(below) > ENTRIES:
                return depth, not below
            seen |= below
            level = sorted(below)
        raise AssertionError("an entry is made of itself")

    def _rule(self, name: str, index: Index) -> tuple[Expr, str, list[Name]]:
        """The rule of an entry, as it is written, and the entries that are told below it; none for what is given."""
        if (name, index) not in self.rules:
            quantity = self.trace.program.quantities.get(name)
            if quantity is None or self.trace.put_in(name, index):
                return Const(0.0), "", []
            expr = self.derivation.rule(quantity, index)
            self.rules[name, index] = expr, *self.derivation.names(expr)
        return self.rules[name, index]

    def tell(self, name: str, index: Index, depth: int) -> Why:
        """An entry, and as many levels below it."""
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
        expr, shown, operands = self._rule(name, index)
        parts: tuple[Why, ...] = ()
        if depth > 0:
            given = self.trace.program.leaves
            fresh = [n for n in operands if n.name not in given or (n.name, n.index) not in self.told]
            parts = tuple(self.tell(n.name, n.index or (), depth - 1) for n in fresh)
        numbers, relation = "", "="
        if not isinstance(expr, Name):
            numbers = self.derivation.numbers(expr)
            relation = entry_relation(expr, self.trace.results, number, False)
        note, nudge = self._note(name, index, shown), self.checks.of(name, index)
        return Why(entry, number, shown, numbers, "", nudge, parts, note, relation)

    def _note(self, name: str, index: Index, shown: str) -> str:
        """Whether an entry is 0 but for rounding, or a comparison in its rule is decided by rounding."""
        dust = [DUST] if self.rounding.dust(name)[index] else []
        decided = [choice for choice in self.rounding.choices(name) if choice in shown]
        return "; ".join([*dust, *(f"{choice} is decided by rounding" for choice in decided)])


def _strict(value: float) -> float | str:
    return value if np.isfinite(value) else str(value)
