"""Sums of a layer, z = x · W + b, found among what a program did: products of matrices, of vectors, and of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.check.code.book import close
from chainrule.check.code.recording import NONE, Event, Recording
from chainrule.check.code.units import layers_of_units

PRODUCTS = {"MatMult", "dot", "matmul", "inner"}  # which need no proof
SOON = 60  # events after a product within which its bias is added
MOST = 3000


@dataclass(frozen=True, eq=False)
class Sum:
    """What a layer does with its input, samples as rows.

    Parameters
    ----------
    start, end : the events of the product, and of z
    x : (m, inputs)
    W : (inputs, outputs)
    b : (outputs,), or (m, outputs) where it is not the same for all samples; None where there is none
    z : (m, outputs)
    columns : whether samples are columns there
    inputs, weights : the values that x and W come from
    """

    start: int
    end: int
    x: Any
    W: Any
    b: Any
    z: Any
    columns: bool
    inputs: tuple[int, ...]
    weights: tuple[int, ...]


def sums(recording: Recording) -> list[Sum]:
    """Everything that may be the sums of a layer, in the order of time."""
    found: list[Sum] = []
    for event in recording.events:
        for x, W, product, columns, sources in _products(recording, event):
            b, z, end = _with_bias(recording, event, product, columns)
            found.append(Sum(event.number, end, x, W, b, z, columns, sources[:1], sources[1:]))
        if len(found) > MOST:
            break
    for layer in layers_of_units(recording):
        found.append(Sum(*layer))
    return sorted(found, key=lambda each: each.end)


def _array(recording: Recording, number: int) -> Any:
    value = recording.values[number] if number != NONE else None
    return value if value is not None and 1 <= np.ndim(value) <= 2 and np.size(value) else None


Reading = tuple[Any, Any, Any, bool, tuple[int, ...]]


def _products(recording: Recording, event: Event) -> Iterator[Reading]:
    """An event as a product of inputs and weights, either way."""
    if len(event.operands) < 2 or event.what in ("Add", "Sub", "Div", "item"):
        return
    result = _array(recording, event.result)
    pair = [n for n in event.operands if _array(recording, n) is not None][:2]
    if result is None or len(pair) < 2:
        return
    a, b = (_array(recording, n) for n in pair)
    if event.what == "Mult" and not (a.ndim == b.ndim == 2 and a.shape[1] == b.shape[0]):  # but for np.matrix
        return
    known = event.what in PRODUCTS
    if a.ndim == 2 and b.ndim == 1 and result.ndim == 1:  # one output, without an axis of its own
        yield from _rows(a, b[:, None], result[:, None], known, tuple(pair), False)
    if b.ndim == 2 and (a.ndim == 2 or not known or a.shape[0] == b.shape[0]):
        yield from _rows(a, b, result, known, tuple(pair), False)
    if a.ndim == 2:
        turned = b.T if b.ndim == 2 else b
        yield from _rows(
            turned, a.T, result.T if result.ndim == 2 else result, known, tuple(pair[::-1]), True
        )


def _rows(
    x: Any, W: Any, product: Any, known: bool, sources: tuple[int, ...], columns: bool
) -> Iterator[Reading]:
    x, product = np.atleast_2d(x), np.atleast_2d(product)
    for way in (W,) if known else (W, W.T):
        fits = x.shape[1] == way.shape[0] and product.shape == (x.shape[0], way.shape[1])
        if fits and (known or close(x @ way, product)):
            yield x, way, product, columns, sources
            return


def _with_bias(recording: Recording, event: Event, product: Any, columns: bool) -> tuple[Any, Any, int]:
    """The bias that is added to a product, z, and the event that z comes out of."""
    for number in recording.read_by.get(event.result, ()):
        after = recording.events[number]
        if number <= event.number or len(after.operands) != 2 or after.what in ("Mult", "Div", "MatMult"):
            continue
        if number > event.number + SOON:
            break
        z = _like(recording.values[after.result], product, columns)
        other = after.operands[1] if after.operands[0] == event.result else after.operands[0]
        b = None if other == NONE else _broadcast(recording.values[other], product, columns)
        if z is None or b is None:
            continue
        minus = after.what == "Sub" and after.operands[0] == event.result
        b = -b if minus else b
        if close(product + b, z, recording.tolerance):
            alike = bool(np.all(b == b[:1]))
            if after.what == "Sub" and (not alike or len(b) == 1):
                continue  # targets that are taken off, most likely
            return (b[0] if alike else b), z, number
    return None, product, event.number


def _like(value: Any, product: Any, columns: bool) -> Any:
    """A value as samples in rows; None where its shape is another one."""
    value = np.asarray(value)
    turned = value.T if columns and value.ndim == 2 else value
    return turned.reshape(product.shape) if turned.size == product.size and turned.ndim else None


def _broadcast(value: Any, product: Any, columns: bool) -> Any:
    value = np.asarray(value)
    turned = value.T if columns and value.ndim == 2 else value
    try:
        return np.broadcast_to(turned, product.shape)
    except ValueError:
        return None
