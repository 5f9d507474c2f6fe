"""The losses and accuracies of a training, epoch by epoch, as many as a picture can show."""

from __future__ import annotations

import numpy as np

from chainrule.parts.contract import Array

MOST = 400  # points; of more, every other one is left out


class Curve:
    """Points (epoch, loss, held-out loss, accuracy, held-out accuracy), in order; NaN where there is none."""

    def __init__(self) -> None:
        self.points: list[tuple[float, ...]] = []
        self.stride = 1

    def wants(self, epoch: int) -> bool:
        """Whether an epoch's point is kept, and is not there yet."""
        return epoch % self.stride == 0 and (not self.points or epoch > self.points[-1][0])

    def add(self, epoch: int, *values: float) -> None:
        """Add the point of an epoch."""
        self.points.append((epoch, *values))
        if len(self.points) > MOST:
            self.stride *= 2
            self.points = [point for point in self.points if point[0] % self.stride == 0]

    def cut(self, epoch: int) -> None:
        """Forget what came after an epoch."""
        self.points = [point for point in self.points if point[0] <= epoch]

    def array(self) -> Array:
        """The points as rows (k, 5)."""
        return np.array(self.points, dtype=np.float64).reshape(-1, 5)
