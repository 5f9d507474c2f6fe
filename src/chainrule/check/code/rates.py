"""At which rate each parameter follows its gradient, and how many of them follow at the same one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from chainrule.check.code.fit import LARGEST_DECAY, Moves, comparable, solved

ALIKE = 1e-5  # as far as two rates may be apart and be one
ALIKE_SINGLE = 5e-3


@dataclass(frozen=True)
class Rate:
    """moved = -rate · gradient - decay · weight"""

    rate: float
    decay: float = 0.0


def rate_of(moves: Moves, name: str) -> Rate | None:
    """The rate at which a parameter follows its gradient; None where it does not."""
    if not comparable(moves, name) or not np.any(moves.moved[name]) or not np.any(moves.gradients[name]):
        return None
    found = solved(moves, [name], [moves.gradients])
    if found is not None:
        return Rate(-found[0])
    found = solved(moves, [name], [moves.gradients, moves.old]) if np.any(moves.old[name]) else None
    if found is not None and 0 <= -found[1] < LARGEST_DECAY:
        return Rate(-found[0], -found[1])
    return None


def silent(moves: Moves, name: str) -> bool:
    """Whether a parameter tells nothing: its gradient is 0, and it did not move."""
    if not comparable(moves, name):
        return False
    gradient = float(np.max(np.abs(moves.gradients[name]), initial=0.0))
    largest = max((float(np.max(np.abs(g), initial=0.0)) for g in moves.gradients.values()), default=0.0)
    return gradient <= 1e-12 * max(largest, 1e-300) and not np.any(moves.moved[name])


def all_rates(moves: Moves) -> dict[str, Rate | None]:
    """The rate of each parameter that tells something."""
    return {name: rate_of(moves, name) for name in moves.gradients if not silent(moves, name)}


def alike(a: float, b: float, single: bool = False) -> bool:
    """Whether two rates are one."""
    return abs(a - b) <= (ALIKE_SINGLE if single else ALIKE) * max(abs(a), abs(b))


def together(rates: Mapping[str, Rate | None], single: bool = False) -> tuple[float, list[str]]:
    """The rate that most parameters follow, downhill if as many do, and which these are."""
    best: tuple[float, list[str]] = (0.0, [])
    for rate in (r.rate for r in rates.values() if r is not None):
        names = [n for n, r in rates.items() if r is not None and alike(r.rate, rate, single)]
        if (len(names), rate > 0) > (len(best[1]), best[0] > 0):
            best = (rate, names)
    return best
