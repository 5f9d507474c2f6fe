"""One entry of a quantity, derived: its rule, its gradient check, and the entries that it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chainrule.expressions import Expr, Name, operands_first
from chainrule.model.record import Record
from chainrule.notation import display, entry_text
from chainrule.walkthrough.gradient_check import GradientCheck
from chainrule.walkthrough.substitution import plain_numbers


@dataclass(frozen=True, repr=False)
class DerivedEntry:
    """A node in the tree of a derivation.

    Parameters
    ----------
    record : the step that the numbers are from
    name, index : which entry of which quantity; the index of a single number is ()
    value : the number
    kind : for what comes from outside, what it is; for a told entry, that it stands above
    rule : what it is computed by, of entries; None for what is given and what stands above
    relation : whether the printed numbers of the rule give the printed value, "=", or not quite, "≈"
    nudge : for a gradient
    note : what rounding has to do with it
    parts : the entries it is made of, derived likewise
    cut : of the entry asked for, how many levels were told, where there are more; else None
    """

    record: Record
    name: str
    index: tuple[int, ...]
    value: float
    kind: str = ""
    rule: Expr | None = None
    relation: str = "="
    nudge: GradientCheck | None = None
    note: str = ""
    parts: Sequence[DerivedEntry] = ()
    cut: int | None = None

    @property
    def entry(self) -> str:
        """Its name in plain text, e.g. ``"dW1[0, 1]"``."""
        return entry_text(display(self.name), self.index)

    @property
    def formula(self) -> str:
        """The rule by names, in plain text; empty where there is none."""
        return "" if self.rule is None else plain_numbers(self.record.results).names(self.rule)

    @property
    def numbers(self) -> str:
        """The rule with numbers put in, in plain text; empty where that would only be the value."""
        return plain_numbers(self.record.results).entry(self.rule) if self.rule and self.counts else ""

    @property
    def counts(self) -> bool:
        """Whether the rule computes, and does not only name another entry."""
        return self.rule is not None and not isinstance(self.rule, Name)

    def __getstate__(self) -> dict[str, Any]:
        inner = [] if self.rule is None else operands_first([self.rule])  # long chains without recursion
        return {"nodes": inner, **self.__dict__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({name: value for name, value in state.items() if name != "nodes"})
