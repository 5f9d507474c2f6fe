"""The program of a training step: its quantities in the order in which they are computed.

It does not depend on the size of the batch: `m` is a scalar like any other. Everything the user meets reads a
program; `write` writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from chainrule.expressions import Expr, evaluate, names, operands_first
from chainrule.expressions.tape import Tape
from chainrule.parts.contract import Optimizer, Part, Penalty
from chainrule.program.plan import Plan

Section = Literal["forward", "loss", "backward", "update"]
LeafKind = Literal[
    "input", "target", "weight", "noise", "parameter", "constant", "buffer", "state", "scalar", "held"
]

PENALTY = "penalty"  # the role of a penalty's numbers


@dataclass(frozen=True, eq=False, repr=False)
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
    scalars : for each hyper-parameter, the role of its part (`Optimizer.roles`, or `PENALTY`) and its name in it
    noise : for each leaf that chance brings, how it is spread, and the entries of a row
    gradients : for each parameter that is trained, the name of the gradient that moves it
    data : the name of the input, ``"x"`` or, where a network scales its inputs, ``"x_raw"``
    target : the name of the targets as they come, ``"y"`` or, where a network scales them, ``"y_raw"``
    activation : the name of what the last layer gives, which the loss compares with y, e.g. ``"a2"``
    output : the name of what a prediction gives: the activation or, of scaled targets, ``"yhat"``
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
    target: str
    activation: str
    output: str
    plan: Plan
    prepared: str
    _tapes: dict[Any, Tape] = field(init=False, default_factory=dict)  # by what they are asked for

    def __getstate__(self) -> dict[str, Any]:
        forms = [
            form for quantity in self.quantities.values() for form in (quantity.rule, quantity.textbook_form)
        ]
        nodes = operands_first(form for form in forms if form is not None)
        return {"nodes": nodes, **self.__dict__, "_tapes": {}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({name: value for name, value in state.items() if name != "nodes"})

    def names(self) -> list[str]:
        """All names: what comes from outside, then the quantities."""
        return [*self.leaves, *self.quantities]

    def needed(self, targets: Iterable[str], given: Collection[str] = ()) -> list[Quantity]:
        """The quantities that the targets need, in order: what a run that only trains computes.

        Of what is given none is computed, nor what that alone needs.
        """
        wanted = set(targets)
        found = []
        for quantity in reversed(list(self.quantities.values())):
            if quantity.name in wanted and quantity.name not in given:
                found.append(quantity)
                wanted.update(name.name for name in names(quantity.rule))
        return found[::-1]

    @property
    def preparation(self) -> list[Quantity]:
        """The lines that prepare the input, in double precision in every network."""
        return self.needed([self.prepared])

    @property
    def scaling_of_targets(self) -> list[Quantity]:
        """The lines that scale targets, in double precision, too."""
        return self.needed(["y"])

    @property
    def restoring(self) -> list[Quantity]:
        """The lines that take the activation back to the unit of the targets, in double precision, too."""
        return self.needed([self.output], given=[self.activation])

    def in_double(self, quantity: Quantity) -> bool:
        """Whether a line is computed in double precision in every network."""
        layers = len(self.plan.layers)
        of_target = quantity.part is self.plan.scale_target and not 0 <= quantity.place < layers
        return of_target or 0 <= quantity.place < self.plan.preparing

    def update_of(self, parameter: str) -> list[Quantity]:
        """The lines that move a parameter."""
        return [q for q in of_section(self.quantities.values(), "update") if q.parameter == parameter]

    def state_of(self, parameter: str) -> dict[str, str]:
        """The leaves that an optimizer remembers of a parameter, with their local names."""
        return {name: local for name, (local, of) in self.state.items() if of == parameter}

    def numbers(self, optimizer: Optimizer | None, penalty: Penalty | None) -> dict[str, float]:
        """The hyper-parameters, and the count of an optimizer's next step, by their names in the program."""
        parts: dict[str, Any] = {} if optimizer is None else optimizer.roles()
        given = {role: part.scalars() for role, part in parts.items()}
        if penalty is not None:
            given[PENALTY] = penalty.scalars()
        found = {name: given[role][local] for name, (role, local) in self.scalars.items()}
        if optimizer is not None:
            found["t"] = optimizer.t + 1
        return found

    @property
    def shared(self) -> list[Quantity]:
        """The numbers of an update that all parameters share, such as a learning rate that changes."""
        return self.update_of("")

    @property
    def buffers(self) -> dict[str, str]:
        """For each leaf that a layer remembers, the quantity that a training step leaves there."""
        new = {name: f"{name}_new" for name, kind in self.leaves.items() if kind == "buffer"}
        return {name: quantity for name, quantity in new.items() if quantity in self.quantities}

    def tape(self, targets: Iterable[str], given: Iterable[str] = ()) -> Tape:
        """The operations that the targets need, with some quantities given, if any; worked out once."""
        targets, given = tuple(targets), tuple(given)
        return self._tape((targets, given), lambda: self.needed(targets, given), targets)

    def update_tape(self, parameter: str) -> Tape:
        """The operations that move a parameter, from its gradient to all that its update leaves behind."""
        targets = [f"{name}_new" for name in (parameter, *self.state_of(parameter))]
        return self._tape(("update", parameter), lambda: [*self.shared, *self.update_of(parameter)], targets)

    def _tape(self, key: Any, lines: Callable[[], list[Quantity]], targets: Iterable[str]) -> Tape:
        if key not in self._tapes:  # of several threads that make it each keeps the same
            self._tapes.setdefault(key, Tape([(line.name, line.rule) for line in lines()], targets))
        return self._tapes[key]

    def run(
        self,
        leaves: Mapping[str, Any],
        replace: Mapping[str, Callable[[Any], Any]] | None = None,
        wanted: Iterable[str] | None = None,
    ) -> dict[str, Any]:
        """Compute every quantity and keep it.

        Parameters
        ----------
        leaves : the value of everything that comes from outside
        replace : for a name, a function from its value to the one that is put in its place
        wanted : the names that are asked for; all unless given

        Returns
        -------
        what is asked for by name; of everything, leaves included
        """
        targets = tuple(self.quantities if wanted is None else wanted)
        with np.errstate(all="ignore"):
            values = self._replaced(leaves, replace, targets) if replace else self.tape(targets).run(leaves)
        return {**leaves, **values} if wanted is None else values

    def _replaced(
        self, leaves: Mapping[str, Any], replace: Mapping[str, Callable[[Any], Any]], targets: Iterable[str]
    ) -> dict[str, Any]:
        env = {name: replace[name](value) if name in replace else value for name, value in leaves.items()}
        for quantity in self.needed(targets):
            value = evaluate(quantity.rule, env)
            env[quantity.name] = replace[quantity.name](value) if quantity.name in replace else value
        return env


def of_section(quantities: Iterable[Quantity], section: str) -> Iterator[Quantity]:
    """The quantities of one section."""
    return (quantity for quantity in quantities if quantity.section == section)
