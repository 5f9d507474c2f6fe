"""Whether parameters moved as gradients say: by one factor for all of them, with decay and momentum where these fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any

import numpy as np

SHRINKING = (0.01, 0.2)  # decay of all parameters, and beside the rate, that no penalty has
LARGEST_DECAY = 0.3  # of a weight, in one step; what is more is no decay
EXACT = 2e-7  # of the largest change: as far as it may be from what gradients say
SINGLE = 2e-3
ROUNDING = 4e-15  # of the largest entry of a parameter, by which its change is not known
SINGLE_ROUNDING = 5e-7


@dataclass(frozen=True)
class Fit:
    """By what parameters moved: moved = -rate · gradient - decay · weight + momentum · moved before - …"""

    rate: float
    decay: float = 0.0
    momentum: float = 0.0
    before: float = 0.0  # of the gradient before, as Nesterov's momentum has it
    biases: bool = False  # whether these decay, too

    @property
    def shrinks(self) -> bool:
        """Whether weights and biases alike lose so much in each step that no penalty is meant."""
        return self.biases and self.decay > SHRINKING[0] and self.decay > SHRINKING[1] * self.rate


@dataclass(frozen=True, eq=False)
class Moves:
    """How parameters moved in a step, beside what may have moved them; by name.

    Parameters
    ----------
    moved, old : new less old, and old
    gradients : of the loss
    moved_before, gradients_before : of the step before; None in the first one
    single : whether numbers are in single precision
    """

    moved: Mapping[str, Any]
    old: Mapping[str, Any]
    gradients: Mapping[str, Any]
    moved_before: Mapping[str, Any] | None = None
    gradients_before: Mapping[str, Any] | None = None
    single: bool = False

    def room(self, name: str) -> float:
        """How far a parameter's change may be from what it should be."""
        exact, rounding = (SINGLE, SINGLE_ROUNDING) if self.single else (EXACT, ROUNDING)
        size = float(np.max(np.abs(self.moved[name]), initial=0.0))
        return exact * size + rounding * float(np.max(np.abs(self.old[name]), initial=0.0))

    def telling(self, name: str) -> bool:
        """Whether a parameter's change is known well enough to say something of it."""
        largest = float(np.max(np.abs(self.moved[name]), initial=0.0))
        return largest > 1e4 * (ROUNDING if not self.single else 1e-9) * float(
            np.max(np.abs(self.old[name]), initial=0.0)
        )


def fitted(moves: Moves, names: Sequence[str] | None = None) -> Fit | None:
    """By what the parameters moved, all by the same numbers; the plainest that fits, None where nothing does."""
    names = list(moves.gradients if names is None else names)
    if not all(comparable(moves, name) for name in names) or not any(moves.telling(n) for n in names):
        return None
    parts = {
        "rate": moves.gradients,
        "decay": _decays(moves.old, False),
        "decay_all": _decays(moves.old, True),
    }
    if moves.moved_before is not None and moves.gradients_before is not None:
        parts |= {"momentum": moves.moved_before, "before": moves.gradients_before}
    more = ("decay", "decay_all", "momentum")
    choices = [
        *chain.from_iterable(combinations([m for m in more if m in parts], n) for n in (0, 1, 2)),
        *([("momentum", "before")] if "before" in parts else []),
    ]
    for extra in choices:
        if "decay" in extra and "decay_all" in extra:
            continue
        found = solved(moves, names, [parts["rate"], *(parts[each] for each in extra)])
        if found is not None:
            told = {each.removesuffix("_all"): value for each, value in zip(extra, found[1:], strict=True)}
            fit = Fit(
                -found[0], -told.get("decay", 0.0), told.get("momentum", 0.0), told.get("before", 0.0),
                "decay_all" in extra,
            )  # fmt: skip
            if 0 <= fit.decay < LARGEST_DECAY and 0 <= fit.momentum <= 1.001:
                return fit
    return None


def comparable(moves: Moves, name: str) -> bool:
    """Whether a parameter's change has the shape of its gradient, and both are numbers."""
    return (
        name in moves.moved
        and np.shape(moves.moved[name]) == np.shape(moves.gradients[name])
        and bool(np.isfinite(moves.moved[name]).all() and np.isfinite(moves.gradients[name]).all())
    )


def _decays(old: Mapping[str, Any], biases: bool) -> Mapping[str, Any]:
    return {
        name: value if biases or np.ndim(value) == 2 else np.zeros_like(value) for name, value in old.items()
    }


def solved(moves: Moves, names: Sequence[str], parts: Sequence[Mapping[str, Any]]) -> list[float] | None:
    """The numbers by which the parts add up to the changes; None where they don't."""
    columns = [np.concatenate([np.ravel(part[name]) for name in names]) for part in parts]
    target = np.concatenate([np.ravel(moves.moved[name]) for name in names])
    sizes = [float(np.max(np.abs(column), initial=0.0)) for column in columns]
    if len(target) < 2 * len(parts) - 1 or not all(sizes) or not all(np.isfinite(sizes)):
        return None
    matrix = np.stack([column / size for column, size in zip(columns, sizes, strict=True)], axis=1)
    # Parameters that move little count as much as those that move a lot.
    room = np.concatenate([np.full(np.size(moves.moved[n]), max(moves.room(n), 1e-300)) for n in names])
    weight = np.min(room) / room
    found, *_ = np.linalg.lstsq(matrix * weight[:, None], target * weight, rcond=None)
    if np.any(np.abs(matrix @ found - target) > room):
        return None
    return [float(value / size) for value, size in zip(found, sizes, strict=True)]
