"""The engine of a training whose samples are chunks: gradients are summed over pieces, the update is made once."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from chainrule.engines.batches import Batches
from chainrule.engines.numpy_engine import measure
from chainrule.errors import ClusterWarning, InputError
from chainrule.model.labels import Targets
from chainrule.model.model import Model
from chainrule.parts.contract import Array, Optimizer
from chainrule.scale.executor import ChunkExecutor
from chainrule.scale.finish import Finish
from chainrule.scale.layout import Layout
from chainrule.scale.work import Call, Work, broken, gradients


class ChunkEngine:
    """Steps on chunks; see `Engine`.

    The number of the step, which chance belongs to, says which rows it takes: neither orders nor positions are asked.
    """

    def __init__(
        self,
        network: Model,
        optimizer: Optimizer,
        data: Batches,
        executor: ChunkExecutor,
        layout: Layout,
        work: Work,
        weighted: bool,
    ) -> None:
        self.name, self.threads = work.engine, work.threads if work.engine == "compiled" else 0
        self._network, self._optimizer, self._data = network, optimizer, data
        self._executor, self._layout, self._work = executor, layout, work
        self.gradients = np.zeros_like(network.parameters.flat)
        self._finish = Finish(network, optimizer, weighted, self.gradients)
        self._makers: frozenset[str] = frozenset()

    def calls(self) -> list[Call]:
        """The pieces of the step that comes next."""
        streams, layout = self._data.streams, self._layout
        epoch, batch = divmod(streams.noise.step, layout.steps)
        pieces = layout.pieces(batch)
        samples = sum(piece.stop - piece.start for piece in pieces)
        return [Call(*piece, epoch, streams.noise.step, streams.entropy, samples) for piece in pieces]

    def run(self, order: Array | None, position: int, steps: int) -> tuple[Array, Array]:
        """Take steps; see `Engine.run`."""
        losses, right = np.zeros(steps), np.zeros(steps, np.int64)
        for step in range(steps):
            losses[step], right[step] = self._step(self.calls())
        return losses, right

    def _step(self, calls: Sequence[Call]) -> tuple[float, int]:
        flat = self._network.parameters.flat.copy()
        found = self._executor.total(gradients, self._work, flat, calls)
        self._look(found.makers)
        np.copyto(self._finish.sums, found.arrays[0])
        with np.errstate(all="ignore"):
            loss = self._finish(found.loss, calls[0].samples)
        self._optimizer.t += 1
        self._data.streams.noise.step += 1
        return loss, found.right

    def _look(self, makers: frozenset[str]) -> None:
        """Warn, once, where the last bits depend on who takes which chunk."""
        before, self._makers = self._makers, self._makers | makers
        if len(self._makers) == 1 or self._makers == before:
            return
        told = "; ".join(sorted(self._makers))
        if len({maker.partition(",")[0] for maker in self._makers}) > 1:
            raise InputError(
                f"the workers have several versions of chainrule, whose steps may differ: {told}. Install one."
            )
        warnings.warn(
            "the workers are not alike, so the last bits of the weights depend on which of them takes which chunk: "
            f"{told}.",
            ClusterWarning,
            stacklevel=2,
        )

    def broken(self) -> str:
        """What is not finite in the step that comes next, in a sentence."""
        given = self._work, self._network.parameters.flat.copy()
        found = [each for each in self._executor.each(broken, given, self.calls()) if each]
        return (
            found[0] if found else "every number of its chunks is finite, and their sum or the update is not."
        )

    def measure(self, X: Array, y: Targets, counts: int) -> tuple[float, float | None]:
        """The loss, and for targets that name classes the accuracy, over checked samples in this process."""
        return measure(self._network, X, y, counts)

    def close(self) -> None:
        """Let go of chunks; see `Engine.close`."""
        self._executor.close(self._work.key)

    def resume(self, optimizer: Optimizer, data: Batches) -> None:
        """Chunks are let go of for good: each training has an engine of its own."""
        raise NotImplementedError
