"""Training steps among the passes of a program: where its parameters change, and what they change to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from chainrule.check.code.book import Book
from chainrule.check.code.passes import Pass
from chainrule.check.code.recording import Recording

Parameters = dict[str, Any]
MOST_STEPS = 12


@dataclass(frozen=True, eq=False)
class Step:
    """A step: passes with the same parameters, and those that come after.

    Parameters
    ----------
    number : from 1
    passes : those forward with the old parameters
    old, new : W1, b1, … by name; b only where there is one
    start, end : the events between which the step happens
    """

    number: int
    passes: tuple[Pass, ...]
    old: Parameters
    new: Parameters
    start: int
    end: int

    @property
    def moved(self) -> Parameters:
        """New less old."""
        return {
            name: self.new[name] - old for name, old in self.old.items() if np.shape(self.new[name]) == np.shape(old)
        }  # fmt: skip


def steps(found: Sequence[Pass]) -> list[Step]:
    """The steps of the network whose parameters change most often."""
    if not found:
        return []
    changes = {sizes: len(set(map(_key, group))) for sizes, group in _by_sizes(found).items()}
    sizes = max(changes, key=lambda each: changes[each])
    group = _by_sizes(found)[sizes]
    biased = [any(each.layers[n].b is not None for each in group) for n in range(len(sizes) - 1)]
    runs: list[list[Pass]] = []
    for each in group:
        if runs and _key(runs[-1][0]) == _key(each):
            runs[-1].append(each)
        else:
            runs.append([each])
    return list(_between(runs, biased))[:MOST_STEPS]


def _between(runs: list[list[Pass]], biased: list[bool]) -> Iterator[Step]:
    for number, (run, after) in enumerate(pairwise(runs), 1):
        old, new = (_parameters(each[0], biased) for each in (run, after))
        yield Step(number, tuple(run), old, new, run[0].start, after[0].start)


def only_step(found: Sequence[Pass], recording: Recording, book: Book) -> list[Step]:
    """The step of a program that makes one, whose new parameters no pass takes."""
    if not found:
        return []
    last = found[-1]
    old = _parameters(last, [layer.b is not None for layer in last.layers])
    new = {name: _updated(recording, book, value, last.end) for name, value in old.items()}
    if all(value is None for name, value in new.items() if name[0] == "W"):
        return []
    moved = {name: old[name] if value is None else value for name, value in new.items()}
    return [Step(1, (last,), old, moved, last.start, len(recording.events))]


def _updated(recording: Recording, book: Book, old: Any, after: int) -> Any:
    """What a parameter becomes by what is added to it, or taken off; None where nothing is."""
    found, value = None, old
    for _ in range(3):  # as where a penalty is taken off apart
        events = [
            event for n in book.find(value) for number in recording.read_by.get(n, ())
            if (event := recording.events[number]).number > after and event.what in ("Add", "Sub")
            and event.operands[0] == n and recording.values[event.result].shape == recording.values[n].shape
        ]  # fmt: skip
        if not events:
            return found
        event = min(events, key=lambda e: e.number)
        result, before = recording.values[event.result], recording.values[event.operands[0]]
        turned = np.ndim(before) == 2 and not np.array_equal(np.ravel(before), np.ravel(value))
        after = event.number
        found = value = (result.T if turned else result).reshape(np.shape(old))
    return found


def _by_sizes(found: Sequence[Pass]) -> dict[tuple[int, ...], list[Pass]]:
    groups: dict[tuple[int, ...], list[Pass]] = {}
    for each in found:
        groups.setdefault(each.sizes, []).append(each)
    return groups


def _key(each: Pass) -> Any:
    return tuple((layer.W.tobytes(), None if layer.b is None else layer.b.tobytes()) for layer in each.layers)


def _parameters(each: Pass, biased: list[bool]) -> Parameters:
    found: Parameters = {}
    for number, (layer, bias) in enumerate(zip(each.layers, biased, strict=True), 1):
        found[f"W{number}"] = layer.W
        if bias:
            found[f"b{number}"] = np.zeros(layer.W.shape[1]) if layer.b is None else layer.b
    return found


def hidden(found: Sequence[Pass]) -> list[list[str]]:
    """For each hidden layer the activations that all passes agree on, the most usual first."""
    depth = len(found[0].layers)
    names = []
    for n in range(1, depth):
        counts = Counter(name for each in found for name in each.layers[n].names)
        most = max(counts.values(), default=0)
        names.append([name for name, count in counts.items() if count == most])
    return names
