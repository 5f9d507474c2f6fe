"""Training on more than one machine: gradients of chunks of samples, summed in an order that the chunks decide."""

from chainrule.scale.data import chunked_data
from chainrule.scale.option import Cluster

__all__ = ["Cluster", "chunked_data"]
