"""Layers that are written unit by unit: sums of products of single numbers, or of two vectors, put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.check.code.recording import NONE, Event, Recording

VECTORS = {"dot", "inner", "vdot", "matmul", "MatMult"}
MOST_TERMS = 4000
MOST_UNITS = 20_000


@dataclass(frozen=True, eq=False)
class Unit:
    """A sum of products.

    Parameters
    ----------
    start, end : the events of its first product, and of the sum
    left, right : the values on either side of the products, by their numbers
    bias : what is added; None where nothing is
    z : the sum
    """

    start: int
    end: int
    left: tuple[int, ...]
    right: tuple[int, ...]
    bias: float | None
    z: float


def layers_of_units(recording: Recording) -> Iterator[tuple[Any, ...]]:
    """Units that share their inputs, as a layer each: the fields of a `Sum`."""
    units = [
        each for each in _units(recording) if _size(recording, each.left) == _size(recording, each.right)
    ]
    for inputs, weights in (("left", "right"), ("right", "left")):
        run: list[Unit] = []
        seen: set[Any] = set()
        for unit in units:
            w = getattr(unit, weights)
            if run and (getattr(unit, inputs) != getattr(run[0], inputs) or w in seen):
                yield _layer(recording, run, inputs, weights)
                run, seen = [], set()
            run.append(unit)
            seen.add(w)
        if run:
            yield _layer(recording, run, inputs, weights)


def _layer(recording: Recording, run: list[Unit], inputs: str, weights: str) -> tuple[Any, ...]:
    source = getattr(run[0], inputs)
    x = _flat(recording, source)[None]
    used = tuple(n for unit in run for n in getattr(unit, weights))
    W = np.stack([_flat(recording, getattr(unit, weights)) for unit in run], axis=1)
    known = [unit.bias for unit in run]
    b = None if not any(known) else np.array([each or 0.0 for each in known])
    z = np.array([[unit.z for unit in run]])
    return run[0].start, run[-1].end, x, W, b, z, False, source, used


def _size(recording: Recording, numbers: tuple[int, ...]) -> int:
    return sum(np.size(recording.values[n]) for n in numbers)


def _flat(recording: Recording, numbers: tuple[int, ...]) -> Any:
    return np.concatenate([np.ravel(recording.values[n]) for n in numbers])


# --- one unit ---------------------------------------------------------------------------------------------


def _units(recording: Recording) -> Iterator[Unit]:
    added = Counter(
        maker
        for event in recording.events
        if event.what in ("Add", "Sub", "sum")
        for maker in set(event.makers)
    )
    found = 0
    for event in recording.events:
        sums = event.what in ("Add", "Sub", "sum") and not np.ndim(recording.values[event.result])
        alone = _vectors(recording, event) is not None
        if not (sums or alone) or added[event.number] == 1:
            continue
        unit = _unit(recording, event, added)
        if unit is not None:
            found += 1
            yield unit
            if found > MOST_UNITS:
                return


def _unit(recording: Recording, root: Event, added: Counter[int]) -> Unit | None:
    """A sum taken apart: products, and what else is added."""
    products: list[tuple[int, int, int]] = []
    rest: list[float] = []
    ahead = [(root.number, root.result, 1)]
    while ahead:
        number, value, sign = ahead.pop()
        event = recording.events[number] if number != NONE else None
        pair = None if event is None or sign < 0 else _pair(recording, event)
        if event is not None and pair is not None:
            products.append((*pair, event.number))
        elif event is not None and event.what in ("Add", "Sub", "sum") and (
            event is root or added[event.number] == 1
        ):  # fmt: skip
            signs = (1, -1) if event.what == "Sub" else (1,) * len(event.operands)
            terms = zip(event.makers, event.operands, signs, strict=False)
            ahead.extend((m, v, sign * s) for m, v, s in reversed(list(terms)) if v != NONE)
        elif np.ndim(recording.values[value]):
            return None
        elif recording.values[value] != 0:
            rest.append(sign * float(recording.values[value]))
        if len(products) + len(rest) > MOST_TERMS:
            return None
    if not products or len(rest) > 1:
        return None
    left, right, numbers = zip(*products, strict=True)
    bias = rest[0] if rest else None
    return Unit(
        min(numbers), root.number, left, right, bias, np.asarray(recording.values[root.result]).item()
    )


def _pair(recording: Recording, event: Event) -> tuple[int, int] | None:
    """The factors of a product of two numbers, or of two vectors."""
    if event.what == "Mult" and not any(n == NONE or np.ndim(recording.values[n]) for n in event.operands):
        return event.operands[0], event.operands[1]
    return _vectors(recording, event)


def _vectors(recording: Recording, event: Event) -> tuple[int, int] | None:
    """The vectors whose products an event adds up to a number."""
    if recording.values[event.result].size != 1 or np.ndim(recording.values[event.result]) > 1:
        return None
    pair = [n for n in event.operands if n != NONE and np.ndim(recording.values[n])]
    if event.what in VECTORS and len(pair) == 2:
        return (pair[0], pair[1]) if _same_size(recording, pair) else None
    if event.what.partition(" ")[0] == "sum" and len(pair) == 1:
        for number in reversed(recording.made_by.get(pair[0], ())):
            product = recording.events[number]
            if number < event.number and product.what in ("Mult", "multiply") and len(product.operands) == 2:
                return product.operands[0], product.operands[1]
    return None


def _same_size(recording: Recording, pair: list[int]) -> bool:
    a, b = (recording.values[n] for n in pair)
    return a.size == b.size and max(np.ndim(a), np.ndim(b)) == 1
