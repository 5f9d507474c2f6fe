"""What a course is made of: stretches of steps that follow from each other, and marks to return to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chainrule.engines.batches import Batches
from chainrule.parts.contract import Array
from chainrule.training.snapshot import Snapshot

HeldOut = tuple[Array, Any, int]


@dataclass
class Mark:
    """A place in the training to return to.

    Parameters
    ----------
    snapshot : all arrays that steps change, the optimizer's count, and where chance stands
    order : where the generator of orders stood before it drew the running epoch's
    loss, right : what the steps of the running epoch have added up so far
    """

    snapshot: Snapshot
    order: Any
    loss: float
    right: int


@dataclass
class Stretch:
    """Steps between two changes by hand: they follow from its first mark, its data and its numbers.

    Parameters
    ----------
    start : the number of steps taken before it
    epoch, batch : whole epochs before it, and steps of the running one
    data, held_out : what is trained on, and what is held out
    numbers : the optimizer's, by the names of its settings
    compiled : which engine takes its steps
    by_hand : whether it begins with a change, and not only with another engine
    """

    start: int
    epoch: int
    batch: int
    data: Batches
    held_out: HeldOut | None
    numbers: Mapping[str, float]
    compiled: bool = False
    by_hand: bool = True
    marks: dict[int, Mark] = field(default_factory=dict)
    spacing: int = 1
