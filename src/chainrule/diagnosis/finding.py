"""What a check finds, and what a trial of its fix showed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from chainrule.diagnosis.fix import Fix
from chainrule.notation import numeral, showing

Stage = Literal["proof", "symptom"]
DIGITS = 4


def shown(value: float) -> str:
    """A number for reading, with few digits.

    >>> shown(0.125), shown(1234567.0), shown(3.2e-7), shown(float("inf"))
    ('0.125', '1,234,567', '3.2e-07', 'not finite')
    """
    if not np.isfinite(value):
        return "not finite"
    if abs(value) >= 1000 and abs(value) < 1e9:
        return f"{value:,.0f}"
    with showing(DIGITS):
        return numeral(value)


@dataclass(frozen=True)
class Trial:
    """The same steps from the same state, without a fix and with it.

    Parameters
    ----------
    measure : what is compared, in words
    steps : how many there were, at each place that was looked at
    without, with_fix : the measure there
    counted : in what `steps` are counted
    """

    measure: str
    steps: tuple[int, ...]
    without: tuple[float, ...]
    with_fix: tuple[float, ...]
    counted: str = "steps"

    def __str__(self) -> str:
        told = ", ".join(
            f"{shown(with_fix)} after {steps:,} {self.counted}, not {shown(without)}"
            for steps, without, with_fix in zip(self.steps, self.without, self.with_fix, strict=True)
        )
        return f"{self.measure} {told}"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, by a number.

    Parameters
    ----------
    name : of the check, such as ``"dead_units"``
    stage : "proof" where it is so before any step, "symptom" where steps showed it
    sentence : what is wrong, and why that matters
    measure, number, threshold : what was measured, its value, and from where on it counts
    concerned : which rows, columns, units or steps
    fixes : what may help; in a finding that was tried, the one that did
    advice : what to do, where it is nothing that could be tried
    warning : whether a training may well succeed all the same
    unsure : whether a trial alone can tell
    trial : what the fix did
    """

    name: str
    stage: Stage
    sentence: str
    measure: str
    number: float
    threshold: float
    concerned: str = ""
    fixes: tuple[Fix, ...] = ()
    advice: str = ""
    warning: bool = False
    unsure: bool = False
    trial: Trial | None = None

    @property
    def title(self) -> str:
        """The name in words."""
        return self.name.replace("_", " ")

    @property
    def fix(self) -> str:
        """What to do, in words."""
        return self.fixes[0].words if self.fixes else self.advice

    def to_dict(self) -> dict[str, Any]:
        """As what JSON can hold."""
        tried = None
        if self.trial is not None:
            tried = {
                "measure": self.trial.measure, "steps": list(self.trial.steps), "counted": self.trial.counted,
                "without": [_finite(value) for value in self.trial.without],
                "with": [_finite(value) for value in self.trial.with_fix],
            }  # fmt: skip
        return {
            "name": self.name, "stage": self.stage, "sentence": self.sentence, "measure": self.measure,
            "number": _finite(self.number), "threshold": _finite(self.threshold),
            "concerned": self.concerned or None,
            "fix": self.fix or None, "warning": self.warning, "trial": tried,
        }  # fmt: skip


def _finite(value: float) -> float | None:
    return value if abs(value) < float("inf") else None
