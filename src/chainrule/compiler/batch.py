"""Batches that are made in Python, each before its step."""

from __future__ import annotations

import numpy as np

from chainrule.compiler.tasks import targets_array
from chainrule.engines.batches import Batches, gather
from chainrule.model.labels import Labels, Targets
from chainrule.model.model import Model
from chainrule.model.noise import draw_noise, noise_arrays
from chainrule.parts.contract import Array


class BatchMaker:
    """A batch that is made in Python before its step: its samples, its weights, and what chance brings to it.

    `leaves` are the arrays of all but samples and targets, by name.
    """

    def __init__(self, network: Model, data: Batches) -> None:
        self.network, self.data = network, data
        self._noise = noise_arrays(network, data.size)
        self._weight = np.zeros(data.size, network.dtype)
        changed = data.transform is not None
        self._x = np.zeros((data.size, network.inputs), network.input_dtype if changed else data.X.dtype)
        y = targets_array(data.y)
        self._y = np.zeros((data.size, *y.shape[1:]), y.dtype)
        self.leaves = {**self._noise, **({} if data.weight is None else {"weight": self._weight})}

    def like(self) -> tuple[Array, Targets]:
        """Samples and targets, to be read anew in every step."""
        y = self.data.y
        return self._x, Labels(self._y, y.width) if isinstance(y, Labels) else self._y

    def load(self, rows: Array | slice, count: int) -> None:
        """Make the batch of these rows, so many."""
        data, y = self.data, targets_array(self.data.y)
        if data.transform is None:
            gather(data.X, rows, self._x[:count])
        else:
            np.copyto(self._x[:count], data.transformed(rows))
        gather(y, rows, self._y[:count])
        if data.weight is not None:
            self._weight[:count] = data.weight[rows]
        if self._noise:
            noise = {name: array[:count] for name, array in self._noise.items()}
            draw_noise(self.network, data.streams.noise, noise)
