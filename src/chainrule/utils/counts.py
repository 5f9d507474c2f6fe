"""How many of something, in words."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """A number with its noun.

    >>> counted(1, "digit"), counted(2, "digit"), counted(1200, "row")
    ('1 digit', '2 digits', '1,200 rows')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
