"""The namespaces behind the scopes through which rules write a program: local names find their place in the network."""

from chainrule.program.namespaces.arrays import ArraysNamespace
from chainrule.program.namespaces.base import WritingNamespace, close
from chainrule.program.namespaces.layers import LayerNamespace, LossNamespace
from chainrule.program.namespaces.targets import TargetNamespace
from chainrule.program.namespaces.updates import (
    ClippingNamespace,
    PenaltyNamespace,
    SharedNamespace,
    UpdateNamespace,
)

__all__ = [
    "ArraysNamespace",
    "ClippingNamespace",
    "LayerNamespace",
    "LossNamespace",
    "PenaltyNamespace",
    "SharedNamespace",
    "TargetNamespace",
    "UpdateNamespace",
    "WritingNamespace",
    "close",
]
