"""A program that is being written: what it is written for, what is there so far, and who has which name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.errors import InputError, LanguageError
from chainrule.expressions import Name, Symbol, check_local
from chainrule.parts.contract import Array, Part
from chainrule.parts.misnamed import is_ours
from chainrule.program.names import OWN
from chainrule.program.plan import Arrays, Plan
from chainrule.program.program import LeafKind, Quantity, Section


class Builder:
    """What is there so far; rules add to it through their namespaces.

    Parameters
    ----------
    plan : what the program is written for
    arrays : a network's, as examples

    Attributes
    ----------
    values : for each name a symbol, which carries an example
    samples : how many rows the examples have
    penalized : the parameters that the penalty weighs
    untrained : what comes before the first parameter: it has no gradient
    forms : other forms of quantities that don't come with chainrule, which are to be tried
    held : the quantities whose rules pass no gradient on; see `holding`
    """

    held: frozenset[str] = frozenset()

    def __init__(self, plan: Plan, arrays: Arrays) -> None:
        self.plan, self.arrays = plan, arrays
        self.names = plan.names.copy()
        self.parameters: Mapping[str, Array] = arrays.parameters
        self.quantities: dict[str, Quantity] = {}
        self.values: dict[str, Symbol] = {}
        self.leaves: dict[str, LeafKind] = {}
        self.state: dict[str, tuple[str, str]] = {}
        self.scalars: dict[str, tuple[str, str]] = {}
        self.noise: dict[str, tuple[str, int]] = {}
        self.penalized: list[str] = [] if plan.penalty is None or plan.loss is None else list(plan.weights)
        self.untrained: set[str] = set()
        self.forms: list[tuple[str, str]] = []
        # Two samples stand for any number of them; random, so that no rule meets a special value.
        self.rng = np.random.default_rng(0)
        self.samples = 2 * (1 if plan.loss is None else plan.loss.group)

    def leaf(self, name: str, kind: LeafKind, value: Any) -> None:
        """Add what comes from outside, with an example of it."""
        self.leaves[name] = kind
        self.values[name] = Symbol(Name(name, scalar=kind == "scalar"), value)

    def number(self, role: str, part: Part, local: str, value: float, name: str) -> str:
        """Add a setting of a part as a number from outside; gives its name."""
        owner = f"the setting {local} of {part}"
        check_local(local, owner)
        if local in OWN:
            raise InputError(
                f"{part}: a setting can't be called {local}, which the step has already: rename the field."
            )
        self.scalars[self.names.claim(name, owner)] = role, local
        self.leaf(name, "scalar", value)
        return name

    def define(
        self,
        name: str,
        local: str,
        value: Symbol,
        section: Section,
        part: Part,
        place: int = -1,
        parameter: str = "",
        owner: str = "",
    ) -> str:
        """Add a quantity; gives its name."""
        if name in OWN and name in self.quantities:
            raise InputError(f"{part} states q.{local} twice: give one of them another name.")
        if name not in OWN:
            self._leave_gradients(name, owner, section)
            self.names.claim(name, owner, between=place >= 0)
        self.quantities[name] = Quantity(name, local, value.expr, section, part, place, parameter=parameter)
        scalar = value.expr.scalar
        self.values[name] = Symbol(Name(name, scalar, computed=scalar), value.value)
        return name

    def _leave_gradients(self, name: str, owner: str, section: Section) -> None:
        """What is stated before the gradients must leave them their names."""
        if section in ("forward", "loss") and f"d{name}" in self.quantities:
            raise InputError(
                f"d{name} is {self.names.owner(f'd{name}')}, and would be the gradient of {owner}: give one of them "
                "another name."
            )

    def replace_rule(self, name: str, value: Symbol, note: str) -> None:
        """Take another rule for a quantity, which gives the same: the first one stays its textbook form."""
        known = self.quantities[name]
        self.quantities[name] = replace(known, rule=value.expr, textbook_form=known.rule, note=note)

    def passed(self, name: str, gradient: Symbol) -> Symbol:
        """What of a quantity's gradient passes on through its rule: all of it, unless it is held."""
        return gradient

    def textbook(self, name: str, value: Any, local: str, part: Part) -> None:
        """Add another form of a quantity, which must give the same numbers."""
        known = self.quantities[name]
        if not isinstance(value, Symbol):
            raise LanguageError(
                f"{part}: q.also({local}={value!r}) is not made from quantities of the network."
            )
        self.quantities[name] = replace(known, textbook_form=value.expr)
        if not (is_ours(type(part)) and is_ours(type(known.part))):
            self.forms.append((name, f"{part}: another form of q.{local}"))
