"""A rollback snapshot of a training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.model.model import Model
from chainrule.model.streams import RandomStreams
from chainrule.parts.contract import Array, Optimizer
from chainrule.utils import checks


class Snapshot:
    """A copy of all that steps change, to return to."""

    def __init__(self, network: Model, optimizer: Optimizer, streams: RandomStreams) -> None:
        self._optimizer, self._streams = optimizer, streams
        state = optimizer.state_arrays(network.parameters)
        self._arrays = [network.parameters.flat, *state.values(), *network.buffers.values()]
        self._copies = [np.empty_like(array) for array in self._arrays]

    def close(self) -> None:
        """Let go of the optimizer; the copies stay."""
        del self._optimizer, self._streams

    def resume(self, optimizer: Optimizer, streams: RandomStreams) -> None:
        """Be open again, for the same arrays."""
        self._optimizer, self._streams = optimizer, streams

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

    def content(self) -> tuple[Array, dict[str, Any]]:
        """What was remembered: all numbers in a row, and the rest as plain data."""
        return np.concatenate([copy.ravel() for copy in self._copies]), {"t": self._t, "streams": self._place}

    def fill(self, numbers: Array, rest: Mapping[str, Any]) -> None:
        """Remember what another snapshot of the same network and optimizer did.

        Raises
        ------
        InputError : where it does not fit
        """
        sizes = [copy.size for copy in self._copies]
        if numbers.shape != (sum(sizes),):
            raise InputError(
                f"a snapshot of {numbers.size} numbers does not fit: this training has {sum(sizes)}."
            )
        for copy, part in zip(self._copies, np.split(numbers, np.cumsum(sizes)[:-1]), strict=True):
            copy[...] = part.reshape(copy.shape)
        self._t, self._place = int(rest["t"]), tuple(rest["streams"])

    def finite(self) -> bool:
        """Whether every number is finite."""
        return all(map(checks.all_finite, self._arrays))
