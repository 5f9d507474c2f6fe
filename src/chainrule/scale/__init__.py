"""Training on more than one machine: chunks of samples, whose gradients are summed in an order that they alone decide."""

from chainrule.scale.data import chunked_data
from chainrule.scale.option import Cluster

__all__ = ["Cluster", "chunked_data"]
