"""One entry of a quantity, derived: its rule, its gradient check, and the entries that it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.walkthrough.gradient_check import GradientCheck


@dataclass(frozen=True, repr=False)
class DerivedEntry:
    """A node in the tree of a derivation.

    Parameters
    ----------
    entry : e.g. ``"dW1[0, 1]"``
    value : the number
    formula, numbers : the rule for this entry, by names and with numbers put in; empty for what is given
    kind : for what comes from outside, what it is; for a told entry, that it stands above
    nudge : for a gradient
    parts : the entries it is made of, derived likewise
    note : what rounding has to do with it
    relation : whether the printed numbers give the printed value, "=", or not quite, "≈"
    cut : of the entry asked for, how many levels were told, where there are more; else None
    """

    entry: str
    value: float
    formula: str
    numbers: str
    kind: str
    nudge: GradientCheck | None
    parts: Sequence[DerivedEntry]
    note: str = ""
    relation: str = "="
    cut: int | None = None
