"""Where a line stands in the network: what it is there, and what the lines around it are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from chainrule.check.sheet import Sheet
from chainrule.expressions import nodes
from chainrule.expressions import operations as ops
from chainrule.parts.contract import Activation, Loss
from chainrule.program.program import PENALTY, Program, Quantity

Role = Literal["z", "a", "forward", "loss", "dz", "da", "dW", "db", "backward", "new", "state"]


@dataclass(frozen=True, eq=False)
class Place:
    """A line's place.

    Parameters
    ----------
    role : what it is: a sum z, an activation a, a loss, gradients of these and of parameters, a new parameter, or what
        an optimizer keeps
    layer : the number of its layer among all, from 0; the last one for a loss
    takes, gives : the quantities that its layer takes and gives
    last : whether it belongs to the output
    """

    sheet: Sheet
    quantity: Quantity
    role: Role
    layer: int
    takes: str
    gives: str
    last: bool

    @classmethod
    def of(cls, sheet: Sheet, quantity: Quantity) -> Place:
        """Find out where a quantity stands."""
        program = sheet.program
        last = len(program.plan.layers) - 1
        layer = _layer(program, quantity, last)
        role = _role(program, quantity, np.ndim(sheet.record.results[quantity.name]))
        return cls(
            sheet,
            quantity,
            role,
            layer,
            output_of(program, layer - 1),
            output_of(program, layer),
            layer == last,
        )

    @property
    def penalties(self) -> list[str]:
        """The names of the numbers by which weights are penalized."""
        return [name for name, (role, _) in self.sheet.program.scalars.items() if role == PENALTY]

    @property
    def function(self) -> str:
        """The name of the layer's activation."""
        return self.sheet.program.plan.layers[self.layer].name()


def _layer(program: Program, quantity: Quantity, last: int) -> int:
    """The place of the layer that a quantity belongs to, if only by its parameter; else the last one."""
    if quantity.place >= 0:
        return quantity.place
    of = quantity.parameter or quantity.name[1:]
    return next((place for place, own in enumerate(program.plan.own) if of in own.values()), last)


def output_of(program: Program, layer: int) -> str:
    """What a layer gives; before the first one, the input."""
    if layer < 0:
        return program.data
    local = program.plan.layers[layer].gives
    return next(
        q.name for q in program.quantities.values()
        if q.section == "forward" and q.place == layer and q.local == local
    )  # fmt: skip


def _role(program: Program, quantity: Quantity, ndim: int) -> Role:
    products = any(node.op is ops.MATMUL for node in nodes(quantity.rule))
    if quantity.section == "loss":
        return "loss"
    if quantity.section == "forward":
        gives = isinstance(quantity.part, Activation) and quantity.local == quantity.part.gives
        return "z" if products else "a" if gives else "forward"
    if quantity.section == "update":
        return "new" if quantity.name == f"{quantity.parameter}_new" else "state"
    of = quantity.name[1:].removesuffix("_data").removesuffix("_penalty")
    if program.leaves.get(of) == "parameter":
        return "dW" if ndim == 2 else "db"
    if isinstance(quantity.part, Activation) or (
        isinstance(quantity.part, Loss) and quantity.local in ("da", "dz")
    ):
        return "dz"
    return "da" if products else "backward"
