"""What a frame holds: each entry's name in the compiler, of a type of its own for each origin.

The first slots of a frame are the engine's own, the same in every frame; the others stand for arrays that the program
names. The two are of different types, so whatever a program calls its quantities, they never meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Own(IntEnum):
    """The engine's own entries, each with its place in the frame."""

    __hash__ = int.__hash__  # an enumeration's is Python's

    PARAMETERS = 0
    GRADIENTS = 1
    SCALARS = 2
    COUNTER = 3  # what threads that meet have added up
    ARRIVED = 4  # what it was before the call
    X = 5  # followed by its strides
    X_STRIDE = 6  # entries from row to row
    X_SKIP = 7  # and from column to column
    Y = 8
    Y_STRIDE = 9
    Y_SKIP = 10
    ORDER = 11
    SAMPLES = 12
    BATCH = 13
    POSITION = 14
    STEPS = 15
    T = 16  # steps of the optimizer before the call
    LOSSES = 17
    RIGHT = 18
    RESULT = 19
    SOUND = 20
    WRONG_LABEL = 21  # the first row whose label was no class, or -1
    WRONG_ORDER = 22  # the first place of the order where no row was named, or -1
    WEIGHT = 23  # how much each sample counts, in double precision
    NOISE_KEY = 24
    NOISE_STEP = 25  # steps whose noise was drawn before the call
    NUMBERS = 26  # by which each image is moved, in double precision


@dataclass(frozen=True)
class Leaf:
    """An array that the program names, and takes from outside."""

    name: str


@dataclass(frozen=True)
class State:
    """What an optimizer remembers of all parameters, by the name that it has in the optimizer."""

    local: str


@dataclass(frozen=True)
class Buffer:
    """An array that a step needs for itself."""

    number: int


Entry = Own | Leaf | State | Buffer
