"""The arithmetic of what rounding allows: intervals, and sizes of which nothing cancels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reader.arrays import Arrays, compare
from reader.errors import Unreadable
from reader.tree import Tree


class Sizes(Arrays):
    """Evaluating how large the numbers are that a result is made of: nothing cancels."""

    def taken(self, value: Any) -> Any:
        return np.abs(np.asarray(value, dtype=np.float64))

    def number(self, text: str) -> Any:
        return np.array([[abs(float(text))]])

    exactly = number

    def subtract(self, a: Any, b: Any) -> Any:
        return a + b

    def negative(self, a: Any) -> Any:
        return a

    def log(self, a: Any) -> Any:
        return np.abs(np.log(a)) + 1  # near log 1 what is rounded is the 1

    def indicator(self, sign: str, a: Any, b: Any) -> Any:
        return np.ones(np.broadcast_shapes(a.shape, b.shape))  # sizes say nothing of signs: either may be so

    def choice(self, condition: Any, a: Any, b: Any) -> Any:
        return np.maximum(a, b) * condition


class Intervals(Arrays):
    """Evaluating with every printed number as the interval that is printed so; a value is (low, high).

    Parameters
    ----------
    half : half a unit of the last digit of a printed number
    settings : numerals that are given in full (η, β), where they stand before a product or in 1 - β
    counts : the same for m and k, where something is divided by them
    noise : relative error of each operation in the arithmetic that made the result
    """

    def __init__(
        self, half: Callable[[str], float], settings: set[str], counts: set[str], noise: float
    ) -> None:
        self.half, self.settings, self.counts, self.noise = half, settings, counts, noise

    def wide(self, low: Any, high: Any, scale: Any = None) -> Any:
        spread = self.noise * (np.maximum(np.abs(low), np.abs(high)) if scale is None else scale)
        return low - spread, high + spread

    def exactly(self, text: str) -> Any:
        value = np.array([[float(text)]])
        return value, value

    def number(self, text: str) -> Any:
        value, half = float(text), self.half(text)
        return np.array([[value - half]]), np.array([[value + half]])

    def is_setting(self, tree: Tree) -> bool:
        base = tree[1] if tree[0] == "power" else tree
        return base[0] == "number" and base[1] in self.settings

    def matrix(self, rows: list[list[Any]]) -> Any:
        return tuple(np.block([[cell[side] for cell in row] for row in rows]) for side in (0, 1))

    def transpose(self, a: Any) -> Any:
        return a[0].T, a[1].T

    def others(self, a: Any, count: int) -> Any:
        return self.wide(a[0], a[1], np.maximum(1.0, np.abs(a[1])) * count)

    def add(self, a: Any, b: Any) -> Any:
        return self.wide(a[0] + b[0], a[1] + b[1])

    def subtract(self, a: Any, b: Any) -> Any:
        return self.wide(a[0] - b[1], a[1] - b[0])

    def negative(self, a: Any) -> Any:
        return -a[1], -a[0]

    def multiply(self, a: Any, b: Any) -> Any:
        corners = [a[i] * b[j] for i in (0, 1) for j in (0, 1)]
        return self.wide(np.minimum.reduce(corners), np.maximum.reduce(corners))

    def divide(self, a: Any, b: Any) -> Any:
        corners = [a[i] / b[j] for i in (0, 1) for j in (0, 1)]
        low, high = np.minimum.reduce(corners), np.maximum.reduce(corners)
        through = (b[0] <= 0) & (b[1] >= 0)
        return self.wide(np.where(through, -np.inf, low), np.where(through, np.inf, high))

    def matmul(self, a: Any, b: Any) -> Any:
        low, high = self.multiply((a[0][:, :, None], a[1][:, :, None]), (b[0][None, :, :], b[1][None, :, :]))
        scale = np.maximum(np.abs(low), np.abs(high)).sum(axis=1)
        return self.wide(low.sum(axis=1), high.sum(axis=1), scale * a[0].shape[1])

    def square(self, a: Any) -> Any:
        low = np.where((a[0] <= 0) & (a[1] >= 0), 0, np.minimum(a[0] ** 2, a[1] ** 2))
        return self.wide(low, np.maximum(a[0] ** 2, a[1] ** 2))

    def power(self, a: Any, b: Any) -> Any:
        exponent = (b[0] + b[1]) / 2
        if np.all(exponent == np.round(exponent)) and np.all(exponent >= 0):
            ends = a[0] ** exponent, a[1] ** exponent
            low, high = np.minimum(*ends), np.maximum(*ends)
            return self.wide(np.where((a[0] < 0) & (a[1] > 0), np.minimum(low, 0), low), high)
        if np.any(a[1] < 0):
            raise Unreadable("a broken power of a negative number")
        corners = [np.maximum(base, 0) ** power for base in a for power in b]
        return self.wide(np.minimum.reduce(corners), np.maximum.reduce(corners))

    def rising(self, function: Any, a: Any) -> Any:
        return self.wide(function(a[0]), function(a[1]))

    def sqrt(self, a: Any) -> Any:
        return self.rising(np.sqrt, (np.maximum(a[0], 0), np.maximum(a[1], 0)))

    def exp(self, a: Any) -> Any:
        return self.rising(np.exp, a)

    def log(self, a: Any) -> Any:
        with np.errstate(divide="ignore"):
            return self.rising(np.log, (np.maximum(a[0], 0), np.maximum(a[1], 0)))

    def tanh(self, a: Any) -> Any:
        return self.rising(np.tanh, a)

    def arctan(self, a: Any) -> Any:
        return self.rising(np.arctan, a)

    def erf(self, a: Any) -> Any:
        return self.rising(super().erf, a)

    def floor(self, a: Any) -> Any:
        return np.floor(a[0]), np.floor(a[1])

    def rows(self, a: Any, start: int, step: int) -> Any:
        return a[0][start::step], a[1][start::step]

    def put(self, a: Any, start: int, step: int) -> Any:
        return super().put(a[0], start, step), super().put(a[1], start, step)

    def abs(self, a: Any) -> Any:
        return self.max(self.max(a, self.negative(a)), self.exactly("0"))

    def sign(self, a: Any) -> Any:
        return np.sign(a[0]), np.sign(a[1])

    def sin(self, a: Any) -> Any:
        middle, half = np.sin((a[0] + a[1]) / 2), (a[1] - a[0]) / 2
        return self.wide(middle - half, middle + half)

    def cos(self, a: Any) -> Any:
        middle, half = np.cos((a[0] + a[1]) / 2), (a[1] - a[0]) / 2
        return self.wide(middle - half, middle + half)

    def max(self, a: Any, b: Any = None) -> Any:
        if b is None:
            return a[0].max(axis=1, keepdims=True), a[1].max(axis=1, keepdims=True)
        return np.maximum(a[0], b[0]), np.maximum(a[1], b[1])

    def min(self, a: Any, b: Any) -> Any:
        return np.minimum(a[0], b[0]), np.minimum(a[1], b[1])

    def indicator(self, sign: str, a: Any, b: Any) -> Any:
        if sign == "==":  # which no corner may tell, and anything between them
            sure = (a[0] == a[1]) & (b[0] == b[1]) & (a[0] == b[0])
            return sure * 1.0, ((a[0] <= b[1]) & (b[0] <= a[1])) * 1.0
        outcomes = [compare(sign, x, y) * 1.0 for x in a for y in b]
        return np.minimum.reduce(outcomes), np.maximum.reduce(outcomes)

    def choice(self, condition: Any, a: Any, b: Any) -> Any:
        yes, no = condition[0] == 1, condition[1] == 0
        return (
            np.where(yes, a[0], np.where(no, b[0], np.minimum(a[0], b[0]))),
            np.where(yes, a[1], np.where(no, b[1], np.maximum(a[1], b[1]))),
        )
