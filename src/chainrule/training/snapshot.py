"""A rollback snapshot of a training."""

from __future__ import annotations

import numpy as np

from chainrule.model.model import Model
from chainrule.model.streams import RandomStreams
from chainrule.parts.contract import Optimizer


class Snapshot:
    """A copy of all that steps change, to return to."""

    def __init__(self, network: Model, optimizer: Optimizer, streams: RandomStreams) -> None:
        self._optimizer, self._streams = optimizer, streams
        state = optimizer.state_arrays(network.parameters)
        self._arrays = [network.parameters.flat, *state.values(), *network.buffers.values()]
        self._copies = [np.empty_like(array) for array in self._arrays]

    def take(self) -> None:
        """Remember this place."""
        self._t, self._place = self._optimizer.t, self._streams.state()
        for array, copy in zip(self._arrays, self._copies, strict=True):
            np.copyto(copy, array)

    def restore(self) -> None:
        """Return to the place that was remembered."""
        self._optimizer.t = self._t
        self._streams.restore(self._place)
        for array, copy in zip(self._arrays, self._copies, strict=True):
            np.copyto(array, copy)

    def finite(self) -> bool:
        """Whether every number is finite; a sum tells, for one that isn't stays in it."""
        return all(bool(np.isfinite(array.sum()) or np.isfinite(array).all()) for array in self._arrays)
