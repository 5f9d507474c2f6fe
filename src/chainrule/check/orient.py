"""Whose rows are samples: a learner's arrays turned as the program has them, in each way in which they may be meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from chainrule.check.reading import Written
from chainrule.check.sheet import Given
from chainrule.errors import InputError
from chainrule.model.record import Record
from chainrule.notation import display

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layout:
    """How a learner lays numbers out.

    Parameters
    ----------
    columns : whether samples are columns
    turned : whether weights are (outputs, inputs)
    ones_first : where biases are folded into the weights, whether the one stands before the inputs
    """

    columns: bool = False
    turned: bool = False
    ones_first: bool = False

    def told(self, folded: bool) -> list[str]:
        """What is unlike ours, in words."""
        found = ["samples are columns"] if self.columns else []
        found += ["weights are (outputs, inputs)"] if self.turned else []
        return found + (["biases are folded into the weights"] if folded else [])


def layouts(record: Record, mine: Mapping[str, Written]) -> Iterator[tuple[Layout, dict[str, Given], bool]]:
    """Every way in which the arrays may be laid out, with the quantities in it; and whether biases are folded.

    Raises
    ------
    InputError : for a shape that fits in no way
    """
    votes = {True: [0, 0], False: [0, 0]}  # weights, or what belongs to samples: as ours, turned
    folded = False
    for name, each in mine.items():
        shape = np.shape(record.results[name])
        ways = _ways(each.value.shape, shape, is_weight(record, name))
        if not ways:
            raise InputError(_misfit(record, name, each.value.shape, shape))
        folded = folded or any(fold for _, fold in ways)
        if (
            len(shape) == each.value.ndim == 2
            and shape[0] != shape[1]
            and len({turned for turned, _ in ways}) == 1
        ):
            votes[is_weight(record, name)][ways[0][0]] += 1
    columns, turned = (_choices(votes[weight]) for weight in (False, True))
    for layout in (
        Layout(*flags) for flags in product(columns, turned, (False, True) if folded else (False,))
    ):
        yield layout, dict(_given(record, mine, layout)), folded


def _choices(votes: list[int]) -> tuple[bool, ...]:
    return (False, True) if votes[0] == votes[1] == 0 else (votes[1] > votes[0],)


def is_weight(record: Record, name: str) -> bool:
    """Whether a quantity is a parameter or in the shape of one: its gradient, its update, a moment."""
    return parameter_of(record, name) != ""


def parameter_of(record: Record, name: str) -> str:
    """The parameter that a quantity belongs to; empty for none."""
    if record.program.leaves.get(name) == "parameter":
        return name
    quantity = record.program.quantities.get(name)
    if quantity is not None and quantity.parameter:
        return quantity.parameter
    if name in record.program.state:
        return record.program.state[name][1]
    of = name[1:].removesuffix("_data").removesuffix("_penalty").removesuffix("_clipped")
    return of if name[0] == "d" and record.program.leaves.get(of) == "parameter" else ""


def _ways(given: Shape, shape: Shape, weight: bool) -> list[tuple[bool, bool]]:
    """As (turned, folded), in which a shape may be meant."""
    if given == shape[::-1] == shape:
        return [(False, False), (True, False)]
    if given == shape:
        return [(False, False)]
    if given == shape[::-1]:
        return [(True, False)]
    size = int(np.prod(given))
    if size in (1, int(np.prod(shape))) and (len(given) < 2 or len(shape) < 2 or 1 in given):
        return [(False, False)]
    if len(shape) == 1 and len(given) == 2 and shape[0] in given:
        return [
            (given[0] == shape[0] and given[1] != shape[0], False)
        ]  # a bias's gradient that is not added up
    if len(shape) == 2:
        longer = (shape[0] + 1, shape[1]) if weight else (shape[0], shape[1] + 1)
        ways = [(turned, True) for turned in (False, True) if given == (longer[::-1] if turned else longer)]
        return ways
    return []


def _given(record: Record, mine: Mapping[str, Written], layout: Layout) -> Iterator[tuple[str, Given]]:
    for name, each in mine.items():
        shape, weight = np.shape(record.results[name]), is_weight(record, name)
        flag = layout.turned if weight else layout.columns
        ways = _ways(each.value.shape, shape, weight)
        turned, fold = next((way for way in ways if way[0] == flag), ways[0])
        odd = turned != flag and weight and len(shape) == 2 and min(shape) > 1
        value, radius = (part.T if turned else part for part in (each.value, each.radius))
        if fold:
            yield from _unfolded(record, name, value, radius, layout, odd)
            continue
        if len(shape) == 1 and value.ndim == 2 and value.size != shape[0] and value.size > 1:
            yield name, Given(value, radius)
            continue
        value, radius = (np.array(_shaped(part, shape)) for part in (value, radius))
        yield name, Given(value, radius, turned=odd)


def _shaped(array: Any, shape: Shape) -> Any:
    return array.reshape(shape) if array.size == np.prod(shape) else np.broadcast_to(array.reshape(()), shape)


def _unfolded(
    record: Record, name: str, value: Any, radius: Any, layout: Layout, odd: bool
) -> Iterator[tuple[str, Given]]:
    """A matrix with the biases as one more row, as both; inputs with a column of ones, without it."""
    one, rest = (0, slice(1, None)) if layout.ones_first else (-1, slice(None, -1))
    parameter = parameter_of(record, name)
    if not parameter:
        yield name, Given(value[:, rest], radius[:, rest])
        return
    yield name, Given(value[rest], radius[rest], turned=odd)
    bias = name.replace(parameter, f"b{parameter[1:]}", 1)
    if bias in record.results:
        yield bias, Given(value[one], radius[one])


def _misfit(record: Record, name: str, given: Shape, shape: Shape) -> str:
    """That a shape is neither ours nor that of another layout."""
    shown = display(name)
    if len(shape) < 2:
        fits = f"{shape}" if shape else "a single number"
        return f"{shown} has the shape {given}, and it is {fits}: give as many numbers."
    weight = is_weight(record, name)
    rows, turned = ("(inputs, outputs)", "(outputs, inputs)") if weight else ("samples in rows", "in columns")
    return f"{shown} has the shape {given}: it is {shape}, {rows}, or {shape[::-1]}, {turned}."
