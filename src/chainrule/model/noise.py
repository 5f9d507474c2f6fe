"""What chance brings to a step, as dropout's random numbers."""

from __future__ import annotations

import numpy as np

from chainrule.model.model import Model
from chainrule.model.streams import NoiseStream, padded
from chainrule.parts.contract import Array


class StepNoise:
    """The noise of a step, in `arrays` by name, drawn anew for each step."""

    def __init__(self, model: Model, samples: int) -> None:
        """Make room for so many samples."""
        self._noise = model.program().noise
        self.arrays: dict[str, Array] = {}
        self._blocks: dict[str, Array] = {}  # rows in whole blocks; the array itself where it has such rows
        for name, (spread, width) in self._noise.items():
            self.arrays[name] = self._blocks[name] = np.empty((samples, width), model.dtype)
            if spread == "uniform" and (whole := padded(width, model.dtype)) != width:
                self._blocks[name] = np.empty((samples, whole), model.dtype)

    def draw(self, stream: NoiseStream) -> None:
        """Draw the noise of the step that comes next."""
        for number, (name, (spread, width)) in enumerate(self._noise.items()):
            array, block = self.arrays[name], self._blocks[name]
            stream.fill(block, spread, number, stream.step)
            if block is not array:
                np.copyto(array, block[:, :width])


def drawn_noise(model: Model, stream: NoiseStream, samples: int) -> dict[str, Array]:
    """The noise of the step that comes next, in arrays of its own."""
    noise = StepNoise(model, samples)
    noise.draw(stream)
    return noise.arrays
