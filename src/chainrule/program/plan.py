"""What a program is written for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from chainrule.parts.contract import Layer, Loss, Optimizer, Penalty
from chainrule.program.names import Names


class Arrays(Protocol):
    """Whose arrays serve as examples while a program is written: those of one network that the plan is for."""

    parameters: Any
    constants: Any
    buffers: Any


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """What a program is written for. It has no arrays: networks of one form share it.

    Parameters
    ----------
    layers : in order, the last one an activation
    inputs : the number of features
    preparing : how many layers at the beginning prepare them in double precision
    names : who has which of the names so far
    own : for each layer, the names of its arrays and its noise, by what it calls them
    weights : names of the parameters that the penalty weighs
    penalty : on the weights
    loss : already paired with the output; without one the program is forward only
    training : whether layers do as in training; else the program ends at the loss
    weighted : whether each sample has a weight
    optimizer : without one the program ends at the gradients
    frozen : names of parameters that are not updated
    to_inputs : whether gradients go back to the inputs, and not to the first parameter alone
    scale_target : what scales targets, and takes outputs back to their unit
    """

    layers: Sequence[Layer]
    inputs: int
    preparing: int
    names: Names
    own: Sequence[Mapping[str, str]]
    weights: Sequence[str] = ()
    penalty: Penalty | None = None
    loss: Loss | None = None
    training: bool = True
    weighted: bool = False
    optimizer: Optimizer | None = None
    frozen: Collection[str] = ()
    to_inputs: bool = False
    scale_target: Layer | None = None
