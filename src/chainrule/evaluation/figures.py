"""The figures of an evaluation, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.evaluation.judged import Kind
from chainrule.parts.contract import Array


@dataclass(frozen=True)
class Bin:
    """Answers that were said with about the same probability.

    Parameters
    ----------
    said : the mean probability with which they were said
    true : the share of them that is true
    samples : how many they are
    """

    said: float
    true: float
    samples: int


@dataclass(frozen=True, eq=False, repr=False)
class Figures:
    """What an `Evaluation` holds; its fields are told there."""

    kind: Kind
    samples: int
    metrics: dict[str, float | None]
    baseline: dict[str, float | None]
    against: str
    undefined: dict[str, str]
    each: dict[str, dict[str, float | int | None]]
    confusion: Array | None
    calibration: tuple[Bin, ...]
    threshold: float | None
    remarks: tuple[str, ...]


def counted(count: int) -> str:
    """A number of samples in words."""
    return f"{count:,} sample{'' if count == 1 else 's'}"
