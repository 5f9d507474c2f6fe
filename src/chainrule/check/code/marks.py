"""What a learner says of lines: ``delta = … # chainrule: dz2`` tells which quantity a line gives."""

from __future__ import annotations

from typing import Any

from chainrule.check.code.recording import Event, Recording


def places_of(recording: Recording, name: str) -> set[int]:
    """The places of the program whose results a comment calls so."""
    lines = {line for line, marked in recording.marks.items() if marked == name}
    return {
        n
        for n, (file, line, _, what) in enumerate(recording.places)
        if file == 0 and line in lines and what == "put"
    }


def marked_events(recording: Recording, start: int, end: int) -> dict[str, Event]:
    """The events of a step that comments name, by these names."""
    known = recording.marks
    found: dict[str, Event] = {}
    for event in recording.events[start:end]:
        file, line, _, _ = recording.places[event.place]
        if file == 0 and line in known and event.what.startswith("put "):
            found.setdefault(known[line], event)
    return found


def marked(recording: Recording, start: int, end: int) -> dict[str, Any]:
    """What the marked lines of a step gave, by the names in the comments."""
    return {
        name: recording.values[event.result] for name, event in marked_events(recording, start, end).items()
    }
