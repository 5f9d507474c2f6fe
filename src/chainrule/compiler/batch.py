"""What steps take that is made in Python: samples that a transform changes, or by how much, and normal noise."""

from __future__ import annotations

from _thread import allocate_lock, start_new_thread
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.compiler.entries import Entry, Leaf, Own
from chainrule.engines.batches import Batches
from chainrule.model.model import Model
from chainrule.parts.contract import Array

if TYPE_CHECKING:
    from chainrule.data.moving import Moving

BLOCK_BYTES = 2_000_000  # that are made before the call that takes them
Walk = Iterator[tuple[int, Array | slice, int]]


@dataclass
class Block:
    """What some steps take, the rows of one after those of the other, in `arrays` by their entries of the frame.

    So many `steps` were made; where the transform raised an `error`, those before it.
    """

    arrays: dict[Entry, Array]
    steps: int = 0
    error: BaseException | None = None


class BlockMaker:
    """Makes what steps take, many at a time.

    A transform that says so (`ahead`), and noise, are made by a thread of their own while the steps before are taken.
    """

    def __init__(self, network: Model, data: Batches, alone: bool, moving: Moving | None) -> None:
        """Make room; `alone` says that no processor is left for a second thread.

        Where steps move images themselves, the numbers for that are drawn in place of other samples.
        """
        self.data, self.ahead = data, not alone and data.made_ahead
        noise = enumerate(network.program().noise.items())
        normal = [(i, Leaf(name), width) for i, (name, (spread, width)) in noise if spread == "normal"]
        self._normal = [(i, leaf) for i, leaf, _ in normal]
        kinds: dict[Entry, tuple[int, Any]] = {leaf: (width, network.dtype) for _, leaf, width in normal}
        self._moving = moving
        if moving is not None:
            kinds[Own.NUMBERS] = moving.how.numbers, np.dtype(np.float64)
        elif data.transform is not None:
            kinds[Own.X] = network.inputs, network.input_dtype
        each = data.size * sum(width * dtype.itemsize for width, dtype in kinds.values())
        # A transform of a user's may look at the network, so it sees that of its own step.
        most = BLOCK_BYTES // max(1, each) if data.made_ahead else 1
        self._most = max(1, min(most, data.epochs * data.per_epoch))
        self._blocks = [
            Block({entry: np.zeros((self._most * data.size, width), dtype) for entry, (width, dtype) in kinds.items()})
            for _ in range(1 + self.ahead)
        ]  # fmt: skip
        self.arrays = self._blocks[0].arrays

    def resume(self, data: Batches) -> None:
        """Serve other samples of the same kind."""
        self.data = data

    def close(self) -> None:
        """Let go of the samples."""
        del self.data

    @staticmethod
    def needed(network: Model, data: Batches) -> bool:
        """Whether there is anything to make in Python."""
        return data.transform is not None or "normal" in dict(network.program().noise.values())

    def blocks(self, order: Array | None, position: int, steps: int) -> Generator[Block]:
        """Make what so many steps take from a position in an epoch on, block by block.

        An error of the transform is raised when the steps before it have been taken.
        """
        walk, first, made = self.data.walk(order, position, steps), self.data.streams.noise.step, 0
        following = _Making(self, self._blocks[0], walk, first)
        while made < steps:
            block = following.result()
            made += block.steps
            try:
                if block.error is None and made < steps:
                    # The other of the two, unless there is one.
                    self._blocks.append(self._blocks.pop(0))
                    following = _Making(self, self._blocks[0], walk, first + made)
                if block.steps:
                    yield block
            finally:
                following.end()
            if (error := block.error) is not None:
                block.error = None  # which would keep all that its frames hold
                raise error

    def make(self, block: Block, walk: Walk, first: int) -> None:
        """Make a block whose first step has that number."""
        block.steps, block.error, taken = 0, None, 0
        try:
            for _, rows, count in walk:
                self._step(
                    {entry: array[taken : taken + count] for entry, array in block.arrays.items()},
                    rows,
                    first + block.steps,
                )
                taken, block.steps = taken + count, block.steps + 1
                if block.steps == self._most:
                    return
        except BaseException as error:  # it is raised in the thread of `fit`, when it is time
            block.error = error

    def _step(self, arrays: dict[Entry, Array], rows: Array | slice, number: int) -> None:
        """Make what one step takes."""
        if self._moving is not None:
            self._moving.draw(arrays[Own.NUMBERS], self.data.streams.transform)
        elif self.data.transform is not None:
            np.copyto(arrays[Own.X], self.data.transformed(rows))
        for layer, leaf in self._normal:
            self.data.streams.noise.fill(arrays[leaf], "normal", layer, number)


class _Making:
    """A block in the making: by a thread of its own from now on, or when it is asked for."""

    def __init__(self, maker: BlockMaker, block: Block, walk: Walk, first: int) -> None:
        self._maker, self._block, self._of = maker, block, (walk, first)
        self._begun: Any = None
        if maker.ahead:
            begun = allocate_lock()
            begun.acquire()
            try:
                start_new_thread(self._make, (begun,))
                self._begun = begun
            except RuntimeError:  # the system starts no more
                pass

    def _make(self, begun: Any) -> None:
        try:
            with np.errstate(all="ignore"):  # each thread has its own
                self._maker.make(self._block, *self._of)
        finally:
            begun.release()

    def end(self) -> None:
        """Wait until no other thread is at work on it."""
        if self._begun is not None:
            with self._begun:
                pass

    def result(self) -> Block:
        """The block."""
        if self._begun is None:
            self._maker.make(self._block, *self._of)
        self.end()
        return self._block
