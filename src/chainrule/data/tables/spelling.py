"""Numbers as people write them: 1,234.5 or 1.234,5, with a currency before them or a % behind."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from dataclasses import dataclass

MISSING = frozenset({"", "?", "-", "na", "n/a", "nan", "null", "none"})
"""What stands for a value that is not there, in small letters."""

MARKS = (".", ",")
"""What may stand before the decimals of a number."""

_CURRENCY = "$€£¥"
_NARROW = str.maketrans({"\u00a0": " ", "\u202f": " ", "’": "'", "−": "-"})


def _pattern(decimal: str) -> re.Pattern[str]:
    mark, gaps = re.escape(decimal), f"[{MARKS[decimal == '.']} ']"
    end = (
        r"(?:\.[0-9]*)?" if decimal == "." else "(?:,[0-9]+)?"
    )  # "1." is a number of many programs, and "1," is none
    grouped = rf"[1-9][0-9]{{0,2}}(?P<gap>{gaps})[0-9]{{3}}(?:(?P=gap)[0-9]{{3}})*{end}"
    bare = rf"(?:[0-9]+{end}|{mark}[0-9]+)(?:[eE][+-]?[0-9]{{1,3}})?"
    return re.compile(
        rf"(?P<sign>[+-]?)(?P<before>[{_CURRENCY}]?) ?(?P<inner>[+-]?)(?P<body>{grouped}|{bare})"
        rf" ?(?P<behind>[%{_CURRENCY}]?)"
    )


_PATTERNS = {mark: _pattern(mark) for mark in MARKS}


@dataclass(frozen=True)
class Spelled:
    """Texts of a column, read as numbers.

    Parameters
    ----------
    values : the number of each text
    decimal : the mark before decimals, "." or ","
    unit : the currency or "%" that all of them have, or ""
    grouped : one of them whose digits are in groups of three, or ""
    """

    values: dict[str, float]
    decimal: str
    unit: str
    grouped: str

    @property
    def measured(self) -> bool:
        """Whether they have a unit or groups of digits, as numbers have that count or measure, and ids have not."""
        return bool(self.unit or self.grouped)

    @property
    def said(self) -> str:
        """What is unusual about them, in words; empty if nothing is."""
        said = [f"in {self.unit}"] if self.unit else []
        if self.grouped:
            said.append(f"{self.grouped!r} is {self.values[self.grouped]:.15g}")
        elif self.decimal == "," and any("," in text for text in self.values):
            said.append("decimal comma")
        return ", ".join(said)


def spelled(texts: Collection[str], decimal: str) -> Spelled | None:
    """Texts as numbers with that mark before their decimals, or None if one of them is something else.

    They have one unit in common or none: with several, a number without its unit would tell something else.

    >>> spelled({"$2,848", "$13.50"}, ".").values == {"$2,848": 2848.0, "$13.50": 13.5}
    True
    >>> spelled({"1.234,5"}, ",").values, spelled({"1.234,5"}, ".")
    ({'1.234,5': 1234.5}, None)
    """
    values, units, grouped = {}, set(), ""
    for text in texts:
        found = _parsed(text, decimal)
        if found is None:
            return None
        values[text], unit, in_groups = found
        units.add(unit)
        grouped = grouped or (text if in_groups else "")
        if len(units) > 1:
            return None
    return Spelled(values, decimal, units.pop() if units else "", grouped)


def _parsed(text: str, decimal: str) -> tuple[float, str, bool] | None:
    """The number that a text is, its unit, and whether its digits are in groups; None of any other text."""
    digits = text.replace(decimal, "", 1).removeprefix("-")
    if digits.isascii() and digits.isdecimal() and text[-1] != decimal:  # most are so plain
        number = float(text.replace(decimal, "."))
        return None if math.isinf(number) else (number, "", False)
    found = _PATTERNS[decimal].fullmatch(text.translate(_NARROW))
    if found is None or (found["sign"] and found["inner"]) or (found["before"] and found["behind"]):
        return None
    body = found["body"].replace(found["gap"] or " ", "").replace(decimal, ".")
    number = float(found["sign"] + found["inner"] + body)
    return None if math.isinf(number) else (number, found["before"] or found["behind"], bool(found["gap"]))


def readings(texts: Collection[str], marks: Collection[str] = MARKS) -> list[Spelled]:
    """The ways to read texts as numbers, one for each mark before decimals that gives other numbers.

    >>> [each.values for each in readings({"2,848"})]
    [{'2,848': 2848.0}, {'2,848': 2.848}]
    >>> [each.values for each in readings({"13,99"})]
    [{'13,99': 13.99}]
    """
    found: list[Spelled] = []
    for mark in marks:
        one = spelled(texts, mark)
        if one is not None and all(one.values != other.values for other in found):
            found.append(one)
    return found


def is_missing(text: str) -> bool:
    """Whether a text stands for a value that is not there."""
    return text.strip().lower() in MISSING


def is_number(text: str) -> bool:
    """Whether a text is a finite number, in any spelling."""
    return any(_parsed(text.strip(), mark) for mark in MARKS)
