"""Random streams: all that a seed decides in a training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.parts.contract import Array
from chainrule.utils.lazy import cached

BLOCK_BYTES = 32  # that Philox makes at once
NOTHING = np.zeros(4, np.uint64)  # is left of a block


class RandomStreams:
    """All that a seed decides in a training, each by a generator of its own, so that one does not disturb another.

    `order` are the orders of the samples, `noise` is what layers ask for, and `transform` what changes samples.
    """

    def __init__(self, seed: int | None) -> None:
        # Sequences and generators are made when they are asked for: many a training asks for none.
        self.by_chance = seed is None
        self._seed = np.random.SeedSequence().entropy if seed is None else seed
        self.noise = NoiseStream(self._seed)

    @property
    def entropy(self) -> int:
        """The seed; without one, what was drawn in its place."""
        entropy: Any = self._seed
        return int(entropy)

    @cached
    def order(self) -> np.random.Generator:
        """For the orders of the samples."""
        return np.random.default_rng(self._seed)

    @cached
    def transform(self) -> np.random.Generator:
        """For what changes samples."""
        return np.random.default_rng(_child(self._seed, 1))

    def state(self) -> Any:
        """Where the generators of the steps stand, to come back to; nothing of one that was not asked for."""
        made = "transform" in self.__dict__
        return self.noise.step, self.transform.bit_generator.state if made else None

    def restore(self, state: Any) -> None:
        """Return to such a place."""
        self.noise.step, changes = state
        if changes is not None:
            self.transform.bit_generator.state = changes
        else:
            self.__dict__.pop("transform", None)

    def whole(self) -> dict[str, Any]:
        """The seed, and where all generators stand, as plain values; None of one that was not asked for."""
        made = {name: self._state(name) for name in ("order", "transform")}
        return {"seed": self._seed, "by_chance": self.by_chance, "noise": self.noise.step, **made}

    def order_state(self) -> Any:
        """Where the generator of the orders stands; None if it was not asked for."""
        return self._state("order")

    def _state(self, name: str) -> Any:
        return self.__dict__[name].bit_generator.state if name in self.__dict__ else None

    def go_to(self, whole: Mapping[str, Any]) -> None:
        """Be as another one was, whatever the seed of this one."""
        if self._seed != whole["seed"]:
            self._seed, self.by_chance = whole["seed"], whole["by_chance"]
            self.noise = NoiseStream(self._seed)
        self.noise.step = whole["noise"]
        for name in ("order", "transform"):
            self.__dict__.pop(name, None)
            if whole[name] is not None:
                getattr(self, name).bit_generator.state = whole[name]


class NoiseStream:
    """Random numbers that belong to a place, and not to what was drawn before: `key`, and the `step` that comes next.

    They are those of Philox4x64-10 with this key, which makes a block of four words of 64 bits from a counter of four
    words: the number of the block in the array, that of the layer's noise, that of the step from 0, and 0. A row of
    uniform numbers begins with a block of its own, so any thread can draw any rows of any step, in NumPy or in machine
    code. Normal numbers, of which a block makes now more and now fewer, are drawn by NumPy alone.

    Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, Parallel random numbers: as easy as 1, 2, 3, 2011.
    """

    def __init__(self, seed: Any) -> None:
        """Take the seed of a training, or the entropy in its place."""
        self._seed = seed
        self.step = 0

    @cached
    def key(self) -> Array:
        """Two words of 64 bits, from a seed sequence as `numpy.random.Philox` takes them."""
        return np.asarray(_child(self._seed, 0).generate_state(2, np.uint64))

    @cached
    def _generator(self) -> np.random.Generator:
        return np.random.Generator(np.random.Philox(key=self.key))

    def fill(self, array: Array, spread: str, layer: int, step: int) -> None:
        """Draw the noise with a number of a step; rows of uniform numbers are as long as `padded` says."""
        # A generator as it stands when it was made with this key and counter: nothing is left of an earlier block.
        counter = np.array((0, layer, step, 0), np.uint64)
        self._generator.bit_generator.state = {
            "bit_generator": "Philox", "state": {"key": self.key, "counter": counter}, "buffer": NOTHING,
            "buffer_pos": len(NOTHING), "has_uint32": 0, "uinteger": 0,
        }  # fmt: skip
        draw = self._generator.random if spread == "uniform" else self._generator.standard_normal
        draw(out=array, dtype=array.dtype)


def _child(seed: Any, number: int) -> np.random.SeedSequence:
    """What a seed sequence spawns."""
    return np.random.SeedSequence(seed, spawn_key=(number,))


def padded(width: int, dtype: Any) -> int:
    """So many numbers of a row, in whole blocks."""
    each = BLOCK_BYTES // int(np.dtype(dtype).itemsize)
    return -(-width // each) * each
