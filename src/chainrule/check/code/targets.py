"""What a program compares its outputs with: the targets, found where the outputs meet them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.check.code.book import Book, close
from chainrule.check.code.marks import places_of
from chainrule.check.code.passes import Pass
from chainrule.check.code.recording import NONE, Event, Recording

MEETS = {"Sub", "subtract"}
NO_MEETING = {
    "Add",
    "Mult",
    "Div",
    "MatMult",
    "dot",
    "matmul",
    "Pow",
    "item",
    "sum",
    "mean",
    "zip",
    "multiply",
}
NAMES = {"y", "t", "target", "targets", "label", "labels", "y_train", "ytrain", "train_y", "expected", "desired",
         "y_true", "truth", "d", "answer", "yi", "y_i", "yb", "y_batch", "training_outputs", "outputs"}  # fmt: skip
Source = tuple[int, int]  # the place where outputs meet targets, and on which side these stand


@dataclass(frozen=True, eq=False)
class Meeting:
    """Targets that were found: where, and as rows of samples."""

    source: Source
    y: Any


def meetings(recording: Recording, book: Book, each: Pass, output: Any, end: int) -> list[Meeting]:
    """Everything that may be the targets of a pass, whose output is given; the likeliest first."""
    found: dict[Source, Any] = {}
    for value in book.find(output):
        for number in recording.read_by.get(value, ()):
            event = recording.events[number]
            if each.start <= number < end:
                for source, y in _met(recording, event, value, output):
                    found.setdefault(source, y)
    for source, y in _by_logarithm(recording, book, each, output, end):
        found.setdefault(source, y)
    if len(output) == 1 and output.size > 1:
        for source, y in _entry_by_entry(recording, book, each, output, end):
            found.setdefault(source, y)
    for source, y in _by_name(recording, output, end):
        found.setdefault(source, y)
    return [Meeting(source, y) for source, y in found.items() if np.isfinite(y).all()]


def _met(recording: Recording, event: Event, value: int, output: Any) -> Iterator[tuple[Source, Any]]:
    if event.what == "item":
        yield from _labels(recording, event, value, output)
    if event.what in NO_MEETING or event.what.startswith("sum ") or len(event.operands) < 2:
        return
    for slot, other in enumerate(event.operands):
        if other not in (value, NONE):
            y = _as_output(recording.values[other], recording.values[value], output)
            if y is None:
                y = _one_hot(recording.values[other], output) if event.what not in MEETS else None
            if y is not None:
                yield (event.place, slot), y


def _as_output(y: Any, value: Any, output: Any) -> Any:
    """Targets as rows, laid out as the output is in the program; None where the sizes differ."""
    if np.size(y) != output.size:
        return None
    turned = np.ndim(value) == 2 and not close(np.ravel(value), np.ravel(output), 1e-6)
    if turned and np.ndim(y) == 2 and np.shape(y) == np.shape(value):
        return np.reshape(y, output.shape[::-1]).T
    return np.reshape(y, output.shape)


def _one_hot(labels: Any, output: Any) -> Any:
    """Whole-number labels as rows of ones and zeros; None where they are none."""
    labels = np.ravel(labels)
    rows, width = output.shape
    if width < 2 or labels.size != rows or not np.all(labels == np.round(labels)):
        return None
    if labels.min() < 0 or labels.max() >= width:
        return None
    return np.eye(width)[labels.astype(int)]


def _labels(recording: Recording, event: Event, value: int, output: Any) -> Iterator[tuple[Source, Any]]:
    if event.operands[0] == value and len(event.operands) > 1:
        for slot in (len(event.operands) - 1, 1):
            y = _one_hot(recording.values[event.operands[slot]], output)
            if y is not None:
                yield (event.place, slot), y


def _by_logarithm(
    recording: Recording, book: Book, each: Pass, output: Any, end: int
) -> Iterator[tuple[Source, Any]]:
    with np.errstate(all="ignore"):
        log = np.log(output)
    for value in book.find(log) if np.isfinite(log).all() else ():
        for number in recording.read_by.get(value, ()):
            event = recording.events[number]
            if each.start <= number < end:
                if event.what == "item":
                    yield from _labels(recording, event, value, output)
                elif event.what in ("Mult", "multiply"):
                    for slot, other in enumerate(event.operands):
                        y = None
                        if other not in (value, NONE):
                            y = _as_output(recording.values[other], recording.values[value], output)
                        if y is not None:
                            yield (event.place, slot), y


def _entry_by_entry(
    recording: Recording, book: Book, each: Pass, output: Any, end: int
) -> Iterator[tuple[Source, Any]]:
    """Outputs that meet their targets one by one."""
    met: dict[Source, dict[int, Any]] = defaultdict(dict)
    for column, entry in enumerate(output[0]):
        for value in book.find(entry):
            for number in recording.read_by.get(value, ()):
                event = recording.events[number]
                if each.start <= number < end and event.what in MEETS:
                    for slot, other in enumerate(event.operands):
                        if other not in (value, NONE) and not np.ndim(recording.values[other]):
                            met[event.place, slot].setdefault(column, recording.values[other])
    for source, entries in met.items():
        if len(entries) == output.size:
            yield source, np.array([[entries[n] for n in range(output.size)]])
    spread = [(source, entries) for source, entries in met.items() if len(entries) == 1]
    columns = {next(iter(entries)): entries for _, entries in spread}
    if len(spread) == len(columns) == output.size:  # each output in a line of its own
        yield spread[0][0], np.array([[columns[n][n] for n in range(output.size)]])


def _by_name(recording: Recording, output: Any, end: int) -> Iterator[tuple[Source, Any]]:
    """What is called as targets mostly are."""
    seen: set[str] = set()
    said = places_of(recording, "y")
    for event in reversed(recording.events[:end]):
        if not event.what.startswith("put "):
            continue
        told = event.place in said
        name = "y" if told else event.what[4:].split(".")[-1].strip("_ ").lower()
        if (name in NAMES or told) and name not in seen:
            value = recording.values[event.result]
            y = (
                _as_output(value, np.zeros(np.shape(value)), output)
                if np.size(value) == output.size
                else None
            )
            y = _one_hot(value, output) if y is None else y
            if y is not None:
                seen.add(name)
                yield (event.place, NONE), y
