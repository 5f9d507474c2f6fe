"""Finds values again among all that a program computed, in any layout, and up to a factor if that is wanted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule.check.code.recording import SAME, Recording


def close(a: Any, b: Any, tolerance: float = SAME) -> bool:
    """Whether two arrays of one shape are the same numbers."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or not a.size:
        return False
    with np.errstate(all="ignore"):
        size = max(float(np.max(np.abs(b))), float(np.max(np.abs(a))))
        return bool(np.max(np.abs(a - b)) <= tolerance * size)


def layouts(value: Any) -> list[Any]:
    """The entries of an array in a row, and those of the array turned."""
    value = np.asarray(value)
    if value.ndim < 2 or 1 in value.shape:
        return [value.ravel()]
    return [value.ravel(), value.T.ravel()]


class Book:
    """An index of a recording's values."""

    def __init__(self, recording: Recording) -> None:
        self.values = recording.values
        self.tolerance = recording.tolerance
        sizes: dict[int, list[int]] = defaultdict(list)
        for number, value in enumerate(self.values):
            sizes[np.size(value)].append(number)
        self._numbers: dict[int, Any] = {}
        self._first: dict[int, Any] = {}
        self._ratio: dict[int, tuple[Any, Any]] = {}
        self._sizes = sizes

    def _index(self, size: int) -> None:
        numbers = np.array(self._sizes[size])
        rows = np.concatenate([np.ravel(self.values[n]) for n in numbers]).reshape(len(numbers), size)
        l1, l2 = np.abs(rows).sum(axis=1), np.sqrt(np.square(rows).sum(axis=1))
        order = np.argsort(l2, kind="stable")
        self._first[size] = (l2[order], numbers[order])
        with np.errstate(all="ignore"):
            ratio = np.where(l2 > 0, l1 / l2, 0)
        order = np.argsort(ratio, kind="stable")
        self._ratio[size] = (ratio[order], numbers[order])

    def find(self, value: Any) -> list[int]:
        """The numbers of the values that have these entries, in this order or turned."""
        value = np.asarray(value, np.float64)
        return [number for number, _ in self._found(value, self._keys(value.size, False), _l2(value), False)]

    def find_scaled(self, value: Any) -> list[tuple[int, float]]:
        """Those that are it times a number, each with that number."""
        value = np.asarray(value, np.float64)
        size = _l2(value)
        if value.size < 2 or not size > 0:
            return [(number, 1.0) for number in self.find(value)]
        return list(self._found(value, self._keys(value.size, True), _l1(value) / size, True))

    def _keys(self, size: int, scaled: bool) -> tuple[Any, Any]:
        if size not in self._sizes:
            return np.zeros(0), np.zeros(0, int)
        if size not in self._first:
            self._index(size)
        found: tuple[Any, Any] = (self._ratio if scaled else self._first)[size]
        return found

    def _found(
        self, value: Any, keys: tuple[Any, Any], key: float, scaled: bool
    ) -> Iterator[tuple[int, float]]:
        sorted_keys, numbers = keys
        if not np.isfinite(key):
            return
        room = 4 * self.tolerance * max(key, 1e-300)
        start, end = np.searchsorted(sorted_keys, [key - room, key + room])
        ways = layouts(value)
        for number in sorted(numbers[start:end]):
            other = np.ravel(self.values[number])
            for way in ways:
                factor = _factor(other, way) if scaled else 1.0
                if factor and close(other, factor * way, self.tolerance):
                    yield int(number), factor
                    break


def _factor(other: Any, way: Any) -> float:
    at = int(np.argmax(np.abs(way)))
    return float(other[at] / way[at]) if way[at] else 0.0


def _l1(value: Any) -> float:
    return float(np.sum(np.abs(value)))


def _l2(value: Any) -> float:
    return float(np.sqrt(np.sum(np.square(value))))
