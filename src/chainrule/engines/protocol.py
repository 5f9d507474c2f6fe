"""What an engine is: it takes steps, and measures."""

from __future__ import annotations

from typing import Protocol

from chainrule.engines.batches import Batches
from chainrule.model.labels import Targets
from chainrule.parts.contract import Array, Optimizer


class Engine(Protocol):
    """What takes a training's steps, in NumPy or compiled.

    `name` is that of the History, `threads` how many share the steps (0: as many as BLAS takes by itself).
    """

    @property
    def name(self) -> str: ...

    @property
    def threads(self) -> int: ...

    @property
    def gradients(self) -> Array:
        """The gradients of the last step, in the layout of the parameters, where the program ends at them."""
        ...

    def run(self, order: Array | None, position: int, steps: int) -> tuple[Array, Array]:
        """Take steps from a position in an epoch on.

        Parameters
        ----------
        order : which samples, epoch after epoch, from the epoch of the first step on; None: as they stand
        position : the sample of that epoch with which the first step begins
        steps : how many

        Returns
        -------
        the loss of each step, as it was before its update, and how many answers were right in each
        """
        ...

    def measure(self, X: Array, y: Targets, counts: int) -> tuple[float, float | None]:
        """The loss, and for targets that name classes the accuracy, over checked samples."""
        ...

    def close(self) -> None:
        """Let go of threads, samples and optimizer; buffers stay."""
        ...

    def resume(self, optimizer: Optimizer, data: Batches) -> None:
        """Be open again after `close`, for the same optimizer and samples that lie in memory as those before did."""
        ...
