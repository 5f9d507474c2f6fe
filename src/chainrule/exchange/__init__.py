"""Networks to and from other frameworks, whose packages are imported where they are used."""

from chainrule.exchange.torch_in import from_torch
from chainrule.exchange.torch_out import to_torch

__all__ = ["from_torch", "to_torch"]
