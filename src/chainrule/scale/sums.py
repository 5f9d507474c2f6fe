"""What pieces of a step give, and their sum, in an order that the pieces alone decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from chainrule.parts.contract import Array

GROUP = 8  # sums that are added in one place; a power of two, so that groups are branches of the tree


@dataclass(frozen=True)
class Sum:
    """What a piece, or several, give to a step.

    Parameters
    ----------
    arrays : what is added entry by entry, each in the layout of the parameters
    loss : their part of the step's loss
    right : right answers
    makers : versions and processors by which they were computed
    """

    arrays: tuple[Array, ...]
    loss: float
    right: int
    makers: frozenset[str]

    def __add__(self, other: Sum) -> Sum:
        arrays = tuple(a + b for a, b in zip(self.arrays, other.arrays, strict=True))
        return Sum(arrays, self.loss + other.loss, self.right + other.right, self.makers | other.makers)


def added(sums: Sequence[Sum]) -> Sum:
    """The sum of neighbours, then of neighbouring sums, and so on: a tree that follows from their number.

    Groups of `GROUP` may be added anywhere, and their sums then, with the same bits.
    """
    while len(sums) > 1:
        sums = [reduce(Sum.__add__, sums[i : i + 2]) for i in range(0, len(sums), 2)]
    return sums[0]


def groups(sums: Sequence[object]) -> list[Sequence[object]]:
    """Branches of that tree."""
    return [sums[i : i + GROUP] for i in range(0, len(sums), GROUP)]
