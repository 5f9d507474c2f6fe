"""Random streams: all that a seed decides in a training."""

from __future__ import annotations

from typing import Any

import numpy as np


class RandomStreams:
    """All that a seed decides in a training, each by a generator of its own, so that one does not disturb another.

    `order` are the orders of the samples, `noise` is what layers ask for, and `transform` what changes samples.
    """

    def __init__(self, seed: int | None) -> None:
        self.order = np.random.default_rng(seed)
        self.noise, self.transform = self.order.spawn(2)

    def state(self) -> Any:
        """Where the generators of the steps stand, to come back to."""
        return self.noise.bit_generator.state, self.transform.bit_generator.state

    def restore(self, state: Any) -> None:
        """Return to such a place."""
        self.noise.bit_generator.state, self.transform.bit_generator.state = state
