"""A schedule during a training: what was left open is filled in, and left open again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chainrule.parts.contract import Optimizer


@contextmanager
def spanned(optimizer: Optimizer, last: int) -> Iterator[None]:
    """Have the schedule end with the step of that number, where its own settings leave it open."""
    schedule = optimizer.schedule
    if schedule is None:
        yield
        return
    own, before = vars(schedule), dict(vars(schedule))
    schedule.span(last)
    filled = {name: before[name] for name in before if own[name] is not before[name]}
    try:
        yield
    finally:
        own.update(filled)


def is_open(optimizer: Optimizer) -> bool:
    """Whether its schedule ends with a training, as its settings leave it open."""
    return optimizer.schedule is not None and None in optimizer.schedule.settings().values()
