"""Which loss a program computes: its value is looked for among the program's numbers, in every usual scale."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from chainrule.check.code.book import Book
from chainrule.check.code.recording import Recording
from chainrule.model.record import Record

CALLED = re.compile(r"loss|cost|cross|\bce\b|\bL\b|\bJ\b|entropy", re.I)


def scales(m: float, k: float) -> Iterator[float]:
    """The factors that a loss may have: a sum or a mean over samples and outputs, half or whole, any logarithm."""
    for over, each, half, base in product((1, m, 1 / m), (1, k, 1 / k), (1, 2, 0.5), (1, 1 / np.log(2))):
        yield over * each * half * base


def places_of(
    book: Book, recording: Recording, loss: float, m: float, k: float, start: int, end: int
) -> list[int]:
    """The events of a step that a loss comes out of, in whatever scale."""
    found: list[int] = []
    for scale in dict.fromkeys(round(s, 15) for s in scales(m, k)):
        for value in book.find(np.float64(scale * loss)):
            found += [n for n in recording.made_by.get(value, ()) if start <= n < end + 200]
    return sorted(set(found))


def computed(book: Book, recording: Recording, record: Record, start: int, end: int) -> list[int]:
    """The events in which a program has this step's loss."""
    loss = float(record.results.get("L_data", record.results["L"]))
    if not np.isfinite(loss) or not loss:
        return []
    m, k = float(record.results["m"]), float(record.results["k"])
    return places_of(book, recording, loss, m, k, start, end)


def called_loss(recording: Recording, events: list[int]) -> bool:
    """Whether the program itself calls one of these a loss."""
    return any(CALLED.search(_text(recording, number)) for number in events)


def _text(recording: Recording, number: int) -> str:
    place: Any = recording.places[recording.events[number].place]
    return f"{recording.events[number].what} {place[2]}"
