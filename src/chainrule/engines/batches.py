"""Which samples each training step takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.model.labels import Targets
from chainrule.model.streams import RandomStreams
from chainrule.parts.contract import Array
from chainrule.utils import checks
from chainrule.utils.chunks import pieces

if TYPE_CHECKING:
    from chainrule.data.moving import Moving
    from chainrule.model.model import Model
    from chainrule.parts.contract import Optimizer

Transform = Callable[[Array, np.random.Generator], Any]

FEW = 16  # rows that one thread predicts alone, whatever the network


class Elsewhere(Protocol):
    """Samples that are not at hand as arrays, such as those on other machines: they come with what takes the steps."""

    def engine(
        self,
        network: Model,
        optimizer: Optimizer,
        data: Batches,
        steps: int,
        engine: Any,
        threads: Any,
        looks: int,
    ) -> tuple[Any, str]:
        """An `Engine`, and why it is that one, as `engine_choice.choose` has them."""
        ...

    def broken(self, engine: Any) -> str:
        """What is not finite in the next step of such an engine, in a sentence."""
        ...


@dataclass(frozen=True)
class Batches:
    """What an engine trains on.

    Parameters
    ----------
    X, y : samples (n, inputs) and targets (n, outputs), checked
    size : samples a step; the last one of an epoch may have fewer
    shuffled : whether each epoch has an order of its own
    counts : how many answers of a sample are counted as right or wrong; 0 where targets name no classes
    group : rows that stand together in any order
    weight : how much each sample counts (n,), if not all the same
    transform : makes the samples of a step anew, from theirs and a generator
    streams : what the seed decides
    epochs : how many times all of them are gone through
    order : gives the order of each epoch, in place of the generator
    elsewhere : where X and y are no arrays that could be read here: only their shapes are told
    """

    X: Array
    y: Targets
    size: int
    shuffled: bool
    counts: int
    group: int = 1
    weight: Array | None = None
    transform: Transform | None = None
    streams: RandomStreams = field(default_factory=lambda: RandomStreams(0))
    epochs: int = 1
    order: Callable[[], Any] | None = None
    elsewhere: Elsewhere | None = None

    @property
    def per_epoch(self) -> int:
        """How many steps an epoch takes."""
        return -(-len(self.X) // self.size)

    def walk(
        self, order: Array | None, position: int, steps: int
    ) -> Iterator[tuple[int, Array | slice, int]]:
        """The steps from a position in an epoch on: the number of each, its rows, and how many they are.

        Parameters
        ----------
        order : which samples, epoch after epoch, from the epoch of the first step on; None: as they stand
        position : the sample of that epoch with which the first step begins
        steps : how many
        """
        for step in range(steps):
            ordered, start = self.at(order, position, step)
            rows = slice(start, min(start + self.size, len(self.X)))
            yield step, rows if ordered is None else ordered[rows], rows.stop - start

    def at(self, order: Array | None, position: int, step: int) -> tuple[Array | None, int]:
        """The order and the position with which another step begins, so many after one that begins with these."""
        epoch, batch = divmod(position // self.size + step, self.per_epoch)
        return None if order is None else order[epoch * len(self.X) :], batch * self.size

    @property
    def made_ahead(self) -> bool:
        """Whether another thread may make what changes samples, while the steps before are taken."""
        return self.transform is None or bool(getattr(self.transform, "ahead", False))

    @property
    def moving(self) -> Moving | None:
        """What moves images, where the transform is known to do nothing else: it serves in place of a call."""
        if self.transform is None:
            return None
        from chainrule.data.augment import moving

        return moving(self.transform)

    def draw(self, into: Array) -> None:
        """Draw the order of an epoch into an array of all samples."""
        if self.order is None:
            shuffle(into, self.streams.order, self.group)
        else:
            into[:] = self._given_order()

    def _given_order(self) -> Array:
        found, samples = np.asarray(self.order()), len(self.X)  # type: ignore[misc]
        must = f"it must give the numbers of all {samples} rows, each once, from 0"
        if found.shape != (samples,) or found.dtype.kind not in "iu":
            raise KindError(
                f"order gave an array of the shape {found.shape} and dtype {found.dtype}: {must}."
            )
        if found.min() < 0 or found.max() >= samples:
            wrong = found[(found < 0) | (found >= samples)][0]
            raise InputError(f"order gave {wrong}, which is no row: {must}.")
        counts = np.bincount(found, minlength=samples)
        if counts.max() > 1:
            raise InputError(f"order gave row {counts.argmax()} {counts.max()} times: {must}.")
        return found

    def each(self) -> Iterator[list[Array | slice]]:
        """For each epoch, the rows of each of its batches; the last one may be shorter."""
        samples, starts = len(self.X), range(0, len(self.X), self.size)
        for _ in range(self.epochs):
            if self.shuffled:
                order = np.empty(samples, np.int64)
                self.draw(order)
                yield [order[i : i + self.size] for i in starts]
            else:
                yield [slice(i, min(i + self.size, samples)) for i in starts]

    def transformed(self, rows: Array | slice) -> Array:
        """The samples of a step, changed by the transform."""
        assert self.transform is not None
        given = self.X[rows]
        changed = checks.numbers(self.transform(given, self.streams.transform), "what the transform gave")
        if changed.shape != given.shape:
            raise InputError(
                f"the transform gave the shape {changed.shape} for samples of the shape {given.shape}: it must keep it."
            )
        return changed


def shares(samples: int, size: int) -> Array:
    """The part of all samples that each batch has; the last one may be shorter."""
    sizes = np.full(-(-samples // size), size)
    sizes[-1] = samples - size * (len(sizes) - 1)
    return sizes / samples


def shuffle(order: Array, rng: np.random.Generator, group: int = 1) -> None:
    """Draw the order of an epoch into an array of all samples; groups of rows stay together."""
    if group > 1:
        groups = rng.permutation(len(order) // group)
        order[:] = (groups[:, None] * group + np.arange(group)).reshape(-1)
        return
    for rows in pieces(order.shape):
        order[rows] = np.arange(rows.start, rows.stop)
    rng.shuffle(order)  # as `permutation` does, into memory that is there


def gather(source: Array, rows: Array | slice, buffer: Array) -> None:
    """Write some of the rows into a buffer of as many."""
    # `np.take` would first copy the whole of an array that is not laid out as the buffer is.
    plain = source.flags.c_contiguous and source.flags.aligned and source.dtype.isnative
    if isinstance(rows, slice) or not plain:
        np.copyto(buffer, source[rows])
    elif source.dtype == buffer.dtype:
        np.take(source, rows, axis=0, out=buffer, mode="clip")
    else:
        np.copyto(
            buffer, np.take(source, rows, axis=0, mode="clip")
        )  # less than half the time of source[rows]
