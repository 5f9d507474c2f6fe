"""The arithmetic of floats, over arrays of two axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Mapping
from typing import Any, ClassVar

import numpy as np

from reader.errors import Undefined
from reader.tree import Tree


def compare(sign: str, a: Any, b: Any) -> Any:
    return {">": a > b, "<": a < b, ">=": a >= b, "<=": a <= b, "==": a == b, "!=": a != b}[sign]


def _each(function: Callable[[float], float], a: Any) -> Any:
    return np.reshape([function(v) for v in np.ravel(a)], np.shape(a))


class Arrays:
    """Evaluating on arrays of floats, or of decimals.

    Parameters
    ----------
    values : by name
    axis : along which Σ adds up; None for all entries
    columns : the quantities of one number a sample, which stand as columns beside rows
    """

    counts: ClassVar[set[str]] = set()
    settings: ClassVar[set[str]] = set()

    def __init__(self, values: Mapping[str, Any], axis: int | None = 1, columns: Container[str] = ()) -> None:
        self.values, self.axis, self.columns = values, axis, columns

    def number(self, text: str) -> Any:
        return np.array([[float(text)]])

    exactly = number

    def is_setting(self, tree: Tree) -> bool:
        return False

    def name(self, name: str, index: tuple[int, ...] | None) -> Any:
        if name not in self.values:
            raise Undefined(f"there is no quantity {name}")
        value = self.values[name]
        if name in self.columns and index is None:  # one number a sample, beside rows
            value = np.reshape(value, (-1, 1))
        return np.atleast_2d(self.taken(value if index is None else value[index]))

    def taken(self, value: Any) -> Any:
        return np.asarray(value, dtype=np.float64)

    def matrix(self, rows: list[list[Any]]) -> Any:
        return np.block(rows)

    def transpose(self, a: Any) -> Any:
        return a.T

    def sum(self, a: Any) -> Any:
        return a.sum(axis=self.axis, keepdims=True)

    def others(self, a: Any, count: int) -> Any:
        return a

    def add(self, a: Any, b: Any) -> Any:
        return a + b

    def subtract(self, a: Any, b: Any) -> Any:
        return a - b

    def multiply(self, a: Any, b: Any) -> Any:
        return a * b

    def divide(self, a: Any, b: Any) -> Any:
        return a / b

    def matmul(self, a: Any, b: Any) -> Any:
        return a @ b

    def power(self, a: Any, b: Any) -> Any:
        return a**b

    def negative(self, a: Any) -> Any:
        return -a

    def square(self, a: Any) -> Any:
        return a * a

    def sqrt(self, a: Any) -> Any:
        return np.sqrt(a)

    def abs(self, a: Any) -> Any:
        return np.abs(a)

    def exp(self, a: Any) -> Any:
        return np.exp(a)

    def log(self, a: Any) -> Any:
        return np.log(a)

    def tanh(self, a: Any) -> Any:
        return np.tanh(a)

    def sign(self, a: Any) -> Any:
        return np.sign(a)

    def sin(self, a: Any) -> Any:
        return np.sin(a)

    def cos(self, a: Any) -> Any:
        return np.cos(a)

    def arctan(self, a: Any) -> Any:
        return np.arctan(a)

    def erf(self, a: Any) -> Any:
        return _each(math.erf, a)

    def floor(self, a: Any) -> Any:
        return np.floor(a)

    def rows(self, a: Any, start: int, step: int) -> Any:
        return a[start::step]

    def put(self, a: Any, start: int, step: int) -> Any:
        """Rows in their places among rows of 0."""
        result = np.zeros_like(a, shape=(step * a.shape[0], a.shape[1]))
        result[start::step] = a
        return result

    def max(self, a: Any, b: Any = None) -> Any:
        return a.max(axis=1, keepdims=True) if b is None else np.maximum(a, b)

    def min(self, a: Any, b: Any) -> Any:
        return np.minimum(a, b)

    def indicator(self, sign: str, a: Any, b: Any) -> Any:
        return np.where(compare(sign, a, b), 1.0, 0.0)

    def choice(self, condition: Any, a: Any, b: Any) -> Any:
        return np.where(condition == 1, a, b)
