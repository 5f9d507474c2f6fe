"""By what a blank is marked: the intervals of the right numbers' digits, and of the wrong ones', with their hints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from chainrule.check import CATALOGUE
from chainrule.notation import display, entry_text, numeral
from chainrule.walkthrough.by_hand import kept_digits
from chainrule.worksheets.blanks import Index
from chainrule.worksheets.sheet import Worksheet


@dataclass(frozen=True)
class Interval:
    """The numbers that are written as this one: 0.857 stands for 0.8565 to 0.8575, and 0 for itself.

    Parameters
    ----------
    number : as it is written
    low, high : the smallest and the largest one
    """

    number: Decimal
    low: Decimal
    high: Decimal

    def meets(self, other: Interval) -> bool:
        """Whether they have more in common than an end."""
        return self.low <= other.number <= self.high or max(self.low, other.low) < min(self.high, other.high)


def interval(number: Decimal, digits: int) -> Interval:
    """The numbers that are written as this one.

    Towards 0 of a power of ten the numbers of as many digits lie ten times as close: 1 stands for 0.9995 to 1.005.

    Parameters
    ----------
    number : as it is written
    digits : significant digits that it is rounded to, at least as many as it has
    """
    number = Decimal(numeral(number))
    if not number:
        return Interval(number, number, number)
    half = Decimal(5).scaleb(number.adjusted() - digits)
    towards_0 = half / 10 if abs(number) == Decimal(1).scaleb(number.adjusted()) else half
    below, above = (towards_0, half) if number > 0 else (half, towards_0)
    return Interval(number, number - below, number + above)


@dataclass(frozen=True)
class Wrong:
    """A wrong number and what makes it.

    Parameters
    ----------
    interval : of its digits
    mistake : its name in the catalogue, the likeliest one
    """

    interval: Interval
    mistake: str

    @property
    def hint(self) -> str:
        """Where to look."""
        return CATALOGUE[self.mistake].hint


@dataclass(frozen=True)
class Marking:
    """By what a blank is marked.

    Parameters
    ----------
    name, index : of the blank
    right : intervals of the right numbers, the key's first; the other one is of whoever carries all digits on
    wrong : the numbers that mistakes make, none of which meets a right one
    """

    name: str
    index: Index
    right: tuple[Interval, ...]
    wrong: tuple[Wrong, ...]

    @property
    def label(self) -> str:
        """What the blank is called: ``dz1[0, 1]``."""
        return entry_text(display(self.name), self.index)


def markings(sheet: Worksheet) -> Iterator[Marking]:
    """By what each blank of a sheet is marked, in their order."""
    digits = kept_digits(sheet.record.program, sheet.conventions.digits)
    for name, index in sheet.cells():
        right = tuple(interval(number, digits[name]) for number in sheet.accepted(name, index))
        wrong = (
            Wrong(interval(number, digits[name]), names[0])
            for number, names in sheet.hints(name, index).items()
        )
        told = tuple(each for each in wrong if not any(each.interval.meets(known) for known in right))
        yield Marking(name, index, right, told)
