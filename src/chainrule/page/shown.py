"""What a page shows of its network, as its address says it: the line, the question, what is hidden, the lesson."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np

from chainrule.errors import InputError, UnknownName
from chainrule.model.record import Record
from chainrule.page.formulas import entry
from chainrule.page.lines import Lines

MODES = ("step", "train")
PARTS = ("settings", "transport", "program", "network", "line", "why", "charts", "curves", "surface")
LESSONS: Mapping[str, int] = {
    "tour": 8, "xor": 2, "off-for-ever": 3, "too-large-a-step": 3, "fill-in": 2, "all-alike": 2,
}  # fmt: skip
KEYS = ("mode", "sample", "line", "why", "hide", "parts", "lesson")
MOST_HIDDEN = 64  # numbers that are to be filled in
_ENTRY = re.compile(r"[^,\[\]\s]+(?:\[[^\[\]]*\])?")


def written(shown: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parts of an address that say what is shown; what is usual is left out."""
    found = []
    for key in KEYS:
        value = shown.get(key)
        if value is None or value == [] or (key, value) == ("mode", "step"):
            continue
        texts = [str(each).replace(" ", "") for each in (value if isinstance(value, list) else [value])]
        found.append((key, ",".join(f"-{text}" if key == "parts" else text for text in texts)))
    return found


def read(key: str, value: str) -> Any:
    """What one part of an address says; names within the network are looked at by `checked`.

    Raises
    ------
    InputError : for what it can't say
    """
    if key == "sample":
        return whole(value)
    if key == "hide":
        names = _ENTRY.findall(value)
        if ",".join(names).replace(" ", "") != value.replace(" ", ""):
            raise InputError("hide takes numbers with commas between, such as dz1[0,2],a1[0,1].")
        return names
    if key == "parts":
        return [_part(text.strip()) for text in value.split(",")]
    if key == "mode" and value not in MODES:
        raise UnknownName("view", value, MODES)
    if key == "lesson":
        return _lesson(value)
    return value


def whole(text: str) -> int:
    """A whole number that an address says."""
    if re.fullmatch(r"-?\d{1,18}", text, re.ASCII) is None:
        raise InputError("it takes a whole number, such as 3.")
    return int(text)


def number(text: str) -> float:
    """A number that an address says."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError("it takes a number, such as 0.5.")
    return value


def _part(text: str) -> str:
    name = text.removeprefix("-")
    if name == text:
        raise InputError(f"parts takes what is not to be seen, with a minus before each, such as -{text}.")
    if name not in PARTS:
        raise UnknownName("part of the page", name, PARTS)
    return name


def _lesson(text: str) -> str:
    name, _, stop = text.partition(":")
    if name not in LESSONS:
        raise UnknownName("lesson", name, list(LESSONS))
    at = whole(stop or "1")
    if not 1 <= at <= LESSONS[name]:
        raise InputError(f"the lesson {name} has the stops 1 to {LESSONS[name]}.")
    return f"{name}:{at}"


def checked(shown: Mapping[str, Any], lines: Lines, samples: int) -> dict[str, Any]:
    """What is shown, with every name in it as the step has it.

    Raises
    ------
    InputError : for a line, a number or a sample that there is not
    """
    found = dict(shown)
    for key, check in (("sample", _row), ("line", _line), ("why", _one), ("hide", _few)):
        if key in found:
            try:
                found[key] = check(found[key], lines, samples)
            except InputError as error:
                raise InputError(
                    f"the address says {_said(key, shown)}, which does not fit: {error}"
                ) from None
    return found


def _said(key: str, shown: Mapping[str, Any]) -> str:
    [(name, value)] = written({key: shown[key]})
    return f"{name}={value}"


def _row(row: int, lines: Lines, samples: int) -> int:
    if not 0 <= row < samples:
        raise InputError(f"there is no sample {row}: rows go from 0 to {samples - 1}.")
    return row


def _line(name: str, lines: Lines, samples: int) -> str:
    if name not in lines.by_name:
        lines.line(name)  # says which lines there are
    return name


def _one(asked: str, lines: Lines, samples: int) -> str:
    name, index = lines.record.locate(asked)
    if index is None and np.ndim(lines.record.results[name]):
        zeros = ",".join("0" * np.ndim(lines.record.results[name]))
        raise InputError(f"why asks for one number, such as {name}[{zeros}].")
    return entry(name, index or ())


def _few(asked: list[str], lines: Lines, samples: int) -> list[str]:
    entries = list(dict.fromkeys(name for text in asked for name in _entries(lines.record, text)))
    if len(entries) > MOST_HIDDEN:
        raise InputError(f"that is too much to fill in: hide at most {MOST_HIDDEN} numbers.")
    return entries


def _entries(record: Record, text: str) -> Iterator[str]:
    """The entries that a text names: one, or all of a quantity."""
    name, index = record.locate(text)
    places = np.ndindex(np.shape(record.results[name])) if index is None else iter([index])
    return (entry(name, place) for place in islice(places, MOST_HIDDEN + 1))
