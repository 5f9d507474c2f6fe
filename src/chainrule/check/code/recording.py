"""What was taken down of a program: its events, in order, and their values."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.check.code import source

NONE = -1
SAME, SINGLE = 1e-9, 3e-5  # of the largest entry: how far two ways to one number go apart


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that the program did.

    Parameters
    ----------
    number : in the order of time
    place : where, as a number of `Recording.places`
    what : "Add", "Sub", … , "call" names such as "dot", "item", "put W1"
    operands : values that went in, by their numbers; -1 for what is no number
    result : the value that came out
    makers : for each operand the event that made it, where that is known for sure
    """

    number: int
    place: int
    what: str
    operands: tuple[int, ...]
    result: int
    makers: tuple[int, ...]


@dataclass(frozen=True)
class Recording:
    """A program's events and values.

    Parameters
    ----------
    path : of the program
    status : how it ended: "ended", "enough", "time", "memory", "input", "syntax", or the name of an error
    message, line : what the error said, and where
    files : the program's own files
    places : for each place its file, line, source and what is done there
    events, values : see `Event`
    kinds : of each value: "f" or "s" for numbers of double or single precision, "i" for whole ones, "b"
    """

    path: Path
    status: str
    message: str = ""
    line: int = 0
    files: list[str] = field(default_factory=list)
    places: list[tuple[int, int, str, str]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, path: Path, folder: Path) -> Recording:
        """What the process that ran the program left in a folder.

        Raises
        ------
        Exception : of any kind, for what was not left whole
        """
        told = json.loads((folder / "told.json").read_text(encoding="utf-8"))
        numbers = np.load(folder / "values.npy", allow_pickle=False)
        ends = np.cumsum([int(np.prod(shape)) for shape in told["shapes"]], dtype=np.int64)
        parts = np.split(numbers, ends[:-1]) if len(ends) else []
        values = [part.reshape(shape) for part, shape in zip(parts, told["shapes"], strict=True)]
        events = [
            Event(number, place, what, tuple(operands), result, tuple(makers))
            for number, (place, what, operands, result, makers) in enumerate(told["events"])
        ]
        places = [(file, line, text, what) for file, line, text, what in told["places"]]
        _check(told, events, len(places), len(values))
        return cls(
            path, told["status"], told["message"], told["line"], told["files"], places, events, values, told["kinds"],
        )  # fmt: skip

    @property
    def tolerance(self) -> float:
        """How far two ways to one number go apart, of the largest entry: more in single precision."""
        return SINGLE if "s" in self.kinds else SAME

    @cached_property
    def marks(self) -> dict[int, str]:
        """The quantities that comments name, by the line of the program."""
        return source.marks(self.path)

    @cached_property
    def made_by(self) -> dict[int, list[int]]:
        """For each value the events that it came out of."""
        found: dict[int, list[int]] = defaultdict(list)
        for event in self.events:
            found[event.result].append(event.number)
        return found

    @cached_property
    def read_by(self) -> dict[int, list[int]]:
        """For each value the events that it went into."""
        found: dict[int, list[int]] = defaultdict(list)
        for event in self.events:
            for operand in set(event.operands):
                found[operand].append(event.number)
        return found

    def line_of(self, event: int) -> int:
        """The line in which something was done."""
        return self.places[self.events[event].place][1]

    def file_of(self, event: int) -> str:
        """The file in which something was done."""
        return self.files[self.places[self.events[event].place][0]]


def _check(told: Mapping[str, Any], events: list[Event], places: int, values: int) -> None:
    """Raise for what is no text, and for an event that names places, values or events before it which are not there."""
    texts = [told["status"], told["message"], *told["files"], *told["kinds"]]
    if not all(isinstance(text, str) for text in texts) or len(told["kinds"]) != values:
        raise ValueError(texts)
    for event in events:
        inside = 0 <= event.place < places and 0 <= event.result < values
        if not (inside and all(NONE <= each < values for each in event.operands)):
            raise ValueError(event)
        if not all(NONE <= each < event.number for each in event.makers):
            raise ValueError(event)
