"""How a worksheet counts and writes."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.errors import InputError, KindError

CHOICES = {"halves": ("even", "up"), "samples_as": ("rows", "columns"), "reduction": ("mean", "sum")}


@dataclass(frozen=True)
class Conventions:
    """How a worksheet counts and writes.

    Parameters
    ----------
    digits : 1 to 15, significant digits that each line is rounded to; the weights of an update keep eight
    halves : where a number just between two goes, to "even" or "up", away from 0
    samples_as : "rows", as x · W + b, or "columns", as W · x + b
    reduction : whether L is the "mean" of the samples' losses or their "sum"

    Raises
    ------
    InputError, KindError
    """

    digits: int = 3
    halves: str = "even"
    samples_as: str = "rows"
    reduction: str = "mean"

    def __post_init__(self) -> None:
        if isinstance(self.digits, bool) or not isinstance(self.digits, int):
            raise KindError(f"digits = {self.digits!r} is no whole number: give 1 to 15.")
        if not 1 <= self.digits <= 15:
            raise InputError(f"digits = {self.digits} is out of range: it must be 1 to 15.")
        for name, known in CHOICES.items():
            given = getattr(self, name)
            if given not in known:
                raise InputError(f"{name} = {given!r}: it is {known[0]!r} or {known[1]!r}.")
