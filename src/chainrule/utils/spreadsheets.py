"""Cells of a table of text, as a spreadsheet opens it: what begins like a formula would be counted out there."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠].", re.DOTALL)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def cell(value: object) -> str:
    """A value as text that no spreadsheet takes for a formula: with ' before it, where it began like one.

    >>> cell("=1+1"), cell("-2+3"), cell("-2.5e3"), cell("+"), cell("a=b")
    ("'=1+1", "'-2+3", '-2.5e3', '+', 'a=b')
    """
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def row(values: Iterable[object]) -> list[str]:
    """The cells of a row."""
    return [cell(value) for value in values]
