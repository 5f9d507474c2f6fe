"""The fields of a message: of which kind each is, whatever somebody sends."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from chainrule.errors import InputError, KindError

OBJECTS = ("settings", "want", "parameters", "numbers", "changes", "shown")
MOST_POINTS = 1000  # that one message changes
MOST_UNITS = 4096


def check(message: Any) -> None:
    """Refuse a message whose fields are of other kinds than docs/page.md says.

    Raises
    ------
    KindError : with what is wrong
    """
    if not isinstance(message, Mapping):
        raise KindError("a message is an object with `do`.")
    for name in OBJECTS:
        value = message.get(name)
        if value is not None and not isinstance(value, Mapping):
            raise KindError(f"{name} = {_short(value)} is no object.")
    points = message.get("points")
    if points is not None and not (
        isinstance(points, list)
        and len(points) <= MOST_POINTS
        and all(isinstance(p, Mapping) for p in points)
    ):
        raise KindError(f"points = {_short(points)}: give a list of at most {MOST_POINTS} objects.")
    want = message.get("want") or {}
    units = want.get("units")
    lists = [want.get("pictures"), *(units.values() if isinstance(units, Mapping) else [units])]
    for found in lists:
        if found not in (None, True, False) and not _rows(found):
            raise KindError(f"{_short(found)} are no units: give a list of their numbers.")
    if want.get("sample") is not None and type(want["sample"]) is not int:
        raise KindError(f"sample = {_short(want['sample'])} is no row: give a whole number.")


def _rows(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MOST_UNITS and all(type(each) is int for each in value)


def number(message: Mapping[str, Any], name: str, usual: float) -> float:
    """A field that is a number of at least 0."""
    value = message.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise InputError(f"{name} = {_short(value)} is no number of at least 0.")
    return value


def whole(message: Mapping[str, Any], name: str) -> int:
    """A field that is a whole number."""
    value = message.get(name)
    if type(value) is not int:
        raise InputError(f"{name} = {_short(value)} is no whole number.")
    return value


def text(message: Mapping[str, Any], name: str, most: int = 200) -> str:
    """A field that is text, and not too long."""
    value = message.get(name)
    if not isinstance(value, str) or len(value) > most:
        raise InputError(f"{name} = {_short(value)} is no text of at most {most} letters.")
    return value


def _short(value: Any) -> str:
    written = repr(value)
    return written if len(written) <= 60 else written[:59] + "…"
