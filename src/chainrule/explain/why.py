"""One number, derived: a tree from an entry of a quantity down to inputs and parameters.

Beside every gradient of the loss stands a difference: the program's own forward rules, run with that entry nudged a
little up and down.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.explain.numbering import by_name
from chainrule.explain.page import Page
from chainrule.explain.relation import entry_relation
from chainrule.expressions import Expr, Name, names
from chainrule.model.record import Record
from chainrule.notation import entry_text
from chainrule.utils import checks
from chainrule.utils.lazy import cached
from chainrule.walkthrough.derivation import Derivation
from chainrule.walkthrough.derived_entry import DerivedEntry
from chainrule.walkthrough.gradient_check import GradientChecks
from chainrule.walkthrough.lines import KINDS
from chainrule.walkthrough.rounding import DUST, Rounding
from chainrule.walkthrough.told_form import told_form

Index = tuple[int, ...]
ENTRIES = 40  # that are told where no depth is asked for: about two screens


@dataclass(frozen=True, repr=False)
class Why(Page, DerivedEntry):
    """A derivation. ``str`` is a tree in plain text; its fields are those of `DerivedEntry`."""

    parts: tuple[Why, ...] = ()

    def to_text(self, *, width: int = 80, ascii: bool = False) -> str:
        """The tree as plain text."""
        from chainrule.writers.trees.text import write_text

        return write_text(self, checks.width(width), checks.truth(ascii, "ascii"))

    def to_markdown(self) -> str:
        """The tree as nested lists in Markdown, its formulas in LaTeX."""
        from chainrule.writers.trees.markdown import write_markdown

        return write_markdown(self)

    def to_latex(self, *, document: bool = False) -> str:
        """The tree in LaTeX: a fragment to paste (it needs amsmath), or a document that compiles."""
        from chainrule.writers.trees.latex import write_latex

        return write_latex(self, checks.truth(document, "document"))

    def to_html(self, *, document: bool = True) -> str:
        """The tree in HTML, to fold and unfold, its formulas as MathML: a whole page, or a part of one."""
        from chainrule.writers.trees.html import write_html

        return write_html(self, checks.truth(document, "document"))

    def to_dict(self) -> dict[str, Any]:
        """The tree as plain data, ready for JSON."""
        from chainrule.writers.json import tree_as_dict

        return tree_as_dict(self)

    @staticmethod
    def schema() -> dict[str, Any]:
        """What `to_dict` gives, field by field: a JSON Schema of draft 2020-12."""
        from chainrule.writers.schema import schema

        return schema("why")


def why(trace: Record, entry: str, depth: int | None = None) -> Why:
    """Derive one number; see `Trace.why`."""
    name, index = trace.locate(by_name(trace, entry))
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
        self.rules: dict[tuple[str, Index], tuple[Expr, list[Name]]] = {}

    @cached
    def rounding(self) -> Rounding:
        program = self.trace.program
        forms = (told_form(q, self.trace.results) for q in program.needed([self.asked]))
        return Rounding(
            self.trace, program.needed([self.asked, *(n.name for form in forms for n in names(form))])
        )

    def fitting(self, name: str, index: Index) -> tuple[int, bool]:
        """How many levels down a derivation stays short enough to be read, and whether that is all of it."""
        seen, level = {(name, index)}, [(name, index)]
        for depth in count():
            below = {(n.name, n.index or ()) for entry in level for n in self._rule(*entry)[1]} - seen
            if not below or len(seen) + len(below) > ENTRIES:
                return depth, not below
            seen |= below
            level = sorted(below)
        raise AssertionError("an entry is made of itself")

    def _rule(self, name: str, index: Index) -> tuple[Expr | None, list[Name]]:
        """The rule of an entry, and the entries that are told below it; none for what is given."""
        if (name, index) not in self.rules:
            quantity = self.trace.program.quantities.get(name)
            if quantity is None or self.trace.put_in(name, index):
                return None, []
            rule = self.derivation.rule(quantity, index)
            self.rules[name, index] = rule, self.derivation.entries(rule)
        return self.rules[name, index]

    def tell(self, name: str, index: Index, depth: int) -> Why:
        """An entry, and as many levels below it."""
        value = self.trace.results[name]
        told = Why(self.trace, name, index, float(value[index] if np.ndim(value) else value))
        kind = self._kind(name, index)
        self.told.add((name, index))
        if kind:
            return replace(told, kind=kind)
        rule, operands = self._rule(name, index)
        assert rule is not None
        parts: tuple[Why, ...] = ()
        if depth > 0:
            given = self.trace.program.leaves
            fresh = [n for n in operands if n.name not in given or (n.name, n.index) not in self.told]
            parts = tuple(self.tell(n.name, n.index or (), depth - 1) for n in fresh)
        told = replace(told, rule=rule, nudge=self.checks.of(name, index), parts=parts)
        if told.counts:
            told = replace(told, relation=entry_relation(rule, self.trace.results, told.value, False))
        return replace(told, note=self._note(told))

    def _kind(self, name: str, index: Index) -> str:
        """Why an entry is not derived: what it is, where it comes from outside, or that it stands above; else empty."""
        if self.trace.put_in(name, index):
            return "put in by what_if"
        if name not in self.trace.program.quantities:
            return KINDS[self.trace.program.leaves[name]]
        return "told above" if (name, index) in self.told else ""

    def _note(self, told: Why) -> str:
        """Whether an entry is 0 but for rounding, or a comparison in its rule is decided by rounding."""
        dust = [DUST] if self.rounding.dust(told.name)[told.index] else []
        choices = self.rounding.choices(told.name)
        decided = [choice for choice in choices if choice in told.formula]
        return "; ".join([*dust, *(f"{choice} is decided by rounding" for choice in decided)])
