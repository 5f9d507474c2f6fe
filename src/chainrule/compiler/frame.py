"""The frame: what one call of machine code works on, as a table of addresses and whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.compiler.entries import Buffer, Entry, Own
from chainrule.compiler.jit import JitFunction
from chainrule.compiler.schedule import M
from chainrule.compiler.team import Team
from chainrule.parts.contract import Array


@dataclass(frozen=True, eq=False)
class Compiled:
    """Machine code, and what its frames hold. Nothing of it ever changes, so all threads may share it.

    Parameters
    ----------
    code : the function ``steps(frame, number)``
    slots : where each entry stands in a frame
    buffers : for each array that a step needs for itself, the entries of a row, and the number of rows or `M`
    threads : how many enter the function together
    scalars : the names of the numbers that come from outside
    """

    code: JitFunction
    slots: Mapping[Entry, int]
    buffers: Mapping[Buffer, tuple[int, int | str]]
    threads: int
    scalars: tuple[str, ...]


class Frame:
    """The table and the arrays of one caller at a time; calling it runs the machine code on them."""

    def __init__(self, compiled: Compiled, arrays: Mapping[Entry, Array], rows: int, dtype: Any) -> None:
        """Make what a step needs for itself.

        Parameters
        ----------
        compiled : what will run
        arrays : what it reads and writes
        rows : samples a step, at most
        dtype : the network's
        """
        self._compiled = compiled
        self._run, self._others = compiled.code.run, compiled.threads - 1
        self._table = np.zeros(len(compiled.slots), np.int64)
        self._address: int = self._table.ctypes.data
        self._arrays: dict[Entry, Array | None] = {}  # so that what the table points to stays
        self._counter, self._scalars = np.zeros(1, np.int64), np.zeros(len(compiled.scalars))
        self.point(Own.COUNTER, self._counter)
        self.point(Own.SCALARS, self._scalars)
        self._table[Own.WRONG_LABEL] = self._table[Own.WRONG_ORDER] = -1
        for entry, array in arrays.items():
            self.point(entry, array)
        for entry, (stride, count) in compiled.buffers.items():
            spare = 64 // dtype.itemsize  # a register's worth of samples more
            self.point(entry, _aligned(stride * (rows + spare if count == M else int(count)), dtype))

    def point(self, entry: Entry, array: Array | None) -> None:
        """Let an entry point to an array; one that the code has no use for is left out."""
        slot = self._compiled.slots.get(entry)
        if slot is not None:
            self._arrays[entry] = array
            self._table[slot] = 0 if array is None else array.__array_interface__["data"][0]

    def take(self, numbers: Mapping[str, float]) -> None:
        """The numbers that come from outside, by their names."""
        self._scalars[:] = [numbers[name] for name in self._compiled.scalars]

    def set(self, entry: Own, value: int) -> None:
        """A whole number of the engine's own."""
        self._table[entry] = value

    def read(self, source: Own, array: Array) -> None:
        """Take the rows of `Own.X` or `Own.Y` from an array, wherever it is."""
        self.point(source, array)
        for axis, stride in enumerate(array.strides, 1):
            self._table[source + axis] = stride // array.itemsize

    def wrong(self, entry: Own) -> int:
        """What machine code found wrong in the last call, or -1; it is told once."""
        found = int(self._table[entry])
        if found >= 0:
            self._table[entry] = -1
        return found

    def __call__(self, team: Team | None = None) -> None:
        """Run the code; a team shares the work where it was compiled for several threads."""
        if team is None:
            self._run(self._address, 0)
            return
        # It only grows: a thread that is still on its way out of the last call finds that all have come.
        self._table[Own.ARRIVED] = self._counter[0]
        team.run(self._run, self._address, self._others, self)


def _aligned(size: int, dtype: Any) -> Array:
    """Zeros that begin on a line of the processor's cache, with room for whole registers at the end."""
    line = 64 // dtype.itemsize
    space = np.zeros(size + 2 * line, dtype)
    skip = -(space.ctypes.data // dtype.itemsize) % line
    return space[skip : skip + size + line]
