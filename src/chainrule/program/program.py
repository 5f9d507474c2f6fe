"""The program of a training step: its quantities in the order in which they are computed.

It does not depend on the size of the batch: `m` is a scalar like any other. Everything the user meets reads a
program; `write` writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from chainrule.expressions import Expr, evaluate, names, operands_first
from chainrule.parts.contract import Optimizer, Part
from chainrule.program.plan import Plan

Section = Literal["forward", "loss", "backward", "update"]
LeafKind = Literal[
    "input", "target", "weight", "noise", "parameter", "constant", "buffer", "state", "scalar", "held"
]


@dataclass(frozen=True, eq=False)
class Quantity:
    """A named quantity and the rule that computes it.

    Parameters
    ----------
    name, local : its name in the network (``z2``) and in its part (``z``)
    rule : what is computed
    section : the part of the step it belongs to
    part, place : the part that stated it, and the place of that part in the network (-1 for loss, optimizer)
    textbook_form : another form, equal to the rule, where the textbook starts; see `Scope.also`
    parameter : for quantities of an update or a penalty, the parameter that they belong to
    note : why it is what it is in this network, where that is not in its part's own `notes`
    """

    name: str
    local: str
    rule: Expr
    section: Section
    part: Part
    place: int
    textbook_form: Expr | None = None
    parameter: str = ""
    note: str = ""

    @property
    def by_chain_rule(self) -> bool:
        """Whether the other form of it, where it has one, is the chain rule's, of which its rule is what is left."""
        return self.section == "backward" and self.local[0] == "d"

    def form(self, textbook: bool) -> Expr:
        """The rule, or the textbook's form of it where that is asked for and there is one."""
        return self.textbook_form if textbook and self.textbook_form is not None else self.rule


@dataclass(frozen=True, eq=False, repr=False)
class Program:
    """A step as a straight line of quantities.

    Parameters
    ----------
    quantities : by name, in the order of computing
    leaves : what comes from outside, by name, and of which kind
    state : for each leaf that an optimizer remembers, its local name and its parameter
    scalars : for each hyper-parameter, the role of its part (`Optimizer.roles`) and its name in it
    noise : for each leaf that chance brings, how it is spread, and the entries of a row
    gradients : for each parameter that is trained, the name of the gradient that moves it
    data : the name of the input, ``"x"`` or, where a network scales its inputs, ``"x_raw"``
    output : the name of the network's output, e.g. ``"a2"``
    plan : what it was written for, so that it can be written again with quantities held
    prepared : the name of the input as the layers with weights get it; ``data``, where nothing prepares it
    """

    quantities: Mapping[str, Quantity]
    leaves: Mapping[str, LeafKind]
    state: Mapping[str, tuple[str, str]]
    scalars: Mapping[str, tuple[str, str]]
    noise: Mapping[str, tuple[str, int]]
    gradients: Mapping[str, str]
    data: str
    output: str
    plan: Plan
    prepared: str

    def __getstate__(self) -> dict[str, Any]:
        forms = [
            form for quantity in self.quantities.values() for form in (quantity.rule, quantity.textbook_form)
        ]
        return {"nodes": operands_first(form for form in forms if form is not None), **self.__dict__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({name: value for name, value in state.items() if name != "nodes"})

    def names(self) -> list[str]:
        """All names: what comes from outside, then the quantities."""
        return [*self.leaves, *self.quantities]

    def needed(self, targets: Iterable[str]) -> list[Quantity]:
        """The quantities that the targets need, in order: what a run that only trains computes."""
        wanted = set(targets)
        found = []
        for quantity in reversed(list(self.quantities.values())):
            if quantity.name in wanted:
                found.append(quantity)
                wanted.update(name.name for name in names(quantity.rule))
        return found[::-1]

    @property
    def preparation(self) -> list[Quantity]:
        """The lines that prepare the input, in double precision in every network."""
        return self.needed([self.prepared])

    def update_of(self, parameter: str) -> list[Quantity]:
        """The lines that move a parameter."""
        return [q for q in of_section(self.quantities.values(), "update") if q.parameter == parameter]

    def numbers(self, optimizer: Optimizer) -> dict[str, float]:
        """The optimizer's hyper-parameters and the count of the next step, by their names in the program."""
        given = {role: part.scalars() for role, part in optimizer.roles().items()}
        return {
            **{name: given[role][local] for name, (role, local) in self.scalars.items()},
            "t": optimizer.t + 1,
        }

    @property
    def shared(self) -> list[Quantity]:
        """The numbers of an update that all parameters share, such as a learning rate that changes."""
        return self.update_of("")

    @property
    def buffers(self) -> dict[str, str]:
        """For each leaf that a layer remembers, the quantity that a training step leaves there."""
        new = {name: f"{name}_new" for name, kind in self.leaves.items() if kind == "buffer"}
        return {name: quantity for name, quantity in new.items() if quantity in self.quantities}

    def run(
        self,
        leaves: Mapping[str, Any],
        replace: Mapping[str, Callable[[Any], Any]] | None = None,
        quantities: Iterable[Quantity] | None = None,
        textbook: bool = False,
    ) -> dict[str, Any]:
        """Compute every quantity and keep it.

        Parameters
        ----------
        leaves : the value of everything that comes from outside
        replace : for a name, a function from its value to the one that is put in its place
        quantities : which ones, in order; all unless given
        textbook : compute by the other form of a quantity, where it has one

        Returns
        -------
        every value by name, leaves included
        """
        replace = replace or {}
        env = {name: replace[name](value) if name in replace else value for name, value in leaves.items()}
        with np.errstate(all="ignore"):
            for quantity in self.quantities.values() if quantities is None else quantities:
                value = evaluate(quantity.form(textbook), env)
                env[quantity.name] = replace[quantity.name](value) if quantity.name in replace else value
        return env


def of_section(quantities: Iterable[Quantity], section: str) -> Iterator[Quantity]:
    """The quantities of one section."""
    return (quantity for quantity in quantities if quantity.section == section)
