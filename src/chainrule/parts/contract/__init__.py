"""What a part is: the contract of each kind, from layers to learning rates, and the names of parts.

A part is a small dataclass whose fields are its settings. It says which quantities it adds by assigning
them on a scope `q`, in plain NumPy. Its string name is its class name in snake_case.
"""

from chainrule.parts.contract.layer import Activation, Initializer, Layer
from chainrule.parts.contract.loss import Loss, Penalty
from chainrule.parts.contract.optimizer import Clipping, Optimizer, Schedule
from chainrule.parts.contract.part import (
    IN_A_NETWORK,
    SYMBOLS,
    Array,
    OfFunction,
    Part,
    Rule,
    Steered,
    snake_case,
)
from chainrule.parts.contract.setting import BOUNDS, setting

__all__ = [
    "BOUNDS",
    "IN_A_NETWORK",
    "SYMBOLS",
    "Activation",
    "Array",
    "Clipping",
    "Initializer",
    "Layer",
    "Loss",
    "OfFunction",
    "Optimizer",
    "Part",
    "Penalty",
    "Rule",
    "Schedule",
    "Steered",
    "setting",
    "snake_case",
]
