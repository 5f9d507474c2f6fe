"""What a learner wrote in a blank, read as a number: with its digits, a comma for a point, in percent."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_SIGNS = str.maketrans({"−": "-", "–": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'", "⋅": "·"})
_EMPTY = {"", "-", "--", "?", "/", "n/a", "na", "none", "null"}
_ABOUT = {"", "ca", "ca.", "circa", "about", "approx", "approx."}
_SCALES = {"": 1, "%": 100, "percent": 100, "per cent": 100, "‰": 1000}
_POWER = re.compile(r"\s*[×x*·]\s*10\s*(?:\^|\*\*)?\s*[({]?\s*([-+]?\d+)\s*[)}]?")
_NUMBER = r"[-+]?\s?(?:\d[\d.,' ]*|[.,]\d+)(?:[eE][-+]?\d+)?"
_CELL = re.compile(rf"((?:[^\d.,+-]+\.?\s+)?)({_NUMBER})\s*([^\d]*)")
_FRACTION = re.compile(rf"({_NUMBER})/({_NUMBER})")
_GROUPS = re.compile(r"\d{1,3}(?:([., '])\d{3})(?:\1\d{3})*")
EXACT = 99  # significant digits of what is no rounded number


@dataclass(frozen=True)
class Written:
    """A number as it was written.

    Parameters
    ----------
    value : the number
    radius : half a unit of its last digit; 0 of a whole number and of a fraction
    digits : its significant digits
    text : as it stood there
    """

    value: float
    radius: float
    digits: int
    text: str


@dataclass(frozen=True)
class Unread:
    """What is no number, or can't be told which."""

    text: str
    why: str


def read_cell(given: Any, decimal: str | None = None) -> Written | Unread | None:
    """A blank's number; None where nothing is written.

    A single comma or point stands before decimals, unless `decimal` names the other one; with both, the last one does.

    >>> read_cell("0,857").value, read_cell("≈ 85.7 %").value, read_cell("1/4").value, read_cell("1.234,5").value
    (0.857, 0.857, 0.25, 1234.5)
    >>> read_cell("857 m").why
    'it holds more than a number'

    Parameters
    ----------
    given : a text or a number
    decimal : "." or ",", where it is known which one stands before decimals
    """
    text = "" if given is None else str(given).strip()
    plain = text.translate(_SIGNS).strip()
    if plain.lower() in _EMPTY:
        return None
    plain = re.split("[=≈~]", plain)[-1].strip()
    if fraction := _FRACTION.fullmatch(plain):
        return _divided(text, *(_decimal(part.strip(), decimal) for part in fraction.groups()))
    found = _CELL.fullmatch(_POWER.sub(r"e\1", plain))
    if found is None:
        return Unread(text, "it is no number" if not re.search(r"\d", text) else "it is not one number alone")
    before, number, after = found.groups()
    after = re.sub(r"\(.*\)$", "", after).strip().lower()
    if before.strip().lower() not in _ABOUT or after not in _SCALES:
        return Unread(text, "it holds more than a number")
    value = _decimal(number, decimal)
    if value is None:
        return Unread(text, "its marks can be read in several ways")
    return _written(text, value, _SCALES[after])


def _divided(text: str, above: Decimal | None, below: Decimal | None) -> Written | Unread:
    if not below or above is None:
        return Unread(text, "it is no fraction")
    value = float(above) / float(below) if float(below) else math.inf
    return Written(value, 0.0, EXACT, text) if math.isfinite(value) else Unread(text, "it is too large")


def _written(text: str, value: Decimal, scale: int) -> Written | Unread:
    number, places = float(value) / scale, -int(value.as_tuple().exponent)
    if not math.isfinite(number):
        return Unread(text, "it is too large")
    radius = 0.5 * 10.0**-places / scale if places > 0 else 0.0
    significant = len(value.as_tuple().digits) if value else EXACT
    return Written(number, radius, significant if places > 0 else EXACT, text)


def _decimal(number: str, decimal: str | None) -> Decimal | None:
    """A number with its marks; None where they can't be told."""
    mantissa, letter, power = number.lower().partition("e")
    sign, body = ("-", mantissa[1:]) if mantissa[0] == "-" else ("", mantissa.lstrip("+"))
    body = body.strip()
    if " " in body or "'" in body:
        whole = re.split("[.,]", body)[0]
        if not _GROUPS.fullmatch(whole):
            return None
        body = re.sub("[ ']", "", whole) + body[len(whole) :]
    plain = _pointed(body, decimal)
    return None if plain is None else Decimal(f"{sign}{plain}{letter}{power}")


def _pointed(body: str, decimal: str | None) -> str | None:
    """With a point before its decimals, and no other marks."""
    marks = re.sub(r"\d", "", body)
    if len(set(marks)) == 2:
        last = marks[-1]
        whole, after = body.rsplit(last, 1)
        return f"{re.sub('[.,]', '', whole)}.{after}" if _GROUPS.fullmatch(whole) else None
    grouped = _GROUPS.fullmatch(body) is not None
    if len(marks) == 1 and not (grouped and decimal not in (None, marks) and body[0] != "0"):
        return body.replace(marks, ".")
    return re.sub("[.,]", "", body) if grouped or not marks else None
