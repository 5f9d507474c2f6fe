"""Training on more than one machine: chunks of samples, whose gradients are summed in an order that they alone decide."""

from chainrule.scale.data import chunked_data

__all__ = ["chunked_data"]
