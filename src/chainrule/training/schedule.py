"""A schedule during a training: what was left open is filled in, and left open again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chainrule.parts.contract import Optimizer


@contextmanager
def spanned(optimizer: Optimizer, steps: int) -> Iterator[None]:
    """Have the schedule end with so many steps from now, where its own settings leave it open."""
    schedule = optimizer.schedule
    if schedule is None:
        yield
        return
    own, before = vars(schedule), dict(vars(schedule))
    schedule.span(optimizer.t + steps)
    filled = {name: before[name] for name in before if own[name] is not before[name]}
    try:
        yield
    finally:
        own.update(filled)
